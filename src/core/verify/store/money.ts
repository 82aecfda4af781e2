/** Whether payments, refunds and sightings say the same as what was booked for them. */
import { rangeCheck } from "./range.ts"

export const paymentMoney = rangeCheck(
  {
    name: "payment-money",
    says: "What a payment captured, holds and costs is what was booked for it.",
    over: "payments",
  },
  (within) => `with booked as (
  select t.payment_id, count(*) filter (where t.kind = 'charge.approved') as approvals,
    coalesce(sum(t.amount) filter (where t.kind = 'recharge.hold'), 0) as held,
    coalesce(sum(t.amount) filter (where t.kind = 'recharge.confirmed'), 0) as confirmed,
    coalesce(sum(t.amount) filter (where t.kind = 'recharge.released'), 0) as released,
    coalesce(sum(t.amount) filter (where t.kind = 'fee'), 0) as fee,
    array_agg(distinct a.asset) as assets
  from transfers t join accounts a on a.id = t.debit_id
  where ${within("t.payment_id")} group by t.payment_id
), told as (
  select p.*, p.state in ('approved', 'returned') as paid, p.state in ('pending', 'processing') as open,
    coalesce(b.approvals, 0) as approvals, coalesce(b.held, 0) as hold,
    coalesce(b.confirmed, 0) as confirmed, coalesce(b.released, 0) as released,
    coalesce(b.fee, 0) as booked_fee, coalesce(b.assets, '{}') as assets
  from payments p left join booked b on b.payment_id = p.id where ${within("p.id")}
), judged as (
  select t.id, case
    when t.kind = 'charge' and t.approvals <> case when t.paid then 1 else 0 end
      then 'is ' || t.state || ', and was booked as approved ' || t.approvals || ' times'
    when t.captured <> case when t.paid then t.amount else 0 end
      then 'is ' || t.state || ' over ' || t.amount || ', and captured ' || t.captured
    when t.kind = 'recharge' and t.hold <> t.held
      then 'holds ' || t.held || ', and ' || t.hold || ' was booked'
    when t.kind = 'recharge' and t.confirmed <> case when t.paid then t.amount else 0 end
      then 'is ' || t.state || ' over ' || t.amount || ', and ' || t.confirmed || ' left'
    when t.kind = 'recharge' and t.released <> case when t.paid or t.open then 0 else t.held end
      then 'is ' || t.state || ', holds ' || t.held || ', and ' || t.released || ' was released'
    when t.assets <@ array[t.asset] and t.booked_fee <> t.fee
      then 'fee ' || t.fee || ', and ' || t.booked_fee || ' was booked'
  end as detail from told t
)
select 'payment' as what, id::text, detail from judged where detail is not null`,
)

export const holds = rangeCheck(
  {
    name: "holds",
    says: "What is held for a payment is what its recharge, refunds and vanished money need.",
    over: "payments",
  },
  (within) => `with needed as (
  select p.id as payment_id, p.asset, p.held as amount from payments p
  where ${within("p.id")} and p.kind = 'recharge' and p.state in ('pending', 'processing')
  union all
  select a.payment_id, a.asset, a.amount from attempts a
  where ${within("a.payment_id")} and a.kind = 'refund' and a.state in ('waiting', 'unknown', 'open')
  union all
  select a.payment_id, s.asset, s.booked from attempts a join sightings s on s.attempt_id = a.id
  where ${within("a.payment_id")} and s.frozen
), needs as (
  select payment_id, asset, sum(amount) as amount from needed group by payment_id, asset
), held as (
  select t.payment_id, c.asset, sum(case c.kind when 'held' then t.amount else 0 end
    - case d.kind when 'held' then t.amount else 0 end) as amount
  from transfers t join accounts c on c.id = t.credit_id join accounts d on d.id = t.debit_id
  where ${within("t.payment_id")} and (c.kind = 'held' or d.kind = 'held')
  group by t.payment_id, c.asset
)
select 'payment' as what, coalesce(h.payment_id, n.payment_id)::text as id,
  'holds ' || coalesce(h.amount, 0) || ' ' || coalesce(h.asset, n.asset) || ', needs '
    || coalesce(n.amount, 0) as detail
from held h full join needs n on n.payment_id = h.payment_id and n.asset = h.asset
where coalesce(h.amount, 0) <> coalesce(n.amount, 0)`,
)

