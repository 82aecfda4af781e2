/** What each fact of a rail does to a charge, in every state that it may find. */
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import {
  address,
  atBank,
  attempt,
  hours,
  instrument,
  NOW,
  options,
  paid,
  payment,
  report,
  terms,
} from "../../../test/support/rows.ts"
import type { Fact } from "../rail.ts"
import { type ReportAttempt, reportAttempt } from "./report-attempt.ts"

/** How a charge of a stored account differs: nobody can choose another way to pay it. */
const stored = { instrumentId: "i", customerId: "c" } as const
const withInstrument = { instrumentId: "i" } as const
const fee = [terms({ feeFixed: "30", feeBasisPoints: 250 })]
const late = { expiresAt: hours(-2) } as const
const tooLate = { expiresAt: new Date(hours(-2).getTime() - 1) } as const
const expired = { state: "expired", reason: "expired", openAttemptId: null } as const
const revoked: Fact = { kind: "declined", reason: "mandate_revoked" }
const funds: Fact = { kind: "declined", reason: "not_enough_funds" }
const back: Fact = { kind: "returned", reason: "returned_by_bank" }

const CASES: Readonly<Record<string, Row<ReportAttempt>>> = {
  "the bank says yes: the merchant has it, less the fee": [
    { payments: [payment()], attempts: [attempt()], terms: fee },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, fee 0 → 55, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      moved 55 from m available COP to m fees COP: fee (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a fee is never more than the payment": [
    { payments: [payment()], attempts: [attempt()], terms: [terms({ feeFixed: "1001" })] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, fee 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      moved 1000 from m available COP to m fees COP: fee (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a fee may be all of the payment": [
    { payments: [payment()], attempts: [attempt()], terms: [terms({ feeFixed: "1000" })] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, fee 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      moved 1000 from m available COP to m fees COP: fee (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "the bank says yes twice": [
    { payments: [paid()], attempts: [attempt({ state: "approved" })] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved`,
  ],
  "the bank says yes after the money came": [
    { payments: [paid()], attempts: [attempt({ state: "settled" })] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a settled`,
  ],
  "a yes to what expired two hours ago": [
    { payments: [payment({ ...expired, ...late })], attempts: [attempt()] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state expired → approved, reason expired → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a yes to what expired longer ago": [
    { payments: [payment({ ...expired, ...tooLate })], attempts: [attempt()] },
    report({ kind: "approved" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p expired, attempt: a approved
      payment p: version 5 → 6, touched
      attempt a: state unknown → approved, received {} → {COP: 1000}, touched
      moved 1000 from bank clearing COP to m unapplied COP: charge.unapplied (m p)
      told payment.unapplied (payment p #6 m caudal): payment p expired, attempt a approved, {state: expired, reason: expired, amount: 1000, asset: COP}`,
  ],
  "a yes to what expired without a time": [
    { payments: [payment({ ...expired, expiresAt: null })], attempts: [attempt()] },
    report({ kind: "approved" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p expired, attempt: a approved
      payment p: version 5 → 6, touched
      attempt a: state unknown → approved, received {} → {COP: 1000}, touched
      moved 1000 from bank clearing COP to m unapplied COP: charge.unapplied (m p)
      told payment.unapplied (payment p #6 m caudal): payment p expired, attempt a approved, {state: expired, reason: expired, amount: 1000, asset: COP}`,
  ],
  "a yes to what was cancelled in time": [
    {
      payments: [payment({ state: "cancelled", openAttemptId: null })],
      attempts: [attempt({ state: "closed" })],
    },
    report({ kind: "approved" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p cancelled, attempt: a approved
      payment p: version 5 → 6, touched
      attempt a: state closed → approved, received {} → {COP: 1000}, touched
      moved 1000 from bank clearing COP to m unapplied COP: charge.unapplied (m p)
      told payment.unapplied (payment p #6 m caudal): payment p cancelled, attempt a approved, {state: cancelled, reason: null, amount: 1000, asset: COP}`,
  ],
  "a yes much too late, at a bank whose payer was waited for": [
    { payments: [payment(tooLate)], attempts: [atBank()] },
    report({ kind: "approved" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p pending, attempt: a approved
      payment p: openAttemptId a → null, version 5 → 6, touched
      attempt a: state open → approved, received {} → {COP: 1000}, touched
      moved 1000 from bank clearing COP to m unapplied COP: charge.unapplied (m p)
      told payment.unapplied (payment p #6 m caudal): payment p pending, attempt a approved, {state: pending, reason: null, amount: 1000, asset: COP}`,
  ],
  "a yes much too late, by a rail that was at work": [
    { payments: [payment(tooLate)], attempts: [attempt()] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a yes much too late, at a bank that was at work": [
    { payments: [payment({ ...tooLate, state: "processing" })], attempts: [atBank()] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state processing → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state open → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a yes at a bank, without a time": [
    { payments: [payment({ expiresAt: null })], attempts: [atBank()] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state open → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a yes by an attempt that isn't the open one: an idle one is given up": [
    { payments: [payment({ openAttemptId: "b" })], attempts: [attempt(), address({ id: "b" })] },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId b → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      attempt b: state open → closed, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a yes by another attempt: one that waits is given up": [
    {
      payments: [payment({ openAttemptId: "b" })],
      attempts: [attempt(), attempt({ id: "b", state: "waiting" })],
    },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId b → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      attempt b: state waiting → closed, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a yes by another attempt: one that moves money is let be": [
    {
      payments: [payment({ openAttemptId: "b" })],
      attempts: [attempt(), attempt({ id: "b", state: "open" })],
    },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId b → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a yes by another attempt: one that has begun is let be": [
    {
      payments: [payment({ openAttemptId: "b" })],
      attempts: [attempt(), attempt({ id: "b", instructions: { url: "https://bank.test/b" } })],
    },
    report({ kind: "approved" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state pending → approved, openAttemptId b → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "the money comes after the yes": [
    { payments: [paid()], attempts: [attempt({ state: "approved" })] },
    report({ kind: "settled" }),
    `
      answered payment: p approved, attempt: a settled
      payment p: version 5 → 6, touched, settledAt null → now
      attempt a: state approved → settled, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from bank outside COP to bank clearing COP: charge.settled (m p)
      told payment.settled (payment p #6 m caudal): payment p approved, attempt a settled, {state: approved, reason: null}`,
  ],
  "the money comes without a yes": [
    { payments: [payment()], attempts: [attempt()] },
    report({ kind: "settled" }),
    `
      answered payment: p approved, attempt: a settled
      payment p: state pending → approved, openAttemptId a → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now, settledAt null → now
      attempt a: state unknown → settled, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from bank clearing COP to m available COP: charge.approved (m p)
      moved 1000 from bank outside COP to bank clearing COP: charge.settled (m p)
      told payment.approved (payment p #6 m caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "the money comes too late": [
    { payments: [payment({ ...expired, ...tooLate })], attempts: [attempt()] },
    report({ kind: "settled" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p expired, attempt: a settled
      payment p: version 5 → 6, touched
      attempt a: state unknown → settled, received {} → {COP: 1000}, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from bank clearing COP to m unapplied COP: charge.unapplied (m p)
      moved 1000 from bank outside COP to bank clearing COP: charge.settled (m p)
      told payment.unapplied (payment p #6 m caudal): payment p expired, attempt a approved, {state: expired, reason: expired, amount: 1000, asset: COP}`,
  ],
  "the money comes twice": [
    { payments: [paid()], attempts: [attempt({ state: "settled" })] },
    report({ kind: "settled" }),
    `
      answered payment: p approved, attempt: a settled`,
  ],
  "the money comes that was taken back": [
    { payments: [paid({ state: "returned" })], attempts: [attempt({ state: "returned" })] },
    report({ kind: "settled" }),
    `
      answered payment: p returned, attempt: a returned`,
  ],
  "the money comes that another attempt had paid before": [
    {
      payments: [paid()],
      attempts: [attempt({ state: "approved", received: { COP: "1000" } })],
    },
    report({ kind: "settled" }),
    `
      answered payment: p approved, attempt: a settled
      attempt a: state approved → settled, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from bank outside COP to bank clearing COP: charge.settled (m p)`,
  ],
  "the money comes to a payment that isn't approved any more": [
    {
      payments: [payment({ ...expired })],
      attempts: [attempt({ state: "approved" })],
    },
    report({ kind: "settled" }),
    `
      answered payment: p expired, attempt: a settled
      attempt a: state approved → settled, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from bank outside COP to bank clearing COP: charge.settled (m p)`,
  ],
  "a no: its payer may choose again": [
    { payments: [payment({ state: "processing" })], attempts: [attempt()] },
    report(funds),
    `
      answered payment: p pending, attempt: a declined
      payment p: state processing → pending, openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.attempt_declined (payment p #6 m caudal): payment p pending, attempt a declined, {state: pending, reason: null, attemptReason: not_enough_funds}`,
  ],
  "a no to a stored account ends the payment": [
    { payments: [payment(stored)], attempts: [attempt()], instruments: [instrument()] },
    report(funds, withInstrument),
    `
      answered payment: p declined, attempt: a declined
      payment p: state pending → declined, reason null → not_enough_funds, openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.declined (payment p #6 m caudal): payment p declined, attempt a declined, {state: declined, reason: not_enough_funds}`,
  ],
  "a no to an attempt that isn't the open one": [
    { payments: [payment({ openAttemptId: "b" })], attempts: [attempt()] },
    report(funds),
    `
      answered payment: p pending, attempt: a declined
      attempt a: state unknown → declined, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched`,
  ],
  "a no to what has ended": [
    { payments: [payment({ state: "expired" })], attempts: [attempt()] },
    report(funds),
    `
      answered payment: p expired, attempt: a declined
      attempt a: state unknown → declined, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched`,
  ],
  "a no to an attempt that was declined before": [
    { payments: [payment()], attempts: [attempt({ state: "declined" })] },
    report(funds),
    `
      answered payment: p pending, attempt: a declined`,
  ],
  "a no while money is on its way to an address that was left": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [attempt(), address({ id: "b", state: "closed", seen: { usdc: "500" } })],
    },
    report(funds),
    `
      answered payment: p processing, attempt: a declined
      payment p: openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.attempt_declined (payment p #6 m caudal): payment p processing, attempt a declined, {state: processing, reason: null, attemptReason: not_enough_funds}`,
  ],
  "a no while too little is on its way": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [attempt(), address({ id: "b", state: "closed", seen: { usdc: "499" } })],
    },
    report(funds),
    `
      answered payment: p pending, attempt: a declined
      payment p: state processing → pending, openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.attempt_declined (payment p #6 m caudal): payment p pending, attempt a declined, {state: pending, reason: null, attemptReason: not_enough_funds}`,
  ],
  "a no while all of it came in parts of another currency": [
    {
      payments: [payment()],
      attempts: [attempt(), address({ id: "b", seen: { COP: "1000" } })],
    },
    report(funds),
    `
      answered payment: p pending, attempt: a declined
      payment p: openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.attempt_declined (payment p #6 m caudal): payment p pending, attempt a declined, {state: pending, reason: null, attemptReason: not_enough_funds}`,
  ],
  "a no by which its own money doesn't count": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [address({ seen: { usdc: "500" } })],
    },
    report(funds),
    `
      answered payment: p pending, attempt: a declined
      payment p: state processing → pending, openAttemptId a → null, version 5 → 6, touched
      attempt a: state open → declined, reason null → not_enough_funds, touched
      told payment.attempt_declined (payment p #6 m caudal): payment p pending, attempt a declined, {state: pending, reason: null, attemptReason: not_enough_funds}`,
  ],
  "a bank that knows of no consent ends it": [
    { payments: [payment(stored)], attempts: [attempt()], instruments: [instrument()] },
    report(revoked, withInstrument),
    `
      answered payment: p declined, attempt: a declined
      payment p: state pending → declined, reason null → mandate_revoked, openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → mandate_revoked, lookAt now-1h → null, leaseOwner node → null, touched
      instrument i: state active → revoked, reason null → mandate_revoked, revokedAt null → now, revokedBy null → bank, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      told instrument.revoked (instrument i #3 m caudal): instrument i revoked, {state: revoked, reason: mandate_revoked}
      told payment.declined (payment p #6 m caudal): payment p declined, attempt a declined, {state: declined, reason: mandate_revoked}`,
  ],
  "a bank that knows of no consent any more finds it ended": [
    {
      payments: [payment(stored)],
      attempts: [attempt()],
      instruments: [instrument({ state: "revoked" })],
    },
    report(revoked, withInstrument),
    `
      answered payment: p declined, attempt: a declined
      payment p: state pending → declined, reason null → mandate_revoked, openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → mandate_revoked, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.declined (payment p #6 m caudal): payment p declined, attempt a declined, {state: declined, reason: mandate_revoked}`,
  ],
  "a bank speaks of a consent, and there was no stored account": [
    { payments: [payment()], attempts: [attempt()] },
    report(revoked),
    `
      answered payment: p pending, attempt: a declined
      payment p: openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → mandate_revoked, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.attempt_declined (payment p #6 m caudal): payment p pending, attempt a declined, {state: pending, reason: null, attemptReason: mandate_revoked}`,
  ],
  "a no after a yes takes it back": [
    {
      payments: [paid()],
      attempts: [attempt({ state: "approved" })],
      balances: { "m available COP": 1_000n },
    },
    report(funds),
    `
      answered payment: p returned, attempt: a returned
      payment p: state approved → returned, reason null → not_enough_funds, version 5 → 6, touched
      attempt a: state approved → returned, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from m available COP to bank clearing COP: charge.returned (m p)
      told payment.returned (payment p #6 m caudal): payment p returned, attempt a returned, {state: returned, reason: not_enough_funds}`,
  ],
  "a no after the money came takes it back": [
    {
      payments: [paid()],
      attempts: [attempt({ state: "settled" })],
      balances: { "m available COP": 1_001n },
    },
    report(funds),
    `
      answered payment: p returned, attempt: a returned
      payment p: state approved → returned, reason null → not_enough_funds, version 5 → 6, touched
      attempt a: state settled → returned, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from m available COP to bank clearing COP: charge.returned (m p)
      moved 1000 from bank clearing COP to bank outside COP: charge.returned.settled (m p)
      told payment.returned (payment p #6 m caudal): payment p returned, attempt a returned, {state: returned, reason: not_enough_funds}`,
  ],
  "a bank takes it back: what isn't there is owed": [
    {
      payments: [paid(stored)],
      attempts: [attempt({ state: "approved" })],
      instruments: [instrument()],
      balances: { "m available COP": 400n },
    },
    report(back, withInstrument),
    `
      not foreseen: accounts of m in COP
      answered payment: p returned, attempt: a returned
      payment p: state approved → returned, reason null → returned_by_bank, version 5 → 6, touched
      attempt a: state approved → returned, reason null → returned_by_bank, lookAt now-1h → null, leaseOwner node → null, touched
      moved 400 from m available COP to bank clearing COP: charge.returned (m p)
      moved 600 from m owed COP to bank clearing COP: charge.returned.owed (m p)
      told payment.returned (payment p #6 m caudal): payment p returned, attempt a returned, {state: returned, reason: returned_by_bank}`,
  ],
  "a bank takes back what another attempt had paid": [
    {
      payments: [paid()],
      attempts: [attempt({ state: "settled", received: { COP: "1000" } })],
      balances: { "m available COP": 5_000n, "m unapplied COP": 1_000n },
    },
    report(back),
    `
      not foreseen: accounts of m in COP
      answered payment: p approved, attempt: a returned
      payment p: version 5 → 6, touched
      attempt a: state settled → returned, reason null → returned_by_bank, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from m unapplied COP to bank clearing COP: charge.returned (m p)
      moved 1000 from bank clearing COP to bank outside COP: charge.returned.settled (m p)
      told payment.unapplied_returned (payment p #6 m caudal): payment p approved, attempt a returned, {state: approved, reason: null}`,
  ],
  "a bank takes back what came too late": [
    {
      payments: [payment({ ...expired })],
      attempts: [attempt({ state: "approved" })],
      balances: { "m available COP": 5_000n, "m unapplied COP": 1_000n },
    },
    report(back),
    `
      not foreseen: accounts of m in COP
      answered payment: p expired, attempt: a returned
      payment p: version 5 → 6, touched
      attempt a: state approved → returned, reason null → returned_by_bank, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from m unapplied COP to bank clearing COP: charge.returned (m p)
      told payment.unapplied_returned (payment p #6 m caudal): payment p expired, attempt a returned, {state: expired, reason: expired}`,
  ],
  "a transfer that was paid by address is taken back": [
    {
      payments: [paid()],
      attempts: [
        attempt({ state: "settled", received: { COP: "1000" }, instructions: { options } }),
      ],
      balances: { "m available COP": 1_000n },
    },
    report(back),
    `
      answered payment: p returned, attempt: a returned
      payment p: state approved → returned, reason null → returned_by_bank, version 5 → 6, touched
      attempt a: state settled → returned, reason null → returned_by_bank, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from m available COP to bank clearing COP: charge.returned (m p)
      moved 1000 from bank clearing COP to bank outside COP: charge.returned.settled (m p)
      told payment.returned (payment p #6 m caudal): payment p returned, attempt a returned, {state: returned, reason: returned_by_bank}`,
  ],
  "a bank takes back what it never gave": [
    { payments: [payment()], attempts: [attempt()] },
    report(back),
    `
      answered payment: p pending, attempt: a unknown`,
  ],
  "the money goes back because the consent was gone": [
    {
      payments: [paid(stored)],
      attempts: [attempt({ state: "approved" })],
      instruments: [instrument()],
      balances: { "m available COP": 1_000n },
    },
    report({ kind: "returned", reason: "mandate_revoked" }, withInstrument),
    `
      answered payment: p returned, attempt: a returned
      payment p: state approved → returned, reason null → mandate_revoked, version 5 → 6, touched
      attempt a: state approved → returned, reason null → mandate_revoked, lookAt now-1h → null, leaseOwner node → null, touched
      instrument i: state active → revoked, reason null → mandate_revoked, revokedAt null → now, revokedBy null → bank, version 2 → 3, lookAt now-1h → null, leaseOwner node → null, touched
      moved 1000 from m available COP to bank clearing COP: charge.returned (m p)
      told instrument.revoked (instrument i #3 m caudal): instrument i revoked, {state: revoked, reason: mandate_revoked}
      told payment.returned (payment p #6 m caudal): payment p returned, attempt a returned, {state: returned, reason: mandate_revoked}`,
  ],
  "a yes too late keeps what came before": [
    {
      payments: [payment({ ...expired, ...tooLate })],
      attempts: [attempt({ received: { usdc: "7" } })],
    },
    report({ kind: "approved" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p expired, attempt: a approved
      payment p: version 5 → 6, touched
      attempt a: state unknown → approved, received {usdc: 7} → {usdc: 7, COP: 1000}, touched
      moved 1000 from bank clearing COP to m unapplied COP: charge.unapplied (m p)
      told payment.unapplied (payment p #6 m caudal): payment p expired, attempt a approved, {state: expired, reason: expired, amount: 1000, asset: COP}`,
  ],
  "a yes too late by an attempt that isn't the open one": [
    { payments: [payment({ ...tooLate, openAttemptId: "b" })], attempts: [atBank()] },
    report({ kind: "approved" }),
    `
      not foreseen: accounts of m in COP
      answered payment: p pending, attempt: a approved
      payment p: version 5 → 6, touched
      attempt a: state open → approved, received {} → {COP: 1000}, touched
      moved 1000 from bank clearing COP to m unapplied COP: charge.unapplied (m p)
      told payment.unapplied (payment p #6 m caudal): payment p pending, attempt a approved, {state: pending, reason: null, amount: 1000, asset: COP}`,
  ],
  "a yes in the last moment of a merchant that accepts nothing late": [
    {
      payments: [payment({ ...expired, merchantId: "z", expiresAt: NOW })],
      attempts: [attempt({ merchantId: "z" })],
    },
    report({ kind: "approved" }, { merchantId: "z" }),
    `
      answered payment: p approved, attempt: a approved
      payment p: state expired → approved, reason expired → null, captured 0 → 1000, version 5 → 6, touched, approvedAt null → now
      attempt a: state unknown → approved, touched
      moved 1000 from bank clearing COP to z available COP: charge.approved (z p)
      told payment.approved (payment p #6 z caudal): payment p approved, attempt a approved, {state: approved, reason: null}`,
  ],
  "a yes a moment later": [
    {
      payments: [payment({ ...expired, merchantId: "z", expiresAt: new Date(NOW.getTime() - 1) })],
      attempts: [attempt({ merchantId: "z" })],
    },
    report({ kind: "approved" }, { merchantId: "z" }),
    `
      not foreseen: accounts of z in COP
      answered payment: p expired, attempt: a approved
      payment p: version 5 → 6, touched
      attempt a: state unknown → approved, received {} → {COP: 1000}, touched
      moved 1000 from bank clearing COP to z unapplied COP: charge.unapplied (z p)
      told payment.unapplied (payment p #6 z caudal): payment p expired, attempt a approved, {state: expired, reason: expired, amount: 1000, asset: COP}`,
  ],
  "a no while all of it came to an address that was left": [
    {
      payments: [payment({ state: "processing" })],
      attempts: [attempt(), address({ id: "b", state: "closed", received: { usdc: "500" } })],
    },
    report(funds),
    `
      answered payment: p processing, attempt: a declined
      payment p: openAttemptId a → null, version 5 → 6, touched
      attempt a: state unknown → declined, reason null → not_enough_funds, lookAt now-1h → null, leaseOwner node → null, touched
      told payment.attempt_declined (payment p #6 m caudal): payment p processing, attempt a declined, {state: processing, reason: null, attemptReason: not_enough_funds}`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(reportAttempt, row))
