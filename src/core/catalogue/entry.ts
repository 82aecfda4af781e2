/** A company as catalogue files have it, with amounts in major units: read, checked, written. */
import { z } from "zod"
import { CURRENCY_DECIMALS, decimalsOf, formatDecimal, parseDecimal } from "../../money.ts"
import type { Company, Product } from "./company.ts"
import { IDENTIFIER_MAX, patternProblem } from "./pattern.ts"

/** What is wrong, and where in the entry. */
export type Problem = { readonly path: readonly PropertyKey[]; readonly message: string }

/** Of one company: data packages of a large operator, with room. */
const PRODUCTS_MAX = 500
/** What is told of a package beside its price. */
const DATA_MAX_CHARACTERS = 4_000
const DATA_MAX_DEPTH = 5

const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^(?=.*\S)[^\p{Cc}\p{Cs}]*$/u, "must be text without control characters")
const amount = z.string().regex(/^\d{1,13}(\.\d{1,2})?$/, 'must be decimal text such as "1500.50"')

const additionalData = z.custom<Readonly<Record<string, unknown>>>(isData, {
  error: `must be an object of JSON, of at most ${DATA_MAX_CHARACTERS} characters`,
})

const product = {
  id: text(64),
  type: text(64).default("RECARGA_SALDO"),
  description: text(200),
  additionalData: additionalData.default({}),
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

/** Clients show it, so it is no address that does anything else. */
const logo = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .regex(/^[\x21-\x7e]*$/, "must be an address that is written in ASCII")

const companySchema = z.strictObject({
  code: z.string().regex(/^[A-Z]{2}-R-\d{1,8}$/, "must look like AR-R-0901"),
  country: z.string().regex(/^[A-Z]{2}$/, "must be two capital letters (ISO 3166)"),
  currency: z.string().refine((code) => Object.hasOwn(CURRENCY_DECIMALS, code), {
    error: `must be one of ${Object.keys(CURRENCY_DECIMALS).join(", ")}`,
  }),
  name: text(120),
  logo: z.literal("").or(logo),
  tags: z.array(text(40)).max(20).default([]),
  identifierName: text(64),
  dataType: z.enum(["ALF", "NUM"]),
  helpText: z.literal("").or(text(200)),
  minLength: z.int().min(1).max(IDENTIFIER_MAX),
  maxLength: z.int().min(1).max(IDENTIFIER_MAX),
  regex: z.string().min(1).superRefine(checkPattern).nullable().default(null),
  active: z.boolean().default(true),
  products: z.array(productSchema).min(1).max(PRODUCTS_MAX),
})
type CompanyEntry = z.infer<typeof companySchema>
type ProductEntry = z.infer<typeof productSchema>

/** Makes a company of an entry, or says all that is wrong with it. */
export function readEntry(
  entry: unknown,
): { readonly company: Company } | { readonly problems: readonly Problem[] } {
  const parsed = companySchema.safeParse(entry)
  if (!parsed.success) return { problems: parsed.error.issues }
  const problems = problemsOf(parsed.data)
  return problems.length > 0 ? { problems } : { company: companyOf(parsed.data) }
}

/** Writes a company as an entry that `readEntry` reads as the same company. */
export function entryOf({ details, products, ...company }: Company): object {
  const decimals = CURRENCY_DECIMALS[company.currency] ?? 0
  const { code, country, currency, name, active } = company
  return {
    ...{ code, country, currency, name },
    ...details,
    ...(active ? {} : { active }),
    products: products.map((each) => productEntryOf(each, decimals)),
  }
}

/** What is usual is left out, so that people can read it. */
function productEntryOf(each: Product, decimals: number): object {
  const { id, type, description, amountType, additionalData: data, active } = each
  const major = (minor: bigint) => formatDecimal(minor, decimals)
  const prices = {
    OPEN: () => ({ minAmount: major(each.minAmount), maxAmount: major(each.maxAmount) }),
    CLOSED: () => ({ amount: major(each.amount) }),
    FIXED: () => ({ allowedAmounts: each.allowedAmounts.map(major) }),
  }
  const commission = {
    fixed: major(each.commissionFixed),
    basisPoints: each.commissionBasisPoints,
  }
  const earns = each.commissionFixed !== 0n || each.commissionBasisPoints !== 0
  return {
    ...{ id, type, description, amountType },
    ...prices[amountType](),
    ...(Object.keys(data).length > 0 ? { additionalData: data } : {}),
    ...(earns ? { commission } : {}),
    ...(active ? {} : { active }),
  }
}

/** Whether clients can be given this as the address of a logo. */
export function isLogo(url: string): boolean {
  return logo.safeParse(url).success
}

/** Those that are there more than once. */
export function repeated<T>(values: readonly T[]): Set<T> {
  const seen = new Set<T>()
  return new Set(values.filter((value) => seen.size === seen.add(value).size))
}

/** What each field allows alone and all together must not be. */
function problemsOf(company: CompanyEntry): Problem[] {
  const { code, country, currency, products } = company
  const twice = repeated(products.map(({ id }) => id))
  const problems: Problem[] = []
  if (!code.startsWith(`${country}-`)) {
    problems.push({ path: ["country"], message: "the code begins with another" })
  }
  if (company.minLength > company.maxLength) {
    problems.push({ path: ["minLength"], message: "is above maxLength" })
  }
  for (const [at, each] of products.entries()) {
    const message = twice.has(each.id) ? "is there twice" : amountsProblem(each, currency)
    if (message) problems.push({ path: ["products", at], message })
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
  return repeated(amounts).size > 0 && entry.amountType === "FIXED"
    ? "an amount is there twice"
    : null
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
  const { id, type, description, amountType, additionalData: data, commission, active } = entry
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
    additionalData: data,
    commissionFixed: parseDecimal(commission.fixed, decimalsOf(currency))!,
    commissionBasisPoints: commission.basisPoints,
    active,
  }
}

function checkPattern(source: string, context: z.RefinementCtx<string>): void {
  const message = patternProblem(source)
  if (message !== null) context.addIssue({ code: "custom", message })
}

/** An object that jsonb can hold, and of a size that a client's memory can. */
function isData(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  // In this order: to write something that is too deep fails.
  return isStorable(value, DATA_MAX_DEPTH) && JSON.stringify(value).length <= DATA_MAX_CHARACTERS
}

/** PostgreSQL's text has neither a zero nor half a pair. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0")
  if (typeof value === "number") return Number.isFinite(value)
  if (typeof value === "boolean" || value === null) return true
  if (typeof value !== "object" || depth === 0) return false
  return Object.entries(value).every(
    ([name, each]) => isStorable(name, depth) && isStorable(each, depth - 1),
  )
}
