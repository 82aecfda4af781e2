/** The parts of events and deliveries, month by month: made ahead, counted, dropped. */
import type { Queries, Transaction } from "../../db/database.ts"
import { type Month, timeOfId } from "./months.ts"

/** The tables that are kept by months, in the order in which their months are dropped. */
export const DIVIDED = ["deliveries", "events"] as const
export type Divided = (typeof DIVIDED)[number]

/** One part of a divided table. */
export type Part = {
  readonly table: Divided
  readonly name: string
  /** Null for the part that takes what belongs to no other month. */
  readonly month: Month | null
  /** As the server last counted; null when it never has. */
  readonly rows: number | null
  readonly bytes: number
}

/** Makers and droppers of months wait for one another; an arbitrary number, as for migrations. */
const LOCK = 4_277_021_966
/**
 * Whoever reads or writes these tables waits behind us while we wait. Shorter than the server takes
 * to look for a deadlock, so that it is us who give up, and never the engine.
 */
const PATIENCE_MS = 500
/** Counting a month of a large installation. */
const COUNT_MS = 600_000
/** For `transaction`: the server says first that it took too long. */
export const LONG = { answerMs: COUNT_MS + 2_000 }

/** All parts, by table and month; the one of no month comes last. */
export async function partsOf(db: Queries): Promise<Part[]> {
  const { rows } = await db.query<Part>(
    `select i.inhparent::regclass::text as table, c.relname as name,
  translate(substring(c.relname from '_(\\d{4}_\\d{2})$'), '_', '-') as month,
  nullif(c.reltuples, -1)::float8 as rows, pg_total_relation_size(c.oid)::float8 as bytes
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent = any($1::text[]::regclass[])
order by "table", month nulls last`,
    [DIVIDED],
  )
  return rows
}

/** When the oldest row of a part was made; null when it has none. */
export async function oldestOf(db: Queries, { name }: Part): Promise<Date | null> {
  const { rows } = await db.query<{ id: string }>(`select id from ${name} order by id limit 1`)
  return rows[0] ? timeOfId(rows[0].id) : null
}

/** Which of these months a table has no part for. */
export async function missingMonths(
  db: Queries,
  table: Divided,
  months: readonly Month[],
): Promise<Month[]> {
  const { rows } = await db.query<{ month: Month }>(
    `select month from unnest($1::text[]) as month
where not exists (select from pg_class where relname = $2 || '_' || replace(month, '-', '_')
  and relnamespace = current_schema()::regnamespace) order by month`,
    [months, table],
  )
  return rows.map(({ month }) => month)
}

/** Waits for other makers and droppers of months, until the transaction ends. */
async function alone(transaction: Transaction): Promise<void> {
  await transaction.query("select pg_advisory_xact_lock($1)", [LOCK])
  await transaction.script(`set local lock_timeout = ${PATIENCE_MS}`)
}

/**
 * Makes a month's part, unless another node was first. Fails with 23514 when rows of that month lie
 * in the default part, and with 55P03 when the table is in use for too long.
 */
export async function addMonth(
  transaction: Transaction,
  table: Divided,
  month: Month,
): Promise<boolean> {
  await alone(transaction)
  const { rows } = await transaction.query<{ made: boolean }>(
    "select add_month($1, $2::date) as made",
    [table, `${month}-01`],
  )
  return rows[0]!.made
}

/** How many rows a part has; it reads all of them. */
export async function countRows(transaction: Transaction, { name }: Part): Promise<bigint> {
  await transaction.script(
    `set local statement_timeout = ${COUNT_MS}; set local enable_seqscan = on`,
  )
  const { rows } = await transaction.query<{ count: bigint }>(`select count(*) from ${name}`)
  return rows[0]!.count
}

/**
 * Drops a month's part and writes down that it is gone, in one commit; false when it was gone
 * already. Fails with 55P03 when the table is in use for too long: nothing is changed then.
 */
export async function dropPart(
  transaction: Transaction,
  { name, table, month }: Part & { readonly month: Month },
  dropped: { readonly rows: bigint; readonly now: Date },
): Promise<boolean> {
  await alone(transaction)
  const { rows } = await transaction.query(
    "select 1 from pg_class where relname = $1 and relnamespace = current_schema()::regnamespace",
    [name],
  )
  if (rows.length === 0) return false
  await transaction.query(
    `insert into dropped_months as d (month, events, deliveries, dropped_at)
values ($1::date, $2, $3, $4)
on conflict (month) do update set events = d.events + excluded.events,
  deliveries = d.deliveries + excluded.deliveries, dropped_at = excluded.dropped_at`,
    [
      `${month}-01`,
      table === "events" ? dropped.rows : 0n,
      table === "deliveries" ? dropped.rows : 0n,
      dropped.now,
    ],
  )
  await transaction.query(`drop table ${name}`)
  return true
}

/** What keeps everything before a month from being dropped; nothing of it may. */
export type Unfinished = { readonly deliveries: number; readonly attempts: number }

/**
 * Counts the deliveries from before a month that are still due, and the attempts without an end
 * whose payments are from before it.
 */
export async function unfinishedBefore(db: Queries, month: Month): Promise<Unfinished> {
  const { rows } = await db.query<Unfinished>(
    `select
  (select count(*)::int from deliveries where due_at is not null and id < first_id($1::date))
    as deliveries,
  (select count(*)::int from attempts
    where state in ('waiting', 'unknown', 'open', 'approved') and payment_id < first_id($1::date))
    as attempts`,
    [`${month}-01`],
  )
  return rows[0]!
}

export type Dropped = {
  readonly month: Month
  readonly events: bigint
  readonly deliveries: bigint
  readonly droppedAt: Date
}

/** The months that were dropped, in order. */
export async function droppedMonths(db: Queries): Promise<Dropped[]> {
  const { rows } = await db.query<Dropped>(
    `select to_char(month, 'YYYY-MM') as month, events, deliveries, dropped_at as "droppedAt"
from dropped_months order by month`,
  )
  return rows
}
