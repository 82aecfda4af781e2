/** The table of the simulated bank's outcomes, as the documents have it. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { digitsOf, type OrderedAs, type Step, stepsOf } from "./magic.ts"

const DOCUMENT = join(import.meta.dirname, "../../../../docs/sandbox.md")

test("docs/sandbox.md says what each number does", () => {
  const section = /\n## Bank files\n[\s\S]*?\n((?:\|.*\n)+)/.exec(readFileSync(DOCUMENT, "utf8"))
  assert.ok(section)
  const rows = section[1]!
    .trim()
    .split("\n")
    .slice(2)
    .map((row) => row.split("|").map((cell) => cell.trim()))
  assert.equal(rows.length, 13)
  const named = rows.map(([, digits]) => digits!)
  for (let number = 0; number < 100; number += 1) {
    const digits = String(number).padStart(2, "0")
    const [, , debit, refund] = rows[named.indexOf(digits)] ?? rows[named.indexOf("others")]!
    assert.deepEqual([debit, refund], [words("debit", digits), words("transfer", digits)], digits)
  }
})

const FAULTS = {
  amount: "another amount",
  thrice: "told three times",
  malformed: "beside an entry that makes no sense",
} as const

function words(of: OrderedAs, digits: string): string {
  const steps = stepsOf(of, digits).map((step) => wordsFor(of, step))
  return steps.join("; ")
}

function wordsFor(of: OrderedAs, { afterMs, fault, kind, reason }: Step): string {
  const verb = kind !== "settled" ? kind : of === "debit" ? "collected" : "paid"
  const why = reason === null ? "" : `: \`${reason}\``
  return `${verb} after ${afterMs / 1_000} s${why}${fault === null ? "" : `, ${FAULTS[fault]}`}`
}

test("the digits are the last two of an account, whatever stands between them", () => {
  const rows = [
    ["98765401", "01"],
    ["98-765 4.0-1", "01"],
    ["7", "7"],
    ["X", ""],
  ] as const
  for (const [account, digits] of rows) assert.equal(digitsOf(account), digits)
  for (const digits of ["", "7", "constructor"]) {
    assert.deepEqual(
      stepsOf("debit", digits).map(({ kind }) => kind),
      ["approved", "settled"],
    )
  }
})
