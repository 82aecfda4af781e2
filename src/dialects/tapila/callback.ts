/**
 * The webhook confirmPayment: how a recharge ended that was still under way when it was answered,
 * which the core wrote down before the 202 left.
 */
import { type Callback, hmacHex, type Notice, type Payment } from "../../core/index.ts"
import type { ConfirmPayment } from "./answers.ts"
import { amountOf, amountText, purposeOf, statusOf } from "./wire.ts"

/** The events that end a recharge, each of them once. */
const ENDS: ReadonlySet<string> = new Set([
  "payment.approved",
  "payment.declined",
  "payment.expired",
  "payment.cancelled",
])

/** The message for an event, or null when nobody is owed one. */
export function callback({ event, payment, signingKey }: Notice): Callback | null {
  if (!payment || !ENDS.has(event.type)) return null
  if (!payment.deferred && !purposeOf(payment).notifyAlways) return null
  return { headers: {}, body: JSON.stringify(messageOf(payment, signingKey)) }
}

function messageOf(payment: Payment, signingKey: string): ConfirmPayment {
  const { externalClientId, companyCode, companyName } = purposeOf(payment)
  const status = statusOf(payment) === "confirmed" ? "confirmed" : "failed"
  return {
    operationId: payment.id,
    status,
    externalPaymentId: payment.reference ?? "",
    externalClientId,
    companyCode,
    companyName,
    amount: amountOf(payment),
    hash: hashOf(payment, status, signingKey),
    type: "RECHARGE",
  }
}

/** HMAC-SHA-256 in hex over id, external id, status and amount; empty where there is no key. */
function hashOf(payment: Payment, status: string, signingKey: string): string {
  if (signingKey === "") return ""
  const text = [payment.id, payment.reference ?? "", status, amountText(payment)].join("|")
  return hmacHex(signingKey, text)
}
