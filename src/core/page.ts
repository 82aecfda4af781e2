/** Lists come in pages, newest first; a cursor is the id of the last row of the page before. */

export type PageRequest = { readonly limit: number; readonly before: string | null }
export type Page<T> = { readonly items: readonly T[]; readonly cursor: string | null }

/** Below every id, and above it: where a list begins, or ends, that nobody gave a place. */
export const FIRST_ID = "00000000-0000-0000-0000-000000000000"
export const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"

/** No page is longer, whatever is asked for. */
export const PAGE_MAX = 100

/** Makes a page of rows that were read with one more than `limit`. */
export function pageOf<T>(rows: readonly T[], limit: number, idOf: (row: T) => string): Page<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, cursor: rows.length > limit && last !== undefined ? idOf(last) : null }
}
