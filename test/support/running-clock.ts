/** A time that runs by itself, faster than the host's: a clock, and the pauses of a process. */
import { syncBuiltinESMExports } from "node:module"
import timers from "node:timers/promises"
import type { Clock } from "../../src/clock.ts"

/** A business day in Bogota, nine in the morning. */
const MORNING = new Date("2026-01-05T14:00:00.000Z")
/** A bank's quarter of a minute is over in a second and a half, and no lease ends too soon. */
export const SPEED = 10

export type RunningClock = Clock & {
  advance(ms: number): void
  /** Lets it stand still, but for `advance`, until the work is done. */
  still<Answer>(work: () => Promise<Answer>): Promise<Answer>
}
/** Where a running clock stands: `at` at the host's `hostMs`. */
export type Pace = { readonly at: string; readonly hostMs: number; readonly speed: number }

/** A clock that runs by itself, faster than the host's, and can be moved on. */
export function runningClock(pace: Partial<Pace> = {}): RunningClock {
  const { at = MORNING.toISOString(), hostMs = Date.now(), speed = SPEED } = pace
  const startMs = Date.parse(at)
  let skippedMs = 0
  let stoodMs: number | null = null
  const ranMs = () => (performance.timeOrigin + performance.now() - hostMs) * speed
  const goneMs = () => (stoodMs ?? ranMs()) + skippedMs
  return {
    now: () => new Date(Math.trunc(startMs + goneMs())),
    elapsedMs: goneMs,
    advance: (ms) => {
      skippedMs += ms
    },
    async still(work) {
      stoodMs = ranMs()
      try {
        return await work()
      } finally {
        skippedMs += stoodMs - ranMs()
        stoodMs = null
      }
    },
  }
}

/** Lets the pauses of this process pass as fast; limits to what others may take stay. */
export function hurry(speed = SPEED): void {
  const { setTimeout: sleep } = timers
  const quick: typeof sleep = (ms, ...rest) => sleep((ms ?? 1) / speed, ...rest)
  Object.assign(timers, { setTimeout: quick })
  // Whoever imported it has this one from now on.
  syncBuiltinESMExports()
}
