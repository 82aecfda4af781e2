/** Counts the time that is left by the server's clock: the payer's may be wrong. */

const SECOND_MS = 1_000
/** Of more than a day nobody wants to see the seconds; the page names the day. */
const SHOWN_MAX_S = 86_400

/** Begins to count; the function it answers takes what the server said last. */
export function countDown(ended: () => void): (leftSeconds: number | null) => void {
  let endsAtMs: number | null = null

  setInterval(tick, SECOND_MS)
  return (leftSeconds) => {
    endsAtMs = leftSeconds === null ? null : performance.now() + leftSeconds * SECOND_MS
    tick()
  }

  function tick(): void {
    const timer = document.querySelector<HTMLElement>("[data-timer]")
    if (endsAtMs === null || !timer) return
    const left = Math.max(0, Math.ceil((endsAtMs - performance.now()) / SECOND_MS))
    timer.hidden = left > SHOWN_MAX_S
    timer.textContent = written(left)
    if (left > 0) return
    endsAtMs = null
    ended()
  }
}

function written(seconds: number): string {
  const parts = [Math.trunc(seconds / 60) % 60, seconds % 60]
  const hours = Math.trunc(seconds / 3_600)
  const texts = parts.map((part) => String(part).padStart(2, "0"))
  return (hours > 0 ? [hours, ...texts] : texts).join(":")
}
