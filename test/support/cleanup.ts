/**
 * Undoes what a test set up in the opposite order: what was started last rests on what came before.
 */
import type { Cleanup } from "./database.ts"

/** A cleanup whose steps run last first, all of them even when one fails. */
export function lastFirst(context: Cleanup): Cleanup {
  const steps: (() => Promise<void>)[] = []
  context.after(async () => {
    const failures: unknown[] = []
    while (steps.length > 0) await steps.pop()!().catch((error) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  })
  return {
    after: (step) => {
      steps.push(step)
    },
  }
}
