/** Money that a payer sends by himself may be short, over, late or doubled: all of it is booked. */

import type { Draft } from "../draft.ts"
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { type Attempt, close, type PayOption } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import { canApprove, finishApproval } from "./approval.ts"
import type { Case } from "./case.ts"
import { record } from "./decider.ts"

/** A transfer to the payer's address, and what was counted of it while it was on its way. */
export type Transfer = {
  readonly asset: string
  readonly amount: bigint
  readonly wasSeen: bigint
  /** The transaction, for those who look. */
  readonly reference: string | null
  /** The time of its block: what decides whether it is late. */
  readonly at: Date
  /**
   * What the payment costs in this asset now; null where the locked quote counts however late the
   * money is.
   */
  readonly dueNow: bigint | null
}

/**
 * Books a transfer that arrived. It lies in `unapplied` until what came covers the amount due in
 * that asset; then the due part goes to `available`, and what is over stays.
 */
export function receive(subject: Case, transfer: Transfer): void {
  const { draft, payment, attempt, custodian } = subject
  const { asset, amount } = transfer
  const unapplied = merchantAccount(custodian, payment.merchantId, "unapplied", asset)
  const outside = railAccount(custodian, attempt.rail, "outside", asset)
  draft.move(outside, unapplied, amount, { kind: "charge.received", payment })

  const received = added(attempt.received, asset, amount)
  const seen = added(attempt.seen, asset, -transfer.wasSeen)
  const counted = { ...attempt, received, seen, updatedAt: draft.now }
  draft.attempts.put(attempt.id, counted)
  if (approveIfCovered({ ...subject, attempt: counted }, transfer)) return

  const due = dueFor(subject, transfer)
  const data = { ...dataOf(transfer), received: received[asset], due: due?.toString() }
  const isShort = attempt.state !== "settled" && due !== null && canApprove(subject, transfer.at)
  const next =
    isShort && !isRepriced(subject, transfer)
      ? backToPending(draft, payment, counted)
      : waiting(draft, payment, counted)
  record(draft, next, isShort ? "payment.underpaid" : "payment.unapplied", {
    attempt: counted,
    data,
  })
}

/** Approves the payment if what came in the transfer's asset covers it; answers whether it did. */
export function approveIfCovered(subject: Case, transfer: Transfer): boolean {
  const { draft, payment, attempt, custodian } = subject
  const { asset, at } = transfer
  const due = dueFor(subject, transfer)
  const total = BigInt(attempt.received[asset] ?? 0)
  if (due === null || total < due || attempt.state === "settled") return false
  if (!canApprove(subject, at)) return false
  const unapplied = merchantAccount(custodian, payment.merchantId, "unapplied", asset)
  const available = merchantAccount(custodian, payment.merchantId, "available", asset)
  draft.move(unapplied, available, due, { kind: "charge.approved", payment })
  const settled: Attempt = {
    ...close(attempt, "settled", draft.now),
    paidAsset: asset,
    paidAmount: due,
  }
  draft.attempts.put(attempt.id, settled)
  const next = finishApproval(
    { ...subject, payment: { ...payment, settledAt: at }, attempt: settled },
    asset,
    due,
  )
  if (total > due) {
    const surplus = (total - due).toString()
    const data = { ...dataOf(transfer), received: total.toString(), due: due.toString(), surplus }
    record(draft, next, "payment.overpaid", { attempt: settled, data })
  }
  return true
}

/** Counts a transfer that is on its way: a payment that it covers is under way. */
export function notice(subject: Case, transfer: Transfer): void {
  const { draft, payment, attempt } = subject
  const { asset, amount, wasSeen } = transfer
  const seen = added(attempt.seen, asset, amount - wasSeen)
  const counted = { ...attempt, seen, updatedAt: draft.now }
  draft.attempts.put(attempt.id, counted)
  const counts = canApprove(subject, transfer.at) && !isRepriced(subject, transfer)
  const covers = payment.state === "pending" && counts && isCovered(payment, counted)
  const next: Payment = covers ? { ...payment, state: "processing" } : payment
  const type = covers ? "payment.processing" : "payment.seen"
  record(draft, next, type, { attempt: counted, data: dataOf(transfer) })
}

