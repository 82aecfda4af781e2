/** What the bench puts into the outbox, and what it finds there afterwards. */
import { hostClock, makeIds } from "../../src/clock.ts"
import type { Database } from "../../src/db/database.ts"

/** So many rows a statement: far below what a statement may take. */
const CHUNK = 5_000
const ids = makeIds(hostClock())

/**
 * Puts `count` deliveries that are due into the outbox, in turn for each endpoint: copies of what
 * the engine itself wrote for that endpoint, under ids of their own.
 */
export async function fillOutbox(
  database: Database,
  endpointIds: readonly string[],
  count: number,
): Promise<void> {
  for (let done = 0; done < count; done += CHUNK) {
    const rows = Array.from({ length: Math.min(CHUNK, count - done) }, (_, at) => ({
      eventId: ids.next(),
      id: ids.next(),
      endpointId: endpointIds[at % endpointIds.length]!,
    }))
    const params = [
      rows.map(({ id }) => id),
      rows.map(({ eventId }) => eventId),
      rows.map(({ endpointId }) => endpointId),
    ]
    await database.query(
      `with u as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (id, event_id, endpoint_id)
), made as materialized (
  select n.id as endpoint_id, first.* from endpoints n cross join lateral (
    select d.merchant_id, d.message_sealed, d.created_at, e.type, e.dialect, e.data
    from deliveries d join events e on e.id = d.event_id
    where d.merchant_id = n.merchant_id and d.endpoint_id = n.id order by d.id limit 1
  ) first where n.id = any($3::uuid[])
), told as (
  insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
  select u.event_id, 'payment', u.event_id, 1, m.merchant_id, m.dialect, m.type, m.data,
    m.created_at
  from u join made m using (endpoint_id)
)
insert into deliveries (id, event_id, endpoint_id, merchant_id, message_sealed, state, due_at,
  created_at)
select u.id, u.event_id, u.endpoint_id, m.merchant_id, m.message_sealed, 'due', m.created_at,
  m.created_at
from u join made m using (endpoint_id)`,
      params,
    )
  }
}

/** Holds back what is due for the endpoints, or lets it go. */
export async function holdBack(
  database: Database,
  endpointIds: readonly string[],
  held: boolean,
): Promise<void> {
  await database.query(
    `update endpoints set disabled_at = case when $2 then created_at end,
  disabled_reason = case when $2 then 'the bench fills its outbox' end where id = any($1::uuid[])`,
    [endpointIds, held],
  )
}

/** How many are to be sent yet: asked often, so it looks into the index of what is due only. */
export async function countDue(database: Database): Promise<number> {
  const { rows } = await database.query<{ due: number }>(
    "select count(*)::int as due from deliveries where due_at is not null",
  )
  return rows[0]!.due
}

export type Rows = {
  readonly delivered: number
  readonly due: number
  /** Neither the one nor the other. */
  readonly others: number
  /** Delivered by more tries than one. */
  readonly again: number
}

export async function countRows(database: Database): Promise<Rows> {
  const { rows } = await database.query<Rows>(
    `select count(*) filter (where state = 'delivered')::int as delivered,
  count(*) filter (where state = 'due')::int as due,
  count(*) filter (where state not in ('delivered', 'due'))::int as others,
  count(*) filter (where state = 'delivered' and tries <> 1)::int as again
from deliveries`,
  )
  return rows[0]!
}
