/** Whatever the core writes into a story or a statement has words in each language. */
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { SAID_KINDS } from "./kinds.ts"
import { EVENTS, FACTS } from "./payments/story-texts.ts"

const core = join(import.meta.dirname, "../core")
const source = (pattern: string) =>
  globSync(pattern, { cwd: core, exclude: ["**/*.test.ts"] })
    .map((path) => readFileSync(join(core, path), "utf8"))
    .join("\n")
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))].sort()

test("each kind of movement that a statement names has words here, and no other", () => {
  const table = source("reports/statement.ts").split("const WORDS")[1]!.split("}")[0]!
  const kinds = found(table, /^ {2}"?([a-z-]+(?:\.[a-z]+)*)"?: "/gm)
  assert.ok(kinds.length > 20)
  assert.deepEqual([...SAID_KINDS].sort(), kinds)
})

test("each event of a payment has words here", () => {
  const types = found(source("decide/*.ts"), /"(payment\.[a-z_]+)"/g)
  const states = ["approved", "declined", "expired", "cancelled", "returned"]
  const refunds = ["pending", "sent", "confirmed", "failed"]
  const all = [
    ...types,
    ...states.map((each) => `payment.${each}`),
    ...refunds.map((each) => `payment.refund_${each}`),
  ]
  assert.ok(types.length > 12)
  assert.deepEqual(
    all.filter((type) => !Object.hasOwn(EVENTS, type)),
    [],
  )
})

test("each fact that a rail can show has words here", () => {
  const union = source("rail.ts").split("export type Fact =")[1]!.split("/** One thing")[0]!
  const kinds = found(union, /kind: "([a-z]+)"/g)
  assert.deepEqual(Object.keys(FACTS).sort(), kinds)
})
