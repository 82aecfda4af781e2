/** What there is in a database, and what has come since the measuring began. */
import type { Database } from "../../src/db/database.ts"

/**
 * Takes down what makes each row of some tables dear to write: the indexes that no constraint rests
 * on, and the keys to other tables. Answers the statements that put them up again; keys are not
 * checked for the rows that are there by then, which are of our own making.
 */
export async function takeDown(
  database: Database,
  tables: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await database.query<{ down: string; up: string }>(
    `select format('drop index %s', i.indexrelid::regclass) as down,
  replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') as up
from pg_index i join pg_class c on c.oid = i.indrelid
left join pg_inherits part on part.inhrelid = c.oid
where (c.relname = any($1::text[]) or part.inhparent::regclass::text = any($1::text[]))
  and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
  and not exists (select from pg_inherits p where p.inhrelid = i.indexrelid)
union all
select format('alter table %s drop constraint %I', k.conrelid::regclass, k.conname),
  format('alter table %s add constraint %I %s not valid', k.conrelid::regclass, k.conname,
    pg_get_constraintdef(k.oid))
from pg_constraint k where k.contype = 'f' and k.conrelid::regclass::text = any($1::text[])`,
    [tables],
  )
  for (const { down } of rows) await database.query(down)
  return rows.map(({ up }) => up)
}

/** Payments that were made from an instant on, and the events that say so. */
export async function countSince(
  database: Database,
  at: Date,
): Promise<{ readonly payments: number; readonly events: number }> {
  const first = `${at.getTime().toString(16).padStart(12, "0")}${"0".repeat(20)}`
  const { rows } = await database.query<{ payments: number; events: number }>(
    `select (select count(*)::int from payments where id >= $1) as payments,
  (select count(*)::int from events where id >= $1 and type = 'payment.created') as events`,
    [first],
  )
  return rows[0]!
}

/** The size of all tables and indexes. */
export async function gigabytes(database: Database): Promise<number> {
  const { rows } = await database.query<{ size: number }>(
    "select pg_database_size(current_database())::float8 / 1e9 as size",
  )
  return rows[0]!.size
}
