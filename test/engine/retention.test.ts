/** Months that nobody asks for any more go whole, and nothing takes what is missing for a fault. */
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import { makeIds, testClock } from "../../src/clock.ts"
import type { Database } from "../../src/db/database.ts"
import { lastFirst } from "../support/cleanup.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

// The core's clock stands at 2026-01-05: months from 2024-12 on are kept.
const OLD = "2024-05-07T12:00:00Z"
const YOUNG = "2025-11-07T12:00:00Z"

let database: Database
let play: TestCore
let idAt: (at: string) => string

beforeEach(async (t) => {
  const context = lastFirst(t as never)
  database = (await testDatabase(context)).database
  play = await testCore(database)
  const makers = new Map<string, ReturnType<typeof makeIds>>()
  idAt = (at) => {
    const ids = makers.get(at) ?? makeIds(testClock(new Date(at)))
    makers.set(at, ids)
    return ids.next()
  }
  for (const month of ["2024-05-01", "2024-06-01", "2025-11-01"]) {
    await database.query("select add_month('events', $1), add_month('deliveries', $1)", [month])
  }
})

/** A payment of that time, with one event at each of these. */
async function addPayment(at: string, told: readonly string[], version = told.length) {
  const id = idAt(at)
  await database.query(
    `insert into payments (id, merchant_id, dialect, kind, amount, asset, state, purpose, deferred,
  version, created_at, updated_at)
values ($1, $2, 'caudal', 'charge', 7, 'COP', 'pending', '{}', false, $3, $4, $4)`,
    [id, play.merchantId, version, new Date(at)],
  )
  for (const [seq, each] of told.entries()) {
    await database.query(
      `insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
values ($1, 'payment', $2, $3, $4, 'caudal', $5, '{"state": "pending"}', $6)`,
      [idAt(each), id, seq + 1, play.merchantId, `payment.${seq + 1}`, new Date(each)],
    )
  }
  return id
}

/** The merchant's only endpoint has its id: nothing is sent to it. */
async function addEndpoint() {
  await database.query(
    `insert into endpoints (id, merchant_id, dialect, url, secret_sealed, created_at)
values ($1, $1, 'pentagoo', 'http://shop.example', '\\x', '2024-01-01') on conflict do nothing`,
    [play.merchantId],
  )
}

async function addDelivery(at: string, state: "due" | "delivered") {
  await addEndpoint()
  await database.query(
    `insert into deliveries (id, event_id, endpoint_id, merchant_id, state, due_at, delivered_at,
  created_at)
select $1, e.id, e.merchant_id, e.merchant_id, $2, case when $2 = 'due' then e.created_at end,
  case when $2 = 'delivered' then e.created_at end, e.created_at from events e order by e.id limit 1`,
    [idAt(at), state],
  )
}

async function addOpenAttempt(paymentId: string) {
  await database.query(
    `insert into attempts (id, payment_id, merchant_id, rail, method, kind, amount, asset, state,
  target_sealed, received, created_at, updated_at, begun_at)
select id, id, merchant_id, 'test', 'bank', 'charge', 7, 'COP', 'open', '\\x', '{}', created_at,
  created_at, created_at from payments where id = $1`,
    [paymentId],
  )
}

const counts = async () => {
  const { rows } = await database.query<{ counts: number[] }>(
    `select array[(select count(*) from payments), (select count(*) from events),
  (select count(*) from deliveries)]::int[] as counts`,
  )
  return rows[0]!.counts
}

test("old months go, and what is left of the past is right", async () => {
  const { core, merchantId } = play
  const half = await addPayment(OLD, [OLD, YOUNG])
  const gone = await addPayment(OLD, [OLD, OLD])
  const whole = await addPayment(YOUNG, [YOUNG])
  await addDelivery(OLD, "delivered")
  assert.deepEqual(await core.books.verify(), [])

  const plan = await core.retention.drop("2024-12", { dryRun: true })
  assert.ok(!("why" in plan))
  assert.deepEqual(
    plan.map(({ name, count }) => [name, count]),
    [
      ["deliveries_2024_05", 1n],
      ["deliveries_2024_06", 0n],
      ["events_2024_05", 3n],
      ["events_2024_06", 0n],
    ],
  )
  assert.deepEqual(await counts(), [3, 5, 1])
  assert.deepEqual(await core.retention.drop("2024-12", { dryRun: false }), plan)

  assert.deepEqual(await counts(), [3, 2, 0])
  assert.deepEqual(await core.books.verify(), [])
  const { dropped, keptFrom, parts } = await core.retention.show()
  assert.equal(keptFrom, "2024-12")
  assert.deepEqual(
    dropped.map(({ month, events, deliveries }) => [month, events, deliveries]),
    [
      ["2024-05", 3n, 1n],
      ["2024-06", 0n, 0n],
    ],
  )
  const young = parts.find(({ name }) => name === "events_2025_11")
  assert.equal(young?.oldestAt?.toISOString(), new Date(YOUNG).toISOString())
  assert.ok(parts.every(({ month }) => month === null || month >= "2024-12"))

  const told = async (id: string) => {
    const { chapters } = (await core.story(id))!
    return chapters.filter(({ what }) => what === "event").length
  }
  assert.deepEqual(await Promise.all([half, gone, whole].map(told)), [1, 0, 1])
  const merchant = (await core.merchants.find(merchantId))!
  const rows: unknown[] = []
  const report = await core.reports.daily(merchant, "2024-05-07", async (part) => {
    rows.push(...part)
  })
  assert.deepEqual([report.dropped, report.agrees, rows], [true, true, []])
  assert.deepEqual(await core.retention.drop("2024-12", { dryRun: false }), [])
})

