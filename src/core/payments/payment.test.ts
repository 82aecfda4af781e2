/** The states of a payment, and that the page about them says the same. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { isFinal, moveTo, type Payment, STATES, type State, TRANSITIONS } from "./payment.ts"

const now = new Date("2026-01-05T14:00:00.000Z")
const payment = { id: "p", version: 1, approvedAt: null } as unknown as Payment

test("a payment moves along the table and along nothing else", () => {
  for (const from of STATES) {
    for (const to of STATES) {
      const move = () => moveTo({ ...payment, state: from }, to, "other", now)
      if (TRANSITIONS[from].includes(to)) assert.equal(move().state, to)
      else assert.throws(move, /cannot go from/)
    }
  }
})

test("out of a final state there are two ways and no third", () => {
  const ways = STATES.filter(isFinal).flatMap((from) =>
    TRANSITIONS[from].map((to) => `${from} → ${to}`),
  )
  assert.deepEqual(ways, ["approved → returned", "expired → approved"])
})

test("docs/lifecycle.md draws the same table", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/lifecycle.md"), "utf8")
  const [table] = page.split(/^## /m)
  const rows = [...table!.matchAll(/^\| (\w+) \| (.+) \|$/gm)]
    .filter(([, from]) => from !== "from")
    .map(([, from, to]) => [from, to === "–" ? [] : to!.split(", ")] as [State, State[]])
  assert.deepEqual(Object.fromEntries(rows), TRANSITIONS)
})
