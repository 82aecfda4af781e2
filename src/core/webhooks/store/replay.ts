/** Makes deliveries due again, under the same id and with the same message. */
import type { Queries } from "../../../db/database.ts"
import type { Delivery } from "../event.ts"

/**
 * What was delivered is remembered as a try of its own before the next one takes its place. One
 * that is being tried at the moment is left to that; any other lease has run out or waits.
 */
const ANEW = `remembered as (
  insert into tries (delivery_id, number, at, status, error, elapsed_ms)
  select id, tries, delivered_at, last_status, null, last_elapsed_ms
  from chosen where state = 'delivered' and tries > 0 and message_sealed is not null
  on conflict do nothing
), replayed as (
  update deliveries d set state = 'due', due_at = $2, delivered_at = null, lease_owner = null,
    fence = d.fence + 1, tries_before = d.tries
  from chosen c
  where d.id = c.id and d.event_id = c.event_id and d.message_sealed is not null
    and d.lease_owner is null
  returning d.id
)`

/** What of a delivery says whether it can be sent anew. */
export type Chosen = Pick<Delivery, "state"> & {
  readonly isDeleted: boolean
  readonly isDisabled: boolean
}

/** Locks a merchant's delivery, and makes it due unless its message or its receiver is gone. */
export async function replayOne(
  db: Queries,
  { merchantId, id, now }: { readonly merchantId: string; readonly id: string; readonly now: Date },
): Promise<Chosen | null> {
  const { rows } = await db.query<Chosen>(
    `with known as (
  select d.*, p.disabled_at from deliveries d join endpoints p on p.id = d.endpoint_id
  where d.id = $1 and d.merchant_id = $3 for update of d
), chosen as (
  select * from known where disabled_at is null
), ${ANEW}
select state, message_sealed is null as "isDeleted", disabled_at is not null as "isDisabled"
from known`,
    [id, now, merchantId],
  )
  return rows[0] ?? null
}

/** Which of an endpoint's deliveries are to be sent anew: ids above `after` and below `before`. */
export type Range = {
  readonly merchantId: string
  readonly endpointId: string
  readonly after: string
  readonly before: string
  readonly states: readonly Delivery["state"][]
}

/** What became of a part of a range; the next begins after `last`, if there is one. */
export type Replayed = {
  readonly replayed: number
  /** Those whose message was deleted for its age. */
  readonly deleted: number
  readonly last: string | null
}

/** Looked at in one statement, whether they fit or not: a second's work at most. */
const LOOKED_AT_MAX = 10_000
/** Sent anew in one statement: what an endpoint that came back gets through in half a minute. */
export const REPLAY_MAX = 1_000

/** Makes the first of a range due. */
export async function replayRange(db: Queries, range: Range, now: Date): Promise<Replayed> {
  const { rows } = await db.query<Replayed>(
    `with looked_at as (
  select d.id, d.event_id, d.endpoint_id, d.state from deliveries d
  where d.merchant_id = $1 and d.id > $4 and d.id < $5 order by d.id limit ${LOOKED_AT_MAX}
), fitting as (
  select id, event_id from looked_at where endpoint_id = $3 and state = any($6)
  order by id limit ${REPLAY_MAX}
), chosen as (
  select d.* from fitting f join deliveries d on d.id = f.id and d.event_id = f.event_id
  where d.state = any($6) order by d.id for update of d
), ${ANEW}
select (select count(*)::int from replayed) as replayed,
  (select count(*)::int from chosen where message_sealed is null) as deleted,
  case when (select count(*) from fitting) = ${REPLAY_MAX} then (select max(id::text) from fitting)
    when (select count(*) from looked_at) = ${LOOKED_AT_MAX}
    then (select max(id::text) from looked_at) end as last`,
    [range.merchantId, now, range.endpointId, range.after, range.before, range.states],
  )
  return rows[0]!
}
