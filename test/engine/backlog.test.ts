/** What waits is shown: attempts that nobody answered, and messages that are late. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { testClock } from "../../src/clock.ts"
import { makeBacklog } from "../../src/core/loops/backlog.ts"
import type { Queries } from "../../src/db/database.ts"
import { testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
const rail = testRail({ name: "slow", displayName: "Slow" })
rail.answer = async () => Promise.reject(new Error("a broken connection"))
const world = await testCore(database, { rails: [rail] })
const { core, merchantId } = world
const merchant = (await core.merchants.find(merchantId))!
const made = await core.merchants.addEndpoint({
  merchantId,
  dialect: "caudal",
  url: "https://shop.example/hook",
})
const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = world.payment()
await core.pay.create({ ...rest, merchant, way: { method: "bank", target: {} } })
await core.pass()

const { rows } = await database.query<{ begunAt: Date }>(
  `select begun_at as "begunAt" from attempts where state = 'unknown'`,
)
const begunAt = rows[0]!.begunAt
const later = (seconds: number) => new Date(begunAt.getTime() + seconds * 1_000)

/** What a look shows, by figure and labels. */
async function look(at: Date, shown = new Map<string, number>()) {
  const gauge = (name: string, value: number, labels: Record<string, string> = {}) =>
    void shown.set([name, ...Object.values(labels)].join(" "), value)
  const metrics = { count: () => {}, observe: () => {}, gauge }
  const backlog = makeBacklog({ database, clock: testClock(at), metrics })
  await backlog.pass.run()
  return { shown, backlog }
}

test("an attempt without an answer is counted, and the age of the oldest is shown", async () => {
  const { shown } = await look(later(900))
  assert.equal(shown.get("attempts_unended slow unknown"), 1)
  assert.equal(shown.get("attempts_unknown_oldest_seconds"), 900)
})

test("a message is late by what it is past its time, and not before", async () => {
  await database.query("update deliveries set due_at = $1, state = 'due', delivered_at = null", [
    later(100),
  ])
  for (const [at, late] of [
    [later(40), 0],
    [later(400), 300],
  ] as const) {
    const { shown } = await look(at)
    assert.equal(shown.get("deliveries_waiting"), 1)
    assert.equal(shown.get("deliveries_late_seconds"), late)
  }
})

test("health says how late the latest is, and when that is too late", async () => {
  const table: [seconds: number, unanswered: string, isOk: boolean, late: string, ok: boolean][] = [
    [0, "all have an answer", true, "none is late", true],
    [
      400,
      "the oldest has had no answer for 400 s",
      true,
      "the latest is 300 s past its time",
      true,
    ],
    [
      901,
      "the oldest has had no answer for 901 s",
      false,
      "the latest is 801 s past its time",
      false,
    ],
  ]
  for (const [seconds, unanswered, isOk, late, ok] of table) {
    const { backlog } = await look(later(seconds))
    assert.deepEqual(backlog.health(), [
      { name: "attempts", ok: isOk, detail: unanswered },
      { name: "webhooks", ok, detail: late },
    ])
  }
  assert.deepEqual(
    makeBacklog({ database, clock: testClock(), metrics: core.metrics }).health(),
    [],
  )
})

test("one that is for a receiver who is told nothing now isn't waited for", async () => {
  for (const set of ["paused_at = $1", "disabled_at = $1, disabled_reason = 'gone'"]) {
    await database.query(`update endpoints set ${set} where id = $2`, [begunAt, made.endpoint.id])
    const { shown } = await look(later(400))
    assert.equal(shown.get("deliveries_waiting"), 0, set)
    assert.equal(shown.get("deliveries_late_seconds"), 0, set)
    await database.query(
      "update endpoints set paused_at = null, disabled_at = null, disabled_reason = null",
    )
  }
})

test("a figure goes back to zero when nothing is left", async () => {
  const { backlog, shown } = await look(later(900))
  await database.query("update attempts set state = 'closed'")
  await backlog.pass.run()
  assert.equal(shown.get("attempts_unended slow unknown"), 0)
  assert.equal(shown.get("attempts_unknown_oldest_seconds"), 0)
})

test("what has ended costs the look nothing", async () => {
  await database.query(
    `insert into attempts select n.* from attempts a, generate_series(1, 5000) i,
lateral jsonb_populate_record(a, jsonb_build_object(
  'id', gen_random_uuid(), 'look_at', null, 'looks', i)) n`,
  )
  await database.query("analyze attempts")
  const plan: string[] = []
  const explaining: Queries = {
    async query<Row>(text: string, params?: Parameters<Queries["query"]>[1]) {
      const explained = await database.query<Record<string, string>>(`explain ${text}`, params)
      plan.push(...explained.rows.map((row) => row["QUERY PLAN"]!))
      return { rows: [{ count: 0, dueAt: null }] as Row[], rowCount: 1 }
    },
  }
  const metrics = { count: () => {}, observe: () => {}, gauge: () => {} }
  await makeBacklog({ database: explaining, clock: testClock(), metrics }).pass.run()
  assert.match(plan.join("\n"), /attempts_unended/)
  assert.match(plan.join("\n"), /endpoint_id_due_at|deliveries_due/)
  assert.doesNotMatch(plan.join("\n"), /Seq Scan on (?:attempts|deliveries)/)
})
