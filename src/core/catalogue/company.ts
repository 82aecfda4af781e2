/**
 * The recharge catalogue: companies, what an identifier of theirs looks like, and what they sell.
 */
import { share } from "../../money.ts"
import { fits, patternProblem } from "./pattern.ts"

export type Company = {
  readonly code: string
  /** ISO 3166 alpha-2. */
  readonly country: string
  readonly currency: string
  readonly name: string
  readonly details: CompanyDetails
  readonly active: boolean
  readonly products: readonly Product[]
}

export type CompanyDetails = {
  readonly logo: string
  readonly tags: readonly string[]
  readonly identifierName: string
  readonly dataType: "ALF" | "NUM"
  readonly helpText: string
  readonly minLength: number
  readonly maxLength: number
  /** A rule beyond type and length: a simple regular expression, as `patternProblem` says. */
  readonly regex: string | null
}

/** Amounts are minor units of the company's currency. */
export type Product = {
  readonly companyCode: string
  readonly id: string
  readonly type: string
  readonly description: string
  readonly amountType: "OPEN" | "CLOSED" | "FIXED"
  readonly amount: bigint
  readonly minAmount: bigint
  readonly maxAmount: bigint
  readonly allowedAmounts: readonly bigint[]
  readonly additionalData: Readonly<Record<string, unknown>>
  /** What its seller earns: minor units for each sale, and hundredths of a percent of it. */
  readonly commissionFixed: bigint
  readonly commissionBasisPoints: number
  readonly active: boolean
}

/** What a seller earns by `amount` of a product, in minor units; never more than the amount. */
export function commissionOf(product: Product, amount: bigint): bigint {
  const { commissionFixed, commissionBasisPoints } = product
  const earned = commissionFixed + share(amount, BigInt(commissionBasisPoints))
  return earned > amount ? amount : earned
}

/** Why an amount cannot be sold of a product, or null when it can. */
export function amountProblem(product: Product, amount: bigint): string | null {
  switch (product.amountType) {
    case "OPEN":
      return amount >= product.minAmount && amount <= product.maxAmount
        ? null
        : "amount is outside the product's minimum and maximum"
    case "CLOSED":
      return amount === product.amount ? null : "amount is not the product's price"
    case "FIXED":
      return product.allowedAmounts.includes(amount)
        ? null
        : "amount is not one of the product's amounts"
    default:
      return product.amountType satisfies never
  }
}

/** What a type takes: digits, or what else a terminal's keyboard has without a space. */
const TYPES = {
  NUM: { pattern: /^[0-9]*$/, problem: "must have digits only" },
  ALF: {
    pattern: /^[\x21-\x7e]*$/,
    problem: "must have letters without accents, digits and signs only, and no spaces",
  },
} as const satisfies Record<CompanyDetails["dataType"], { pattern: RegExp; problem: string }>

/** Why an identifier is not one of a company's, or null when it may be. */
export function identifierProblem(details: CompanyDetails, value: string): string | null {
  const { dataType, minLength, maxLength, regex } = details
  const { pattern, problem } = TYPES[dataType]
  if (!pattern.test(value)) return problem
  if (value.length < minLength || value.length > maxLength) {
    return minLength === maxLength
      ? `must have ${minLength} characters`
      : `must have ${minLength} to ${maxLength} characters`
  }
  if (regex === null) return null
  // Wherever a pattern came from, one that could take forever is never run.
  if (patternProblem(regex) !== null) return "can't be checked: its company's pattern is wrong"
  return fits(regex, value) ? null : "has a wrong form"
}
