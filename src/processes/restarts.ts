/** When a process that ended is started again, and when that is hopeless. */

/** How it went with one process so far. */
export type Lives = {
  /** Ends in a row, none of them after a steady life. */
  readonly inARow: number
}

export const NEWBORN: Lives = { inARow: 0 }

/** Whoever loses one process to a bug or a lack of memory should hardly notice. */
const FIRST_WAIT_MS = 100
/** A database that is away may be so for hours: a try each 10 s costs nothing. */
const LONGEST_WAIT_MS = 10_000
/** What ends later than this has another reason than the start itself. */
const STEADY_MS = 60_000
/** By then it was tried for half a minute. */
const HOPELESS = 10

/** The process ended after `livedMs`: what is known of it now, and how long to wait. */
export function afterEnd(lives: Lives, livedMs: number): Lives & { readonly waitMs: number } {
  const inARow = livedMs >= STEADY_MS ? 1 : lives.inARow + 1
  return { inARow, waitMs: Math.min(FIRST_WAIT_MS * 2 ** (inARow - 1), LONGEST_WAIT_MS) }
}

/**
 * Whether to give up: none of the processes serves, and one has failed again and again. Whoever
 * started the gateway sees it end then, and may have a remedy that we don't.
 */
export function isHopeless(all: readonly (Lives & { readonly serves: boolean })[]): boolean {
  return all.every(({ serves }) => !serves) && all.some(({ inARow }) => inARow >= HOPELESS)
}
