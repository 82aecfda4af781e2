/** Attempts whose rail was taken out of the settings: nobody looks at them, so it is told. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { BeginAnswer } from "../../src/core/index.ts"
import { countStranded } from "../../src/core/loops/store/stranded.ts"
import { makeStranded } from "../../src/core/loops/stranded.ts"
import type { Queries } from "../../src/db/database.ts"
import { testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })

/** What becomes of an attempt, and whether it then waits for its rail. */
const ENDS: readonly (readonly [answer: BeginAnswer | null, waits: boolean])[] = [
  [{ kind: "settled" }, false],
  [{ kind: "rejected", reason: "operator_unavailable" }, false],
  [{ kind: "accepted" }, true],
  // Nobody knows what became of it.
  [null, true],
]

const gone = testRail({ name: "gone", displayName: "Gone" })
const before = await testCore(database, { rails: [gone] })
for (const [answer] of ENDS) {
  gone.answer = async () => answer ?? Promise.reject(new Error("a broken connection"))
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = before.payment()
  const merchant = (await before.core.merchants.find(before.merchantId))!
  await before.core.pay.create({ ...rest, merchant, way: { method: "bank", target: {} } })
  await before.core.pass()
}
const WAITING = ENDS.filter(([, waits]) => waits).length

test("a rail that was taken away with open attempts is told of once, and shown", async () => {
  assert.deepEqual(before.core.strandedRails(), [])
  const { core, faults } = await testCore(database)
  await core.pass()
  const detail = `${WAITING} attempts wait for a rail that is not configured`
  assert.deepEqual(core.strandedRails(), [{ name: "rail gone", ok: false, detail }])
  await core.pass()
  assert.deepEqual(faults, [{ rail: "gone", attempts: WAITING }])
})

test("the figure goes back to zero when they have ended", async () => {
  const figures: unknown[] = []
  const metrics = {
    count: () => {},
    observe: () => {},
    gauge: (...figure: unknown[]) => void figures.push(figure),
  }
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const stranded = makeStranded({ database, rails: new Map(), log, metrics })
  await stranded.pass.run()
  await database.query("update attempts set state = 'closed' where state = 'open'")
  await stranded.pass.run()
  const detail = "1 attempt waits for a rail that is not configured"
  assert.deepEqual(stranded.health(), [{ name: "rail gone", ok: false, detail }])
  await database.query("update attempts set state = 'closed' where rail = 'gone'")
  await stranded.pass.run()
  assert.deepEqual(stranded.health(), [])
  assert.deepEqual(
    figures,
    [2, 1, 0].map((count) => ["attempts_stranded", count, { rail: "gone" }]),
  )
})

test("what has ended costs the count nothing", async () => {
  await database.query("update attempts set state = 'unknown' where begun_at is not null")
  await database.query(
    `insert into attempts select n.* from attempts a, generate_series(1, 20000) i,
lateral jsonb_populate_record(a, jsonb_build_object(
  'id', gen_random_uuid(), 'state', 'settled', 'look_at', null, 'looks', i)) n
where a.id = (select min(id::text)::uuid from attempts)`,
  )
  await database.query("analyze attempts")
  const plan: string[] = []
  const explaining: Queries = {
    async query(text, params) {
      const { rows } = await database.query<Record<string, string>>(`explain ${text}`, params)
      plan.push(...rows.map((row) => row["QUERY PLAN"]!))
      return { rows: [], rowCount: 0 }
    },
  }
  await countStranded(explaining, ["test"])
  assert.match(plan.join("\n"), /attempts_unended/)
  assert.doesNotMatch(plan.join("\n"), /Seq Scan/)
  assert.deepEqual(await countStranded(database, ["test"]), [{ rail: "gone", count: ENDS.length }])
  assert.deepEqual(await countStranded(database, ["test", "gone"]), [])
})
