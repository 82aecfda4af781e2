/** How what people type is made comparable: case, accents and separators don't count; pure. */

/** Letters that stand for a plain one. */
const ACCENTED = {
  a: "áàâäãå",
  e: "éèêë",
  i: "íìîï",
  o: "óòôöõ",
  u: "úùûü",
  n: "ñ",
  c: "ç",
} as const

const PLAIN_OF = new Map(
  Object.entries(ACCENTED).flatMap(([plain, all]) => [...all].map((each) => [each, plain])),
)

/** Text as it is compared: composed, small, without accents, with single blanks. */
export function fold(text: string): string {
  const small = text.normalize("NFC").replace(/\s+/gu, " ").trim().toLowerCase()
  return [...small].map((letter) => PLAIN_OF.get(letter) ?? letter).join("")
}

/** An accent that a letter may have of its own behind it. */
const OWN_ACCENT = "[\u0300-\u036f]?"

/**
 * The regular expression by which PostgreSQL finds folded text as a part of stored text, whatever
 * its locale is. Every sign stands for itself: ten times as fast as folding what is stored.
 */
export function patternOf(part: string): string {
  return [...part].map(signOf).join("")
}

/** What may mean something in an expression; behind a backslash it means itself. */
const PUNCTUATION = /[!-/:-@[-`{-~]/

function signOf(sign: string): string {
  if (sign === " ") return "\\s+"
  if (PUNCTUATION.test(sign)) return `\\${sign}`
  if (!/\p{L}/u.test(sign)) return sign
  const accented = Object.hasOwn(ACCENTED, sign) ? ACCENTED[sign as keyof typeof ACCENTED] : ""
  const all = sign + accented
  return `[${all}${all.toUpperCase()}]${accented === "" ? "" : OWN_ACCENT}`
}

/** Fewer digits than these find half of the world; no document has more signs than those. */
const NUMBER = /^(?=(?:\D*\d){5})[0-9a-z]{5,40}$/
/** What numbers are set apart with when people write them. */
const SEPARATORS = /[\s.()+/-]/g

/** A document, telephone or account as it is compared; null for what can't be one. */
export function foldNumber(text: string): string | null {
  const number = fold(text).replace(SEPARATORS, "")
  return NUMBER.test(number) ? number : null
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
