/** What changes between two catalogues, in words for those who decide whether it may. Pure. */
import { CURRENCY_DECIMALS, formatDecimal } from "../../money.ts"
import type { Company, Product } from "./company.ts"

/**
 * `new`: it wasn't known. `again`: it was, and wasn't sold. `ended`: it is no longer sold.
 * `changed`: it is sold as before, but otherwise.
 */
export type ChangeKind = "new" | "again" | "ended" | "changed"
export const CHANGE_KINDS: readonly ChangeKind[] = ["new", "again", "changed", "ended"]

/** One field in words, before and after; amounts in major units. */
export type FieldChange = {
  readonly field: string
  readonly before: string
  readonly after: string
}

export type ProductChange = {
  readonly id: string
  readonly description: string
  readonly kind: ChangeKind
  /** Empty for what is new: all of it is. */
  readonly fields: readonly FieldChange[]
}

export type CompanyChange = {
  readonly code: string
  readonly name: string
  readonly kind: ChangeKind
  readonly fields: readonly FieldChange[]
  /** Empty where the company itself is new or ended: all of them are. */
  readonly products: readonly ProductChange[]
}

export type CatalogueDiff = {
  /** Companies of the catalogue as it will be, and their products. */
  readonly companies: number
  readonly products: number
  /** Codes of the companies that are sold as they were. */
  readonly unchanged: readonly string[]
  /** Countries whose companies are listed in another order. */
  readonly reordered: readonly string[]
  readonly changes: readonly CompanyChange[]
}

/**
 * Compares what is stored with what is to replace it, where `before` holds the companies that may
 * be replaced. What neither sells any more is no change.
 */
export function diffCatalogue(
  before: readonly Company[],
  after: readonly Company[],
): CatalogueDiff {
  const known = new Map(before.map((company) => [company.code, company]))
  const wanted = new Set(after.map(({ code }) => code))
  const ended = before.filter(({ code, active }) => active && !wanted.has(code))
  const changes = [
    ...after.flatMap((company) => companyChange(known.get(company.code), company) ?? []),
    ...ended.map((company) => companyChange(company, undefined)!),
  ]
  const touched = new Set(changes.map(({ code }) => code))
  return {
    companies: after.length,
    products: after.reduce((sum, { products }) => sum + products.length, 0),
    unchanged: after
      .filter(({ active, code }) => active && !touched.has(code))
      .map(({ code }) => code),
    reordered: reorderedIn(before, after),
    changes,
  }
}

function reorderedIn(before: readonly Company[], after: readonly Company[]): string[] {
  const inCountry = (companies: readonly Company[], country: string) =>
    companies.filter((company) => company.country === country)
  return [...new Set(after.map(({ country }) => country))].filter((country) => {
    const [was, is] = [inCountry(before, country), inCountry(after, country)]
    return orderChange(was, is, ({ code }) => code) !== null
  })
}

/** How what is sold before and after follows each other; null where that stays. */
function orderChange<T extends Sold>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (each: T) => string,
): FieldChange | null {
  const sold = (list: readonly T[]) => list.filter(({ active }) => active).map(nameOf)
  const [was, is] = [new Set(sold(before)), new Set(sold(after))]
  const change = {
    field: "order",
    before: [...was].filter((name) => is.has(name)).join(", "),
    after: [...is].filter((name) => was.has(name)).join(", "),
  }
  return change.before === change.after ? null : change
}

type Sold = { readonly active: boolean }

/** Null where it was sold as it is, or wasn't and isn't. */
function kindOf(before: Sold | undefined, after: Sold | undefined): ChangeKind | null {
  if (after?.active) return before === undefined ? "new" : before.active ? "changed" : "again"
  return before?.active ? "ended" : null
}

function companyChange(
  before: Company | undefined,
  after: Company | undefined,
): CompanyChange | null {
  const kind = kindOf(before, after)
  if (kind === null) return null
  const { code, name } = (after ?? before)!
  if (!before || !after || kind === "ended") return { code, name, kind, fields: [], products: [] }
  const order = orderChange(before.products, after.products, ({ id }) => id)
  const fields = [...fieldChanges(COMPANY_FIELDS, before, after), ...(order ? [order] : [])]
  const products = productChanges(before, after)
  if (kind === "changed" && fields.length + products.length === 0) return null
  return { code, name, kind, fields, products }
}

function productChanges(before: Company, after: Company): ProductChange[] {
  const known = new Map(before.products.map((product) => [product.id, product]))
  const wanted = new Map(after.products.map((product) => [product.id, product]))
  return [...new Set([...wanted.keys(), ...known.keys()])].flatMap((id) => {
    const was = known.get(id)
    const is = wanted.get(id)
    const kind = kindOf(was, is)
    if (kind === null) return []
    const { description } = (is ?? was)!
    const fields =
      was && is && kind !== "ended"
        ? fieldChanges(
            PRODUCT_FIELDS,
            { ...was, currency: before.currency },
            { ...is, currency: after.currency },
          )
        : []
    return kind === "changed" && fields.length === 0 ? [] : [{ id, description, kind, fields }]
  })
}

type Fields<T> = Readonly<Record<string, (of: T) => string>>

function fieldChanges<T>(table: Fields<T>, was: T, is: T): FieldChange[] {
  return Object.entries(table)
    .map(([field, words]) => ({ field, before: words(was), after: words(is) }))
    .filter(({ before, after }) => before !== after)
}

const NONE = "none"

const COMPANY_FIELDS: Fields<Company> = {
  name: ({ name }) => name,
  currency: ({ currency }) => currency,
  identifier: ({ details }) => details.identifierName,
  "identifier's type": ({ details }) => details.dataType,
  "identifier's length": ({ details: { minLength, maxLength } }) =>
    minLength === maxLength ? String(minLength) : `${minLength} to ${maxLength}`,
  "identifier's pattern": ({ details }) => details.regex ?? NONE,
  "help text": ({ details }) => details.helpText,
  logo: ({ details }) => details.logo || NONE,
  tags: ({ details }) => details.tags.join(", ") || NONE,
}

type Priced = Product & { readonly currency: string }

const PRODUCT_FIELDS: Fields<Priced> = {
  description: ({ description }) => description,
  type: ({ type }) => type,
  price: priceOf,
  commission: (product) => {
    const { commissionFixed, commissionBasisPoints } = product
    const parts = [
      ...(commissionBasisPoints === 0
        ? []
        : [`${formatDecimal(BigInt(commissionBasisPoints), 2)} %`]),
      ...(commissionFixed === 0n ? [] : [major(product, commissionFixed)]),
    ]
    return parts.join(" and ") || NONE
  },
  data: ({ additionalData }) => written(additionalData),
}

function priceOf(product: Priced): string {
  const { amountType, amount, minAmount, maxAmount, allowedAmounts } = product
  if (amountType === "OPEN") return `${major(product, minAmount)} to ${major(product, maxAmount)}`
  if (amountType === "CLOSED") return major(product, amount)
  return `one of ${allowedAmounts.map((each) => major(product, each)).join(", ")}`
}

function major({ currency }: Priced, amount: bigint): string {
  return `${currency} ${formatDecimal(amount, CURRENCY_DECIMALS[currency] ?? 0)}`
}

/** The database sorts the members of an object its own way. */
function written(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
