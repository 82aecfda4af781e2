/** Looks at the books once a minute, on one node, and says on all of them how they are. */
import type { Clock, Ids } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import type { Log, Metrics } from "../core.ts"
import type { Pass } from "../loops/loops.ts"
import { firstIdAt, timeOfId } from "../retention/months.ts"
import type { Keyring } from "../seal.ts"
import { LookLost, nameOf, takeLook } from "./look.ts"
import { claimWatch, readWatch, saveWatch, type Watched } from "./store/watch.ts"

export type BooksParts = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly node: string
  readonly log: Log
  readonly metrics: Metrics
}

/** For health: `detail` names no row, for everybody may read it. */
export type BooksHealth = {
  readonly name: "books"
  readonly ok: boolean
  readonly detail: string
}

const EVERY_MS = 60_000
/** A pass that came a little early is no second look. */
const APART_MS = 50_000
/** A node that died is missed after one look. */
const LEASE_MS = 90_000
/**
 * Ids are made before their commit: the server ends what a session leaves open sooner than this,
 * and clocks differ by seconds at most.
 */
const SETTLED_MS = 120_000
/** From here on health says how far new rows are from being looked at. */
const BEHIND_MS = 600_000
/** As long without a look is a fault of its own. */
const SILENT_MS = 600_000

/** Makes the pass of a node, and what it has to say. */
export function makeBooks(parts: BooksParts) {
  const { clock, database, ids, log, metrics, node } = parts
  let known: Watched | null = null
  const begunAt = clock.now()

  async function look(): Promise<Watched | null> {
    const now = clock.now()
    const claim = { node, now, until: later(now, LEASE_MS), before: later(now, -APART_MS) }
    const claimed = await claimWatch(database, claim)
    if (claimed === null) return null
    const settled = firstIdAt(later(timeOfId(ids.next()), -SETTLED_MS))
    const seen = await takeLook(parts, claimed, settled)
    if (!(await saveWatch(database, seen))) throw new LookLost()
    tell(claimed, seen)
    metrics.count("books_checked_rows", {}, Number(seen.checkedRows - claimed.checkedRows))
    return seen
  }

  /** Each fault once, and its end once, by the node that saw it. */
  function tell(before: Watched, after: Watched): void {
    const old = new Set(before.wrong.map(nameOf))
    const now = new Set(after.wrong.map(nameOf))
    for (const { cycle: _, ...fault } of after.wrong) {
      if (!old.has(nameOf(fault))) log.error({ ...fault }, "the books are wrong")
    }
    for (const { cycle: _, ...fault } of before.wrong) {
      if (!now.has(nameOf(fault))) log.info({ ...fault }, "this row of the books is right again")
    }
  }

  async function run(): Promise<number> {
    try {
      known = (await look()) ?? (await readWatch(database))
    } catch (error) {
      if (!(error instanceof LookLost)) throw error
      known = await readWatch(database)
    }
    metrics.gauge("books_ok", known.wrong.length === 0 ? 1 : 0)
    metrics.gauge("books_behind_seconds", behindMs(known, timeOfId(ids.next())) / 1_000)
    if (known.wholeAt) metrics.gauge("books_last_whole_at", known.wholeAt.getTime() / 1_000)
    return 0
  }

  function health(): BooksHealth {
    const now = clock.now()
    const seenAt = known?.lookedAt ?? begunAt
    const name = "books"
    if (known?.wrongSince) {
      const since = known.wrongSince.toISOString()
      return { name, ok: false, detail: `wrong since ${since}: caudal verify says where` }
    }
    if (now.getTime() - seenAt.getTime() > SILENT_MS) {
      return { name, ok: false, detail: `not looked at since ${seenAt.toISOString()}` }
    }
    if (!known?.lookedAt) return { name, ok: true, detail: "not looked at yet" }
    const lag = behindMs(known, timeOfId(ids.next()))
    const behind = lag > BEHIND_MS ? `, ${Math.round(lag / 60_000)} min behind` : ""
    const whole = known.wholeAt ? `all read at ${known.wholeAt.toISOString()}` : "not all read yet"
    return { name, ok: true, detail: `right, ${whole}${behind}` }
  }

  const pass: Pass = { name: "books", everyMs: EVERY_MS, run }
  return { pass, health }
}

/** How long ago the oldest row was made that was not looked at as new. */
function behindMs({ eventsUpto, foldedUpto }: Watched, now: Date): number {
  const places = [eventsUpto, foldedUpto].flatMap((each) => (each === null ? [] : [timeOfId(each)]))
  return Math.max(0, ...places.map((at) => now.getTime() - at.getTime() - SETTLED_MS))
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms)
}
