/** Palomma Direct Debit: an account is stored, verified and charged; another has no money. */
import { createHmac, timingSafeEqual } from "node:crypto"
import type { Message } from "./receiver.ts"
import type { Flow, Json, Stage } from "./stage.ts"

const AMOUNT = 45_000

export const directDebit: Flow = {
  name: "palomma-direct-debit",
  title: "Palomma Direct Debit: an account is stored and charged; another has no money",
  async play(stage) {
    const headers = {
      authorization: `Bearer ${stage.gateway.credential("palommaDirectDebit", "apiKey")}`,
    }
    const customer = await stage.ask({
      to: "palommaDirectDebit",
      method: "POST",
      path: "/customers",
      headers,
      body: {
        name: "Ana Ruiz",
        documentType: "cc",
        documentNumber: "1020304050",
        email: "ana@example.test",
      },
      status: 201,
    })
    const good = await charge(stage, headers, customer.id, "99")
    await stage.check(
      "approved, with the instant of the bank's yes",
      good.status === "approved" && typeof good.approvedDetails?.approvedAt === "string",
      good,
    )
    const path = `/paymentRequests/${good.id}`
    const read = await stage.ask({ to: "palommaDirectDebit", path, headers, status: 200 })
    await stage.check("a read says approved, too", read.status === "approved", read.status)

    const poor = await charge(stage, headers, customer.id, "01")
    await stage.check(
      "error D23: not enough funds",
      poor.status === "error" && poor.errorDetails?.errorCode === "D23",
      poor.errorDetails,
    )
  },
}

type Headers = Readonly<Record<string, string>>

/** Stores an account, waits until it is active, charges it, and answers how that ended. */
async function charge(
  stage: Stage,
  headers: Headers,
  customerId: string,
  ending: string,
): Promise<Json> {
  const method = await stage.ask({
    to: "palommaDirectDebit",
    method: "POST",
    path: "/paymentMethods",
    headers,
    body: {
      customerId,
      type: "bankAccount",
      bank: "bancolombia",
      accountType: "savings",
      accountNumber: `2010${stage.digits}${ending}`,
    },
    status: 201,
  })
  await stage.check("the account waits for its bank", method.status === "pending", method.status)
  const active = await update(stage, "the account is active", method.id, ["active", "error"])
  await stage.check("it is active", active.status === "active", active.status)

  const request = await stage.ask({
    to: "palommaDirectDebit",
    method: "POST",
    path: "/paymentRequests",
    headers,
    body: { paymentMethodId: method.id, amount: AMOUNT },
    status: 201,
  })
  return update(stage, "how the charge ended", request.id, ["approved", "error"])
}

/** Waits for a webhook about an object in one of these states, checks it, answers the object. */
async function update(
  stage: Stage,
  what: string,
  id: string,
  statuses: readonly string[],
): Promise<Json> {
  const message = await stage.webhook(
    "palomma-direct-debit",
    what,
    ({ event }) => event.id === id && statuses.includes(event.status),
  )
  await stage.check(
    "X-Signature is the HMAC-SHA-256 of X-Encoded-Data, which is the body",
    verifies(message, stage.gateway.credential("palommaDirectDebit", "integrityKey")),
  )
  return JSON.parse(message.body).event
}

/** The recipe: hex HMAC-SHA-256 of the header's text; decoded, the text has to be the body. */
function verifies({ headers, body }: Message, integrityKey: string): boolean {
  const encoded = String(headers["x-encoded-data"])
  const signature = Buffer.from(String(headers["x-signature"]))
  const expected = Buffer.from(createHmac("sha256", integrityKey).update(encoded).digest("hex"))
  return (
    signature.length === expected.length &&
    timingSafeEqual(signature, expected) &&
    Buffer.from(encoded, "base64").toString("utf8") === body
  )
}
