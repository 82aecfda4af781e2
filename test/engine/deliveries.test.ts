/** Each event reaches each receiver at least once, every try with the same body and the same id. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Webhook } from "standardwebhooks"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { WAITS_MS } from "../../src/core/webhooks/schedule.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const page = { limit: 100, before: null }

test("an event is delivered right after its commit, signed, and written down", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const { secret } = await listen(test)
  // The library compares with the host's clock.
  test.clock.set(new Date())
  await test.core.engine.submit(createPayment, test.payment())
  await test.core.pass()
  const [sent] = test.sent
  assert.equal(test.sent.length, 1)
  const verify = (body: string) => new Webhook(secret).verify(body, { ...sent!.headers })
  assert.doesNotThrow(() => verify(sent!.body))
  assert.throws(() => verify(`${sent!.body} `))
  assert.equal(sent!.headers["webhook-id"], (await deliveries(test))[0]!.id)
  assert.equal((await deliveries(test))[0]!.state, "delivered")
})

test("a receiver that fails gets the same bytes on schedule, then is given up", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await listen(test)
  test.respond = async () => ({ kind: "answered", status: 503, body: "" })
  await test.core.engine.submit(createPayment, test.payment())
  await test.core.pass()
  for (const waitMs of WAITS_MS.slice(1)) {
    const before = test.sent.length
    test.clock.advance(Math.round(waitMs * 0.5))
    await test.core.pass()
    assert.equal(test.sent.length, before, `too early after ${waitMs}`)
    test.clock.advance(waitMs)
    await test.core.pass()
    assert.equal(test.sent.length, before + 1)
  }
  test.clock.advance(7 * 86_400_000)
  await test.core.pass()
  assert.equal(test.sent.length, WAITS_MS.length)
  assert.equal(new Set(test.sent.map((each) => each.body)).size, 1)
  assert.equal(new Set(test.sent.map((each) => each.headers["webhook-id"])).size, 1)
  const [delivery] = await deliveries(test)
  assert.deepEqual(
    [delivery!.state, delivery!.tries, delivery!.lastStatus],
    ["failed", WAITS_MS.length, 503],
  )
})

test("a receiver that says 410 is switched off, and is told nothing more", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const { endpoint } = await listen(test)
  test.respond = async () => ({ kind: "answered", status: 410, body: "" })
  await test.core.engine.submit(createPayment, test.payment())
  await test.core.pass()
  const found = await test.core.merchants.findEndpoint(test.merchantId, endpoint.id)
  assert.equal(found!.disabledReason, "the receiver answered 410 Gone")
  await test.core.engine.submit(createPayment, test.payment())
  await test.core.pass()
  assert.equal(test.sent.length, 1)
})

test("what waits behind a 410 is not sent, and is when the endpoint is switched on", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const { endpoint } = await listen(test)
  test.respond = async () => ({ kind: "answered", status: 410, body: "" })
  const creates = Array.from({ length: 60 }, () =>
    test.core.engine.submit(createPayment, test.payment()),
  )
  await Promise.all(creates)
  await test.core.pass()
  // As many as were under way at once when the first answer came.
  const told = test.sent.length
  assert.ok(told <= 8, `told ${told} times that it is gone`)
  test.respond = async () => ({ kind: "answered", status: 200, body: "" })
  await test.core.merchants.disableEndpoint(test.merchantId, endpoint.id, null)
  for (let round = 0; round < 8; round += 1) {
    test.clock.advance(60_000)
    await test.core.pass()
  }
  assert.equal(test.sent.length, 60)
})

test("a message that doesn't open keeps no other back", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await listen(test)
  test.respond = async () => ({ kind: "answered", status: 503, body: "" })
  await Promise.all([1, 2, 3].map(() => test.core.engine.submit(createPayment, test.payment())))
  await test.core.pass()
  await database.query(`update deliveries set message_sealed = '\\x00'
where id = (select min(id::text)::uuid from deliveries)`)
  test.sent.length = 0
  test.respond = async () => ({ kind: "answered", status: 200, body: "" })
  test.clock.advance(60_000)
  await test.core.pass()
  assert.equal(test.sent.length, 2)
})

test("a node that died while sending leaves the delivery to another", async (t) => {
  const { database } = await testDatabase(t)
  const one = await testCore(database)
  const two = await testCore(database)
  await listen(one)
  one.respond = () => new Promise(() => {})
  await one.core.engine.submit(createPayment, one.payment())
  await two.core.pass()
  assert.equal(two.sent.length, 0, "its lease still runs")
  two.clock.advance(120_000)
  await two.core.pass()
  assert.equal(two.sent[0]!.headers["webhook-id"], one.sent[0]!.headers["webhook-id"])
  assert.equal(two.sent[0]!.body, one.sent[0]!.body)
  assert.equal((await deliveries(two))[0]!.state, "delivered")
})

test("one dead receiver delays nobody else", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await listen(test, "https://dead.example/hook")
  await listen(test, "https://alive.example/hook")
  const never = new Promise<never>(() => {})
  test.respond = () =>
    test.sent.at(-1)!.url.includes("dead")
      ? never
      : Promise.resolve({ kind: "answered", status: 200, body: "" })
  const creates = Array.from({ length: 300 }, () =>
    test.core.engine.submit(createPayment, test.payment()),
  )
  await Promise.all(creates)
  const giveUpAt = performance.now() + 10_000
  const alive = () => test.sent.filter((each) => each.url.includes("alive")).length
  while (alive() < 300 && performance.now() < giveUpAt) {
    await test.core.events.deliveries({ merchantId: test.merchantId }, page)
    // A pass waits for the dead one and outlives the test, whose database is closed by then.
    test.core.pass().catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.equal(alive(), 300)
  assert.ok(test.sent.length - alive() <= 8, "the dead one holds no more than its share")
})

test("every endpoint has its turn, however much the others have waiting", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  for (let at = 0; at < 40; at += 1) await listen(test, `https://shop.example/${at}`)
  test.respond = async () => ({ kind: "answered", status: 503, body: "" })
  const creates = Array.from({ length: 30 }, () =>
    test.core.engine.submit(createPayment, test.payment()),
  )
  await Promise.all(creates)
  await test.core.pass()
  test.clock.advance(60_000)
  test.sent.length = 0
  test.respond = async () => ({ kind: "answered", status: 200, body: "" })
  // One claim takes 16 of each endpoint and 500 in all: two of them are room for forty endpoints.
  await test.core.pass()
  await test.core.pass()
  assert.equal(new Set(test.sent.map(({ url }) => url)).size, 40)
})

test("account numbers and bodies lie sealed in the database", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await listen(test)
  await test.core.customers.create({
    merchantId: test.merchantId,
    dialect: "caudal",
    person: { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050", email: "a@b.co" },
  })
  await test.core.engine.submit(createPayment, test.payment())
  const { rows } = await database.query<{ text: string }>(
    `select encode(person_sealed, 'escape') as text from customers
union all select encode(message_sealed, 'escape') from deliveries
union all select encode(secret_sealed, 'escape') from endpoints`,
  )
  assert.equal(rows.length, 3)
  for (const { text } of rows)
    assert.doesNotMatch(text, /1020304050|Ana Ruiz|payment\.created|whsec/)
})

async function listen(test: TestCore, url = "https://shop.example/hook") {
  return test.core.merchants.addEndpoint({ merchantId: test.merchantId, dialect: "caudal", url })
}

async function deliveries(test: TestCore) {
  return (await test.core.events.deliveries({ merchantId: test.merchantId }, page)).items
}
