/** What is sent to the database: a text, its parameters, and the name it is prepared under. */
import { createHash } from "node:crypto"
import { arrayLiteral, type Element } from "./array.ts"

/**
 * A value for `$1`…: arrays become array literals; a jsonb array is passed as `JSON.stringify`'s
 * text.
 */
export type Parameter = Element | readonly Element[] | Readonly<Record<string, unknown>>

/** One statement with its parameters. */
export type Call = { text: string; params?: readonly Parameter[] }

/** What a statement answered. */
export type Result<Row = Record<string, unknown>> = { rows: Row[]; rowCount: number }

/**
 * Each prepared statement stays in the server's memory for as long as its connection, so a program
 * that builds SQL without end must not prepare it without end. Caudal has some hundreds.
 */
const MAX_PREPARED = 2_000

const names = new Map<string, string>()

/** The name under which a text is prepared, the same for the same text; undefined: not prepared. */
export function statementName(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined) return known
  if (names.size >= MAX_PREPARED) return undefined
  // One word, such as commit, is its own name: whoever watches a connection then sees what it is.
  const isWord = /^[a-z]+$/.test(text)
  const name = isWord ? text : createHash("sha256").update(text).digest("base64url").slice(0, 22)
  names.set(text, name)
  return name
}

/** A call in the driver's form. */
export type DriverQuery = { text: string; name?: string; values?: unknown[] }

/** Turns a call into the driver's form; an undefined parameter is a bug and throws. */
export function driverQuery(call: Call): DriverQuery {
  const { text, params } = call
  // begin, commit and the like gain nothing from being prepared and are one message this way.
  if (params === undefined) return { text }
  const values: unknown[] = new Array(params.length)
  for (let at = 0; at < params.length; at += 1) {
    const value = params[at]
    if (value === undefined) throw new TypeError(`parameter $${at + 1} is undefined: ${text}`)
    values[at] = parameterValue(value)
  }
  return { text, name: statementName(text), values }
}

function parameterValue(value: Parameter): unknown {
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return value
  if (Array.isArray(value)) return arrayLiteral(value)
  // The driver would write the host's local time.
  if (value instanceof Date) return value.toISOString()
  // Here and not in the driver, which is already sending when it finds that it can't.
  return JSON.stringify(value)
}

/** A parameter as the text that a round sends; an undefined one is a bug and throws. */
export function parameterText(value: Parameter): string | null {
  if (value === undefined) throw new TypeError("a parameter is undefined")
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`
  const plain = parameterValue(value)
  return plain === null ? null : String(plain)
}
