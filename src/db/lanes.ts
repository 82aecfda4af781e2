/** Does the same to many things, some at a time: small files wait for the disk one by one. */

/** As many as Node's own threads for files take on, and some that wait. */
const LANES = 8

/** Waits for all; the first that fails ends it, once those under way are through. */
export async function inLanes<T>(
  items: readonly T[],
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0
  let isOver = false
  const lane = async () => {
    while (next < items.length && !isOver) {
      const item = items[next]!
      next += 1
      await work(item).catch((error: unknown) => {
        isOver = true
        throw error
      })
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: LANES }, lane))
  const failed = ended.find((each) => each.status === "rejected")
  if (failed) throw failed.reason
}
