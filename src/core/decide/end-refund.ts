/** Gives up a refund that its merchant was to sign and that nobody saw leaving. */
import type { Draft, Needs } from "../draft.ts"
import { type Custodian, merchantAccount } from "../ledger/account.ts"
import type { Payment } from "../payments/payment.ts"
import { type Refusal, refuse } from "../refusal.ts"
import type { Decider } from "./decider.ts"
import { fail } from "./refund-fact.ts"

export type EndRefund = {
  readonly refundId: string
  readonly attemptId: string
  readonly paymentId: string
  readonly merchantId: string
  readonly custodian: Custodian
  readonly asset: string
}

function needs({ paymentId, merchantId, custodian, asset }: EndRefund): Needs {
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

function decide(draft: Draft, command: EndRefund): Payment | Refusal {
  const payment = draft.payments.get(command.paymentId)
  const attempt = draft.attempts.get(command.attemptId)
  const refund = draft.refunds.get(command.refundId)
  if (payment?.merchantId !== command.merchantId || attempt?.refundId !== refund?.id || !refund) {
    return refuse("payment_not_found", "there is no such refund")
  }
  const isUnsigned = attempt?.instructions?.transfer !== undefined && refund.state === "pending"
  if (!attempt || !isUnsigned || attempt.state !== "open") {
    return refuse(
      "refund_not_possible",
      "only a refund that waits for a signature can be cancelled",
    )
  }
  const { custodian } = command
  const subject = { draft, payment, attempt, custodian, absence: "proves-nothing" } as const
  fail(subject, refund, "cancelled_by_merchant")
  return draft.payments.get(payment.id)!
}

export const endRefund: Decider<EndRefund, Payment> = { name: "end-refund", needs, decide }
