/** What each fact of a rail does to a refund, and who may still give one up. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import { attempt, giving, paid, refund, report } from "../../../test/support/rows.ts"
import type { Attempt, Refund } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import type { Fact } from "../rail.ts"
import { type EndRefund, endRefund } from "./end-refund.ts"
import { type ReportAttempt, reportAttempt } from "./report-attempt.ts"

const says = (fact: Fact, over: Partial<ReportAttempt> = {}) =>
  report(fact, { kind: "refund", attemptId: "b", ...over })

/** 300 of a payment are reserved, or were. */
function given(of: {
  readonly payment?: Partial<Payment>
  readonly attempt?: Partial<Attempt>
  readonly refund?: Partial<Refund>
  /** What another refund has given back. */
  readonly other?: bigint
}) {
  const { other = 0n } = of
  const confirmed = refund({ id: "g", state: "confirmed", amount: other })
  const sent = giving({ id: "b2", refundId: "g", state: "settled", amount: other })
  return {
    payments: [paid({ refunded: 300n + other, ...of.payment })],
    attempts: [attempt({ state: "settled" }), giving(of.attempt), ...(other > 0n ? [sent] : [])],
    refunds: [refund(of.refund), ...(other > 0n ? [confirmed] : [])],
  }
}

const balances = { "m held COP": 300n }
const returned: Fact = { kind: "returned", reason: "invalid_account" }
const declined: Fact = { kind: "declined", reason: "invalid_account" }
const failed = {
  payment: { refunded: 0n },
  attempt: { state: "declined" },
  refund: { state: "failed", reason: "other" },
} as const

