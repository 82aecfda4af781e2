/** What is asked of events and deliveries; `store/outbox.ts` takes and marks what is due. */
import type { Queries } from "../../db/database.ts"
import { type Page, type PageRequest, pageOf } from "../page.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { Delivery, Event } from "./event.ts"

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
