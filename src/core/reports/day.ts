/** A day of a calendar as a stretch of time, in the time zone of whoever asks. Pure. */
import { addBusinessDays, type Day, localTime } from "../../calendar.ts"

/** From `from` on, and before `to`. */
export type Stretch = { readonly from: Date; readonly to: Date }

const DAY_MS = 86_400_000
/** No zone is farther from UTC. */
const FARTHEST_MS = 15 * 3_600_000

/** The day that follows. */
export function dayAfter(day: Day): Day {
  return shifted(day, 1)
}

/** The day before. */
export function dayBefore(day: Day): Day {
  return shifted(day, -1)
}

function shifted(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/**
 * When a day begins and ends there: 23 or 25 hours apart where clocks are set that day. Throws a
 * `RangeError` for an unknown time zone.
 */
export function stretchOf(day: Day, timeZone: string): Stretch {
  return { from: beginOf(day, timeZone), to: beginOf(dayAfter(day), timeZone) }
}

/**
 * The first instant at which a calendar there shows `day`, or a later one: midnight, except where
 * clocks are set forward at it.
 */
export function beginOf(day: Day, timeZone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  let before = midnight - FARTHEST_MS
  let reached = midnight + FARTHEST_MS
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2)
    if (localTime(new Date(middle), timeZone).day >= day) reached = middle
    else before = middle
  }
  return new Date(reached)
}

/**
 * The last day on which something was asked that should have an end before `day`: one business day
 * is left to it.
 */
export function lastAskedBefore(day: Day): Day {
  let asked = dayBefore(day)
  while (addBusinessDays(asked, 1) >= day) asked = dayBefore(asked)
  return asked
}
