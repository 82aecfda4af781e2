/**
 * What became of a merchant's money on one day, as its payments tell it: from their events, and not
 * from the ledger, with which it is compared.
 */
import type { Transaction } from "../../../db/database.ts"
import type { DialectName } from "../../payments/payment.ts"
import { eachPart } from "../../store/snapshot.ts"
import type { Stretch } from "../day.ts"

/** What is counted, in the order of the columns. */
export const FIGURES = [
  "asked",
  "approved",
  "unapplied",
  "settled",
  "returned",
  "recharged",
  "declined",
  "lapsed",
  "refundsAsked",
  "refunded",
  "refundsReturned",
  "refundsFailed",
  "fees",
  "commissions",
  "missing",
] as const
export type Figure = (typeof FIGURES)[number]

/** One payment or refund, and what of it counts on the day, in one asset. */
export type DayRow = {
  readonly paymentId: string
  readonly refundId: string | null
  readonly reference: string | null
  readonly dialect: DialectName
  readonly rail: string | null
  /** The bank file that its order stands in, and the day on which the bank was to move it. */
  readonly file: string | null
  readonly collectionDay: string | null
  readonly askedAt: Date
  /** What it is about, in minor units of `amountAsset`. */
  readonly amount: bigint
  readonly amountAsset: string
  /** As they were when the day ended. */
  readonly state: string
  readonly reason: string | null
  readonly approvedAt: Date | null
  /** When the bank says that the money moved, which may be days before it was booked here. */
  readonly settledAt: Date | null
  readonly returnedAt: Date | null
  /** In the bank's words. */
  readonly reasonCode: string | null
  readonly bankReference: string | null
  /** The asset of the figures. */
  readonly asset: string
} & Readonly<Record<Figure, bigint | null>>

export type DayAsked = Stretch & {
  readonly merchantId: string
  readonly day: string
  /** What was asked before this, and went into no file, should have an end by now. */
  readonly askedBefore: Date
}

/** Events after which no more money is expected. */
const ENDS = ["settled", "returned", "declined", "expired", "cancelled"]
const list = (types: readonly string[]) => types.map((type) => `'payment.${type}'`).join(", ")

/** An attempt whose money a bank took though its payment no longer wanted it. */
const IS_STRAY = `a.kind = 'charge' and a.paid_asset is null and a.received <> '{}'
    and not coalesce(a.instructions ? 'options', false)`

/**
 * Payments that the day may have a row of: something was told or booked of them, or their money is
 * still on its way, or was until after the day. $1 merchant, $2 from, $3 to.
 */
const TOUCHED = `select distinct touched.id from (
  select e.subject_id as id from events e
  where e.merchant_id = $1 and e.subject = 'payment' and e.created_at >= $2
  union all
  select t.payment_id from transfers t where t.merchant_id = $1
    and t.created_at >= $2 and t.created_at < $3 and t.kind in ('charge.received', 'charge.shrunk')
  union all
  select a.payment_id from attempts a
  where a.merchant_id = $1 and a.state in ('waiting', 'unknown', 'open', 'approved')
  union all
  select a.payment_id from sightings s join attempts a on a.id = s.attempt_id
  where s.created_at >= $2 and s.created_at < $3 and s.fact = 'settled'
    and a.merchant_id = $1 and ${IS_STRAY}
) touched join payments p on p.id = touched.id where p.created_at < $3 order by touched.id`

/** What happened to some of them: $1 their ids, $2 from, $3 to, $4 day, $5 asked before. */
const HAPPENED = `touched as (
  select unnest($1::uuid[]) as payment_id
), day as (
  select e.subject_id as payment_id, e.seq, e.type, e.data
  from touched t join events e on e.subject_id = t.payment_id
  where e.created_at >= $2 and e.created_at < $3
), chain as (
  select b.payment_id, c.asset, b.kind, b.amount
  from touched t join transfers b on b.payment_id = t.payment_id
  join accounts c on c.id = b.credit_id
  where b.created_at >= $2 and b.created_at < $3
    and b.kind in ('charge.received', 'charge.shrunk')
)`

