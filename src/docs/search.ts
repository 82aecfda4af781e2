/** Finds passages by words: accents and case don't count, headings count most; pure. */

export type Entry = {
  /** What a find is known by to the caller. */
  readonly key: number
  readonly title: string
  readonly heading: string
  readonly text: string
  /** How much it counts beside others: 1, or less for what should stand behind. */
  readonly share: number
}

export type Find = { readonly key: number; readonly score: number }

export type Index = {
  /** The best first, at most `limit`. Nothing for what has no word in it. */
  search(query: string, limit: number): Find[]
  /** The words of the index for each word of a query: what to mark in a text. */
  wordsFor(query: string): readonly string[]
}

/** Longer than any question; the rest is left out, so that nobody can make us work for long. */
const QUERY_MAX = 200
const WORDS_MAX = 8
/** How much a word counts by where it stands. */
const WEIGHTS = { title: 6, heading: 8, text: 1 } as const
/** A word that only begins so, or is one letter off, is a worse find than the word itself. */
const BEGINS = 0.6
const NEARLY = 0.35
/** Words that a beginning is tried with, at most: "a" begins thousands. */
const BEGINNINGS_MAX = 60
/** Words as short as this have too many neighbours one letter away. */
const NEAR_LEAST = 5
/** Words that ask, and say nothing of what is asked for; without accents, in both languages. */
const SMALL = new Set(
  [
    "a an and are as at be by can do does for from how i in is it me mean means my of on or that",
    "the this to what when where which who why with al como con cual cuando de del donde el en es",
    "la las lo los mi para por que quien se si significa su un una y",
  ].flatMap((line) => line.split(" ")),
)
/** How soon more of one word in one passage counts no more (BM25's k1 and b). */
const SATURATION = 1.2
const LENGTH_SHARE = 0.6

/** Text as it is compared: lower case, without accents. */
export function folded(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
}

/** The words of a text as they are compared; `payment.approved` is two and also one. */
export function wordsOf(text: string): string[] {
  return (
    folded(text)
      .match(/[\p{L}\p{N}]+(?:[._-][\p{L}\p{N}]+)*/gu)
      ?.flatMap(parts) ?? []
  )
}

function parts(word: string): string[] {
  const split = word.split(/[._-]/)
  return split.length === 1 ? split : [word, ...split]
}

