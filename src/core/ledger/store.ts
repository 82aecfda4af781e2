/** What is asked of the books outside the engine. */
import type { Database, Queries } from "../../db/database.ts"
import * as schema from "../store/schema.ts"
import { inSnapshot } from "../store/snapshot.ts"
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

/** A node may be behind another's clock: events are known to be kept from this long after. */
const SLACK = "1 day"

/**
 * All that can't be: accounts that differ from their transfers, assets that don't come to zero,
 * payments whose events have gaps, doubles or another merchant, deliveries about no event, and
 * doubled ones: the index that refuses these ends with its month. Events of months that were
 * dropped may be missing; what is left of a payment's must still end with its version.
 */
const WRONG = `with moved as (
  select debit_id as id, -amount as amount from transfers
  union all select credit_id, amount from transfers
), sums as (select id, sum(amount) as amount from moved group by id
), kept as (
  select coalesce(first_id((max(month) + interval '1 month' + interval '${SLACK}')::date),
    first_id('1970-01-01')) as id
  from dropped_months
)
select 'account' as what, a.id::text as id,
  'balance ' || a.balance || ', transfers ' || coalesce(s.amount, 0) as detail
from accounts a left join sums s on s.id = a.id where a.balance <> coalesce(s.amount, 0)
union all
select 'asset', asset, 'sum over all accounts ' || sum(balance)
from accounts group by asset having sum(balance) <> 0
union all
select 'payment', p.id::text, 'version ' || p.version || ', events ' || count(e.seq)
from payments p cross join kept left join events e on e.subject_id = p.id
group by p.id, kept.id
having count(*) filter (where e.merchant_id <> p.merchant_id) > 0
  or count(e.seq) <> count(distinct e.seq)
  or case when p.id >= kept.id then p.version <> count(e.seq) or p.version <> max(e.seq)
    else p.version <> max(e.seq) or count(e.seq) <> max(e.seq) - min(e.seq) + 1 end
union all
select 'delivery', d.id::text, 'no event ' || d.event_id
from deliveries d cross join kept left join events e on e.id = d.event_id
where e.id is null and d.event_id >= kept.id
union all
select 'delivery', max(id::text),
  'event ' || event_id || ' to endpoint ' || endpoint_id || ' ' || count(*) || ' times'
from deliveries group by event_id, endpoint_id having count(*) > 1
limit 20`

/**
 * Re-adds the books, as they are at one instant. Answers what is wrong, at most 20 rows; an empty
 * list says that the books are right.
 */
export function verifyBooks(database: Database): Promise<Discrepancy[]> {
  return inSnapshot(database, async (snapshot) => {
    // It reads everything: an index would only be a detour.
    await snapshot.script("set local enable_seqscan = on; set local enable_mergejoin = on")
    const { rows } = await snapshot.query<Discrepancy>(WRONG)
    return rows
  })
}
