/** The queue keeps order and its limits, by number and by age. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testClock } from "../clock.ts"
import { makeQueue, QUEUE_MAX, WAIT_MAX_MS } from "./queue.ts"

test("what came first is taken first, so many at a time", () => {
  const { queue } = makeParts()
  for (const item of ["a", "b", "c"]) assert.ok(queue.add(item))
  assert.deepEqual(
    [queue.take(2), queue.size(), queue.take(2), queue.take(2)],
    [["a", "b"], 1, ["c"], []],
  )
})

test("one more than fits is not taken, and is again once there is room", () => {
  const { late, queue } = makeParts()
  for (let item = 0; item < QUEUE_MAX; item += 1) assert.ok(queue.add(String(item)))
  assert.equal(queue.add("one more"), false)
  assert.equal(queue.take(1).length, 1)
  assert.equal(queue.add("one more"), true)
  assert.deepEqual(late, [])
})

const WAITS: readonly [waitedMs: number, late: readonly string[], left: readonly string[]][] = [
  [WAIT_MAX_MS - 1_000, [], ["first", "second"]],
  [WAIT_MAX_MS, [], ["first", "second"]],
  [WAIT_MAX_MS + 1, ["first"], ["second"]],
  [WAIT_MAX_MS + 1_001, ["first", "second"], []],
]

for (const [waitedMs, gone, left] of WAITS) {
  test(`after ${waitedMs} ms, ${gone.length} of two waited too long`, () => {
    for (const look of ["taken", "added to"] as const) {
      const { clock, late, queue } = makeParts()
      queue.add("first")
      clock.advance(1_000)
      queue.add("second")
      clock.advance(waitedMs - 1_000)
      const rest = look === "taken" ? queue.take(9) : []
      if (look === "added to") queue.add("third")
      assert.deepEqual(late, gone, look)
      assert.deepEqual(look === "taken" ? rest : queue.take(9).slice(0, -1), left, look)
    }
  })
}

function makeParts() {
  const clock = testClock()
  const late: string[] = []
  return { clock, late, queue: makeQueue<string>(clock, (item) => late.push(item)) }
}
