/** Whether rows and the events that tell of them say the same. */
import { TRANSITIONS } from "../../payments/payment.ts"
import type { Within } from "../check.ts"
import { KEPT, rangeCheck } from "./range.ts"

/** `from>to` of all moves that a payment may make; to stay as it is is no move. */
const MOVES = Object.entries(TRANSITIONS)
  .flatMap(([from, tos]) => [from, ...tos].map((to) => `'${from}>${to}'`))
  .join(", ")

/** What the events of a subject come to, beside its row; either may be missing. */
function joined(table: "payments" | "instruments", within: Within): string {
  const subject = table === "payments" ? "payment" : "instrument"
  // Between the ids of stored accounts lie many payments, whose events are not to be read for them.
  const events =
    table === "payments"
      ? "events e"
      : `instruments i join lateral (select o.* from events o where o.subject_id = i.id offset 0) e
    on ${within("i.id")}`
  return `with ${KEPT}, told as (
  select e.subject_id, count(*) as events, count(distinct e.seq) as numbers, min(e.seq) as first,
    max(e.seq) as last, array_agg(e.merchant_id) as merchants,
    array_agg(e.data ->> 'state' order by e.seq) as states
  from ${events} where e.subject = '${subject}' and ${within("e.subject_id")}
  group by e.subject_id
), subjects as (
  select s.id, s.merchant_id, s.version, s.state from ${table} s where ${within("s.id")}
), paired as (
  select '${subject}' as what, coalesce(s.id, t.subject_id) as id, s.merchant_id, s.version, s.state,
    coalesce(t.events, 0) as events, t.numbers, t.first, t.last, t.merchants, t.states,
    s.id is null as missing, coalesce(s.id, t.subject_id) >= kept.id as kept
  from subjects s full join told t on t.subject_id = s.id cross join kept
)`
}

/** Numbers without gaps up to the version; of months that were dropped the first may be missing. */
const numbered = (table: "payments" | "instruments") => (within: Within) =>
  `${joined(table, within)}
select what, id::text, case when missing then 'events ' || events || ', and no row'
  when exists (select from unnest(merchants) as m (id) where m.id <> merchant_id)
    then 'an event of another merchant'
  else 'version ' || version || ', events ' || events end as detail
from paired
where missing or events <> numbers
  or exists (select from unnest(merchants) as m (id) where m.id <> merchant_id)
  or case when kept then version <> events or version <> last or events = 0
    else version <> last or events <> last - first + 1 end`

export const paymentNumbers = rangeCheck(
  {
    name: "payment-events",
    says: "Each payment's events are its merchant's and numbered from 1 to its version.",
    over: "payments",
  },
  numbered("payments"),
)

export const instrumentNumbers = rangeCheck(
  {
    name: "instrument-events",
    says: "Each stored account's events are its merchant's and numbered from 1 to its version.",
    over: "instruments",
  },
  numbered("instruments"),
)

export const paymentStates = rangeCheck(
  {
    name: "payment-states",
    says: "Each payment is in the state that its last event tells, and came there by legal moves.",
    over: "payments",
  },
  (within) => `${joined("payments", within)}
select what, id::text, case when states[cardinality(states)] is distinct from state
  then 'state ' || state || ', last event says ' || coalesce(states[cardinality(states)], 'nothing')
  else 'moves ' || array_to_string(states, ' > ', '?') end as detail
from paired
where not missing and events > 0 and (states[cardinality(states)] is distinct from state
  or exists (select from generate_subscripts(states, 1) as at
    where at > 1 and (states[at - 1] || '>' || states[at] in (${MOVES})) is not true))`,
)

export const eventSubjects = rangeCheck(
  {
    name: "event-subjects",
    says: "Each event tells of a payment or a stored account that is there.",
    over: "events",
  },
  (
    within,
  ) => `select 'event' as what, e.id::text, 'no ' || e.subject || ' ' || e.subject_id as detail
from events e
left join lateral (select o.id from payments o where o.id = e.subject_id limit 1) p
  on e.subject = 'payment'
left join lateral (select o.id from instruments o where o.id = e.subject_id limit 1) i
  on e.subject = 'instrument'
where ${within("e.id")} and e.subject <> 'refund' and p.id is null and i.id is null`,
)
