/** Which patterns may be used, and that none of them can take long. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { fits, IDENTIFIER_MAX, patternProblem } from "./pattern.ts"

const GOOD: readonly (readonly [source: string, fitting: string, other: string])[] = [
  ["3[0-9]{9}", "3001234501", "6011234501"],
  ["(?:11|[23][0-9])[0-9]{8}", "2255550101", "1255550101"],
  [String.raw`(?:\+?52)?[2-9]\d{9}`, "+525512345601", "0512345601"],
  ["[A-Z]{1,3}-[0-9]{4,6}", "ABC-1234", "ABCD-1234"],
  [String.raw`[^\]\s]+`, "a[b", "a]b"],
  [String.raw`\u{41}{2}\p{L}`, "AAñ", "A{2}ñ"],
  [String.raw`(\d\d){3,5}`, "12345678", "1234567"],
  ["11|22", "22", "1122"],
  ["^9.?$", "91", "191"],
  ["[0-9]+?", "123", ""],
  ["a{2,}", "aaa", "a"],
]
for (const [source, fitting, other] of GOOD) {
  test(`the pattern ${source} can be used, and is about the whole value`, () => {
    assert.equal(patternProblem(source), null)
    assert.ok(fits(source, fitting))
    assert.ok(!fits(source, other))
  })
}

const REPEATED = "repeats what repeats already"
const WAYS = "too many ways"
const BAD: readonly (readonly [source: string, why: string])[] = [
  ["(", "must be a regular expression"],
  ["x)|(y", "must be a regular expression"],
  ["a{3,2}", "must be a regular expression"],
  ["[0-9", "must be a regular expression"],
  [String.raw`\-`, "must be a regular expression"],
  ["1".repeat(201), "at most 200 characters"],
  ["(a+)+$", REPEATED],
  ["(?:[0-9]*)*", REPEATED],
  ["(a?){20}", REPEATED],
  ["(?:(?:){40}){40}", REPEATED],
  ["(?:((1|2)+x)?y)+", REPEATED],
  ["(a|a)*", WAYS],
  ["(a|aa)+", WAYS],
  ["(?:a|a)".repeat(28), WAYS],
  ["[0-9]*".repeat(8), WAYS],
  ["a?".repeat(30) + "a".repeat(30), WAYS],
  ["a{41}", "more than 40 times"],
  ["a{0,1000000}", "more than 40 times"],
  [String.raw`(a)\1`, "refers back"],
  ["(?=.*1)1+", "looks around or names"],
  ["(?<!1)2", "looks around or names"],
  ["(?<n>1)2", "looks around or names"],
]
for (const [source, why] of BAD) {
  test(`the pattern ${source.slice(0, 30)} is refused: ${why}`, () => {
    assert.match(patternProblem(source) ?? "none", new RegExp(why))
  })
}

test("the worst pattern that can be used tells a value that almost fits within a moment", () => {
  const worst = [
    String.raw`(?:\d|\d){15}x`,
    String.raw`\d+\d+\d{1,30}x`,
    String.raw`\d*\d*\d{0,25}x`,
  ]
  for (const source of worst) {
    assert.equal(patternProblem(source), null, source)
    const started = performance.now()
    assert.ok(!fits(source, "1".repeat(IDENTIFIER_MAX)))
    // A machine that is busy takes some ten times as long as this one's millisecond.
    assert.ok(performance.now() - started < 250, source)
  }
})
