/** What Pentagoo tells a merchant: that a payment was approved, and nothing else. */
import type { Callback, Notice } from "../../core/index.ts"
import { callbackOf } from "./wire.ts"

/** The vendor's body has no status, so a receiver takes every call for a payment that succeeded. */
export function callback({ event, payment, attempt, railName }: Notice): Callback | null {
  if (event.type !== "payment.approved" || !payment || !attempt) return null
  const body = callbackOf(payment, attempt, railName ?? attempt.rail)
  return { headers: {}, body: JSON.stringify(body) }
}
