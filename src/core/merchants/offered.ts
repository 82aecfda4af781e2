/** In which ways a merchant's payers can pay, and over which rails. */
import { METHODS, type Method } from "../payments/attempt.ts"
import type { Rail } from "../rail.ts"
import type { Keys } from "../xpubs/keys.ts"
import { type Merchant, railsFor } from "./merchant.ts"

type Parts = {
  readonly rails: ReadonlyMap<string, Rail>
  /** The rails of merchants that chose none, the first choice first. */
  readonly defaultRails: readonly string[]
  readonly keys: Pick<Keys, "active">
}

/** Makes what answers it. */
export function makeOffered({ rails, defaultRails, keys }: Parts) {
  /** A rail that receives at a merchant's own addresses needs its key, and a chain to look at. */
  async function offers(merchant: Merchant, method: Method): Promise<boolean> {
    for (const name of railsFor(merchant, method, defaultRails)) {
      const rail = rails.get(name)
      // Who pays on a page agreed to nothing beforehand.
      if (!rail?.methods.includes(method) || rail.needsMandate) continue
      if (!rail.receiving) return true
      const isRead = rail.receiving.watches.length > 0
      if (isRead && (await keys.active(merchant.id, name)) !== null) return true
    }
    return false
  }

  return {
    /** The rail that a merchant's payments of this method take; null when it offers none. */
    railFor(merchant: Merchant, method: Method): string | null {
      const names = railsFor(merchant, method, defaultRails)
      return names.find((name) => rails.get(name)?.methods.includes(method)) ?? null
    },
    /** The methods in which a merchant's payers can pay at the moment. */
    async methodsFor(merchant: Merchant): Promise<readonly Method[]> {
      const offered = await Promise.all(METHODS.map((method) => offers(merchant, method)))
      return METHODS.filter((_, at) => offered[at])
    },
  }
}
