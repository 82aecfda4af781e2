/** Shows on a terminal how far long work is: one line that is written over, and goes at the end. */

export type Progress = {
  /** `done` of `total`, in the same unit; `total` is null where nobody knows it. */
  at(done: number, total: number | null, text?: string): void
  /** Takes the line away. */
  end(): void
}

type Terminal = { write(text: string): unknown; readonly isTTY?: boolean }

const BAR_CELLS = 24
/** Nobody reads faster, and a terminal over a slow line shouldn't be filled. */
const SHOWN_EVERY_MS = 100
const CLEAR = "\r\u001b[K"

/** Makes one; where `err` is no terminal it shows nothing, for a log has no use for it. */
export function makeProgress(err: Terminal, what: string): Progress {
  if (err.isTTY !== true) return { at: () => {}, end: () => {} }
  let shownAtMs = Number.NEGATIVE_INFINITY
  return {
    at(done, total, text = "") {
      const nowMs = performance.now()
      if (nowMs - shownAtMs < SHOWN_EVERY_MS) return
      shownAtMs = nowMs
      err.write(`${CLEAR}${lineOf(what, done, total, text)}`)
    },
    end: () => void err.write(CLEAR),
  }
}

function lineOf(what: string, done: number, total: number | null, text: string): string {
  const count = done.toLocaleString("en")
  if (total === null || total <= 0) return `${what}  ${count} ${text}`.trimEnd()
  const share = Math.min(1, done / total)
  const full = Math.round(share * BAR_CELLS)
  const bar = "█".repeat(full) + "░".repeat(BAR_CELLS - full)
  return `${what}  ${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${text}`.trimEnd()
}
