/** When a provider is left alone, and when it is tried again. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testClock } from "../clock.ts"
import { makeBreaker } from "./breaker.ts"
import { readRestMs } from "./retry-after.ts"

const LIMITS = { faults: 3, restMs: 1_000, restMaxMs: 8_000, askedMaxMs: 60_000 }

function world() {
  const clock = testClock()
  const breaker = makeBreaker(clock, LIMITS)
  const call = (outcome: "well" | "ill", askedMs: number | null = null) => {
    const ticket = breaker.enter()
    if (ticket === null) return "resting"
    if (outcome === "well") breaker.well(ticket)
    else breaker.ill(ticket, "answered 500", askedMs)
    return outcome
  }
  return { clock, breaker, call }
}

test("it opens after so many faults in a row, and not for as many with a success between", () => {
  const { breaker, call } = world()
  for (const each of ["ill", "ill", "well", "ill", "ill", "well"] as const) {
    assert.equal(call(each), each)
  }
  assert.deepEqual(breaker.state(), { kind: "closed" })
  for (let count = 0; count < 3; count += 1) assert.equal(call("ill"), "ill")
  assert.deepEqual(breaker.state(), { kind: "resting", forMs: 1_000, why: "answered 500" })
  assert.equal(call("well"), "resting")
})

test("after a rest one call tries it: well, it closes; ill, it rests twice as long", () => {
  const { clock, breaker, call } = world()
  for (let count = 0; count < 3; count += 1) call("ill")
  for (const restMs of [1_000, 2_000, 4_000, 8_000, 8_000]) {
    clock.advance(restMs - 1)
    assert.equal(call("ill"), "resting", `${restMs}`)
    clock.advance(1)
    assert.equal(breaker.state().kind, "trying")
    const ticket = breaker.enter()!
    assert.equal(breaker.enter(), null, "one tries, the others wait")
    breaker.ill(ticket, "answered 500", null)
  }
  clock.advance(8_000)
  assert.equal(call("well"), "well")
  assert.deepEqual(breaker.state(), { kind: "closed" })
  for (let count = 0; count < 3; count += 1) assert.equal(call("ill"), "ill")
  clock.advance(1_000)
  assert.equal(call("well"), "well", "the first rest is short again")
})

test("what was called before it opened neither closes it nor makes its rest longer", () => {
  const { clock, breaker, call } = world()
  const early = [breaker.enter()!, breaker.enter()!]
  for (let count = 0; count < 3; count += 1) call("ill")
  breaker.well(early[0]!)
  breaker.ill(early[1]!, "answered 502", null)
  assert.deepEqual(breaker.state(), { kind: "resting", forMs: 1_000, why: "answered 500" })
  clock.advance(1_000)
  assert.equal(call("well"), "well")
})

test("who asks to be left alone is, at once and for as long, within bounds", () => {
  const table: [askedMs: number, restMs: number][] = [
    [0, 1_000],
    [30_000, 30_000],
    [86_400_000, 60_000],
  ]
  for (const [askedMs, restMs] of table) {
    const { breaker, call } = world()
    call("ill", askedMs)
    const state = breaker.state()
    assert.ok(state.kind === "resting" && state.forMs === restMs, `${askedMs}`)
  }
})

test("a request to wait is read in the ways in which it is written", () => {
  const now = new Date("2026-01-05T14:00:00.000Z")
  const epoch = now.getTime() / 1_000
  const table: [status: number, headers: Record<string, string>, restMs: number | null][] = [
    [429, { "retry-after": "30" }, 30_000],
    [429, { "retry-after": "Mon, 05 Jan 2026 14:00:10 GMT" }, 10_000],
    [429, { "retry-after": "Mon, 05 Jan 2026 13:00:00 GMT" }, 0],
    [503, { "retry-after": "5", "x-ratelimit-reset": "60" }, 5_000],
    [429, { "x-ratelimit-reset": "60" }, 60_000],
    [429, { "x-ratelimit-reset": `${epoch + 7}` }, 7_000],
    [429, { "x-ratelimit-reset": `${(epoch + 7) * 1_000}` }, 7_000],
    [429, { "retry-after": "soon", "x-ratelimit-reset": "0.5" }, 500],
    [429, { "retry-after": "soon", "x-ratelimit-reset": "-1" }, null],
    [429, {}, null],
    [500, { "retry-after": "30" }, null],
    [200, { "x-ratelimit-reset": "60" }, null],
  ]
  for (const [status, headers, restMs] of table) {
    assert.equal(readRestMs({ status, headers }, now), restMs, JSON.stringify([status, headers]))
  }
})
