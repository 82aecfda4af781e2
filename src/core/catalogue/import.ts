/** A provider's listing: what of it can be sold, and whether it is believed. Pure. */
import type { Company, Product } from "./company.ts"
import type { CatalogueDiff } from "./diff.ts"
import { entryOf, isLogo, readEntry, repeated } from "./entry.ts"
import { COMPANIES_MAX } from "./load.ts"

export type ImportOptions = {
  /** The countries to replace; null for those served, and whatever else the provider lists. */
  readonly countries: readonly string[] | null
  /** Where the rail can recharge at all: a provider that falls silent about one is in doubt. */
  readonly served?: readonly string[]
  /** Believes a listing that lacks half of what was sold, or everything. */
  readonly allowFewer: boolean
  /** Says what would change and changes nothing. */
  readonly dryRun: boolean
}

/** Something of a listing that can't be sold; `productId` is null for the whole company. */
export type LeftOut = {
  readonly code: string
  readonly productId: string | null
  readonly why: string
}

export type Imported =
  | {
      readonly countries: readonly string[]
      readonly diff: CatalogueDiff
      readonly leftOut: readonly LeftOut[]
    }
  /** `few`: it may be allowed. */
  | { readonly refused: "few" | "many"; readonly why: string }

/** What of a listing can be sold. */
export type Usable = {
  readonly companies: readonly Company[]
  readonly leftOut: readonly LeftOut[]
}

type Prepared =
  | (Usable & { readonly countries: readonly string[] })
  | Extract<Imported, { refused: unknown }>

/**
 * Makes of a provider's listing what is to be sold instead of `before`, all that was ever sold.
 * What a provider doesn't know is ours and stays. Its bad day must not empty the shop: less than
 * half of what is sold in a country is refused.
 */
export function prepareImport(
  before: readonly Company[],
  { companies: usable, leftOut }: Usable,
  { countries: asked, served = [], allowFewer }: Omit<ImportOptions, "dryRun">,
): Prepared {
  // What is served and was never sold lacks nothing.
  const sold = served.filter((country) => soldIn(before, country).length > 0)
  const usual = [...sold, ...usable.map(({ country }) => country)]
  const countries = [...new Set(asked ?? usual)].sort()
  const inScope = (code: string) => asked === null || countries.includes(code.slice(0, 2))
  const wanted = usable.filter(({ country }) => countries.includes(country))
  if (wanted.length > COMPANIES_MAX) {
    const why = `the provider lists ${wanted.length} companies, more than ${COMPANIES_MAX}`
    return { refused: "many", why }
  }
  const doubt = doubtOf(before, wanted, countries)
  // Whom nothing is asked about and who lists nothing changes nothing: that was no import.
  const isAllowed = allowFewer && countries.length > 0
  if (doubt !== null && !isAllowed) return { refused: "few", why: doubt }
  return {
    companies: withOurs(before, wanted),
    countries,
    leftOut: leftOut.filter(({ code }) => inScope(code)),
  }
}

/** Why a listing isn't believed; null when it is. */
function doubtOf(
  before: readonly Company[],
  after: readonly Company[],
  countries: readonly string[],
): string | null {
  if (after.length === 0) return "the provider lists nothing that can be sold"
  for (const country of countries) {
    const was = soldIn(before, country)
    const is = new Set(soldIn(after, country))
    if (is.size === 0) return `the provider lists nothing that can be sold in ${country}`
    const stay = was.filter((each) => is.has(each)).length
    if (stay * 2 < was.length) {
      return `of ${was.length} products sold in ${country} the provider lists only ${stay}`
    }
  }
  return null
}

/** A product of a company, as text that compares. */
function soldIn(companies: readonly Company[], country: string): string[] {
  return companies
    .filter((company) => company.active && company.country === country)
    .flatMap(({ products }) => products.filter(({ active }) => active))
    .map(({ companyCode, id }) => `${companyCode} ${id}`)
}

/** Holds a listing against the rules of a catalogue file; what breaks one isn't sold. */
export function usableOf(listed: readonly Company[]): Usable {
  const companies: Company[] = []
  const leftOut: LeftOut[] = []
  const twice = repeated(listed.map(({ code }) => code))
  for (const company of listed.map(presentable)) {
    const { code } = company
    if (twice.has(code)) {
      leftOut.push({ code, productId: null, why: "is there twice" })
      continue
    }
    const { read, without, why } = readWithout(company)
    leftOut.push(...without)
    if (read) companies.push(read)
    else leftOut.push({ code, productId: null, why })
  }
  return { companies, leftOut }
}

/** Reads a company, if need be without its products that are wrong. */
function readWithout(company: Company): {
  readonly read: Company | null
  readonly without: readonly LeftOut[]
  readonly why: string
} {
  const first = readEntry(entryOf(company))
  if ("company" in first) return { read: first.company, without: [], why: "" }
  const wrong = new Map<Product, string>()
  for (const { path, message } of first.problems) {
    const [list, at, ...field] = path
    const product = list === "products" ? company.products[at as number] : undefined
    if (product) wrong.set(product, [...field.map(String), message].join(" "))
  }
  const why = first.problems.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ")
  const rest = company.products.filter((product) => !wrong.has(product))
  const second = readEntry(entryOf({ ...company, products: rest }))
  if (!("company" in second)) return { read: null, without: [], why }
  const without = [...wrong].map(([{ id }, problem]) => ({
    code: company.code,
    productId: id,
    why: problem,
  }))
  return { read: second.company, without, why: "" }
}

/** Keeps what we earn by each product, and our pattern of the numbers. */
function withOurs(before: readonly Company[], after: readonly Company[]): readonly Company[] {
  const known = new Map(before.map((company) => [company.code, company]))
  return after.map((company) => {
    const was = known.get(company.code)
    if (!was) return company
    const regex = company.details.regex ?? patternOf(was, company)
    return { ...company, details: { ...company.details, regex }, products: earning(was, company) }
  })
}

/** Made for one type and length, it would refuse every number of another. */
function patternOf({ details: was }: Company, { details: is }: Company): string | null {
  const { dataType, minLength, maxLength } = was
  const isAsBefore =
    dataType === is.dataType && minLength === is.minLength && maxLength === is.maxLength
  return isAsBefore ? was.regex : null
}

/** A fixed commission is money of its currency, so it stays only with that. */
function earning(was: Company, { currency, products }: Company): readonly Product[] {
  if (was.currency !== currency) return products
  const earned = new Map(was.products.map((product) => [product.id, product]))
  return products.map((product) => {
    const { commissionFixed, commissionBasisPoints } = earned.get(product.id) ?? product
    return { ...product, commissionFixed, commissionBasisPoints }
  })
}

/** What is only for show keeps nobody from selling. */
function presentable(company: Company): Company {
  const { logo, tags } = company.details
  return {
    ...company,
    details: {
      ...company.details,
      logo: isLogo(logo) ? logo : "",
      tags: tags.filter((tag) => tag.trim() !== ""),
    },
    products: company.products.map((product) => ({
      ...product,
      description: product.description.trim() === "" ? product.type : product.description,
    })),
  }
}
