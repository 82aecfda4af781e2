/** What the simulator answers when it is asked for what was over before. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { makeIds, testClock } from "../../clock.ts"
import type { Order } from "../../core/index.ts"
import { makeSimulator } from "./index.ts"

type Row = [accountNumber: string, byHand: "approved" | "declined", answer: string, moved: number]
const rows: readonly Row[] = [
  ["123450", "declined", "rejected", 0],
  ["123404", "declined", "rejected", 0],
  ["123401", "approved", "settled", 1],
  ["123450", "approved", "settled", 1],
]

function orderOf(accountNumber: string, begunAt: Date): Order {
  return {
    attemptId: "a",
    kind: "charge",
    method: "bank",
    amount: 1n,
    asset: "COP",
    target: { accountNumber },
    instructions: null,
    railReference: null,
    begunAt,
  } as unknown as Order
}

for (const [accountNumber, outcome, answer, moved] of rows) {
  test(`${accountNumber}, ${outcome} by hand before it was asked for, is ${answer}`, async () => {
    const clock = testClock()
    const simulator = makeSimulator({ clock, ids: makeIds(clock), dir: null, publicUrl: "" })
    const order = orderOf(accountNumber, clock.now())
    await simulator.simulate!(order, outcome, null)
    clock.advance(1)
    assert.equal((await simulator.begin(order)).kind, answer)
    assert.equal(simulator.books.moved("a"), moved)
  })
}

test("what was looked for and not found is turned away when it comes after all", async () => {
  const clock = testClock()
  const simulator = makeSimulator({ clock, ids: makeIds(clock), dir: null, publicUrl: "" })
  const order = orderOf("123450", clock.now())
  const { sightings } = await simulator.observe([order], null)
  assert.deepEqual(
    sightings.map(({ fact }) => fact.kind),
    ["absent"],
  )
  clock.advance(1)
  assert.equal((await simulator.begin(order)).kind, "rejected")
  assert.equal(simulator.books.moved("a"), 0)
})
