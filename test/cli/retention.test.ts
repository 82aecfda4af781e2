/** `caudal retention`: what an operator sees of the months, and what a mistake is told. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { besideCore, caudal, operator, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const settings = besideCore(url, temporaryFolder({ after }))
const { does, asked } = operator(settings)
const { merchantId } = await testCore(database)
const OLD = "018eea00-0000-4000-8000-000000000001"

await database.query(
  "select add_month(t, '2024-04-01') from unnest('{events,deliveries}'::text[]) t",
)
await database.query(
  `insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
values ($1, 'payment', $1, 1, $2, 'caudal', 'payment.created', '{}', '2024-04-17')`,
  [OLD, merchantId],
)

test("old months are shown, tried and dropped", async () => {
  const first = (await asked("retention", "show")).parts[0]
  assert.deepEqual([first.part, first.month], ["deliveries_2024_04", "2024-04"])
  assert.match((await does("retention", "show")).out, /events +2024-04 +\S+ +[\d.]+ kB +2024-04-17/)
  const drop = ["retention", "drop", "--before", "2024-05"]
  assert.match(
    (await does(...drop, "--dry-run")).out,
    /events +2024-04 +1 [\s\S]*Nothing was dropped/,
  )
  const dropped = [
    { table: "deliveries", part: "deliveries_2024_04", month: "2024-04", rows: 0 },
    { table: "events", part: "events_2024_04", month: "2024-04", rows: 1 },
  ]
  assert.deepEqual(await asked(...drop), { before: "2024-05", dryRun: false, dropped })
  assert.match((await does(...drop)).out, /There is nothing from before 2024-05/)
  assert.match((await does("retention", "show")).out, /DROPPED[\s\S]*2024-04 +1 +0 /)
})

const NO: readonly [words: string, code: number, says: RegExp][] = [
  ["drop", 2, /also needs --before YYYY-MM/],
  ["drop --before 2024-13", 2, /write a month like 2025-01/],
  ["drop --before 2024-05-01", 2, /write a month like 2025-01/],
  ["drop --before 9998-01", 1, /13 whole months and the current one/],
]
for (const [words, code, says] of NO) {
  test(`caudal retention ${words}: no, and why`, async () => {
    const ran = await caudal(["retention", ...words.split(" ")], settings)
    assert.equal(ran.code, code)
    assert.match(ran.err, says)
  })
}
