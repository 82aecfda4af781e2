/** Whether each event is told to whom it is to be told, once, and nothing else is told. */
import { IS_OWED } from "./owed.ts"
import { KEPT, rangeCheck } from "./range.ts"

/**
 * An endpoint hears of what is committed after it: instants this close are not told apart, for a
 * commit takes time and clocks differ.
 */
const AT_ONCE = "interval '1 minute'"

export const deliveries = rangeCheck(
  {
    name: "deliveries",
    says:
      "Each delivery is of an event and to an endpoint of its merchant, once, and each endpoint " +
      "has one of every event that its dialect owes it.",
    over: "events",
  },
  (within) => `with ${KEPT}, d as (
  select d.event_id, d.endpoint_id, count(*) as times, max(d.id::text) as id,
    min(d.merchant_id::text)::uuid as merchant_id
  from deliveries d where ${within("d.event_id")} group by d.event_id, d.endpoint_id
), e as (
  select e.id, e.merchant_id, e.created_at, e.dialect, e.type, e.subject, e.subject_id
  from events e where ${within("e.id")}
)
select 'delivery' as what, d.id, case when d.times > 1
    then 'event ' || d.event_id || ' to endpoint ' || d.endpoint_id || ' ' || d.times || ' times'
  when e.id is null then 'no event ' || d.event_id
  when p.id is null then 'no endpoint ' || d.endpoint_id
  else 'event and endpoint are not its merchant''s' end as detail
from d cross join kept left join e on e.id = d.event_id left join endpoints p on p.id = d.endpoint_id
where d.times > 1 or e.id is null and d.event_id >= kept.id or p.id is null
  or e.merchant_id <> d.merchant_id or p.merchant_id <> d.merchant_id
union all
select 'event', e.id::text, 'no delivery to endpoint ' || n.id
from e cross join kept join endpoints n on n.merchant_id = e.merchant_id
  and n.dialect in ('caudal', e.dialect)
  and e.created_at > coalesce(n.enabled_at, n.created_at) + ${AT_ONCE}
  and (n.disabled_at is null or e.created_at < n.disabled_at - ${AT_ONCE})
left join d on d.event_id = e.id and d.endpoint_id = n.id
left join lateral (select o.* from payments o where o.id = e.subject_id limit 1) p
  on d.id is null and e.subject = 'payment'
where d.id is null and e.id >= kept.id and (${IS_OWED})`,
)
