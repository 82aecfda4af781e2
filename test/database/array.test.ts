/** PostgreSQL reads from an array literal exactly what was put into it. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import fc from "fast-check"
import { arrayLiteral, type Element } from "../../src/db/database.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })

async function roundTrip(type: string, values: Element[]): Promise<unknown[]> {
  const { rows } = await database.query<{ value: unknown }>(
    `select value from unnest($1::${type}[]) with ordinality as list (value, at) order by at`,
    [arrayLiteral(values)],
  )
  return rows.map(({ value }) => value)
}

/** PostgreSQL's text can't hold a zero byte. */
const text = fc.oneof(
  fc.string({ unit: "grapheme" }).filter((value) => !value.includes("\0")),
  fc.string({ unit: fc.constantFrom('"', "\\", ",", "{", "}", "'", "N", "\n", " ", "é", "👍") }),
  fc.constantFrom("NULL", "null", "", "{}", "\\x00"),
)
/** Outside of these years ISO text has a sign. */
const commonEra = { min: new Date("0001-01-01T00:00Z"), max: new Date("9999-12-31T23:59Z") }
const types: ReadonlyArray<readonly [string, fc.Arbitrary<Exclude<Element, null>>]> = [
  ["text", text],
  ["int4", fc.integer()],
  ["int8", fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ["numeric", fc.bigInt({ min: -(10n ** 78n) + 1n, max: 10n ** 78n - 1n })],
  ["float8", fc.double().map((value) => value + 0)],
  ["bool", fc.boolean()],
  ["timestamptz", fc.date({ ...commonEra, noInvalidDate: true })],
  ["bytea", fc.uint8Array().map((bytes) => Buffer.from(bytes))],
]

for (const [type, value] of types) {
  test(`a list of ${type} comes back as it went`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(value, { freq: 5 })), async (values) => {
        assert.deepEqual(await roundTrip(type, values), values)
      }),
      { numRuns: 200 },
    )
  })
}
