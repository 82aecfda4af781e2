/** What is asked of events; deliveries have stores of their own. */
import type { Queries } from "../../db/database.ts"
import { type Page, type PageRequest, pageOf } from "../page.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { Event } from "./event.ts"

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

/** One of a merchant's events. */
export async function findEvent(
  db: Queries,
  merchantId: string,
  id: string,
): Promise<Event | null> {
  const { rows } = await db.query<Event>(
    `select ${selectList(schema.events, "e")} from events e
where e.id = $1 and e.merchant_id = $2`,
    [id, merchantId],
  )
  return rows[0] ?? null
}

/** A merchant's events with ids above `after` and below `before`, oldest first. */
export async function eventsBetween(
  db: Queries,
  filter: { readonly merchantId: string; readonly subjectId?: string | undefined },
  { after, before, limit }: { readonly after: string; readonly before: string; limit: number },
): Promise<Page<Event>> {
  const { rows } = await db.query<Event>(
    `select ${selectList(schema.events, "e")} from events e
where e.merchant_id = $1 and ($2::uuid is null or e.subject_id = $2)
  and e.id > $3 and e.id < $4
order by e.id limit $5`,
    [filter.merchantId, filter.subjectId ?? null, after, before, limit + 1],
  )
  return pageOf(rows, limit, (row) => row.id)
}

/**
 * The same, but for those that were told already, which may lie anywhere between. They are hashed:
 * each event compared with each of them would be a second's work for a busy merchant's.
 */
export async function untoldEvents(
  db: Queries,
  merchantId: string,
  { after, limit, told }: { readonly after: string; limit: number; told: readonly string[] },
): Promise<Event[]> {
  const { rows } = await db.query<Event>(
    `select ${selectList(schema.events, "e")} from events e
where e.merchant_id = $1 and e.id > $2 and e.id not in (select unnest($3::uuid[]))
order by e.id limit $4`,
    [merchantId, after, told, limit],
  )
  return rows
}

/** The ids of a merchant's events above one: of the last minute, so not too many to hold. */
export async function eventIdsAbove(
  db: Queries,
  merchantId: string,
  after: string,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    "select e.id from events e where e.merchant_id = $1 and e.id > $2 order by e.id",
    [merchantId, after],
  )
  return rows.map(({ id }) => id)
}
