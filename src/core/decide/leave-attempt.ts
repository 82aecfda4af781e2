/** Gives an address up to which nothing came: the payer wants to pay in another way. */
import type { Draft, Needs } from "../draft.ts"
import { abandon } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import { type Refusal, refuse } from "../refusal.ts"
import { type Decider, record } from "./decider.ts"

export type LeaveAttempt = {
  readonly paymentId: string
  readonly merchantId: string
  /** The one that the payer saw: a newer one is not meant. */
  readonly attemptId: string
}

function needs({ paymentId }: LeaveAttempt): Needs {
  return { payments: [paymentId], attemptsOf: [paymentId] }
}

function decide(
  draft: Draft,
  { paymentId, merchantId, attemptId }: LeaveAttempt,
): Payment | Refusal {
  const payment = draft.payments.get(paymentId)
  if (payment === null || payment.merchantId !== merchantId) {
    return refuse("payment_not_found", "there is no such payment")
  }
  if (payment.openAttemptId !== attemptId) return payment
  const attempt = draft.attempts.get(attemptId)!
  const came = [...Object.values(attempt.received), ...Object.values(attempt.seen)]
  const isIdle = attempt.state === "open" && attempt.instructions?.options !== undefined
  if (payment.state !== "pending" || !isIdle || came.some((amount) => BigInt(amount) > 0n)) {
    return refuse("payment_has_open_attempt", "a try to pay this is under way")
  }
  // What still comes to the address is this payment's, like before.
  const left = abandon(attempt, draft.now)
  draft.attempts.put(attempt.id, left)
  return record(draft, { ...payment, openAttemptId: null }, "payment.attempt_left", {
    attempt: left,
  })
}

export const leaveAttempt: Decider<LeaveAttempt, Payment> = {
  name: "leave-attempt",
  needs,
  decide,
}
