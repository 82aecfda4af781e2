/** Text as it may stand in a file for a bank: cleaned, cut to its length, escaped. */

/**
 * Which letters a bank takes. `any`: all that XML allows, as the schemas say; `basic`: the Latin
 * character set of the European Payments Council, which older clearing systems ask for.
 */
export type Letters = "any" | "basic"

/** Outside of what XML 1.0 calls a character, section 2.2; lone surrogates are gone before. */
const FORBIDDEN = /[\0-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g
/** Invisible, and of no use to a bank: controls, and marks that turn the direction of writing. */
const INVISIBLE = /[\x7F-\x9F\xAD\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g
const NOT_BASIC = /[^A-Za-z0-9/\-?:().,'+ ]/g

/** What letters without a plain letter below their mark become, and signs that have a likeness. */
const LIKENESS: Readonly<Record<string, string>> = {
  Æ: "AE",
  æ: "ae",
  Œ: "OE",
  œ: "oe",
  Ø: "O",
  ø: "o",
  Đ: "D",
  đ: "d",
  Ł: "L",
  ł: "l",
  Þ: "TH",
  þ: "th",
  ß: "ss",
  ı: "i",
  "&": "+",
  _: "-",
  "–": "-",
  "—": "-",
  "’": "'",
  "‘": "'",
  "´": "'",
  "`": "'",
}
const LIKENED = new RegExp(`[${Object.keys(LIKENESS).join("")}]`, "g")

/**
 * One line of text of at most `max` characters (code points, as a schema counts them): forbidden
 * characters are left out, white space becomes single blanks. Empty when nothing remains.
 */
export function clean(text: string, max: number, letters: Letters = "any"): string {
  // A file is plain ASCII most of the time, and nothing of it needs any of this.
  if (text.length <= max && /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)*$/.test(text)) return text
  const line = text
    .replace(/\p{Surrogate}/gu, "")
    .replace(/\s+/g, " ")
    .replace(FORBIDDEN, "")
    .replace(INVISIBLE, "")
    .normalize("NFC")
  const plain = letters === "basic" ? toBasic(line) : line
  return cut(plain.replace(/ +/g, " ").trim(), max).trimEnd()
}

function toBasic(text: string): string {
  return text
    .replace(LIKENED, (letter) => LIKENESS[letter]!)
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(NOT_BASIC, ".")
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const points = [...text]
  return points.length <= max ? text : points.slice(0, max).join("")
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

/** Text as the content of an element. Not for attributes: ours hold a currency's three letters. */
export function escapeText(text: string): string {
  return /[&<>]/.test(text) ? text.replace(/[&<>]/g, (sign) => ESCAPES[sign]!) : text
}
