/** Lets a caller wait for a payment's end, without asking the database where this node ends it. */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import type { Changes } from "./changes.ts"
import { isFinal, type Payment, type State } from "./payment.ts"
import { findAnyPayment } from "./store.ts"

export type Settled = {
  /**
   * Waits at most `deadlineMs` for a payment to be final, or in that one state, and answers it as
   * it is then.
   */
  wait(payment: Payment, deadlineMs: number, state?: State): Promise<Payment>
}

/** Makes the place where callers wait. */
export function makeSettled(parts: {
  readonly database: Queries
  readonly clock: Clock
  readonly changes: Changes
}): Settled {
  async function read({ id }: Payment): Promise<Payment> {
    const payment = await findAnyPayment(parts.database, id)
    if (!payment) throw new Error(`payment ${id} is gone`)
    return payment
  }

  return {
    async wait(payment, deadlineMs, state) {
      const deadline = parts.clock.elapsedMs() + deadlineMs
      let known = payment
      const isOver = () => (state ? known.state === state : isFinal(known.state))
      while (!isOver()) {
        const leftMs = deadline - parts.clock.elapsedMs()
        if (leftMs <= 0) return read(known)
        const change = await parts.changes.nextRow(known.id, known.version, leftMs)
        if (change !== null) known = change.payment ?? (await read(known))
      }
      return known
    },
  }
}
