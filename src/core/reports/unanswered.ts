/** Attempts whose fate nobody knows yet: begun, and without an answer. */
import { addBusinessDays, localTime } from "../../calendar.ts"
import type { Database } from "../../db/database.ts"
import { inSnapshot } from "../store/snapshot.ts"
import { eachUnanswered, type UnansweredFilter, type UnansweredRow } from "./store/unanswered.ts"

export type Unanswered = UnansweredRow & {
  /** Whether an answer should have come by now: somebody has to ask the rail, or the bank. */
  readonly overdue: boolean
}

/** A bank tells of a collection on the next business day or the one after. */
const BANK_DAYS = 2
/** Without a day of collection. */
const OVERDUE_MS = 86_400_000

/** Passes them to `visit` in parts, oldest first. */
export function unansweredAttempts(
  database: Database,
  filter: UnansweredFilter,
  now: Date,
  visit: (rows: readonly Unanswered[]) => Promise<void>,
): Promise<void> {
  return inSnapshot(database, (snapshot) =>
    eachUnanswered(snapshot, filter, (rows) => {
      const isOverdue = overdueAt(now)
      return visit(rows.map((row) => ({ ...row, overdue: isOverdue(row) })))
    }),
  )
}

/** Whether an answer is overdue at `now`. What day it is somewhere is found out once. */
export function overdueAt(
  now: Date,
): (of: Pick<UnansweredRow, "begunAt" | "collectionDay" | "timeZone">) => boolean {
  const days = new Map<string, string>()
  const due = new Map<string, string>()
  return ({ begunAt, collectionDay, timeZone }) => {
    if (collectionDay === null) return now.getTime() - begunAt.getTime() > OVERDUE_MS
    const today = days.get(timeZone) ?? localTime(now, timeZone).day
    const last = due.get(collectionDay) ?? addBusinessDays(collectionDay, BANK_DAYS)
    days.set(timeZone, today)
    due.set(collectionDay, last)
    return today >= last
  }
}
