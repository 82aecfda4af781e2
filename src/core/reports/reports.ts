/** What one may ask about money that moved, or should have. */
import { type Day, localTime } from "../../calendar.ts"
import type { Clock } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import type { Merchant } from "../merchants/merchant.ts"
import { bankReport } from "./bank-day.ts"
import { dailyReport } from "./daily.ts"
import { dayBefore } from "./day.ts"
import {
  type StatementAsked,
  type StatementLine,
  type StatementPlace,
  statement,
  statementPage,
} from "./statement.ts"
import type { StatementRow } from "./store/bank-day.ts"
import type { DayRow } from "./store/day.ts"
import type { Balances } from "./store/statement.ts"
import type { UnansweredFilter } from "./store/unanswered.ts"
import { type Unanswered, unansweredAttempts } from "./unanswered.ts"

/** Takes rows in parts, and is waited for before the next are read. */
export type Visit<Row> = (rows: readonly Row[]) => Promise<void>

/** Makes the reports; each reads one snapshot of the database and changes nothing. */
export function makeReports({ database, clock }: { database: Database; clock: Clock }) {
  return {
    /** A merchant's day, in its time zone, beside the ledger's own sums. */
    daily: (merchant: Pick<Merchant, "id" | "timeZone">, day: Day, visit: Visit<DayRow>) =>
      dailyReport(database, merchant, { day, now: clock.now() }, visit),
    /** The last day that is over in a time zone. */
    yesterday: (timeZone: string): Day => dayBefore(localTime(clock.now(), timeZone).day),
    /** The lines that banks wrote of one of their days. */
    bank: (of: { readonly day: Day; readonly timeZone: string }, visit: Visit<StatementRow>) =>
      bankReport(database, of, visit),
    /**
     * All that moved a merchant's wallet, proved by its accounts; `visit` gets the opening balances
     * with each part, and before the first line.
     */
    statement: (
      asked: StatementAsked,
      visit: (lines: readonly StatementLine[], opening: Balances) => Promise<void>,
    ) => statement(database, asked, visit),
    /** The same page by page. */
    statementPage: (
      asked: StatementAsked,
      page: { readonly limit: number; readonly after: StatementPlace | null },
    ) => statementPage(database, asked, page),
    /** Attempts that have begun and have no answer, oldest first. */
    unanswered: (filter: UnansweredFilter, visit: Visit<Unanswered>) =>
      unansweredAttempts(database, filter, clock.now(), visit),
  }
}
