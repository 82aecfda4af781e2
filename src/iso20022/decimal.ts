/** The amounts, sums and dates of a bank's file: exact, as XML Schema writes them. */

import { isDay } from "../calendar.ts"
import { CURRENCY_DECIMALS, formatDecimal, parseDecimal } from "../money.ts"

/** A sum whatever its currency: the schemas' `DecimalNumber` has at most 17 decimals. */
const SUM_DECIMALS = 17
/** `totalDigits` of amounts and sums. */
const DIGITS_MAX = 18

/** The largest amount that a file can carry, in minor units: 18 digits. */
export const AMOUNT_MAX = 10n ** BigInt(DIGITS_MAX) - 1n

/**
 * Reads an amount in minor units of its currency. Answers null for a currency that is not known
 * here, a sign, or more decimals than the currency has.
 */
export function readAmount(text: string, currency: string): bigint | null {
  // The currency's name came from outside, and may be `constructor`.
  const known = Object.hasOwn(CURRENCY_DECIMALS, currency)
  return known ? parseSchemaDecimal(text, CURRENCY_DECIMALS[currency]!) : null
}

/** Reads a sum as a count of 10^-17; null when it is none. A sum of debits may be negative. */
export function readSum(text: string): bigint | null {
  if (!text.startsWith("-")) return parseSchemaDecimal(text, SUM_DECIMALS)
  const sum = parseSchemaDecimal(text.slice(1), SUM_DECIMALS)
  return sum === null ? null : -sum
}

/** Minor units of a currency as a count of 10^-17, so that they compare with a sum. */
export function toSum(amount: bigint, currency: string): bigint {
  return amount * 10n ** BigInt(SUM_DECIMALS - CURRENCY_DECIMALS[currency]!)
}

/** A count of 10^-17 as people write it, without zeros at the end but with two decimals. */
export function writeSum(sum: bigint): string {
  return formatDecimal(sum, SUM_DECIMALS).replace(/(\.\d\d\d*?)0+$/, "$1")
}

/** `xs:decimal` also knows "+12", ".5" and "5.". Longer than any amount, it is none. */
function parseSchemaDecimal(text: string, decimals: number): bigint | null {
  const match = /^\+?(\d*)(?:\.(\d*))?$/.exec(text)
  if (!match || text.length > 2 * DIGITS_MAX) return null
  const [, whole = "", fraction = ""] = match
  return whole + fraction === "" ? null : parseDecimal(`${whole || 0}.${fraction || 0}`, decimals)
}

/** The day of an `xs:date` or `xs:dateTime`, as written; null when it is neither. */
export function readDay(text: string): string | null {
  const match = /^(\d{4}-\d{2}-\d{2})(T[\d:.]+)?(?:Z|[+-]\d{2}:\d{2})?$/.exec(text)
  return match && isDay(match[1]!) && (match[2] === undefined || isInstant(text)) ? match[1]! : null
}

/** Whether a text is an `xs:dateTime`. One without a zone is local time of whoever wrote it. */
export function isInstant(text: string): boolean {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?$/
  return form.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))
}
