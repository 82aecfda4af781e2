/** What is due is taken as quickly as it is sent, and a mark counts once and only for its lease. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { makeMarks } from "../../src/core/webhooks/marks.ts"
import { type Mark, markFailed, markGone } from "../../src/core/webhooks/store/outbox.ts"
import type { Database } from "../../src/db/database.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

type Row = {
  id: string
  eventId: string
  fence: number
  state: string
  tries: number
  owner: string | null
  status: number | null
}

async function rowsOf(database: Database): Promise<Row[]> {
  const { rows } = await database.query<Row>(
    `select id, event_id as "eventId", fence, state, tries, lease_owner as owner,
last_status as status from deliveries order by id`,
  )
  return rows
}

async function listen(test: TestCore, url = "https://shop.example/hook"): Promise<string> {
  const { merchantId } = test
  const spec = { merchantId, dialect: "caudal", url } as const
  return (await test.core.merchants.addEndpoint(spec)).endpoint.id
}

/** Makes `count` copies, due now, of the one delivery that there is. */
async function copy(database: Database, count: number): Promise<void> {
  const id = `('0190' || lpad(to_hex(n), 28, '0'))::uuid`
  await database.query(
    `with copied as (
  insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
  select ${id}, 'payment', ${id}, 1, merchant_id, dialect, type, data, created_at
  from events, generate_series(1, $1::int4) n
)
insert into deliveries (id, event_id, endpoint_id, merchant_id, message_sealed, state, due_at,
  created_at)
select ${id}, ${id}, endpoint_id, merchant_id, message_sealed, 'due', created_at, created_at
from deliveries, generate_series(1, $1::int4) n`,
    [count],
  )
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 10_000
  while (!holds()) {
    assert.ok(performance.now() < giveUpAt, what)
    await sleep(5)
  }
}

test("a queue longer than any claim is sent in one go, each once", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await listen(test)
  await test.core.engine.submit(createPayment, test.payment())
  await test.core.pass()
  await copy(database, 3_000)
  // No clock moves, and no loop comes round.
  await test.core.pass()
  assert.equal(new Set(test.sent.map(({ headers }) => headers["webhook-id"])).size, 3_001)
  assert.equal(test.sent.length, 3_001)
  const rows = await rowsOf(database)
  assert.ok(rows.every(({ owner, state, tries }) => state === "delivered" && tries === 1 && !owner))
})

test("of a receiver that hangs only a few are taken, whatever waits for it", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await listen(test)
  await test.core.engine.submit(createPayment, test.payment())
  await test.core.pass()
  await copy(database, 500)
  const { promise, resolve } = Promise.withResolvers<void>()
  test.respond = () => promise.then(() => ({ kind: "answered", status: 200, body: "" }))
  const before = test.sent.length
  const passing = test.core.pass()
  await until("nothing is sent", () => test.sent.length - before === 8)
  const { rows } = await database.query("select from deliveries where lease_owner is not null")
  assert.equal(rows.length, 16)
  resolve()
  await passing
  assert.equal(test.sent.length, 501)
})

test("a try that found no turn was none: it is made when its lease has run out", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await listen(test)
  test.respond = async () => ({ kind: "failed", why: "busy", message: "too many" })
  await test.core.engine.submit(createPayment, test.payment())
  await test.core.pass()
  const [waiting] = await rowsOf(database)
  assert.deepEqual([waiting!.state, waiting!.tries], ["due", 0])
  test.respond = async () => ({ kind: "answered", status: 200, body: "" })
  await test.core.pass()
  assert.equal(test.sent.length, 1, "its lease still runs")
  test.clock.advance(31_000)
  await test.core.pass()
  const [row] = await rowsOf(database)
  assert.deepEqual([row!.state, row!.tries], ["delivered", 1])
})

test("a mark counts for its own lease, and once", async (t) => {
  const { database } = await testDatabase(t)
  const one = await testCore(database)
  const endpointId = await listen(one)
  one.respond = async () => ({ kind: "failed", why: "busy", message: "too many" })
  await one.core.engine.submit(createPayment, one.payment())
  await one.core.pass()
  const [row] = await rowsOf(database)
  const now = one.clock.now()
  const by = { node: one.core.node, now }
  const failed = { status: 503, error: null, elapsedMs: 7, answerSealed: null }
  const again: Mark = { ...row!, ...failed, state: "due", dueAt: now }
  const gone: Mark = { ...again, state: "cancelled", dueAt: null, status: 410 }
  const table: [what: string, write: () => Promise<void>][] = [
    ["an older lease", () => markFailed(database, [{ ...again, fence: row!.fence - 1 }], by)],
    ["another node", () => markFailed(database, [again], { node: one.ids.next(), now })],
    ["another event", () => markFailed(database, [{ ...again, eventId: one.ids.next() }], by)],
    ["an older lease", () => markGone(database, [{ ...gone, fence: row!.fence - 1 }], by)],
  ]
  for (const [what, write] of table) {
    await write()
    assert.deepEqual(await rowsOf(database), [row], what)
  }
  const listed = () => one.core.merchants.findEndpoint(one.merchantId, endpointId)
  assert.equal((await listed())!.disabledAt, null)
  await markFailed(database, [again], by)
  const [tried] = await rowsOf(database)
  assert.deepEqual([tried!.tries, tried!.owner, tried!.status], [1, null, 503])
  await markFailed(database, [again], by)
  assert.deepEqual(await rowsOf(database), [tried])
})

test("marks survive a lost connection, and one that can't be written is told of", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await listen(test)
  test.respond = async () => ({ kind: "failed", why: "busy", message: "too many" })
  await Promise.all([1, 2, 3].map(() => test.core.engine.submit(createPayment, test.payment())))
  await test.core.pass()
  const lost = Object.assign(new Error("lost"), { code: "08006" })
  const wrong = Object.assign(new Error("wrong"), { code: "22P02" })
  const failing: Error[] = []
  const faults: [unknown, number][] = []
  const marks = makeMarks({
    database: {
      ...database,
      async query(...args: Parameters<Database["query"]>) {
        const result = await database.query(...args)
        // It was written, and only the answer is lost.
        const error = failing.shift()
        if (error) throw error
        return result as never
      },
    },
    clock: test.clock,
    node: test.core.node,
    onFault: (error, count) => faults.push([error, count]),
  })
  const [first, second, third] = (await rowsOf(database)).map(
    (row): Mark => ({
      ...row,
      ...{ state: "due", dueAt: test.clock.now(), status: 503, error: null },
      ...{ elapsedMs: 7, answerSealed: null },
    }),
  )
  failing.push(lost, lost)
  const write = (mark: Mark) => new Promise<void>((done) => marks.write(mark, done))
  await Promise.all([write(first!), write(second!)])
  assert.deepEqual(faults, [])
  failing.push(wrong)
  await write(third!)
  assert.deepEqual(faults, [[wrong, 1]])
  assert.deepEqual(
    (await rowsOf(database)).map(({ tries }) => tries),
    [1, 1, 1],
  )
})
