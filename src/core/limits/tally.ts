/** Counts uses within a minute on this node alone: what strangers do must cost no row. */
import type { Clock } from "../../clock.ts"
import { type Standing, standingOf, WINDOW_MS } from "./windows.ts"

/**
 * Counts one use of a name that has `limit` of them in a minute on this node, and answers how it
 * stands. A window begins with the first use after the last one's end.
 */
export type Tally = (name: string, limit: number) => Standing

/**
 * Names in memory, some 2 MB of them. Past this the one whose window began first is forgotten and
 * begins anew: who has more addresses than this isn't held by a limit for each.
 */
const NAMES_MAX = 10_000

/** Makes the counter of a node. It asks nobody, and a restart forgets what it counted. */
export function makeTally(clock: Pick<Clock, "now">, namesMax = NAMES_MAX): Tally {
  const windows = new Map<string, { used: number; untilMs: number }>()

  function windowOf(name: string, nowMs: number) {
    const open = windows.get(name)
    if (open && open.untilMs > nowMs) return open
    // Put in anew, so that the map stays in the order in which windows began.
    windows.delete(name)
    if (windows.size >= namesMax) windows.delete(windows.keys().next().value!)
    const next = { used: 0, untilMs: nowMs + WINDOW_MS }
    windows.set(name, next)
    return next
  }

  return (name, limit) => {
    const nowMs = clock.now().getTime()
    const window = windowOf(name, nowMs)
    const over = window.used >= limit
    if (!over) window.used += 1
    return standingOf(limit, window.used, window.untilMs - nowMs, over)
  }
}
