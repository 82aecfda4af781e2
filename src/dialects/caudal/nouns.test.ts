/** The examples of customers, quotes, refunds and reports are what their rows are told as. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { z } from "zod"
import * as answers from "./answers.ts"
import { createCustomer, customerOut, customerSchema } from "./customers.ts"
import * as nouns from "./examples/nouns.ts"
import * as rows from "./examples/rows.ts"
import { createInstrument } from "./instruments.ts"
import { createQuote, quoteOut, quoteSchema } from "./quotes.ts"
import { dailyOut, dailySchema } from "./reports.ts"
import { foundOut, foundSchema, listPayments } from "./search.ts"
import { refundOut } from "./wire.ts"

const fileOf = (name: string) => join(import.meta.dirname, "examples", `${name}.json`)
const example = (name: string) => JSON.parse(readFileSync(fileOf(name), "utf8"))

const found = { items: [rows.payment], cursor: `named.${rows.payment.id}` }
const asked = createQuote.parse(example("create-quote"))

const TABLE: readonly [name: string, schema: z.ZodType, made: unknown][] = [
  ["payments", foundSchema, foundOut({ ...found, lookedBackTo: rows.payment.createdAt })],
  ["customer", customerSchema, customerOut(nouns.customer)],
  ["refund", answers.refundSchema, refundOut(rows.refund, rows.payment, undefined)],
  ["quote", quoteSchema, quoteOut(asked, nouns.quoted)],
  ["daily", dailySchema, dailyOut(nouns.daily)],
]

for (const [name, schema, made] of TABLE) {
  test(`the example of ${name} is what its rows are told as`, () => {
    const plain = JSON.parse(JSON.stringify(made))
    assert.deepEqual(plain, example(name))
    assert.deepEqual(schema.parse(plain), plain)
  })
}

test("the examples of creates are ones, and make the examples of answers", () => {
  const { name, email } = createCustomer.parse(example("create-customer"))
  assert.deepEqual([name, email], [nouns.customer.person.name, nouns.customer.person.email])
  const account = createInstrument.parse(example("create-instrument"))
  assert.equal(account.customer, example("instrument").customer)
})

const CURSORS: readonly (readonly [text: string, place: string | null])[] = [
  [`pay_${"0".repeat(32)}`, "00000000-0000-0000-0000-000000000000"],
  [`named_${"0".repeat(32)}`, "named.00000000-0000-0000-0000-000000000000"],
  ["named_", null],
  [`named_pay_${"0".repeat(32)}`, null],
  [`evt_${"0".repeat(32)}`, null],
  ["", null],
]

test("a cursor of payments is one that an answer had", () => {
  for (const [text, place] of CURSORS) {
    const read = listPayments.safeParse({ cursor: text })
    assert.equal(read.success ? read.data.cursor : null, place, text)
  }
})

const QUERIES: readonly (readonly [query: object, complaint: RegExp | null])[] = [
  [{}, null],
  [{ search: "12.500", state: ["approved"], method: "bank", asset: "COP" }, null],
  [{ from: "2026-01-05T00:00:00-05:00", to: "2026-01-06T00:00:00Z" }, null],
  [{ min_amount: "0", max_amount: "10" }, null],
  [{ search: "" }, /1 to 255/],
  [{ search: "   " }, /1 to 255/],
  [{ search: "x".repeat(256) }, /1 to 255/],
  [{ from: "2026-01-05" }, /a time with its zone/],
  [{ from: "2026-01-05T00:00:00" }, /a time with its zone/],
  [{ from: "2026-01-06T00:00:00Z", to: "2026-01-05T00:00:00Z" }, /later than from/],
  [{ min_amount: "10", max_amount: "9" }, /not be less/],
  [{ min_amount: "1.5" }, /minor units/],
  [{ min_amount: "-1" }, /minor units/],
  [{ method: "cash" }, /one of bank/],
  [{ sate: "approved" }, /sate/],
]

test("a query that can't be meant is refused, and says why", () => {
  for (const [query, complaint] of QUERIES) {
    const read = listPayments.safeParse(query)
    if (complaint === null) assert.ok(read.success, JSON.stringify(query))
    else assert.match(read.error?.message ?? "", complaint, JSON.stringify(query))
  }
})
