/** What goes out: each state, type and amount, and the examples. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { type Payment, STATES, type State, type Target } from "../../core/index.ts"
import { customerSchema, paymentMethodSchema, paymentRequestSchema } from "./answers.ts"
import { problem } from "./errors.ts"
import { customer, declined, instrument, payment } from "./examples/rows.ts"
import * as requests from "./requests.ts"
import * as wire from "./wire.ts"

const AUTH_URL = "http://localhost:8080/pay/consent/019b8e41-3e10-4002-9b22-4d6e2a1f9c10"

function example(name: string) {
  return JSON.parse(readFileSync(join(import.meta.dirname, "examples", `${name}.json`), "utf8"))
}

function shown(over: Partial<Payment>, endedAt: Date | null = null) {
  const out = wire.paymentRequestOut(
    { ...payment, ...over },
    customer,
    instrument,
    instrument.details,
    endedAt,
  )
  return paymentRequestSchema.parse(out)
}

test("the examples are what the translation makes of their rows", () => {
  const made = example("create-customer")
  assert.deepEqual(wire.customerOut(customer), customerSchema.parse(made.answer))
  assert.deepEqual(requests.createCustomer.parse(made.request), made.request)

  const method = example("create-payment-method")
  const methodOut = wire.paymentMethodOut(instrument, customer, instrument.details, AUTH_URL)
  assert.deepEqual(methodOut, paymentMethodSchema.parse(method.answer))
  assert.deepEqual(requests.createPaymentMethod.parse(method.request), method.request)

  const charge = example("create-payment-request")
  assert.deepEqual(shown({}), paymentRequestSchema.parse(charge.answer))
  assert.deepEqual(requests.createPaymentRequest.parse(charge.request), charge.request)

  assert.deepEqual(
    shown(declined, declined.updatedAt),
    paymentRequestSchema.parse(example("get-payment-request").answer),
  )
})

const T1 = new Date("2026-01-05T14:05:00.000Z")
const T2 = new Date("2026-01-06T15:00:00.000Z")
const T3 = new Date("2026-01-07T09:00:00.000Z")

/** Each state with what is known in it, and what then stands in the answer. */
const OUTWARD: [over: Partial<Payment> & { state: State }, status: string, more: object][] = [
  [{ state: "pending" }, "pending", {}],
  [{ state: "processing" }, "processing", {}],
  [
    { state: "approved", approvedAt: T1 },
    "approved",
    { approvedDetails: { status: "approved", approvedAt: T1.toISOString(), paidAt: null } },
  ],
  [
    { state: "approved", approvedAt: T1, settledAt: T2 },
    "approved",
    {
      approvedDetails: {
        status: "approved",
        approvedAt: T1.toISOString(),
        paidAt: T2.toISOString(),
      },
    },
  ],
  // Dated by the bank before our approval: paid with it, never before it.
  [
    { state: "approved", approvedAt: T2, settledAt: T1 },
    "approved",
    {
      approvedDetails: {
        status: "approved",
        approvedAt: T2.toISOString(),
        paidAt: T2.toISOString(),
      },
    },
  ],
  [
    { state: "declined", reason: "not_enough_funds" },
    "error",
    {
      errorDetails: {
        status: "error",
        errorCode: "D23",
        errorMessage: "Not enough funds",
        errorAt: T3.toISOString(),
      },
    },
  ],
  [
    { state: "expired", reason: "expired" },
    "error",
    {
      errorDetails: {
        status: "error",
        errorCode: "D99",
        errorMessage: "Expired",
        errorAt: T3.toISOString(),
      },
    },
  ],
  [
    { state: "cancelled", reason: "cancelled_by_merchant" },
    "error",
    {
      errorDetails: {
        status: "error",
        errorCode: "D99",
        errorMessage: "Cancelled by the merchant",
        errorAt: T3.toISOString(),
      },
    },
  ],
  // A bank's return is D06 whatever the bank gave as its reason, and the approval stays told.
  [
    {
      state: "returned",
      reason: "not_enough_funds",
      approvedAt: T1,
      settledAt: T2,
    },
    "error",
    {
      approvedDetails: {
        status: "approved",
        approvedAt: T1.toISOString(),
        paidAt: T2.toISOString(),
      },
      errorDetails: {
        status: "error",
        errorCode: "D06",
        errorMessage: "Returned by the bank",
        errorAt: T3.toISOString(),
      },
    },
  ],
]

test("each state has its status, and details only where they are true", () => {
  const { status: _, ...same } = shown({})
  for (const [over, status, more] of OUTWARD) {
    const out = shown(over, T3)
    assert.deepEqual(out, { ...same, status, ...more }, over.state)
  }
  assert.deepEqual(new Set(OUTWARD.map(([over]) => over.state)), new Set(STATES))
})

test("a filter by status finds every state that it stands for", () => {
  const statuses = ["pending", "processing", "approved", "error"] as const
  assert.deepEqual(statuses.flatMap(wire.statesOf).sort(), [...STATES].sort())
  assert.deepEqual(wire.statesOf("error"), ["declined", "expired", "cancelled", "returned"])
})

const AFFILIATE = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  accountType: "savings",
  accountNumber: "*8901",
}
const NEQUI: Target = { phoneNumber: "3298779391" }

