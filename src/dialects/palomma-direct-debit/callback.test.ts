/** Webhooks: who is told of what, how it is signed, and what of an account leaves. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { callback } from "./callback.ts"
import { notice } from "./examples/rows.ts"

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

test("an account leaves with its last four digits only", () => {
  assert.doesNotMatch(callback(notice)!.body, /12345678901/)
  assert.equal(body.event.paymentMethodDetails.bankAccount.accountNumber, "*8901")
})

test("letters beyond ASCII survive the header, and the largest message fits one", () => {
  const long = {
    ...notice.customer!.person,
    name: "ñ".repeat(200),
    email: `${"a".repeat(240)}@x.co`,
  }
  const instrument = { ...notice.instrument!, type: "bancolombiaInstant" }
  const sent = callback({ ...notice, instrument, customer: { ...notice.customer!, person: long } })!
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
