/** What the recharges left behind: payments, and what is left in the wallet. */
import type { Database } from "../../src/db/database.ts"

export type Rows = {
  readonly confirmed: number
  readonly others: number
  /** What the wallet should have by its top-ups and the payments, less what it has. */
  readonly astray: number
}

export async function countRows(database: Database): Promise<Rows> {
  const { rows } = await database.query<Rows>(
    `select count(*) filter (where state = 'approved')::int as confirmed,
  count(*) filter (where state <> 'approved')::int as others,
  (select sum(t.amount) from transfers t join accounts c on c.id = t.credit_id
     where t.kind = 'top-up' and c.asset = 'ARS')::float8
    - coalesce(sum(amount - commission + fee) filter (where state = 'approved'), 0)::float8
    - (select sum(balance) from accounts
        where merchant_id is not null and asset = 'ARS' and kind in ('available', 'held'))::float8
    as astray
from payments where asset = 'ARS'`,
  )
  return rows[0]!
}