/** Each payment with the attempt that paid it, or else its last, and with how far it was. */
const KNOWN = `known as materialized (
  select p.id, p.kind, p.amount, p.asset, p.fee, p.commission, p.reference, p.dialect, p.created_at,
    a.id as attempt_id, a.rail, a.rail_reference, a.created_at as tried_at,
    a.instructions is not null as by_payer, a.paid_asset, a.paid_amount,
    bg.day as collection_day, bf.name as file, told.*,
    case when told.settled_event_at is not null
      or (not told.settles_later and told.approved_at is not null) then p.settled_at
    end as settled_at,
    p.settled_at is not null and a.paid_asset is null and not told.settles_later as settled_at_once
  from touched t join payments p on p.id = t.payment_id
  left join lateral (
    select * from attempts a where a.payment_id = p.id and a.kind <> 'refund'
    order by a.state in ('approved', 'settled', 'returned')
        and (a.received = '{}' or a.paid_asset is not null) desc,
      a.state in ('approved', 'settled', 'returned') desc, a.id desc
    limit 1
  ) a on true
  left join bank_orders bo on bo.attempt_id = a.id
  left join bank_groups bg on bg.id = bo.group_id
  left join bank_files bf on bf.id = bo.file_id
  cross join lateral (
    select
      min(e.created_at) filter (where e.type = 'payment.approved' and e.created_at < $3)
        as approved_at,
      min(e.created_at) filter (where e.type = 'payment.settled' and e.created_at < $3)
        as settled_event_at,
      coalesce(bool_or(e.type = 'payment.settled'), false) as settles_later,
      min(e.created_at) filter (where e.type = 'payment.returned' and e.created_at < $3)
        as returned_at,
      coalesce(bool_or(e.type in (${list(ENDS)}) and e.created_at < $3), false) as ended,
      (array_agg(e.type order by e.seq desc) filter (where e.created_at < $3))[1] as last_told
    from events e where e.subject_id = p.id
  ) told
  where p.created_at < $3
), repaid as materialized (
  select r.id, r.payment_id, r.created_at, r.amount, a.id as attempt_id, a.rail,
    a.rail_reference, a.amount as moved, a.asset, a.instructions is not null as by_merchant,
    bg.day as collection_day, bf.name as file, sighted.at as settled_at, told.*
  from touched t join refunds r on r.payment_id = t.payment_id
  join attempts a on a.payment_id = r.payment_id and a.refund_id = r.id
  left join bank_orders bo on bo.attempt_id = a.id
  left join bank_groups bg on bg.id = bo.group_id
  left join bank_files bf on bf.id = bo.file_id
  cross join lateral (
    select (array_agg(split_part(e.type, '_', 2) order by e.seq desc))[1] as state,
      (array_agg(e.data ->> 'refundReason' order by e.seq desc))[1] as reason,
      min(e.created_at) filter (where e.type = 'payment.refund_confirmed') as confirmed_at,
      min(e.seq) filter (where e.type = 'payment.refund_confirmed') as confirmed_seq,
      max(e.created_at) filter (where e.type = 'payment.refund_failed') as failed_at
    from events e where e.subject_id = r.payment_id and e.created_at < $3
      and e.type like 'payment.refund\\_%' and e.data ->> 'refundId' = r.id::text
  ) told
  left join lateral (
    select s.at from sightings s
    where s.attempt_id = a.id and s.created_at < $3 and s.fact in ('approved', 'settled')
    order by s.created_at limit 1
  ) sighted on true
  where r.created_at < $3
), stray as (
  -- Settled at once, unless the bank had approved it before; the first has no sighting of its own.
  select a.payment_id, case when seen.approved_at < coalesce(seen.settled_at, 'infinity')
    then seen.settled_at else (select min(e.created_at) from events e
      where e.subject_id = a.payment_id and e.type = 'payment.unapplied'
        and e.created_at >= a.begun_at) end as settled_at
  from touched t join attempts a on a.payment_id = t.payment_id and ${IS_STRAY}
  cross join lateral (
    select min(s.created_at) filter (where s.fact = 'approved') as approved_at,
      min(s.created_at) filter (where s.fact = 'settled') as settled_at
    from sightings s where s.attempt_id = a.id
  ) seen
)`

