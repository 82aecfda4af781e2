/** Text, ids, amounts and days of a bank's file. */
import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { SaxesParser } from "saxes"
import { isInstant, readAmount, readDay, readSum, toSum, writeSum } from "./decimal.ts"
import { leaf } from "./elements.ts"
import { fromFileId, toFileId } from "./ids.ts"
import { clean, type Letters } from "./text.ts"

test("text is cleaned and cut as a table has it", () => {
  const table: [text: string, max: number, letters: Letters, cleaned: string][] = [
    ["Ana Ruiz", 140, "any", "Ana Ruiz"],
    ["  Ana \r\n\t Ruiz ", 140, "any", "Ana Ruiz"],
    ["A\u0000n\u0007a\uFFFF", 140, "any", "Ana"],
    ["a\uD800b\uDC00c", 140, "any", "abc"],
    ["a\u202Eb\u200Bc", 140, "any", "abc"],
    ["Nin\u0303a", 140, "any", "Niña"],
    ["🙂🙂🙂", 2, "any", "🙂🙂"],
    ["ab cd", 3, "any", "ab"],
    ["Niña & Søn", 140, "basic", "Nina + Son"],
    ["ß", 1, "basic", "s"],
    ["日本 100% @x_y", 140, "basic", ".. 100. .x-y"],
    ["a/b?c:(d).e,f'g+h-i", 140, "basic", "a/b?c:(d).e,f'g+h-i"],
    ["\u0000", 140, "any", ""],
    ["", 140, "any", ""],
  ]
  for (const [text, max, letters, cleaned] of table) {
    assert.equal(clean(text, max, letters), cleaned, JSON.stringify(text))
  }
})

test("whatever comes, it stays within its length, and XML gives it back as it was written", () => {
  const anything = fc.string({ unit: "binary", maxLength: 60 })
  fc.assert(
    fc.property(anything, fc.integer({ min: 1, max: 40 }), (text, max) => {
      for (const letters of ["any", "basic"] as const) {
        const cleaned = clean(text, max, letters)
        assert.ok([...cleaned].length <= max)
        assert.equal(clean(cleaned, max, letters), cleaned)
        if (letters === "basic") assert.match(cleaned, /^[A-Za-z0-9/\-?:().,'+ ]*$/)
        let back = ""
        const parser = new SaxesParser()
        parser.on("text", (more) => {
          back += more
        })
        parser.write(`<a>${leaf("b", cleaned)}</a>`).close()
        assert.equal(back, cleaned)
      }
    }),
  )
})

test("a UUID travels as 32 digits and comes back as itself; no other id is taken for ours", () => {
  const uuid = "019b8f3a-77c1-4abc-8def-0123456789ab"
  assert.equal(toFileId(uuid), "019b8f3a77c14abc8def0123456789ab")
  assert.equal(fromFileId(toFileId(uuid)), uuid)
  assert.equal(fromFileId(toFileId(uuid).toUpperCase()), uuid)
  assert.equal(fromFileId(uuid.toUpperCase()), uuid)
  for (const foreign of ["", "NOTPROVIDED", "1234", `${toFileId(uuid)}0`, `x${uuid}`, null]) {
    assert.equal(fromFileId(foreign), null, String(foreign))
  }
  for (const bad of ["", "x", `${uuid}0`, toFileId(uuid)]) assert.throws(() => toFileId(bad))
})

test("amounts are read exactly, in every form that a schema allows", () => {
  const table: [text: string, currency: string, amount: bigint | null][] = [
    ["45000.00", "COP", 4_500_000n],
    ["45000", "COP", 4_500_000n],
    ["+45000.5", "COP", 4_500_050n],
    [".5", "COP", 50n],
    ["5.", "COP", 500n],
    ["0", "COP", 0n],
    ["0045.10000", "COP", 4_510n],
    ["9999999999999999.99", "COP", 999_999_999_999_999_999n],
    ["45000.001", "COP", null],
    ["990", "CLP", 990n],
    ["990.5", "CLP", null],
    ["1", "XXX", null],
    ["1", "constructor", null],
    ["1", "", null],
    ["-1", "COP", null],
    ["1e3", "COP", null],
    ["1,000", "COP", null],
    ["NaN", "COP", null],
    ["", "COP", null],
    [".", "COP", null],
    ["1".repeat(40), "COP", null],
  ]
  for (const [text, currency, amount] of table) {
    assert.equal(readAmount(text, currency), amount, `${text} ${currency}`)
  }
})

test("sums compare whatever their decimals", () => {
  assert.equal(readSum("45000"), toSum(4_500_000n, "COP"))
  assert.equal(readSum("990.00"), toSum(990n, "CLP"))
  assert.equal(readSum("-1.5"), -toSum(150n, "COP"))
  assert.equal(readSum("x"), null)
  assert.equal(readSum("--1"), null)
  for (const text of ["45000.00", "0.00", "-1.50", "0.125", "1.10"]) {
    assert.equal(writeSum(readSum(text)!), text)
  }
})

test("days and instants are what the calendar has", () => {
  const days: [text: string, day: string | null][] = [
    ["2026-01-07", "2026-01-07"],
    ["2026-01-07Z", "2026-01-07"],
    ["2026-01-07-05:00", "2026-01-07"],
    ["2026-01-07T16:30:00", "2026-01-07"],
    ["2026-01-07T16:30:00.123-05:00", "2026-01-07"],
    ["2026-02-30", null],
    ["2026-01-07T25:00:00", null],
    ["07/01/2026", null],
    ["", null],
  ]
  for (const [text, day] of days) assert.equal(readDay(text), day, text)
  assert.ok(isInstant("2026-01-07T16:30:00"))
  assert.ok(!isInstant("2026-01-07"))
  assert.ok(!isInstant("2026-02-30T16:30:00Z"))
})
