/** What a text may mean that somebody looks for a payment with; pure. */
import { CURRENCY_DECIMALS, parseDecimal } from "../../money.ts"
import { fold, foldNumber } from "../search-words.ts"

/** What is looked for. A text may mean several things: all of them are looked for. */
export type Meant = {
  /** As it was given, without blanks around it. */
  readonly exact: string
  /** An id that it is, whatever it names: of a payment, attempt, refund, event, delivery, … */
  readonly id: string | null
  /** A transaction or address of a chain. */
  readonly onChain: string | null
  /** What it is as a part of a reference or description; null where it can't be one. */
  readonly part: string | null
  /** Amounts in minor units, with their asset in front. */
  readonly amounts: readonly string[]
  /** What may be compared with what is sealed beside a payment. */
  readonly personal: Personal | null
}

/** A part of a name or an address, or a whole number. */
export type Personal =
  | { readonly kind: "number"; readonly number: string }
  | { readonly kind: "words"; readonly part: string }

/** The longest text that is looked for: no reference is longer. */
export const SEARCH_MAX = 255

const NAMED_ID =
  /^(?:[a-z]{2,6}_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i
const ON_CHAIN = /^0x(?:[0-9a-f]{40}|[0-9a-f]{64})$/i
/** Two letters are in every other description. */
const PERSONAL_MIN = 3

/** Reads a text; null for one that is blank, longer than `SEARCH_MAX`, or that nobody can store. */
export function readSearch(text: string): Meant | null {
  const exact = text.normalize("NFC").trim()
  if (exact === "" || exact.length > SEARCH_MAX) return null
  if (exact.includes("\0") || !exact.isWellFormed()) return null
  const id = NAMED_ID.exec(exact)?.slice(1).join("-").toLowerCase() ?? null
  const onChain = ON_CHAIN.test(exact) ? exact.toLowerCase() : null
  const isName = id !== null || onChain !== null
  return {
    exact,
    id,
    onChain,
    part: isName ? null : fold(exact),
    amounts: isName ? [] : amountsIn(exact),
    personal: isName ? null : personalIn(exact),
  }
}

function personalIn(text: string): Personal | null {
  const number = foldNumber(text)
  if (number !== null) return { kind: "number", number }
  const part = fold(text)
  const isWords = text.includes("@") || /^[\p{L} .'-]+$/u.test(part)
  return isWords && part.length >= PERSONAL_MIN ? { kind: "words", part } : null
}

/** A sign or code of a currency may stand before or behind an amount. */
const AMOUNT = /^(?:([a-z]{3})\s*)?\$?\s*([\d.,'\s]*\d)\s*(?:([a-z]{3}))?$/i

/**
 * The amounts that a text may mean, each as its asset, a blank and whole minor units. People write
 * "12.500", "12,500" and "12500" for the same, and "12.50" for something else: where a separator
 * may be either, both are meant.
 */
export function amountsIn(text: string): string[] {
  const [, before, figures, behind] = AMOUNT.exec(text.trim()) ?? []
  if (figures === undefined) return []
  const code = (before ?? behind)?.toUpperCase()
  const decimals = [...new Set(readings(figures.replace(/[\s']/g, "")))]
  return Object.entries(CURRENCY_DECIMALS).flatMap(([asset, places]) => {
    if (code !== undefined && code !== asset) return []
    return decimals.flatMap((each) => {
      const amount = parseDecimal(each, places)
      return amount === null || amount === 0n ? [] : [`${asset} ${amount}`]
    })
  })
}

/** Plain decimals that a text with separators may stand for. */
function readings(figures: string): string[] {
  const found: string[] = []
  for (const [group, point] of [
    [".", ","],
    [",", "."],
  ] as const) {
    const grouped = new RegExp(`^\\d{1,3}(?:\\${group}\\d{3})+(?:\\${point}\\d+)?$`)
    const plain = new RegExp(`^\\d+(?:\\${point}\\d+)?$`)
    if (grouped.test(figures) || plain.test(figures)) {
      found.push(figures.replaceAll(group, "").replace(point, "."))
    }
  }
  return found
}
