/** Round trip two: writes what a batch decided, one statement a table, in one fixed order. */
import type { Call, Queries, Result } from "../../db/database.ts"
import { appendCall } from "../audit/store.ts"
import type { Draft, Shelf } from "../draft.ts"
import { assert } from "../refusal.ts"
import * as schema from "./schema.ts"
import { insertRows, type Table, updateRows } from "./tables.ts"

/** A statement and how many rows it must touch. */
export type Write = { readonly call: Call; readonly rows: number }

/**
 * The statements that write `draft`; none when nothing was decided. Accounts come late, as they are
 * what other nodes wait for, and the audit log last, whose end all who append wait for.
 */
export function writes(draft: Draft, batchId: string): Write[] {
  const lists = [
    shelfWrites(schema.customers, draft.customers),
    shelfWrites(schema.instruments, draft.instruments),
    shelfWrites(schema.payments, draft.payments),
    shelfWrites(schema.refunds, draft.refunds),
    shelfWrites(schema.attempts, draft.attempts),
    shelfWrites(schema.xpubs, draft.xpubs),
    shelfWrites(schema.addresses, draft.addresses),
    shelfWrites(schema.sightings, draft.sightings),
    insertOnly(
      schema.events,
      [...draft.events.inserted.values()].map((told) => told.event),
    ),
    insertOnly(schema.deliveries, [...draft.deliveries.inserted.values()]),
    shelfWrites(schema.answers, draft.answers),
    shelfWrites(schema.tallies, draft.tallies),
    shelfWrites(schema.accounts, draft.accounts),
    insertOnly(schema.transfers, [...draft.transfers.inserted.values()]),
    appended([...draft.audits.inserted.values()]),
  ].flat()
  if (lists.length === 0) return []
  const batch: Write = {
    call: { text: BATCH, params: [batchId, false, draft.now] },
    rows: 1,
  }
  return [batch, ...lists]
}

function appended(entries: readonly string[]): Write[] {
  return entries.length === 0 ? [] : [{ call: appendCall(entries), rows: 1 }]
}

/** Stops when a statement touched other rows than it was given: the second line of defence. */
export function checkWritten(written: readonly Write[], results: readonly Result[]): void {
  for (const [at, write] of written.entries()) {
    const { rowCount } = results[at]!
    assert(rowCount === write.rows, `wrote ${rowCount} rows, not ${write.rows}: ${write.call.text}`)
  }
}

const BATCH = "insert into batches (id, given_up, created_at) values ($1, $2, $3)"

/**
 * Whether a batch of this id was committed or given up; null when neither is written. A server that
 * was started anew shows what its standby may not have yet. So this writes, and its own commit,
 * which waits for that standby, is behind the one that it asks about.
 */
export async function fateOf(db: Queries, batchId: string): Promise<"committed" | "lost" | null> {
  const { rows } = await db.query<{ givenUp: boolean }>(
    'update batches set given_up = given_up where id = $1 returning given_up as "givenUp"',
    [batchId],
  )
  const [row] = rows
  if (!row) return null
  return row.givenUp ? "lost" : "committed"
}

/**
 * Takes a batch's id, so that it can't be committed any more. Waits for whoever is at it, and
 * rejects with a unique violation when that one, or an earlier claim, was first.
 */
export async function claimBatch(db: Queries, batchId: string, now: Date): Promise<void> {
  await db.query(BATCH, [batchId, true, now])
}

function shelfWrites<T>(table: Table<T>, shelf: Shelf<T>): Write[] {
  const updated = [...shelf.updated.values()]
  const updates =
    updated.length === 0 ? [] : [{ call: updateRows(table, updated), rows: updated.length }]
  return [...updates, ...insertOnly(table, [...shelf.inserted.values()])]
}

function insertOnly<T>(table: Table<T>, rows: T[]): Write[] {
  return rows.length === 0 ? [] : [{ call: insertRows(table, rows), rows: rows.length }]
}
