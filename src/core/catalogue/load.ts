/** Reads catalogue files: JSON of companies and what they sell. */
import { closeSync, openSync, readSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import type { Company } from "./company.ts"
import { entryOf, type Problem, readEntry, repeated } from "./entry.ts"

/** A catalogue that can't be used; the message has a line for each entry that is wrong. */
export class CatalogueError extends Error {
  override name = "CatalogueError"
}

const SANDBOX = join(import.meta.dirname, "sandbox.json")
/** More problems than this say no more than the first of them. */
const PROBLEMS_MAX = 20
const LINE_MAX = 400
/** More companies than five countries have. */
export const COMPANIES_MAX = 5_000
/** A catalogue is read as a whole: some hundred products of each of 5,000 companies fit. */
const FILE_MAX_BYTES = 64 * 2 ** 20
const PART_BYTES = 2 ** 20

const catalogueSchema = z.strictObject({
  companies: z.array(z.unknown()).min(1).max(COMPANIES_MAX),
})

/** The invented companies that a sandbox sells. */
export function sandboxCatalogue(): Company[] {
  return readCatalogue(SANDBOX)
}

/**
 * The invented companies, where a sandbox that sells `stored` is to load them: it has none yet, or
 * an older release's. Null where it has them, or where somebody loaded others.
 */
export function sandboxCatalogueFor(stored: readonly Pick<Company, "code">[]): Company[] | null {
  const invented = sandboxCatalogue()
  const codes = new Set(invented.map(({ code }) => code))
  const isOurs = stored.every(({ code }) => codes.has(code))
  return isOurs && stored.length < invented.length ? invented : null
}

/** Reads the catalogue in a JSON file. Throws `CatalogueError`, which names file and entries. */
export function readCatalogue(path: string): Company[] {
  let content: unknown
  try {
    // A text that isn't UTF-8 would lose its accents in silence.
    content = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(readWhole(path)))
  } catch (error) {
    const why = (error as Error).message
    throw new CatalogueError(`${path} can't be read as JSON: ${why}`, { cause: error })
  }
  try {
    return parseCatalogue(content)
  } catch (error) {
    if (!(error instanceof CatalogueError)) throw error
    throw new CatalogueError(`${path}:\n${error.message}`, { cause: error })
  }
}

/** Whatever it is, also a pipe: never more than the limit is read of it. */
function readWhole(path: string): Buffer {
  const file = openSync(path, "r")
  try {
    const parts: Buffer[] = []
    for (let bytes = 0; bytes <= FILE_MAX_BYTES; bytes += parts.at(-1)!.length) {
      const part = Buffer.alloc(PART_BYTES)
      const count = readSync(file, part)
      if (count === 0) return Buffer.concat(parts)
      parts.push(part.subarray(0, count))
    }
  } finally {
    closeSync(file)
  }
  throw new RangeError(`it has more than ${FILE_MAX_BYTES / 2 ** 20} MiB`)
}

/** Makes companies of a catalogue's JSON. Throws `CatalogueError`, a line for each wrong entry. */
export function parseCatalogue(content: unknown): Company[] {
  const parsed = catalogueSchema.safeParse(content)
  if (!parsed.success) throw refusal(parsed.error.issues, content)
  const companies: Company[] = []
  const problems: Problem[] = []
  for (const [at, entry] of parsed.data.companies.entries()) {
    const read = readEntry(entry)
    if ("company" in read) companies.push(read.company)
    else {
      const found = read.problems.map(({ path, message }) => ({
        path: ["companies", at, ...path],
        message,
      }))
      problems.push(...found)
    }
  }
  for (const code of repeated(companies.map((company) => company.code))) {
    problems.push({ path: [code], message: "is there twice" })
  }
  if (problems.length > 0) throw refusal(problems, content)
  return companies
}

/** The JSON of companies as a catalogue file has it; amounts in major units. */
export function writeCatalogue(companies: readonly Company[]): {
  readonly companies: readonly object[]
} {
  return { companies: companies.map(entryOf) }
}

function refusal(problems: readonly Problem[], content: unknown): CatalogueError {
  const more = problems.length - PROBLEMS_MAX
  const shown = problems
    .slice(0, PROBLEMS_MAX)
    .map(({ path, message }) => printable(`${nameOf(path, content)}: ${message}`))
  return new CatalogueError([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"))
}

/** Where something is wrong, with the code and the product id that a person would search for. */
function nameOf(path: readonly PropertyKey[], content: unknown): string {
  let value = content
  const parts = path.map((key) => {
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
    const entry = value as { code?: unknown; id?: unknown } | null | undefined
    const name = typeof key === "number" ? (entry?.code ?? entry?.id) : undefined
    return typeof name === "string" ? `${String(key)} (${name.slice(0, 64)})` : String(key)
  })
  return parts.join(".") || "the catalogue"
}

/** What stands in a wrong entry may be anything, and goes to a terminal. */
function printable(line: string): string {
  return line.slice(0, LINE_MAX).replace(/\p{Cc}/gu, "?")
}
