/** Palomma Pay: a link is made, its payer pays on the page, the shop hears of it. */
import { createHash } from "node:crypto"
import type { Flow, Json, Stage } from "./stage.ts"

const AMOUNT_CENTS = 1_250_000

export const palommaPay: Flow = {
  name: "palomma-pay",
  title: "Palomma Pay: the payer opens a link and pays on the page",
  async play(stage) {
    const { gateway } = stage
    const headers = { authorization: gateway.credential("palommaPay", "privateKey") }
    const created = await stage.ask({
      to: "palommaPay",
      method: "POST",
      path: "/payment-requests",
      headers,
      body: {
        amount_cents: AMOUNT_CENTS,
        description: `Pedido ${stage.run}`,
        redirect_url: "https://tienda.example/gracias",
        ttl: 900,
      },
      status: 200,
    })
    await payOnPage(stage, created)

    const message = await stage.webhook(
      "palomma-pay",
      "the request was paid",
      (body) => decoded(body).id === created.id,
    )
    const body = JSON.parse(message.body)
    const data = decoded(body)
    await stage.check(
      `its data says ${data.status}, ${data.amount_cents} centavos`,
      data.status === "APPROVED" && data.amount_cents === AMOUNT_CENTS,
      data,
    )
    await stage.check(
      "its signature is the SHA-256 of data and integrity key",
      verifies(body, gateway.credential("palommaPay", "integrityKey")),
      body.signature,
    )
    const path = `/payment-requests/${created.id}`
    const read = await stage.ask({ to: "palommaPay", path, headers, status: 200 })
    await stage.check("a read says APPROVED, too", read.status === "APPROVED", read.status)
  },
}

/** Does what a browser without JavaScript does: reads the page's form, fills it in and sends it. */
async function payOnPage(stage: Stage, created: Json): Promise<void> {
  const page: string = await stage.ask({ to: "", path: created.payment_url, status: 200 })
  const [, action] = /<form method="post" action="([^"]+)"/.exec(page) ?? []
  const [, version] = /<input type="hidden" name="version" value="([^"]+)"/.exec(page) ?? []
  await stage.check("the page has a form to pay with", Boolean(action && version))
  const form = new URLSearchParams({
    version: version ?? "",
    do: "pay",
    method: "bank",
    bank: "bancolombia",
    accountType: "savings",
    accountNumber: `2010${stage.digits}99`,
    name: "Ana Ruiz",
    documentType: "cc",
    documentNumber: "1020304050",
    email: "ana@example.test",
  })
  const path = new URL(action ?? "", created.payment_url).href
  await stage.ask({ to: "", method: "POST", path, form, status: 303 })
  const paid: string = await stage.ask({ to: "", path, status: 200 })
  await stage.check("the page has nothing more to pay", !/value="pay"/.test(paid))
}

function decoded(body: Json): Json {
  return JSON.parse(Buffer.from(body.data, "base64").toString("utf8"))
}

/** The recipe: a plain hash of the base64 text and the integrity key, no HMAC. */
function verifies({ data, signature }: Json, integrityKey: string): boolean {
  return (
    createHash("sha256")
      .update(data + integrityKey)
      .digest("hex") === signature
  )
}
