/** Colombia's business days: its public holidays, and the day on which a bank collects a debit. */

/** A day as `YYYY-MM-DD`, in whatever time zone its reader means. */
export type Day = string

/** The law moves holidays to Mondays since then; before it, other rules held. */
const FIRST_YEAR = 1984
/** The form `YYYY-MM-DD` ends there. */
const LAST_YEAR = 9999

/** Kept on their own date: Código Sustantivo del Trabajo, article 177. */
const FIXED = ["01-01", "05-01", "07-20", "08-07", "12-08", "12-25"]
/** Kept on the next Monday when they don't fall on one: Ley 51 of 1983 ("Ley Emiliani"). */
const MOVED = ["01-06", "03-19", "06-29", "08-15", "10-12", "11-01", "11-11"]
/**
 * Days after Easter Sunday: Maundy Thursday, Good Friday, and Ascension, Corpus Christi and the
 * Sacred Heart on the Mondays that Ley 51 moves them to.
 */
const AFTER_EASTER = [-3, -2, 43, 64, 71]

const DAY_MS = 86_400_000
const MONDAY = 1

const holidays = new Map<number, ReadonlySet<Day>>()

/**
 * The public holidays of a year, in order. Two of them may share a day, as on 30 June 2025. Throws
 * a `RangeError` for a year before 1984, when Ley 51 came into force.
 */
export function holidaysOf(year: number): readonly Day[] {
  return [...holidaySet(year)]
}

/** Easter Sunday of a Gregorian year: the computation that Meeus gives as anonymous. */
export function easterOf(year: number): Day {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const g = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const sum = h + l - 7 * m + 114
  return dayOf(Date.UTC(year, Math.floor(sum / 31) - 1, (sum % 31) + 1))
}

/**
 * Whether banks settle on a day: no Saturday, Sunday or public holiday. Throws a `RangeError` for
 * what is no day of a calendar.
 */
export function isBusinessDay(day: Day): boolean {
  const weekday = new Date(msOf(day)).getUTCDay()
  return weekday !== 0 && weekday !== 6 && !holidaySet(Number(day.slice(0, 4))).has(day)
}

/**
 * The business day that is `count` business days after `day`; with 0 the first one from `day` on,
 * which may be `day` itself. Throws a `RangeError` when `count` is no whole number from 0 up.
 */
export function addBusinessDays(day: Day, count: number): Day {
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`no count of days: ${count}`)
  let at = day
  while (!isBusinessDay(at)) at = next(at)
  for (let left = count; left > 0; left -= 1) {
    do at = next(at)
    while (!isBusinessDay(at))
  }
  return at
}

export type HandedIn = {
  readonly now: Date
  /** Whose clock the cut-off is read from, as IANA names it. */
  readonly timeZone: string
  /** `HH:MM`. What is handed in at this minute is late already. */
  readonly cutOff: string
  /** How many business days before collection the bank must have a file. */
  readonly leadDays: number
}

/**
 * The day on which a debit that is handed in now is collected: what comes on a day off, or at the
 * cut-off or after it, counts as handed in on the next business day; `leadDays` more follow. Throws
 * a `RangeError` for an unknown time zone, a cut-off that is no time, or a bad count of days.
 */
export function collectionDate({ now, timeZone, cutOff, leadDays }: HandedIn): Day {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(cutOff)) throw new RangeError(`no time: ${cutOff}`)
  const { day, time } = localTime(now, timeZone)
  // The day after a day off leads to the same business day, so a cut-off may be missed on it.
  return addBusinessDays(time >= cutOff ? next(day) : day, leadDays)
}

/** What a calendar and a clock on the wall show there, as `YYYY-MM-DD` and `HH:MM`. */
export function localTime(
  at: Date,
  timeZone: string,
): { readonly day: Day; readonly time: string } {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  })
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const { year, month, day, hour, minute } = parts
  return { day: `${year}-${month}-${day}`, time: `${hour}:${minute}` }
}

/** Whether a text is a day of the calendar, written `YYYY-MM-DD`. */
export function isDay(text: string): text is Day {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const ms = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(ms) && dayOf(ms) === text
}

function holidaySet(year: number): ReadonlySet<Day> {
  const known = holidays.get(year)
  if (known) return known
  if (!Number.isInteger(year) || year < FIRST_YEAR || year > LAST_YEAR) {
    throw new RangeError(`holidays are known from ${FIRST_YEAR} on, not of ${year}`)
  }
  const easterMs = msOf(easterOf(year))
  const days = [
    ...FIXED.map((date) => `${year}-${date}`),
    ...MOVED.map((date) => mondayFrom(`${year}-${date}`)),
    ...AFTER_EASTER.map((days) => dayOf(easterMs + days * DAY_MS)),
  ]
  const set = new Set(days.sort())
  // A handful of years at most: those that debits are due in.
  holidays.set(year, set)
  return set
}

function mondayFrom(day: Day): Day {
  const ms = msOf(day)
  return dayOf(ms + ((7 + MONDAY - new Date(ms).getUTCDay()) % 7) * DAY_MS)
}

function next(day: Day): Day {
  return dayOf(msOf(day) + DAY_MS)
}

function msOf(day: Day): number {
  if (!isDay(day)) throw new RangeError(`no day: ${day}`)
  return Date.parse(`${day}T00:00:00Z`)
}

function dayOf(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10)
}
