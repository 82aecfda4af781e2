/** What holds of the meaning of every line, whatever the tables say. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { SAYINGS } from "./exchange.ts"
import { factOf, isMoney, stateAfter, verdictOn, wordOf } from "./meaning.ts"

const KINDS = ["charge", "refund"] as const
const BEGUN = ["unknown", "open", "approved", "settled", "declined", "closed", "returned"] as const

const every = KINDS.flatMap((kind) =>
  SAYINGS.flatMap((says) => {
    const word = wordOf(kind, says)
    return word === null ? [] : BEGUN.map((state) => ({ kind, says, word, state }))
  }),
)

test("a status never moves what ended, and no money is ignored", () => {
  for (const { kind, says, word, state } of every) {
    const verdict = verdictOn(kind, word, state)
    const what = `${kind} ${says} ${state}`
    const hasEnded = ["settled", "declined", "closed", "returned"].includes(state)
    if (!isMoney({ says }) && hasEnded) assert.notEqual(verdict, "tell", what)
    // Known is only what was booked as the same.
    if (word === "settled" && verdict === "known" && kind === "charge") {
      assert.equal(state, "settled", what)
    }
    if (word === "returned" && verdict === "known") assert.equal(state, "returned", what)
  }
})

test("what was told is told once: said again it is known", () => {
  for (const { kind, says, word, state } of every) {
    if (verdictOn(kind, word, state) !== "tell") continue
    const after = stateAfter(kind, word, state)
    assert.equal(verdictOn(kind, word, after), "known", `${kind} ${says} ${state}`)
  }
})

test("a credit settles a charge and undoes a refund, a debit the other way round", () => {
  const words = (kind: "charge" | "refund") => SAYINGS.map((says) => wordOf(kind, says))
  const statuses = ["accepted", "approved", "declined"]
  assert.deepEqual(words("charge"), [...statuses, "settled", "returned", "returned", null, null])
  assert.deepEqual(words("refund"), [...statuses, "returned", "settled", "returned", null, null])
})

test("a bank that doesn't say why has its own reasons", () => {
  assert.deepEqual(factOf("charge", "declined", null), {
    kind: "declined",
    reason: "declined_by_bank",
  })
  assert.deepEqual(factOf("refund", "returned", "account_blocked"), {
    kind: "returned",
    reason: "account_blocked",
  })
  assert.deepEqual(factOf("refund", "approved", null), { kind: "settled" })
})
