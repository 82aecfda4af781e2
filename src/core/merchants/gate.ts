/**
 * Finds who holds a credential, remembering it so briefly that a revocation is seen within a
 * second.
 */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import type { DialectName } from "../payments/payment.ts"
import { type Credential, type Found, findCredential } from "./store.ts"

const REMEMBERED_MS = 800
const REMEMBERED_MAX = 10_000

export type Gate = {
  /** The holder of the credential that `lookup` names; null when there is none. */
  find(dialect: DialectName, kind: Credential["kind"], lookup: string): Promise<Found | null>
}

/** Makes the gate of a node. */
export function makeGate(parts: { database: Queries; clock: Clock }): Gate {
  const known = new Map<string, { found: Promise<Found | null>; untilMs: number }>()
  return {
    find(dialect, kind, lookup) {
      const name = `${dialect}|${kind}|${lookup}`
      const nowMs = parts.clock.elapsedMs()
      const entry = known.get(name)
      if (entry && entry.untilMs > nowMs) return entry.found
      const found = findCredential(parts.database, dialect, kind, lookup)
      // Strangers' guesses must not fill the memory, nor a fault be remembered.
      found.then(
        (value) => value === null && known.delete(name),
        () => known.delete(name),
      )
      if (known.size >= REMEMBERED_MAX) known.clear()
      known.set(name, { found, untilMs: nowMs + REMEMBERED_MS })
      return found
    },
  }
}
