/**
 * Takes a database back to what it was: what a run added goes, and what it changed is restored. A
 * copy of its own for each run would cost more than the run, and so would the new connections.
 */
import type { Database } from "../../src/db/database.ts"

type TableRow = {
  readonly name: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
}

/** Children first, so that nothing is deleted that something still names. */
async function tablesOf(db: Database): Promise<readonly TableRow[]> {
  const { rows } = await db.query<TableRow>(
    `select c.relname as name,
  array(select quote_ident(a.attname) from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    order by a.attnum)::text[] as columns,
  array(select quote_ident(a.attname) from pg_index i join pg_attribute a
    on a.attrelid = c.oid and a.attnum = any(i.indkey)
    where i.indrelid = c.oid and i.indisprimary)::text[] as key
from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1`,
  )
  const { rows: links } = await db.query<{ child: string; parent: string }>(
    `select a.relname as child, b.relname as parent from pg_constraint f
join pg_class a on a.oid = f.conrelid join pg_class b on b.oid = f.confrelid
where f.contype = 'f' and a.oid <> b.oid`,
  )
  const order: TableRow[] = []
  const visit = (table: TableRow): void => {
    if (order.includes(table)) return
    for (const { child, parent } of links) {
      if (parent === table.name) visit(rows.find(({ name }) => name === child)!)
    }
    order.push(table)
  }
  for (const table of rows) visit(table)
  return order
}

/** Keeps what a database has now; `select keep.restore()` brings it back. */
export async function keepRows(db: Database): Promise<void> {
  await letRestore(db)
  await db.query("create schema keep")
  const deletions: string[] = []
  const restorations: string[] = []
  for (const { columns, key, name } of await tablesOf(db)) {
    const { rows } = await db.query<{ any: boolean }>(`select exists (select from ${name}) as any`)
    if (!rows[0]!.any) {
      deletions.push(`delete from ${name};`)
      continue
    }
    await db.query(`create table keep.${name} as table ${name}`)
    const same = key.map((column) => `k.${column} = t.${column}`).join(" and ")
    const list = columns.join(", ")
    deletions.push(
      `delete from ${name} t where not exists (select from keep.${name} k where ${same});`,
    )
    restorations.push(
      `update ${name} t set (${list}) = (select ${list} from keep.${name} k where ${same})
where t::text <> (select k::text from keep.${name} k where ${same});`,
      `insert into ${name} (${list}) select ${list} from keep.${name} k
where not exists (select from ${name} t where ${same});`,
    )
  }
  await db.query(`create function keep.restore() returns void language plpgsql as $$
begin
perform set_config('torture.restores', 'yes', true);
${[...deletions, ...restorations.toReversed()].join("\n")}
end $$`)
}

/** What may only be added to stays so for the program; taking it back is ours. */
async function letRestore(db: Database): Promise<void> {
  const { rows } = await db.query<{ name: string; on: string; definition: string }>(
    `select quote_ident(tgname) as name, tgrelid::regclass::text as on,
  pg_get_triggerdef(oid) as definition
from pg_trigger where not tgisinternal and tgparentid = 0 and tgfoid = 'refuse_change'::regproc`,
  )
  const others = "when (current_setting('torture.restores', true) is distinct from 'yes')"
  for (const { definition, name, on } of rows) {
    await db.query(`drop trigger ${name} on ${on}`)
    await db.query(definition.replace(" EXECUTE FUNCTION", ` ${others} EXECUTE FUNCTION`))
  }
}
