/**
 * The webhook confirmPayment: how a recharge ended that was still under way when it was answered.
 *
 * It is owed to every operation that was answered with 202. What was answered is not stored; it
 * follows from the clock: an answer waits for the operator until `answerWithinMs` after the creation,
 * so what ends later cannot have been answered with 200. The answer sees an end only once it is
 * committed, a moment after the instant that the event bears, and that instant may come from another
 * node's clock. So the webhook goes out from `MARGIN_MS` before the limit on: what ends within the
 * margin is told twice rather than never.
 */
import { createHmac } from "node:crypto"
import type { Callback, Event, Notice, Payment } from "../../core/index.ts"
import type { ConfirmPayment } from "./answers.ts"
import { amountOf, amountText, purposeOf, statusOf } from "./wire.ts"

/** Two nodes' clocks may differ by 2 s before health complains; a second for the commit itself. */
const MARGIN_MS = 3_000

/** The events that end a recharge, each of them once. */
const ENDS: ReadonlySet<string> = new Set([
  "payment.approved",
  "payment.declined",
  "payment.expired",
  "payment.cancelled",
])

/** The message for an event, or null when nobody is owed one. */
export function callback({ event, payment, signingKey }: Notice): Callback | null {
  if (!payment || !ENDS.has(event.type) || !isOwed(payment, event)) return null
  return { headers: {}, body: JSON.stringify(messageOf(payment, signingKey)) }
}

function isOwed(payment: Payment, { createdAt }: Event): boolean {
  const { answerWithinMs, notifyAlways } = purposeOf(payment)
  const tookMs = createdAt.getTime() - payment.createdAt.getTime()
  return notifyAlways || tookMs >= answerWithinMs - MARGIN_MS
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

/** HMAC-SHA-256 in hex over id, external id, status and amount; empty for a client without a key. */
function hashOf(payment: Payment, status: string, signingKey: string): string {
  if (signingKey === "") return ""
  const text = [payment.id, payment.reference ?? "", status, amountText(payment)].join("|")
  return createHmac("sha256", signingKey).update(text).digest("hex")
}