/** What counts: of a payment, one amount for each thing that happened. */
const COUNTED = `counted as (
  select k.id as payment_id, null::uuid as refund_id, c.asset, c.figure, c.amount
  from day d join known k on k.id = d.payment_id
  cross join lateral (values
    (k.asset, 'asked', k.amount, d.type = 'payment.created'),
    (coalesce(k.paid_asset, k.asset), 'approved', coalesce(k.paid_amount, k.amount),
      d.type = 'payment.approved' and k.kind = 'charge'),
    (k.paid_asset, 'unapplied', -k.paid_amount,
      d.type = 'payment.approved' and k.paid_asset is not null),
    (coalesce(k.paid_asset, k.asset), 'fees',
      case when coalesce(k.paid_asset, k.asset) = k.asset then k.fee
        else div(k.fee * k.paid_amount + div(k.amount, 2), k.amount) end,
      d.type = 'payment.approved' and k.fee > 0),
    (k.asset, 'commissions', k.commission, k.kind = 'recharge' and k.commission > 0
      and d.type in ('payment.approved', 'payment.delivered_late')),
    (k.asset, 'settled', k.amount, d.type = 'payment.settled'
      or (d.type = 'payment.approved' and k.kind = 'charge' and k.settled_at_once)),
    (k.asset, 'recharged', k.amount, k.kind = 'recharge'
      and d.type in ('payment.approved', 'payment.delivered_late')),
    (k.asset, 'returned', k.amount,
      d.type in ('payment.returned', 'payment.unapplied_returned')),
    (k.asset, 'declined', k.amount, d.type = 'payment.declined'),
    (k.asset, 'lapsed', k.amount, d.type in ('payment.expired', 'payment.cancelled'))
  ) as c (asset, figure, amount, counts) where c.counts
  union all
  -- Money that a bank took when its payment no longer wanted it; on chains it is in the ledger.
  select d.payment_id, null, d.data ->> 'asset', 'unapplied', (d.data ->> 'amount')::numeric
  from day d where d.type = 'payment.unapplied' and not d.data ? 'received'
  union all
  select y.payment_id, null, k.asset, 'settled', k.amount
  from stray y join known k on k.id = y.payment_id
  where y.settled_at >= $2 and y.settled_at < $3
  union all
  -- How much came in which transfer is known to the chain and the ledger only.
  select h.payment_id, null, h.asset, f.figure, h.amount from chain h
  cross join lateral (values
    ('settled', h.kind = 'charge.received'), ('unapplied', h.kind = 'charge.received'),
    ('returned', h.kind = 'charge.shrunk')
  ) as f (figure, counts) where f.counts
  union all
  select d.payment_id, r.id, r.asset,
    case d.type when 'payment.refund_pending' then 'refundsAsked'
      when 'payment.refund_confirmed' then 'refunded'
      else case when r.confirmed_seq < d.seq then 'refundsReturned' else 'refundsFailed' end
    end, r.moved
  from day d join repaid r on r.payment_id = d.payment_id and r.id::text = d.data ->> 'refundId'
  where d.type in ('payment.refund_confirmed', 'payment.refund_failed')
    -- One that lost its transfer is pending again, and was asked for once.
    or (d.type = 'payment.refund_pending' and not d.data ? 'refundReason')
  union all
  select k.id, null, k.asset, 'missing', k.amount from known k
  where not k.ended and k.attempt_id is not null
    -- Of a month that was dropped it isn't told any more how one ended, but it did.
    and not exists (select from dropped_months d
      where k.id < first_id((d.month + interval '1 month')::date))
    and (k.approved_at is null or (k.settled_at is null and k.kind = 'charge'))
    -- It is the payer's turn: nobody was asked, or who was asked said no.
    and (k.approved_at is not null or not (k.by_payer
      or k.last_told in ('payment.attempt_declined', 'payment.attempt_left')))
    and coalesce(k.collection_day < $4::date, k.tried_at < $5)
  union all
  select r.payment_id, r.id, r.asset, 'missing', r.moved
  from repaid r
  where r.confirmed_at is null and r.failed_at is null and not r.by_merchant
    and coalesce(r.collection_day < $4::date, r.created_at < $5)
)`

const sums = FIGURES.map(
  (figure) => `sum(c.amount) filter (where c.figure = '${figure}') as "${figure}"`,
).join(", ")

const ROWS = `with ${HAPPENED}, ${KNOWN}, ${COUNTED}, summed as (
  select c.payment_id, c.refund_id, c.asset, ${sums}
  from counted c group by c.payment_id, c.refund_id, c.asset
)
select k.id as "paymentId", r.id as "refundId", k.reference, k.dialect,
  coalesce(r.rail, k.rail) as rail,
  case when r.id is null then k.file else r.file end as file,
  case when r.id is null then k.collection_day else r.collection_day end as "collectionDay",
  coalesce(r.created_at, k.created_at) as "askedAt",
  coalesce(r.amount, k.amount) as amount, k.asset as "amountAsset",
  coalesce(r.state, was.state) as state,
  case when r.id is null then was.reason else r.reason end as reason,
  case when r.id is null then k.approved_at end as "approvedAt",
  case when r.id is null then k.settled_at else coalesce(r.settled_at, r.confirmed_at) end
    as "settledAt",
  case when r.id is null then k.returned_at when r.confirmed_at < r.failed_at then r.failed_at end
    as "returnedAt",
  line.reason_code as "reasonCode",
  case when r.id is null then k.rail_reference else r.rail_reference end as "bankReference",
  s.asset, ${FIGURES.map((figure) => `s."${figure}"`).join(", ")}
from summed s join known k on k.id = s.payment_id left join repaid r on r.id = s.refund_id
cross join lateral (
  select e.data ->> 'state' as state, e.data ->> 'reason' as reason from events e
  where e.subject_id = k.id and e.created_at < $3 order by e.seq desc limit 1
) was
left join lateral (
  select l.reason_code from bank_lines l
  where l.attempt_id = case when r.id is null then k.attempt_id else r.attempt_id end
    and l.reason_code is not null and l.created_at < $3
  order by l.id desc limit 1
) line on true
order by k.id, r.id nulls first, s.asset`

/**
 * Reads the rows of a day, payments in the order in which they were asked for. Which payments there
 * are is read at once and their rows in parts, so that no statement takes long.
 */
export function eachOfDay(
  snapshot: Transaction,
  { merchantId, from, to, day, askedBefore }: DayAsked,
  visit: (rows: readonly DayRow[]) => Promise<void>,
): Promise<void> {
  const touched = { name: "touched", text: TOUCHED, params: [merchantId, from, to] }
  return eachPart<{ id: string }>(snapshot, touched, async (part) => {
    const ids = part.map(({ id }) => id)
    const { rows } = await snapshot.query<DayRow>(ROWS, [ids, from, to, day, askedBefore])
    if (rows.length > 0) await visit(rows)
  })
}
