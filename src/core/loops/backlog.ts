/** Shows how much waits, and for how long: work that isn't done is counted nowhere else. */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import type { Metrics } from "../core.ts"
import type { Pass } from "./loops.ts"
import { unendedAttempts, waitingDeliveries } from "./store/backlog.ts"

/** Twice for each of Prometheus' usual looks. */
const EVERY_MS = 30_000
/** Beyond this a queue is long, however long it is. */
const COUNTED_MAX = 1_000

/** Makes the pass that shows it; each node looks at the same rows. */
export function makeBacklog(parts: {
  readonly database: Queries
  readonly clock: Clock
  readonly metrics: Metrics
}): Pass {
  const { clock, database, metrics } = parts
  const shown = new Map<string, { readonly rail: string; readonly state: string }>()

  const ageS = (since: Date | null) =>
    since === null ? 0 : Math.max(0, (clock.now().getTime() - since.getTime()) / 1_000)

  async function attempts(): Promise<void> {
    const rows = await unendedAttempts(database)
    const gone = new Map(shown)
    for (const { count, rail, state } of rows) {
      metrics.gauge("attempts_unended", count, { rail, state })
      shown.set(`${rail} ${state}`, { rail, state })
      gone.delete(`${rail} ${state}`)
    }
    for (const labels of gone.values()) metrics.gauge("attempts_unended", 0, labels)
    const unknown = rows
      .filter(({ state }) => state === "unknown")
      .map(({ begunAt }) => ageS(begunAt))
    metrics.gauge("attempts_unknown_oldest_seconds", Math.max(0, ...unknown))
  }

  async function deliveries(): Promise<void> {
    const { count, dueAt } = await waitingDeliveries(database, COUNTED_MAX)
    metrics.gauge("deliveries_waiting", count)
    metrics.gauge("deliveries_late_seconds", ageS(dueAt))
  }

  return {
    name: "backlog",
    everyMs: EVERY_MS,
    async run() {
      await attempts()
      await deliveries()
      return 0
    },
  }
}
