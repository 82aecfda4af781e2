/** When a payment may be approved, and what approval writes: the fee, the state, the event. */
import { share } from "../../money.ts"
import { type Draft, termsKey } from "../draft.ts"
import { merchantAccount } from "../ledger/account.ts"
import { abandon } from "../payments/attempt.ts"
import { isFinal, moveTo, type Payment } from "../payments/payment.ts"
import type { Case } from "./case.ts"
import { record } from "./decider.ts"

/**
 * An open payment can be approved, and one that expired not longer ago than the merchant allows.
 * A payment that still waits for its payer may be as late: nobody was there to expire it.
 */
export function canApprove({ draft, payment, attempt }: Case, at: Date): boolean {
  // Who sends by himself decides when; a rail that is at work already decides for its payer.
  const bySender = attempt.instructions?.options !== undefined
  const waits = bySender || (payment.state === "pending" && attempt.instructions !== null)
  if (!isFinal(payment.state) && !(waits && payment.expiresAt !== null)) return true
  if (isFinal(payment.state) && payment.state !== "expired") return false
  if (payment.expiresAt === null) return false
  const hours = draft.merchants.get(payment.merchantId)?.settings.lateMoneyHours ?? 0
  return at.getTime() <= payment.expiresAt.getTime() + hours * 3_600_000
}

/** Deducts the fee and writes the approval. `booked` is what reached `available`, in `asset`. */
export function finishApproval(subject: Case, asset: string, booked: bigint): Payment {
  const { draft, payment, attempt, custodian } = subject
  const fee = feeOf(draft, payment)
  const deducted =
    payment.asset === asset ? fee : (fee * booked + payment.amount / 2n) / payment.amount
  const available = merchantAccount(custodian, payment.merchantId, "available", asset)
  const fees = merchantAccount(custodian, payment.merchantId, "fees", asset)
  draft.move(available, fees, deducted, { kind: "fee", payment })
  giveUpOther(subject)
  const approved = moveTo(payment, "approved", null, draft.now)
  return record(
    draft,
    { ...approved, openAttemptId: null, captured: payment.amount, fee },
    "payment.approved",
    { attempt },
  )
}

/** The payment is paid by another attempt than its open one, which must not take money any more. */
function giveUpOther({ draft, payment, attempt }: Case): void {
  if (payment.openAttemptId === null || payment.openAttemptId === attempt.id) return
  const other = draft.attempts.get(payment.openAttemptId)!
  const idle = other.state === "waiting" || (other.state === "open" && other.instructions !== null)
  if (idle) draft.attempts.put(other.id, abandon(other, draft.now))
}

/** What a payment costs its merchant by the terms of now, in minor units; never more than it is. */
export function feeOf(
  draft: Draft,
  payment: Pick<Payment, "merchantId" | "dialect" | "amount">,
): bigint {
  const terms = draft.terms.get(termsKey(payment.merchantId, payment.dialect))?.settings
  if (!terms) return 0n
  const fee = BigInt(terms.feeFixed) + share(payment.amount, BigInt(terms.feeBasisPoints))
  return fee > payment.amount ? payment.amount : fee
}