/** A transfer left the chain before it counted: as if it had never been seen. */
export function forget(subject: Case, transfer: Transfer): void {
  const { attempt } = unsee(subject, transfer)
  record(
    subject.draft,
    backToPending(subject.draft, subject.payment, attempt),
    "payment.orphaned",
    {
      attempt,
      data: dataOf(transfer),
    },
  )
}

/** What was counted as on its way no longer is; nothing is told of it. */
export function unsee(subject: Case, { asset, wasSeen }: Transfer): Case {
  const { draft, attempt } = subject
  const seen = added(attempt.seen, asset, -wasSeen)
  const counted = { ...attempt, seen, updatedAt: draft.now }
  draft.attempts.put(attempt.id, counted)
  return { ...subject, attempt: counted }
}

function dataOf({ asset, amount, reference }: Transfer) {
  return { asset, amount: amount.toString(), ...(reference === null ? {} : { reference }) }
}

/** A payment that only money on its way had moved waits again once that is not enough. */
function backToPending(draft: Draft, payment: Payment, attempt: Attempt): Payment {
  return isCovered(payment, attempt) ? payment : waiting(draft, payment, attempt)
}

/** A payment that this attempt's transfers had moved waits for others. */
function waiting(draft: Draft, payment: Payment, attempt: Attempt): Payment {
  if (payment.state !== "processing" || !attempt.instructions?.options) return payment
  const { openAttemptId } = payment
  const other = openAttemptId === null ? attempt : draft.attempts.get(openAttemptId)!
  // Another attempt may be what moves it: a rail that took it on, or transfers of its own.
  const isTaken = other.state === "open" && other.instructions === null
  const isAtWork = isTaken || isCovered(payment, other)
  return other.id !== attempt.id && isAtWork ? payment : { ...payment, state: "pending" }
}

/** Whether what came and what is on its way would pay it in one of the assets. */
export function isCovered(payment: Payment, { instructions, received, seen }: Attempt): boolean {
  return [...new Set([...Object.keys(received), ...Object.keys(seen)])].some((asset) => {
    const due = dueIn(payment, instructions?.options, asset)
    return due !== null && BigInt(received[asset] ?? 0) + BigInt(seen[asset] ?? 0) >= due
  })
}

/** Whether what was asked for says nothing any more about what this transfer pays. */
function isRepriced({ payment, attempt }: Case, { asset, at }: Transfer): boolean {
  const option = attempt.instructions?.options?.find((each) => each.asset === asset)
  const isLate = payment.expiresAt !== null && at > payment.expiresAt
  return isLate && option !== undefined && !option.pegged
}

/** A late transfer of what has no fixed worth counts by the rate of its own moment. */
function dueFor({ payment, attempt }: Case, { asset, at, dueNow }: Transfer): bigint | null {
  const due = dueIn(payment, attempt.instructions?.options, asset)
  const isLate = payment.expiresAt !== null && at > payment.expiresAt
  return isLate && due !== null && dueNow !== null ? dueNow : due
}

function dueIn(
  payment: Payment,
  options: readonly PayOption[] | undefined,
  asset: string,
): bigint | null {
  const option = options?.find((each) => each.asset === asset)
  if (option) return BigInt(option.amount)
  return asset === payment.asset ? payment.amount : null
}

/** The sums with `amount` more of one asset; an asset that comes to nothing is left out. */
export function added(
  sums: Readonly<Record<string, string>>,
  asset: string,
  amount: bigint,
): Readonly<Record<string, string>> {
  const { [asset]: before, ...others } = sums
  const sum = BigInt(before ?? 0) + amount
  return sum > 0n ? { ...others, [asset]: sum.toString() } : others
}
