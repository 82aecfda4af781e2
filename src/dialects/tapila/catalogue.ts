/** The catalogue as one node remembers it: a company is asked of the database every few seconds. */
import type { Clock, Company, Core } from "../../core/index.ts"

/** How late a change of the catalogue may be noticed. */
const REMEMBERED_MS = 5_000
/** A catalogue has hundreds of companies; past this the memory starts anew. */
const REMEMBERED_MAX = 5_000

export type Catalogue = {
  /** A company that can be recharged in `country` (null: anywhere); null when there is none. */
  find(code: string, country: string | null): Promise<Company | null>
  /** All companies, also those that aren't sold any more, in catalogue order. */
  list(country: string | null): Promise<readonly Company[]>
}

/** Makes the memory of a node. */
export function makeCatalogue({ clock, catalogue }: Pick<Core, "clock" | "catalogue">): Catalogue {
  const companies = makeMemory(clock, (code: string) => catalogue.find(code))
  const lists = makeMemory(clock, (country: string) => catalogue.list(country || null))
  return {
    async find(code, country) {
      const company = await companies(code)
      if (!company?.active) return null
      return country === null || company.country === country ? company : null
    },
    list: (country) => lists(country ?? ""),
  }
}

/** Remembers what `load` found, but neither faults nor that something isn't there. */
function makeMemory<T>(
  clock: Pick<Clock, "elapsedMs">,
  load: (key: string) => Promise<T>,
): (key: string) => Promise<T> {
  const known = new Map<string, { value: Promise<T>; untilMs: number }>()
  return (key) => {
    const nowMs = clock.elapsedMs()
    const entry = known.get(key)
    if (entry && entry.untilMs > nowMs) return entry.value
    const value = load(key)
    value.then(
      (found) => found === null && known.delete(key),
      () => known.delete(key),
    )
    if (known.size >= REMEMBERED_MAX) known.clear()
    known.set(key, { value, untilMs: nowMs + REMEMBERED_MS })
    return value
  }
}
