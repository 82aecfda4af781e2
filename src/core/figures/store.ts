/** What became of payments by hour: sums kept of events, and the events that aren't in them yet. */
import type { Queries, Transaction } from "../../db/database.ts"

export const OUTCOMES = [
  "created",
  "approved",
  "declined",
  "expired",
  "cancelled",
  "returned",
] as const
export type PaymentOutcome = (typeof OUTCOMES)[number]

/** A sum of payments with one outcome. `slow` is a step of time, or -1: see `figures.ts`. */
export type Sum = {
  readonly hour: Date
  readonly rail: string
  readonly asset: string
  readonly outcome: PaymentOutcome
  readonly slow: number
  readonly count: bigint
  readonly amount: bigint
}

/** An attempt that was declined while its payer can still choose again counts as declined, too. */
const TYPES = `('payment.created', 'payment.approved', 'payment.declined', 'payment.expired',
  'payment.cancelled', 'payment.returned', 'payment.attempt_declined')`

/**
 * What events of `counted` come to. The rail is that of the last attempt before the event. A step
 * of time is a twelfth more than the one before it: `floor(ln(ms) / ln(13/12))`, at most 300.
 */
const SUMS = `select date_trunc('hour', e.created_at, 'UTC') as hour, e.merchant_id,
  coalesce(a.rail, '') as rail, p.asset,
  case e.type when 'payment.attempt_declined' then 'declined' else substr(e.type, 9) end as outcome,
  case when e.type = 'payment.approved' then least(300, floor(ln(greatest(1,
    extract(epoch from e.created_at - p.created_at) * 1000)) / ln(13 / 12.0)))::int2 else -1 end
    as slow,
  count(*) as count, sum(p.amount) as amount
from counted e join payments p on p.id = e.subject_id
left join lateral (
  select rail from attempts where payment_id = p.id and kind <> 'refund'
    and created_at <= e.created_at and e.type <> 'payment.created'
  order by id desc limit 1
) a on true
where e.subject = 'payment' and e.type in ${TYPES}
group by 1, 2, 3, 4, 5, 6`

/** Up to which event is summed, locked; "busy" where another node is at it. */
export async function lockUpto(transaction: Transaction): Promise<string | null | "busy"> {
  const { rows } = await transaction.query<{ upto: string | null }>(
    "select upto from figures_upto for update skip locked",
  )
  return rows[0] ? rows[0].upto : "busy"
}

/** The id of the `most`th event behind one and before another; null where there are fewer. */
export async function eventAhead(
  db: Queries,
  { after, before, most }: { readonly after: string; readonly before: string; most: number },
): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>(
    `select id from events where id > $1 and id < $2 order by id offset $3::int4 limit 1`,
    [after, before, most - 1],
  )
  return rows[0]?.id ?? null
}

/** Adds the events behind one, up to and with another, to the sums, and notes how far they go. */
export async function addEvents(
  transaction: Transaction,
  after: string,
  upto: string,
): Promise<void> {
  await transaction.query(
    `with counted as (
  select e.* from events e where e.id > $1 and e.id <= $2
)
insert into hour_figures as f
  (hour, merchant_id, rail, asset, outcome, slow, count, amount)
${SUMS} order by 1, 2, 3, 4, 5, 6
on conflict (hour, merchant_id, rail, asset, outcome, slow) do update
  set count = f.count + excluded.count, amount = f.amount + excluded.amount`,
    [after, upto],
  )
  await transaction.query("update figures_upto set upto = $1", [upto])
}

/** Drops sums that are older than any page shows. */
export async function dropBefore(db: Queries, hour: Date): Promise<void> {
  await db.query("delete from hour_figures where hour < $1", [hour])
}

/** Up to which event is summed; null where nothing is yet. */
export async function readUpto(db: Queries): Promise<string | null> {
  const { rows } = await db.query<{ upto: string | null }>("select upto from figures_upto")
  return rows[0]!.upto
}

