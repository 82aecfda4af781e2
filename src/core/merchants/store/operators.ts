/** The keys of operators, by their hashes. */
import type { Queries } from "../../../db/database.ts"

export type OperatorKey = {
  readonly id: string
  /** Whose it is, for people. */
  readonly name: string
  /** The key's hash. */
  readonly lookup: string
  readonly createdAt: Date
  readonly revokedAt: Date | null
}

const columns = `k.id, k.name, k.lookup, k.created_at as "createdAt", k.revoked_at as "revokedAt"`

/** Adds a key, or answers the one that is there under the same hash. */
export async function insertOperatorKey(db: Queries, key: OperatorKey): Promise<OperatorKey> {
  await db.query(
    `insert into operator_keys (id, name, lookup, created_at) values ($1, $2, $3, $4)
on conflict (lookup) do nothing`,
    [key.id, key.name, key.lookup, key.createdAt],
  )
  const { rows } = await db.query<OperatorKey>(
    `select ${columns} from operator_keys k where k.lookup = $1`,
    [key.lookup],
  )
  return rows[0]!
}

/** The key that a hash names, unless it was revoked. */
export async function findOperatorKey(db: Queries, lookup: string): Promise<OperatorKey | null> {
  const { rows } = await db.query<OperatorKey>(
    `select ${columns} from operator_keys k where k.lookup = $1 and k.revoked_at is null`,
    [lookup],
  )
  return rows[0] ?? null
}

/** All keys, newest first. */
export async function listOperatorKeys(db: Queries): Promise<OperatorKey[]> {
  const { rows } = await db.query<OperatorKey>(
    `select ${columns} from operator_keys k order by k.id desc`,
  )
  return rows
}

/** Ends a key: answers whether it was in use; null when there is none. */
export async function revokeOperatorKey(
  db: Queries,
  id: string,
  now: Date,
): Promise<boolean | null> {
  const { rowCount } = await db.query(
    "update operator_keys set revoked_at = $2 where id = $1 and revoked_at is null",
    [id, now],
  )
  if (rowCount === 1) return true
  const { rows } = await db.query("select 1 from operator_keys where id = $1", [id])
  return rows.length > 0 ? false : null
}
