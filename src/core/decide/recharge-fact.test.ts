/** What each fact of a rail does to a recharge, whose money was set aside before. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import { attempt, hours, payment, report } from "../../../test/support/rows.ts"
import type { Fact } from "../rail.ts"
import { type ReportAttempt, reportAttempt } from "./report-attempt.ts"

const recharge = (over: Parameters<typeof payment>[0] = {}) =>
  payment({ kind: "recharge", held: 1_020n, commission: 40n, state: "processing", ...over })
const sold = (over: Parameters<typeof attempt>[0] = {}) =>
  attempt({ kind: "recharge", rail: "operator", method: "recharge", ...over })
const says = (fact: Fact, over: Partial<ReportAttempt> = {}) =>
  report(fact, { kind: "recharge", rail: "operator", ...over })

const balances = { "m held COP": 1_020n }
const lost = { state: "expired", reason: "expired", openAttemptId: null } as const

const CASES: Readonly<Record<string, Row<ReportAttempt>>> = {
  "it left: a recharge that waited is under way": [
    { payments: [recharge({ state: "pending" })], attempts: [sold()] },
    says({ kind: "sent" }),
    `
      answered payment: p processing, attempt: a unknown
      payment p: state pending → processing, version 5 → 6, touched
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a unknown, {state: processing, reason: null}`,
  ],
  "it was taken on": [
    { payments: [recharge({ state: "pending" })], attempts: [sold()] },
    says({ kind: "accepted" }),
    `
      answered payment: p processing, attempt: a open
      payment p: state pending → processing, version 5 → 6, touched
      attempt a: state unknown → open, touched
      told payment.processing (payment p #6 m caudal): payment p processing, attempt a open, {state: processing, reason: null}`,
  ],
  "it was delivered: what was held leaves, and what it earns comes": [
    { payments: [recharge()], attempts: [sold()], balances },
    says({ kind: "settled" }),
    `
      answered payment: p approved, attempt: a settled
      payment p: state processing → approved, openAttemptId a → null, captured 0 → 1000, fee 0 → 20, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state unknown → settled, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from m held COP to operator outside COP: recharge.confirmed (m p)
      moved 20 from m held COP to m fees COP: fee (m p)
      moved 40 from operator outside COP to m available COP: recharge.commission (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "a yes is a delivery": [
    { payments: [recharge()], attempts: [sold({ state: "open" })], balances },
    report(null, {
      kind: "recharge",
      rail: "operator",
      facts: [{ place: "o-1", fact: { kind: "approved" }, at: hours(-1) }],
    }),
    `
      answered payment: p approved, attempt: a settled
      payment p: state processing → approved, openAttemptId a → null, captured 0 → 1000, fee 0 → 20, version 5 → 6, touched, approvedAt null → now, settledAt null → now-1h
      attempt a: state open → settled, lookAt now-1h → null, leaseOwner node → null, touched
      new sighting operator|o-1 {rail: operator, place: o-1, attemptId: a, fact: approved, amount: null, asset: null, at: now-1h, createdAt: now, watch: null, block: null, blockHash: null, sender: null, receiver: null, reference: null, state: final, applied: final, appliedAmount: null, booked: 0, frozen: false, applyAt: now}
      moved 1000 from m held COP to operator outside COP: recharge.confirmed (m p)
      moved 20 from m held COP to m fees COP: fee (m p)
      moved 40 from operator outside COP to m available COP: recharge.commission (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "it was delivered twice": [
    {
      payments: [recharge({ state: "approved", openAttemptId: null })],
      attempts: [sold({ state: "settled" })],
    },
    says({ kind: "settled" }),
    `
      answered payment: p approved, attempt: a settled`,
  ],
  "it is delivered after it was given up: paid of what is there, and of what it earns": [
    {
      payments: [recharge(lost)],
      attempts: [sold({ state: "closed" })],
      balances: { "m available COP": 500n },
    },
    says({ kind: "settled" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p expired, attempt: a settled
      payment p: version 5 → 6, touched
      attempt a: state closed → settled, lookAt now-1h → null, leaseOwner node → null, touched
      moved 40 from operator outside COP to m available COP: recharge.commission (m p)
      moved 540 from m available COP to operator outside COP: recharge.late (m p)
      moved 460 from m owed COP to operator outside COP: recharge.late.owed (m p)
      told payment.delivered_late (payment p #6 m caudal): payment p expired, attempt a settled, {state: expired, reason: expired}`,
  ],
  "it is delivered after it was given up, and all of it is there": [
    {
      payments: [recharge(lost)],
      attempts: [sold({ state: "closed" })],
      balances: { "m available COP": 5_000n },
    },
    says({ kind: "settled" }),
    `
      answered payment: p expired, attempt: a settled
      payment p: version 5 → 6, touched
      attempt a: state closed → settled, lookAt now-1h → null, leaseOwner node → null, touched
      moved 40 from operator outside COP to m available COP: recharge.commission (m p)
      moved 1000 from m available COP to operator outside COP: recharge.late (m p)
      told payment.delivered_late (payment p #6 m caudal): payment p expired, attempt a settled, {state: expired, reason: expired}`,
  ],
  "it was refused: what was held is free again": [
    { payments: [recharge()], attempts: [sold()], balances },
    says({ kind: "declined", reason: "invalid_identifier" }),
    `
      answered payment: p declined, attempt: a declined
      payment p: state processing → declined, reason null → invalid_identifier, openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → invalid_identifier, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1020 from m held COP to m available COP: recharge.released (m p)
      told payment.declined (payment p #6 m caudal): payment p declined, attempt a declined, {state: declined, reason: invalid_identifier}`,
  ],
  "it was refused after it had ended": [
    { payments: [recharge(lost)], attempts: [sold()] },
    says({ kind: "declined", reason: "invalid_identifier" }),
    `
      answered payment: p expired, attempt: a declined
      attempt a: state unknown → declined, reason null → invalid_identifier, lookAt now-1h → null, leaseOwner node → null, touched`,
  ],
  "it was refused after it was delivered": [
    {
      payments: [recharge({ state: "approved", openAttemptId: null })],
      attempts: [sold({ state: "settled" })],
    },
    says({ kind: "declined", reason: "invalid_identifier" }),
    `
      answered payment: p approved, attempt: a settled`,
  ],
  "nobody knows it, and asking again delivers nothing twice": [
    { payments: [recharge()], attempts: [sold()] },
    says({ kind: "absent" }, { absence: "ask-again" }),
    `
      answered payment: p processing, attempt: a waiting
      attempt a: state unknown → waiting, lookAt now-1h → now, leaseOwner node → null, begunAt now-1h → null, touched`,
  ],
  "nobody knows it, which proves that it never was": [
    { payments: [recharge()], attempts: [sold()], balances },
    says({ kind: "absent" }, { absence: "declines" }),
    `
      answered payment: p declined, attempt: a declined
      payment p: state processing → declined, reason null → operator_unavailable, openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → operator_unavailable, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1020 from m held COP to m available COP: recharge.released (m p)
      told payment.declined (payment p #6 m caudal): payment p declined, attempt a declined, {state: declined, reason: operator_unavailable}`,
  ],
  "nobody knows it, which proves nothing": [
    { payments: [recharge()], attempts: [sold()], balances },
    says({ kind: "absent" }),
    `
      answered payment: p processing, attempt: a unknown`,
  ],
  "an operator takes nothing back": [
    {
      payments: [recharge({ state: "approved", openAttemptId: null })],
      attempts: [sold({ state: "settled" })],
    },
    says({ kind: "returned", reason: "returned_by_bank" }),
    `
      answered payment: p approved, attempt: a settled`,
  ],
  "an operator is paid by nobody": [
    { payments: [recharge()], attempts: [sold()] },
    says({ kind: "received", amount: 5n, asset: "COP" }),
    `
      answered payment: p processing, attempt: a unknown`,
  ],
  "an operator asks no payer to act": [
    { payments: [recharge()], attempts: [sold()] },
    says({ kind: "offered", instructions: { url: "https://operator.test" } }),
    `
      answered payment: p processing, attempt: a unknown`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(reportAttempt, row))
