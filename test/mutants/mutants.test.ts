/** The mutator itself: what it finds, how it puts mutants in, and that tests notice them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { percent, readCoverage } from "../coverage.ts"
import { filesUnderTest, groupsOf, makeCopy } from "./copy.ts"
import { EQUIVALENT } from "./equivalent.ts"
import { findMutants } from "./find.ts"
import { instrument, SWITCH } from "./instrument.ts"
import { tryAll } from "./pool.ts"
import { findListed } from "./report.ts"
import type { Verdict } from "./worker.ts"

const root = join(import.meta.dirname, "..", "..")

/** An expression or statement, and all that it is changed to. */
const TABLE: readonly (readonly [source: string, mutants: readonly string[]])[] = [
  ["a < b", ["(a) <= (b)", "(a) > (b)"]],
  ["a === b", ["(a) !== (b)"]],
  ["a && b", ["(a) || (b)", "a", "b"]],
  ["a ?? b", ["a", "b"]],
  ["!a", ["a"]],
  ["-a", ["a"]],
  ["a + 1n", ["(a) - (1n)", "2n", "0n"]],
  ["a ? b : c", ["true", "false"]],
  ["[a, b]", ["[]"]],
  ["[]", []],
  ['f("pending")', ["", '"mutant"']],
  ["f(`a b`)", ["", '""']],
  ["f(true, 7)", ["", "false", "8", "6"]],
  ["a = /x/u", ["/(?!)/"]],
  ["a = { b, c: d, ...e }", ["", "", ""]],
  ["if (a) b()", ["true", "false", ""]],
  ["f = () => a", ["undefined"]],
  ["function f() { if (a) return\n return b }", ["{}", "true", "false", ""]],
  // What people read, and what only the compiler does.
  ['refuse("no", "because")', ["", '"mutant"']],
  ["assert(a, `b c`)", [""]],
  ['import a from "b"', []],
  ["const { a, b: c } = d as unknown as E", []],
  ["type A = 1 | 'b'", []],
]

test("each kind of place is changed in its ways, and no other place", () => {
  for (const [source, mutants] of TABLE) {
    const found = findMutants("x.ts", source).mutants.map(({ by }) => by)
    assert.deepEqual(found, mutants, source)
  }
})

test("a copy with all mutants does what the source does, until one of them is chosen", () => {
  const source = `
    const state: string = "open"
    const add = (a: number) => (a > 1 ? { ...{ sum: a + 1 }, state } : null)
    const kept: number[] = []
    if (kept.length === 0) kept.push(1)
    else kept.push(2)
    function early(a: boolean) {
      if (a) return "early"
      return "late"
    }
    return [add(2), add(1), kept, early(true), early(false)]`
  const wrap = (body: string) => `async function run() {${body}\n}`
  const found = findMutants("x.ts", wrap(source))
  const text = instrument(found, 100)
  const runs = found.mutants.map((_mutant, at) => run(text, 100 + at))
  const sound = run(text, -1)
  assert.equal(sound, '[{"sum":3,"state":"open"},null,[1],"early","late"]')
  assert.ok(runs.length > 25)
  // Nobody reaches the branch that isn't taken, and add(0) is as small as add(1).
  const unnoticed = found.mutants.filter((_mutant, at) => runs[at] === sound)
  assert.deepEqual(
    unnoticed.map(({ original }) => original),
    ["kept.length === 0", "kept.push(2)", "2", "2", "1"],
  )
})

function run(text: string, chosen: number): string {
  const isChosen = (id: number) => id === chosen
  const body = text.slice(text.indexOf("{") + 1, text.lastIndexOf("}"))
  const decide = new Function("chosen", body.replaceAll(SWITCH, "chosen"))
  try {
    return JSON.stringify(decide(isChosen)) ?? "nothing"
  } catch (error) {
    return `failed: ${error}`
  }
}

test("each mutant that is said to change nothing is there", () => {
  const found = filesUnderTest(null).flatMap(
    (file) => findMutants(file, readFileSync(join(root, file), "utf8")).mutants,
  )
  const listed = Map.groupBy(found, (mutant) => findListed(EQUIVALENT, mutant, found))
  for (const each of EQUIVALENT) {
    assert.equal(listed.get(each)?.length, each.changes.length, `${each.file}: ${each.line}`)
  }
})

test("the tests of a limit notice all its mutants, and those of accounts reach none", async () => {
  const copy = makeCopy(filesUnderTest("decide/limit.ts"))
  try {
    const mutants = copy.mutants.map(({ atLoad }, id) => ({ id, atLoad }))
    assert.ok(mutants.length > 10, "the limit's file is where it was")
    const tried = async (part: string) => {
      const verdicts: Verdict[] = []
      const tests = groupsOf(copy)[0]!.tests.filter((file) => file.includes(part))
      const order = { folder: copy.folder, tests, mutants }
      await tryAll(order, 1, (verdict) => verdicts.push(verdict))
      return verdicts
    }
    const noticed = await tried("create-payment")
    assert.deepEqual(
      noticed.filter(({ noticedBy }) => noticedBy === null),
      [],
    )
    assert.equal(noticed.length, mutants.length)
    const others = await tried("ledger/account")
    assert.deepEqual(
      others.map(({ noticedBy, reached }) => [noticedBy, reached]),
      mutants.map(() => [null, 0]),
    )
  } finally {
    copy.remove()
  }
})

test("coverage is read by file: how many branches, and the lines of those not taken", () => {
  const lcov = [
    "TN:\nSF:src/core/b.ts\nBRDA:3,0,0,5\nBRDA:9,1,0,0\nBRDA:4,2,0,0\nend_of_record",
    "TN:\nSF:src/core/a.ts\nBRDA:1,0,0,1\nend_of_record",
    "TN:\nSF:src/http/c.ts\nBRDA:1,0,0,0\nend_of_record",
  ].join("\n")
  const files = readCoverage(lcov)
  assert.deepEqual(files, [
    { file: "src/core/a.ts", branches: 1, taken: 1, missing: [] },
    { file: "src/core/b.ts", branches: 3, taken: 1, missing: [4, 9] },
  ])
  assert.equal(percent(files), 50)
})
