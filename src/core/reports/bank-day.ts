/**
 * The installation's reconciliation with its banks for one day: each line that told of money, with
 * the order that it is about, or named as nobody's.
 */
import type { Day } from "../../calendar.ts"
import type { Database } from "../../db/database.ts"
import { inSnapshot } from "../store/snapshot.ts"
import { stretchOf } from "./day.ts"
import { eachStatementLine, type StatementRow } from "./store/bank-day.ts"

/** Lines over one of our accounts that say the same and came to the same. */
export type BankTotal = {
  readonly rail: string
  /** Null for lines that are about no order of ours. */
  readonly account: string | null
  readonly asset: string | null
  readonly source: StatementRow["source"]
  readonly says: StatementRow["says"]
  readonly outcome: string
  readonly count: number
  /** Minor units, of the lines that have an amount. */
  readonly amount: bigint
}

export type BankSummary = {
  readonly day: Day
  readonly timeZone: string
  readonly rows: number
  readonly totals: readonly BankTotal[]
  /** How many lines wait for an operator. */
  readonly open: number
}

/** Outcomes that an operator has to look at, until the line is cleared. */
const OPEN = new Set(["unmatched", "mismatch", "surplus", "contradiction", "malformed", "waiting"])

/** Reads the lines of the bank's day in a time zone, and passes them to `visit` in parts. */
export function bankReport(
  database: Database,
  { day, timeZone }: { readonly day: Day; readonly timeZone: string },
  visit: (rows: readonly StatementRow[]) => Promise<void>,
): Promise<BankSummary> {
  return inSnapshot(database, async (snapshot) => {
    const totals = new Map<string, BankTotal>()
    let rows = 0
    let open = 0
    await eachStatementLine(snapshot, stretchOf(day, timeZone), async (part) => {
      rows += part.length
      for (const row of part) {
        if (OPEN.has(row.outcome) && row.clearedAt === null) open += 1
        const { rail, account, asset, source, says, outcome } = row
        const key = [rail, account ?? "", asset ?? "", source, says, outcome].join("|")
        const { count, amount } = totals.get(key) ?? { count: 0, amount: 0n }
        totals.set(key, {
          ...{ rail, account, asset, source, says, outcome },
          count: count + 1,
          amount: amount + (row.amount ?? 0n),
        })
      }
      await visit(part)
    })
    const sorted = [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total)
    return { day, timeZone, rows, totals: sorted, open }
  })
}
