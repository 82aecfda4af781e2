/** Whom marks find, and whose are still to be made: of customers, and of instruments for them. */
import type { Queries } from "../../../db/database.ts"

/** More people of one name than anybody looks through; the newest of them. */
const FOUND_MAX = 1_000

/**
 * The customers whose own marks, or those of an account of theirs, hold one of the sets whole;
 * newest first. `merchantId` null: anybody's, whose marks the sets were made for.
 */
export async function customersMarked(
  db: Queries,
  merchantId: string | null,
  sets: readonly string[],
): Promise<string[]> {
  if (sets.length === 0) return []
  const own = merchantId === null ? "" : "and o.merchant_id = $2"
  const { rows } = await db.query<{ id: string }>(
    `select distinct found.id from unnest($1::text[]) as asked (marks) cross join lateral (
  select o.id from customers o where o.marks is not null
    and string_to_array(o.marks, ' ') @> string_to_array(asked.marks, ' ') ${own}
  union all
  select o.customer_id from instruments o where o.marks is not null
    and string_to_array(o.marks, ' ') @> string_to_array(asked.marks, ' ') ${own}
) found order by found.id desc limit ${FOUND_MAX}`,
    merchantId === null ? [sets] : [sets, merchantId],
  )
  return rows.map(({ id }) => id)
}

/** What marks are kept of. */
export const MARKED = {
  customers: "person_sealed",
  instruments: "details_sealed",
} as const
export type Marked = keyof typeof MARKED

export type Unmarked = {
  readonly id: string
  readonly merchantId: string
  readonly box: Buffer
}

/** Rows without marks, or with those of a key that is no longer given. */
export async function unmarked(
  db: Queries,
  table: Marked,
  goneKeys: readonly string[],
  most: number,
): Promise<Unmarked[]> {
  const read = `o.id, o.merchant_id as "merchantId", o.${MARKED[table]} as box from ${table} o`
  const { rows } = await db.query<Unmarked>(
    `(select ${read} where o.marks is null order by o.id limit $2)
union all
(select ${read} where o.marks is not null and string_to_array(o.marks, ' ') && $1::text[]
  order by o.id limit $2) limit $2`,
    [goneKeys, most],
  )
  return rows
}

/** Writes marks down, unless the row's box has been changed since. */
export async function writeMarks(
  db: Queries,
  table: Marked,
  made: readonly { readonly id: string; readonly marks: string }[],
): Promise<void> {
  await db.query(
    `update ${table} o set marks = u.marks
from unnest($1::uuid[], $2::text[]) as u (id, marks) where o.id = u.id`,
    [made.map(({ id }) => id), made.map(({ marks }) => marks)],
  )
}

/** The master keys that sealed something once and aren't among these. */
export async function keysGone(db: Queries, given: readonly string[]): Promise<string[]> {
  const text = "select k.id from master_keys k where k.id <> all($1::text[])"
  const { rows } = await db.query<{ id: string }>(text, [given])
  return rows.map(({ id }) => id)
}
