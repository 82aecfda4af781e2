/** The examples are what the translation makes of their rows, and pass their schemas. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { z } from "zod"
import * as answers from "./answers.ts"
import { callback } from "./callback.ts"
import { chargeOf, createdOut, differences } from "./created.ts"
import { problem } from "./errors.ts"
import * as rows from "./examples/rows.ts"
import { idIn, idOut, type Named, placeIn, placeOut } from "./ids.ts"
import { statementOut } from "./movements.ts"
import * as requests from "./requests.ts"
import * as wire from "./wire.ts"

const example = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, "examples", `${name}.json`), "utf8"))

const NOT_FOUND = { code: "payment_not_found", message: "there is no such payment" } as const
const HOLDER = { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" }

const notice = {
  event: rows.event,
  payment: rows.payment,
  attempt: rows.attempt,
  customer: null,
  instrument: null,
  refund: null,
  railName: "Simulator",
  signingKey: "key",
  deliveryId: rows.delivery.id,
}

test("each example is what its rows are told as", () => {
  const { payment, attempt, refund, event, accounts, instrument } = rows
  const { statement } = rows
  const table: [name: string, schema: z.ZodType | null, made: unknown][] = [
    ["payment", answers.wholePaymentSchema, wire.wholePaymentOut(payment, [attempt], [refund], [])],
    ["created", answers.createdSchema, createdOut(rows.created, "http://127.0.0.1:8080")],
    ["event", answers.eventSchema, wire.eventOut(event)],
    [
      "balances",
      answers.listSchema(answers.balanceSchema),
      wire.allOut(wire.balancesOut(accounts)),
    ],
    ["statement", answers.statementSchema, statementOut("COP", statement)],
    ["instrument", answers.instrumentSchema, wire.instrumentOut(instrument)],
    ["webhook", null, JSON.parse(callback(notice)!.body)],
    ["problem", null, problem(NOT_FOUND, "req_1", "http://localhost:8080").body],
  ]
  for (const [name, schema, made] of table) {
    const plain = JSON.parse(JSON.stringify(made))
    assert.deepEqual(plain, example(name), name)
    if (schema) assert.deepEqual(schema.parse(plain), plain, name)
  }
})

test("the example of a create is one, with what it leaves out as null", () => {
  const body = example("create-payment")
  const { amount, ...rest } = requests.createPayment.parse(body)
  assert.deepEqual(rest, { ...rest, customer: null, instrument: null })
  assert.equal(amount, rows.created.amount)
  const all = { ...body, customer: null, instrument: null }
  assert.deepEqual(requests.createPayment.parse(all), { amount, ...rest })
})

test("only a consented instrument is charged, by the method that its details are of", () => {
  const { instrument } = rows
  const mandate = { id: instrument.id, consentedAt: "2026-01-05T14:03:40.000Z" }
  const way = { method: "bank", target: { ...instrument.details, mandate } }
  assert.deepEqual(chargeOf(instrument), way)
  const phone = { ...instrument, details: { phoneNumber: "3001234567" } }
  assert.equal(chargeOf(phone)?.method, "wallet")
  assert.equal(chargeOf({ ...instrument, consentedAt: null }), null)
})

test("a repeat differs by each member that a payment keeps", () => {
  const { created } = rows
  const spec = { ...created, merchant: {} as never, way: null, repeat: "answer" } as const
  assert.deepEqual(differences(created, spec), [])
  const table: [change: object, member: string][] = [
    [{ amount: 1n }, "amount"],
    [{ asset: "USD" }, "asset"],
    [{ description: null }, "description"],
    [{ customerId: created.id }, "customer"],
    [{ instrumentId: created.id }, "instrument"],
    [{ purpose: { ...created.purpose, methods: ["crypto"] } }, "method"],
    [{ purpose: { ...created.purpose, redirectUrl: undefined } }, "redirect_url"],
    [{ purpose: { ...created.purpose, metadata: { cart: "cart-78" } } }, "metadata"],
  ]
  for (const [change, member] of table) {
    assert.deepEqual(differences(created, { ...spec, ...change }), [member])
  }
  // It may have waited for another time by then.
  assert.deepEqual(differences(created, { ...spec, expiresAt: null }), [])
})

test("an instrument is told with its number masked, and its holder not at all", () => {
  const { instrument, event } = rows
  const about = { ...event, subject: "instrument", subjectId: instrument.id } as const
  const details = { ...instrument.details, holder: HOLDER }
  const told = callback({
    ...notice,
    event: about,
    payment: null,
    instrument: { ...instrument, details },
  })
  assert.doesNotMatch(told!.body, /12345678901|Ana Ruiz|1020304050/)
  assert.deepEqual(JSON.parse(told!.body).data.object, example("instrument"))
})

test("details say what an event has to say, in this API's words", () => {
  const table: [data: Record<string, unknown>, details: Record<string, unknown>][] = [
    [{ state: "pending" }, { state: "pending" }],
    [
      { state: "declined", reason: "other" },
      { state: "declined", reason: "other" },
    ],
    [{ attemptReason: "not_enough_funds" }, { attempt_reason: "not_enough_funds" }],
    [
      { asset: "USD", amount: "5", received: "7", due: "9" },
      { asset: "USD", amount: "5", received: { USD: "7" }, due: "9" },
    ],
    [{ received: { "eip155:1/erc20:0x0": "7" } }, { received: { "eip155:1/erc20:0x0": "7" } }],
    [{ somethingNew: "x" }, {}],
  ]
  for (const [data, details] of table) {
    const { details: made } = wire.eventOut({ ...rows.event, data })
    assert.deepEqual(JSON.parse(JSON.stringify(made)), details)
  }
})

test("ids are written with their prefix and read with or without it", () => {
  const uuid = "019b8e41-1c60-4001-8a11-3c5d1f0e8f0b"
  const written = idOut("payment", uuid)
  assert.equal(written, "pay_019b8e411c6040018a113c5d1f0e8f0b")
  const table: [of: Named, text: string, id: string | null][] = [
    ["payment", written, uuid],
    ["payment", written.toUpperCase(), uuid],
    ["payment", uuid, uuid],
    ["payment", uuid.toUpperCase(), uuid],
    ["refund", written, null],
    ["payment", written.slice(4), null],
    ["payment", `${written}0`, null],
    ["payment", `${written}\n`, null],
    ["payment", "pay_", null],
    ["payment", "", null],
    ["payment", "__proto__", null],
  ]
  for (const [of, text, id] of table) assert.equal(idIn(of, text), id, text)
})

test("a refund's amount is text of whole minor units, or all that is left", () => {
  const table: [body: unknown, amount: bigint | null | undefined][] = [
    [undefined, null],
    [null, null],
    [{}, null],
    [{ amount: null }, null],
    [{ amount: "1" }, 1n],
    [{ amount: "9".repeat(78) }, BigInt("9".repeat(78))],
    [{ amount: "9".repeat(79) }, undefined],
    [{ amount: 1 }, undefined],
    [{ amount: "0" }, undefined],
    [{ amount: "01" }, undefined],
    [{ amount: "-1" }, undefined],
    [{ amount: "1.5" }, undefined],
    [{ amount: "1e3" }, undefined],
    [{ amont: "1" }, undefined],
    [[], undefined],
  ]
  for (const [body, amount] of table) {
    assert.equal(requests.refund.safeParse(body).data?.amount, amount, JSON.stringify(body))
  }
})

test("a page of a statement is gone on with where it ended, and nowhere else", () => {
  const place = rows.statement.next!
  assert.deepEqual(placeIn(placeOut(place)), place)
  const owing = { ...place, available: -5n, held: 10n ** 77n }
  assert.deepEqual(placeIn(placeOut(owing)), owing)
  const coded = (text: string) => Buffer.from(text).toString("base64url")
  for (const text of [
    "",
    "x",
    placeOut(place).slice(2),
    coded(`${place.id} 1 2`),
    coded(`${place.id} 1 2 3 4`),
    coded(`${"-".repeat(36)} 1 2 3`),
    coded(`${place.id} ${"9".repeat(15)} 2 3`),
    coded(`${place.id} 1 ${"9".repeat(79)} 3`),
    coded(`${place.id} 1 2.5 3`),
  ]) {
    assert.equal(placeIn(text), null, text)
  }
})
