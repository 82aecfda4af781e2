/** What waits: attempts without an end, and messages to receivers. */
import type { Queries } from "../../../db/database.ts"

/** Attempts of one rail in one state, and when the one that began first did. */
export type Unended = {
  readonly rail: string
  readonly state: string
  readonly count: number
  readonly begunAt: Date | null
}

/** Counts the attempts without an end, in an index of their own: what has ended costs nothing. */
export async function unendedAttempts(db: Queries): Promise<readonly Unended[]> {
  const { rows } = await db.query<Unended>(
    `select rail, state, count(*)::int as count, min(begun_at) as "begunAt" from attempts
where state in ('waiting', 'unknown', 'open') group by rail, state order by rail, state`,
  )
  return rows
}

/** Messages that wait, and when the one that waits longest was due. */
export type WaitingDeliveries = { readonly count: number; readonly dueAt: Date | null }

/**
 * Counts the messages that wait for receivers that are told, at most `perEndpoint` of each: however
 * long a queue is, looking at it takes milliseconds.
 */
export async function waitingDeliveries(
  db: Queries,
  perEndpoint: number,
): Promise<WaitingDeliveries> {
  const { rows } = await db.query<WaitingDeliveries>(
    `select count(*)::int as count, min(d.due_at) as "dueAt"
from endpoints e cross join lateral (
  select due_at from deliveries where endpoint_id = e.id and due_at is not null
  order by due_at limit $1
) d
where e.disabled_at is null and e.paused_at is null`,
    [perEndpoint],
  )
  return rows[0]!
}
