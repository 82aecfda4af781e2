/** When people come who know nothing of each other: now and then several at once. */
import { setTimeout as sleep } from "node:timers/promises"

/** Instants from 0 to `withinMs`, in order, the same in every run of a process. */
export function arrivals(count: number, withinMs: number): readonly number[] {
  return Array.from({ length: Math.round(count) }, () => nextShare() * withinMs).sort(
    (a, b) => a - b,
  )
}

export type Kept = { readonly asked: number; readonly elapsedMs: number }

/**
 * Begins something at each of so many instants a second, whether what began before is over or not,
 * and waits for the end of all. `begin` hears when it was due, and how many came before.
 */
export async function keepTime(
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
  begin: (dueMs: number, at: number) => Promise<void>,
): Promise<Kept> {
  const under: Promise<void>[] = []
  const beganMs = performance.now()
  for (const [at, afterMs] of arrivals(perSecond * seconds, seconds * 1_000).entries()) {
    const dueMs = beganMs + afterMs
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    under.push(begin(dueMs, at))
  }
  await Promise.all(under)
  return { asked: under.length, elapsedMs: performance.now() - beganMs }
}

/** From 0 to 1: a linear congruence (Numerical Recipes, 7.1). */
let share = 1
function nextShare(): number {
  share = (Math.imul(share, 1_664_525) + 1_013_904_223) >>> 0
  return share / 2 ** 32
}
