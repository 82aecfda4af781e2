/** Replaces the catalogue, or some countries' part of it, and says what that changes. */
import type { Database } from "../../db/database.ts"
import { type AuditParts, append } from "../audit/audited.ts"
import type { Action, Change, Entry } from "../audit/entry.ts"
import { assert } from "../refusal.ts"
import type { Company } from "./company.ts"
import {
  type CatalogueDiff,
  type ChangeKind,
  type CompanyChange,
  diffCatalogue,
  type FieldChange,
} from "./diff.ts"
import { type Imported, type ImportOptions, prepareImport, usableOf } from "./import.ts"
import { type Replacement, rewriteCatalogue } from "./store.ts"

export type ReplaceOptions = {
  /** The countries whose companies are replaced; null (usual) for every country. */
  readonly countries?: readonly string[] | null
  /** Says what would change and changes nothing. */
  readonly dryRun?: boolean
  /** Where it is written down who did it. */
  readonly audit?: AuditParts
}

/**
 * Replaces the catalogue by companies that were read by `readCatalogue` or `parseCatalogue`: what
 * they don't name is no longer sold, and nothing is lost.
 */
export function replaceCatalogue(
  database: Database,
  companies: readonly Company[],
  { countries = null, dryRun = false, audit }: ReplaceOptions = {},
): Promise<CatalogueDiff> {
  return rewriteCatalogue(
    database,
    (before) => {
      const replacement = { companies, countries }
      return { replacement: dryRun ? null : replacement, answer: diffOf(before, replacement) }
    },
    async (tx, diff) => {
      if (audit) await append(tx, audit, told("catalogue.load", countries, diff))
    },
  )
}

/** Replaces what is sold in some countries by what a provider lists: see `prepareImport`. */
export function importCatalogue(
  database: Database,
  listed: readonly Company[],
  { dryRun, audit, ...options }: ImportOptions & Pick<ReplaceOptions, "audit">,
): Promise<Imported> {
  // It takes the longest, and needs no lock.
  const usable = usableOf(listed)
  return rewriteCatalogue<Imported>(
    database,
    (before) => {
      const prepared = prepareImport(before, usable, options)
      if ("refused" in prepared) return { replacement: null, answer: prepared }
      const { countries, leftOut } = prepared
      const answer = { countries, leftOut, diff: diffOf(before, prepared) }
      return { replacement: dryRun ? null : prepared, answer }
    },
    async (tx, answer) => {
      if (!audit || "refused" in answer) return
      await append(tx, audit, told("catalogue.import", answer.countries, answer.diff))
    },
  )
}

/** Changes that an entry lists one by one; of a catalogue that is new, only how many there are. */
const LISTED_MAX = 200

function told(action: Action, countries: readonly string[] | null, diff: CatalogueDiff): Entry {
  const all = diff.changes.flatMap(changesOf)
  return {
    action,
    merchantId: null,
    subject: countries?.join(" ") ?? null,
    outcome: all.length > 0 ? "done" : "unchanged",
    change: {
      changes: { old: null, new: all.length },
      ...(all.length <= LISTED_MAX ? Object.fromEntries(all) : {}),
    },
  }
}

type Named = readonly [name: string, change: Change[string]]

function changesOf({ code, kind, fields, products }: CompanyChange): Named[] {
  return [
    ...oneOf(code, kind, fields),
    ...products.flatMap(({ id, kind: how, fields: each }) => oneOf(`${code} ${id}`, how, each)),
  ]
}

function oneOf(name: string, kind: ChangeKind, fields: readonly FieldChange[]): Named[] {
  if (kind !== "changed") return [[name, { old: null, new: kind }]]
  return fields.map(({ field, before, after }) => [`${name} ${field}`, { old: before, new: after }])
}

function diffOf(before: readonly Company[], { companies, countries }: Replacement): CatalogueDiff {
  const inScope = ({ country }: Company) => countries?.includes(country) ?? true
  assert(companies.every(inScope), "a company lies outside the countries that are replaced")
  return diffCatalogue(before.filter(inScope), companies)
}
