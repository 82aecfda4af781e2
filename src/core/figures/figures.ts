/** How payments go: today by rail and by time taken, the last month by day. Read in a moment. */
import { type Day, localTime } from "../../calendar.ts"
import type { Clock, Ids } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import type { Pass } from "../loops/loops.ts"
import { beginOf, dayAfter, dayBefore } from "../reports/day.ts"
import { firstIdAt, timeOfId } from "../retention/months.ts"
import * as store from "./store.ts"

export type FigureParts = { readonly database: Database; readonly clock: Clock; readonly ids: Ids }

/** What was asked for and approved in one asset. */
export type AssetFigures = {
  readonly asset: string
  readonly created: number
  readonly approved: number
  /** In minor units; what was approved. */
  readonly amount: bigint
}

export type RailFigures = {
  readonly rail: string
  readonly approved: number
  readonly declined: number
}

export type DayFigures = { readonly day: Day; readonly assets: readonly AssetFigures[] }

export type Overview = store.Waiting & {
  readonly timeZone: string
  /** Today, there; the commonest asset first. */
  readonly today: readonly AssetFigures[]
  readonly rails: readonly RailFigures[]
  /** From a payment's creation to its approval; null where nothing was approved today. */
  readonly medianMs: number | null
  readonly p95Ms: number | null
  /** The last thirty days with today, the oldest first. */
  readonly days: readonly DayFigures[]
  /** Events up to here are counted; null: all of them. */
  readonly countedUpto: Date | null
}

export const DAYS = 30
/** Ids are made before their commit; after so long none is missing. The same as in `verify`. */
const SETTLED_MS = 120_000
/** A pass takes as many: some tenths of a second. A busy gateway's backlog shrinks at night. */
const EVENTS_AT_ONCE = 50_000
const EVERY_MS = 20_000
/** What isn't summed yet is summed for the page itself, up to here; past it the page says so. */
const FRESH_MAX = 100_000
/** Pages that are looked at together, and again by themselves, read once. */
const REMEMBERED_MS = 5_000
const REMEMBERED_MAX = 500
const KEPT_MS = 400 * 86_400_000
/** A step of `slow` in the sums. */
const STEP = 13 / 12

/** Makes the pass that keeps the sums, and what reads them. */
export function makeFigures(parts: FigureParts) {
  const { clock, database, ids } = parts
  const known = new Map<string, { readonly untilMs: number; readonly made: Promise<Overview> }>()
  let droppedMs = Number.NEGATIVE_INFINITY

  /** Adds what is new and can't change any more; one node at a time. */
  async function run(): Promise<number> {
    const settled = firstIdAt(ago(timeOfId(ids.next()), SETTLED_MS))
    const isFull = await database.transaction(async (tx) => {
      const upto = await store.lockUpto(tx)
      if (upto === "busy" || (upto !== null && upto >= settled)) return false
      const after = upto ?? begin()
      const most = EVENTS_AT_ONCE
      const end = await store.eventAhead(tx, { after, before: settled, most })
      await store.addEvents(tx, after, end ?? settled)
      return end !== null
    })
    if (clock.elapsedMs() - droppedMs > 3_600_000) {
      droppedMs = clock.elapsedMs()
      await store.dropBefore(database, ago(clock.now(), KEPT_MS))
    }
    return isFull ? EVENTS_AT_ONCE : 0
  }

  /** A gateway that has run for long begins with what pages show. */
  function begin(): string {
    return firstIdAt(ago(clock.now(), (DAYS + 2) * 86_400_000))
  }

  /** How things stand for a merchant, or for all, in a time zone; some seconds old at most. */
  function overview(merchantId: string | null, timeZone: string): Promise<Overview> {
    const name = `${merchantId}|${timeZone}`
    const nowMs = clock.elapsedMs()
    const entry = known.get(name)
    if (entry && entry.untilMs > nowMs) return entry.made
    if (known.size >= REMEMBERED_MAX) known.clear()
    const made = read(merchantId, timeZone)
    made.catch(() => known.delete(name))
    known.set(name, { untilMs: nowMs + REMEMBERED_MS, made })
    return made
  }

  async function read(merchantId: string | null, timeZone: string): Promise<Overview> {
    const stretches = lastDays(clock.now(), timeZone)
    const today = stretches.from.at(-1)!
    const after = (await store.readUpto(database)) ?? begin()
    const [kept, byDay, fresh, waiting] = await Promise.all([
      store.sumsSince(database, hourOf(today), merchantId),
      store.sumsByStretch(database, stretches, merchantId),
      store.freshSums(database, { after, merchantId, most: FRESH_MAX }),
      store.readWaiting(database, merchantId),
    ])
    const freshToday = fresh.sums.filter(({ hour }) => hour >= hourOf(today))
    const all = [...kept, ...freshToday]
    const named = fresh.sums.flatMap((sum) => {
      const name = nameAt(stretches, sum.hour)
      return name === null ? [] : [{ ...sum, name }]
    })
    const days = [...byDay, ...named]
    return {
      ...waiting,
      timeZone,
      today: byAsset(all),
      rails: byRail(all),
      ...times(all),
      days: stretches.names.map((day) => ({
        day,
        assets: byAsset(days.filter(({ name }) => name === day)),
      })),
      countedUpto: fresh.last === null ? null : timeOfId(fresh.last),
    }
  }

  const pass: Pass = { name: "figures", everyMs: EVERY_MS, run }
  return { pass, overview }
}

