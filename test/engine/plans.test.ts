/** What is asked again and again looks at few rows, however many others there are. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { analyzeYoung } from "../../src/core/loops/store.ts"
import { type Database, openDatabase } from "../../src/db/database.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { fill } from "../support/filled.ts"

/** Rows that a statement may read and throw away: a page or a claim, and some more. */
const WASTED_MAX = 1_000

test("lists and claims never walk over others' rows, nor over finished ones", async (t) => {
  const context = lastFirst(t)
  const { url } = await testDatabase(context)
  const database = openDatabase({ url, plans: "indexed" })
  context.after(() => database.close())
  const asked = new Map<string, [string, never]>()
  const watched: Database = {
    ...database,
    query(text, params) {
      asked.set(`${text}${JSON.stringify(params?.map((each) => each === null))}`, [
        text,
        params as never,
      ])
      return database.query(text, params)
    },
  }
  const { core, merchantId } = await testCore(watched)
  const address = { merchantId, dialect: "caudal", url: "https://x.example/h" } as const
  const { endpoint } = await core.merchants.addEndpoint(address)
  const busy = await core.merchants.add({ name: "busy" })
  await fill(database, { few: merchantId, many: busy.id, endpointId: endpoint.id })
  const { rows } = await database.query<{ id: string; customer_id: string }>(
    "select id, customer_id from payments where merchant_id = $1 limit 1",
    [merchantId],
  )
  const { id, customer_id: customerId } = rows[0]!
  asked.clear()
  for (const page of [
    { limit: 20, before: null },
    { limit: 20, before: id },
  ]) {
    await core.payments.list({ merchantId }, page)
    await core.payments.list({ merchantId, dialect: "caudal" }, page)
    // Half of all payments are this one's, and none came by the other dialects.
    await core.payments.list({ merchantId: busy.id }, page)
    await core.payments.list({ merchantId, dialect: "caudal", reference: "r7" }, page)
    await core.payments.list({ merchantId: busy.id, dialect: "caudal", customerId }, page)
    await core.events.list({ merchantId }, page)
    await core.events.list({ merchantId: busy.id, subjectId: id }, page)
    await core.events.deliveries({ merchantId }, page)
  }
  await core.payments.attempts(id)
  await core.payments.refunds(id)
  await core.payments.transfers(id)
  await core.payments.findByReference(merchantId, "caudal", "r9")
  await core.books.accounts(merchantId)
  await core.pass()

  for (const [text, params] of asked.values()) {
    // Once a minute all that is open is counted, on purpose, and every half of it what waits, up to
    // a thousand of an endpoint: see stranded.test.ts and backlog.test.ts.
    if (text.includes("rail <> all") || text.includes("min(d.due_at)")) continue
    const { rows } = await database.query<Record<string, string>>(
      `explain (analyze, costs off) ${text}`,
      params,
    )
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n")
    const counts = [...plan.matchAll(/(?:Removed by [^:]+: | rows=)(\d+)/g)]
    for (const [, count] of counts) assert.ok(Number(count) < WASTED_MAX, `${text}\n${plan}`)
    assert.doesNotMatch(plan, /Seq Scan on (?!endpoints|merchants)/, text)
  }
  assert.ok(asked.size > 20)
})

test("the server learns its tables with their first rows", async (t) => {
  const context = lastFirst(t)
  const { url } = await testDatabase(context)
  const database = openDatabase({ url, plans: "indexed" })
  context.after(() => database.close())
  const { core, payment } = await testCore(database)
  const known = async () => {
    const { rows } = await database.query(
      "select 1 from pg_stats where tablename = 'payments' and attname = 'merchant_id'",
    )
    return rows.length > 0
  }
  const numbers = Array.from({ length: 400 }, (_, at) => at)
  await Promise.all(
    numbers.map((at) => core.engine.submit(createPayment, payment({ reference: `r-${at}` }))),
  )
  assert.equal(await known(), false)
  await core.pass()
  assert.equal(await known(), true)
})

test("a part of nothing but dead rows is learned once, and again with its next rows", async (t) => {
  const { database } = await testDatabase(t)
  const add = (from: number, count: number, end: "commit" | "rollback") =>
    database.transaction(async (tx) => {
      await tx.query(
        `insert into events_default
select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'payment', gen_random_uuid(),
  1, gen_random_uuid(), 'caudal', 'payment.created', '{}', '2026-01-05'
from generate_series($1::int, $2::int) n`,
        [from, from + count - 1],
      )
      // What changed is counted now, not within a second.
      await tx.query("select pg_stat_force_next_flush()")
      assert.ok(end === "commit", "taken back")
    })
  await assert.rejects(add(1, 1_000, "rollback"), /taken back/)
  assert.equal(await analyzeYoung(database), 1)
  assert.equal(await analyzeYoung(database), 0)
  await add(1, 1_000, "commit")
  assert.equal(await analyzeYoung(database), 1)
  assert.equal(await analyzeYoung(database), 0)
})
