/** What waits for a batch: so much, and for so long; whoever is beyond that is told at once. */
import type { Clock } from "../clock.ts"

/**
 * Half a second of full load. A waiting request takes some 20 KB with all that belongs to it, and
 * with ten thousand of them the process kept growing from one burst to the next.
 */
export const QUEUE_MAX = 4_000
/**
 * Clients wait for 10 seconds or more, and then ask again: what is as old as this would be done for
 * somebody who may be gone by the time it is, while those who wait behind it grow as old.
 */
export const WAIT_MAX_MS = 5_000

export type Queue<Item> = {
  /** Takes one more, or answers false because there are too many. */
  add(item: Item): boolean
  /** The oldest that haven't waited too long, in the order they came. */
  take(most: number): readonly Item[]
  size(): number
}

/**
 * Makes a queue. `onLate` hears of each item that waited too long, which is gone from it; that is
 * seen when another one comes or some are taken, so that nothing has to be timed.
 */
export function makeQueue<Item>(
  clock: Pick<Clock, "elapsedMs">,
  onLate: (item: Item) => void,
): Queue<Item> {
  const waiting: { readonly item: Item; readonly sinceMs: number }[] = []

  function dropLate(): void {
    const oldestMs = clock.elapsedMs() - WAIT_MAX_MS
    const isLate = ({ sinceMs }: { readonly sinceMs: number }) => sinceMs < oldestMs
    if (waiting.length === 0 || !isLate(waiting[0]!)) return
    const first = waiting.findIndex((each) => !isLate(each))
    for (const { item } of waiting.splice(0, first < 0 ? waiting.length : first)) onLate(item)
  }

  return {
    add(item) {
      dropLate()
      if (waiting.length >= QUEUE_MAX) return false
      waiting.push({ item, sinceMs: clock.elapsedMs() })
      return true
    },
    take(most) {
      dropLate()
      return waiting.splice(0, most).map(({ item }) => item)
    },
    size: () => waiting.length,
  }
}
