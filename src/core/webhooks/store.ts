/**
 * What is asked of events and deliveries outside the engine, and the claims of the delivery loop.
 */
import type { Queries } from "../../db/database.ts"
import { type Page, type PageRequest, pageOf } from "../page.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { Delivery, Endpoint, Event } from "./event.ts"

/** A merchant's events, newest first; those about one subject when `subjectId` is given. */
export async function listEvents(
  db: Queries,
  filter: { readonly merchantId: string; readonly subjectId?: string },
  page: PageRequest,
): Promise<Page<Event>> {
  const { rows } = await db.query<Event>(
    `select ${selectList(schema.events, "e")} from events e
where e.merchant_id = $1 and ($2::uuid is null or e.subject_id = $2)
  and ($3::uuid is null or e.id < $3)
order by e.id desc limit $4`,
    [filter.merchantId, filter.subjectId ?? null, page.before, page.limit + 1],
  )
  return pageOf(rows, page.limit, (row) => row.id)
}

/** A merchant's deliveries, newest first. */
export async function listDeliveries(
  db: Queries,
  merchantId: string,
  page: PageRequest,
): Promise<Page<Delivery>> {
  const { rows } = await db.query<Delivery>(
    `select ${selectList(schema.deliveries, "d")} from deliveries d
where d.merchant_id = $1 and ($2::uuid is null or d.id < $2)
order by d.id desc limit $3`,
    [merchantId, page.before, page.limit + 1],
  )
  return pageOf(rows, page.limit, (row) => row.id)
}

export type ClaimedDelivery = Delivery & { readonly endpoint: Endpoint }

/**
 * Takes due deliveries for a node: at most `perEndpoint` of each endpoint that is not in `full`, so
 * that one with a long queue leaves room for the others. They are visited in the order of their
 * ids, from the one after `after` on and round to it. The lease ends at `until`.
 */
export async function claimDeliveries(
  db: Queries,
  claim: {
    readonly node: string
    readonly now: Date
    readonly until: Date
    readonly perEndpoint: number
    readonly most: number
    readonly full: readonly string[]
    readonly after: string
  },
): Promise<ClaimedDelivery[]> {
  const { rows } = await db.query<Delivery & { endpoint: EndpointRow }>(
    `with due as (
  select d.id from (
    select id from endpoints where disabled_at is null and not (id = any($6::uuid[]))
    order by id <= $7, id
  ) e cross join lateral (
    select id from deliveries
    where endpoint_id = e.id and due_at <= $2 order by due_at limit $4 for update skip locked
  ) d
  limit $5
)
update deliveries d set lease_owner = $1, due_at = $3, fence = d.fence + 1
from due, endpoints e where d.id = due.id and e.id = d.endpoint_id
returning ${selectList(schema.deliveries, "d")},
  e.url, e.dialect, e.secret_sealed as "secretSealed", e.headers_sealed as "headersSealed",
  e.created_at as "endpointCreatedAt"`,
    [claim.node, claim.now, claim.until, claim.perEndpoint, claim.most, claim.full, claim.after],
  )
  return (rows as unknown as (Delivery & EndpointRow)[]).map(
    ({ url, dialect, secretSealed, headersSealed, endpointCreatedAt, ...delivery }) => ({
      ...delivery,
      endpoint: {
        id: delivery.endpointId,
        merchantId: delivery.merchantId,
        dialect,
        url,
        secretSealed,
        headersSealed,
        createdAt: endpointCreatedAt,
        disabledAt: null,
        disabledReason: null,
      },
    }),
  )
}

type EndpointRow = Pick<Endpoint, "url" | "dialect" | "secretSealed" | "headersSealed"> & {
  endpointCreatedAt: Date
}
