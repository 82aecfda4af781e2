/** What is broken on purpose still can be: each place is there, and no invariant is left out. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { BREAKS } from "./breaks.ts"

const root = join(import.meta.dirname, "..", "..")
/** As many as the project has. */
const INVARIANTS = 12

test("each invariant is broken on purpose, and no other one", () => {
  const broken = new Set(BREAKS.map(({ invariant }) => invariant))
  const all = Array.from({ length: INVARIANTS }, (_, at) => at + 1)
  assert.deepEqual(
    [...broken].sort((a, b) => a - b),
    all,
  )
})

for (const { edits, invariant, what } of BREAKS) {
  test(`can be broken: ${invariant}: ${what}`, () => {
    assert.ok(edits.length > 0)
    const texts = new Map<string, string>()
    for (const { by, file, what: stands } of edits) {
      const text = texts.get(file) ?? readFileSync(join(root, file), "utf8")
      assert.equal(text.split(stands).length, 2, `"${stands}" must stand once in ${file}`)
      const changed = text.replace(stands, () => by)
      assert.notEqual(changed, text)
      texts.set(file, changed)
    }
  })
}
