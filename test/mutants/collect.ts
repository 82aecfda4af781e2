/** Stands for `node:test` where tests are run again and again: it keeps them, and runs none. */

export type Kept = { readonly name: string; readonly run: () => unknown }

let kept: Kept[] = []

/** What gives back, at the very end, what tests share. */
const ends: (() => unknown)[] = []

/** Keeps a test. Tests within tests, and hooks but this one, aren't known here. */
export function test(name: string, run: () => unknown): void {
  kept.push({ name, run })
}

/** Keeps what is to be done after all tests of a file: here, when no mutant is left. */
export function after(work: () => unknown): void {
  ends.push(work)
}

/** Does what was kept for the end. */
export async function end(): Promise<void> {
  for (const work of ends.splice(0)) await work()
}

/** The tests that were kept since the last time. */
export function takeKept(): Kept[] {
  const all = kept
  kept = []
  return all
}
