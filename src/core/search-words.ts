/** How what people type is made comparable: case, accents and separators don't count; pure. */

/**
 * Letters that stand for a plain one, in pairs: what the database's `translate` is given, too, so
 * that both sides fold alike whatever its locale is.
 */
const ACCENTS = [
  ["aáàâäãå", "a"],
  ["eéèêë", "e"],
  ["iíìîï", "i"],
  ["oóòôöõ", "o"],
  ["uúùûü", "u"],
  ["nñ", "n"],
  ["cç", "c"],
] as const

/** The letters with an accent, small and capital. */
export const ACCENTED = ACCENTS.map(([all]) => all.slice(1) + all.slice(1).toUpperCase()).join("")
/** The plain letter for each of them, at the same place. */
export const PLAIN = ACCENTS.map(([all, plain]) => plain.repeat(2 * (all.length - 1))).join("")

const PLAIN_OF = new Map([...ACCENTED].map((letter, at) => [letter, PLAIN[at]!]))

/** Text as it is compared: composed, small, without accents, with single blanks. */
export function fold(text: string): string {
  const small = text.normalize("NFC").replace(/\s+/gu, " ").trim().toLowerCase()
  return [...small].map((letter) => PLAIN_OF.get(letter) ?? letter).join("")
}

/** Fewer digits than these find half of the world. */
const DIGITS_MIN = 5
/** What numbers are set apart with when people write them. */
const SEPARATORS = /[\s.()+/-]/g

/** A document, telephone or account as it is compared; null for what can't be one. */
export function foldNumber(text: string): string | null {
  const number = fold(text).replace(SEPARATORS, "")
  const digits = number.replace(/\D/g, "").length
  return /^[0-9a-z]{5,40}$/.test(number) && digits >= DIGITS_MIN ? number : null
}

/** National numbers in the region have ten digits: with and without the country's code are one. */
const NATIONAL_DIGITS = 10

/** A number, and what it is without the code of a country before it. */
export function waysToWrite(number: string): string[] {
  const isLong = /^\d+$/.test(number) && number.length > NATIONAL_DIGITS
  return isLong && number.length <= NATIONAL_DIGITS + 3
    ? [number, number.slice(-NATIONAL_DIGITS)]
    : [number]
}

/** The words of a name: at least two letters each, no more than a name has. */
export function wordsIn(text: string): string[] {
  const words = fold(text).match(/[\p{L}\p{N}]{2,}/gu) ?? []
  return [...new Set(words)].slice(0, 10)
}
