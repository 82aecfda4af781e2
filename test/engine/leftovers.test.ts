/** Housekeeping deletes what has served its time, and never what was renewed or is still wanted. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { deleteOld } from "../../src/core/loops/store.ts"
import { begin, commit, type Database } from "../../src/db/database.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const day = 86_400_000

test("an answer that is being renewed while old ones are deleted stays", async (t) => {
  const { database } = await testDatabase(t)
  const now = new Date("2026-01-10T00:00:00Z")
  const before = new Date(now.getTime() - 1_000)
  const later = new Date(now.getTime() + day)
  await database.query(
    `insert into answers (key, fingerprint, status, body_sealed, created_at, expires_at)
values ('renewed', '', 200, '', $1, $1), ('old', '', 200, '', $1, $1)`,
    [before],
  )
  await database.query(
    `insert into tallies (key, count, expires_at) values ('renewed', 9, $1), ('old', 9, $1)`,
    [before],
  )
  const writer = database.writer()
  t.after(() => writer.close())
  const key = ["renewed"]
  await writer.round([
    begin,
    { text: "select 1 from answers where key = any($1::text[]) for update", params: [key] },
    { text: "select 1 from tallies where key = any($1::text[]) for update", params: [key] },
  ])
  const deleting = deleteOld(database, now, before)
  await new Promise((resolve) => setTimeout(resolve, 200))
  await writer.round([
    {
      text: "update answers set expires_at = $2 where key = any($1::text[])",
      params: [key, later],
    },
    {
      text: "update tallies set expires_at = $2 where key = any($1::text[])",
      params: [key, later],
    },
    commit,
  ])
  await deleting
  assert.deepEqual(await keysOf(database, "answers"), ["renewed"])
  assert.deepEqual(await keysOf(database, "tallies"), ["renewed"])
})

test("a message nobody may send any more is deleted after thirty days, too", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const { core, merchantId, clock } = test
  const url = "https://shop.example/hook"
  const { endpoint } = await core.merchants.addEndpoint({ merchantId, dialect: "caudal", url })
  test.respond = async () => ({ kind: "answered", status: 500, body: "" })
  await core.engine.submit(createPayment, test.payment())
  await core.pass()
  const disabled = { at: clock.now(), reason: "by hand" }
  await core.merchants.disableEndpoint(merchantId, endpoint.id, disabled)
  clock.advance(29 * day)
  await core.pass()
  const bodies = `select state, message_sealed is not null as kept from deliveries`
  assert.deepEqual((await database.query(bodies)).rows, [{ state: "due", kept: true }])
  clock.advance(2 * day)
  await core.pass()
  assert.deepEqual((await database.query(bodies)).rows, [{ state: "cancelled", kept: false }])
})

async function keysOf(database: Database, table: string): Promise<string[]> {
  const { rows } = await database.query<{ key: string }>(`select key from ${table} order by key`)
  return rows.map((row) => row.key)
}
