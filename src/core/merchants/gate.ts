/**
 * Finds who holds a credential, remembering it so briefly that a revocation is seen within a
 * second, and so are its end and changed terms.
 */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import type { DialectName } from "../payments/payment.ts"
import { type Credential, type Found, findCredential } from "./store/credentials.ts"
import { findOperatorKey, type OperatorKey } from "./store/operators.ts"

const REMEMBERED_MS = 800
const REMEMBERED_MAX = 10_000

export type Gate = {
  /** The holder of the credential that `lookup` names; null when there is none. */
  find(dialect: DialectName, kind: Credential["kind"], lookup: string): Promise<Found | null>
  /** The operator's key that `lookup` names; null when there is none. */
  findOperator(lookup: string): Promise<OperatorKey | null>
}

/** Makes the gate of a node. */
export function makeGate({ database, clock }: { database: Queries; clock: Clock }): Gate {
  const holders = makeMemory<Found>(clock)
  const operators = makeMemory<OperatorKey>(clock)
  return {
    find: (dialect, kind, lookup) =>
      holders.recall(`${dialect}|${kind}|${lookup}`, () =>
        findCredential(database, { dialect, kind, lookup }, clock.now()),
      ),
    findOperator: (lookup) =>
      operators.recall(lookup, () => findOperatorKey(database, lookup, clock.now())),
  }
}

function makeMemory<T>(clock: Clock) {
  const known = new Map<string, { found: Promise<T | null>; untilMs: number }>()
  return {
    recall(name: string, look: () => Promise<T | null>): Promise<T | null> {
      const nowMs = clock.elapsedMs()
      const entry = known.get(name)
      if (entry && entry.untilMs > nowMs) return entry.found
      const found = look()
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
