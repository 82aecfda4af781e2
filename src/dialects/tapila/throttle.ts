/** Whose failed logins are counted, how many each may have, and that they come one by one. */
import { addressName, type Patience, type Suspect } from "../../core/index.ts"

/** One user's name from one address: a guesser, or somebody whose fingers slip. */
export const FOR_USER: Patience = { free: 5, most: 15, stops: true, wearOffMs: 30_000 }
/** An address may be a whole company's, behind which many log in. */
export const FOR_ADDRESS: Patience = { free: 20, most: 60, stops: true, wearOffMs: 10_000 }
/**
 * One user's name from anywhere: many addresses that guess together only make its logins slow.
 * Were they stopped, strangers could lock a client out for as long as they liked.
 */
export const FROM_ANYWHERE: Patience = { free: 15, most: 60, stops: false, wearOffMs: 10_000 }

/** Whom a failed login of this name from this address counts against. */
export function suspectsOf(username: string, ip: string): readonly Suspect[] {
  const address = addressName(ip)
  return [
    { name: `login|${address}|${username}`, patience: FOR_USER },
    { name: `login|${address}`, patience: FOR_ADDRESS },
    { name: `login|anywhere|${username}`, patience: FROM_ANYWHERE },
  ]
}

/**
 * Lets the tries of one name happen one after another: those of the same moment would all be made
 * before the first of them has failed.
 */
export function makeTurns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
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