/** The same sums of events behind one, at most so many of them: what isn't kept yet. */
export async function freshSums(
  db: Queries,
  { after, merchantId, most }: { readonly after: string; merchantId: string | null; most: number },
): Promise<{ readonly sums: readonly Sum[]; readonly last: string | null }> {
  const { rows: ends } = await db.query<{ count: bigint; last: string | null }>(
    `select count(*) as count, (array_agg(id order by id desc))[1] as last from (
  select id from events where id > $1 order by id limit $2
) e`,
    [after, most],
  )
  const { count, last } = ends[0]!
  if (last === null) return { sums: [], last: null }
  const { rows } = await db.query<Sum>(
    `with counted as (
  select e.* from events e
  where e.id > $1 and e.id <= $2 and ($3::uuid is null or e.merchant_id = $3)
), sums as (
${SUMS}
)
select hour, rail, asset, outcome, slow, sum(count)::int8 as count, sum(amount) as amount
from sums group by 1, 2, 3, 4, 5`,
    [after, last, merchantId],
  )
  return { sums: rows, last: Number(count) < most ? null : last }
}

/** Stretches of time with a name. */
export type Stretches = {
  readonly names: readonly string[]
  readonly from: readonly Date[]
  readonly to: readonly Date[]
}

/** What is kept, by stretch, asset and outcome. */
export async function sumsByStretch(
  db: Queries,
  { from, names, to }: Stretches,
  merchantId: string | null,
): Promise<(Pick<Sum, "asset" | "outcome" | "count" | "amount"> & { readonly name: string })[]> {
  const { rows } = await db.query<
    Pick<Sum, "asset" | "outcome" | "count" | "amount"> & { readonly name: string }
  >(
    `select d.name, f.asset, f.outcome, sum(f.count)::int8 as count, sum(f.amount) as amount
from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as d (name, begins, ends)
join hour_figures f on f.hour >= d.begins and f.hour < d.ends
  and ($4::uuid is null or f.merchant_id = $4)
group by 1, 2, 3`,
    [[...names], [...from], [...to], merchantId],
  )
  return rows
}

/** What is kept of the hours since an instant, with rails and times. */
export async function sumsSince(
  db: Queries,
  hour: Date,
  merchantId: string | null,
): Promise<Sum[]> {
  const { rows } = await db.query<Sum>(
    `select $1::timestamptz as hour, f.rail, f.asset, f.outcome, f.slow,
sum(f.count)::int8 as count, sum(f.amount) as amount
from hour_figures f where f.hour >= $1 and ($2::uuid is null or f.merchant_id = $2)
group by 2, 3, 4, 5`,
    [hour, merchantId],
  )
  return rows
}

/** What waits for somebody: counted up to a limit, which stands for "or more". */
export type Waiting = {
  readonly unknown: number
  readonly oldestUnknownAt: Date | null
  readonly failingEndpoints: number
  readonly oldestFailingAt: Date | null
}

/** More than anybody counts. */
export const WAITING_MAX = 1_000

/** Reads it, for a merchant or for all. */
export async function readWaiting(db: Queries, merchantId: string | null): Promise<Waiting> {
  const { rows } = await db.query<Waiting>(
    `select u.count::int4 as unknown, u.oldest as "oldestUnknownAt",
d.count::int4 as "failingEndpoints", d.oldest as "oldestFailingAt"
from (
  select count(*) as count, min(begun_at) as oldest from (
    select begun_at from attempts
    where state in ('waiting', 'unknown', 'open', 'approved') and state = 'unknown'
      and ($1::uuid is null or merchant_id = $1) limit ${WAITING_MAX}
  ) a
) u, (
  select count(*) as count, min(f.created_at) as oldest from (
    select e.id from endpoints e where e.disabled_at is null
      and ($1::uuid is null or e.merchant_id = $1) limit ${WAITING_MAX}
  ) e cross join lateral (
    select created_at from deliveries
    where endpoint_id = e.id and due_at is not null and tries > 0 limit 1
  ) f
) d`,
    [merchantId],
  )
  return rows[0]!
}
