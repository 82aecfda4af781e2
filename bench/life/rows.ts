/** What the lives left behind in a database. */
import type { Database } from "../../src/db/database.ts"

export type Rows = {
  readonly created: number
  readonly approved: number
  /** Payments that don't have exactly their events, numbered from 1 without gaps. */
  readonly gaps: number
  /** Approvals without exactly one delivery, and other events that have any. */
  readonly owed: number
  readonly deliveries: number
  readonly delivered: number
  readonly tries: number
}

/** Counts them. */
export async function countRows(database: Database): Promise<Rows> {
  const { rows } = await database.query<Rows>(
    `select
  (select count(*)::int from payments) as created,
  (select count(*)::int from payments where state = 'approved') as approved,
  (select count(*)::int from payments p left join
    (select subject_id, count(*) as count, max(seq) as last, min(seq) as first from events
      group by subject_id) e on e.subject_id = p.id
    where e.count is distinct from p.version or e.last <> p.version or e.first <> 1
      or p.version <> case p.state when 'approved' then 2 else 1 end) as gaps,
  (select count(*)::int from (select from events e full join deliveries d on d.event_id = e.id
    group by e.id, e.type
    having count(d.id) <> case e.type when 'payment.approved' then 1 else 0 end) o) as owed,
  (select count(*)::int from deliveries) as deliveries,
  (select count(*)::int from deliveries where state = 'delivered') as delivered,
  (select coalesce(sum(tries), 0)::int from deliveries) as tries`,
  )
  return rows[0]!
}

/** Whether nothing waits to be told any more. */
export async function isDrained(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ drained: boolean }>(
    "select not exists (select from deliveries where state = 'due') as drained",
  )
  return rows[0]!.drained
}