const HELD: readonly [
  why: string,
  set: () => Promise<unknown>,
  before: `${number}-${number}`,
  held: object,
][] = [
  [
    "a month within the time that is always kept",
    async () => {},
    "2025-01",
    { why: "too_young", keptFrom: "2024-12" },
  ],
  [
    "a delivery that is still due",
    () => addDelivery(OLD, "due"),
    "2024-06",
    { why: "unfinished", deliveries: 1, attempts: 0 },
  ],
  [
    "a payment whose fate isn't known",
    async () => addOpenAttempt(await addPayment(OLD, [OLD])),
    "2024-06",
    { why: "unfinished", deliveries: 0, attempts: 1 },
  ],
]

for (const [why, set, before, held] of HELD) {
  test(`nothing goes because of ${why}`, async () => {
    await addPayment(OLD, [OLD])
    await set()
    const before_ = await counts()
    assert.deepEqual(await play.core.retention.drop(before, { dryRun: false }), held)
    assert.deepEqual(await counts(), before_)
  })
}

test("while somebody reads the tables all the time, nothing goes", async () => {
  await addPayment(OLD, [OLD])
  const before = await counts()
  await database.transaction(async (reading) => {
    await reading.query("select 1 from deliveries limit 1")
    const answer = await play.core.retention.drop("2024-12", { dryRun: false })
    assert.deepEqual(answer, { why: "busy", went: [] })
  })
  assert.deepEqual(await counts(), before)
})

const WRONG: readonly [what: string, set: () => Promise<unknown>, found: RegExp][] = [
  ["an event is missing", () => addPayment(YOUNG, [YOUNG], 2), /version 2, events 1/],
  ["the last event is missing", () => addPayment(OLD, [OLD, YOUNG], 3), /version 3, events 1/],
  ["all events are missing", () => addPayment(YOUNG, [], 1), /version 1, events 0/],
]

for (const [what, set, found] of WRONG) {
  test(`the books are wrong when ${what}, also after months were dropped`, async () => {
    await set()
    await play.core.retention.drop("2024-12", { dryRun: false })
    const wrong = await play.core.books.verify()
    assert.deepEqual([wrong.length, wrong[0]?.what], [1, "payment"])
    assert.match(wrong[0]!.detail, found)
  })
}

test("the books are wrong when a number stands in two months, or a delivery alone", async () => {
  const id = await addPayment("2024-06-30T12:00:00Z", ["2024-06-30T12:00:00Z", YOUNG], 2)
  await database.query(
    `insert into events select ($1::uuid), subject, subject_id, seq, merchant_id, dialect, type, data,
  created_at from events where subject_id = $2 and seq = 1`,
    [idAt(YOUNG), id],
  )
  await database.query(
    `insert into deliveries (id, event_id, endpoint_id, merchant_id, state, delivered_at, created_at)
values ($1, $1, $1, $2, 'delivered', $3, $3)`,
    [idAt(YOUNG), play.merchantId, new Date(YOUNG)],
  )
  const wrong = await play.core.books.verify()
  assert.deepEqual(wrong.map(({ what }) => what).sort(), ["delivery", "payment"])
})

test("the books are wrong when one receiver is told of an event in two months", async () => {
  await addPayment(YOUNG, [YOUNG])
  await addDelivery(YOUNG, "delivered")
  assert.deepEqual(await play.core.books.verify(), [])
  await addDelivery("2025-12-01T00:00:00Z", "delivered")
  const { rows } = await database.query<{ id: string; eventId: string; endpointId: string }>(
    `select id, event_id as "eventId", endpoint_id as "endpointId" from deliveries
order by id desc limit 1`,
  )
  const { id, eventId, endpointId } = rows[0]!
  const detail = `event ${eventId} to endpoint ${endpointId} 2 times`
  const found = [{ check: "deliveries", what: "delivery", id, detail }]
  assert.deepEqual(await play.core.books.verify(), found)
})
