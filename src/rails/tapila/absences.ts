/** Since when recharges aren't to be found: a provider may have one bad moment. */
import type { Order } from "../../core/index.ts"

/** More than are unknown at once on any good day; past this the memory starts anew. */
const KEPT_MAX = 10_000

/**
 * Makes the memory of one rail. The function it answers is told that a look at `now` didn't find
 * the order, and answers since when that is so: the first such look after it was last sent. What
 * another process saw isn't known, and only takes a look more.
 */
export function makeAbsences(): (order: Order, now: Date) => Date {
  const first = new Map<string, { readonly begunAtMs: number; readonly at: Date }>()
  return ({ attemptId, begunAt }, now) => {
    const begunAtMs = begunAt.getTime()
    const known = first.get(attemptId)
    if (known?.begunAtMs === begunAtMs) return known.at
    if (first.size >= KEPT_MAX) first.clear()
    first.set(attemptId, { begunAtMs, at: now })
    return now
  }
}
