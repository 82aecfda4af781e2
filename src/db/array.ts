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
  const write = makeElementWriter()
  let text = "{"
  for (let at = 0; at < values.length; at += 1) {
    text += at > 0 ? `,${write(values[at]!)}` : write(values[at]!)
  }
  return `${text}}`
}

/** The same of one property of many rows; `json` for values that are written as JSON text. */
export function columnLiteral<Row>(rows: readonly Row[], name: keyof Row, json: boolean): string {
  const write = json ? jsonText : makeElementWriter()
  let text = "{"
  for (let at = 0; at < rows.length; at += 1) {
    const value = rows[at]![name] as Element | undefined
    const element = value === null || value === undefined ? "NULL" : write(value)
    text += at > 0 ? `,${element}` : element
  }
  return `${text}}`
}

function quoted(text: string): string {
  return mustEscape.test(text) ? `"${text.replace(quoteOrBackslash, "\\$&")}"` : `"${text}"`
}

/** JSON text has no control characters: written as JSON again it is escaped as a literal is. */
function jsonText(value: unknown): string {
  return JSON.stringify(JSON.stringify(value))
}

/** The rows of a batch were all written at one instant: its text is made once. */
function makeElementWriter(): (value: Element) => string {
  let instant: Date | null = null
  let instantText = ""
  return (value) => {
    if (typeof value === "string") return quoted(value)
    if (!(value instanceof Date)) return elementText(value)
    if (value !== instant) {
      instantText = `"${value.toISOString()}"`
      instant = value
    }
    return instantText
  }
}

function elementText(value: Exclude<Element, string | Date>): string {
  if (value === null) return "NULL"
  if (typeof value === "boolean") return value ? "t" : "f"
  // In a literal the backslash of bytea's \x is itself escaped.
  if (typeof value === "object") return `"\\\\x${value.toString("hex")}"`
  if (value === undefined) throw new TypeError("an array for the database holds undefined; null?")
  return String(value)
}
