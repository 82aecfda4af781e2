/** What is asked of the books outside the engine. */
import type { Queries } from "../../db/database.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { Account, Transfer } from "./account.ts"

/** All accounts of a merchant, by asset and kind. */
export async function accountsOf(db: Queries, merchantId: string): Promise<Account[]> {
  const { rows } = await db.query<Account>(
    `select ${selectList(schema.accounts, "a")} from accounts a
where a.merchant_id = $1 order by a.asset, a.custodian, a.kind`,
    [merchantId],
  )
  return rows
}

/** All accounts of a rail, by asset and kind. */
export async function accountsOfRail(db: Queries, rail: string): Promise<Account[]> {
  const { rows } = await db.query<Account>(
    `select ${selectList(schema.accounts, "a")} from accounts a
where a.rail = $1 order by a.asset, a.custodian, a.kind`,
    [rail],
  )
  return rows
}

/** The transfers of one payment, in the order they were booked. */
export async function transfersOf(db: Queries, paymentId: string): Promise<Transfer[]> {
  const { rows } = await db.query<Transfer>(
    `select ${selectList(schema.transfers, "t")} from transfers t
where t.payment_id = $1 order by t.id`,
    [paymentId],
  )
  return rows
}

export type Discrepancy = { readonly what: string; readonly id: string; readonly detail: string }

/**
 * Re-adds the books: every account from its transfers, every asset over all accounts. Answers what
 * doesn't agree, at most 20 rows; an empty list says that the books are right.
 */
export async function verifyBooks(db: Queries): Promise<Discrepancy[]> {
  const { rows } = await db.query<Discrepancy>(
    `with moved as (
  select debit_id as id, -amount as amount from transfers
  union all select credit_id, amount from transfers
), sums as (select id, sum(amount) as amount from moved group by id)
select 'account' as what, a.id::text as id,
  'balance ' || a.balance || ', transfers ' || coalesce(s.amount, 0) as detail
from accounts a left join sums s on s.id = a.id where a.balance <> coalesce(s.amount, 0)
union all
select 'asset', asset, 'sum over all accounts ' || sum(balance)
from accounts group by asset having sum(balance) <> 0
union all
select 'payment', p.id::text, 'version ' || p.version || ', events ' || count(e.seq)
from payments p left join events e on e.subject_id = p.id
group by p.id having p.version <> count(e.seq) or p.version <> coalesce(max(e.seq), 0)
limit 20`,
  )
  return rows
}
