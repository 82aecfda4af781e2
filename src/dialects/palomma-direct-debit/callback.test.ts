/** Webhooks: who is told of what, how it is signed, and what of an account leaves. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { callback } from "./callback.ts"
import { notice } from "./examples/rows.ts"
import { createCustomer } from "./requests.ts"

const { headers, body } = JSON.parse(
  readFileSync(join(import.meta.dirname, "examples", "webhook.json"), "utf8"),
)

test("the example is what leaves for its notice", () => {
  const sent = callback(notice)
  assert.deepEqual(JSON.parse(sent!.body), body)
  assert.deepEqual(sent!.headers, headers)
})

test("a receiver can prove it by the documented recipe, and notices a changed byte", () => {
  const sent = callback(notice)!
  const encoded = sent.headers["x-encoded-data"]!
  const expected = createHmac("sha256", "the-integrity-key").update(encoded).digest("hex")
  assert.equal(sent.headers["x-signature"], expected)
  assert.equal(Buffer.from(encoded, "base64").toString("utf8"), sent.body)
  const other = callback({ ...notice, signingKey: "another" })!
  assert.notEqual(other.headers["x-signature"], expected)
})

test("an account and a document leave with their last four digits only", () => {
  assert.doesNotMatch(callback(notice)!.body, /12345678901|1020304050/)
  assert.equal(body.event.paymentMethodDetails.bankAccount.accountNumber, "*8901")
  assert.equal(body.event.customerDetails.documentNumber, "*4050")
})

/** What is left of a document; of a short one never more than a half. */
const DOCUMENTS = { "8001972684": "*2684", "800197268-4": "*68-4", E394812: "*812", "123": "*3" }

test("no document leaves whole, however short it is and wherever it stands", () => {
  for (const [documentNumber, left] of Object.entries(DOCUMENTS)) {
    const customer = {
      ...notice.customer!,
      person: { ...notice.customer!.person, documentNumber },
    }
    const instrument = {
      ...notice.instrument!,
      type: "bancolombiaInstant",
      state: "active",
    } as const
    for (const payment of [notice.payment, null]) {
      const subject = payment ? "payment" : "instrument"
      const type = payment ? "payment.declined" : "instrument.active"
      const event = { ...notice.event, subject, type } as const
      const sent = callback({ ...notice, event, payment, customer, instrument })!
      assert.ok(!sent.body.includes(`"${documentNumber}"`), documentNumber)
      assert.equal(sent.body.split(`"documentNumber":"${left}"`).length, 3, sent.body)
    }
  }
})

test("letters beyond ASCII survive the header, and the largest message fits one", () => {
  const long = {
    ...notice.customer!.person,
    name: "🦩".repeat(200),
    email: `${"ñ".repeat(60)}@${"ñ".repeat(190)}.co`,
  }
  assert.ok(createCustomer.safeParse(long).success)
  assert.ok(!createCustomer.safeParse({ ...long, name: `${long.name}x` }).success)
  const instrument = { ...notice.instrument!, type: "bancolombiaInstant" }
  const [approvedAt, settledAt] = [notice.event.createdAt, notice.event.createdAt]
  const payment = { ...notice.payment!, state: "returned", approvedAt, settledAt } as const
  const customer = { ...notice.customer!, person: long }
  const sent = callback({ ...notice, payment, instrument, customer })!
  const encoded = sent.headers["x-encoded-data"]!
  assert.equal(
    JSON.parse(Buffer.from(encoded, "base64").toString()).event.customerDetails.name,
    long.name,
  )
  assert.ok(encoded.length < 8_192, String(encoded.length))
})

/** What each event of the core is to a merchant of this API. */
const EVENTS: [type: string, subject: "payment" | "instrument" | "refund", told: string | null][] =
  [
    ["payment.created", "payment", null],
    ["payment.processing", "payment", "payment-request.update"],
    ["payment.approved", "payment", "payment-request.update"],
    ["payment.settled", "payment", "payment-request.update"],
    ["payment.declined", "payment", "payment-request.update"],
    ["payment.expired", "payment", "payment-request.update"],
    ["payment.cancelled", "payment", "payment-request.update"],
    ["payment.returned", "payment", "payment-request.update"],
    ["payment.unapplied", "payment", null],
    ["payment.refund_pending", "payment", null],
    ["instrument.created", "instrument", null],
    ["instrument.active", "instrument", "payment-method.update"],
    ["instrument.error", "instrument", "payment-method.update"],
    ["instrument.revoked", "instrument", "payment-method.update"],
  ]

test("merchants are told of every change that a read would show, and of nothing else", () => {
  for (const [type, subject, told] of EVENTS) {
    const event = { ...notice.event, type, subject }
    const sent = callback({
      ...notice,
      event,
      payment: subject === "payment" ? notice.payment : null,
    })
    assert.equal(sent && JSON.parse(sent.body).eventType, told, type)
  }
})