/** Objects carry the sub-object of their type and no other. */
const KINDS = [
  ["bankAccount", "pending", instrument.details, { bankAccount: bank("12345678901") }],
  ["bankAccount", "active", instrument.masked, { bankAccount: bank("*8901") }],
  ["bankAccount", "revoked", instrument.masked, { bankAccount: bank("*8901") }],
  ["nequiInstant", "active", NEQUI, { nequiInstant: NEQUI }],
  [
    "bancolombiaInstant",
    "pending",
    instrument.details,
    { bancolombiaInstant: { authUrl: AUTH_URL } },
  ],
  [
    "bancolombiaInstant",
    "active",
    instrument.details,
    { bancolombiaInstant: { affiliate: AFFILIATE } },
  ],
  [
    "bancolombiaInstant",
    "active",
    instrument.masked,
    { bancolombiaInstant: { affiliate: AFFILIATE } },
  ],
  ["bancolombiaInstant", "error", instrument.details, { bancolombiaInstant: {} }],
] as const

function bank(accountNumber: string) {
  return { bank: "bancolombia", accountType: "savings", accountNumber }
}

test("a payment method shows what its type and state call for", () => {
  for (const [type, state, seen, expected] of KINDS) {
    const out = wire.paymentMethodOut({ ...instrument, type, state }, customer, seen, AUTH_URL)
    const { bankAccount, bancolombiaInstant, nequiInstant, ...rest } =
      paymentMethodSchema.parse(out)
    const found = JSON.parse(JSON.stringify({ bankAccount, bancolombiaInstant, nequiInstant }))
    assert.deepEqual(found, expected, `${type} ${state}`)
    assert.equal(rest.status, state === "revoked" ? "error" : state)
  }
})

test("a payment request shows no page to agree on, and no Bancolombia account in full", () => {
  const method = { ...instrument, type: "bancolombiaInstant" }
  const out = wire.paymentRequestOut(payment, customer, method, instrument.details, null)
  assert.deepEqual(paymentRequestSchema.parse(out).paymentMethodDetails, {
    type: "bancolombiaInstant",
    bancolombiaInstant: { affiliate: AFFILIATE },
  })
})

const TERMS = { minAmount: null, maxAmount: null } as Parameters<typeof wire.centavosOf>[1]

test("an amount is whole pesos within what the merchant agreed", () => {
  const rows: [pesos: number, terms: object, expected: bigint | RegExp][] = [
    [123, {}, 12_300n],
    [1, {}, 100n],
    [2_000_000, {}, 200_000_000n],
    [2_000_001, {}, /^amount must be between 1 and 2000000 pesos$/],
    [0, {}, /^amount must be/],
    [-5, {}, /^amount must be/],
    [0, { minAmount: "0" }, /^amount must be/],
    [
      1_000,
      { minAmount: "100050", maxAmount: "500000" },
      /^amount must be between 1001 and 5000 pesos$/,
    ],
    [1_001, { minAmount: "100050", maxAmount: "500000" }, 100_100n],
    [5_000_000, { maxAmount: "500000000" }, 500_000_000n],
    [Number.MAX_SAFE_INTEGER, {}, /^amount must be/],
  ]
  for (const [pesos, terms, expected] of rows) {
    const made = wire.centavosOf(pesos, { ...TERMS, ...terms })
    if (typeof made === "bigint") assert.equal(made, expected, String(pesos))
    else assert.match(made.message, expected as RegExp, String(pesos))
  }
})

test("what is kept of an account in the clear tells neither its number nor its holder", () => {
  const bodies = [
    requests.createPaymentMethod.parse(example("create-payment-method").request),
    { customerId: customer.id, type: "nequiInstant", phoneNumber: "3298779391" },
    { customerId: customer.id, type: "bancolombiaInstant" },
  ] as const
  for (const body of bodies) {
    const { details, masked } = wire.detailsOf(body, customer.person)
    assert.equal(details.holder?.documentNumber, "1020304050")
    assert.doesNotMatch(JSON.stringify(masked), /\d{5}|Ana/)
  }
})

test("only the sandbox has an account for who gives none", () => {
  const body = { customerId: customer.id, type: "bancolombiaInstant" } as const
  assert.equal(wire.lackedBy(body, "sandbox"), null)
  assert.equal(wire.lackedBy(body, "live"), "accountNumber")
  assert.equal(wire.lackedBy({ ...body, accountNumber: "12345678901" }, "live"), null)
  assert.equal(wire.detailsOf(body, customer.person).masked.accountNumber, "*1234")
})

test("a problem is one sentence, and a missing key is challenged as HTTP wants it", () => {
  assert.deepEqual(
    problem({ code: "body_invalid", message: "amount is required", field: "amount" }),
    {
      status: 400,
      body: { message: "amount is required" },
    },
  )
  assert.deepEqual(problem({ code: "unauthorized", message: "no" }), {
    status: 401,
    headers: { "www-authenticate": "Bearer" },
    body: { message: "no" },
  })
  // None of the core's words for things leaks into what clients read.
  const theirs = problem({ code: "instrument_not_active", message: "the instrument is revoked" })
  assert.doesNotMatch(JSON.stringify(theirs.body), /instrument|revoked/)
})
