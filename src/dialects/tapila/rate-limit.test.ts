/** Requests a minute: who has some left, when there are new ones, and what is remembered. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testClock } from "../../clock.ts"
import { makeRateLimit } from "./rate-limit.ts"

test("a client has so many requests in a minute, and all of them again in the next", () => {
  const clock = testClock()
  const count = makeRateLimit(clock)
  const standing = () => {
    const { limit, remaining, resetS, over } = count("acme", 3)
    return [limit, remaining, resetS, over]
  }
  assert.deepEqual(standing(), [3, 2, 60, false])
  clock.advance(30_500)
  assert.deepEqual(standing(), [3, 1, 30, false])
  assert.deepEqual(standing(), [3, 0, 30, false])
  assert.deepEqual(standing(), [3, 0, 30, true])
  clock.advance(29_499)
  assert.deepEqual(standing(), [3, 0, 1, true])
  clock.advance(1)
  assert.deepEqual(standing(), [3, 2, 60, false])
})

test("a minute is never told as longer than one, whatever fraction it begins at", () => {
  for (let ms = 0; ms < 10_000; ms += 7.3) {
    assert.equal(makeRateLimit({ elapsedMs: () => ms })("acme", 1).resetS, 60, String(ms))
  }
})

test("no client uses up what is another's", () => {
  const count = makeRateLimit(testClock())
  assert.equal(count("acme", 1).over, false)
  assert.equal(count("acme", 1).over, true)
  assert.equal(count("other", 1).over, false)
})

test("a limit that was changed counts at once, in both directions", () => {
  const count = makeRateLimit(testClock())
  for (let made = 0; made < 5; made += 1) count("acme", 5)
  assert.deepEqual(count("acme", 2), { limit: 2, remaining: 0, resetS: 60, over: true })
  assert.deepEqual(count("acme", 10), { limit: 10, remaining: 4, resetS: 60, over: false })
})

test("of very many clients the one whose minute began first is forgotten", () => {
  const count = makeRateLimit(testClock())
  count("first", 1)
  count("second", 1)
  for (let other = 0; other < 9_999; other += 1) count(`other ${other}`, 1)
  assert.equal(count("second", 1).over, true)
  assert.equal(count("first", 1).over, false)
})