export const openAttempts = rangeCheck(
  {
    name: "open-attempts",
    says: "The attempt that a payment waits for is its own and open, and no ended payment has one.",
    over: "payments",
  },
  (within) => `select 'payment' as what, p.id::text, case
  when p.state not in ('pending', 'processing') then 'is ' || p.state || ', with an open attempt'
  when a.id is null then 'no attempt ' || p.open_attempt_id
  when a.payment_id <> p.id then 'attempt ' || a.id || ' is another payment''s'
  else 'attempt ' || a.id || ' is ' || a.state end as detail
from payments p left join lateral (
  select o.* from attempts o where o.id = p.open_attempt_id limit 1) a on true
where ${within("p.id")} and p.open_attempt_id is not null
  and (a.id is null or a.payment_id <> p.id or a.state not in ('waiting', 'unknown', 'open')
    or p.state not in ('pending', 'processing'))
union all
select 'attempt', a.id::text, 'another merchant''s than payment ' || p.id
from attempts a join payments p on p.id = a.payment_id
where ${within("a.payment_id")} and ${within("p.id")} and a.merchant_id <> p.merchant_id`,
)

export const refunds = rangeCheck(
  {
    name: "refunds",
    says:
      "Refunds come to what their payment says, never to more than it captured, and are as " +
      "their attempts are.",
    over: "payments",
  },
  // A refund that was confirmed after it had been given up may make more of them than was captured.
  (within) => `with given as (
  select r.payment_id, sum(r.amount) as amount from refunds r
  where ${within("r.payment_id")} and r.state <> 'failed' group by r.payment_id
)
select 'payment' as what, p.id::text,
  'captured ' || p.captured || ', refunded ' || p.refunded || ', refunds of '
    || coalesce(g.amount, 0) as detail
from payments p left join given g on g.payment_id = p.id
left join lateral (select t.id from transfers t where t.payment_id = p.id
    and t.kind like 'refund.late%' limit 1) late on g.amount > p.captured
where ${within("p.id")} and (p.refunded <> least(coalesce(g.amount, 0), p.captured)
  or g.amount > p.captured and late.id is null)
union all
select 'refund', r.id::text, 'is ' || r.state || ', its attempt '
  || coalesce(string_agg(a.state, ' and '), 'is missing')
from refunds r left join lateral (select o.id, o.state from attempts o
  where o.payment_id = r.payment_id and o.refund_id = r.id offset 0) a on true
where ${within("r.payment_id")}
group by r.id, r.state
having count(a.id) = 0 or not bool_or(case r.state when 'confirmed' then a.state = 'settled'
  when 'failed' then a.state in ('declined', 'returned', 'closed')
  else a.state in ('waiting', 'unknown', 'open') end)`,
)

export const sightings = rangeCheck(
  {
    name: "sightings",
    says: "What was seen on chains and is booked is what transfers brought in for its payment.",
    over: "payments",
  },
  (within) => `with seen as (
  select a.payment_id, s.asset, sum(s.booked) as booked
  from attempts a join sightings s on s.attempt_id = a.id
  where ${within("a.payment_id")} and a.kind = 'charge' and s.booked > 0
  group by a.payment_id, s.asset
), moved as (
  select t.payment_id, a.asset,
    sum(case t.kind when 'charge.received' then t.amount else -t.amount end) as amount
  from transfers t join accounts a on a.id = t.debit_id
  where ${within("t.payment_id")} and t.kind in ('charge.received', 'charge.shrunk')
  group by t.payment_id, a.asset
)
select 'payment' as what, coalesce(s.payment_id, m.payment_id)::text as id,
  'sightings of ' || coalesce(s.booked, 0) || ' ' || coalesce(s.asset, m.asset)
    || ' are booked, transfers of ' || coalesce(m.amount, 0) as detail
from seen s full join moved m on m.payment_id = s.payment_id and m.asset = s.asset
where coalesce(s.booked, 0) <> coalesce(m.amount, 0)`,
)

export const transferEnds = rangeCheck(
  {
    name: "transfers",
    says: "Each transfer joins two accounts of one asset, and belongs to the merchant it names.",
    over: "transfers",
  },
  (within) => `select 'transfer' as what, t.id::text, case
  when d.id is null or c.id is null then 'an account is missing'
  when d.id = c.id or t.amount <= 0 then 'moves nothing'
  when d.asset <> c.asset then 'from ' || d.asset || ' to ' || c.asset
  when t.payment_id is not null and p.id is null then 'no payment ' || t.payment_id
  else 'accounts and payment are not one merchant''s' end as detail
from transfers t left join accounts d on d.id = t.debit_id left join accounts c on c.id = t.credit_id
  left join lateral (select o.* from payments o where o.id = t.payment_id limit 1) p on true
where ${within("t.id")} and (d.id is null or c.id is null or d.id = c.id or t.amount <= 0
  or d.asset <> c.asset or t.payment_id is not null and p.id is null
  or num_nonnulls(d.merchant_id, c.merchant_id, p.merchant_id) > 0 and
    (coalesce(d.merchant_id, t.merchant_id) is distinct from t.merchant_id
    or coalesce(c.merchant_id, t.merchant_id) is distinct from t.merchant_id
    or coalesce(p.merchant_id, t.merchant_id) is distinct from t.merchant_id))`,
)
