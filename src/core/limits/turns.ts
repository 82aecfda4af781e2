/** Lets guesses at one name come one by one, so that each counts before the next is made. */

/**
 * Lets the tries of one name happen one after another: those of the same moment would all be made
 * before the first of them has failed.
 */
export function makeNamedTurns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work)
    const over = mine.catch(() => undefined)
    last.set(name, over)
    try {
      return await mine
    } finally {
      if (last.get(name) === over) last.delete(name)
    }
  }
}
