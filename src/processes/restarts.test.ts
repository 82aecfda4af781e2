/** Processes that end are started again: at once at first, then seldom, and not for ever. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { afterEnd, isHopeless, type Lives, NEWBORN } from "./restarts.ts"

const MINUTE_MS = 60_000

test("who ends again and again waits longer each time, up to ten seconds", () => {
  const waits: number[] = []
  let lives: Lives = NEWBORN
  for (let end = 0; end < 10; end += 1) {
    const { waitMs, ...next } = afterEnd(lives, 50)
    waits.push(waitMs)
    lives = next
  }
  assert.deepEqual(waits, [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000])
})

test("a steady life makes up for all ends before it", () => {
  assert.deepEqual(afterEnd({ inARow: 9 }, MINUTE_MS), { inARow: 1, waitMs: 100 })
  assert.deepEqual(afterEnd({ inARow: 9 }, MINUTE_MS - 1), { inARow: 10, waitMs: 10_000 })
})

const TABLE: readonly [hopeless: boolean, why: string, all: [inARow: number, serves: boolean][]][] =
  [
    [
      false,
      "all serve",
      [
        [0, true],
        [0, true],
      ],
    ],
    [
      false,
      "one serves still",
      [
        [10, false],
        [0, true],
      ],
    ],
    [
      false,
      "none serves, but that has just begun",
      [
        [1, false],
        [9, false],
      ],
    ],
    [
      true,
      "none serves, and one was tried ten times",
      [
        [10, false],
        [3, false],
      ],
    ],
  ]

test("it is hopeless when none serves and one was tried for long", () => {
  for (const [hopeless, why, all] of TABLE) {
    const found = isHopeless(all.map(([inARow, serves]) => ({ inARow, serves })))
    assert.equal(found, hopeless, why)
  }
})
