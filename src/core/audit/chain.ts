/** Walks along the audit log's chain and says where it breaks. */
import type { Queries } from "../../db/database.ts"
import { BEGINNING, hashOf } from "./entry.ts"
import { type AuditRow, readHead, rowAt, rowsAfter } from "./store.ts"

/** A place in the chain: the row at it was read, and so were all before. */
export type Place = { readonly position: bigint; readonly hash: Buffer }

export const START: Place = { position: 0n, hash: BEGINNING }

/** The first row that is wrong, by its number, and why. */
export type Broken = { readonly position: bigint; readonly why: string }

export type Walked = {
  readonly place: Place
  readonly broken: Broken | null
  readonly rows: number
}

/** Rows that are held in memory at a time. */
const ROWS_AT_ONCE = 500

/**
 * Walks from a place to the end, or over `most` rows; `visit` sees each row that holds. Run it in a
 * snapshot: the end of the chain must be that of the rows.
 */
export async function walk(
  db: Queries,
  from: Place,
  {
    most = Number.POSITIVE_INFINITY,
    visit,
  }: { most?: number; visit?: (row: AuditRow) => void } = {},
): Promise<Walked> {
  let place = from
  let rows = 0
  while (rows < most) {
    const part = await rowsAfter(db, place.position, Math.min(ROWS_AT_ONCE, most - rows))
    for (const row of part) {
      const why = flawIn(row, place)
      if (why !== null) return { place, rows, broken: { position: place.position + 1n, why } }
      visit?.(row)
      place = row
      rows += 1
    }
    if (part.length === 0) return { place, rows, broken: await flawAtEnd(db, place) }
  }
  return { place, rows, broken: null }
}

function flawIn(row: AuditRow, before: Place): string | null {
  if (row.position !== before.position + 1n) return `missing: the next one is ${row.position}`
  if (!hashOf(before.hash, row.position, row.content).equals(row.hash)) {
    return "its content, or the row before it, is not what was hashed"
  }
  return atOf(row) === row.at.toISOString() ? null : "its time is not that of its content"
}

function atOf({ content }: AuditRow): unknown {
  return (JSON.parse(content) as { at?: unknown }).at
}

async function flawAtEnd(db: Queries, last: Place): Promise<Broken | null> {
  const head = await readHead(db)
  if (head.position === last.position && head.hash.equals(last.hash)) return null
  const why = `the log ends with row ${last.position}, and ${head.position} were written`
  return { position: last.position + 1n, why }
}

/** Whether a place that was walked to before is still as it was. */
export async function stillHolds(db: Queries, place: Place): Promise<boolean> {
  if (place.position === 0n) return true
  return (await rowAt(db, place.position))?.hash.equals(place.hash) ?? false
}
