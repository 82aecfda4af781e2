/** Days that people choose, and when they begin and end where a merchant is. */
import { beginOf, dayAfter, isDay } from "../core/index.ts"

/** No payment is older than the program, and no calendar has four digits for ever. */
const FIRST_DAY = "2000-01-01"
const LAST_DAY = "2199-12-31"

/** Reads a day such as 2026-11-22; null for what is none, or lies out of all reason. */
export function readDay(text: string): string | null {
  return isDay(text) && text >= FIRST_DAY && text <= LAST_DAY ? text : null
}

/** The first instant of a day there. */
export function beginOfDay(day: string, timeZone: string): Date {
  return beginOf(day, timeZone)
}

/** The first instant after it. */
export function endOfDay(day: string, timeZone: string): Date {
  return beginOf(dayAfter(day), timeZone)
}
