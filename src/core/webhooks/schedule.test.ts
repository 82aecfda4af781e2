/** Tries come when the table says, and only a 2xx is a delivery. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { judge, nextTry, type TryResult, type Verdict, WAITS_MS } from "./schedule.ts"

test("without jitter to either side the waits are those of the table", () => {
  const table: [number, number | null][] = [
    [0, 0],
    [1, 5_000],
    [2, 60_000],
    [3, 300_000],
    [4, 1_800_000],
    [5, 7_200_000],
    [6, 18_000_000],
    [7, 36_000_000],
    [8, 50_400_000],
    [9, 72_000_000],
    [10, 86_400_000],
    [11, null],
    [12, null],
    [1_000, null],
  ]
  for (const [done, wait] of table) assert.equal(nextTry(done, 0.5), wait, `after ${done}`)
})

test("jitter moves a wait by at most 20 % to either side", () => {
  for (const [done, wait] of WAITS_MS.entries()) {
    assert.equal(nextTry(done, 0), Math.round(wait * 0.8))
    const latest = nextTry(done, 1 - Number.EPSILON)!
    assert.ok(latest <= Math.round(wait * 1.2))
    assert.ok(wait === 0 || latest > nextTry(done, 0)!, `after ${done}`)
  }
})

test("the last try comes between two and four days after the first, whatever the jitter", () => {
  const total = (jitter: number) =>
    WAITS_MS.reduce((sum, _, done) => sum + nextTry(done, jitter)!, 0) / 86_400_000
  assert.ok(total(0) > 2 && total(0.5) > 3 && total(0.999) < 4)
})

test("nonsense is a bug of the caller", () => {
  for (const done of [-1, 0.5, Number.NaN]) assert.throws(() => nextTry(done, 0), RangeError)
  for (const jitter of [-0.1, 1, Number.NaN]) assert.throws(() => nextTry(0, jitter), RangeError)
})

test("every status has its verdict", () => {
  const table: [number[], Verdict][] = [
    [[200, 201, 202, 204, 226, 299], "delivered"],
    [[410], "gone"],
    [[100, 101, 199, 300, 301, 302, 303, 304, 307, 308], "retry"],
    [[400, 401, 403, 404, 405, 408, 409, 411, 413, 422, 425, 429, 451], "retry"],
    [[500, 501, 502, 503, 504, 520, 599, 600, 0], "retry"],
  ]
  for (const [statuses, verdict] of table) {
    for (const status of statuses) assert.equal(judge({ kind: "answered", status }), verdict)
  }
  const failed: TryResult = { kind: "failed" }
  assert.equal(judge(failed), "retry")
})
