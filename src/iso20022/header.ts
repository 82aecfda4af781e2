/** Reads what stands at the head of every message, and how records become values. */
import { isInstant, readAmount, readDay } from "./decimal.ts"
import type { Header, Kind, Malformed, Mismatch } from "./items.ts"
import type { Field, Found } from "./layout.ts"
import { Unreadable } from "./scan.ts"

/** The head of any message. */
export const HEADER_FIELDS = {
  MsgId: {},
  CreDtTm: {},
  "MsgPgntn/PgNb": {},
  "MsgPgntn/LastPgInd": {},
} as const satisfies Readonly<Record<string, Field>>

/** Reads it. Throws `Unreadable` when the message has no id: then nothing of it could be kept. */
export function readHeader(
  record: Found<string>,
  kind: Kind,
  original: Header["original"],
): Header {
  const { position, values } = record
  const messageId = values.get("MsgId")
  const createdAt = values.get("CreDtTm")
  if (messageId === undefined) throw new Unreadable(flawOf(record) ?? "no MsgId", position)
  if (createdAt === undefined || !isInstant(createdAt)) {
    throw new Unreadable("no CreDtTm that is an instant", position)
  }
  const page = readPage(values, "MsgPgntn")
  return { item: "header", kind, messageId, createdAt, original, page, position }
}

/** Which page it is, where there is more than one; `null` for all there is. */
export function readPage(
  values: ReadonlyMap<string, string>,
  path: string,
): { readonly number: number; readonly last: boolean } | null {
  const number = readCount(values.get(`${path}/PgNb`))
  const last = readFlag(values.get(`${path}/LastPgInd`)) ?? true
  return number === null || (number === 1 && last) ? null : { number, last }
}

/** All that was found wrong with a record while it was gathered; null for nothing. */
export function flawOf({ flaws }: Found<string>): string | null {
  return flaws.length === 0 ? null : flaws.join("; ")
}

/** A record that couldn't be understood. */
export function malformed(
  { position }: Found<string>,
  why: string,
  endToEndId: string | null = null,
): Malformed {
  return { item: "malformed", why, endToEndId, position }
}

/** A total that isn't what was counted; null when it is, or when none was said. */
export function mismatch(
  { position }: Found<string>,
  what: string,
  said: string | null,
  found: string,
): Mismatch | null {
  return said === null || said === found ? null : { item: "mismatch", what, said, found, position }
}

/** `Max15NumericText`; null for anything else. */
export function readCount(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** `xs:boolean`; null for anything else. */
export function readFlag(text: string | undefined): boolean | null {
  if (text === "true" || text === "1") return true
  return text === "false" || text === "0" ? false : null
}

/** The day of a day or an instant; null when there is none, undefined when it is none. */
export function readDayChoice(
  values: ReadonlyMap<string, string>,
  path: string,
): string | null | undefined {
  const text = values.get(`${path}/Dt`) ?? values.get(`${path}/DtTm`)
  return text === undefined ? null : (readDay(text) ?? undefined)
}

/** An amount and its currency; null when there is none, undefined when it can't be read. */
export function readMoney(
  values: ReadonlyMap<string, string>,
  path: string,
): { readonly amount: bigint; readonly currency: string } | null | undefined {
  const text = values.get(path)
  if (text === undefined) return null
  const currency = values.get(`${path}@Ccy`) ?? ""
  const amount = readAmount(text, currency)
  return amount === null ? undefined : { amount, currency }
}
