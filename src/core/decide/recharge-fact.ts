/** What a rail's fact means for a recharge, whose money is held since before it was sent. */
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { close, isOpen } from "../payments/attempt.ts"
import { isFinal, moveTo } from "../payments/payment.ts"
import type { Fact } from "../rail.ts"
import type { Reason } from "../refusal.ts"
import { absentMeans, accept, beginAgain, type Case, send } from "./case.ts"
import { record } from "./decider.ts"

/** Applies one fact to a recharge. A delivered recharge is never taken back. */
export function applyRechargeFact(subject: Case, fact: Fact, at: Date): void {
  const { attempt } = subject
  switch (fact.kind) {
    case "sent":
      return send(subject)
    case "accepted":
      return accept(subject)
    case "approved":
    case "settled":
      return attempt.state === "settled" ? undefined : confirm(subject, at)
    case "declined":
      return isOpen(attempt) ? refund(subject, fact.reason) : undefined
    case "absent": {
      const means = absentMeans(subject)
      if (means === "again") beginAgain(subject)
      if (means === "declined") refund(subject, "operator_unavailable")
      return
    }
    case "returned":
    case "received":
    case "offered":
      // No operator does any of it; the sighting is stored, and the books stay as they are.
      return
    default:
      fact satisfies never
  }
}

/** The operator delivered: what was held leaves, and what the merchant earns by it comes. */
function confirm({ draft, payment, attempt, custodian }: Case, at: Date): void {
  const { asset, amount, merchantId } = payment
  const settled = close(attempt, "settled", draft.now)
  draft.attempts.put(attempt.id, settled)
  const outside = railAccount(custodian, attempt.rail, "outside", asset)
  const available = merchantAccount(custodian, merchantId, "available", asset)
  const earned = { kind: "recharge.commission", payment }
  if (isFinal(payment.state)) {
    // Given up as lost, and delivered after all: it is paid from what is there, also by what it
    // earns, and the rest is owed.
    draft.move(outside, available, payment.commission, earned)
    const owed = merchantAccount(custodian, merchantId, "owed", asset)
    const there = draft.account(available).balance
    const covered = there < amount ? there : amount
    draft.move(available, outside, covered, { kind: "recharge.late", payment })
    draft.move(owed, outside, amount - covered, { kind: "recharge.late.owed", payment })
    record(draft, payment, "payment.delivered_late", { attempt: settled })
    return
  }
  const held = merchantAccount(custodian, merchantId, "held", asset)
  const fees = merchantAccount(custodian, merchantId, "fees", asset)
  const fee = payment.held - amount
  draft.move(held, outside, amount, { kind: "recharge.confirmed", payment })
  draft.move(held, fees, fee, { kind: "fee", payment })
  draft.move(outside, available, payment.commission, earned)
  const approved = moveTo(payment, "approved", null, draft.now)
  record(
    draft,
    { ...approved, openAttemptId: null, captured: amount, fee, settledAt: at },
    "payment.approved",
    { attempt: settled },
  )
}

/** The operator refused: what was held is the merchant's again. */
function refund({ draft, payment, attempt, custodian }: Case, reason: Reason): void {
  const { asset, held: amount, merchantId } = payment
  const declined = { ...close(attempt, "declined", draft.now), reason }
  draft.attempts.put(attempt.id, declined)
  if (isFinal(payment.state)) return
  const held = merchantAccount(custodian, merchantId, "held", asset)
  const available = merchantAccount(custodian, merchantId, "available", asset)
  draft.move(held, available, amount, { kind: "recharge.released", payment })
  const next = moveTo({ ...payment, openAttemptId: null }, "declined", reason, draft.now)
  record(draft, next, "payment.declined", { attempt: declined })
}