/** Sums are kept by hours of UTC: a zone that is half an hour off counts that half hour as next. */
function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 3_600_000) * 3_600_000)
}

function lastDays(now: Date, timeZone: string): store.Stretches {
  const names = [localTime(now, timeZone).day]
  while (names.length < DAYS) names.unshift(dayBefore(names[0]!))
  const begins = [...names, dayAfter(names.at(-1)!)].map((day) => hourOf(beginOf(day, timeZone)))
  return { names, from: begins.slice(0, -1), to: begins.slice(1) }
}

function nameAt({ from, names, to }: store.Stretches, hour: Date): string | null {
  const at = from.findIndex((begin, each) => hour >= begin && hour < to[each]!)
  return names[at] ?? null
}

type Summed = Pick<store.Sum, "asset" | "outcome" | "count" | "amount">

function byAsset(sums: readonly Summed[]): AssetFigures[] {
  const assets = [...Map.groupBy(sums, ({ asset }) => asset)].map(([asset, each]) => ({
    asset,
    created: countOf(each, "created"),
    approved: countOf(each, "approved"),
    amount: each.reduce((sum, { amount, outcome }) => {
      return outcome === "approved" ? sum + amount : sum
    }, 0n),
  }))
  return assets.sort((a, b) => b.approved - a.approved || b.created - a.created)
}

function byRail(sums: readonly store.Sum[]): RailFigures[] {
  const tried = sums.filter(({ rail }) => rail !== "")
  const rails = [...Map.groupBy(tried, ({ rail }) => rail)].map(([rail, each]) => ({
    rail,
    approved: countOf(each, "approved"),
    declined: countOf(each, "declined"),
  }))
  const ended = rails.filter(({ approved, declined }) => approved + declined > 0)
  return ended.sort((a, b) => b.approved + b.declined - a.approved - a.declined)
}

function countOf(sums: readonly Summed[], wanted: store.PaymentOutcome): number {
  return sums.reduce((all, { count, outcome }) => {
    return outcome === wanted ? all + Number(count) : all
  }, 0)
}

/** The middle of the step in which that part of the approvals ends; true to a twelfth. */
function times(sums: readonly store.Sum[]): Pick<Overview, "medianMs" | "p95Ms"> {
  const steps = sums
    .filter(({ slow }) => slow >= 0)
    .sort((a, b) => a.slow - b.slow)
    .map(({ count, slow }) => ({ slow, count: Number(count) }))
  const all = steps.reduce((sum, { count }) => sum + count, 0)
  const at = (part: number): number | null => {
    let left = Math.ceil(all * part)
    const found = steps.find(({ count }) => {
      left -= count
      return left <= 0
    })
    return found ? Math.round(STEP ** (found.slow + 0.5)) : null
  }
  return { medianMs: at(0.5), p95Ms: at(0.95) }
}

function ago(at: Date, ms: number): Date {
  return new Date(at.getTime() - ms)
}
