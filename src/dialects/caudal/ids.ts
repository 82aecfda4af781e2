/** The prefixed ids of this API: a word for what it names, and the id's 32 hexadecimal digits. */

import type { StatementPlace } from "../../core/index.ts"

const PREFIXES = {
  payment: "pay",
  refund: "re",
  attempt: "att",
  customer: "cus",
  instrument: "ins",
  event: "evt",
  endpoint: "ep",
  delivery: "del",
  merchant: "mer",
  transfer: "tr",
} as const
export type Named = keyof typeof PREFIXES

const HEX = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Writes an id for the wire, such as `pay_0198b0a000004000…`. */
export function idOut(of: Named, id: string): string {
  return `${PREFIXES[of]}_${id.replaceAll("-", "")}`
}

/**
 * Reads an id with its prefix, or without one as the other dialects show theirs. Null for a text
 * that can't be an id of this kind of thing.
 */
export function idIn(of: Named, text: string): string | null {
  const lower = text.toLowerCase()
  if (UUID.test(lower)) return lower
  const prefix = `${PREFIXES[of]}_`
  const hex = HEX.exec(lower.startsWith(prefix) ? lower.slice(prefix.length) : "")
  return hex ? hex.slice(1).join("-") : null
}

const PLACE = /^([0-9a-f-]{36}) (\d{1,14}) (-?\d{1,78}) (-?\d{1,78})$/

/**
 * Writes where a page of a statement ended, with what the wallet had there: the next page needn't
 * add up all before it again.
 */
export function placeOut({ id, at, available, held }: StatementPlace): string {
  return Buffer.from([id, at.getTime(), available, held].join(" ")).toString("base64url")
}

/** Reads it; null for what can't be one. */
export function placeIn(text: string): StatementPlace | null {
  const found = PLACE.exec(Buffer.from(text, "base64url").toString("latin1"))
  const [, id, at, available, held] = found ?? []
  if (!id || !UUID.test(id)) return null
  return { id, at: new Date(Number(at)), available: BigInt(available!), held: BigInt(held!) }
}