const CASES: Readonly<Record<string, Row<ReportAttempt>>> = {
  "it left": [
    given({}),
    says({ kind: "sent" }),
    `
      answered payment: p approved, attempt: b unknown
      payment p: version 5 → 6, touched
      refund f: state pending → sent, touched
      told payment.refund_sent (payment p #6 m caudal): payment p approved, attempt b unknown, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "it left, as was known": [
    given({ refund: { state: "sent" } }),
    says({ kind: "sent" }),
    `
      answered payment: p approved, attempt: b unknown`,
  ],
  "it left before it was begun": [
    given({ attempt: { state: "waiting" } }),
    says({ kind: "sent" }),
    `
      answered payment: p approved, attempt: b waiting`,
  ],
  "it was taken on": [
    given({}),
    says({ kind: "accepted" }),
    `
      answered payment: p approved, attempt: b open
      payment p: version 5 → 6, touched
      attempt b: state unknown → open, touched
      refund f: state pending → sent, touched
      told payment.refund_sent (payment p #6 m caudal): payment p approved, attempt b open, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "it was taken on before anybody knew that it had begun": [
    given({ attempt: { state: "waiting" } }),
    says({ kind: "accepted" }),
    `
      answered payment: p approved, attempt: b open
      payment p: version 5 → 6, touched
      attempt b: state waiting → open, touched
      refund f: state pending → sent, touched
      told payment.refund_sent (payment p #6 m caudal): payment p approved, attempt b open, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "it was taken on twice": [
    given({ attempt: { state: "open" } }),
    says({ kind: "accepted" }),
    `
      answered payment: p approved, attempt: b open`,
  ],
  "it was paid out": [
    { ...given({}), balances },
    says({ kind: "settled" }),
    `
      answered payment: p approved, attempt: b settled
      payment p: version 5 → 6, touched
      attempt b: state unknown → settled, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state pending → confirmed, touched
      moved 300 from m held COP to bank outside COP: refund.confirmed (m p)
      told payment.refund_confirmed (payment p #6 m caudal): payment p approved, attempt b settled, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "a yes is as good": [
    { ...given({}), balances },
    says({ kind: "approved" }),
    `
      answered payment: p approved, attempt: b settled
      payment p: version 5 → 6, touched
      attempt b: state unknown → settled, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state pending → confirmed, touched
      moved 300 from m held COP to bank outside COP: refund.confirmed (m p)
      told payment.refund_confirmed (payment p #6 m caudal): payment p approved, attempt b settled, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "it was paid out twice": [
    given({ attempt: { state: "settled" }, refund: { state: "confirmed" } }),
    says({ kind: "settled" }),
    `
      answered payment: p approved, attempt: b settled`,
  ],
  "it was paid out after it was given up: of what is there, and the rest is owed": [
    { ...given(failed), balances: { "m available COP": 100n } },
    says({ kind: "settled" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p approved, attempt: b settled
      payment p: refunded 0 → 300, version 5 → 6, touched
      attempt b: state declined → settled, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state failed → confirmed, reason other → null, touched
      moved 100 from m available COP to bank outside COP: refund.late (m p)
      moved 200 from m owed COP to bank outside COP: refund.late.owed (m p)
      told payment.refund_confirmed (payment p #6 m caudal): payment p approved, attempt b settled, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "it was paid out after it was given up, and after all else was refunded": [
    {
      ...given({ ...failed, payment: { refunded: 800n }, other: 800n }),
      balances: { "m available COP": 1_000n },
    },
    says({ kind: "settled" }),
    `
      answered payment: p approved, attempt: b settled
      payment p: refunded 800 → 1000, version 5 → 6, touched
      attempt b: state declined → settled, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state failed → confirmed, reason other → null, touched
      moved 300 from m available COP to bank outside COP: refund.late (m p)
      told payment.refund_confirmed (payment p #6 m caudal): payment p approved, attempt b settled, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "it was paid out after it was given up, with just the rest of the payment": [
    {
      ...given({ ...failed, payment: { refunded: 701n }, other: 701n }),
      balances: { "m available COP": 300n },
    },
    says({ kind: "settled" }),
    `
      answered payment: p approved, attempt: b settled
      payment p: refunded 701 → 1000, version 5 → 6, touched
      attempt b: state declined → settled, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state failed → confirmed, reason other → null, touched
      moved 300 from m available COP to bank outside COP: refund.late (m p)
      told payment.refund_confirmed (payment p #6 m caudal): payment p approved, attempt b settled, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: null}`,
  ],
  "it was refused: what was reserved is free again": [
    { ...given({}), balances },
    says(declined),
    `
      answered payment: p approved, attempt: b declined
      payment p: refunded 300 → 0, version 5 → 6, touched
      attempt b: state unknown → declined, reason null → invalid_account, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state pending → failed, reason null → invalid_account, touched
      moved 300 from m held COP to m available COP: refund.failed (m p)
      told payment.refund_failed (payment p #6 m caudal): payment p approved, attempt b declined, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: invalid_account}`,
  ],
  "it was refused after it had ended": [
    given(failed),
    says(declined),
    `
      answered payment: p approved, attempt: b declined`,
  ],
  "a bank sends it back": [
    given({ attempt: { state: "settled" }, refund: { state: "confirmed" } }),
    says(returned),
    `
      answered payment: p approved, attempt: b returned
      payment p: refunded 300 → 0, version 5 → 6, touched
      attempt b: state settled → returned, reason null → invalid_account, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state confirmed → failed, reason null → invalid_account, touched
      moved 300 from bank outside COP to m available COP: refund.returned (m p)
      told payment.refund_failed (payment p #6 m caudal): payment p approved, attempt b returned, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: invalid_account}`,
  ],
  "a bank refuses it after all": [
    given({ attempt: { state: "settled" }, refund: { state: "confirmed" } }),
    says(declined),
    `
      answered payment: p approved, attempt: b returned
      payment p: refunded 300 → 0, version 5 → 6, touched
      attempt b: state settled → returned, reason null → invalid_account, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state confirmed → failed, reason null → invalid_account, touched
      moved 300 from bank outside COP to m available COP: refund.returned (m p)
      told payment.refund_failed (payment p #6 m caudal): payment p approved, attempt b returned, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: invalid_account}`,
  ],
  "a bank sends back what never arrived": [
    { ...given({}), balances },
    says(returned),
    `
      answered payment: p approved, attempt: b declined
      payment p: refunded 300 → 0, version 5 → 6, touched
      attempt b: state unknown → declined, reason null → invalid_account, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state pending → failed, reason null → invalid_account, touched
      moved 300 from m held COP to m available COP: refund.failed (m p)
      told payment.refund_failed (payment p #6 m caudal): payment p approved, attempt b declined, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: invalid_account}`,
  ],
  "it fails, after another that was given up was paid out, and both were too much": [
    {
      ...given({
        payment: { refunded: 1_000n },
        attempt: { amount: 800n },
        refund: { amount: 800n },
        other: 300n,
      }),
      balances: { "m held COP": 800n },
    },
    says(declined),
    `
      answered payment: p approved, attempt: b declined
      payment p: refunded 1000 → 300, version 5 → 6, touched
      attempt b: state unknown → declined, reason null → invalid_account, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state pending → failed, reason null → invalid_account, touched
      moved 800 from m held COP to m available COP: refund.failed (m p)
      told payment.refund_failed (payment p #6 m caudal): payment p approved, attempt b declined, {state: approved, reason: null, refundId: f, refundAmount: 800, refundReason: invalid_account}`,
  ],
  "a bank sends it back, after all of the payment was given back by another": [
    given({
      payment: { refunded: 1_000n },
      attempt: { state: "settled" },
      refund: { state: "confirmed" },
      other: 1_000n,
    }),
    says(returned),
    `
      answered payment: p approved, attempt: b returned
      payment p: version 5 → 6, touched
      attempt b: state settled → returned, reason null → invalid_account, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state confirmed → failed, reason null → invalid_account, touched
      moved 300 from bank outside COP to m available COP: refund.returned (m p)
      told payment.refund_failed (payment p #6 m caudal): payment p approved, attempt b returned, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: invalid_account}`,
  ],
  "nobody knows it, and asking again moves nothing twice": [
    given({}),
    says({ kind: "absent" }, { absence: "ask-again" }),
    `
      answered payment: p approved, attempt: b waiting
      attempt b: state unknown → waiting, lookAt now-1h → now, leaseOwner node → null, begunAt now-1h → null, touched`,
  ],
  "nobody knows it, which proves that it never was": [
    { ...given({}), balances },
    says({ kind: "absent" }, { absence: "declines" }),
    `
      answered payment: p approved, attempt: b declined
      payment p: refunded 300 → 0, version 5 → 6, touched
      attempt b: state unknown → declined, reason null → operator_unavailable, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state pending → failed, reason null → operator_unavailable, touched
      moved 300 from m held COP to m available COP: refund.failed (m p)
      told payment.refund_failed (payment p #6 m caudal): payment p approved, attempt b declined, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: operator_unavailable}`,
  ],
  "nobody knows it, which proves nothing": [
    { ...given({}), balances },
    says({ kind: "absent" }),
    `
      answered payment: p approved, attempt: b unknown`,
  ],
  "a refund brings no money": [
    given({}),
    says({ kind: "received", amount: 5n, asset: "COP" }),
    `
      answered payment: p approved, attempt: b unknown`,
  ],
  "a refund asks no payer to act": [
    given({}),
    says({ kind: "offered", instructions: { url: "https://bank.test" } }),
    `
      answered payment: p approved, attempt: b unknown`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(reportAttempt, row))

const transfer = { chainId: 1 } as unknown as NonNullable<Attempt["instructions"]>["transfer"]
const unsigned = { state: "open", instructions: { transfer } } as const
const end: EndRefund = {
  refundId: "f",
  attemptId: "b",
  paymentId: "p",
  merchantId: "m",
  custodian: "self",
  asset: "COP",
}

const ENDS: Readonly<Record<string, Row<EndRefund>>> = {
  "a refund that nobody signed is given up": [
    { ...given({ attempt: unsigned }), balances: { "self m held COP": 300n } },
    end,
    `
      answered p approved
      payment p: refunded 300 → 0, version 5 → 6, touched
      attempt b: state open → declined, reason null → cancelled_by_merchant, lookAt now-1h → null, leaseOwner node → null, touched
      refund f: state pending → failed, reason null → cancelled_by_merchant, touched
      moved 300 from self m held COP to self m available COP: refund.failed (m p)
      told payment.refund_failed (payment p #6 m caudal): payment p approved, attempt b declined, {state: approved, reason: null, refundId: f, refundAmount: 300, refundReason: cancelled_by_merchant}`,
  ],
  "one that left isn't": [
    given({ attempt: unsigned, refund: { state: "sent" } }),
    end,
    `
      refused refund_not_possible: only a refund that waits for a signature can be cancelled`,
  ],
  "one that a rail signs isn't": [
    given({ attempt: { state: "open" } }),
    end,
    `
      refused refund_not_possible: only a refund that waits for a signature can be cancelled`,
  ],
  "one with another thing to do isn't": [
    given({ attempt: { state: "open", instructions: { url: "https://bank.test" } } }),
    end,
    `
      refused refund_not_possible: only a refund that waits for a signature can be cancelled`,
  ],
  "one whose attempt is over isn't": [
    given({ attempt: { ...unsigned, state: "closed" } }),
    end,
    `
      refused refund_not_possible: only a refund that waits for a signature can be cancelled`,
  ],
  "another merchant's doesn't exist": [
    given({ attempt: unsigned, payment: { merchantId: "n" } }),
    end,
    `
      refused payment_not_found: there is no such refund`,
  ],
  "a refund is given up by its own attempt only": [
    given({ attempt: { ...unsigned, refundId: "g" } }),
    end,
    `
      refused payment_not_found: there is no such refund`,
  ],
}

for (const [name, row] of Object.entries(ENDS)) test(name, () => check(endRefund, row))
