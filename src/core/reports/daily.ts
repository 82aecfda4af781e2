/**
 * The report of one day of a merchant: each payment with an amount that counts on it, what has no
 * end though it should, and the ledger's own sums beside it.
 *
 * An amount counts on the day on which it was booked here: then both sides have the same day for
 * the same thing, whatever day the bank names. What the bank names is a column.
 */
import type { Day } from "../../calendar.ts"
import type { Database } from "../../db/database.ts"
import type { Merchant } from "../merchants/merchant.ts"
import { keptSince } from "../retention/retention.ts"
import { inSnapshot } from "../store/snapshot.ts"
import { type Check, compared } from "./agreement.ts"
import { beginOf, dayAfter, lastAskedBefore, stretchOf } from "./day.ts"
import { type DayRow, eachOfDay, FIGURES, type Figure } from "./store/day.ts"
import { type AccountDay, accountsIn, type Moved, movedIn } from "./store/ledger.ts"

/** How often something counted on the day, and what it comes to in minor units. */
export type Sum = { readonly count: number; readonly amount: bigint }

/** All rows of one asset over one rail, added up; `rail` is null for payments that took none. */
export type DayTotal = {
  readonly asset: string
  readonly rail: string | null
} & Readonly<Record<Figure, Sum>>

export type DaySummary = {
  readonly merchantId: string
  readonly timeZone: string
  readonly day: Day
  readonly from: Date
  readonly to: Date
  /** Whether the day was over when it was read; otherwise more may follow. */
  readonly over: boolean
  /** Whether what was told of the day was dropped since: then the ledger's sums stand alone. */
  readonly dropped: boolean
  readonly rows: number
  readonly totals: readonly DayTotal[]
  readonly ledger: {
    readonly transfers: readonly Moved[]
    readonly accounts: readonly AccountDay[]
  }
  /** The rows' sums beside the ledger's. */
  readonly checks: readonly Check[]
  readonly agrees: boolean
}

/**
 * Reads a merchant's day, in its own time zone, and passes the rows to `visit` in parts, in the
 * order in which they were asked for. Rows and ledger are read as of one instant.
 */
export function dailyReport(
  database: Database,
  { id: merchantId, timeZone }: Pick<Merchant, "id" | "timeZone">,
  { day, now }: { readonly day: Day; readonly now: Date },
  visit: (rows: readonly DayRow[]) => Promise<void>,
): Promise<DaySummary> {
  const { from, to } = stretchOf(day, timeZone)
  const askedBefore = beginOf(dayAfter(lastAskedBefore(day)), timeZone)
  return inSnapshot(database, async (snapshot) => {
    const totals = makeTotals()
    let rows = 0
    const since = await keptSince(snapshot)
    const dropped = since !== null && from < since
    if (!dropped) {
      await eachOfDay(snapshot, { merchantId, from, to, day, askedBefore }, async (part) => {
        rows += part.length
        for (const row of part) totals.add(row)
        await visit(part)
      })
    }
    const transfers = await movedIn(snapshot, merchantId, { from, to })
    const accounts = await accountsIn(snapshot, merchantId, { from, to })
    const sums = totals.all()
    const checks = dropped ? [] : compared(sums, transfers)
    return {
      merchantId,
      timeZone,
      day,
      from,
      to,
      over: to <= now,
      dropped,
      rows,
      totals: sums,
      ledger: { transfers, accounts },
      checks,
      agrees: checks.every(({ agrees }) => agrees),
    }
  })
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] }

function makeTotals() {
  const byKey = new Map<string, Mutable<DayTotal>>()
  return {
    add(row: DayRow): void {
      const { asset, rail } = row
      const key = `${asset}|${rail ?? ""}`
      const total = byKey.get(key) ?? empty(asset, rail)
      for (const figure of FIGURES) {
        const amount = row[figure]
        if (amount === null) continue
        total[figure] = { count: total[figure].count + 1, amount: total[figure].amount + amount }
      }
      byKey.set(key, total)
    },
    all: (): DayTotal[] =>
      [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total),
  }
}

function empty(asset: string, rail: string | null): Mutable<DayTotal> {
  const none = Object.fromEntries(FIGURES.map((figure) => [figure, { count: 0, amount: 0n }]))
  return { asset, rail, ...(none as Record<Figure, Sum>) }
}