/** Makes an index; awaits `rest` between passages, so that payments go on meanwhile. */
export async function makeIndex(
  entries: readonly Entry[],
  rest: () => Promise<void> = async () => {},
): Promise<Index> {
  // For each word the passages that have it, and how much of it.
  const postings = new Map<string, Map<number, number>>()
  const lengths = new Map<number, number>()
  for (const [at, entry] of entries.entries()) {
    let length = 0
    for (const [part, weight] of Object.entries(WEIGHTS)) {
      for (const word of wordsOf(entry[part as keyof typeof WEIGHTS])) {
        const posting = postings.get(word) ?? new Map<number, number>()
        postings.set(word, posting)
        posting.set(entry.key, (posting.get(entry.key) ?? 0) + weight)
        length += 1
      }
    }
    lengths.set(entry.key, length)
    if (at % 50 === 49) await rest()
  }
  const shares = new Map(entries.map(({ key, share }) => [key, share]))
  const sorted = [...postings.keys()].sort()
  const average = [...lengths.values()].reduce((sum, each) => sum + each, 0) / entries.length || 1

  /** The words of the index that a word of a query stands for, with how well. */
  function meant(word: string): [word: string, fit: number][] {
    const own: [string, number][] = postings.has(word) ? [[word, 1]] : []
    const begin = beginning(sorted, word).filter((each) => each !== word)
    const longer = begin.slice(0, BEGINNINGS_MAX).map((each): [string, number] => [each, BEGINS])
    if (own.length + longer.length > 0 || word.length < NEAR_LEAST) return [...own, ...longer]
    return sorted
      .filter((each) => isNear(each, word))
      .slice(0, BEGINNINGS_MAX)
      .map((each) => [each, NEARLY])
  }

  function scoresOf(word: string): Map<number, number> {
    const scores = new Map<number, number>()
    const words = meant(word)
    // One rarity for all that the word stands for: else a rare beginning beat the word itself.
    const many = new Set(words.flatMap(([each]) => [...postings.get(each)!.keys()])).size
    const rarity = Math.log(1 + entries.length / many)
    for (const [each, fit] of words) {
      const posting = postings.get(each)!
      for (const [key, count] of posting) {
        const long = 1 - LENGTH_SHARE + LENGTH_SHARE * (lengths.get(key)! / average)
        const much = (count * (SATURATION + 1)) / (count + SATURATION * long)
        const score = fit * rarity * much
        scores.set(key, Math.max(scores.get(key) ?? 0, score))
      }
    }
    return scores
  }

  function asked(query: string): string[] {
    const words = [...new Set(wordsOf(query.slice(0, QUERY_MAX)))]
    const telling = words.filter((word) => !SMALL.has(word))
    return (telling.length > 0 ? telling : words).slice(0, WORDS_MAX)
  }

  return {
    wordsFor: (query) => asked(query).flatMap((word) => meant(word).map(([each]) => each)),
    search(query, limit) {
      const words = asked(query).map(scoresOf)
      const totals = new Map<number, { score: number; has: number }>()
      for (const scores of words) {
        for (const [key, score] of scores) {
          const known = totals.get(key) ?? { score: 0, has: 0 }
          totals.set(key, { score: known.score + score, has: known.has + 1 })
        }
      }
      // What has every word stands before what has some of them.
      return [...totals]
        .map(([key, { score, has }]) => ({
          key,
          score: score * shares.get(key)! * (has / words.length) ** 2,
        }))
        .sort((one, other) => other.score - one.score || one.key - other.key)
        .slice(0, limit)
    },
  }
}

/** The words of a sorted list that begin so. */
function beginning(sorted: readonly string[], start: string): string[] {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < start) low = middle + 1
    else high = middle
  }
  const found: string[] = []
  while (found.length <= BEGINNINGS_MAX && sorted[low]?.startsWith(start))
    found.push(sorted[low++]!)
  return found
}

/** Whether one letter more, less, changed or swapped makes one word of the other. */
export function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false
  let start = 0
  while (start < one.length && one[start] === other[start]) start += 1
  const rest = (text: string, skipped: number) => text.slice(start + skipped)
  if (rest(one, 1) === rest(other, 1)) return true
  if (rest(one, 1) === rest(other, 0) || rest(one, 0) === rest(other, 1)) return true
  const swapped = `${other[start + 1] ?? ""}${other[start] ?? ""}${rest(other, 2)}`
  return rest(one, 0) === swapped
}

export type Piece = { readonly text: string; readonly marked: boolean }

/**
 * The part of a text around the first of these words, at most about `length` characters, in
 * pieces that are marked where such a word stands.
 */
export function excerpt(text: string, words: readonly string[], length: number): Piece[] {
  const wanted = new Set(words)
  const marks = [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].filter(([word]) =>
    wanted.has(folded(word)),
  )
  const first = marks[0]?.index ?? 0
  const from = first < length / 2 ? 0 : text.lastIndexOf(" ", first - length / 3) + 1
  const last = text.lastIndexOf(" ", from + length)
  const to = text.length <= from + length ? text.length : last > from ? last : from + length
  const pieces: Piece[] = []
  let end = from
  const add = (until: number, marked: boolean) => {
    if (until > end) pieces.push({ text: text.slice(end, until), marked })
    end = until
  }
  if (from > 0) pieces.push({ text: "… ", marked: false })
  for (const { index, 0: word } of marks) {
    if (index < end || index + word.length > to) continue
    add(index, false)
    add(index + word.length, true)
  }
  add(to, false)
  if (to < text.length) pieces.push({ text: " …", marked: false })
  return pieces
}
