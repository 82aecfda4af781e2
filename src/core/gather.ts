/** Asks once for what many ask for at the same time, as the engine commits for many at once. */

/** Questions under way at once: one that is slow doesn't keep the next one back. */
const AT_ONCE = 2
/** Keys of one question. */
const KEYS_MAX = 500

type Waiting<Key, Found> = {
  readonly key: Key
  resolve(found: Found): void
  reject(error: unknown): void
}

/**
 * Makes a look-up of one key of a look-up of many, which answers in the order of its keys. A key is
 * asked for at once where nothing is under way, and with all others that came meanwhile otherwise;
 * the question leaves after the key came, so that it sees all that was committed before.
 *
 * Where a question of several fails, each key is asked for by itself: one that can't be asked for
 * must not fail the others.
 */
export function gather<Key, Found>(
  ask: (keys: readonly Key[]) => Promise<readonly Found[]>,
): (key: Key) => Promise<Found> {
  const queue: Waiting<Key, Found>[] = []
  let running = 0

  async function drain(): Promise<void> {
    running += 1
    while (queue.length > 0) await answer(queue.splice(0, KEYS_MAX))
    running -= 1
  }

  async function answer(asked: readonly Waiting<Key, Found>[]): Promise<void> {
    try {
      const found = await ask(asked.map(({ key }) => key))
      for (const [at, { resolve }] of asked.entries()) resolve(found[at]!)
    } catch (error) {
      if (asked.length === 1) asked[0]!.reject(error)
      else await Promise.all(asked.map((one) => answer([one])))
    }
  }

  return (key) =>
    new Promise((resolve, reject) => {
      queue.push({ key, resolve, reject })
      if (running < AT_ONCE) void drain()
    })
}

/** The same of rows by their ids, which are asked for in any order; null where there is none. */
export function gatherById<Row extends { readonly id: string }>(
  ask: (ids: readonly string[]) => Promise<readonly Row[]>,
): (id: string) => Promise<Row | null> {
  return gather(async (ids: readonly string[]) => {
    const found = new Map((await ask(ids)).map((row) => [row.id, row]))
    // The database knows an id in any spelling and answers in one.
    return ids.map((id) => found.get(id.toLowerCase()) ?? null)
  })
}
