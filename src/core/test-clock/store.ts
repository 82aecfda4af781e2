/** How far a sandbox's time was moved: one row for all nodes. */
import type { Queries } from "../../db/database.ts"

/** Milliseconds that it is ahead; 0 where it was never moved. */
export async function readAheadMs(db: Queries): Promise<number> {
  const { rows } = await db.query<{ aheadMs: number }>(
    `select ahead_ms::float8 as "aheadMs" from test_clock`,
  )
  return rows[0]?.aheadMs ?? 0
}

/** The same, locked until the transaction ends. */
export async function lockAheadMs(transaction: Queries): Promise<number> {
  await transaction.query(
    "insert into test_clock (ahead_ms) values (0) on conflict (only_row) do nothing",
  )
  const { rows } = await transaction.query<{ aheadMs: number }>(
    `select ahead_ms::float8 as "aheadMs" from test_clock for update`,
  )
  return rows[0]!.aheadMs
}

/** Writes how far it is ahead from now on. */
export async function writeAheadMs(transaction: Queries, aheadMs: number): Promise<void> {
  await transaction.query("update test_clock set ahead_ms = $1", [BigInt(aheadMs)])
}
