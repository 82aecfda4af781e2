/** Makes the parts of the coming months, so that each is there before its first row. */
import type { Ids } from "../../clock.ts"
import type { Database, Transaction } from "../../db/database.ts"
import type { Log } from "../core.ts"
import type { Pass } from "../loops/loops.ts"
import { type Month, monthOf, monthsLater, timeOfId } from "./months.ts"
import { addMonth, DIVIDED, type Divided, missingMonths } from "./store.ts"

type Parts = { readonly database: Database; readonly ids: Ids; readonly log: Log }

/** This month and the two behind it: a node may be away for as long without being missed. */
const AHEAD = 2
/** Often enough for what is needed in weeks; one question to the catalogue. */
const EVERY_MS = 600_000

/** The month of an instant, and those that are made ahead of it. */
const monthsFrom = (at: Date): readonly Month[] =>
  Array.from({ length: AHEAD + 1 }, (_, later) => monthsLater(monthOf(at), later))

/** Makes the months that an instant needs, before the clock comes to it; fails with 55P03. */
export async function addMonthsFrom(transaction: Transaction, at: Date): Promise<void> {
  for (const table of DIVIDED) {
    const missing = await missingMonths(transaction, table, monthsFrom(at))
    for (const month of missing) await addMonth(transaction, table, month)
  }
}

/** Makes the pass of one node. What can't be made is told once; the default part takes its rows. */
export function makeAhead({ database, ids, log }: Parts): Pass {
  const told = new Set<string>()

  async function add(table: Divided, month: Month): Promise<void> {
    try {
      await database.transaction((transaction) => addMonth(transaction, table, month))
    } catch (error) {
      const about = `${table} ${month}`
      if (!told.has(about)) log.warn({ err: error, table, month }, "a month's part is not made yet")
      told.add(about)
    }
  }

  async function run(): Promise<number> {
    // Rows go where their ids say, whatever the clock of the day says.
    const months = monthsFrom(timeOfId(ids.next()))
    for (const table of DIVIDED) {
      for (const month of await missingMonths(database, table, months)) await add(table, month)
    }
    return 0
  }

  return { name: "months", everyMs: EVERY_MS, run }
}
