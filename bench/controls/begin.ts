/**
 * What a plain server does behind the answer to a debit: it asks the bank and writes the outcome.
 *
 * That the bank is about to be asked stands in the first transaction, for a second one after a
 * crash must not ask it again; the bank's own answer is in the second. The simulated bank of the
 * control answers at once.
 */
import type { PaymentRow } from "./charge.ts"
import { eventRow, insert } from "./rows.ts"
import { inTransaction, type Plain } from "./server.ts"

export type BeginPayments = {
  /** What the row of an attempt says until its bank has answered. */
  born(): object
  /** Asks the bank; never rejects. */
  begin(payment: PaymentRow, attemptId: string): void
  /** Banks that are being asked. */
  underWay(): number
  /** Resolves when nothing is under way. Throws the first fault that there was. */
  idle(): Promise<void>
}

const LEASE_MS = 15_000
const LOOK_MS = 2_000

/** Makes the part. */
export function makeBegin(plain: Plain): BeginPayments {
  const { clock, ids, pool } = plain
  const node = ids.next()
  const underWay = new Set<Promise<void>>()
  let fault: unknown

  async function accepted(payment: PaymentRow, attemptId: string): Promise<void> {
    const at = clock.now()
    await inTransaction(pool, async (client) => {
      await client.query({
        name: "payment processing",
        text: `update payments set state = 'processing', version = 2, updated_at = $2
where id = $1 and version = 1`,
        values: [payment.id, at],
      })
      await client.query({
        name: "attempt accepted",
        text: `update attempts set state = 'open', rail_reference = $2, look_at = $3,
  looks = 1, lease_owner = null, updated_at = $4 where id = $1 and state = 'unknown'`,
        values: [attemptId, `SIM-${attemptId.slice(-12)}`, new Date(at.getTime() + LOOK_MS), at],
      })
      const event = { id: ids.next(), seq: 2, type: "payment.processing", at }
      const row = eventRow(payment, event, { state: "processing", reason: null })
      await client.query(insert("events", row))
    })
  }

  return {
    born: () => ({
      state: "unknown",
      lease_owner: node,
      look_at: new Date(clock.now().getTime() + LEASE_MS),
    }),
    begin(payment, attemptId) {
      const run = accepted(payment, attemptId)
        .catch((error: unknown) => {
          fault ??= error
        })
        .finally(() => underWay.delete(run))
      underWay.add(run)
    },
    underWay: () => underWay.size,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay)
      if (fault !== undefined) throw fault
    },
  }
}
