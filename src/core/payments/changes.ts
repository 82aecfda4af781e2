/**
 * Lets a caller wait for a payment's next change: signalled by this node's commits, and found by
 * one shared look for those of other nodes.
 */
import type { Queries } from "../../db/database.ts"
import type { Draft } from "../draft.ts"
import type { Payment } from "./payment.ts"
import { versionsOf } from "./store.ts"

export type Changes = {
  /**
   * Resolves with a payment's newest version as soon as it is above `version`; with null after
   * `deadlineMs` or when the signal aborts. Never rejects: while the database is away it waits.
   */
  next(
    paymentId: string,
    version: number,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<number | null>
  /**
   * The same, with the payment as it then is; null in its place where another node changed it, and
   * it has to be read.
   */
  nextRow(
    paymentId: string,
    version: number,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<Change | null>
  /** Hears of a commit. */
  committed(draft: Draft): void
}

/** How often payments that other nodes may change are looked up, however many wait for them. */
const LOOK_MS = 1_000
/** More than there can be sockets. Who comes on top hears of nothing and waits out its time. */
const WAITING_MAX = 20_000

type Change = { readonly version: number; readonly payment: Payment | null }
type Waiter = { readonly version: number; readonly wake: (change: Change | null) => void }

/** Makes the place where callers wait. */
export function makeChanges({
  database,
  lookMs = LOOK_MS,
}: {
  readonly database: Queries
  /** For tests. */
  readonly lookMs?: number
}): Changes {
  const waiting = new Map<string, Set<Waiter>>()
  let count = 0
  let planned = false

  function tell(paymentId: string, change: Change): void {
    for (const waiter of waiting.get(paymentId) ?? []) {
      if (change.version > waiter.version) waiter.wake(change)
    }
  }

  function planLook(): void {
    if (planned || waiting.size === 0) return
    planned = true
    // Whoever waits has a timer of its own, which keeps the process.
    setTimeout(look, lookMs).unref()
  }

  async function look(): Promise<void> {
    try {
      if (waiting.size === 0) return
      for (const { id, version } of await versionsOf(database, [...waiting.keys()])) {
        tell(id, { version, payment: null })
      }
    } catch {
      // Whoever answers payers' requests tells of it; the next look asks again.
    } finally {
      planned = false
      planLook()
    }
  }

  function add(paymentId: string, waiter: Waiter): void {
    const others = waiting.get(paymentId) ?? new Set()
    waiting.set(paymentId, others.add(waiter))
    count += 1
    planLook()
  }

  function remove(paymentId: string, waiter: Waiter): void {
    const others = waiting.get(paymentId)
    if (!others?.delete(waiter)) return
    if (others.size === 0) waiting.delete(paymentId)
    count -= 1
  }

  const nextRow: Changes["nextRow"] = async (paymentId, version, deadlineMs, signal) => {
    if (signal?.aborted) return null
    const { promise, resolve: wake } = Promise.withResolvers<Change | null>()
    const waiter = { version, wake }
    const giveUp = () => wake(null)
    const timer = setTimeout(giveUp, deadlineMs)
    signal?.addEventListener("abort", giveUp)
    if (count < WAITING_MAX) add(paymentId, waiter)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener("abort", giveUp)
      remove(paymentId, waiter)
    }
  }

  return {
    nextRow,
    next: async (...asked) => (await nextRow(...asked))?.version ?? null,
    // Nobody can wait for a payment before the commit that inserts it.
    committed(draft) {
      for (const [id, payment] of draft.payments.updated) {
        tell(id, { version: payment.version, payment })
      }
    },
  }
}
