/** Finds what somebody may have meant who typed a word that there isn't. */

/** Longer words than these are no slip of a finger, and would take long to compare. */
const LENGTH_MAX = 40
/** One slip in three letters: more of them could be any other word. */
const SLIPS_PER_LETTER = 1 / 3

/** The known word that takes the fewest slips, if so few that it is worth a guess; else null. */
export function nearest(typed: string, known: readonly string[]): string | null {
  if (typed.length > LENGTH_MAX) return null
  const lower = typed.toLowerCase()
  const begun = known.filter((word) => lower.length > 1 && word.startsWith(lower))
  if (begun.length === 1) return begun[0]!
  const near = known
    .map((word) => ({ word, slips: slipsBetween(lower, word) }))
    .filter(({ word, slips }) => slips <= Math.max(1, word.length * SLIPS_PER_LETTER))
    .sort((a, b) => a.slips - b.slips)
  return near[0]?.word ?? null
}

/** ` Did you mean "…"?`, or nothing. */
export function meant(typed: string, known: readonly string[]): string {
  const word = nearest(typed, known)
  return word === null ? "" : ` (did you mean "${word}"?)`
}

/** Letters that were left out, put in, exchanged, or swapped with their neighbour. */
function slipsBetween(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        last[j]! + 1,
        row[j - 1]! + 1,
        last[j - 1]! + (same ? 0 : 1),
        swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = row
  }
  return last[b.length]!
}
