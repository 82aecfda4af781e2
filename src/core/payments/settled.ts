/**
 * Lets a caller wait for a payment's end: signalled by this node's commits, looked up for others'.
 */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import type { Changes } from "./changes.ts"
import { isFinal, type Payment } from "./payment.ts"
import { findAnyPayment } from "./store.ts"

export type Settled = {
  /** Waits at most `deadlineMs` for a payment to be final, and answers it as it is then. */
  wait(paymentId: string, deadlineMs: number): Promise<Payment>
}

/** How often a payment that another node may end is looked up: its caller holds a customer up. */
const LOOK_MS = 250

/** Makes the place where callers wait. */
export function makeSettled(parts: {
  readonly database: Queries
  readonly clock: Clock
  readonly changes: Changes
}): Settled {
  return {
    async wait(paymentId, deadlineMs) {
      const deadline = parts.clock.elapsedMs() + deadlineMs
      for (;;) {
        const payment = await findAnyPayment(parts.database, paymentId)
        if (!payment) throw new Error(`payment ${paymentId} is gone`)
        const leftMs = deadline - parts.clock.elapsedMs()
        if (isFinal(payment.state) || leftMs <= 0) return payment
        await parts.changes.next(paymentId, payment.version, Math.min(leftMs, LOOK_MS))
      }
    },
  }
}
