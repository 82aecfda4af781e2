/** Whose failed logins are counted, and how many each may have. */
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
