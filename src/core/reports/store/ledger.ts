/** What a merchant's day came to by the ledger alone: its transfers and the accounts they moved. */
import type { Queries } from "../../../db/database.ts"
import type { Custodian, MerchantAccount } from "../../ledger/account.ts"
import type { Stretch } from "../day.ts"

/** All transfers of one kind between the same kinds of accounts. */
export type Moved = {
  readonly kind: string
  readonly asset: string
  /** The rail whose account one side is; null where both are the merchant's. */
  readonly rail: string | null
  readonly fromAccount: string
  readonly toAccount: string
  /** What the merchant's accounts gained by it: the amount, or as much less, or nothing. */
  readonly gained: bigint
  readonly count: bigint
  readonly amount: bigint
}

/** The transfers of a merchant that were booked from `from` on and before `to`, added up. */
export async function movedIn(
  db: Queries,
  merchantId: string,
  { from, to }: Stretch,
): Promise<Moved[]> {
  const { rows } = await db.query<Moved>(
    `select t.kind, d.asset, coalesce(d.rail, c.rail) as rail,
  d.kind as "fromAccount", c.kind as "toAccount",
  sum(case when d.merchant_id is null and c.merchant_id is not null then t.amount
    when d.merchant_id is not null and c.merchant_id is null then -t.amount
    else 0 end) as gained,
  count(*) as count, sum(t.amount) as amount
from transfers t join accounts d on d.id = t.debit_id join accounts c on c.id = t.credit_id
where t.merchant_id = $1 and t.created_at >= $2 and t.created_at < $3
group by t.kind, d.asset, coalesce(d.rail, c.rail), d.kind, c.kind
order by d.asset, t.kind, coalesce(d.rail, c.rail), d.kind, c.kind`,
    [merchantId, from, to],
  )
  return rows
}

/** One of a merchant's accounts over a day, in minor units. */
export type AccountDay = {
  readonly asset: string
  readonly custodian: Custodian
  readonly kind: MerchantAccount
  readonly opening: bigint
  readonly change: bigint
  readonly closing: bigint
}

/**
 * A merchant's accounts as they were when the day began and ended: from what they have now, less
 * what was booked since.
 */
export async function accountsIn(
  db: Queries,
  merchantId: string,
  { from, to }: Stretch,
): Promise<AccountDay[]> {
  const { rows } = await db.query<AccountDay>(
    `with moved as (
  select l.account_id,
    coalesce(sum(l.amount) filter (where t.created_at < $3), 0) as change,
    coalesce(sum(l.amount) filter (where t.created_at >= $3), 0) as later
  from transfers t cross join lateral (values (t.debit_id, -t.amount), (t.credit_id, t.amount))
    as l (account_id, amount)
  where t.merchant_id = $1 and t.created_at >= $2
  group by l.account_id
)
select a.asset, a.custodian, a.kind, coalesce(m.change, 0) as change,
  a.balance - coalesce(m.later, 0) as closing,
  a.balance - coalesce(m.later, 0) - coalesce(m.change, 0) as opening
from accounts a left join moved m on m.account_id = a.id
where a.merchant_id = $1 and a.created_at < $3 order by a.asset, a.custodian, a.kind`,
    [merchantId, from, to],
  )
  return rows
}
