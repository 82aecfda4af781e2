/** Replaces the catalogue, or some countries' part of it, and says what that changes. */
import type { Database } from "../../db/database.ts"
import { assert } from "../refusal.ts"
import type { Company } from "./company.ts"
import { type CatalogueDiff, diffCatalogue } from "./diff.ts"
import { type Imported, type ImportOptions, prepareImport, usableOf } from "./import.ts"
import { type Replacement, rewriteCatalogue } from "./store.ts"

export type ReplaceOptions = {
  /** The countries whose companies are replaced; null (usual) for every country. */
  readonly countries?: readonly string[] | null
  /** Says what would change and changes nothing. */
  readonly dryRun?: boolean
}

/**
 * Replaces the catalogue by companies that were read by `readCatalogue` or `parseCatalogue`: what
 * they don't name is no longer sold, and nothing is lost.
 */
export function replaceCatalogue(
  database: Database,
  companies: readonly Company[],
  { countries = null, dryRun = false }: ReplaceOptions = {},
): Promise<CatalogueDiff> {
  return rewriteCatalogue(database, (before) => {
    const replacement = { companies, countries }
    return { replacement: dryRun ? null : replacement, answer: diffOf(before, replacement) }
  })
}

/** Replaces what is sold in some countries by what a provider lists: see `prepareImport`. */
export function importCatalogue(
  database: Database,
  listed: readonly Company[],
  { dryRun, ...options }: ImportOptions,
): Promise<Imported> {
  // It takes the longest, and needs no lock.
  const usable = usableOf(listed)
  return rewriteCatalogue<Imported>(database, (before) => {
    const prepared = prepareImport(before, usable, options)
    if ("refused" in prepared) return { replacement: null, answer: prepared }
    const { countries, leftOut } = prepared
    const answer = { countries, leftOut, diff: diffOf(before, prepared) }
    return { replacement: dryRun ? null : prepared, answer }
  })
}

function diffOf(before: readonly Company[], { companies, countries }: Replacement): CatalogueDiff {
  const inScope = ({ country }: Company) => countries?.includes(country) ?? true
  assert(companies.every(inScope), "a company lies outside the countries that are replaced")
  return diffCatalogue(before.filter(inScope), companies)
}
