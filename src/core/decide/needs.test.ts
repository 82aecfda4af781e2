/** What each command asks to be loaded and locked, so that it is decided in one fold. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { hours, newAttempt, report } from "../../../test/support/rows.ts"
import type { Needs } from "../draft.ts"
import { type AccountKey, merchantAccount, railAccount } from "../ledger/account.ts"
import { refuse } from "../refusal.ts"
import { applySighting } from "./apply-sighting.ts"
import { createCustomer } from "./create-customer.ts"
import { createInstrument } from "./create-instrument.ts"
import { createPayment } from "./create-payment.ts"
import { createRefund } from "./create-refund.ts"
import type { Decider } from "./decider.ts"
import { deferAnswer } from "./defer-answer.ts"
import { endPayment } from "./end-payment.ts"
import { endRefund } from "./end-refund.ts"
import { leaveAttempt } from "./leave-attempt.ts"
import { openAttempt } from "./open-attempt.ts"
import { reportAttempt } from "./report-attempt.ts"
import { reportInstrument } from "./report-instrument.ts"
import { revokeInstrument } from "./revoke-instrument.ts"
import { sayNo } from "./say-no.ts"
import { topUp } from "./top-up.ts"

const ids = { paymentId: "p", merchantId: "m" }
const own = (...kinds: Parameters<typeof merchantAccount>[2][]): AccountKey[] =>
  kinds.map((kind) => merchantAccount("gateway", "m", kind, "COP"))
const rail = (...kinds: Parameters<typeof railAccount>[2][]): AccountKey[] =>
  kinds.map((kind) => railAccount("gateway", "bank", kind, "COP"))
const none = { payments: ["p"], attemptsOf: ["p"], refundsOf: [], customers: [], sightings: [] }
const paidBack = {
  payments: ["p"],
  attemptsOf: ["p"],
  refundsOf: ["p"],
  accounts: own("available", "held"),
}

const bare = { customerId: null, instrumentId: null, reference: null, attempt: null }
const create = { merchantId: "m", dialect: "caudal", kind: "charge", asset: "COP", ...bare }
const created = {
  references: [],
  customers: [],
  instrumentsToChange: [],
  tallies: [],
  accounts: [],
  xpubs: [],
}
const allotment = { xpubId: "x" }
const sighted = {
  ...ids,
  rail: "bank",
  place: "s",
  attemptId: "a",
  custodian: "gateway",
  asset: "COP",
}
const applied = {
  ...none,
  sightings: [{ rail: "bank", place: "s" }],
  instruments: [],
  frozenOf: ["a"],
  accounts: [...own("available", "held", "unapplied"), ...rail("outside")],
}
const revoked = { kind: "declined", reason: "mandate_revoked" } as const
const stored = { customerId: "c", instrumentId: "i" }

/** Commands are cut to what `needs` reads. */
const TABLE: readonly (readonly [
  name: string,
  of: Decider<never, unknown>,
  command: object,
  Needs,
])[] = [
  ["create-customer", createCustomer, {}, {}],
  ["create-instrument", createInstrument, { customerId: "c" }, { customers: ["c"] }],
  ["create-payment", createPayment, create, created],
  [
    "create-payment",
    createPayment,
    { ...create, ...stored, reference: "r", limit: { key: "k" }, attempt: newAttempt() },
    {
      ...created,
      references: [{ merchantId: "m", dialect: "caudal", reference: "r" }],
      customers: ["c"],
      instrumentsToChange: ["i"],
      tallies: ["k"],
    },
  ],
  [
    "create-payment",
    createPayment,
    { ...create, kind: "recharge", attempt: { allotment } },
    { ...created, tallies: ["low|m|COP"], accounts: own("available", "held"), xpubs: ["x"] },
  ],
  ["create-refund", createRefund, { ...ids, custodian: "gateway", asset: "COP" }, paidBack],
  ["end-refund", endRefund, { ...ids, custodian: "gateway", asset: "COP" }, paidBack],
  ["defer-answer", deferAnswer, ids, { payments: ["p"] }],
  ["end-payment", endPayment, ids, { payments: ["p"], attemptsOf: ["p"] }],
  ["leave-attempt", leaveAttempt, ids, { payments: ["p"], attemptsOf: ["p"] }],
  [
    "open-attempt",
    openAttempt,
    { ...ids, attempt: newAttempt() },
    { payments: ["p"], attemptsOf: ["p"], xpubs: [] },
  ],
  [
    "open-attempt",
    openAttempt,
    { ...ids, attempt: { allotment } },
    { payments: ["p"], attemptsOf: ["p"], xpubs: ["x"] },
  ],
  ["report-attempt", reportAttempt, report(null), { ...none, accounts: [] }],
  [
    "report-attempt",
    reportAttempt,
    report({ kind: "approved" }, { ...stored, assets: ["COP"] }),
    {
      ...none,
      customers: ["c"],
      instruments: ["i"],
      accounts: [...own("available", "fees"), ...rail("outside", "clearing")],
    },
  ],
  [
    "report-attempt",
    reportAttempt,
    report(null, { ...stored, facts: [{ place: "b-1", fact: revoked, at: hours(0) }] }),
    {
      ...none,
      customers: ["c"],
      instrumentsToChange: ["i"],
      sightings: [{ rail: "bank", place: "b-1" }],
      accounts: [...own("available", "fees"), ...rail("outside", "clearing")],
    },
  ],
  [
    "report-attempt",
    reportAttempt,
    report({ kind: "declined", reason: "other" }, { ...stored, assets: [] }),
    { ...none, customers: ["c"], instruments: ["i"], accounts: [] },
  ],
  [
    "report-attempt",
    reportAttempt,
    report({ kind: "declined", reason: "other" }, { ...stored, kind: "recharge" }),
    {
      ...none,
      customers: ["c"],
      instruments: ["i"],
      accounts: [...own("available", "held", "fees"), ...rail("outside")],
    },
  ],
  [
    "report-attempt",
    reportAttempt,
    report(revoked, { ...stored, kind: "refund" }),
    {
      ...none,
      refundsOf: ["p"],
      customers: ["c"],
      instruments: ["i"],
      accounts: [...own("available", "held"), ...rail("outside")],
    },
  ],
  [
    "report-attempt",
    reportAttempt,
    report(null, {
      facts: [
        { place: "b-1", fact: { kind: "received", amount: 1n, asset: "COP" }, at: hours(0) },
        { place: "b-2", fact: { kind: "absent" }, at: hours(0) },
        { place: "b-3", fact: { kind: "offered", instructions: {} }, at: hours(0) },
        { place: null, fact: { kind: "sent" }, at: hours(0) },
      ],
    }),
    {
      ...none,
      sightings: [{ rail: "bank", place: "b-1" }],
      accounts: [...own("available", "fees", "unapplied"), ...rail("outside", "clearing")],
    },
  ],
  ["apply-sighting", applySighting, { ...sighted, kind: "charge" }, applied],
  [
    "apply-sighting",
    applySighting,
    { ...sighted, ...stored, kind: "refund" },
    { ...applied, refundsOf: ["p"], customers: ["c"], instruments: ["i"] },
  ],
  ["report-instrument", reportInstrument, stored, { customers: ["c"], instrumentsToChange: ["i"] }],
  ["revoke-instrument", revokeInstrument, stored, { customers: ["c"], instrumentsToChange: ["i"] }],
  ["say-no", sayNo, {}, {}],
  [
    "top-up",
    topUp,
    { merchantId: "m", asset: "COP", reference: "b" },
    {
      merchants: ["m"],
      transfers: [{ merchantId: "m", reference: "b" }],
      tallies: ["low|m|COP"],
      accounts: [...own("available", "owed"), railAccount("gateway", "operator", "outside", "COP")],
    },
  ],
]

test("each command asks for the rows that it needs, and for no others", () => {
  for (const [name, decider, command, needs] of TABLE) {
    assert.deepEqual(decider.needs(command as never), needs, name)
  }
})

test("each command is called as its file", () => {
  for (const [name, decider] of TABLE) assert.equal(decider.name, name)
})

test("a no is the no that it was given", () => {
  const refusal = refuse("method_not_offered", "no")
  assert.equal(sayNo.decide(undefined as never, { merchantId: "m", refusal }), refusal)
})
