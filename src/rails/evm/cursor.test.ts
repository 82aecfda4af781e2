/** A cursor keeps enough of the past to find a fork by, and never grows. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { hashOf } from "../../../test/support/rpc.ts"
import {
  advance,
  type Cursor,
  nextOwed,
  oweDoubt,
  oweLast,
  oweOrphaned,
  paid,
  parseCursor,
  rewind,
  startAt,
  writeCursor,
} from "./cursor.ts"

const point = (number: number) => ({ number, hash: hashOf(`${number}`) })
const span = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => point(from + at))

test("however it moves, each doubling of the distance has a block, in little text", () => {
  const steps = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 400, maxLength: 600 })
  fc.assert(
    fc.property(steps, (moves) => {
      let cursor = startAt(point(900_000_000))
      for (const count of moves) cursor = advance(cursor, span(cursor.tip.number + 1, count))
      const read = cursor.tip.number - 900_000_000
      const distances = cursor.points.map(({ number }) => cursor.tip.number - number)
      for (let reach = 1; reach * 2 <= Math.min(read, 8_192); reach *= 2) {
        const there = distances.some((distance) => distance >= reach && distance < reach * 4)
        assert.ok(there, `nothing from ${reach} blocks on: ${distances}`)
      }
      assert.ok(Math.max(...distances) < 16_384)
      assert.ok(read < 9_000 || Math.max(...distances) >= 4_096)
      assert.ok(writeCursor(cursor).length < 3_500)
      assert.deepEqual(parseCursor(writeCursor(cursor)), cursor)
    }),
    { numRuns: 20 },
  )
})

test("the block below the tip is always known, also after ranges", () => {
  let cursor = advance(startAt(point(10)), [point(2_010)])
  cursor = advance(cursor, span(2_011, 3))
  const numbers = cursor.points.map(({ number }) => number)
  assert.deepEqual(numbers.slice(0, 2), [2_012, 2_011])
  assert.ok(numbers.includes(10))
})

test("it goes back to a block below, and forgets those above", () => {
  const cursor = advance(startAt(point(0)), span(1, 40))
  const back = rewind(cursor, point(32))
  assert.equal(back.tip.number, 32)
  assert.ok(back.points.every(({ number }) => number < 32))
})

test("blocks in doubt are owed in few spans, due when the last of a span is old", () => {
  let cursor: Cursor = startAt(point(5_000))
  for (let block = 1_000; block < 1_500; block += 1) cursor = oweDoubt(cursor, block)
  assert.deepEqual(
    cursor.owed.map(({ from, to }) => [from, to]),
    [
      [1_000, 1_199],
      [1_200, 1_399],
      [1_400, 1_499],
    ],
  )
  assert.equal(nextOwed(cursor, 1_262), null)
  const first = nextOwed(cursor, 1_263)!
  assert.equal(first.from, 1_000)
  const partly = paid(cursor, first, 1_100)
  assert.equal(nextOwed(partly, 1_263)!.from, 1_101)
  assert.equal(nextOwed(paid(cursor, first, 1_199), 1_263), null)
})

test("blocks that something was orphaned in are owed, outlive a start, and stay few", () => {
  const cursor = oweOrphaned(startAt(point(5_000)), [950, 900, 900], 4_000)
  assert.deepEqual(cursor.owed, [{ from: 900, to: 950, dueAt: 4_000 }])
  assert.deepEqual(oweLast(cursor, 10).owed[1], { from: 900, to: 950, dueAt: 4_000 })
  assert.equal(nextOwed(cursor, 3_999), null)
  assert.equal(nextOwed(cursor, 4_000)?.from, 900)
  const many = Array.from({ length: 200 }, (_, at) => 1_000 * (199 - at))
  const owing = many.reduce((at, block) => oweOrphaned(at, [block], block + 1), cursor)
  assert.ok(owing.owed.length <= 16)
  for (const block of many) {
    const owed = owing.owed.some(({ from, to }) => from <= block && block <= to)
    assert.ok(owed, `${block} was forgotten`)
  }
})

test("the last blocks are owed once, however often they are", () => {
  const cursor = oweLast(oweLast(startAt(point(30)), 64), 10)
  assert.deepEqual(cursor.owed, [{ from: 21, to: 30, dueAt: 0 }])
  assert.notEqual(writeCursor(cursor), writeCursor(oweLast(cursor, 10)))
})

test("a text that isn't a cursor is refused", () => {
  for (const text of ["", "null", "{}", '{"tip":[1,"0x"],"points":[],"owed":[],"starts":0}']) {
    assert.throws(() => parseCursor(text), text)
  }
})
