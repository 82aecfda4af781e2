/**
 * Brings what a chain says of a transfer into the books: seen, final, or gone again.
 *
 * The sighting itself was written down when its block was read. This command applies the difference
 * between what the chain says now and what of it is counted, so that applying it twice changes
 * nothing.
 */
import { type Draft, type Needs, sightingKey } from "../draft.ts"
import { type Custodian, merchantAccount, railAccount } from "../ledger/account.ts"
import type { Attempt } from "../payments/attempt.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { SightingRow } from "../store/schema.ts"
import type { Case } from "./case.ts"
import { type Decider, record } from "./decider.ts"
import { freeze, shrink, thaw } from "./frozen-money.ts"
import { forget, notice, receive, type Transfer, unsee } from "./received-money.ts"
import { applyRefundFact, markSent, markUnsent } from "./refund-fact.ts"

export type ApplySighting = {
  readonly rail: string
  readonly place: string
  readonly attemptId: string
  readonly paymentId: string
  readonly merchantId: string
  readonly kind: Attempt["kind"]
  readonly custodian: Custodian
  readonly asset: string
  readonly customerId: string | null
  readonly instrumentId: string | null
  /** What the payment costs in this asset now, if it is late and its worth isn't fixed. */
  readonly dueNow: bigint | null
}

function needs(command: ApplySighting): Needs {
  const { rail, place, paymentId, attemptId, merchantId, custodian, asset } = command
  const kinds = ["available", "held", "unapplied"] as const
  return {
    payments: [paymentId],
    attemptsOf: [paymentId],
    refundsOf: command.kind === "refund" ? [paymentId] : [],
    customers: command.customerId ? [command.customerId] : [],
    instruments: command.instrumentId ? [command.instrumentId] : [],
    sightings: [{ rail, place }],
    frozenOf: [attemptId],
    accounts: [
      ...kinds.map((kind) => merchantAccount(custodian, merchantId, kind, asset)),
      railAccount(custodian, rail, "outside", asset),
    ],
  }
}

function decide(draft: Draft, command: ApplySighting): { applied: boolean } | Refusal {
  const key = sightingKey(command)
  const row = draft.sightings.get(key)
  const payment = draft.payments.get(command.paymentId)
  const attempt = draft.attempts.get(command.attemptId)
  if (row === null || payment === null || attempt?.merchantId !== command.merchantId) {
    return refuse("payment_not_found", "there is no such sighting")
  }
  if (row.applied === row.state && row.appliedAmount === row.amount) return { applied: false }
  const { custodian } = command
  const subject: Case = { draft, payment, attempt, custodian, absence: "proves-nothing" }
  const now =
    command.kind === "refund" ? applyToRefund(subject, row) : arrive(subject, row, command)
  draft.sightings.put(key, { ...now, applied: row.state, appliedAmount: row.amount })
  listFrozen(draft, row.attemptId, key, now.frozen)
  return { applied: true }
}

/** Later commands of the batch see what this one froze and freed. */
function listFrozen(draft: Draft, attemptId: string, key: string, isFrozen: boolean): void {
  const others = draft.frozenOf.get(attemptId)!.filter((each) => each !== key)
  draft.frozenOf.put(attemptId, isFrozen ? [...others, key] : others)
}

/** Applies money that came; answers the row with what of it is counted from now on. */
function arrive(subject: Case, row: SightingRow, { dueNow }: ApplySighting): SightingRow {
  const { asset, amount, reference, at, booked, frozen } = row
  // What lies in the books is in no sum of what is on its way.
  const wasSeen = row.applied === "seen" && booked === 0n ? row.appliedAmount! : 0n
  const transfer: Transfer = { asset: asset!, amount: amount!, wasSeen, reference, at, dueNow }
  if (row.state === "final") return settle(subject, row, transfer)
  if (booked > 0n) {
    // Gone, or in a block again that isn't deep enough: it was counted on, and mustn't be.
    if (!frozen) freeze(subject, { ...transfer, amount: booked })
    return { ...row, frozen: true }
  }
  if (row.state === "seen") notice(withReference(subject, row), transfer)
  else if (wasSeen > 0n) forget(subject, transfer)
  return row
}

/** A transfer at its depth: new money, or money that was booked before it vanished. */
function settle(subject: Case, row: SightingRow, transfer: Transfer): SightingRow {
  const { draft } = subject
  const { amount } = transfer
  const before = row.booked > 0n ? row : earlierTwin(draft, row)
  if (!before) {
    receive(withReference(subject, row), transfer)
    return { ...row, booked: amount }
  }
  let now = unsee(subject, transfer)
  // What is no longer all there is held first, so that only what came is freed.
  if (!before.frozen && before.booked !== amount) {
    freeze(now, { ...transfer, amount: before.booked })
    now = current(now)
  }
  if (before.frozen || before.booked !== amount) {
    const back = before.booked < amount ? before.booked : amount
    shrink(now, { ...transfer, amount: before.booked - back })
    thaw(current(now), { ...transfer, amount: back })
    if (amount > back) receive(current(now), { ...transfer, wasSeen: 0n, amount: amount - back })
  }
  if (before.place !== row.place) {
    const key = sightingKey(before)
    draft.sightings.put(key, { ...before, booked: 0n, frozen: false })
    listFrozen(draft, row.attemptId, key, false)
  }
  return { ...row, booked: amount, frozen: false }
}

/**
 * The same transaction's transfer as it was booked in another block; of the same amount first. A
 * transaction is in one block only: what is booked of it elsewhere isn't there, whether anybody
 * noticed or not.
 */
function earlierTwin(draft: Draft, row: SightingRow): SightingRow | undefined {
  const twins = draft.frozenOf
    .get(row.attemptId)!
    .map((key) => draft.sightings.get(key)!)
    .filter(({ asset, blockHash, reference, state }) => {
      const isElsewhere = state === "orphaned" || blockHash !== row.blockHash
      return isElsewhere && asset === row.asset && reference === row.reference
    })
  return twins.find(({ booked }) => booked === row.amount) ?? twins[0]
}

/** Applies a transfer that the merchant signed to give money back. */
function applyToRefund(subject: Case, row: SightingRow): SightingRow {
  if (row.state === "orphaned") {
    if (row.applied === "final") tellGone(subject, row)
    else if (row.applied === "seen") markUnsent(subject)
    return row
  }
  const about = withReference(subject, row)
  if (row.state === "seen") markSent(about)
  else applyRefundFact(about, { kind: "settled" })
  return row
}

/** A refund that left and vanished: its transaction may come back, or be signed once more. */
function tellGone({ draft, payment, attempt }: Case, { amount, asset, reference }: SightingRow) {
  const { refundId } = attempt
  const data = { refundId, asset, amount: amount!.toString(), reference }
  record(draft, payment, "payment.reorganised", { attempt, data })
}

/** The transaction that moved the attempt last is the one that its callbacks name. */
function withReference(subject: Case, { reference }: SightingRow): Case {
  const { draft } = subject
  if (subject.attempt.state === "settled") return subject
  const attempt = { ...subject.attempt, railReference: reference }
  draft.attempts.put(attempt.id, attempt)
  return { ...subject, attempt }
}

function current(subject: Case): Case {
  const { draft, payment, attempt } = subject
  return {
    ...subject,
    payment: draft.payments.get(payment.id)!,
    attempt: draft.attempts.get(attempt.id)!,
  }
}

export const applySighting: Decider<ApplySighting, { applied: boolean }> = {
  name: "apply-sighting",
  needs,
  decide,
}
