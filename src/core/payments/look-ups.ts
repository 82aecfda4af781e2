/** When attempts without an answer are looked at, where their rail has no times of its own. */
import type { Rail } from "../rail.ts"
import type { Method } from "./attempt.ts"

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * How long after an attempt began it is looked at; from the last one on daily. Soon at first, for
 * most answers were only lost on their way; then seldom, for a bank may take days, and without end,
 * for nothing but its word says what became of the money.
 */
export const LOOK_UPS_MS = [MINUTE_MS, 5 * MINUTE_MS, 60 * MINUTE_MS, DAY_MS] as const

/**
 * When an attempt that began at `begunAt` is looked at next, as seen from `now`; null for never.
 * `looks` is what the rail counts by.
 */
export function nextLook(
  rail: Pick<Rail, "lookDelayMs">,
  {
    begunAt,
    looks,
    method,
  }: { readonly begunAt: Date; readonly looks: number; readonly method: Method },
  now: Date,
): Date | null {
  if (rail.lookDelayMs) {
    const delayMs = rail.lookDelayMs(looks, method)
    return delayMs === null ? null : new Date(now.getTime() + delayMs)
  }
  const ageMs = now.getTime() - begunAt.getTime()
  // Counted from the begin, so that a look that came late doesn't put all later ones off.
  const early = LOOK_UPS_MS.find((afterMs) => afterMs > ageMs)
  const afterMs = early ?? (Math.floor(ageMs / DAY_MS) + 1) * DAY_MS
  return new Date(begunAt.getTime() + afterMs)
}
