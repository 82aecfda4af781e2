/** What is seen while benches run: one line of a terminal, written over; elsewhere nothing. */

export type Screen = {
  /** Says what happens now. */
  stage(text: string): void
  /** Says how much of the measuring is done, from 0 to 1. */
  progress(done: number): void
  clear(): void
}

const BAR_WIDTH = 30

/** Makes the screen of one bench. */
export function makeScreen(title: string): Screen {
  const { isTTY } = process.stderr
  let stage = ""
  const draw = (text: string) => isTTY && process.stderr.write(`\r\x1b[K${text}`)
  return {
    stage(text) {
      stage = text
      draw(`${title}: ${text}`)
    },
    progress(done) {
      const filled = Math.round(Math.min(1, done) * BAR_WIDTH)
      const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled)
      draw(`${title}: ${bar} ${String(Math.floor(done * 100)).padStart(3)} % ${stage}`)
    },
    clear: () => draw(""),
  }
}
