/** What a rail's fact means for a refund, whose money is reserved since it was asked for. */
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { close, isOpen, type Refund } from "../payments/attempt.ts"
import type { Fact } from "../rail.ts"
import type { Reason } from "../refusal.ts"
import { absentMeans, beginAgain, type Case } from "./case.ts"
import { record } from "./decider.ts"

/** Applies one fact to a refund. */
export function applyRefundFact(subject: Case, fact: Fact): void {
  const { draft, attempt } = subject
  const refund = draft.refunds.get(attempt.refundId!)!
  switch (fact.kind) {
    case "accepted":
      if (attempt.state !== "unknown" && attempt.state !== "waiting") return
      draft.attempts.put(attempt.id, { ...attempt, state: "open", updatedAt: draft.now })
      return tell(subject, { ...refund, state: "sent" })
    case "approved":
    case "settled":
      return attempt.state === "settled" ? undefined : confirm(subject, refund)
    case "declined":
      return isOpen(attempt) ? fail(subject, refund, fact.reason) : undefined
    case "absent": {
      const means = absentMeans(subject)
      if (means === "again") beginAgain(subject)
      if (means === "declined") fail(subject, refund, "operator_unavailable")
      return
    }
    case "returned":
    case "received":
      return
    default:
      fact satisfies never
  }
}

function confirm(subject: Case, refund: Refund): void {
  const { draft, payment, attempt, custodian } = subject
  draft.attempts.put(attempt.id, close(attempt, "settled", draft.now))
  const held = merchantAccount(custodian, payment.merchantId, "held", payment.asset)
  const outside = railAccount(custodian, attempt.rail, "outside", payment.asset)
  draft.move(held, outside, refund.amount, { kind: "refund.confirmed", payment })
  tell(subject, { ...refund, state: "confirmed" })
}

function fail(subject: Case, refund: Refund, reason: Reason): void {
  const { draft, payment, attempt, custodian } = subject
  draft.attempts.put(attempt.id, { ...close(attempt, "declined", draft.now), reason })
  const held = merchantAccount(custodian, payment.merchantId, "held", payment.asset)
  const available = merchantAccount(custodian, payment.merchantId, "available", payment.asset)
  draft.move(held, available, refund.amount, { kind: "refund.failed", payment })
  tell(
    { ...subject, payment: { ...payment, refunded: payment.refunded - refund.amount } },
    {
      ...refund,
      state: "failed",
      reason,
    },
  )
}

/** A refund's story is part of its payment's: one numbering, one place to read it. */
function tell({ draft, payment, attempt }: Case, refund: Refund): void {
  const next = { ...refund, updatedAt: draft.now }
  draft.refunds.put(next.id, next)
  record(draft, payment, `payment.refund_${next.state}`, {
    attempt: draft.attempts.get(attempt.id),
    data: { refundId: next.id, refundAmount: next.amount.toString(), refundReason: next.reason },
  })
}
