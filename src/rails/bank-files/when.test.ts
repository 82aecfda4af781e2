/** When files leave, and when a day began, also where clocks are put forward and back. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { dayIn, instantOf, makeDueAt } from "./when.ts"

test("a day and a time are an instant, by the clock of the place", () => {
  const table: [day: string, time: string, zone: string, at: string][] = [
    ["2026-01-05", "09:00", "America/Bogota", "2026-01-05T14:00:00.000Z"],
    ["2026-01-05", "00:00", "America/Bogota", "2026-01-05T05:00:00.000Z"],
    ["2026-01-05", "23:59", "America/Bogota", "2026-01-06T04:59:00.000Z"],
    ["2026-07-05", "00:00", "Asia/Tokyo", "2026-07-04T15:00:00.000Z"],
    ["2026-01-05", "09:00", "America/Santiago", "2026-01-05T12:00:00.000Z"],
    ["2026-07-05", "09:00", "America/Santiago", "2026-07-05T13:00:00.000Z"],
    // Summer begins there at midnight: the day begins at one.
    ["2026-09-06", "00:00", "America/Santiago", "2026-09-06T04:00:00.000Z"],
    ["2026-09-06", "01:00", "America/Santiago", "2026-09-06T04:00:00.000Z"],
    ["2026-09-05", "23:59", "America/Santiago", "2026-09-06T03:59:00.000Z"],
    // And ends at midnight, so that 23 o'clock comes twice.
    ["2026-04-05", "00:00", "America/Santiago", "2026-04-05T04:00:00.000Z"],
    ["2026-03-29", "02:30", "Europe/Madrid", "2026-03-29T01:30:00.000Z"],
  ]
  for (const [day, time, zone, at] of table) {
    assert.equal(instantOf(day, time, zone).toISOString(), at, `${day} ${time} ${zone}`)
  }
})

test("an instant lies in the day that a calendar shows there", () => {
  assert.equal(dayIn("America/Bogota", new Date("2026-01-05T04:59:59.999Z")), "2026-01-04")
  assert.equal(dayIn("America/Bogota", new Date("2026-01-05T05:00:00.000Z")), "2026-01-05")
  assert.equal(dayIn("Asia/Tokyo", new Date("2026-01-05T15:00:00.000Z")), "2026-01-06")
})

test("orders leave at the next time of a business day, always later than now", () => {
  const times = ["09:00", "14:00"]
  const table: [now: string, due: string][] = [
    // Monday, in Bogotá five hours earlier.
    ["2026-01-05T13:59:59.999Z", "2026-01-05T14:00:00.000Z"],
    ["2026-01-05T14:00:00.000Z", "2026-01-05T19:00:00.000Z"],
    ["2026-01-05T19:00:00.000Z", "2026-01-06T14:00:00.000Z"],
    // Friday evening, a weekend, and the Monday on which Epiphany is kept.
    ["2026-01-09T22:00:00.000Z", "2026-01-13T14:00:00.000Z"],
    ["2026-01-10T15:00:00.000Z", "2026-01-13T14:00:00.000Z"],
    // Monday in London, Sunday night in Bogotá.
    ["2026-01-05T02:00:00.000Z", "2026-01-05T14:00:00.000Z"],
  ]
  const one = makeDueAt({ kind: "daily", times, timeZone: "America/Bogota" })
  for (const [now, due] of table) {
    const fresh = makeDueAt({ kind: "daily", times, timeZone: "America/Bogota" })
    assert.equal(fresh(new Date(now)).toISOString(), due, now)
    // Whatever it was asked before, and in whatever order.
    assert.equal(one(new Date(now)).toISOString(), due, now)
  }
})

test("orders of one span leave together", () => {
  const dueAt = makeDueAt({ kind: "every", seconds: 5 })
  const table: [now: string, due: string][] = [
    ["2026-01-05T14:00:00.000Z", "2026-01-05T14:00:05.000Z"],
    ["2026-01-05T14:00:04.999Z", "2026-01-05T14:00:05.000Z"],
    ["2026-01-05T14:00:05.000Z", "2026-01-05T14:00:10.000Z"],
  ]
  for (const [now, due] of table) assert.equal(dueAt(new Date(now)).toISOString(), due)
})
