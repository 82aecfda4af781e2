/** Months of the calendar in UTC, by which events and deliveries are kept apart. Pure. */

/** Written as `2026-11`. */
export type Month = `${number}-${number}`

const MONTH = /^(\d{4})-(0[1-9]|1[0-2])$/
/** An id begins with so many hex digits of its time in milliseconds: see `makeIds`. */
const TIME_DIGITS = 12

/** Reads a month; null when the text is none. */
export function readMonth(text: string): Month | null {
  return MONTH.test(text) ? (text as Month) : null
}

/** The month that an instant lies in. */
export function monthOf(at: Date): Month {
  return at.toISOString().slice(0, 7) as Month
}

/** The first instant of a month. */
export function beginOfMonth(month: Month): Date {
  return new Date(`${month}-01T00:00:00Z`)
}

/** The month that comes so many later, or earlier where `count` is negative. */
export function monthsLater(month: Month, count: number): Month {
  const at = beginOfMonth(month)
  at.setUTCMonth(at.getUTCMonth() + count)
  return monthOf(at)
}

/** When an id of ours was made. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll("-", "").slice(0, TIME_DIGITS), 16))
}

/** The lowest id that can be made at an instant or later. */
export function firstIdAt(at: Date): string {
  const hex = at.getTime().toString(16).padStart(TIME_DIGITS, "0").padEnd(32, "0")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}
