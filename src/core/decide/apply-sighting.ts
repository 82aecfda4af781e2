/**
 * Brings what a chain says of a transfer into the books: seen, final, or gone again.
 *
 * The sighting itself was written down when its block was read. This command applies the difference
 * between its state and what was applied of it, so that applying it twice changes nothing.
 */
import { type Draft, type Needs, sightingKey } from "../draft.ts"
import { type Custodian, merchantAccount, railAccount } from "../ledger/account.ts"
import type { Attempt } from "../payments/attempt.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { SightingRow } from "../store/schema.ts"
import type { Case } from "./case.ts"
import type { Decider } from "./decider.ts"
import { freeze, thaw } from "./frozen-money.ts"
import { forget, notice, receive, type Transfer, unsee } from "./received-money.ts"
import { applyRefundFact, markSent } from "./refund-fact.ts"

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
  /** The place where the same transfer was booked before it vanished; its money is held. */
  readonly frozenPlace: string | null
}

function needs(command: ApplySighting): Needs {
  const { rail, place, frozenPlace, paymentId, merchantId, custodian, asset } = command
  const kinds = ["available", "held", "unapplied"] as const
  return {
    payments: [paymentId],
    attemptsOf: [paymentId],
    refundsOf: command.kind === "refund" ? [paymentId] : [],
    customers: command.customerId ? [command.customerId] : [],
    instruments: command.instrumentId ? [command.instrumentId] : [],
    sightings: [{ rail, place }, ...(frozenPlace ? [{ rail, place: frozenPlace }] : [])],
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
  const frozen =
    command.kind === "refund" ? applyToRefund(subject, row) : arrive(subject, row, command)
  draft.sightings.put(key, {
    ...(draft.sightings.get(key) ?? row),
    applied: row.state,
    appliedAmount: row.amount,
    frozen,
  })
  return { applied: true }
}

/** Applies money that came; answers whether it is held from now on because it vanished. */
function arrive(subject: Case, row: SightingRow, command: ApplySighting): boolean {
  const { draft, attempt } = subject
  const { asset, amount, reference, applied, appliedAmount } = row
  const transfer: Transfer = {
    asset: asset!,
    amount: amount!,
    wasSeen: applied === "seen" && !row.frozen ? appliedAmount! : 0n,
    reference,
    at: row.at,
    dueNow: command.dueNow,
  }
  if (row.state === "orphaned") {
    if (applied === "seen") forget(subject, transfer)
    if (applied !== "final") return row.frozen
    freeze(subject, { ...transfer, amount: appliedAmount! })
    return true
  }
  if (row.state === "seen") {
    // What was booked before it vanished counts already; it waits for its depth once more.
    if (!row.frozen) notice(withReference(subject, row), transfer)
    return row.frozen
  }
  const key = command.frozenPlace && sightingKey({ rail: row.rail, place: command.frozenPlace })
  const before = row.frozen ? row : key ? draft.sightings.get(key) : null
  if (before?.frozen && before.attemptId === attempt.id && before.asset === asset) {
    if (before.appliedAmount === amount) {
      thaw(unsee(subject, transfer), transfer)
      if (before !== row) draft.sightings.put(key!, { ...before, frozen: false })
      return false
    }
  }
  receive(withReference(subject, row), transfer)
  return false
}

/** Applies a transfer that the merchant signed to give money back. */
function applyToRefund(subject: Case, row: SightingRow): boolean {
  if (row.state === "orphaned") return false
  const about = withReference(subject, row)
  if (row.state === "seen") markSent(about)
  else applyRefundFact(about, { kind: "settled" })
  return false
}

/** The transaction that moved the attempt last is the one that its callbacks name. */
function withReference(subject: Case, { reference }: SightingRow): Case {
  const { draft } = subject
  const attempt = { ...subject.attempt, railReference: reference }
  if (subject.attempt.state === "settled") return subject
  draft.attempts.put(attempt.id, attempt)
  return { ...subject, attempt }
}

export const applySighting: Decider<ApplySighting, { applied: boolean }> = {
  name: "apply-sighting",
  needs,
  decide,
}
