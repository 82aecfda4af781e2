/** Reads a catalogue file: companies and what they sell, with amounts in major units. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { CURRENCY_DECIMALS, decimalsOf, parseDecimal } from "../../money.ts"
import type { Company, Product } from "./company.ts"

/** A catalogue that can't be used; the message has a line for each entry that is wrong. */
export class CatalogueError extends Error {
  override name = "CatalogueError"
}

const SANDBOX = join(import.meta.dirname, "sandbox.json")
/** More problems than this say no more than the first of them. */
const PROBLEMS_MAX = 20
/** The longest identifier that is sold to anywhere is a card number of 19 digits. */
const IDENTIFIER_MAX = 40

const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^(?=.*\S)\P{Cc}*$/u, "must be text without control characters")
const amount = z.string().regex(/^\d{1,13}(\.\d{1,2})?$/, 'must be decimal text such as "1500.50"')

const product = {
  id: text(64),
  type: text(64).default("RECARGA_SALDO"),
  description: text(200),
  additionalData: z.record(z.string(), z.json()).default({}),
  /** What its seller earns: an amount for each sale, and hundredths of a percent of it. */
  commission: z
    .strictObject({
      fixed: amount.default("0"),
      basisPoints: z.int().min(0).max(10_000).default(0),
    })
    .default({ fixed: "0", basisPoints: 0 }),
  active: z.boolean().default(true),
}
const productSchema = z.discriminatedUnion("amountType", [
  z.strictObject({
    ...product,
    amountType: z.literal("OPEN"),
    minAmount: amount,
    maxAmount: amount,
  }),
  z.strictObject({ ...product, amountType: z.literal("CLOSED"), amount }),
  z.strictObject({
    ...product,
    amountType: z.literal("FIXED"),
    allowedAmounts: z.array(amount).min(1).max(100),
  }),
])

const companySchema = z.strictObject({
  code: z.string().regex(/^[A-Z]{2}-R-\d{1,8}$/, "must look like AR-R-0901"),
  country: z.string().regex(/^[A-Z]{2}$/, "must be two capital letters (ISO 3166)"),
  currency: z.string().refine((code) => Object.hasOwn(CURRENCY_DECIMALS, code), {
    error: `must be one of ${Object.keys(CURRENCY_DECIMALS).join(", ")}`,
  }),
  name: text(120),
  logo: z.url().max(500),
  tags: z.array(text(40)).max(20).default([]),
  identifierName: text(64),
  dataType: z.enum(["ALF", "NUM"]),
  helpText: text(200),
  minLength: z.int().min(1).max(IDENTIFIER_MAX),
  maxLength: z.int().min(1).max(IDENTIFIER_MAX),
  regex: z
    .string()
    .max(200)
    .refine(isPattern, "must be a regular expression")
    .nullable()
    .default(null),
  active: z.boolean().default(true),
  products: z.array(productSchema).min(1).max(500),
})
type CompanyEntry = z.infer<typeof companySchema>
type ProductEntry = z.infer<typeof productSchema>

const catalogueSchema = z.strictObject({ companies: z.array(companySchema).min(1).max(5_000) })

/** The invented companies that a sandbox sells. */
export function sandboxCatalogue(): Company[] {
  return readCatalogue(SANDBOX)
}

/** Reads the catalogue in a JSON file. Throws `CatalogueError`, which names file and entries. */
export function readCatalogue(path: string): Company[] {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, "utf8"))
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

/** Makes companies of a catalogue's JSON. Throws `CatalogueError`, a line for each wrong entry. */
export function parseCatalogue(content: unknown): Company[] {
  const parsed = catalogueSchema.safeParse(content)
  if (!parsed.success) {
    const { issues } = parsed.error
    throw refusal(issues.map(({ path, message }) => `${nameOf(path, content)}: ${message}`))
  }
  const { companies } = parsed.data
  const problems = [
    ...repeated(companies.map(({ code }) => code)).map((code) => `${code}: is there twice`),
    ...companies.flatMap((company) =>
      problemsOf(company).map((problem) => `${company.code}: ${problem}`),
    ),
  ]
  if (problems.length > 0) throw refusal(problems)
  return companies.map(companyOf)
}

function refusal(problems: readonly string[]): CatalogueError {
  const more = problems.length - PROBLEMS_MAX
  const shown = problems.slice(0, PROBLEMS_MAX)
  return new CatalogueError([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"))
}

/** Where something is wrong, with the code and the product id that a person would search for. */
function nameOf(path: readonly PropertyKey[], content: unknown): string {
  let value = content
  const parts = path.map((key) => {
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
    const entry = value as { code?: unknown; id?: unknown } | null | undefined
    const name = typeof key === "number" ? (entry?.code ?? entry?.id) : undefined
    return typeof name === "string" ? `${String(key)} (${name})` : String(key)
  })
  return parts.join(".") || "the catalogue"
}

/** What each field allows alone and all together must not be. */
function problemsOf(company: CompanyEntry): string[] {
  const problems = repeated(company.products.map(({ id }) => id)).map(
    (id) => `product ${id}: is there twice`,
  )
  if (!company.code.startsWith(`${company.country}-`)) {
    problems.push(`country: the code begins with another country than ${company.country}`)
  }
  if (company.minLength > company.maxLength) problems.push("minLength: is above maxLength")
  for (const each of company.products) {
    const problem = amountsProblem(each, company.currency)
    if (problem) problems.push(`product ${each.id}: ${problem}`)
  }
  return problems
}

function amountsProblem(entry: ProductEntry, currency: string): string | null {
  const amounts = amountsIn(entry).map((each) => parseDecimal(each, decimalsOf(currency)))
  if (amounts.includes(null)) return `an amount has more decimals than ${currency}`
  if (amounts.includes(0n)) return "an amount is zero"
  if (parseDecimal(entry.commission.fixed, decimalsOf(currency)) === null) {
    return `its commission has more decimals than ${currency}`
  }
  const [least, most] = amounts
  if (entry.amountType === "OPEN" && least! > most!) return "minAmount is above maxAmount"
  return null
}

function amountsIn(entry: ProductEntry): readonly string[] {
  if (entry.amountType === "OPEN") return [entry.minAmount, entry.maxAmount]
  return entry.amountType === "CLOSED" ? [entry.amount] : entry.allowedAmounts
}

function companyOf(entry: CompanyEntry): Company {
  const { code, country, currency, name, active, products, ...details } = entry
  return {
    code,
    country,
    currency,
    name,
    details,
    active,
    products: products.map((each) => productOf(each, code, currency)),
  }
}

/** A price has no range and a list has no price, but every product has a least and a most. */
function productOf(entry: ProductEntry, companyCode: string, currency: string): Product {
  const { id, type, description, amountType, additionalData, commission, active } = entry
  const amounts = amountsIn(entry).map((each) => parseDecimal(each, decimalsOf(currency))!)
  const sorted = amounts.toSorted((a, b) => (a < b ? -1 : Number(a > b)))
  return {
    companyCode,
    id,
    type,
    description,
    amountType,
    amount: amountType === "CLOSED" ? amounts[0]! : 0n,
    minAmount: sorted[0]!,
    maxAmount: sorted.at(-1)!,
    allowedAmounts: amountType === "FIXED" ? sorted : [],
    additionalData,
    commissionFixed: parseDecimal(commission.fixed, decimalsOf(currency))!,
    commissionBasisPoints: commission.basisPoints,
    active,
  }
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, at) => values.indexOf(value) !== at))]
}

function isPattern(source: string): boolean {
  try {
    new RegExp(`^(?:${source})$`, "u")
    return true
  } catch {
    return false
  }
}
