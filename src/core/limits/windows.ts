/**
 * Counts uses within a minute for all nodes together, most of them without asking the database.
 */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import { addUses } from "./store.ts"

/** How a name stands after one more use. */
export type Standing = {
  readonly limit: number
  /** Uses that it still has before the window ends. */
  readonly remaining: number
  /** Whole seconds until it has all of them again. */
  readonly resetS: number
  /** Whether this one was too many. It is not counted then. */
  readonly over: boolean
}

export type Windows = {
  /**
   * Counts one use of a name that has `limit` of them in a minute. A window begins with the first
   * use after the last one's end. One node counts exactly; each further node may let through what
   * it has not yet told, which is at most a block.
   */
  count(name: string, limit: number): Promise<Standing>
}

/** How long uses are counted together. */
export const WINDOW_MS = 60_000
/**
 * A node tells the others of its uses in blocks: a 32nd of what is left, so that the last ones are
 * told one by one. 6,000 uses then cost some 200 round trips, and 32 or fewer cost one each.
 */
const BLOCKS = 32
/** Names in memory; past this the one whose window began first is forgotten, and asked anew. */
const NAMES_MAX = 10_000

/** `shared` is what the database said; `flying` is being told, `untold` isn't yet. */
type Window = {
  shared: number
  flying: number
  untold: number
  untilMs: number
  telling: Promise<void> | null
}

/** Makes the counter of a node, which counts alone while the database is away. */
export function makeWindows(parts: {
  readonly database: Queries
  readonly clock: Pick<Clock, "now">
  /** What stands in the database for a name. */
  readonly keyOf: (name: string) => string
}): Windows {
  const { clock, database, keyOf } = parts
  const windows = new Map<string, Window>()

  function windowOf(name: string, nowMs: number): Window {
    const open = windows.get(name)
    if (open && (open.untilMs > nowMs || open.telling)) return open
    const next = { shared: 0, flying: 0, untold: 0, untilMs: 0, telling: null }
    // Put in anew, so that the map stays in the order in which windows began.
    windows.delete(name)
    windows.set(name, next)
    if (windows.size > NAMES_MAX) windows.delete(windows.keys().next().value!)
    return next
  }

  async function tell(name: string, window: Window): Promise<void> {
    const nowMs = clock.now().getTime()
    const [now, until] = [new Date(nowMs), new Date(nowMs + WINDOW_MS)]
    window.flying = window.untold
    window.untold = 0
    try {
      const told = await addUses(database, keyOf(name), window.flying, { now, until })
      window.shared = told.used
      window.untilMs = told.until.getTime()
    } catch {
      // Whoever is counted needs the database, too, and hears from that what is wrong.
      window.shared += window.flying
      if (window.untilMs <= nowMs) window.untilMs = until.getTime()
    }
    window.flying = 0
    window.telling = null
  }

  /** Uses one and tells the others of it; answers which use of all it was. */
  async function useTold(name: string, window: Window): Promise<number> {
    // What is being told doesn't hold this one, so it goes with the next.
    window.untold += 1
    const place = window.untold
    if (window.telling) await window.telling
    window.telling ??= tell(name, window)
    const telling = window.telling
    const size = window.flying
    await telling
    return window.shared - size + place
  }

  return {
    async count(name, limit) {
      const nowMs = clock.now().getTime()
      const window = windowOf(name, nowMs)
      const known = window.shared + window.flying + window.untold
      const standing = (used: number, over: boolean) =>
        standingOf(limit, used, window.untilMs - nowMs, over)
      const isOpen = window.untilMs > nowMs
      if (isOpen && known >= limit) return standing(known, true)
      if (isOpen && window.untold + 1 < (limit - known) / BLOCKS) {
        window.untold += 1
        return standing(known + 1, false)
      }
      const place = await useTold(name, window)
      if (place <= limit) return standing(place, false)
      // Others used it up meanwhile: this one is given back with whatever is told next.
      window.untold -= 1
      return standing(limit, true)
    },
  }
}

/** How a name stands that used so many of its limit, in a window that ends in `leftMs`. */
export function standingOf(limit: number, used: number, leftMs: number, over: boolean): Standing {
  // What was told meanwhile may have begun a window a little later than this use came.
  const resetS = Math.ceil(Math.min(Math.max(leftMs, 1), WINDOW_MS) / 1_000)
  return { limit, remaining: Math.max(limit - used, 0), resetS, over }
}
