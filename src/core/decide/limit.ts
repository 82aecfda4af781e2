/** A limit that all nodes share: so many within a window, counted in the commit that uses it up. */
import type { Draft } from "../draft.ts"

export type Limit = {
  /** Names what is counted, with nothing personal in it. */
  readonly key: string
  readonly most: number
  readonly windowMs: number
}

/** Counts one more, or answers false when the window is full. */
export function count(draft: Draft, limit: Limit): boolean {
  const row = draft.tallies.get(limit.key)
  if (row === null) {
    const expiresAt = new Date(draft.now.getTime() + limit.windowMs)
    draft.tallies.insert(limit.key, { key: limit.key, count: 1, expiresAt })
    return true
  }
  if (row.expiresAt <= draft.now) {
    const expiresAt = new Date(draft.now.getTime() + limit.windowMs)
    draft.tallies.put(limit.key, { ...row, count: 1, expiresAt })
    return true
  }
  if (row.count >= limit.most) return false
  draft.tallies.put(limit.key, { ...row, count: row.count + 1 })
  return true
}
