/** What goes out: each state and reason, each way back, and the examples. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { type Payment, REASONS, STATES } from "../../core/index.ts"
import { callback, sign } from "./callback.ts"
import { problem } from "./errors.ts"
import { expired, INTEGRITY_KEY, notice, payment } from "./examples/rows.ts"
import * as wire from "./wire.ts"

const PUBLIC_URL = "http://localhost:8080"

function example(name: string) {
  return JSON.parse(readFileSync(join(import.meta.dirname, "examples", `${name}.json`), "utf8"))
}

test("the examples are what the translation makes of their rows", () => {
  const created = example("create-payment-request")
  assert.ok(wire.createBody.parse(created.request))
  const url = wire.paymentUrl(payment.id, PUBLIC_URL)
  assert.deepEqual({ id: payment.id, payment_url: url }, wire.createdAnswer.parse(created.answer))
  const read = wire.readAnswer.parse(example("get-payment-request").answer)
  assert.deepEqual(wire.readOf(expired, PUBLIC_URL), read)
  const told = example("webhook")
  assert.deepEqual(JSON.parse(callback(notice)!.body), told.body)
  assert.deepEqual(JSON.parse(Buffer.from(told.body.data, "base64").toString()), told.decoded)
  assert.equal(sign(told.body.data, told.integrityKey), told.body.signature)
  const refused = { code: "amount_out_of_range", message: example("error").body.message } as const
  assert.deepEqual(problem(refused), example("error"))
})

test("every state and reason has a status that the vendor's receivers know", () => {
  const rows: [state: Payment["state"], reason: Payment["reason"], status: string, why: unknown][] =
    [
      ["pending", null, "PENDING", null],
      ["processing", null, "PENDING", null],
      ["approved", null, "APPROVED", null],
      ["declined", "not_enough_funds", "REJECTED", "NOT_ENOUGH_FUNDS"],
      ["declined", "declined_by_bank", "REJECTED", "DECLINED_BY_BANK"],
      ["declined", "operator_unavailable", "ERROR", "BANK_UNAVAILABLE"],
      ["expired", "expired", "REJECTED", "EXPIRED"],
      ["cancelled", "cancelled_by_payer", "REJECTED", "CUSTOMER_CANCELLATION"],
      ["cancelled", "cancelled_by_merchant", "REJECTED", "MERCHANT_CANCELLATION"],
      ["returned", "not_enough_funds", "REJECTED", "RETURNED"],
      ["returned", "operator_unavailable", "REJECTED", "RETURNED"],
    ]
  for (const [state, reason, status, why] of rows) {
    assert.deepEqual(wire.statusOf({ state, reason }), { status, status_reason: why })
  }
  for (const state of STATES) {
    for (const reason of REASONS) {
      const said = wire.statusOf({ state, reason })
      assert.match(said.status, /^(PENDING|APPROVED|REJECTED|ERROR)$/)
      if (said.status_reason !== null) assert.match(said.status_reason, /^[A-Z_]+$/)
    }
  }
})

test("a webhook is sent for each change of the outward status, and for nothing else", () => {
  const told = ["approved", "declined", "expired", "cancelled", "returned"]
  const silent = ["created", "processing", "attempt_opened", "attempt_declined", "settled"]
  const rest = ["unapplied", "underpaid", "overpaid", "seen", "unapplied_returned"]
  for (const type of [...told, ...silent, ...rest]) {
    const event = { ...notice.event, type: `payment.${type}` }
    assert.equal(callback({ ...notice, event }) !== null, told.includes(type), type)
  }
})

test("the signature is the plain hash that the vendor's plugin computes", () => {
  const { data, signature } = JSON.parse(callback(notice)!.body)
  const expected = createHash("sha256").update(`${data}${INTEGRITY_KEY}`).digest("hex")
  assert.equal(signature, expected)
  assert.match(signature, /^[0-9a-f]{64}$/)
})

test("what is known of a payer is a person's or a business's", () => {
  const rows: [user: object, name: string | null, documentType: string | null][] = [
    [{ first_name: "Ana", last_name: "Ruiz", document_type: "CC" }, "Ana Ruiz", "cc"],
    [{ first_name: "Ana" }, "Ana", null],
    [{ last_name: "Ruiz", document_type: null }, "Ruiz", null],
    [{ business_name: "Café SAS", document_type: "nit" }, "Café SAS", "nit"],
    [{}, null, null],
    [{ first_name: " ", last_name: "", document_type: "" }, null, null],
    // Both are known: the document says whose money it is.
    [{ first_name: "Ana", business_name: "Café SAS", document_type: "ce" }, "Ana", "ce"],
    [{ first_name: "Ana", business_name: "Café SAS", document_type: "NIT" }, "Café SAS", "nit"],
    [{ first_name: "Ana", business_name: "Café SAS" }, "Café SAS", null],
    [{ business_name: "Café SAS", document_type: "cc" }, "Café SAS", "cc"],
  ]
  for (const [user_information, name, documentType] of rows) {
    const body = wire.createBody.parse({ amount_cents: 500_000, user_information })
    const nothing = { documentNumber: null, email: null, phoneNumber: null }
    const { payer } = wire.purposeOf(body, null)
    assert.deepEqual(payer, { name, documentType, ...nothing })
  }
})
