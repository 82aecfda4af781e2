/** Opens an attempt on a payment that waits: its payer chose how to pay, or tries again. */
import type { Draft, Needs } from "../draft.ts"
import type { Attempt } from "../payments/attempt.ts"
import { isOverdue, type Payment } from "../payments/payment.ts"
import { isRefusal, type Refusal, refuse } from "../refusal.ts"
import { bear, type Decider, type NewAttempt, record } from "./decider.ts"

export type OpenAttempt = {
  readonly paymentId: string
  readonly merchantId: string
  readonly attempt: NewAttempt
}

export type Opened = { readonly payment: Payment; readonly attempt: Attempt }

/**
 * A link is all that it takes to open one: each asks a bank, rings a phone, or uses an address up.
 */
const TRIES_MAX = 20

function needs(command: OpenAttempt): Needs {
  const { allotment } = command.attempt
  return {
    payments: [command.paymentId],
    attemptsOf: [command.paymentId],
    xpubs: allotment ? [allotment.xpubId] : [],
  }
}

function decide(draft: Draft, command: OpenAttempt): Opened | Refusal {
  const payment = draft.payments.get(command.paymentId)
  if (payment === null || payment.merchantId !== command.merchantId) {
    return refuse("payment_not_found", "there is no such payment")
  }
  if (payment.state !== "pending" || isOverdue(payment, draft.now)) {
    return refuse("payment_not_open", `the payment is ${payment.state}`)
  }
  if (payment.openAttemptId !== null) {
    return refuse("payment_has_open_attempt", "another try to pay this is under way")
  }
  const ids = draft.attemptIds.get(payment.id)!
  const charges = ids.filter((id) => draft.attempts.get(id)!.kind === "charge")
  if (charges.length >= TRIES_MAX) {
    return refuse("method_not_offered", "this payment was tried too often")
  }
  const attempt = bear(draft, payment, command.attempt, payment.kind, {
    amount: payment.amount,
    asset: payment.asset,
    refundId: null,
  })
  if (isRefusal(attempt)) return attempt
  draft.attemptIds.put(payment.id, [...ids, attempt.id])
  const next = record(draft, { ...payment, openAttemptId: attempt.id }, "payment.attempt_opened", {
    attempt,
    data: { method: attempt.method, rail: attempt.rail },
  })
  return { payment: next, attempt }
}

export const openAttempt: Decider<OpenAttempt, Opened> = { name: "open-attempt", needs, decide }
