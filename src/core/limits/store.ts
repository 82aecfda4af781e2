/** What nodes count together: uses within a window, and failures that wear off. */
import type { Queries } from "../../db/database.ts"

/** How a window stands: how often it was used, and when it ends. */
export type Used = { readonly used: number; readonly until: Date }

/**
 * Adds `count` uses to what is counted under `key`, in a window that ends at `until` unless one is
 * open; answers how that window stands then. A count below zero takes uses back. No window ends
 * later than one that begins now: clocks of nodes may differ by a little.
 */
export async function addUses(
  db: Queries,
  key: string,
  count: number,
  { now, until }: { readonly now: Date; readonly until: Date },
): Promise<Used> {
  const { rows } = await db.query<Used>(
    `insert into limits as l (key, used, until) values ($1, greatest($2::int4, 0), $4)
on conflict (key) do update set
  used = greatest(case when l.until > $3 then l.used else 0 end + $2::int4, 0),
  until = case when l.until > $3 then least(l.until, excluded.until) else excluded.until end
returning l.used, l.until`,
    [key, count, now, until],
  )
  return rows[0]!
}

/** When the last failure under each key will have worn off; keys without one are left out. */
export async function failuresUntil(
  db: Queries,
  keys: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await db.query<{ key: string; until: Date }>(
    "select key, until from limits where key = any($1::text[]) and until > $2",
    [keys, now],
  )
  return new Map(rows.map(({ key, until }) => [key, until]))
}

/** A failure to be counted: how long it takes to wear off, and how many there are at most. */
export type Failure = { readonly key: string; readonly wearOffMs: number; readonly most: number }

/** Adds one failure under each key; in the order of keys, so that nodes don't lock crosswise. */
export async function addFailures(
  db: Queries,
  failures: readonly Failure[],
  now: Date,
): Promise<void> {
  await db.query(
    `insert into limits as l (key, used, until)
select n.key, 0, $4::timestamptz + n.wears * interval '1 millisecond'
from unnest($1::text[], $2::int4[], $3::int4[]) as n (key, wears, most) order by n.key
on conflict (key) do update set until = least(
  greatest(l.until, $4) + (excluded.until - $4),
  $4 + (select n.most::int8 * n.wears from unnest($1::text[], $2::int4[], $3::int4[])
    as n (key, wears, most) where n.key = l.key) * interval '1 millisecond')`,
    [
      failures.map(({ key }) => key),
      failures.map(({ wearOffMs }) => wearOffMs),
      failures.map(({ most }) => most),
      now,
    ],
  )
}

/** Forgets what is counted under these keys. */
export async function forget(db: Queries, keys: readonly string[]): Promise<void> {
  await db.query("delete from limits where key = any($1::text[])", [keys])
}
