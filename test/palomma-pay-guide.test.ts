/** Compares the guide to Palomma Pay with the program, and its two languages with each other. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { readDocument } from "../src/checkout/documents.ts"
import { REASONS } from "../src/core/index.ts"
import { STATUS as ERRORS } from "../src/dialects/palomma-pay/errors.ts"
import * as wire from "../src/dialects/palomma-pay/wire.ts"
import { type Fate, fateOf, isRefusedAtOnce } from "../src/rails/simulator/magic.ts"
import { codeIn, lacksPhp, namesIn, numbersOf, openGuide } from "./support/guide.ts"

const guide = openGuide("palomma-pay")
const { tableWith, example } = guide

test("both languages have the same tables, headings, examples and links", () => {
  guide.assertTwins(10)
})

test("the guide has every field, and its limits", () => {
  const taken = (body: object) =>
    wire.createBody.safeParse({ amount_cents: 500_000, ...body }).success
  const fields = tableWith("amount_cents")
  assert.deepEqual(namesIn(fields), Object.keys(wire.createBody.shape))
  const [, amount, ttl] = ["", "amount_cents", "ttl"].map((field) => numbersOf(fields, field))
  assert.deepEqual(amount, [Number(wire.AMOUNT_MIN), Number(wire.AMOUNT_MAX)])
  for (const [at, outside] of [-1, 1].entries()) {
    assert.ok(taken({ ttl: ttl![at]! }) && !taken({ ttl: ttl![at]! + outside }), "ttl")
  }
  const digits = numbersOf(fields, "enforced_document_number")
  for (const [at, outside] of [-1, 1].entries()) {
    const number = (count: number) => ({ enforced_document_number: "1".repeat(count) })
    assert.ok(taken(number(digits[at]!)) && !taken(number(digits[at]! + outside)))
  }
  for (const field of ["description", "merchant_display_name", "merchant_support_info"]) {
    const [most] = numbersOf(fields, field)
    const filled = (count: number) => ({ [field]: "x".repeat(count) })
    assert.ok(taken(filled(most!)) && !taken(filled(most! + 1)), field)
  }
  const user = tableWith("first_name")
  const known = wire.createBody.shape.user_information.unwrap().unwrap().shape
  assert.deepEqual(namesIn(user).sort(), Object.keys(known).sort())
  for (const [field] of user.map((row) => namesIn([row]))) {
    const filled = (value: string) => ({ user_information: { [field!]: value } })
    if (field === "document_type") {
      const types = codeIn(user.find(([name]) => name === "`document_type`")!.at(-1)!)
      assert.ok(types.length > 0 && types.every((type) => taken(filled(type))))
      continue
    }
    const [most] = numbersOf(user, field!)
    assert.ok(taken(filled("1".repeat(most!))) && !taken(filled("1".repeat(most! + 1))), field)
  }
})

test("the guide has every status and reason, every member of a read, every error", () => {
  const read = tableWith("expires_at")
  assert.deepEqual(namesIn(read), Object.keys(wire.readAnswer.shape))
  assert.deepEqual(namesIn(tableWith("PENDING")), wire.readAnswer.shape.status.options)
  const said = REASONS.map((reason) => wire.statusOf({ state: "declined", reason }))
  assert.deepEqual(
    tableWith("OTHER")
      .map(([reason, status]) => namesIn([[reason!], [status!]]))
      .sort(),
    said.map(({ status, status_reason }) => [status_reason, status]).sort(),
  )
  const statuses = [...new Set(Object.values(ERRORS))].map(String).sort()
  assert.deepEqual(namesIn(tableWith("422")), statuses)
})

test("the guide has the simulator's digits", () => {
  const table = tableWith("01")
  const named = namesIn(table)
  for (let number = 0; number < 100; number += 1) {
    const digits = String(number).padStart(2, "0")
    const [, does, status] = table[named.indexOf(digits)] ?? table[named.indexOf("others")]!
    const target = { accountNumber: `123456${digits}` }
    const fate = fateOf({ kind: "charge", method: "bank", target })
    assert.equal(codeIn(status!)[0], statusAfter(fate), digits)
    const seconds = fate.steps.find(({ afterMs }) => afterMs > 0)?.afterMs ?? 0
    assert.equal(Number(/(\d+) seconds/.exec(does!)?.[1] ?? 0), seconds / 1_000, digits)
    assert.equal(/^(?:turns|is down)/.test(does!), isRefusedAtOnce(target), digits)
  }
})

/** A declined try leaves the request open for another. */
function statusAfter({ steps }: Fate): string {
  const last = steps.at(-1)?.kind
  if (last === "settled" || last === "approved") return "APPROVED"
  return last === "returned" ? "REJECTED" : "PENDING"
}

test("a NIT in the guide has its right check digit, and a page reads it", () => {
  const [number, digit] = /`(\d{10})-(\d)`/.exec(guide.english)!.slice(1)
  assert.deepEqual(readDocument("nit", `${number}-${digit}`), { number })
})

test("the guide's answer and webhook are the examples", () => {
  const [answer, body, decoded] = guide.answers()
  const created = example("create-payment-request").answer
  const here = created.payment_url.replace("localhost", "127.0.0.1")
  assert.deepEqual(answer, { ...created, payment_url: here })
  const webhook = example("webhook")
  assert.deepEqual([body, decoded], [webhook.body, webhook.decoded])
  assert.ok(guide.english.includes(`\`${webhook.integrityKey}\``))
})

/** Bodies that a receiver may get, and what it has to make of each with the example's key. */
function messages(): [what: string, body: string, key: string, genuine: boolean][] {
  const { body, integrityKey } = example("webhook")
  const { data, signature } = body
  const text = (message: unknown) => JSON.stringify(message)
  const signed = (data: string) => ({
    data,
    signature: createHash("sha256")
      .update(data + integrityKey)
      .digest("hex"),
  })
  const other = Buffer.from('{"status":"APPROVED"}').toString("base64")
  return [
    ["as it is sent", text(body), integrityKey, true],
    ["with members in another order", text({ signature, data }), integrityKey, true],
    ["under another key", text(body), "another", false],
    ["with other data", text({ data: other, signature }), integrityKey, false],
    ["with a cut signature", text({ data, signature: signature.slice(1) }), integrityKey, false],
    ["with an empty signature", text({ data, signature: "" }), integrityKey, false],
    ["without a signature", text({ data }), integrityKey, false],
    ["with a list as signature", text({ data, signature: [signature] }), integrityKey, false],
    ["with true as signature", text({ data, signature: true }), integrityKey, false],
    ["with a list as data", text({ data: [data], signature }), integrityKey, false],
    ["with nothing", "{}", integrityKey, false],
    ...["null", "x", "", "7", "[]", '"text"'].map((body): [string, string, string, boolean] => [
      `which is ${body}`,
      body,
      integrityKey,
      false,
    ]),
    ["with data that is no JSON", text(signed("x")), integrityKey, false],
  ]
}

test("the recipe in Node accepts what is sent, and nothing that was changed", async (t) => {
  const { readNotice } = await guide.nodeRecipe(t)
  for (const [what, body, key, genuine] of messages()) {
    assert.deepEqual(readNotice(body, key), genuine ? example("webhook").decoded : null, what)
  }
})

test("the recipe in PHP does the same", { skip: lacksPhp }, (t) => {
  const read = guide.phpRecipe(t, "read_notice(getenv('BODY'), getenv('KEY'))")
  for (const [what, BODY, KEY, genuine] of messages()) {
    assert.deepEqual(read({ BODY, KEY }), genuine ? example("webhook").decoded : null, what)
  }
})
