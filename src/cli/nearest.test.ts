/** What a slip of a finger is taken for, and what isn't taken for anything. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { nearest } from "./nearest.ts"

const KNOWN = ["merchant", "master-key", "mandate", "verify", "payment", "listen", "trigger"]

const CASES: readonly (readonly [typed: string, meant: string | null])[] = [
  ["merchnat", "merchant"],
  ["Merchant", "merchant"],
  ["veryfi", "verify"],
  ["pay", "payment"],
  ["m", null],
  ["lisen", "listen"],
  ["tirgger", "trigger"],
  ["wallet", null],
  ["", null],
  ["x".repeat(100_000), null],
]

test("the word with the fewest slips is meant, where there are few enough", () => {
  for (const [typed, meant] of CASES) assert.equal(nearest(typed, KNOWN), meant, typed.slice(0, 20))
})
