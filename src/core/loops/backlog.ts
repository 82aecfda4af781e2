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

/** Beyond these a provider, or a receiver, is no longer only slow. */
const UNKNOWN_LONG_S = 900
const LATE_S = 300

/** For health: `detail` says how long, and not how much, for everybody may read it. */
export type Lag = { readonly name: string; readonly ok: boolean; readonly detail: string }

export type Backlog = {
  /** Looks, and sets the figures. */
  readonly pass: Pass
  /** What the last look found; nothing before the first. */
  health(): readonly Lag[]
}

/** Makes what looks at it; each node looks at the same rows. */
export function makeBacklog(parts: {
  readonly database: Queries
  readonly clock: Clock
  readonly metrics: Metrics
}): Backlog {
  const { clock, database, metrics } = parts
  let known: readonly Lag[] = []
  const shown = new Map<string, { readonly rail: string; readonly state: string }>()

  const ageS = (since: Date | null) =>
    since === null ? 0 : Math.max(0, (clock.now().getTime() - since.getTime()) / 1_000)

  async function attempts(): Promise<Lag> {
    const rows = await unendedAttempts(database)
    const gone = new Map(shown)
    for (const { count, rail, state } of rows) {
      metrics.gauge("attempts_unended", count, { rail, state })
      shown.set(`${rail} ${state}`, { rail, state })
      gone.delete(`${rail} ${state}`)
    }
    for (const labels of gone.values()) metrics.gauge("attempts_unended", 0, labels)
    const ages = rows.flatMap(({ begunAt, state }) => (state === "unknown" ? [ageS(begunAt)] : []))
    const oldestS = Math.max(0, ...ages)
    metrics.gauge("attempts_unknown_oldest_seconds", oldestS)
    const detail =
      oldestS === 0 ? "all have an answer" : `the oldest has had no answer for ${whole(oldestS)} s`
    return { name: "attempts", ok: oldestS <= UNKNOWN_LONG_S, detail }
  }

  async function deliveries(): Promise<Lag> {
    const { count, dueAt } = await waitingDeliveries(database, COUNTED_MAX)
    const lateS = ageS(dueAt)
    metrics.gauge("deliveries_waiting", count)
    metrics.gauge("deliveries_late_seconds", lateS)
    const detail = lateS === 0 ? "none is late" : `the latest is ${whole(lateS)} s past its time`
    return { name: "webhooks", ok: lateS <= LATE_S, detail }
  }

  async function run(): Promise<number> {
    known = [await attempts(), await deliveries()]
    return 0
  }

  return { pass: { name: "backlog", everyMs: EVERY_MS, run }, health: () => known }
}

function whole(seconds: number): string {
  return String(Math.round(seconds))
}
