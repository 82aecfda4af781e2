/** The keys of operators, by their hashes. */
import { arrayLiteral, type Queries } from "../../../db/database.ts"
import type { OperatorScope } from "../scopes.ts"

export type OperatorKey = {
  readonly id: string
  /** Whose it is, for people. */
  readonly name: string
  /** The key's hash. */
  readonly lookup: string
  /** The last four characters of the key; null where nobody noted them. */
  readonly hint: string | null
  /** What it may do; null for all. */
  readonly scopes: readonly OperatorScope[] | null
  readonly createdAt: Date
  /** From when on it is no longer taken; null for never. */
  readonly expiresAt: Date | null
  /** About when it was used last, at most an hour off; null where that isn't known. */
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
  /** The key that was made to take its place. */
  readonly rolledTo: string | null
}

const columns = `k.id, k.name, k.lookup, k.hint, k.scopes, k.created_at as "createdAt",
k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt", k.revoked_at as "revokedAt",
k.rolled_to as "rolledTo"`

/** Adds a key, or answers the one that is there under the same hash or id. */
export async function insertOperatorKey(db: Queries, key: OperatorKey): Promise<OperatorKey> {
  await db.query(
    `insert into operator_keys (id, name, lookup, hint, scopes, created_at, expires_at)
values ($1, $2, $3, $4, $5::text[], $6, $7) on conflict do nothing`,
    [
      key.id,
      key.name,
      key.lookup,
      key.hint,
      key.scopes && arrayLiteral(key.scopes),
      key.createdAt,
      key.expiresAt,
    ],
  )
  const { rows } = await db.query<OperatorKey>(
    `select ${columns} from operator_keys k where k.lookup = $1 or k.id = $2`,
    [key.lookup, key.id],
  )
  return rows[0]!
}

/** The key that a hash names, unless it was revoked or has ended. */
export async function findOperatorKey(
  db: Queries,
  lookup: string,
  now: Date,
): Promise<OperatorKey | null> {
  const { rows } = await db.query<OperatorKey>(
    `select ${columns} from operator_keys k
where k.lookup = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2)`,
    [lookup, now],
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

/** One key, locked until the transaction ends; null when there is none. */
export async function lockOperatorKey(
  transaction: Queries,
  id: string,
): Promise<OperatorKey | null> {
  const { rows } = await transaction.query<OperatorKey>(
    `select ${columns} from operator_keys k where k.id = $1 for no key update`,
    [id],
  )
  return rows[0] ?? null
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

/** Writes down which key takes the place of one, and until when that is taken yet. */
export async function rollOperatorKey(
  db: Queries,
  id: string,
  rolledTo: string,
  expiresAt: Date,
): Promise<void> {
  await db.query(
    `update operator_keys set rolled_to = $2, expires_at = least(expires_at, $3) where id = $1`,
    [id, rolledTo, expiresAt],
  )
}

/** Notes that a key was used; what was noted since stays. */
export async function touchOperatorKey(db: Queries, id: string, now: Date): Promise<void> {
  await db.query(
    `update operator_keys set last_used_at = $2
where id = $1 and (last_used_at is null or last_used_at < $2)`,
    [id, now],
  )
}
