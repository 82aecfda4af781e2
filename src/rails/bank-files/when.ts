/** Days and hours where a bank is: when files leave, and when what it dates happened. */
import { addBusinessDays, type Day, localTime } from "../../calendar.ts"

const formats = new Map<string, Intl.DateTimeFormat>()

/** The day that a calendar shows there. Making the format costs far more than using it. */
export function dayIn(timeZone: string, at: Date): Day {
  let format = formats.get(timeZone)
  if (!format) {
    const parts = { year: "numeric", month: "2-digit", day: "2-digit" } as const
    format = new Intl.DateTimeFormat("en-CA", { timeZone, ...parts })
    formats.set(timeZone, format)
  }
  return format.format(at)
}

/**
 * When a clock there shows this day and this time (`HH:MM`). One that it leaves out, where it is
 * put forward, is as much later.
 */
export function instantOf(day: Day, time: string, timeZone: string): Date {
  const wanted = Date.parse(`${day}T${time}:00Z`)
  const corrected = (guess: number) => {
    const shown = localTime(new Date(guess), timeZone)
    return guess + wanted - Date.parse(`${shown.day}T${shown.time}:00Z`)
  }
  const first = corrected(wanted)
  const second = corrected(first)
  return new Date(corrected(second) === second ? second : Math.max(first, second))
}

/** When files leave: at times of a business day, or every so often. */
export type Sending =
  | { readonly kind: "daily"; readonly times: readonly string[]; readonly timeZone: string }
  | { readonly kind: "every"; readonly seconds: number }

/**
 * Answers when what is ordered now leaves: always later than now, and the same for all that is
 * ordered before it, so that it leaves together.
 */
export function makeDueAt(sending: Sending): (now: Date) => Date {
  if (sending.kind === "every") {
    const everyMs = sending.seconds * 1_000
    return (now) => new Date((Math.floor(now.getTime() / everyMs) + 1) * everyMs)
  }
  // Asked for with every charge, and the same for hours.
  let known: { readonly from: Date; readonly at: Date } | null = null
  return (now) => {
    if (!known || now < known.from || now >= known.at) {
      known = { from: now, at: nextOf(sending.times, sending.timeZone, now) }
    }
    return known.at
  }
}

function nextOf(times: readonly string[], timeZone: string, now: Date): Date {
  let day = addBusinessDays(dayIn(timeZone, now), 0)
  for (;;) {
    const instants = times.map((time) => instantOf(day, time, timeZone))
    const next = instants.find((at) => at > now)
    if (next) return next
    day = addBusinessDays(day, 1)
  }
}
