/** Which node works with a rail's folder at the moment, and which folder that is. */
import type { Queries } from "../../../db/database.ts"

/**
 * Whether a lease still holds. In a transaction nobody can take it over until that ends, so that
 * whatever the transaction writes is written by the one who holds it.
 */
export async function isHeld(db: Queries, name: string, fence: number): Promise<boolean> {
  const { rows } = await db.query(
    "select c.fence from cursors c where c.name = $1 and c.fence = $2 for share",
    [name, fence],
  )
  return rows.length === 1
}

/** Prolongs a lease; false when somebody has taken it over. */
export async function prolong(
  db: Queries,
  lease: {
    readonly name: string
    readonly fence: number
    readonly now: Date
    readonly until: Date
  },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update cursors set leased_until = $3, updated_at = $4 where name = $1 and fence = $2`,
    [lease.name, lease.fence, lease.until, lease.now],
  )
  return rowCount === 1
}

/**
 * Stands for a folder's mark once the database is another copy than before: what it knows may be
 * older than what left, and orders that wait in it may be at the bank already.
 */
export const OTHER_COPY = "another copy of the database"

/** Stands for the mark of any folder: an operator said that the next one found is the one. */
export const ANY_FOLDER = "any folder"

/** The mark for a folder that has none: the same as long as this installation lives. */
export async function ownMark(db: Queries): Promise<string | null> {
  const { rows } = await db.query<{ mark: string }>(
    "select left(encode(sha256(i.key_check_sealed), 'hex'), 32) as mark from installation i",
  )
  return rows[0]?.mark ?? null
}

/** Lets no rail use its folder until an operator says so. */
export async function doubtFolders(db: Queries): Promise<void> {
  await db.query("update exchanges set mark = $1", [OTHER_COPY])
}

/** The mark of the folder that a rail worked with before; null when there was none. */
export async function markOf(db: Queries, rail: string): Promise<string | null> {
  const { rows } = await db.query<{ mark: string }>(
    "select e.mark from exchanges e where e.rail = $1",
    [rail],
  )
  return rows[0]?.mark ?? null
}

/** Writes down which folder a rail works with from now on, unless that is known already. */
export async function writeMark(
  db: Queries,
  exchange: { readonly rail: string; readonly mark: string; readonly now: Date },
): Promise<void> {
  await db.query(
    `insert into exchanges as e (rail, mark, created_at) values ($1, $2, $3)
on conflict (rail) do update set mark = excluded.mark where e.mark = $4`,
    [exchange.rail, exchange.mark, exchange.now, ANY_FOLDER],
  )
}
