/** What a rail's fact means for a payment that brings money in. */
import { merchantAccount, railAccount } from "../ledger/account.ts"
import { type Attempt, close, isOpen } from "../payments/attempt.ts"
import { isFinal, moveTo, type Payment } from "../payments/payment.ts"
import type { Fact } from "../rail.ts"
import type { Reason } from "../refusal.ts"
import { canApprove, finishApproval } from "./approval.ts"
import { absentMeans, accept, beginAgain, type Case, offer, send } from "./case.ts"
import { record } from "./decider.ts"
import { isCovered, receive } from "./received-money.ts"
import { revoke } from "./revoke-instrument.ts"

/** Applies one fact to a charge. What contradicts an earlier end is booked, never dropped. */
export function applyChargeFact(subject: Case, fact: Fact, at: Date): void {
  const { attempt } = subject
  switch (fact.kind) {
    case "offered":
      return offer(subject, fact.instructions)
    case "sent":
      return send(subject)
    case "accepted":
      return accept(subject)
    case "approved":
      if (attempt.state === "approved" || attempt.state === "settled") return
      return void approve(subject, at)
    case "settled":
      return settle(subject, at)
    case "declined":
      if (attempt.state === "approved" || attempt.state === "settled") {
        return takeBack(subject, fact.reason)
      }
      return isOpen(attempt) ? decline(subject, fact.reason) : undefined
    case "returned":
      return takeBack(subject, fact.reason)
    case "received":
      return receive(subject, {
        ...fact,
        at,
        wasSeen: 0n,
        reference: null,
        dueNow: fact.dueNow ?? null,
      })
    case "absent": {
      const means = absentMeans(subject)
      if (means === "again") beginAgain(subject)
      if (means === "declined") decline(subject, "operator_unavailable")
      return
    }
    default:
      fact satisfies never
  }
}

/** Whether the payer may choose again after a decline: nobody stored an account to be charged. */
function payerCanChoose(payment: Payment): boolean {
  return payment.instrumentId === null
}

/** The bank said yes: the merchant has the money, and the rail owes it. */
function approve(subject: Case, at: Date): Payment {
  const { draft, payment, attempt, custodian } = subject
  const { asset, amount } = payment
  const applies = canApprove(subject, at)
  const approved: Attempt = {
    ...attempt,
    state: "approved",
    received: applies ? attempt.received : { ...attempt.received, [asset]: amount.toString() },
    updatedAt: draft.now,
  }
  draft.attempts.put(attempt.id, approved)
  const clearing = railAccount(custodian, attempt.rail, "clearing", asset)
  if (!applies) {
    const unapplied = merchantAccount(custodian, payment.merchantId, "unapplied", asset)
    draft.move(clearing, unapplied, amount, { kind: "charge.unapplied", payment })
    // It came too late, and will not be the one that pays.
    const isOpenOne = payment.openAttemptId === attempt.id
    const next = isOpenOne ? { ...payment, openAttemptId: null } : payment
    return record(draft, next, "payment.unapplied", {
      attempt: approved,
      data: { amount: amount.toString(), asset },
    })
  }
  const available = merchantAccount(custodian, payment.merchantId, "available", asset)
  draft.move(clearing, available, amount, { kind: "charge.approved", payment })
  return finishApproval({ ...subject, attempt: approved }, asset, amount)
}

/** The money itself came in. Settling without an earlier approval is both at once. */
function settle(subject: Case, at: Date): void {
  const { draft, payment, custodian } = subject
  if (subject.attempt.state === "settled" || subject.attempt.state === "returned") return
  const first = subject.attempt.state !== "approved"
  const asset = payment.asset
  const before = first ? approveAtOnce(subject, at) : payment
  const attempt = draft.attempts.get(subject.attempt.id)!
  const outside = railAccount(custodian, attempt.rail, "outside", asset)
  const clearing = railAccount(custodian, attempt.rail, "clearing", asset)
  draft.move(outside, clearing, payment.amount, { kind: "charge.settled", payment })
  const settled = close(attempt, "settled", draft.now)
  draft.attempts.put(attempt.id, settled)
  if (first || before.state !== "approved" || isUnapplied(attempt, asset)) return
  record(draft, { ...before, settledAt: at }, "payment.settled", { attempt: settled })
}

