/** What all benches rest on: who runs when, sides by turns, the store that does nothing. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Context } from "../../bench/bench.ts"
import { PARTS, WHOLE } from "../../bench/benches.ts"
import { nothing } from "../../bench/controls/nothing.ts"
import { figureOf, quantile } from "../../bench/figures.ts"
import { interleave } from "../../bench/sides.ts"
import { arrayLiteral, begin, type Call, commit, type Writer } from "../../src/db/database.ts"

function makeContext(signal = new AbortController().signal): Context {
  const nobody = () => {}
  const say = { stage: nobody, progress: nobody, note: nobody, after: nobody }
  return { ...say, seconds: 6, short: false, signal }
}

test("without a name the benches of the whole gateway run, in their order", () => {
  const start = ["create", "life", "hot", "poison", "two-nodes", "deliver", "growth"]
  const whole = [...start, "latency", "memory", "start"]
  assert.deepEqual(Object.keys(WHOLE), whole)
  const twice = Object.keys(PARTS).filter((name) => whole.includes(name))
  assert.deepEqual(twice, [], "a name is one bench")
})

test("sides warm up once and measure by turns, every other time backwards", async () => {
  const heard: string[] = []
  const sides = ["a", "b", "c"].map((name) => ({
    name,
    warmUp: async (seconds: number) => heard.push(`${name} warms up ${seconds}`),
    measure: async (seconds: number) => heard.push(`${name} ${seconds}`),
  }))
  await interleave(makeContext(), sides, { slices: 3, restMs: 0, warmUpSeconds: 1 })
  const warm = ["a warms up 1", "b warms up 1", "c warms up 1"]
  const turns = ["a 2", "b 2", "c 2", "c 2", "b 2", "a 2", "a 2", "b 2", "c 2"]
  assert.deepEqual(heard, [...warm, ...turns])
})

test("a bench that is told to end begins no other slice", async () => {
  const ended = new AbortController()
  let measured = 0
  const side = {
    name: "a",
    async measure() {
      measured += 1
      ended.abort(new Error("stopped"))
    },
  }
  await assert.rejects(interleave(makeContext(ended.signal), [side], { restMs: 0 }))
  assert.equal(measured, 1)
})

test("what nothing was measured of meets no bar", () => {
  for (const samples of [[], [quantile([], 0.99)], [-1, Number.NaN, 0, 0]]) {
    for (const is of ["<", "≤", "≥", "="] as const) {
      const { met } = figureOf({ name: "a", unit: "ms", samples, bar: { is, limit: 0 } })
      assert.equal(met, false, is)
    }
  }
})

const MERCHANTS = "select id from merchants where id = any($1::uuid[])"

test("the store that does nothing has touched all rows that a write was given", async () => {
  const table: [rows: number, call: Call][] = [
    [3, { text: "insert into payments", params: [["a", "b", "c"], ["x"]] }],
    [2, { text: "update payments", params: [arrayLiteral(["a", "b"])] }],
    [2, { text: "update answers", params: [arrayLiteral(['a,"b', "c,d"])] }],
    [1, { text: "insert into batches", params: ["id", false] }],
    [0, { text: "select id from payments", params: [["a", "b"]] }],
  ]
  const real: Writer = { round: async () => assert.fail("asked"), close: async () => {} }
  const calls = table.map(([, call]) => call)
  const results = await nothing(real).round([begin, ...calls, commit])
  const counts = results.slice(1, -1).map(({ rowCount }) => rowCount)
  assert.deepEqual(
    counts,
    table.map(([rows]) => rows),
  )
})

test("the store that does nothing asks once for each merchant", async () => {
  const asked: string[][] = []
  const real: Writer = {
    async round(calls) {
      asked.push(calls.map(({ text }) => text))
      return calls.map(() => ({ rows: [{ id: "m" }], rowCount: 1 }))
    },
    close: async () => {},
  }
  const writer = nothing(real)
  const one: Call = { text: MERCHANTS, params: [["m"]] }
  const other: Call = { text: MERCHANTS, params: [["n"]] }
  for (const call of [one, one, other]) {
    const [, found] = await writer.round([begin, call])
    assert.deepEqual(found, { rows: [{ id: "m" }], rowCount: 1 })
  }
  assert.deepEqual(asked, [
    ["begin", MERCHANTS, "rollback"],
    ["begin", MERCHANTS, "rollback"],
  ])
})
