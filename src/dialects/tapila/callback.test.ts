/** The webhook: what it says, under which hash, and who is owed one. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { test } from "node:test"
import { confirmPayment } from "./answers.ts"
import { callback } from "./callback.ts"
import { example, KEY, notice, payment, purpose } from "./examples/rows.ts"

test("the webhook says what its page documents, under the documented hash", () => {
  const sent = callback(notice({}))!
  const text = `${payment().id}|pay-000123|confirmed|1500.00`
  const hash = createHmac("sha256", KEY).update(text).digest("hex")
  assert.deepEqual(confirmPayment.parse(JSON.parse(sent.body)), {
    ...example("confirm-payment"),
    hash,
  })
  const declined = payment({ state: "declined", reason: "other" })
  const failed = callback(notice({ payment: declined, type: "payment.declined" }))!
  assert.deepEqual(JSON.parse(failed.body), example("confirm-payment-failed"))
})

test("the hash has two decimals whatever the currency, and is empty without a key", () => {
  const chile = payment({ asset: "CLP", amount: 1_500n, state: "declined", reason: "other" })
  const sent = JSON.parse(callback(notice({ payment: chile, type: "payment.declined" }))!.body)
  const text = `${chile.id}|pay-000123|failed|1500.00`
  assert.equal(sent.hash, createHmac("sha256", KEY).update(text).digest("hex"))
  assert.equal(sent.amount, 1_500)
  assert.equal(JSON.parse(callback(notice({ signingKey: "" }))!.body).hash, "")
})

const prompt = payment({ deferred: false })
const always = payment({ deferred: false, purpose: { ...purpose, notifyAlways: true } })
const OWED: [what: string, told: Parameters<typeof notice>[0], owed: boolean][] = [
  ["before its answer", { payment: prompt }, false],
  ["before its answer with a refusal", { payment: prompt, type: "payment.declined" }, false],
  ["after its 202", {}, true],
  ["before its answer, for a client that wants to hear of all", { payment: always }, true],
  ["after its 202 with a refusal", { type: "payment.declined" }, true],
  ["after its 202 with an expiry", { type: "payment.expired" }, true],
  ["not yet: it was created", { type: "payment.created" }, false],
  ["not yet: it is under way", { type: "payment.processing" }, false],
  ["before, and was delivered after all", { type: "payment.delivered_late" }, false],
  ["without being a payment", { payment: null }, false],
]
for (const [what, told, owed] of OWED) {
  test(`a recharge that ends ${what} is ${owed ? "" : "not "}told`, () => {
    assert.equal(callback(notice(told)) !== null, owed)
  })
}
