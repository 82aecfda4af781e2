/**
 * Lets a caller wait for a payment's end: signalled by this node's commits, looked up for others'.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import type { Draft } from "../draft.ts"
import { isFinal, type Payment } from "./payment.ts"
import { findAnyPayment } from "./store.ts"

export type Settled = {
  /** Waits at most `deadlineMs` for a payment to be final, and answers it as it is then. */
  wait(paymentId: string, deadlineMs: number): Promise<Payment>
  /** Hears of a commit. */
  committed(draft: Draft): void
}

/** How often a payment that another node may end is looked up. */
const LOOK_MS = 250

/** Makes the place where callers wait. */
export function makeSettled(parts: { database: Queries; clock: Clock }): Settled {
  const waiting = new Map<string, Set<() => void>>()

  async function look(paymentId: string): Promise<Payment> {
    const payment = await findAnyPayment(parts.database, paymentId)
    if (!payment) throw new Error(`payment ${paymentId} is gone`)
    return payment
  }

  /** Resolves at the next commit that ends the payment, or after `ms`. */
  async function signal(paymentId: string, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const others = waiting.get(paymentId) ?? new Set()
    others.add(resolve)
    waiting.set(paymentId, others)
    const ended = new AbortController()
    const pause = sleep(ms, undefined, { signal: ended.signal }).catch(() => undefined)
    await Promise.race([promise, pause])
    ended.abort()
    others.delete(resolve)
    if (others.size === 0) waiting.delete(paymentId)
  }

  return {
    async wait(paymentId, deadlineMs) {
      const deadline = parts.clock.elapsedMs() + deadlineMs
      // A commit between the caller's answer and this call gives no signal any more.
      let payment = await look(paymentId)
      for (;;) {
        const leftMs = deadline - parts.clock.elapsedMs()
        if (isFinal(payment.state) || leftMs <= 0) return payment
        await signal(paymentId, Math.min(leftMs, LOOK_MS))
        payment = await look(paymentId)
      }
    },
    committed(draft) {
      for (const payments of [draft.payments.updated, draft.payments.inserted]) {
        for (const [id, payment] of payments) {
          if (isFinal(payment.state)) for (const wake of waiting.get(id) ?? []) wake()
        }
      }
    },
  }
}
