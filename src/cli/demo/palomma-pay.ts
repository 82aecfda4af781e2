/** Palomma Pay: a link is made, its payer agrees at the bank, the shop hears of it. */
import { createHash } from "node:crypto"
import { constantTimeEqual } from "../../core/index.ts"
import type { Flow, Json, Stage } from "./stage.ts"

const AMOUNT_CENTS = 1_250_000

export const palommaPay: Flow = {
  name: "palomma-pay",
  title: "Palomma Pay: the payer opens a link and agrees at the bank",
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
    const link: string = created.payment_url
    const page: string = await stage.ask({ to: "", path: link, status: 200 })
    await stage.check("the page has nothing more to pay", formOf(page, link) === null)
    const path = `/payment-requests/${created.id}`
    const read = await stage.ask({ to: "palommaPay", path, headers, status: 200 })
    await stage.check("a read says APPROVED, too", read.status === "APPROVED", read.status)
  },
}

/** Does what a browser without scripts does: reads each page's form, fills it in and sends it. */
async function payOnPage(stage: Stage, created: Json): Promise<void> {
  const page: string = await stage.ask({ to: "", path: created.payment_url, status: 200 })
  const [, version] = /<input type="hidden" name="version" value="([^"]+)"/.exec(page) ?? []
  const path = formOf(page, created.payment_url)
  await stage.check("the page has a form to pay with", path !== null && version !== undefined)
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
  const own = path ?? created.payment_url
  await stage.ask({ to: "", method: "POST", path: own, form, status: 303 })
  await agreeAtBank(stage, await stage.ask({ to: "", path: own, status: 200 }))
}

/** Follows the page's link to the simulated bank, whose notice comes before the payer is back. */
async function agreeAtBank(stage: Stage, page: string): Promise<void> {
  const [, link] = /href="([^"]+\/bank\/[^"]+)"/.exec(page) ?? []
  await stage.check("the page leads to the bank", link !== undefined)
  const at = link ?? ""
  const bank: string = await stage.ask({ to: "", path: at, status: 200 })
  const form = new URLSearchParams({ do: "approve", notice: "before" })
  const path = formOf(bank, at) ?? at
  await stage.ask({ to: "", method: "POST", path, form, status: 303 })
}

/** Where a page's form is sent to; null when the page has none. */
function formOf(page: string, url: string): string | null {
  const [, action] = /<form method="post" action="([^"]+)"/.exec(page) ?? []
  return action === undefined ? null : new URL(action, url).href
}

function decoded(body: Json): Json {
  return JSON.parse(Buffer.from(body.data, "base64").toString("utf8"))
}

/** The recipe: a plain hash of the base64 text and the integrity key, no HMAC. */
function verifies({ data, signature }: Json, integrityKey: string): boolean {
  const expected = createHash("sha256").update(data + integrityKey)
  return constantTimeEqual(expected.digest("hex"), String(signature))
}
