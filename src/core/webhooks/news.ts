/** Lets pages wait for anything to happen to a merchant: one shared look for all who wait. */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import { firstIdAt } from "../retention/months.ts"
import { newestEvents } from "./store/newest.ts"

export type News = {
  /** The newest event of a merchant, or of all for null; null where none is of the last hour. */
  newest(merchantId: string | null): Promise<string | null>
  /**
   * Resolves with the newest event as soon as it is another than `known`; with null after
   * `deadlineMs` or when the signal aborts. Never rejects: while the database is away it waits.
   */
  next(
    merchantId: string | null,
    known: string | null,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<string | null>
}

/** How often is looked while anybody waits: soon enough for people, one statement for all. */
const LOOK_MS = 2_000
/** What is older is no news; a look needn't go further back. */
const NEWS_MS = 3_600_000

type Waiter = {
  readonly merchantId: string | null
  readonly known: string | null
  readonly wake: (news: string | null) => void
}

/** Makes the place where pages wait. */
export function makeNews({
  clock,
  database,
  lookMs = LOOK_MS,
}: {
  readonly clock: Clock
  readonly database: Queries
  /** For tests. */
  readonly lookMs?: number
}): News {
  const waiting = new Set<Waiter>()
  let planned = false
  const since = () => firstIdAt(new Date(clock.now().getTime() - NEWS_MS))

  function planLook(): void {
    if (planned || waiting.size === 0) return
    planned = true
    // Whoever waits has a timer of its own, which keeps the process.
    setTimeout(look, lookMs).unref()
  }

  async function look(): Promise<void> {
    try {
      if (waiting.size === 0) return
      const asked = [...new Set([...waiting].map(({ merchantId }) => merchantId))]
      const newest = await newestEvents(database, asked, since())
      for (const { merchantId, known, wake } of waiting) {
        const id = newest.get(merchantId) ?? null
        if (id !== null && id !== known) wake(id)
      }
    } catch {
      // Whoever answers requests tells of it; the next look asks again.
    } finally {
      planned = false
      planLook()
    }
  }

  return {
    newest: async (merchantId) =>
      (await newestEvents(database, [merchantId], since())).get(merchantId) ?? null,
    async next(merchantId, known, deadlineMs, signal) {
      if (signal.aborted) return null
      const { promise, resolve: wake } = Promise.withResolvers<string | null>()
      const waiter = { merchantId, known, wake }
      const giveUp = () => wake(null)
      const timer = setTimeout(giveUp, deadlineMs)
      signal.addEventListener("abort", giveUp)
      waiting.add(waiter)
      planLook()
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        signal.removeEventListener("abort", giveUp)
        waiting.delete(waiter)
      }
    },
  }
}
