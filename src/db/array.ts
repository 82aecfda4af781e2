/** Writes PostgreSQL array literals by hand: the hot path hands whole columns to `unnest`. */

/** What an array literal can hold. */
export type Element = string | null | number | bigint | boolean | Date | Buffer

const mustEscape = /["\\]/
const quoteOrBackslash = /["\\]/g

/**
 * Builds the text of a one-dimensional array parameter, to be cast where it is used
 * (`unnest($1::text[])`).
 *
 * Strings are always quoted, so an empty one, `NULL` as a word, commas and braces need no case of
 * their own. Dates become ISO text, buffers bytea in hexadecimal. An invalid Date throws
 * RangeError.
 */
export function arrayLiteral(values: readonly Element[]): string {
  if (values.length === 0) return "{}"
  let text = "{"
  for (let at = 0; at < values.length; at += 1) {
    if (at > 0) text += ","
    const value = values[at]!
    if (typeof value === "string") {
      text += mustEscape.test(value) ? `"${value.replace(quoteOrBackslash, "\\$&")}"` : `"${value}"`
    } else text += elementText(value)
  }
  return `${text}}`
}

function elementText(value: Exclude<Element, string>): string {
  if (value === null) return "NULL"
  if (typeof value === "boolean") return value ? "t" : "f"
  if (value instanceof Date) return `"${value.toISOString()}"`
  // In a literal the backslash of bytea's \x is itself escaped.
  if (typeof value === "object") return `"\\\\x${value.toString("hex")}"`
  if (value === undefined) throw new TypeError("an array for the database holds undefined; null?")
  return String(value)
}
