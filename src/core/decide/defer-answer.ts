/**
 * Ends the wait for a payment's end: either it ended by now, or its caller is promised a webhook.
 */
import type { Draft, Needs } from "../draft.ts"
import { isFinal, type Payment } from "../payments/payment.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { Decider } from "./decider.ts"

export type DeferAnswer = { readonly paymentId: string; readonly merchantId: string }

function needs(command: DeferAnswer): Needs {
  return { payments: [command.paymentId] }
}

/**
 * Decided under the payment's lock: whoever ends it later sees the promise, whoever ended it
 * earlier is seen here. No event tells it, for nothing became of the payment.
 */
function decide(draft: Draft, { paymentId, merchantId }: DeferAnswer): Payment | Refusal {
  const payment = draft.payments.get(paymentId)
  if (payment === null || payment.merchantId !== merchantId) {
    return refuse("payment_not_found", "there is no such payment")
  }
  if (isFinal(payment.state)) return payment
  const deferred = { ...payment, deferred: true }
  draft.payments.put(payment.id, deferred)
  return deferred
}

export const deferAnswer: Decider<DeferAnswer, Payment> = { name: "defer-answer", needs, decide }
