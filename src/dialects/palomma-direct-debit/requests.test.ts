/** What clients may send, as tables of good and bad bodies with what is said of each. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { z } from "zod"
import * as requests from "./requests.ts"

const customer = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}
const account = {
  customerId: "019b8e41-1c60-4001-8a11-3c5d1f0e8f0b",
  type: "bankAccount",
  bank: "bancolombia",
  accountType: "savings",
  accountNumber: "12345678901",
}
const nequi = { customerId: account.customerId, type: "nequiInstant", phoneNumber: "3298779391" }
const instant = { customerId: account.customerId, type: "bancolombiaInstant" }
const request = { paymentMethodId: "019b8e41-3e10-4002-9b22-4d6e2a1f9c10", amount: 123 }

type Row = [schema: z.ZodType, body: unknown]

const GOOD: Row[] = [
  [requests.createCustomer, customer],
  [requests.createCustomer, { ...customer, documentType: "ce", documentNumber: "E394812" }],
  [requests.createCustomer, { ...customer, documentType: "nit", documentNumber: "800197268" }],
  [requests.createCustomer, { ...customer, documentType: "nit", documentNumber: "800197268-4" }],
  [requests.createCustomer, { ...customer, name: "Ñandú & Cía. S.A.S. 🦩" }],
  [requests.createPaymentMethod, account],
  [requests.createPaymentMethod, { ...account, accountNumber: "0".repeat(20) }],
  ...requests.BANKS.map((bank): Row => [requests.createPaymentMethod, { ...account, bank }]),
  [requests.createPaymentMethod, nequi],
  [requests.createPaymentMethod, instant],
  [requests.createPaymentMethod, { ...instant, accountType: "checking", accountNumber: "123456" }],
  [requests.createPaymentRequest, request],
  [requests.listPaymentMethods, { limit: 100, status: "active", customerId: "x" }],
]

test("what the page shows is taken as it is", () => {
  for (const [schema, body] of GOOD) {
    const asked =
      schema === requests.listPaymentMethods ? { ...(body as object), limit: "100" } : body
    assert.deepEqual(schema.parse(asked), body)
  }
  assert.equal(requests.BANKS.length, 40)
})

const BAD: [schema: z.ZodType, body: unknown, field: string, said: RegExp][] = [
  [requests.createCustomer, { ...customer, name: undefined }, "name", /received undefined$/],
  [requests.createCustomer, { ...customer, name: 7 }, "name", /^must be text of 1 to 200/],
  [requests.createCustomer, { ...customer, name: " " }, "name", /^must be text of 1 to 200/],
  [requests.createCustomer, { ...customer, name: "x".repeat(201) }, "name", /^must be text/],
  [requests.createCustomer, { ...customer, name: "Ana\u0007" }, "name", /control characters/],
  [requests.createCustomer, { ...customer, documentType: "ti" }, "documentType", /one of cc, ce/],
  [requests.createCustomer, { ...customer, documentType: null }, "documentType", /one of cc, ce/],
  [requests.createCustomer, { ...customer, documentNumber: 10 }, "documentNumber", /be text$/],
  [requests.createCustomer, { ...customer, documentNumber: "1.020" }, "documentNumber", /digits/],
  [
    requests.createCustomer,
    { ...customer, documentType: "nit", documentNumber: "800197268-5" },
    "documentNumber",
    /verification digit of this nit/,
  ],
  [requests.createCustomer, { ...customer, email: "ana" }, "email", /an e-mail address/],
  [requests.createCustomer, { ...customer, email: `a@${"b".repeat(250)}.co` }, "email", /at most/],
  [requests.createPaymentMethod, { ...account, type: undefined }, "type", /one of bankAccount/],
  [requests.createPaymentMethod, { ...account, type: "card" }, "type", /one of bankAccount/],
  [requests.createPaymentMethod, { ...account, bank: "bank" }, "bank", /one of santander/],
  [requests.createPaymentMethod, { ...account, bank: undefined }, "bank", /received undefined$/],
  [requests.createPaymentMethod, { ...account, accountType: "other" }, "accountType", /savings/],
  [
    requests.createPaymentMethod,
    { ...account, accountNumber: "12345" },
    "accountNumber",
    /6 to 20/,
  ],
  [requests.createPaymentMethod, { ...account, accountNumber: 123456 }, "accountNumber", /6 to 20/],
  [
    requests.createPaymentMethod,
    { ...account, accountNumber: "1".repeat(21) },
    "accountNumber",
    /6 to 20/,
  ],
  [requests.createPaymentMethod, { ...nequi, phoneNumber: "2298779391" }, "phoneNumber", /is 3$/],
  [
    requests.createPaymentMethod,
    { ...nequi, phoneNumber: "329877939" },
    "phoneNumber",
    /10 digits/,
  ],
  [requests.createPaymentMethod, { ...instant, accountNumber: "1" }, "accountNumber", /6 to 20/],
  [requests.createPaymentRequest, { ...request, amount: undefined }, "amount", /undefined$/],
  [requests.createPaymentRequest, { ...request, amount: "123" }, "amount", /whole number of pesos/],
  [requests.createPaymentRequest, { ...request, amount: 1.5 }, "amount", /whole number of pesos/],
  [requests.createPaymentRequest, { ...request, amount: 2 ** 53 }, "amount", /whole number/],
  [requests.createPaymentRequest, { amount: 123 }, "paymentMethodId", /received undefined$/],
  [requests.listCustomers, { limit: "0" }, "limit", /from 1 to 100$/],
  [requests.listCustomers, { limit: "101" }, "limit", /from 1 to 100$/],
  [requests.listCustomers, { limit: "ten" }, "limit", /from 1 to 100$/],
  [requests.listCustomers, { limit: ["1", "2"] }, "limit", /from 1 to 100$/],
  [requests.listCustomers, { cursor: "" }, "cursor", /the cursor of a page$/],
  [requests.listCustomers, { cursor: "AZuOQRxgQAGKETxdHw6PC=" }, "cursor", /cursor of a page$/],
  [requests.listPaymentMethods, { status: "approved" }, "status", /one of pending, active, error$/],
  [requests.listPaymentRequests, { status: "active" }, "status", /one of pending, processing/],
]

test("what is wrong is named with its field and its rule", () => {
  for (const [schema, body, field, said] of BAD) {
    const parsed = schema.safeParse(body)
    assert.ok(!parsed.success, `${field} was taken: ${JSON.stringify(body)}`)
    const [issue] = parsed.error.issues
    assert.deepEqual(
      [issue?.path.join("."), said.test(issue!.message)],
      [field, true],
      issue?.message,
    )
  }
})

test("a cursor gives back the id that it was made of", () => {
  const id = "019b8e41-1c60-4001-8a11-3c5d1f0e8f0b"
  const cursor = requests.cursorOf(id)
  assert.doesNotMatch(cursor, /019b8e41/)
  assert.deepEqual(requests.listCustomers.parse({ cursor }), { limit: 20, cursor: id })
  for (const other of [`${cursor}==`, `${cursor} `, `${cursor.slice(0, 9)}!${cursor.slice(9)}`]) {
    assert.equal(requests.listCustomers.safeParse({ cursor: other }).success, false, other)
  }
})

test("ids have one form, and what has another names nothing", () => {
  const id = "019b8e41-1c60-4001-8a11-3c5d1f0e8f0b"
  assert.equal(requests.knownForm(id), id)
  assert.equal(requests.knownForm(id.toUpperCase()), id)
  for (const other of ["", "<string>", `{${id}}`, id.replaceAll("-", ""), `${id} `]) {
    assert.equal(requests.knownForm(other), null, other)
  }
})
