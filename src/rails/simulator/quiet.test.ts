/** Until when the simulator lets its orders alone: no step of theirs may come in between. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { makeIds, testClock } from "../../clock.ts"
import type { Order } from "../../core/index.ts"
import { makeSimulator } from "./index.ts"

test("a step that comes within a look is seen, or looked for in its time", async () => {
  const real = testClock()
  let nowMs = real.now().getTime()
  // Time goes on with each look at the clock.
  const clock = { ...real, now: () => new Date(nowMs++) }
  const simulator = makeSimulator({ clock, ids: makeIds(real), dir: null, publicUrl: "" })
  const order = {
    attemptId: "a",
    kind: "charge",
    method: "bank",
    amount: 1n,
    asset: "COP",
    target: { accountNumber: "123404" },
    instructions: null,
    railReference: null,
    begunAt: real.now(),
  } as unknown as Order
  await simulator.begin(order)
  const settlesMs = Date.parse(simulator.books.all()[0]!.lines[0]!.at) + 10_000
  for (let fromMs = settlesMs - 10; fromMs <= settlesMs; fromMs += 1) {
    nowMs = fromMs
    const { sightings, quietUntil } = await simulator.observe([order], null)
    const isSeen = sightings.some(({ fact }) => fact.kind === "settled")
    assert.ok(isSeen || quietUntil!.get("a")!.getTime() <= settlesMs, `${settlesMs - fromMs} ms`)
  }
})
