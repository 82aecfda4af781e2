/** What a rail's fact means for a refund, whose money is reserved since it was asked for. */
import type { Draft } from "../draft.ts"
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { close, isOpen, type Refund } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import type { Fact } from "../rail.ts"
import type { Reason } from "../refusal.ts"
import { absentMeans, beginAgain, type Case } from "./case.ts"
import { record } from "./decider.ts"

/** Applies one fact to a refund. */
export function applyRefundFact(subject: Case, fact: Fact): void {
  const { draft, attempt } = subject
  const refund = draft.refunds.get(attempt.refundId!)!
  switch (fact.kind) {
    case "sent":
      return attempt.state === "unknown" ? markSent(subject) : undefined
    case "accepted":
      if (attempt.state !== "unknown" && attempt.state !== "waiting") return
      draft.attempts.put(attempt.id, { ...attempt, state: "open", updatedAt: draft.now })
      return markSent(subject)
    case "approved":
    case "settled":
      return attempt.state === "settled" ? undefined : confirm(subject, refund)
    case "declined":
    case "returned":
      if (attempt.state === "settled") return comeBack(subject, refund, fact.reason)
      return isOpen(attempt) ? fail(subject, refund, fact.reason) : undefined
    case "absent": {
      const means = absentMeans(subject)
      if (means === "again") beginAgain(subject)
      if (means === "declined") fail(subject, refund, "operator_unavailable")
      return
    }
    case "received":
    case "offered":
      return
    default:
      fact satisfies never
  }
}

/** The transfer that gives it back was seen on its way. */
export function markSent(subject: Case): void {
  const refund = subject.draft.refunds.get(subject.attempt.refundId!)!
  if (refund.state === "pending") tell(subject, { ...refund, state: "sent" })
}

/** Its transfer left the chain before it counted: it waits for another. */
export function markUnsent(subject: Case): void {
  const refund = subject.draft.refunds.get(subject.attempt.refundId!)!
  if (refund.state === "sent") tell(subject, { ...refund, state: "pending" })
}

function confirm(subject: Case, refund: Refund): void {
  const { draft, payment, attempt, custodian } = subject
  draft.attempts.put(attempt.id, close(attempt, "settled", draft.now))
  if (refund.state === "failed") return confirmLate(subject, refund)
  const held = merchantAccount(custodian, payment.merchantId, "held", attempt.asset)
  const outside = railAccount(custodian, attempt.rail, "outside", attempt.asset)
  draft.move(held, outside, attempt.amount, { kind: "refund.confirmed", payment })
  tell(subject, { ...refund, state: "confirmed" })
}

/**
 * Given up as lost, and paid out after all. What it had reserved went back long since and may be
 * reserved for another: it is paid from what is there, and the rest is owed.
 */
function confirmLate(subject: Case, refund: Refund): void {
  const { draft, payment, attempt, custodian } = subject
  const { merchantId } = payment
  const { asset, amount } = attempt
  const available = merchantAccount(custodian, merchantId, "available", asset)
  const owed = merchantAccount(custodian, merchantId, "owed", asset)
  const outside = railAccount(custodian, attempt.rail, "outside", asset)
  const there = draft.account(available).balance
  const covered = there < amount ? there : amount
  draft.move(available, outside, covered, { kind: "refund.late", payment })
  draft.move(owed, outside, amount - covered, { kind: "refund.late.owed", payment })
  tell(subject, { ...refund, state: "confirmed", reason: null })
}

/** The payer's bank sent it back: the money is here again, and the merchant's. */
function comeBack(subject: Case, refund: Refund, reason: Reason): void {
  const { draft, payment, attempt, custodian } = subject
  draft.attempts.put(attempt.id, { ...close(attempt, "returned", draft.now), reason })
  const outside = railAccount(custodian, attempt.rail, "outside", attempt.asset)
  const available = merchantAccount(custodian, payment.merchantId, "available", attempt.asset)
  draft.move(outside, available, attempt.amount, { kind: "refund.returned", payment })
  tell(subject, { ...refund, state: "failed", reason })
}

/** It won't be given back: what was reserved is the merchant's again. */
export function fail(subject: Case, refund: Refund, reason: Reason): void {
  const { draft, payment, attempt, custodian } = subject
  draft.attempts.put(attempt.id, { ...close(attempt, "declined", draft.now), reason })
  const held = merchantAccount(custodian, payment.merchantId, "held", attempt.asset)
  const available = merchantAccount(custodian, payment.merchantId, "available", attempt.asset)
  draft.move(held, available, attempt.amount, { kind: "refund.failed", payment })
  tell(subject, { ...refund, state: "failed", reason })
}

/** A refund's story is part of its payment's: one numbering, one place to read it. */
function tell({ draft, payment, attempt }: Case, refund: Refund): void {
  const next = { ...refund, updatedAt: draft.now }
  draft.refunds.put(next.id, next)
  const counted = { ...payment, refunded: refundedBy(draft, payment) }
  record(draft, counted, `payment.refund_${next.state}`, {
    attempt: draft.attempts.get(attempt.id),
    data: { refundId: next.id, refundAmount: next.amount.toString(), refundReason: next.reason },
  })
}

/**
 * What a payment's refunds give back, or will. One that was given up may have been paid out after
 * others: the payment itself can't give back more than it brought.
 */
function refundedBy(draft: Draft, { id, captured }: Payment): bigint {
  const sum = draft.attemptIds
    .get(id)!
    .flatMap((attemptId) => draft.attempts.get(attemptId)!.refundId ?? [])
    .map((refundId) => draft.refunds.get(refundId)!)
    .filter(({ state }) => state !== "failed")
    .reduce((all, { amount }) => all + amount, 0n)
  return sum > captured ? captured : sum
}
