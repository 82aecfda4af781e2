/** What the simulator answers when it is asked for what somebody had made happen by hand. */
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

for (const [accountNumber, outcome, answer, moved] of rows) {
  test(`${accountNumber}, ${outcome} by hand before it was asked for, is ${answer}`, async () => {
    const clock = testClock()
    const simulator = makeSimulator({ clock, ids: makeIds(clock), dir: null, publicUrl: "" })
    const order = {
      attemptId: "a",
      kind: "charge",
      method: "bank",
      amount: 1n,
      asset: "COP",
      target: { accountNumber },
      instructions: null,
      railReference: null,
      begunAt: clock.now(),
    } as unknown as Order
    await simulator.simulate!(order, outcome, null)
    clock.advance(1)
    assert.equal((await simulator.begin(order)).kind, answer)
    assert.equal(simulator.books.moved("a"), moved)
  })
}
