/** The outbox: takes deliveries that are due under a lease, and writes down how tries went. */
import type { Queries } from "../../../db/database.ts"
import type { Delivery, Endpoint } from "../event.ts"

/** A delivery that a node has the lease of: as much of it as a try needs. */
export type Leased = Pick<
  Delivery,
  "id" | "eventId" | "endpointId" | "messageSealed" | "tries" | "fence"
>

/** Whose lease, and from when to when. */
type Lease = { readonly node: string; readonly now: Date; readonly until: Date }

/**
 * Takes deliveries of all endpoints but `except`: at most `perEndpoint` of each, so that one with a
 * long queue leaves room for the others, and `most` in all. Endpoints are visited in the order of
 * their ids, from the one after `after` on and round to it.
 */
export async function claimInTurn(
  db: Queries,
  claim: Lease & {
    readonly perEndpoint: number
    readonly most: number
    readonly except: readonly string[]
    readonly after: string
  },
): Promise<Leased[]> {
  const { after, except, most, node, now, perEndpoint, until } = claim
  const { rows } = await db.query<Leased>(IN_TURN, [
    ...[node, now, until],
    ...[perEndpoint, most, except, after],
  ])
  return rows
}

/** Takes deliveries of some endpoints, of each as many as there is room for. */
export async function claimFor(
  db: Queries,
  claim: Lease & { readonly rooms: ReadonlyMap<string, number> },
): Promise<Leased[]> {
  const { node, now, rooms, until } = claim
  const { rows } = await db.query<Leased>(FOR_SOME, [
    ...[node, now, until],
    ...[[...rooms.keys()], [...rooms.values()]],
  ])
  return rows
}

/** The first deliveries that are due of each endpoint in `from`, as many as `room` says. */
function claiming(from: string, room: string, most: string): string {
  return `with due as (
  select d.id, d.event_id from ${from} cross join lateral (
    select id, event_id from deliveries
    where endpoint_id = e.id and due_at <= $2 order by due_at limit ${room} for update skip locked
  ) d ${most}
)
update deliveries d set lease_owner = $1, due_at = $3, fence = d.fence + 1
from due where d.id = due.id and d.event_id = due.event_id
returning d.id, d.event_id as "eventId", d.endpoint_id as "endpointId",
  d.message_sealed as "messageSealed", d.tries, d.fence`
}

const IN_TURN = claiming(
  `(
    select id from endpoints where disabled_at is null and not (id = any($6::uuid[]))
    order by id <= $7, id
  ) e`,
  "$4",
  "limit $5",
)

const FOR_SOME = claiming(
  `unnest($4::uuid[], $5::int4[]) as l (id, room)
  join endpoints e on e.id = l.id and e.disabled_at is null`,
  "l.room",
  "",
)

/** Endpoints by their ids, without those that are switched off. */
export async function endpointsOf(
  db: Queries,
  ids: readonly string[],
): Promise<Map<string, Endpoint>> {
  const { rows } = await db.query<Endpoint>(
    `select id, merchant_id as "merchantId", dialect, url, secret_sealed as "secretSealed",
  headers_sealed as "headersSealed", created_at as "createdAt", disabled_at as "disabledAt",
  disabled_reason as "disabledReason"
from endpoints where id = any($1::uuid[]) and disabled_at is null`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** How one try went, and what is to become of its delivery. */
export type Mark = Pick<Delivery, "id" | "eventId" | "fence" | "state" | "dueAt"> & {
  readonly status: number | null
  readonly error: string | null
}

/**
 * Writes down how tries of this node went, all at once. Where the lease is another's by now, or the
 * mark was written before, nothing is changed.
 */
export async function markDeliveries(
  db: Queries,
  marks: readonly Mark[],
  by: { readonly node: string; readonly now: Date },
): Promise<void> {
  await db.query(marking(""), paramsOf(marks, by))
}

/** The same for tries that met a receiver which is gone: its endpoint is switched off with them. */
export async function markGone(
  db: Queries,
  marks: readonly Mark[],
  by: { readonly node: string; readonly now: Date },
): Promise<void> {
  await db.query(
    `with marked as (${marking("returning d.endpoint_id")})
update endpoints set disabled_at = $9, disabled_reason = 'the receiver answered 410 Gone'
where id in (select endpoint_id from marked) and disabled_at is null`,
    paramsOf(marks, by),
  )
}

function marking(returning: string): string {
  return `update deliveries d set state = u.state, due_at = u.due_at, tries = d.tries + 1,
  lease_owner = null, last_status = u.status, last_error = u.error,
  delivered_at = case when u.state = 'delivered' then $9::timestamptz end
from unnest($1::uuid[], $2::uuid[], $3::int4[], $4::text[], $5::timestamptz[], $6::int4[],
  $7::text[]) as u (id, event_id, fence, state, due_at, status, error)
where d.id = u.id and d.event_id = u.event_id and d.state = 'due' and d.fence = u.fence
  and d.lease_owner = $8 ${returning}`
}

function paramsOf(marks: readonly Mark[], { node, now }: { node: string; now: Date }) {
  // Two nodes that write the same rows in another order would wait for each other.
  const sorted = marks.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return [
    sorted.map(({ id }) => id),
    sorted.map(({ eventId }) => eventId),
    sorted.map(({ fence }) => fence),
    sorted.map(({ state }) => state),
    sorted.map(({ dueAt }) => dueAt),
    sorted.map(({ status }) => status),
    sorted.map(({ error }) => error),
    node,
    now,
  ]
}
