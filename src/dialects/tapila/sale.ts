/** What a request buys: checks it against its company's rules, in the agreed order; pure. */
import {
  amountProblem,
  type Company,
  commissionOf,
  identifierProblem,
  type Product,
} from "../../core/index.ts"
import { decimalsOf, parseNumber } from "../../money.ts"
import type { Problem } from "../dialect.ts"
import type { RechargeBody } from "./requests.ts"

/** A request's amount has at most two decimals, whatever its currency has. */
const DECIMALS = 2

/**
 * A recharge that its company can sell, and what the client earns by it: in minor units of the
 * company's currency.
 */
export type Sale = {
  readonly product: Product
  readonly amount: bigint
  readonly commission: bigint
}

/**
 * Reads an amount of major units as hundredths, which may be below zero: how much can be sold is
 * for the product to say. A problem when it isn't a number with at most two decimals.
 */
export function readAmount(value: unknown): bigint | Problem {
  if (value === undefined) return { code: "body_invalid", message: "amount is required" }
  const hundredths = typeof value === "number" ? parseNumber(Math.abs(value), DECIMALS) : null
  if (hundredths === null) return wrongAmount("amount must be a number with at most 2 decimals")
  return (value as number) < 0 ? -hundredths : hundredths
}

function wrongAmount(message: string): Problem {
  return { code: "body_invalid", field: "amount", message }
}

/** Finds out what a request buys of a company, or the first thing that keeps it from being sold. */
export function saleOf(company: Company, body: RechargeBody, hundredths: bigint): Sale | Problem {
  const { details, currency } = company
  if ((body.identifierName ?? details.identifierName) !== details.identifierName) {
    const message = `identifierName must be ${details.identifierName} for ${company.code}`
    return { code: "identifier_invalid", message }
  }
  const wrong = identifierProblem(details, body.identifierValue)
  if (wrong !== null) return { code: "identifier_invalid", message: `identifierValue ${wrong}` }
  const product = company.products.find(({ id, active }) => active && id === body.productId)
  if (!product) {
    return { code: "product_not_found", message: `${company.code} has no such product` }
  }
  const scale = 10n ** BigInt(DECIMALS - decimalsOf(currency))
  if (hundredths % scale !== 0n) return wrongAmount(`amount has more decimals than ${currency}`)
  const amount = hundredths / scale
  const outside = amountProblem(product, amount)
  if (outside !== null) return { code: "amount_out_of_range", message: outside }
  return { product, amount, commission: commissionOf(product, amount) }
}
