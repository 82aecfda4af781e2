/**
 * Patterns that identifiers are held against: the part of regular expressions that can't be slow.
 */

/** The longest identifier that can be sold to; a card number has 19 digits. */
export const IDENTIFIER_MAX = 40
/** The longest pattern; a list of area codes fits. */
const PATTERN_MAX = 200
/**
 * In how many ways a pattern may read a value before it finds that it can't: tens of thousands take
 * some milliseconds, and each ambiguous repeat multiplies them by 40.
 */
const WAYS_MAX = 50_000

/** What was read of a pattern: in how many ways it can match, and whether it repeats anything. */
type Part = { readonly ways: number; readonly repeats: boolean }
type Reader = { readonly source: string; at: number }
type Times = { readonly least: number; readonly most: number }

class NotSimple extends Error {}

/**
 * Why a pattern can't be used, or null when it can: literals, classes, groups, alternatives and
 * repeats, but no repeat of a repeat, look-around or back-reference, and no more than
 * `WAYS_MAX` ways to read a value of `IDENTIFIER_MAX` characters.
 */
export function patternProblem(source: string): string | null {
  if (source.length > PATTERN_MAX) return `must have at most ${PATTERN_MAX} characters`
  try {
    // It alone knows the syntax; what follows may trust it.
    new RegExp(`^(?:${source})$`, "u")
    new RegExp(source, "u")
  } catch {
    return "must be a regular expression"
  }
  try {
    const { ways } = readAlternatives({ source, at: 0 })
    return ways <= WAYS_MAX
      ? null
      : "must be a simple pattern: it can be read in too many ways; bound its repeats"
  } catch (error) {
    if (!(error instanceof NotSimple)) throw error
    return `must be a simple pattern: ${error.message}`
  }
}

/** Whether the whole of a value fits a pattern without a problem. */
export function fits(source: string, value: string): boolean {
  return new RegExp(`^(?:${source})$`, "u").test(value)
}

/** Up to the bracket that closes them, or to the end. */
function readAlternatives(reader: Reader): Part {
  let sum = 0
  let ways = 1
  let repeats = false
  for (;;) {
    const sign = reader.source[reader.at]
    if (sign === undefined || sign === ")") return { ways: sum + ways, repeats }
    if (sign === "|") {
      reader.at += 1
      sum += ways
      ways = 1
      continue
    }
    const part = readRepeated(reader)
    ways *= part.ways
    repeats ||= part.repeats
  }
}

function readRepeated(reader: Reader): Part {
  const part = readOne(reader)
  const times = readTimes(reader)
  if (times === null) return part
  // An optional part is no loop.
  if (times.most > 1 && part.repeats) throw new NotSimple("it repeats what repeats already")
  let ways = 0
  for (let count = times.least; count <= times.most; count += 1) ways += part.ways ** count
  return { ways, repeats: true }
}

function readOne(reader: Reader): Part {
  const { source } = reader
  const sign = source[reader.at]
  reader.at += 1
  if (sign === "(") return readGroup(reader)
  if (sign === "[") skipClass(reader)
  if (sign === "\\") skipEscape(reader)
  return { ways: 1, repeats: false }
}

function readGroup(reader: Reader): Part {
  if (reader.source[reader.at] === "?") {
    if (reader.source[reader.at + 1] !== ":")
      throw new NotSimple("it looks around or names a group")
    reader.at += 2
  }
  const part = readAlternatives(reader)
  reader.at += 1
  return part
}

function skipClass(reader: Reader): void {
  while (reader.source[reader.at] !== "]") reader.at += reader.source[reader.at] === "\\" ? 2 : 1
  reader.at += 1
}

function skipEscape(reader: Reader): void {
  const { source } = reader
  const sign = source[reader.at]!
  reader.at += 1
  if (/[1-9k]/.test(sign)) throw new NotSimple("it refers back to what was matched")
  const inBraces = /[pPu]/.test(sign) && source[reader.at] === "{"
  if (inBraces) reader.at = source.indexOf("}", reader.at) + 1
}

const TIMES: Readonly<Record<string, Times>> = {
  "*": { least: 0, most: IDENTIFIER_MAX },
  "+": { least: 1, most: IDENTIFIER_MAX },
  "?": { least: 0, most: 1 },
}

/** How often the part before is wanted, when that is said; lazy or not is all the same. */
function readTimes(reader: Reader): Times | null {
  const rest = reader.source.slice(reader.at)
  const [text, least, comma, most] = /^(?:[*+?]|\{(\d+)(,)?(\d*)\})\??/.exec(rest) ?? []
  if (text === undefined) return null
  reader.at += text.length
  if (least === undefined) return TIMES[text[0]!]!
  const times = {
    least: Number(least),
    most: comma === undefined ? Number(least) : most ? Number(most) : IDENTIFIER_MAX,
  }
  if (Math.max(times.least, times.most) > IDENTIFIER_MAX) {
    throw new NotSimple(`it repeats something more than ${IDENTIFIER_MAX} times`)
  }
  return times
}
