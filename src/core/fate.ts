/** Finds out what became of a commit whose answer was lost. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock } from "../clock.ts"
import { classify, type Queries } from "../db/database.ts"
import { claimBatch, fateOf } from "./store/write.ts"

/** How long is asked. */
const ASK_MS = 30_000
const ASK_PAUSE_MS = 100

/** The database went away during a commit and stayed away: whether it happened is not known. */
export class OutcomeUnknown extends Error {
  override name = "OutcomeUnknown"
}

/**
 * Asks whether a batch was committed. The backend may still be at it, so "no" counts only after its
 * row could be claimed: the insert waits for whoever inserts the same. Rejects with
 * `OutcomeUnknown` when the database stays away.
 */
export async function wasCommitted(
  { clock, database }: { readonly clock: Clock; readonly database: Queries },
  batchId: string,
): Promise<boolean> {
  const deadline = clock.elapsedMs() + ASK_MS
  for (;;) {
    try {
      const fate = await fateOf(database, batchId)
      if (fate !== null) return fate === "committed"
      await claimBatch(database, batchId, clock.now())
      return false
    } catch (error) {
      // Somebody was first: the commit, or a claim of ours whose answer was lost as well.
      if (classify(error) === "unique") continue
      if (clock.elapsedMs() > deadline) {
        throw new OutcomeUnknown("a commit's answer was lost", { cause: error })
      }
      await sleep(ASK_PAUSE_MS)
    }
  }
}
