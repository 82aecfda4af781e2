/** A transfer on a chain as pages and clients see it. Pure. */

import type { SightingRead } from "../payments/store.ts"
import type { Rail } from "../rail.ts"
import type { Watch } from "../receiving.ts"
import type { SightingState } from "../store/schema.ts"

export type SightingView = {
  readonly asset: string
  readonly amount: bigint
  /** The transaction. */
  readonly reference: string
  readonly state: SightingState
  /** Blocks on top, its own included; 0 for one that left the chain. */
  readonly confirmations: number
  /** How many make it final; null where the chain itself says so. */
  readonly needed: number | null
  readonly explorerUrl: string | null
  /** The time of its block. */
  readonly at: Date
}

/** The views of what was read. */
export function viewsOf(
  rows: readonly SightingRead[],
  rails: ReadonlyMap<string, Rail>,
): SightingView[] {
  const byName = watchesOf(rails)
  return rows.map(({ watch: name, asset, amount, reference, state, block, head, at }) => {
    const watch = byName.get(name)
    const depth = head === null || state === "orphaned" ? 0 : Number(head - block) + 1
    return {
      asset,
      amount,
      reference,
      state,
      confirmations: Math.max(0, depth),
      needed: watch?.confirmations ?? null,
      explorerUrl: watch?.explorerUrl(reference) ?? null,
      at,
    }
  })
}

/** Finds a transaction in the explorer of its chain; null where none is known. */
export function explorersOf(
  rails: ReadonlyMap<string, Rail>,
): (watch: string | null, reference: string | null) => string | null {
  const byName = watchesOf(rails)
  return (watch, reference) =>
    watch === null || reference === null
      ? null
      : (byName.get(watch)?.explorerUrl(reference) ?? null)
}

function watchesOf(rails: ReadonlyMap<string, Rail>): ReadonlyMap<string, Watch> {
  const watches = [...rails.values()].flatMap(({ receiving }) => receiving?.watches ?? [])
  return new Map(watches.map((watch) => [watch.name, watch]))
}
