/** What a database says of itself: its settings, its sessions, its tables, what is late in it. */
import type { Queries } from "../../db/database.ts"

export type ServerFacts = {
  /** `18.4` */
  readonly version: string
  /** Settings that decide whether what was committed survives, and some beside. */
  readonly settings: Readonly<Record<string, string>>
  readonly connections: number
  readonly connectionsMax: number
  readonly bytes: number
  /** Since when the oldest open transaction keeps old rows alive; null when none is open. */
  readonly oldestTransactionMs: number | null
  /** Of 2,000,000,000, at which a database stops to take writes. */
  readonly age: number
}

const SETTINGS = [
  ...["fsync", "synchronous_commit", "full_page_writes", "synchronous_standby_names"],
  ...["autovacuum", "data_checksums", "wal_level"],
]

/** The server and this database. */
export async function readServer(db: Queries): Promise<ServerFacts> {
  const { rows } = await db.query<ServerFacts>(
    `select current_setting('server_version') as version,
  (select jsonb_object_agg(name, setting) from pg_settings where name = any($1)) as settings,
  (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
  current_setting('max_connections')::int as "connectionsMax",
  pg_database_size(current_database())::float8 as bytes,
  (select (extract(epoch from max(a.query_start - a.xact_start)) * 1000)::float8
   from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid()
     and a.backend_type = 'client backend') as "oldestTransactionMs",
  (select age(datfrozenxid)::int from pg_database where datname = current_database()) as age`,
    [SETTINGS],
  )
  return rows[0]!
}

export type TableFacts = {
  readonly table: string
  readonly live: number
  readonly dead: number
  readonly bytes: number
}

/** Tables with many rows that were replaced and not yet cleaned away, the worst first. */
export async function readDead(db: Queries, atLeast: number): Promise<TableFacts[]> {
  const { rows } = await db.query<TableFacts>(
    `select relname as "table", n_live_tup::float8 as live, n_dead_tup::float8 as dead,
  pg_total_relation_size(relid)::float8 as bytes
from pg_stat_user_tables where n_dead_tup >= $1 order by n_dead_tup desc limit 10`,
    [atLeast],
  )
  return rows
}

export type LateFacts = {
  /** Webhooks that were due longer ago than anybody should wait. */
  readonly count: number
  readonly since: Date | null
}

/** Webhooks that nobody has sent in time; counted up to `most`. */
export async function readLate(db: Queries, before: Date, most: number): Promise<LateFacts> {
  const { rows } = await db.query<LateFacts>(
    `with late as (select d.due_at from deliveries d where d.due_at < $1 limit $2)
select count(*)::int as count, min(due_at) as since from late`,
    [before, most],
  )
  return rows[0]!
}

export type CursorFacts = {
  readonly name: string
  readonly rail: string
  readonly updatedAt: Date
  readonly leasedUntil: Date | null
}

/** How far each chain was read, and whether somebody reads it. */
export async function readCursors(db: Queries): Promise<CursorFacts[]> {
  const { rows } = await db.query<CursorFacts>(
    `select name, rail, updated_at as "updatedAt", leased_until as "leasedUntil"
from cursors where position is not null order by name`,
  )
  return rows
}
