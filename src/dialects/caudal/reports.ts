/** `GET /reports/daily`: what became of a merchant's money on one of its days. */
import { z } from "zod"
import { type Core, type DaySummary, FIGURES, type Figure } from "../../core/index.ts"
import { type DialectApp, WireProblem } from "../dialect.ts"
import { caller } from "../mount.ts"
import * as requests from "./requests.ts"

/** A node's reports at once: each reads a whole day in one snapshot. */
const AT_ONCE = 2

const amount = z.string().regex(/^-?\d+$/)
const sum = z.strictObject({ count: z.int(), amount })

const total = z.strictObject({
  asset: z.string(),
  rail: z.string().nullable(),
  ...(Object.fromEntries(FIGURES.map((figure) => [wordOf(figure), sum])) as Record<
    string,
    typeof sum
  >),
})

export const dailySchema = z.strictObject({
  object: z.literal("daily_report"),
  day: z.string(),
  time_zone: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  /** Whether the day was over; otherwise more may follow. */
  over: z.boolean(),
  /** Whether what was told of the day was dropped for its age: the ledger stands alone then. */
  dropped: z.boolean(),
  /** Payments and refunds with an amount that counts on the day. */
  rows: z.int(),
  /** Added up for each asset and rail. */
  totals: z.array(total),
  transfers: z.array(
    z.strictObject({
      kind: z.string(),
      asset: z.string(),
      rail: z.string().nullable(),
      from: z.string(),
      to: z.string(),
      count: z.int(),
      amount,
      gained: amount,
    }),
  ),
  accounts: z.array(
    z.strictObject({
      asset: z.string(),
      custodian: z.string(),
      kind: z.string(),
      opening: amount,
      change: amount,
      closing: amount,
    }),
  ),
  /** The rows' sums beside the ledger's. */
  checks: z.array(
    z.strictObject({
      asset: z.string(),
      what: z.string(),
      rows: amount,
      ledger: amount,
      agrees: z.boolean(),
    }),
  ),
  agrees: z.boolean(),
})

const readDaily = z.strictObject({ day: requests.day.optional() })

/** Registers the route. */
export function reportRoute(app: DialectApp, core: Core): void {
  let reading = 0
  app.get(
    "/reports/daily",
    { schema: { querystring: readDaily, response: { 200: dailySchema } } },
    async (request) => {
      const { merchant } = caller(request)
      const day = request.query.day ?? core.reports.yesterday(merchant.timeZone)
      if (reading >= AT_ONCE) {
        const message = "other reports are being read now: try again"
        throw new WireProblem({ code: "too_many_requests", message })
      }
      reading += 1
      try {
        return dailyOut(await core.reports.daily(merchant, day, async () => {}))
      } finally {
        reading -= 1
      }
    },
  )
}

/** `refundsAsked` is `refunds_asked` here. */
function wordOf(figure: Figure): string {
  return figure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** A day as this API shows it, in minor units. */
export function dailyOut(summary: DaySummary): z.infer<typeof dailySchema> {
  const { totals, ledger, checks } = summary
  return {
    object: "daily_report",
    day: summary.day,
    time_zone: summary.timeZone,
    from: summary.from.toISOString(),
    to: summary.to.toISOString(),
    over: summary.over,
    dropped: summary.dropped,
    rows: summary.rows,
    totals: totals.map(({ asset, rail, ...figures }) => ({
      asset,
      rail,
      ...Object.fromEntries(
        FIGURES.map((figure) => {
          const { count, amount: of } = figures[figure]
          return [wordOf(figure), { count, amount: of.toString() }]
        }),
      ),
    })) as z.infer<typeof dailySchema>["totals"],
    transfers: ledger.transfers.map(({ kind, asset, rail, ...moved }) => ({
      ...{ kind, asset, rail, from: moved.fromAccount, to: moved.toAccount },
      count: Number(moved.count),
      amount: moved.amount.toString(),
      gained: moved.gained.toString(),
    })),
    accounts: ledger.accounts.map(({ asset, custodian, kind, opening, change, closing }) => ({
      ...{ asset, custodian, kind },
      opening: opening.toString(),
      change: change.toString(),
      closing: closing.toString(),
    })),
    checks: checks.map(({ asset, what, rows, ledger: booked, agrees }) => ({
      ...{ asset, what, agrees },
      rows: rows.toString(),
      ledger: booked.toString(),
    })),
    agrees: summary.agrees,
  }
}
