/** How far each chain was read, and which node reads it. */
import type { Queries } from "../../db/database.ts"

/** A chain that a node reads: nobody else does until its lease has run out. */
export type Cursor = {
  readonly position: string | null
  readonly fence: number
}

export type CursorClaim = {
  readonly name: string
  readonly rail: string
  readonly node: string
  readonly now: Date
  readonly until: Date
}

/** Takes a chain to read; null while another node has it. */
export async function claimCursor(db: Queries, claim: CursorClaim): Promise<Cursor | null> {
  const { rows } = await db.query<Cursor>(
    `insert into cursors as c (name, rail, lease_owner, leased_until, fence, updated_at)
values ($1, $2, $3, $5, 1, $4)
on conflict (name) do update set lease_owner = $3, leased_until = $5, fence = c.fence + 1
where c.leased_until is null or c.leased_until <= $4 or c.lease_owner = $3
returning position, fence`,
    [claim.name, claim.rail, claim.node, claim.now, claim.until],
  )
  return rows[0] ?? null
}

/** Lets others read a chain at once. */
export async function releaseCursors(db: Queries, node: string): Promise<void> {
  await db.query("update cursors set leased_until = null where lease_owner = $1", [node])
}

/** The chains of a rail that were ever read; or, of these, those that nobody reads now. */
export async function readChains(
  db: Queries,
  rail: string,
  unreadAt: Date | null = null,
): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from cursors where rail = $1 and position is not null
  and ($2::timestamptz is null or leased_until is null or leased_until <= $2) order by name`,
    [rail, unreadAt],
  )
  return rows.map(({ name }) => name)
}

/** Lets others read a chain that this node can't read. */
export async function releaseCursor(
  db: Queries,
  claim: Pick<CursorClaim, "name" | "node">,
): Promise<void> {
  await db.query("update cursors set leased_until = null where name = $1 and lease_owner = $2", [
    claim.name,
    claim.node,
  ])
}
