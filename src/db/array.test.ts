/** The literal's text; test/database/array.test.ts asks the database to read it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { arrayLiteral, type Element } from "./array.ts"

const literals: ReadonlyArray<readonly [string, Element[], string]> = [
  ["no values", [], "{}"],
  ["one word", ["a"], '{"a"}'],
  ["several", ["a", "b"], '{"a","b"}'],
  ["an empty string", [""], '{""}'],
  ["null and the word NULL", [null, "NULL", "null"], '{NULL,"NULL","null"}'],
  ["quotes and backslashes", ['"', "\\", 'a"b\\c'], String.raw`{"\"","\\","a\"b\\c"}`],
  ["what arrays are made of", ["{}", ",", " "], '{"{}",","," "}'],
  ["numbers", [0, -1, 1.5, Number.NaN], "{0,-1,1.5,NaN}"],
  ["amounts", [10n ** 30n, -5n], "{1000000000000000000000000000000,-5}"],
  ["yes and no", [true, false], "{t,f}"],
  ["instants", [new Date(0)], '{"1970-01-01T00:00:00.000Z"}'],
  ["bytes", [Buffer.from("00ff22", "hex"), Buffer.alloc(0)], String.raw`{"\\x00ff22","\\x"}`],
]

for (const [what, values, text] of literals) {
  test(`an array of ${what} has the literal ${text}`, () => {
    assert.equal(arrayLiteral(values), text)
  })
}

test("an invalid date and a forgotten value are refused", () => {
  assert.throws(() => arrayLiteral([new Date(Number.NaN)]), RangeError)
  assert.throws(() => arrayLiteral([undefined as unknown as null]), TypeError)
})
