/** Ends a payment that nobody will pay: its time ran out, or somebody cancelled it. */
import type { Draft, Needs } from "../draft.ts"
import { merchantAccount } from "../ledger/account.ts"
import { abandon, isAtBank } from "../payments/attempt.ts"
import { isFinal, isOverdue, moveTo, type Payment } from "../payments/payment.ts"
import { type Refusal, refuse } from "../refusal.ts"
import { type Decider, record } from "./decider.ts"

export type EndPayment = {
  readonly paymentId: string
  readonly merchantId: string
  readonly how:
    | { readonly kind: "expire"; readonly force?: boolean }
    | { readonly kind: "cancel"; readonly by: "payer" | "merchant" }
}

function needs(command: EndPayment): Needs {
  return { payments: [command.paymentId], attemptsOf: [command.paymentId] }
}

function decide(draft: Draft, { paymentId, merchantId, how }: EndPayment): Payment | Refusal {
  const payment = draft.payments.get(paymentId)
  if (payment === null || payment.merchantId !== merchantId) {
    return refuse("payment_not_found", "there is no such payment")
  }
  const state = how.kind === "expire" ? "expired" : "cancelled"
  if (payment.state === state) return payment
  if (isFinal(payment.state)) return refuse("payment_not_open", `the payment is ${payment.state}`)
  if (how.kind === "expire" && !how.force && !isOverdue(payment, draft.now)) {
    return refuse("payment_not_open", "the payment has time left")
  }
  const open = payment.openAttemptId ? draft.attempts.get(payment.openAttemptId)! : null
  // Only an attempt that waits can be given up: another may be moving money already.
  // A bank's page may be agreed to at any moment: it has to be withdrawn there before a cancel, and
  // knows itself when the time is over.
  const isWaiting = open?.state === "open" && open.instructions !== null
  // One that was begun before waits to be asked for again: it may be moving money since then.
  const notBegun = open?.state === "waiting" && open.looks === 0
  const givenUp =
    open === null || notBegun || (isWaiting && !(how.kind === "cancel" && isAtBank(open)))
  if (payment.state === "processing" || !givenUp) {
    return refuse("payment_has_open_attempt", "a try to pay this is under way")
  }
  if (open) draft.attempts.put(open.id, abandon(open, draft.now))
  if (payment.kind === "recharge") {
    const held = merchantAccount("gateway", merchantId, "held", payment.asset)
    const available = merchantAccount("gateway", merchantId, "available", payment.asset)
    draft.move(held, available, payment.held, { kind: "recharge.released", payment })
  }
  const reason =
    how.kind === "expire"
      ? "expired"
      : how.by === "payer"
        ? "cancelled_by_payer"
        : "cancelled_by_merchant"
  const next = moveTo({ ...payment, openAttemptId: null }, state, reason, draft.now)
  return record(draft, next, `payment.${state}`, {
    attempt: open,
    data: open ? { received: open.received } : {},
  })
}

export const endPayment: Decider<EndPayment, Payment> = { name: "end-payment", needs, decide }
