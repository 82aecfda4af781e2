/** What is asked of deliveries: lists, one with all of its tries, how endpoints fare. */
import type { Parameter, Queries } from "../../../db/database.ts"
import { type Page, type PageRequest, pageOf } from "../../page.ts"
import * as schema from "../../store/schema.ts"
import { selectList } from "../../store/tables.ts"
import type { Delivery, EndpointHealth, TryTold } from "../event.ts"

/** Which of a merchant's deliveries are asked for; those that fit all that is given. */
export type DeliveryFilter = {
  readonly merchantId: string
  readonly endpointId?: string | undefined
  readonly eventId?: string | undefined
  /** What their events are about. */
  readonly subjectId?: string | undefined
  readonly state?: Delivery["state"] | undefined
}

/**
 * Where each state is found. Written out, for an index of some states serves only those who name
 * them; what is due is found by its endpoint, like the courier does.
 */
const OF_STATE = {
  due: `d.due_at is not null and d.state = 'due'
  and d.endpoint_id in (select id from endpoints where merchant_id = $1)`,
  delivered: "d.state = 'delivered'",
  failed: "d.state = 'failed'",
  cancelled: "d.state = 'cancelled'",
} as const satisfies Record<Delivery["state"], string>

/** A merchant's deliveries, newest first. */
export async function listDeliveries(
  db: Queries,
  { merchantId, endpointId, eventId, subjectId, state }: DeliveryFilter,
  page: PageRequest,
): Promise<Page<Delivery>> {
  const params: Parameter[] = [merchantId, page.before, page.limit + 1]
  const asked = Object.entries({
    "d.endpoint_id": endpointId,
    "d.event_id": eventId,
    "v.subject_id": subjectId,
  }).flatMap(([column, value]) => (value ? [`and ${column} = $${params.push(value)}`] : []))
  const { rows } = await db.query<Delivery>(
    `select ${selectList(schema.deliveries, "d")} from deliveries d
${subjectId === undefined ? "" : "join events v on v.id = d.event_id"}
where d.merchant_id = $1 and ($2::uuid is null or d.id < $2)
  ${asked.join(" ")} ${state === undefined ? "" : `and ${OF_STATE[state]}`}
order by d.id desc limit $3`,
    params,
  )
  return pageOf(rows, page.limit, (row) => row.id)
}

/** What the last try of a delivery took, beside the delivery; null when it isn't the merchant's. */
export async function findDelivery(
  db: Queries,
  merchantId: string,
  id: string,
): Promise<(Delivery & { readonly lastElapsedMs: number | null }) | null> {
  const { rows } = await db.query<Delivery & { lastElapsedMs: number | null }>(
    `select ${selectList(schema.deliveries, "d")}, d.last_elapsed_ms as "lastElapsedMs"
from deliveries d where d.id = $1 and d.merchant_id = $2`,
    [id, merchantId],
  )
  return rows[0] ?? null
}

/** A remembered try, its answer still sealed. */
export type TryRow = Omit<TryTold, "answer"> & { readonly answerSealed: Buffer | null }

/** More tries than a schedule has, several times over: the newest are told. */
const TRIES_MAX = 100

/** The tries of a delivery that are remembered, oldest first. */
export async function triesOf(db: Queries, deliveryId: string): Promise<TryRow[]> {
  const { rows } = await db.query<TryRow>(
    `select t.number, t.at, t.status, t.error, t.elapsed_ms as "elapsedMs",
  t.answer_sealed as "answerSealed"
from tries t where t.delivery_id = $1 order by t.number desc limit ${TRIES_MAX}`,
    [deliveryId],
  )
  return rows.reverse()
}

/** A merchant with more deliveries in a day is judged by its newest. */
const JUDGED_MAX = 10_000

/** How each endpoint of a merchant fared from a delivery's id on; quiet ones are left out. */
export async function healthOf(
  db: Queries,
  merchantId: string,
  from: string,
): Promise<EndpointHealth[]> {
  const { rows } = await db.query<EndpointHealth>(
    `with recent as (
  select d.id, d.endpoint_id, d.state, d.last_status, d.last_error, d.last_elapsed_ms, d.tries
  from deliveries d where d.merchant_id = $1 and d.id >= $2 order by d.id desc limit ${JUDGED_MAX}
)
select endpoint_id as "endpointId",
  (count(*) filter (where state = 'delivered'))::int as delivered,
  (count(*) filter (where state = 'failed'))::int as failed,
  (count(*) filter (where state = 'cancelled'))::int as cancelled,
  (count(*) filter (where state = 'due'))::int as due,
  (avg(last_elapsed_ms) filter (where state = 'delivered'))::float8 as "meanMs",
  (array_agg(coalesce(last_status::text, last_error) order by id desc)
    filter (where state <> 'delivered' and tries > 0))[1] as "lastFault"
from recent group by endpoint_id`,
    [merchantId, from],
  )
  return rows
}
