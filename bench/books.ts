/** Whether the books of a database add up: what every bench that moves money asks at its end. */
import type { Database } from "../src/db/database.ts"

export type Books = {
  /** Assets of which the accounts together don't have nothing. */
  readonly assetsAstray: number
  /** Accounts whose balance isn't the sum of their transfers. */
  readonly accountsAstray: number
  /** Accounts below their floor. */
  readonly accountsBelow: number
}

/** Adds them up from their first transfer. */
export async function readBooks(database: Database): Promise<Books> {
  const { rows } = await database.query<Books>(
    `with moved as (
  select account_id, sum(amount) as amount from (
    select credit_id as account_id, amount from transfers
    union all select debit_id, -amount from transfers) t
  group by account_id)
select
  (select count(*)::int from (select asset from accounts
    group by asset having sum(balance) <> 0) a) as "assetsAstray",
  count(*) filter (where a.balance <> coalesce(m.amount, 0))::int as "accountsAstray",
  count(*) filter (where a.balance < a.floor)::int as "accountsBelow"
from accounts a left join moved m on m.account_id = a.id`,
  )
  return rows[0]!
}

/** How much is wrong with them; 0 when nothing is. */
export function astray({ accountsAstray, accountsBelow, assetsAstray }: Books): number {
  return assetsAstray + accountsAstray + accountsBelow
}
