/** What happened to an order, from its lines alone. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fateOf } from "./magic.ts"
import { type Entry, isOver, type Line, movesOf, storyOf, type Told, withLine } from "./story.ts"

const START = Date.parse("2026-01-05T14:00:00.000Z")
const at = (ms: number) => new Date(START + ms)

type Given = {
  ms: number
  digits?: string
  told?: Told["outcome"]
  /** It waits for its payer until so many ms. */
  offered?: number
  /** The payer agreed to a charge of these digits. */
  agreed?: string
}

function entryOf(given: readonly Given[]): Entry {
  const fate = (digits: string) =>
    fateOf({ kind: "charge", method: "bank", target: { accountNumber: `1234${digits}` } })
  return given.reduce<Entry | undefined>((entry, { ms, digits, told, offered, agreed }, number) => {
    const line: Line = {
      attemptId: "a",
      id: String(number),
      at: at(ms).toISOString(),
      ...(digits && { ask: fate(digits) }),
      ...(offered !== undefined && { offered: { until: at(offered).toISOString() } }),
      ...(agreed && { agreed: fate(agreed) }),
      ...(told && { told: { outcome: told, reason: told === "approved" ? null : "other" } }),
    }
    return withLine(entry, line)
  }, undefined)!
}

test("each fate unfolds in its time, and what was told by hand comes in between", () => {
  const ask = (digits: string) => ({ ms: 0, digits })
  const rows: [given: Given[], nowMs: number, story: string, moves: number, over: boolean][] = [
    [[ask("00")], 0, "settled", 1, true],
    [[ask("01")], 0, "declined", 0, true],
    [[ask("04")], 9_999, "accepted", 0, false],
    [[ask("04")], 10_000, "accepted settled", 1, true],
    [[ask("05")], 14_999, "", 0, false],
    [[ask("05")], 15_000, "settled", 1, true],
    [[ask("06")], 14_999, "", 0, false],
    [[ask("06")], 15_000, "declined", 0, true],
    [[ask("08")], 0, "accepted approved", 1, false],
    [[ask("08")], 15_000, "accepted approved returned", 1, true],
    [[ask("09")], 1e12, "accepted", 0, false],
    [[ask("09"), { ms: 5, told: "approved" }], 5, "accepted settled", 1, true],
    [[ask("09"), { ms: 5, told: "declined" }], 5, "accepted declined", 0, true],
    // By hand before its time: what would have come no longer comes.
    [[ask("04"), { ms: 5, told: "declined" }], 10_000, "accepted declined", 0, true],
    [[ask("05"), { ms: 5, told: "approved" }], 15_000, "settled", 1, true],
    [[ask("06"), { ms: 5, told: "approved" }], 15_000, "settled", 1, true],
    [[ask("08"), { ms: 5, told: "approved" }], 15_000, "accepted approved settled", 1, true],
    // By hand after the end: the end stands.
    [[ask("00"), { ms: 5, told: "declined" }], 5, "settled", 1, true],
    [[ask("01"), { ms: 5, told: "approved" }], 5, "declined", 0, true],
    [[ask("00"), { ms: 5, told: "returned" }], 5, "settled returned", 1, true],
    [[ask("09"), { ms: 5, told: "returned" }], 5, "accepted", 0, false],
    // Nothing happens before the payer agrees, and nothing after the bank's time.
    [[{ ms: 0, offered: 100 }], 99, "", 0, false],
    [[{ ms: 0, offered: 100 }], 100, "declined", 0, true],
    [
      [
        { ms: 0, offered: 100 },
        { ms: 5, agreed: "99" },
      ],
      200,
      "settled",
      1,
      true,
    ],
    [
      [
        { ms: 0, offered: 100 },
        { ms: 5, agreed: "01" },
      ],
      200,
      "declined",
      0,
      true,
    ],
    [
      [
        { ms: 0, offered: 100 },
        { ms: 5, agreed: "05" },
      ],
      200,
      "",
      0,
      false,
    ],
    [
      [
        { ms: 0, offered: 100 },
        { ms: 5, agreed: "09" },
      ],
      200,
      "accepted",
      0,
      false,
    ],
    [
      [
        { ms: 0, offered: 100 },
        { ms: 101, agreed: "99" },
      ],
      200,
      "declined",
      0,
      true,
    ],
    [
      [
        { ms: 0, offered: 100 },
        { ms: 5, told: "declined" },
        { ms: 6, agreed: "99" },
      ],
      9,
      "declined",
      0,
      true,
    ],
    [
      [
        { ms: 0, offered: 100 },
        { ms: 5, agreed: "99" },
        { ms: 6, agreed: "99" },
      ],
      9,
      "settled",
      1,
      true,
    ],
    // Asked for twice, it is two requests at the bank.
    [
      [
        { ms: 0, offered: 100 },
        { ms: 1, offered: 100 },
        { ms: 5, agreed: "99" },
      ],
      9,
      "settled",
      2,
      true,
    ],
    // Told twice is told once; nobody asked for what a payer sends.
    [
      [
        { ms: 0, told: "approved" },
        { ms: 5, told: "approved" },
      ],
      9,
      "settled",
      1,
      true,
    ],
    [
      [
        { ms: 0, told: "approved" },
        { ms: 5, told: "returned" },
      ],
      9,
      "settled returned",
      1,
      true,
    ],
  ]
  for (const [given, nowMs, story, moves, over] of rows) {
    const entry = entryOf(given)
    const what = `${JSON.stringify(given)} at ${nowMs}`
    const happened = storyOf(entry, at(nowMs)).map((each) => each.kind)
    assert.equal(happened.join(" "), story, what)
    assert.equal(movesOf(entry, at(nowMs)), moves, what)
    assert.equal(isOver(entry, at(nowMs)), over, what)
  }
})

test("who asks twice moves money twice", () => {
  assert.equal(
    movesOf(
      entryOf([
        { ms: 0, digits: "00" },
        { ms: 1, digits: "00" },
      ]),
      at(1),
    ),
    2,
  )
  const late = entryOf([
    { ms: 0, digits: "05" },
    { ms: 1_000, digits: "05" },
  ])
  assert.equal(movesOf(late, at(15_500)), 1)
  assert.equal(movesOf(late, at(16_000)), 2)
})

test("a copy of a line counts once", () => {
  const entry = entryOf([{ ms: 0, digits: "00" }])
  assert.equal(withLine(entry, entry.lines[0]!), entry)
})
