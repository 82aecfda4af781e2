/** Boxes read and replaced a page at a time, and which master keys the installation uses. */
import type { Queries } from "../../db/database.ts"
import type { SealedColumn } from "./columns.ts"

/** One row of a page: its primary key as text, and its box; null where it has none. */
export type BoxRow = { readonly key: readonly string[]; readonly box: Buffer | string | null }

/** The next rows in the order of the primary key, after `after` or from the first. */
export async function readBoxes(
  db: Queries,
  about: SealedColumn,
  after: readonly string[] | null,
  most: number,
): Promise<BoxRow[]> {
  const names = about.key.map(([name]) => `t.${name}`).join(", ")
  const given = about.key.map(([, type], at) => `$${at + 2}::text::${type}`).join(", ")
  const where = after === null ? "" : `where (${names}) > (${given})`
  const { rows } = await db.query<BoxRow>(
    `select array[${about.key.map(([name]) => `t.${name}::text`).join(", ")}] as key,
${boxOf(about)} as box from ${about.table} t ${where} order by ${names} limit $1`,
    [most, ...(after ?? [])],
  )
  return rows
}

/** A box and what takes its place. */
export type Resealed = {
  readonly key: readonly string[]
  readonly old: Buffer | string
  readonly box: Buffer | string
}

/**
 * Replaces boxes; answers how many, and those whose rows are in use. A box that changed meanwhile
 * stays as it is. Nobody waits for a row here, so nothing can lock crosswise with the engine.
 */
export async function replaceBoxes(
  db: Queries,
  about: SealedColumn,
  resealed: readonly Resealed[],
): Promise<{ readonly replaced: number; readonly busy: readonly Resealed[] }> {
  const columns = about.key.map((_, at) => `k${at}`)
  const type = about.member === null ? "bytea" : "text"
  const same = about.key.map(([name, kind], at) => `t.${name} = n.k${at}::${kind}`).join(" and ")
  const types = [...columns.map(() => "text"), type, type]
  const [merchants, locked] = about.renewsMerchant
    ? ["join merchants m on m.id = t.merchant_id", "t, m"]
    : ["", "t"]
  const arrays = types.map((each, at) => `$${at + 1}::${each}[]`).join(", ")
  const { rows } = await db.query<{ at: number; done: boolean }>(
    `with n as (
  select * from unnest(${arrays}) with ordinality as n (${columns.join(", ")}, old, box, at)
), still as (
  select n.* from ${about.table} t join n on ${same} where ${boxOf(about)} = n.old
), free as (
  select n.* from ${about.table} t join n on ${same} ${merchants} where ${boxOf(about)} = n.old
  for no key update of ${locked} skip locked
), done as (
  update ${about.table} t set ${about.column} = ${newValue(about)} from free n where ${same}
  returning n.at
)
select still.at::int, done.at is not null as done from still left join done on done.at = still.at`,
    [
      ...columns.map((_, at) => resealed.map(({ key }) => key[at]!)),
      resealed.map(({ old }) => old),
      resealed.map(({ box }) => box),
    ],
  )
  const busy = rows.filter(({ done }) => !done).map(({ at }) => resealed[at - 1]!)
  return { replaced: rows.length - busy.length, busy }
}

function boxOf({ column, member }: SealedColumn): string {
  return member === null ? `t.${column}` : `t.${column} ->> '${member}'`
}

function newValue({ column, member }: SealedColumn): string {
  return member === null ? "n.box" : `jsonb_set(t.${column}, '{${member}}', to_jsonb(n.box))`
}

/** Every column of every table whose name says that it is sealed, as `table.column`. */
export async function sealedColumnsInCatalogue(db: Queries): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select c.relname || '.' || a.attname as name from pg_class c
join pg_attribute a on a.attrelid = c.oid
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
  and not c.relispartition and not a.attisdropped and a.attname like '%\\_sealed'
order by name`,
  )
  return rows.map(({ name }) => name)
}

/** A master key that seals, or sealed. */
export type KnownKey = {
  readonly id: string
  readonly firstUsedAt: Date
  readonly retiredAt: Date | null
}

/** All master keys that ever sealed here, the first one first. */
export async function listKeys(db: Queries): Promise<KnownKey[]> {
  const { rows } = await db.query<KnownKey>(
    `select id, first_used_at as "firstUsedAt", retired_at as "retiredAt" from master_keys
order by first_used_at, id`,
  )
  return rows
}

/** Writes down that a key seals from now on, or again. */
export async function useKey(db: Queries, id: string, now: Date): Promise<void> {
  await db.query(
    `insert into master_keys as k (id, first_used_at) values ($1, $2)
on conflict (id) do update set retired_at = null where k.retired_at is not null`,
    [id, now],
  )
}

/** Retires every key but these; answers which. */
export async function retireKeys(
  db: Queries,
  inUse: readonly string[],
  now: Date,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `update master_keys set retired_at = $2 where retired_at is null and not id = any($1::text[])
returning id`,
    [inUse, now],
  )
  return rows.map(({ id }) => id)
}

/**
 * How many connections of ours to this database are older than the one that asks: those of a
 * gateway that runs.
 */
export async function olderConnections(db: Queries): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity a
join pg_stat_activity own on own.pid = pg_backend_pid()
where a.datname = own.datname and a.application_name in ('caudal', 'caudal writer')
  and a.backend_start < own.backend_start`,
  )
  return rows[0]!.count
}
