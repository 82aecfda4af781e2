/** A merchant's events in order, without ever leaving out one that commits late. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock } from "../../clock.ts"
import { COMMIT_WITHIN_MS, type Queries } from "../../db/database.ts"
import type { Page } from "../page.ts"
import { firstIdAt, timeOfId } from "../retention/months.ts"
import type { Event } from "./event.ts"
import { eventIdsAbove, eventsBetween, untoldEvents } from "./store.ts"

/** What the clocks of two nodes may differ by before health complains of one. */
const CLOCKS_DIFFER_MS = 2_000
/**
 * An event's id is made before its commit, and no commit comes later than this after it. Whoever
 * reads no further than so long ago finds nothing new there later.
 */
export const SETTLED_MS = COMMIT_WITHIN_MS + CLOCKS_DIFFER_MS

/** Above every id that is made. */
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"
/** What one look takes. */
export const LOOK_MAX = 200
/** Between two looks at what is new; what committed late is looked for in every tenth. */
const LOOK_MS = 500
const LATE_EVERY = 10

export type FollowParts = { readonly database: Queries; readonly clock: Clock }

/** Where a reading begins: behind an event, or at an instant. */
export type From = { readonly after: string } | { readonly since: Date }

/** How events are followed. */
export type Following = {
  /** The event that was heard of last. */
  readonly after: string | null
  readonly signal: AbortSignal
  /** For tests. */
  readonly lookMs?: number
}

/** The id that a reading begins behind. Each id of a millisecond is above the first it can have. */
const idOf = (from: From): string => ("after" in from ? from.after : firstIdAt(from.since))

/** A page of events, oldest first, that end where all is settled. The cursor is an event's id. */
export function settledEvents(
  { database, clock }: FollowParts,
  filter: { readonly merchantId: string; readonly subjectId?: string | undefined },
  page: { readonly from: From; readonly limit: number },
): Promise<Page<Event>> {
  const before = firstIdAt(new Date(clock.now().getTime() - SETTLED_MS))
  return eventsBetween(database, filter, { after: idOf(page.from), before, limit: page.limit })
}

/**
 * Tells a merchant's events soon after their commits until `signal` aborts: in their order, but for
 * those that committed late, which come when they are found. Each comes once, except that behind a
 * given event all that weren't settled when it came do so again: nobody knows which of them were
 * seen. With none given it begins with what commits from now on. Null stands for a look that found
 * nothing.
 */
export async function* followEvents(
  { database, clock }: FollowParts,
  merchantId: string,
  { after, lookMs = LOOK_MS, signal }: Following,
): AsyncGenerator<Event | null, void> {
  let newest = after ?? firstIdAt(clock.now())
  /** Below it nothing is looked for any more. */
  let floor = settledBelow(timeOfId(newest))
  const told = new Set(after ? [after] : await eventIdsAbove(database, merchantId, floor))
  for (let look = 0; !signal.aborted; look += 1) {
    const isLate = look % LATE_EVERY === 0
    // Asked for before the look: whoever takes long over an event may be told of it much later.
    const settled = settledBelow(clock.now())
    const found = isLate
      ? await untoldEvents(database, merchantId, { after: floor, limit: LOOK_MAX, told: [...told] })
      : (await eventsBetween(database, { merchantId }, between(newest))).items
    for (const event of found) {
      if (signal.aborted) return
      if (event.id > newest) newest = event.id
      // A node whose clock is a little ahead had it among the first.
      if (told.has(event.id)) continue
      told.add(event.id)
      yield event
    }
    const isFull = found.length >= LOOK_MAX
    // What lies above the last of a full look wasn't looked at.
    const last = isFull ? found.at(-1)!.id : LAST_ID
    if (isLate) floor = forget(told, floor, last < settled ? last : settled)
    // It is followed by the next of its kind, for there is more.
    if (isFull) {
      look -= isLate ? 1 : 0
      continue
    }
    if (found.length === 0) yield null
    await sleep(lookMs, undefined, { signal }).catch(() => undefined)
  }
}

const between = (after: string) => ({ after, before: LAST_ID, limit: LOOK_MAX })

const settledBelow = (at: Date) => firstIdAt(new Date(Math.max(0, at.getTime() - SETTLED_MS)))

/** Lets go of what nothing new can come below of; answers the higher of the two floors. */
function forget(told: Set<string>, floor: string, settled: string): string {
  if (settled <= floor) return floor
  for (const id of told) if (id < settled) told.delete(id)
  return settled
}
