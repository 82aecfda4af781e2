/** Which passwords may be chosen: long ones that aren't what everybody chooses. Pure. */

/** NIST SP 800-63B-4 asks for 15 where there is no second factor to come, 8 else; ASVS 6.2.1: 8. */
export const PASSWORD_MIN = 12
/** What `password.ts` takes, in characters. */
export const PASSWORD_MAX = 200

export type PasswordFlaw = "short" | "long" | "common" | "own"

/**
 * What the lists of the most common passwords are made of, in the languages that are spoken here.
 * Passwords of twelve and more are these put together, with a year or a row of keys behind.
 */
const COMMON = [
  ..."password passwort passw0rd contrasena contraseña senha clave secreto secreta secret".split(
    " ",
  ),
  ..."admin administrador administrator root user usuario invitado guest login acceso".split(" "),
  ..."welcome bienvenido bemvindo hola hello iloveyou teamo tequiero mimama familia".split(" "),
  ..."dragon monkey master shadow sunshine princess princesa football futbol baseball".split(" "),
  ..."superman batman starwars pokemon naruto michael jennifer daniel carlos maria jose".split(" "),
  ..."nacional millonarios america barcelona realmadrid flamengo corinthians colombia".split(" "),
  ..."mexico brasil argentina bogota medellin caudal letmein changeme cambiame whatever".split(" "),
  ..."trustno freedom computer internet samsung google facebook prueba testing test".split(" "),
  ..."temporal company empresa pagos banco dinero money default".split(" "),
  ..."qwerty qwertz asdf zxcv qazwsx abcd".split(" "),
].toSorted((a, b) => b.length - a.length)

/** Rows of keys, the alphabet and counting, forth and back. */
const ROWS = ["qwertyuiop", "asdfghjklñ", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "01234567890"]
const BOTH_WAYS = ROWS.flatMap((row) => [row, [...row].reverse().join("")])
/** Fewer characters than this beside what is common are guessed with it. */
const OWN_MIN = 5

const LEET: Readonly<Record<string, string>> = { "@": "a", "4": "a", "3": "e", "1": "i", "!": "i" }
const MORE_LEET: Readonly<Record<string, string>> = { "0": "o", $: "s", "5": "s", "7": "t" }

/** What is wrong with a password, or null; `known` are words that are known of its user. */
export function passwordFlaw(password: string, known: readonly string[]): PasswordFlaw | null {
  const length = [...password.normalize("NFKC")].length
  if (length < PASSWORD_MIN) return "short"
  if (length > PASSWORD_MAX) return "long"
  const plain = password.normalize("NFKC").toLowerCase()
  const readings = [plain, plain.replace(/./gsu, (each) => LEET[each] ?? MORE_LEET[each] ?? each)]
  if (readings.some((text) => leftOf(text, COMMON) < OWN_MIN)) return "common"
  const words = known.flatMap((each) => each.toLowerCase().split(/[^\p{L}\p{N}]+/u))
  const own = words.filter((word) => word.length >= 3)
  return readings.some((text) => leftOf(text, [...own, ...COMMON]) < OWN_MIN) ? "own" : null
}

/** How many different characters are left without common words, rows, years and repetition. */
function leftOf(text: string, words: readonly string[]): number {
  let left = text
  for (const word of words) left = left.replaceAll(word, "|")
  left = left.replace(/(?:19|20)\d\d/g, "|")
  left = left.replace(/[\p{L}\p{N}]{3,}/gu, withoutRows)
  return new Set(left.replace(/[^\p{L}\p{N}]/gu, "")).size
}

function withoutRows(text: string): string {
  let left = ""
  for (let at = 0; at < text.length; ) {
    const length = rowAt(text, at)
    left += length >= 3 ? "|" : text[at]
    at += length >= 3 ? length : 1
  }
  return left
}

/** How long the row of keys is that begins there. */
function rowAt(text: string, at: number): number {
  let length = 1
  while (
    at + length < text.length &&
    BOTH_WAYS.some((row) => row.includes(text.slice(at, at + length + 1)))
  ) {
    length += 1
  }
  return length
}
