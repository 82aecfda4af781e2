/** What merchants prove themselves with: found, listed, made, ended. */
import { arrayLiteral, type Queries } from "../../../db/database.ts"
import type { DialectName } from "../../payments/payment.ts"
import type { Merchant, Terms } from "../merchant.ts"
import type { Scope } from "../scopes.ts"
import { findMerchant, findTerms } from "../store.ts"

/** How a client proves who it is in a dialect. */
export type Credential = {
  readonly id: string
  readonly merchantId: string
  readonly dialect: DialectName
  /** `key`: the lookup is a secret's hash. `pair`: a public key with a hashed secret. `login`: a
   * user name with a password's verifier. */
  readonly kind: "key" | "pair" | "login"
  readonly lookup: string
  readonly verifier: string | null
  /** Credentials that were made together have it in common. */
  readonly issueId: string
  readonly name: string | null
  /** The last four characters of the secret; null for a password, and where nobody noted it. */
  readonly hint: string | null
  /** What it may do in the native API; null for all. */
  readonly scopes: readonly Scope[] | null
  readonly createdAt: Date
  /** From when on it is no longer taken; null for never. */
  readonly expiresAt: Date | null
  /** About when it was used last, at most an hour off; null where that isn't known. */
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
  /** The issue that was made to take its place. */
  readonly rolledTo: string | null
}

const columns = `c.id, c.merchant_id as "merchantId", c.dialect, c.kind, c.lookup, c.verifier,
coalesce(c.issue_id, c.id) as "issueId", c.name, c.hint, c.scopes, c.created_at as "createdAt",
c.expires_at as "expiresAt", c.last_used_at as "lastUsedAt", c.revoked_at as "revokedAt",
c.rolled_to as "rolledTo"`

/** Adds credentials; an id or a lookup that is taken rejects with a unique violation. */
export async function insertCredentials(
  db: Queries,
  credentials: readonly Credential[],
): Promise<void> {
  for (const each of credentials) {
    await db.query(
      `insert into credentials (id, merchant_id, dialect, kind, lookup, verifier, issue_id, name,
  hint, scopes, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text[], $11, $12)`,
      [
        each.id,
        each.merchantId,
        each.dialect,
        each.kind,
        each.lookup,
        each.verifier,
        each.issueId,
        each.name,
        each.hint,
        each.scopes && arrayLiteral(each.scopes),
        each.createdAt,
        each.expiresAt,
      ],
    )
  }
}

export type Found = {
  readonly credential: Credential
  readonly merchant: Merchant
  readonly terms: Terms
}

/** The credential that a lookup names, with its merchant and terms; null when none is in use. */
export async function findCredential(
  db: Queries,
  by: {
    readonly dialect: DialectName
    readonly kind: Credential["kind"]
    readonly lookup: string
  },
  now: Date,
): Promise<Found | null> {
  const { rows } = await db.query<Credential>(
    `select ${columns} from credentials c
where c.dialect = $1 and c.kind = $2 and c.lookup = $3 and c.revoked_at is null
  and (c.expires_at is null or c.expires_at > $4)`,
    [by.dialect, by.kind, by.lookup, now],
  )
  const credential = rows[0]
  if (!credential) return null
  const merchant = await findMerchant(db, credential.merchantId)
  const terms = await findTerms(db, credential.merchantId, by.dialect)
  return merchant && terms ? { credential, merchant, terms } : null
}

/** A merchant's credentials, newest first. */
export async function listCredentials(db: Queries, merchantId: string): Promise<Credential[]> {
  const { rows } = await db.query<Credential>(
    `select ${columns} from credentials c where c.merchant_id = $1 order by c.id desc`,
    [merchantId],
  )
  return rows
}

/** What was made together, locked until the transaction ends; empty when there is nothing. */
export async function lockIssue(
  transaction: Queries,
  merchantId: string,
  issueId: string,
): Promise<Credential[]> {
  const { rows } = await transaction.query<Credential>(
    `select ${columns} from credentials c
where c.merchant_id = $1 and coalesce(c.issue_id, c.id) = $2 order by c.id for no key update`,
    [merchantId, issueId],
  )
  return rows
}

/** Ends credentials of a merchant, and answers how many of them were not ended before. */
export async function revokeCredentials(
  db: Queries,
  merchantId: string,
  ids: readonly string[],
  now: Date,
): Promise<number> {
  const { rowCount } = await db.query(
    `update credentials set revoked_at = $3
where id = any($1::uuid[]) and merchant_id = $2 and revoked_at is null`,
    [arrayLiteral(ids), merchantId, now],
  )
  return rowCount ?? 0
}

/** Writes down which issue takes the place of credentials, and until when they are taken yet. */
export async function rollCredentials(
  db: Queries,
  ids: readonly string[],
  rolledTo: string,
  expiresAt: Date,
): Promise<void> {
  await db.query(
    `update credentials set rolled_to = $2, expires_at = least(expires_at, $3)
where id = any($1::uuid[])`,
    [arrayLiteral(ids), rolledTo, expiresAt],
  )
}

/** How many issues of a merchant are in use in a dialect. */
export async function countIssues(
  db: Queries,
  merchantId: string,
  dialect: DialectName,
  now: Date,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(distinct coalesce(c.issue_id, c.id))::int as count from credentials c
where c.merchant_id = $1 and c.dialect = $2 and c.revoked_at is null
  and (c.expires_at is null or c.expires_at > $3)`,
    [merchantId, dialect, now],
  )
  return rows[0]!.count
}

/** Notes that a credential was used; what was noted since stays. */
export async function touchCredential(db: Queries, id: string, now: Date): Promise<void> {
  await db.query(
    `update credentials set last_used_at = $2
where id = $1 and (last_used_at is null or last_used_at < $2)`,
    [id, now],
  )
}
