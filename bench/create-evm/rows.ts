/** What the creates left behind: payments, addresses, indexes. */
import type { Database } from "../../src/db/database.ts"

export type Rows = {
  readonly payments: number
  readonly addresses: number
  /** Addresses that stand there more than once, whatever the rail. */
  readonly twice: number
  /** Indexes below the highest that no payment has, and those that were looked at and left out. */
  readonly gaps: number
}

export async function countRows(database: Database): Promise<Rows> {
  const { rows } = await database.query<Rows>(
    `select (select count(*) from payments)::int as payments, count(*)::int as addresses,
  (count(*) - count(distinct address))::int as twice,
  coalesce(max(position) + 1 - count(distinct (xpub_id, position)), 0)::int as gaps
from addresses`,
  )
  return rows[0]!
}
