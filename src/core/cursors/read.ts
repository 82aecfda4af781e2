/** Which chains were ever read: remembered, for one that was stays so. */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import { readChains } from "./store.ts"

/** How often a rail's chains are looked up; a new one is offered so much later. */
const LOOK_MS = 500

/** Makes the function that answers the names of a rail's chains. */
export function rememberRead(
  database: Queries,
  clock: Clock,
): (rail: string) => Promise<ReadonlySet<string>> {
  const known = new Map<string, { names: Promise<ReadonlySet<string>>; untilMs: number }>()
  return (rail) => {
    const nowMs = clock.elapsedMs()
    const before = known.get(rail)
    if (before && nowMs < before.untilMs) return before.names
    const names = readChains(database, rail).then((list) => new Set(list))
    names.catch(() => known.delete(rail))
    known.set(rail, { names, untilMs: nowMs + LOOK_MS })
    return names
  }
}
