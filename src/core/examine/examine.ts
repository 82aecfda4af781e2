/** Looks at a database as a doctor would: nothing is changed, and nothing takes long. */
import type { Clock } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import { monthOf, monthsLater } from "../retention/months.ts"
import { partsOf } from "../retention/store.ts"
import { readWatch } from "../verify/store/watch.ts"
import * as store from "./store.ts"

export type { CursorFacts, LateFacts, ServerFacts, TableFacts } from "./store.ts"

/** Fewer rows than these are cleaned away in a moment. */
const DEAD_MIN = 100_000
/** A webhook is tried within seconds of being due; a pause of its endpoint is told otherwise. */
const LATE_MS = 600_000
const LATE_MAX = 10_000

export type Examined = {
  readonly server: store.ServerFacts
  readonly dead: readonly store.TableFacts[]
  readonly late: store.LateFacts
  readonly cursors: readonly store.CursorFacts[]
  /** Months that have to be there by now, of events and deliveries, and aren't. */
  readonly monthsMissing: readonly string[]
  /** The books, as the last look left them. */
  readonly books: {
    readonly lookedAt: Date | null
    readonly wholeAt: Date | null
    readonly wrong: number
    readonly wrongSince: Date | null
  }
}

/** Makes what reads it. */
export function makeExamine({ database, clock }: { database: Database; clock: Clock }) {
  return async function examine(): Promise<Examined> {
    const now = clock.now()
    const [server, dead, late, cursors, parts, watch] = await Promise.all([
      store.readServer(database),
      store.readDead(database, DEAD_MIN),
      store.readLate(database, new Date(now.getTime() - LATE_MS), LATE_MAX),
      store.readCursors(database),
      partsOf(database),
      readWatch(database),
    ])
    const wanted = [monthOf(now), monthsLater(monthOf(now), 1)]
    const monthsMissing = ["events", "deliveries"].flatMap((table) =>
      wanted
        .filter((month) => !parts.some((part) => part.table === table && part.month === month))
        .map((month) => `${table} of ${month}`),
    )
    const { lookedAt, wholeAt, wrong, wrongSince } = watch
    const books = { lookedAt, wholeAt, wrong: wrong.length, wrongSince }
    return { server, dead, late, cursors, monthsMissing, books }
  }
}
