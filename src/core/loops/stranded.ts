/** Tells of attempts whose rail was taken out of the settings: no loop looks at them any more. */
import type { Queries } from "../../db/database.ts"
import type { Log, Metrics } from "../core.ts"
import type { Rail } from "../rail.ts"
import type { Pass } from "./loops.ts"
import { countStranded } from "./store/stranded.ts"

type Parts = {
  readonly database: Queries
  readonly rails: ReadonlyMap<string, Rail>
  readonly log: Log
  readonly metrics: Metrics
}

/** What health has to say of one such rail. */
export type StrandedHealth = { readonly name: string; readonly ok: false; readonly detail: string }

export type Stranded = {
  /** Counts them: at the start, and then once a minute. */
  readonly pass: Pass
  /** What was found last; nothing where all is well. */
  health(): readonly StrandedHealth[]
}

/** As often as a node cleans: settings change by a start, and what is left over goes slowly. */
const EVERY_MS = 60_000

/** Makes what counts them on one node. */
export function makeStranded({ database, rails, log, metrics }: Parts): Stranded {
  let known: ReadonlyMap<string, number> = new Map()

  async function count(): Promise<number> {
    const rows = await countStranded(database, [...rails.keys()])
    const found = new Map(rows.map((row) => [row.rail, row.count]))
    for (const [rail, attempts] of found) {
      metrics.gauge("attempts_stranded", attempts, { rail })
      // Once for each rail: it is the same until somebody brings it back.
      if (!known.has(rail)) log.error({ rail, attempts }, "attempts wait for a rail that is gone")
    }
    for (const rail of known.keys()) {
      if (!found.has(rail)) metrics.gauge("attempts_stranded", 0, { rail })
    }
    known = found
    return 0
  }

  return {
    pass: { name: "stranded", everyMs: EVERY_MS, run: count },
    health: () =>
      [...known].map(([rail, attempts]) => ({
        name: `rail ${rail}`,
        ok: false,
        detail: `${waiting(attempts)} for a rail that is not configured`,
      })),
  }
}

function waiting(attempts: number): string {
  return attempts === 1 ? "1 attempt waits" : `${attempts} attempts wait`
}