/** Approval and settlement told by one event, which already says when the money came. */
function approveAtOnce(subject: Case, at: Date): Payment {
  const settledAt = canApprove(subject, at) ? at : subject.payment.settledAt
  return approve({ ...subject, payment: { ...subject.payment, settledAt } }, at)
}

/** This attempt won't bring the money; the payment ends with it unless its payer can try again. */
export function decline(subject: Case, reason: Reason): void {
  const { draft, payment, attempt } = subject
  const declined = { ...close(attempt, "declined", draft.now), reason }
  draft.attempts.put(attempt.id, declined)
  heed(subject, reason)
  if (payment.openAttemptId !== attempt.id || isFinal(payment.state)) return
  const freed = { ...payment, openAttemptId: null }
  if (payerCanChoose(payment)) {
    const next: Payment = { ...freed, state: stateWithout(subject), reason: null }
    record(draft, next, "payment.attempt_declined", {
      attempt: declined,
      data: { attemptReason: reason },
    })
    return
  }
  record(draft, moveTo(freed, "declined", reason, draft.now), "payment.declined", {
    attempt: declined,
  })
}

/** Money on its way to an address that the payer left still covers a payment. */
function stateWithout({ draft, payment, attempt }: Case): "pending" | "processing" {
  const others = draft.attemptIds.get(payment.id)!.filter((id) => id !== attempt.id)
  const covered = others.some((id) => isCovered(payment, draft.attempts.get(id)!))
  return payment.state === "processing" && covered ? "processing" : "pending"
}

/** A bank took the money back: the merchant loses it, down to owing what is no longer there. */
function takeBack(subject: Case, reason: Reason): void {
  const { draft, payment, attempt, custodian } = subject
  if (attempt.state !== "approved" && attempt.state !== "settled") return
  const { asset, amount, merchantId } = payment
  // A payment that another attempt paid keeps its money: this one's never went beyond unapplied.
  const applied = payment.state === "approved" && !isUnapplied(attempt, asset)
  const from = applied ? "available" : "unapplied"
  const source = merchantAccount(custodian, merchantId, from, asset)
  const owed = merchantAccount(custodian, merchantId, "owed", asset)
  const clearing = railAccount(custodian, attempt.rail, "clearing", asset)
  const there = draft.account(source).balance
  const covered = there < amount ? there : amount
  draft.move(source, clearing, covered, { kind: "charge.returned", payment })
  draft.move(owed, clearing, amount - covered, { kind: "charge.returned.owed", payment })
  if (attempt.state === "settled") {
    const outside = railAccount(custodian, attempt.rail, "outside", asset)
    draft.move(clearing, outside, amount, { kind: "charge.returned.settled", payment })
  }
  const returned = { ...close(attempt, "returned", draft.now), reason }
  draft.attempts.put(attempt.id, returned)
  heed(subject, reason)
  if (!applied) {
    record(draft, payment, "payment.unapplied_returned", { attempt: returned })
    return
  }
  record(draft, moveTo(payment, "returned", reason, draft.now), "payment.returned", {
    attempt: returned,
  })
}

/** A bank that knows of no consent, or of none any more, ends it for all later charges, too. */
function heed({ draft, payment: { instrumentId } }: Case, reason: Reason): void {
  if (reason !== "mandate_revoked" || instrumentId === null) return
  const instrument = draft.instruments.get(instrumentId)!
  if (instrument.state === "active") revoke(draft, instrument, "bank")
}

/** Whether the rail took this money when its payment no longer wanted it. */
function isUnapplied({ instructions, received }: Attempt, asset: string): boolean {
  return instructions?.options === undefined && received[asset] !== undefined
}
