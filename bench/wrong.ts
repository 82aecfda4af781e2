/** What was wrong with answers or messages: how many, and the first few of them in words. */

export type Wrong = {
  readonly wrong: readonly string[]
  readonly wrongCount: number
}

const SHOWN = 3
const SHOWN_LENGTH = 300

/** Makes an empty list. */
export function listWrong() {
  const wrong: string[] = []
  let wrongCount = 0
  return {
    /** Adds what is wrong with one; null where nothing is. */
    add(problem: string | null): void {
      if (problem === null) return
      wrongCount += 1
      if (wrong.length < SHOWN) wrong.push(problem.slice(0, SHOWN_LENGTH))
    },
    all: (): Wrong => ({ wrong, wrongCount }),
  }
}
