/** Money that a payer sends by himself may be short, over, late or doubled: all of it is booked. */
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { type Attempt, close, type PayOption } from "../payments/attempt.ts"
import { isFinal, type Payment } from "../payments/payment.ts"
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
  const { asset, amount, at } = transfer
  const unapplied = merchantAccount(custodian, payment.merchantId, "unapplied", asset)
  const outside = railAccount(custodian, attempt.rail, "outside", asset)
  draft.move(outside, unapplied, amount, { kind: "charge.received", payment })

  const received = added(attempt.received, asset, amount)
  const seen = added(attempt.seen, asset, -transfer.wasSeen)
  const counted = { ...attempt, received, seen, updatedAt: draft.now }
  draft.attempts.put(attempt.id, counted)
  const total = BigInt(received[asset]!)
  const due = dueFor(subject, transfer)
  const data = { ...dataOf(transfer), received: total.toString(), due: due?.toString() }

  if (attempt.state === "settled" || due === null || !canApprove(subject, at)) {
    record(draft, backToPending(payment, counted), "payment.unapplied", { attempt: counted, data })
    return
  }
  if (total < due) {
    record(draft, backToPending(payment, counted), "payment.underpaid", { attempt: counted, data })
    return
  }
  const available = merchantAccount(custodian, payment.merchantId, "available", asset)
  draft.move(unapplied, available, due, { kind: "charge.approved", payment })
  const settled = close(counted, "settled", draft.now)
  draft.attempts.put(attempt.id, settled)
  const next = finishApproval(
    { ...subject, payment: { ...payment, settledAt: at }, attempt: settled },
    asset,
    due,
  )
  if (total > due) {
    record(draft, next, "payment.overpaid", {
      attempt: settled,
      data: { ...data, surplus: (total - due).toString() },
    })
  }
}

/** Counts a transfer that is on its way: a payment that it covers is under way. */
export function notice(subject: Case, transfer: Transfer): void {
  const { draft, payment, attempt } = subject
  const { asset, amount, wasSeen } = transfer
  const seen = added(attempt.seen, asset, amount - wasSeen)
  const counted = { ...attempt, seen, updatedAt: draft.now }
  draft.attempts.put(attempt.id, counted)
  const covers = payment.state === "pending" && isCovered(payment, counted)
  const next: Payment = covers ? { ...payment, state: "processing" } : payment
  const type = covers ? "payment.processing" : "payment.seen"
  record(draft, next, type, { attempt: counted, data: dataOf(transfer) })
}

/** A transfer left the chain before it counted: as if it had never been seen. */
export function forget(subject: Case, transfer: Transfer): void {
  const { attempt } = unsee(subject, transfer)
  record(subject.draft, backToPending(subject.payment, attempt), "payment.orphaned", {
    attempt,
    data: dataOf(transfer),
  })
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
function backToPending(payment: Payment, attempt: Attempt): Payment {
  const isOurs = payment.openAttemptId === null || payment.openAttemptId === attempt.id
  const moved = payment.state === "processing" && isOurs && attempt.instructions?.options
  return moved && !isCovered(payment, attempt) ? { ...payment, state: "pending" } : payment
}

/** Whether what came and what is on its way would pay it in one of the assets. */
function isCovered(payment: Payment, { instructions, received, seen }: Attempt): boolean {
  return [...new Set([...Object.keys(received), ...Object.keys(seen)])].some((asset) => {
    const due = dueIn(payment, instructions?.options, asset)
    return due !== null && BigInt(received[asset] ?? 0) + BigInt(seen[asset] ?? 0) >= due
  })
}

/** A late transfer of what has no fixed worth counts by the rate of its own moment. */
function dueFor({ payment, attempt }: Case, { asset, at, dueNow }: Transfer): bigint | null {
  const due = dueIn(payment, attempt.instructions?.options, asset)
  const isLate = payment.expiresAt !== null && at > payment.expiresAt
  return isLate && due !== null && dueNow !== null && isFinal(payment.state) ? dueNow : due
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
function added(
  sums: Readonly<Record<string, string>>,
  asset: string,
  amount: bigint,
): Readonly<Record<string, string>> {
  const { [asset]: before, ...others } = sums
  const sum = BigInt(before ?? 0) + amount
  return sum > 0n ? { ...others, [asset]: sum.toString() } : others
}
