/** Slows down, and then stops, whoever keeps failing; all nodes count together. */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import { addFailures, failuresUntil, forget } from "./store.ts"

/** How many failures a name may have. They wear off one by one, `wearOffMs` apart. */
export type Patience = {
  /** Failures that cost nothing: fingers slip. */
  readonly free: number
  /** Failures after which no more are counted. */
  readonly most: number
  /** Whether nothing is tried any more then, until some have worn off; else it only takes long. */
  readonly stops: boolean
  readonly wearOffMs: number
}

/** Something that failures are counted of. */
export type Suspect = { readonly name: string; readonly patience: Patience }

export type Failures = {
  /** How long to wait before a try, in milliseconds; null when there must be none. */
  waitMs(suspects: readonly Suspect[]): Promise<number | null>
  /** Counts one more failure of each. */
  failed(suspects: readonly Suspect[]): Promise<void>
  /** Forgets the failures of each: it has shown who it is. */
  succeeded(suspects: readonly Suspect[]): Promise<void>
}

const FIRST_WAIT_MS = 100
const WAIT_MAX_MS = 3_000

/** Makes what counts failures; `keyOf` is what stands in the database for a name. */
export function makeFailures(parts: {
  readonly database: Queries
  readonly clock: Pick<Clock, "now">
  readonly keyOf: (name: string) => string
}): Failures {
  const { clock, database, keyOf } = parts
  return {
    async waitMs(suspects) {
      const now = clock.now()
      const keys = suspects.map(({ name }) => keyOf(name))
      const until = await failuresUntil(database, keys, now)
      const waits = suspects.map(({ patience }, at) => {
        const leftMs = (until.get(keys[at]!)?.getTime() ?? 0) - now.getTime()
        return waitAfter(leftMs > 0 ? Math.ceil(leftMs / patience.wearOffMs) : 0, patience)
      })
      const known = waits.filter((each) => each !== null)
      return known.length === waits.length ? Math.max(0, ...known) : null
    },
    failed: (suspects) =>
      addFailures(
        database,
        suspects.map(({ name, patience }) => ({ key: keyOf(name), ...patience })),
        clock.now(),
      ),
    succeeded: (suspects) =>
      forget(
        database,
        suspects.map(({ name }) => keyOf(name)),
      ),
  }
}

/** Each failure beyond the free ones doubles the wait. */
function waitAfter(failures: number, { free, most, stops }: Patience): number | null {
  if (failures >= most && stops) return null
  if (failures <= free) return 0
  return Math.min(FIRST_WAIT_MS * 2 ** (failures - free - 1), WAIT_MAX_MS)
}
