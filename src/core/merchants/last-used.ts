/** Notes when keys were used, so seldom that no request pays for it. */
import type { Clock } from "../../clock.ts"
import type { Queries } from "../../db/database.ts"
import { touchCredential } from "./store/credentials.ts"
import { touchOperatorKey } from "./store/operators.ts"

/** A key's last use is known to the hour: that says whether anybody still needs it. */
const SELDOM_MS = 3_600_000
/** Keys that are remembered as noted; past it, one more note an hour is no harm. */
const NOTED_MAX = 10_000

type Used = { readonly id: string; readonly lastUsedAt: Date | null }

export type LastUsed = {
  /** A merchant proved itself with this; nobody waits for the note. */
  credential(used: Used): void
  /** The same of an operator. */
  operatorKey(used: Used): void
}

/** Makes the notes of a node. */
export function makeLastUsed({ database, clock }: { database: Queries; clock: Clock }): LastUsed {
  const noted = new Map<string, number>()

  function note({ id, lastUsedAt }: Used, touch: typeof touchCredential): void {
    const elapsedMs = clock.elapsedMs()
    const untilMs = noted.get(id)
    if (untilMs !== undefined && elapsedMs < untilMs) return
    if (noted.size >= NOTED_MAX) noted.clear()
    noted.set(id, elapsedMs + SELDOM_MS)
    const now = clock.now()
    // Another node noted it.
    if (lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < SELDOM_MS) return
    // A note that is lost is made again in an hour: it is worth no request's failure, and no retry.
    touch(database, id, now).catch(() => undefined)
  }

  return {
    credential: (used) => note(used, touchCredential),
    operatorKey: (used) => note(used, touchOperatorKey),
  }
}
