/** Each problem of the native API is explained under the address that it names. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { REFUSALS } from "../src/core/index.ts"
import { PROBLEM_CODES, problem } from "../src/dialects/caudal/errors.ts"
import type { ProblemCode } from "../src/dialects/dialect.ts"

const text = readFileSync(join(import.meta.dirname, "../docs/problems.md"), "utf8")
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split("\n")[0]!, section]),
)

test("the page has every code, in order, and no other", () => {
  assert.deepEqual([...sections.keys()], PROBLEM_CODES)
})

test("each problem names its own place on the page, which says its status first", () => {
  for (const code of [...REFUSALS, "internal", "unauthorized"] as ProblemCode[]) {
    const { body, status } = problem({ code, message: "no" }, "r", "https://pay.example")
    const { docs_url: at, code: own } = body as { docs_url: string; code: string }
    assert.equal(at, `https://pay.example/docs/problems#${own}`)
    assert.match(sections.get(own)!, new RegExp(`^${own}\\n\\n${status}\\. `), own)
  }
})
