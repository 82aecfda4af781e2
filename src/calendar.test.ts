/** The calendar of Colombia's banks, against calendars as they were printed. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  addBusinessDays,
  collectionDate,
  easterOf,
  holidaysOf,
  isBusinessDay,
  isDay,
} from "./calendar.ts"

/** Month and days, as calendars print them. */
const PRINTED: Readonly<Record<number, string>> = {
  2025: `01-01 01-06 03-24 04-17 04-18 05-01 06-02 06-23 06-30
    07-20 08-07 08-18 10-13 11-03 11-17 12-08 12-25`,
  2026: `01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15
    06-29 07-20 08-07 08-17 10-12 11-02 11-16 12-08 12-25`,
  2027: `01-01 01-11 03-22 03-25 03-26 05-01 05-10 05-31 06-07
    07-05 07-20 08-07 08-16 10-18 11-01 11-15 12-08 12-25`,
  2028: `01-01 01-10 03-20 04-13 04-14 05-01 05-29 06-19 06-26
    07-03 07-20 08-07 08-21 10-16 11-06 11-13 12-08 12-25`,
  2029: `01-01 01-08 03-19 03-29 03-30 05-01 05-14 06-04 06-11
    07-02 07-20 08-07 08-20 10-15 11-05 11-12 12-08 12-25`,
  2030: `01-01 01-07 03-25 04-18 04-19 05-01 06-03 06-24 07-01
    07-20 08-07 08-19 10-14 11-04 11-11 12-08 12-25`,
}

test("the holidays of each year are those of its printed calendar", () => {
  for (const [year, days] of Object.entries(PRINTED)) {
    const expected = days.split(/\s+/).map((day) => `${year}-${day}`)
    assert.deepEqual(holidaysOf(Number(year)), expected, year)
  }
})

/** Easter as Gauss computed it, with both of his exceptions: nothing in it is as in the source. */
function easterByGauss(year: number): string {
  const k = Math.floor(year / 100)
  const M = (15 + k - Math.floor((13 + 8 * k) / 25) - Math.floor(k / 4)) % 30
  const N = (4 + k - Math.floor(k / 4)) % 7
  const a = year % 19
  const d = (19 * a + M) % 30
  const e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + N) % 7
  let march = 22 + d + e
  if (d === 29 && e === 6) march = 50
  if (d === 28 && e === 6 && (11 * M + 11) % 30 < 19) march = 49
  return new Date(Date.UTC(year, 2, march)).toISOString().slice(0, 10)
}

test("two computations agree about Easter, in every year that a calendar is printed for", () => {
  for (let year = 1583; year <= 2999; year += 1) {
    assert.equal(easterOf(year), easterByGauss(year), String(year))
    assert.equal(new Date(easterOf(year)).getUTCDay(), 0)
  }
})

test("every moved holiday is a Monday, and no year has fewer than sixteen days off", () => {
  for (let year = 1984; year <= 2200; year += 1) {
    const days = holidaysOf(year)
    assert.ok(days.length >= 16 && days.length <= 18, `${year}: ${days.length}`)
    const mondays = days.filter((day) => new Date(day).getUTCDay() === 1)
    assert.ok(mondays.length >= 9, String(year))
  }
})

test("business days are those on which banks settle", () => {
  const table: [day: string, business: boolean][] = [
    ["2026-01-05", true],
    ["2026-01-10", false],
    ["2026-01-11", false],
    ["2026-01-12", false],
    ["2026-01-06", true],
    ["2026-04-01", true],
    ["2026-04-02", false],
    ["2026-04-03", false],
    ["2028-02-29", true],
    ["2026-12-31", true],
  ]
  for (const [day, business] of table) assert.equal(isBusinessDay(day), business, day)
})

test("business days are added over week-ends and holidays", () => {
  const table: [day: string, count: number, found: string][] = [
    ["2026-01-05", 0, "2026-01-05"],
    ["2026-01-10", 0, "2026-01-13"],
    ["2026-01-09", 1, "2026-01-13"],
    ["2026-01-10", 1, "2026-01-14"],
    ["2026-04-01", 1, "2026-04-06"],
    ["2026-12-31", 1, "2027-01-04"],
    ["2026-01-05", 20, "2026-02-03"],
  ]
  for (const [day, count, found] of table) {
    assert.equal(addBusinessDays(day, count), found, `${day} + ${count}`)
  }
})

test("a debit is collected on the day that cut-off and lead days give", () => {
  const bogota = "America/Bogota"
  const table: [now: string, zone: string, cutOff: string, lead: number, day: string][] = [
    // 13:59, 14:00 and 14:01 in Bogotá.
    ["2026-01-05T18:59:59.999Z", bogota, "14:00", 0, "2026-01-05"],
    ["2026-01-05T19:00:00.000Z", bogota, "14:00", 0, "2026-01-06"],
    ["2026-01-05T19:01:00.000Z", bogota, "14:00", 1, "2026-01-07"],
    // A day there that is another one in UTC already.
    ["2026-01-06T04:30:00.000Z", bogota, "23:45", 0, "2026-01-05"],
    // After the cut-off before a long week-end: Friday, then Epiphany on Monday.
    ["2026-01-09T21:00:00.000Z", bogota, "14:00", 0, "2026-01-13"],
    ["2026-01-09T21:00:00.000Z", bogota, "14:00", 1, "2026-01-14"],
    // On a day off the cut-off says nothing.
    ["2026-01-10T13:00:00.000Z", bogota, "14:00", 0, "2026-01-13"],
    ["2026-01-10T23:00:00.000Z", bogota, "14:00", 0, "2026-01-13"],
    // Holy Week, and the last evening of a year.
    ["2026-04-01T20:00:00.000Z", bogota, "14:00", 0, "2026-04-06"],
    ["2026-12-31T23:00:00.000Z", bogota, "14:00", 0, "2027-01-04"],
    ["2026-01-05T18:59:00.000Z", "UTC", "14:00", 0, "2026-01-06"],
    ["2026-01-05T00:30:00.000Z", "UTC", "00:00", 0, "2026-01-06"],
  ]
  for (const [now, timeZone, cutOff, leadDays, day] of table) {
    const found = collectionDate({ now: new Date(now), timeZone, cutOff, leadDays })
    assert.equal(found, day, `${now} ${timeZone} ${cutOff} +${leadDays}`)
  }
})

test("what is no day, time, zone or count is refused", () => {
  const now = new Date("2026-01-05T14:00:00Z")
  const good = { now, timeZone: "America/Bogota", cutOff: "14:00", leadDays: 0 }
  const table: [what: string, act: () => unknown][] = [
    ["no such day", () => isBusinessDay("2026-02-29")],
    ["no day at all", () => isBusinessDay("tomorrow")],
    ["before the law", () => holidaysOf(1983)],
    ["a year and a half", () => holidaysOf(2026.5)],
    ["backwards", () => addBusinessDays("2026-01-05", -1)],
    ["half a day", () => addBusinessDays("2026-01-05", 0.5)],
    ["25 o'clock", () => collectionDate({ ...good, cutOff: "25:00" })],
    ["an hour alone", () => collectionDate({ ...good, cutOff: "14" })],
    ["nowhere", () => collectionDate({ ...good, timeZone: "America/Macondo" })],
    ["no count", () => collectionDate({ ...good, leadDays: Number.NaN })],
  ]
  for (const [what, act] of table) assert.throws(act, RangeError, what)
  assert.deepEqual(
    ["2026-02-28", "2026-2-28", "2026-02-30", "", "2026-01-05T00:00"].filter(isDay),
    ["2026-02-28"],
  )
})
