/** The lists of docs/security are whole, and each file that they name is there. */
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { advisoriesIn } from "./advisories.ts"

const root = join(import.meta.dirname, "..", "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")
const ASVS = "docs/security/asvs.md"
const MODEL = "docs/security/threat-model.md"

/** How many requirements of levels 1 and 2 each section of ASVS 5.0 has; they count from 1. */
const SECTIONS: Readonly<Record<string, number>> = {
  ...{ 1.1: 2, 1.2: 9, 1.3: 11, 1.4: 3, 1.5: 2, 2.1: 3, 2.2: 3, 2.3: 4, 2.4: 1 },
  ...{ 3.2: 2, 3.3: 4, 3.4: 6, 3.5: 5, 3.7: 2, 4.1: 3, 4.2: 1, 4.3: 2, 4.4: 4 },
  ...{ 5.1: 1, 5.2: 3, 5.3: 2, 5.4: 3, 6.1: 3, 6.2: 12, 6.3: 4, 6.4: 4, 6.5: 5, 6.6: 3, 6.8: 4 },
  ...{ 7.1: 3, 7.2: 4, 7.3: 2, 7.4: 5, 7.5: 2, 7.6: 2, 8.1: 2, 8.2: 3, 8.3: 1, 8.4: 1 },
  ...{ 9.1: 3, 9.2: 4, 10.1: 2, 10.2: 2, 10.3: 4, 10.4: 11, 10.5: 5, 10.6: 2, 10.7: 3 },
  ...{ 11.1: 2, 11.2: 3, 11.3: 3, 11.4: 4, 11.5: 1, 11.6: 1, 12.1: 3, 12.2: 2, 12.3: 4 },
  ...{ 13.1: 1, 13.2: 5, 13.3: 2, 13.4: 5, 14.1: 2, 14.2: 4, 14.3: 3, 15.1: 3, 15.2: 3, 15.3: 7 },
  ...{ 16.1: 1, 16.2: 5, 16.3: 4, 16.4: 3, 16.5: 3, 17.1: 1, 17.2: 4, 17.3: 2 },
}

const ROW = /^\| ([\d., ]+) \| ([^|]+) \| \*\*(held|not here|operator|open)\*\*: ([^|]+) \|$/

type Row = { readonly numbers: readonly string[]; readonly word: string; readonly answer: string }

/** The rows of a list like ours; a line of a table that is none is a mistake. */
function rowsOf(text: string): Row[] {
  const lines = text.split("\n").filter((line) => /^\| \d/.test(line))
  return lines.map((line) => {
    const [, numbers, , word, answer] = ROW.exec(line) ?? assert.fail(`not understood: ${line}`)
    return { numbers: numbers!.split(", "), word: word!, answer: answer! }
  })
}

const OURS = /^(?:src|test|docs|migrations|bin)\/|^[A-Z]+\.md$|^(?:package-lock|tsconfig)\.json$/

/** What looks like a path of ours, in marks of code. */
function filesIn(text: string): string[] {
  const coded = [...text.matchAll(/`([^`\s]+)`/g)].map(([, code]) => code!)
  return coded.filter((code) => OURS.test(code))
}

test("every requirement of levels 1 and 2 has one answer", () => {
  const asked = Object.entries(SECTIONS).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, at) => `${section}.${at + 1}`),
  )
  const answered = rowsOf(read(ASVS)).flatMap(({ numbers }) => numbers)
  assert.deepEqual(answered.toSorted(), asked.toSorted())
})

test("what is held names the file that shows it, and the page counts right", () => {
  const text = read(ASVS)
  const rows = rowsOf(text)
  for (const { numbers, word, answer } of rows) {
    assert.ok(answer.length > 5, numbers.join())
    const isPlain = /there (?:is|are) none|never|no folder|without|no `eval`|JavaScript/.test(
      answer,
    )
    if (word === "held") assert.ok(filesIn(answer).length > 0 || isPlain, `${numbers}: ${answer}`)
  }
  const count = (word: string) =>
    rows.filter((row) => row.word === word).reduce((sum, { numbers }) => sum + numbers.length, 0)
  const words = ["held", "not here", "operator", "open"].map((word) => `${count(word)} ${word}`)
  const all = rows.flatMap(({ numbers }) => numbers).length
  assert.ok(text.includes(`\nOf ${all}: ${words.join(", ")}.\n`), `Of ${all}: ${words.join(", ")}.`)
})

test("each file that the lists of security name is there", () => {
  for (const document of [ASVS, MODEL, "SECURITY.md", "docs/decisions/0029-security.md"]) {
    const files = filesIn(read(document))
    for (const file of files) assert.ok(existsSync(join(root, file)), `${document}: ${file}`)
    if (document === ASVS || document === MODEL) assert.ok(files.length > 30, document)
  }
})

test("a list with a gap, a riddle or a file that is gone is found", () => {
  assert.throws(() => rowsOf("| 1.1.1 | x | fine |"), /not understood/)
  assert.throws(() => rowsOf("| 1.1.1 | x | **perhaps**: `src/x.ts` |"), /not understood/)
  const [row] = rowsOf("| 1.1.1, 1.1.2 | x | **held**: by `src/x.ts` and `y` |")
  assert.deepEqual([row?.numbers, filesIn(row!.answer)], [["1.1.1", "1.1.2"], ["src/x.ts"]])
})

test("an audit tells the worst first, and fails for what can't wait", () => {
  const weak = (name: string, severity: string) => ({
    [name]: { name, severity, range: "<2", via: [{ title: "leaks", url: "" }, "other"] },
  })
  assert.deepEqual(advisoriesIn({ vulnerabilities: {} }), { lines: [], fails: false })
  const mild = advisoriesIn({ vulnerabilities: weak("a", "moderate") })
  assert.deepEqual(mild, { lines: ["moderate: a <2: leaks; by other"], fails: false })
  const both = advisoriesIn({ vulnerabilities: { ...weak("a", "low"), ...weak("b", "critical") } })
  assert.deepEqual([both.lines.map((line) => line.split(" ")[1]), both.fails], [["b", "a"], true])
})
