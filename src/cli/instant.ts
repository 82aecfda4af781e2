/** Reads a time as people type one: a day, an instant in UTC, or how long ago. */
import { isDay } from "../core/index.ts"
import { UsageError } from "./command.ts"

/** What may be written, for the help. */
export const TIME_ABOUT = "2026-01-05, 2026-01-05T09:30Z, or how long ago: 30m, 2h, 3d"

const INSTANT = /^2\d{3}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z)?$/
const AGO = /^(\d{1,5})([mhd])$/
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The instant that was given for an option, if one was; throws `UsageError`. */
export function readInstant(option: string, text: string | undefined, now: Date): Date | null {
  if (text === undefined) return null
  const [, count, unit] = AGO.exec(text) ?? []
  if (count && unit) return new Date(now.getTime() - Number(count) * UNIT_MS[unit]!)
  const whole = INSTANT.test(text) && isDay(text.slice(0, 10))
  const at = new Date(whole ? text : Number.NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw new UsageError(`${option} ${text}: write a time like ${TIME_ABOUT}`)
}
