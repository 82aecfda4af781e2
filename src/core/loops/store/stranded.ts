/** How many attempts wait for rails that aren't there. */
import type { Queries } from "../../../db/database.ts"

export type StrandedRow = { readonly rail: string; readonly count: number }

/**
 * Counts the attempts without an end, by rail, except those of the rails that are given. It walks
 * over all that have none, in an index of their own: what has ended costs nothing.
 */
export async function countStranded(
  db: Queries,
  rails: readonly string[],
): Promise<readonly StrandedRow[]> {
  const { rows } = await db.query<StrandedRow>(
    `select rail, count(*)::int as count from attempts
where state in ('waiting', 'unknown', 'open') and rail <> all($1) group by rail order by rail`,
    [rails],
  )
  return rows
}
