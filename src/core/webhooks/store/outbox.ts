/** The outbox: takes deliveries that are due under a lease, and writes down how tries went. */
import type { Queries } from "../../../db/database.ts"
import { ENDPOINT_COLUMNS } from "../../merchants/store/endpoints.ts"
import type { Delivery, Endpoint } from "../event.ts"

/**
 * A delivery that a node has the lease of: as much of it as a try needs. `tries` are those since it
 * was last sent anew.
 */
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
  d.message_sealed as "messageSealed", d.tries - d.tries_before as tries, d.fence`
}

const IN_TURN = claiming(
  `(
    select id from endpoints where disabled_at is null and paused_at is null
      and not (id = any($6::uuid[]))
    order by id <= $7, id
  ) e`,
  "$4",
  "limit $5",
)

const FOR_SOME = claiming(
  `unnest($4::uuid[], $5::int4[]) as l (id, room)
  join endpoints e on e.id = l.id and e.disabled_at is null and e.paused_at is null`,
  "l.room",
  "",
)

/** Endpoints by their ids, without those that are switched off or paused. */
export async function endpointsOf(
  db: Queries,
  ids: readonly string[],
): Promise<Map<string, Endpoint>> {
  const { rows } = await db.query<Endpoint>(
    `select ${ENDPOINT_COLUMNS} from endpoints e
where e.id = any($1::uuid[]) and e.disabled_at is null and e.paused_at is null`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** How one try went, and what is to become of its delivery. */
export type Mark = Pick<Delivery, "id" | "eventId" | "fence" | "state" | "dueAt"> & {
  readonly status: number | null
  readonly error: string | null
  readonly elapsedMs: number
  /** How the answer to a try that failed began. */
  readonly answerSealed: Buffer | null
}

/** Whose tries they were, and when this is written down. */
type By = { readonly node: string; readonly now: Date }

/**
 * Writes down tries of this node that succeeded, all at once. Where the lease is another's by now,
 * or the mark was written before, nothing is changed.
 */
export async function markDelivered(db: Queries, marks: readonly Mark[], by: By): Promise<void> {
  await db.query(marking(""), paramsOf(inOrder(marks), by))
}

/** The same for tries that failed, each of which is remembered for itself. */
export async function markFailed(db: Queries, marks: readonly Mark[], by: By): Promise<void> {
  await db.query(`with ${REMEMBERING} select from marked`, failedParams(marks, by))
}

/** The same for tries that met a receiver which is gone: its endpoint is switched off with them. */
export async function markGone(db: Queries, marks: readonly Mark[], by: By): Promise<void> {
  await db.query(
    `with ${REMEMBERING}
update endpoints set disabled_at = $9, disabled_reason = 'the receiver answered 410 Gone'
where id in (select endpoint_id from marked) and disabled_at is null`,
    failedParams(marks, by),
  )
}

function marking(returning: string, also = { type: "", name: "" }): string {
  return `update deliveries d set state = u.state, due_at = u.due_at, tries = d.tries + 1,
  lease_owner = null, last_status = u.status, last_error = u.error, last_elapsed_ms = u.elapsed_ms,
  delivered_at = case when u.state = 'delivered' then $9::timestamptz end
from unnest($1::uuid[], $2::uuid[], $3::int4[], $4::text[], $5::timestamptz[], $6::int4[],
  $7::text[], $10::int4[]${also.type})
  as u (id, event_id, fence, state, due_at, status, error, elapsed_ms${also.name})
where d.id = u.id and d.event_id = u.event_id and d.state = 'due' and d.fence = u.fence
  and d.lease_owner = $8 ${returning}`
}

const TRY = "d.id, d.tries, u.status, u.error, u.elapsed_ms, u.answer_sealed, d.endpoint_id"
const REMEMBERING = `marked as (
  ${marking(`returning ${TRY}`, { type: ", $11::bytea[]", name: ", answer_sealed" })}
), remembered as (
  insert into tries (delivery_id, number, at, status, error, elapsed_ms, answer_sealed)
  select id, tries, $9, status, error, elapsed_ms, answer_sealed from marked
)`

/** Two nodes that write the same rows in another order would wait for each other. */
function inOrder(marks: readonly Mark[]): readonly Mark[] {
  return marks.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function failedParams(marks: readonly Mark[], by: By) {
  const sorted = inOrder(marks)
  return [...paramsOf(sorted, by), sorted.map(({ answerSealed }) => answerSealed)]
}

function paramsOf(sorted: readonly Mark[], { node, now }: By) {
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
    sorted.map(({ elapsedMs }) => elapsedMs),
  ]
}
