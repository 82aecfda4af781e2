/** One company of a provider's catalogue, as ours: what can't be sold is named and left out. */
import { z } from "zod"
import type { Company, Product } from "../../core/index.ts"
import { decimalsOf, parseNumber } from "../../money.ts"
import { type Country, countryOf, currencyOf } from "./countries.ts"

/** What was left out, by its code (of a product, with its id). */
export type Unusable = { readonly code: string; readonly why: string }

/** The longest identifier that is sold to anywhere is a card number of 19 digits. */
const IDENTIFIER_MAX = 40
const PRODUCTS_MAX = 500

const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^\P{Cc}*$/u)
const name = (most: number) => text(most).regex(/\S/)
const orEmpty = (most: number) =>
  text(most)
    .nullish()
    .transform((given) => given ?? "")

const entry = z.object({
  companyCode: z.string().max(40),
  companyName: name(120),
  companyType: z.literal("RECHARGE").optional(),
  companyLogo: orEmpty(500),
  tags: z
    .array(text(40))
    .max(20)
    .nullish()
    .transform((given) => given ?? []),
  active: z.boolean().nullish(),
  identifierName: name(64),
  dataType: z.enum(["ALF", "NUM"]),
  helpText: orEmpty(200),
  minLength: z.int().min(1).max(IDENTIFIER_MAX),
  maxLength: z.int().min(1).max(IDENTIFIER_MAX),
  products: z.array(z.unknown()).max(PRODUCTS_MAX),
})

const amount = z
  .number()
  .nullish()
  .transform((given) => given ?? 0)
const productEntry = z.object({
  productId: name(64),
  productType: name(64),
  productDescription: orEmpty(200),
  status: z.string(),
  active: z.boolean().nullish(),
  amountType: z.enum(["OPEN", "CLOSED", "FIXED"]),
  amount,
  minAmount: amount,
  maxAmount: amount,
  allowedAmounts: z
    .array(z.number())
    .max(100)
    .nullish()
    .transform((given) => given ?? []),
  additionalData: z
    .record(z.string(), z.json())
    .nullish()
    .transform((given) => given ?? {}),
})
type ProductEntry = z.infer<typeof productEntry>

const named = z.object({ companyCode: z.string().max(40) })
const namedProduct = z.object({ productId: z.string().max(64) })

/**
 * Reads an entry; `countries` are those that are sold in. Amounts become minor units of the
 * country's currency. `company` is null where nothing of it can be sold.
 */
export function companyIn(
  given: unknown,
  countries: readonly Country[],
): { readonly company: Company | null; readonly unusable: readonly Unusable[] } {
  const code = named.safeParse(given).data?.companyCode ?? "an entry without a code"
  const read = entry.safeParse(given)
  if (!read.success) return { company: null, unusable: [{ code, why: flaw(read.error) }] }
  const country = countryOf(code)
  const left = (why: string) => ({ company: null, unusable: [{ code, why }] })
  if (country === null) return left("is no code of a recharge")
  // What is sold over another connection, or nowhere, isn't worth a word.
  if (!countries.includes(country) || read.data.active === false) {
    return { company: null, unusable: [] }
  }
  if (read.data.minLength > read.data.maxLength) return left("minLength: is above maxLength")
  const currency = currencyOf(country)
  const { products, unusable } = productsIn(read.data.products, code, currency)
  if (products.length === 0) return { company: null, unusable }
  return { company: companyOf(read.data, country, products), unusable }
}

function companyOf(
  given: z.infer<typeof entry>,
  country: Country,
  products: readonly Product[],
): Company {
  const { companyCode: code, companyName, companyLogo: logo, tags } = given
  const { identifierName, dataType, helpText, minLength, maxLength } = given
  // A pattern from outside could keep us busy for ever; the provider checks its own.
  const rule = { identifierName, dataType, helpText, minLength, maxLength, regex: null }
  const currency = currencyOf(country)
  const details = { logo, tags, ...rule }
  return { code, country, currency, name: companyName, details, active: true, products }
}

function productsIn(given: readonly unknown[], companyCode: string, currency: string) {
  const products = new Map<string, Product>()
  const unusable: Unusable[] = []
  for (const each of given) {
    const id = namedProduct.safeParse(each).data?.productId ?? "without an id"
    const leave = (why: string) => unusable.push({ code: `${companyCode} product ${id}`, why })
    const read = productEntry.safeParse(each)
    if (!read.success) leave(flaw(read.error))
    else if (read.data.status !== "live" || read.data.active === false) continue
    else if (products.has(id)) leave("is there twice")
    else {
      const product = productOf(read.data, companyCode, currency)
      if (product === null) leave("has amounts that can't be")
      else products.set(id, product)
    }
  }
  return { products: [...products.values()], unusable }
}

/** A price has no range and a list has no price, but every product has a least and a most. */
function productOf(given: ProductEntry, companyCode: string, currency: string): Product | null {
  const { amountType, allowedAmounts } = given
  const decimals = decimalsOf(currency)
  const numbers = {
    OPEN: [given.minAmount, given.maxAmount],
    CLOSED: [given.amount],
    FIXED: [...new Set(allowedAmounts)].sort((a, b) => a - b),
  }[amountType]
  const amounts = numbers.flatMap((each) => parseNumber(each, decimals) ?? [])
  const [least, most] = [amounts[0], amounts.at(-1)]
  const isWhole = amounts.length === numbers.length && least !== undefined && most !== undefined
  if (!isWhole || least <= 0n || least > most) return null
  return {
    companyCode,
    id: given.productId,
    type: given.productType,
    description: given.productDescription,
    amountType,
    amount: amountType === "CLOSED" ? least : 0n,
    minAmount: least,
    maxAmount: most,
    allowedAmounts: amountType === "FIXED" ? amounts : [],
    additionalData: given.additionalData,
    // What is earned by selling it on is agreed on elsewhere.
    commissionFixed: 0n,
    commissionBasisPoints: 0,
    active: true,
  }
}

/** The first thing that is wrong, by its place. */
function flaw({ issues }: z.ZodError): string {
  const [first] = issues
  return `${first?.path.join(".") || "it"}: ${first?.message ?? "can't be read"}`
}
