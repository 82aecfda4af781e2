/** Which merchants own what some ids name. */
import type { Queries } from "../../../db/database.ts"

/** Whose these are, of whatever kind: payments, refunds, stored accounts, customers, endpoints. */
export async function ownersOf(db: Queries, ids: readonly string[]): Promise<string[]> {
  const tables = ["payments", "refunds", "instruments", "customers", "endpoints"]
  const { rows } = await db.query<{ owner: string }>(
    tables
      .map((table) => `select merchant_id as owner from ${table} where id = any($1::uuid[])`)
      .join("\nunion all "),
    [ids],
  )
  return rows.map(({ owner }) => owner)
}
