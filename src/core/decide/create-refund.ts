/** Reserves money of an approved payment to give it back, and opens the attempt that sends it. */
import type { Draft, Needs } from "../draft.ts"
import { type Custodian, merchantAccount } from "../ledger/account.ts"
import type { Attempt, Instructions, Refund } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import { isRefusal, type Refusal, refuse } from "../refusal.ts"
import { bear, type Decider, type NewAttempt, record } from "./decider.ts"

export type CreateRefund = {
  readonly id: string
  readonly paymentId: string
  readonly merchantId: string
  readonly custodian: Custodian
  /** The attempt that brought the money. */
  readonly paidAttemptId: string
  /** The asset that is given back: the payment's own, or the one that it came in. */
  readonly asset: string
  /** What giving back the first `amount` of the payment takes of that asset. Pure, and it rises. */
  takes(amount: bigint): bigint
  /** In minor units; null for all that is left. */
  readonly amount: bigint | null
  readonly attempt: NewAttempt
  /** Set where the merchant signs the transfer: what to sign for so much. Pure. */
  readonly instructionsFor?: (moved: bigint) => Instructions
}

export type RefundCreated = {
  readonly payment: Payment
  readonly refund: Refund
  readonly attempt: Attempt
}

function needs({ paymentId, merchantId, asset, custodian }: CreateRefund): Needs {
  return {
    payments: [paymentId],
    attemptsOf: [paymentId],
    refundsOf: [paymentId],
    accounts: [
      merchantAccount(custodian, merchantId, "available", asset),
      merchantAccount(custodian, merchantId, "held", asset),
    ],
  }
}

function decide(draft: Draft, command: CreateRefund): RefundCreated | Refusal {
  const payment = draft.payments.get(command.paymentId)
  if (payment === null || payment.merchantId !== command.merchantId) {
    return refuse("payment_not_found", "there is no such payment")
  }
  if (payment.kind === "recharge") {
    return refuse("refund_not_possible", "a recharge cannot be given back")
  }
  if (payment.state !== "approved") {
    return refuse("refund_not_possible", `the payment is ${payment.state}, not approved`)
  }
  const left = payment.captured - payment.refunded
  const amount = command.amount ?? left
  if (amount <= 0n || amount > left) {
    return refuse("refund_too_large", "the amount is more than what is left to refund")
  }
  const { custodian, merchantId } = command
  // Counted from the start, so that parts add up to the whole whatever each was rounded to.
  const paid = draft.attempts.get(command.paidAttemptId)
  const came = BigInt(paid?.received[command.asset] ?? 0)
  if (paid?.paidAmount && came < paid.paidAmount) {
    return refuse("refund_not_possible", "its money left the chain and may come back")
  }
  const share = command.takes(payment.refunded + amount) - command.takes(payment.refunded)
  const rest = command.takes(payment.captured) - given(draft, payment.id)
  const moved = share < rest ? share : rest
  if (moved <= 0n) return refuse("refund_not_possible", "the amount is too small to be sent")
  const available = merchantAccount(custodian, merchantId, "available", command.asset)
  if (draft.account(available).balance < moved) {
    return refuse("balance_insufficient", "the balance does not cover this refund")
  }
  const held = merchantAccount(custodian, merchantId, "held", command.asset)
  draft.move(available, held, moved, { kind: "refund.reserved", payment })
  const refund: Refund = {
    id: command.id,
    paymentId: payment.id,
    merchantId,
    amount,
    state: "pending",
    reason: null,
    createdAt: draft.now,
    updatedAt: draft.now,
  }
  draft.refunds.insert(refund.id, refund)
  const spec = { ...command.attempt, instructions: command.instructionsFor?.(moved) ?? null }
  const of = { amount: moved, asset: command.asset, refundId: refund.id }
  const attempt = bear(draft, payment, spec, "refund", of)
  if (isRefusal(attempt)) return attempt
  const ids = draft.attemptIds.get(payment.id)!
  draft.attemptIds.put(payment.id, [...ids, attempt.id])
  const next = record(
    draft,
    { ...payment, refunded: payment.refunded + amount },
    "payment.refund_pending",
    { attempt, data: { refundId: refund.id, refundAmount: amount.toString() } },
  )
  return { payment: next, refund, attempt }
}

/** What refunds of a payment have taken, or will. */
function given(draft: Draft, paymentId: string): bigint {
  const attempts = draft.attemptIds.get(paymentId)!.map((id) => draft.attempts.get(id)!)
  return attempts
    .filter(({ kind, state }) => kind === "refund" && state !== "declined" && state !== "returned")
    .reduce((sum, { amount }) => sum + amount, 0n)
}

export const createRefund: Decider<CreateRefund, RefundCreated> = {
  name: "create-refund",
  needs,
  decide,
}
