/** Failed logins: how soon they cost time, when they are stopped, and how that wears off. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testClock } from "../../clock.ts"
import { addressName, makeThrottle, type Patience } from "./throttle.ts"

const patience: Patience = { free: 2, most: 8, wearOffMs: 1_000 }

test("failures are free at first, then ever slower, then stopped", () => {
  const throttle = makeThrottle(testClock(), patience)
  const waits: (number | null)[] = []
  for (let failures = 0; failures <= 8; failures += 1) {
    waits.push(throttle.waitMs("acme"))
    throttle.failed("acme")
  }
  assert.deepEqual(waits, [0, 0, 0, 100, 200, 400, 800, 1_600, null])
  assert.equal(throttle.waitMs("other"), 0)
})

test("failures wear off one by one", () => {
  const clock = testClock()
  const throttle = makeThrottle(clock, patience)
  for (let failures = 0; failures < 8; failures += 1) throttle.failed("acme")
  assert.equal(throttle.waitMs("acme"), null)
  clock.advance(1_000)
  assert.equal(throttle.waitMs("acme"), 1_600)
  clock.advance(5_000)
  assert.equal(throttle.waitMs("acme"), 0)
})

test("who shows the right password starts anew", () => {
  const throttle = makeThrottle(testClock(), patience)
  for (let failures = 0; failures < 7; failures += 1) throttle.failed("acme")
  throttle.succeeded("acme")
  assert.equal(throttle.waitMs("acme"), 0)
})

test("of very many names the one that failed longest ago is forgotten", () => {
  const throttle = makeThrottle(testClock(), patience)
  for (let failures = 0; failures < 8; failures += 1) throttle.failed("first")
  for (let failures = 0; failures < 8; failures += 1) throttle.failed("second")
  for (let other = 0; other < 9_999; other += 1) throttle.failed(`other ${other}`)
  assert.equal(throttle.waitMs("first"), 0)
  assert.equal(throttle.waitMs("second"), null)
})

const ADDRESSES: [ip: string, name: string][] = [
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "::ffff:192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
]
for (const [ip, name] of ADDRESSES) {
  test(`failures from ${ip} are counted for ${name}`, () => {
    assert.equal(addressName(ip), name)
  })
}
