/** What nodes answer, read strictly: numbers, hashes, words; anything else is nonsense. */

/** A node answered what can't be used. The message says what it does, after the node's name. */
export class Nonsense extends Error {
  override readonly name = "Nonsense"
}

export const isQuantity = (value: unknown): value is string =>
  typeof value === "string" && /^0x[0-9a-f]{1,14}$/i.test(value)

/** A number of JSON-RPC. Throws `Nonsense` for anything else, and for what isn't exact. */
export function readQuantity(value: unknown): number {
  const number = isQuantity(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number)) throw new Nonsense("answers something else than a number")
  return number
}

export const toQuantity = (value: number): string => `0x${value.toString(16)}`

export const isHash = (value: unknown): value is string =>
  typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value)

/** 32 bytes in lower case. Throws `Nonsense` for anything else. */
export function readHash(value: unknown): string {
  const hash = typeof value === "string" ? value.toLowerCase() : value
  if (!isHash(hash)) throw new Nonsense("answers something else than a hash")
  return hash
}

export const isAddress = (value: unknown): value is string =>
  typeof value === "string" && /^0x[0-9a-f]{40}$/i.test(value)

/** The fields of an object of JSON. Throws `Nonsense` for anything else. */
export function readFields(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Nonsense("answers something else than an object")
  }
  return value as Record<string, unknown>
}

/** A list of JSON. Throws `Nonsense` for anything else. */
export function readList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Nonsense("answers something else than a list")
  return value
}

/** The word of a call that answers one number, or null when there is no such word. */
export function readWord(value: unknown): bigint | null {
  return typeof value === "string" && /^0x[0-9a-f]{64}$/i.test(value) ? BigInt(value) : null
}

/** The argument of an address in calldata and topics, without `0x`. */
export const wordOf = (address: string): string => address.slice(2).padStart(64, "0")
