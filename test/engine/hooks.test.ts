/** Endpoints that change, pause or rotate; deliveries that are shown and sent again. */
import assert from "node:assert/strict"
import { after, beforeEach, test } from "node:test"
import { Webhook } from "standardwebhooks"
import type { Actor } from "../../src/core/audit/entry.ts"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { isRefusal } from "../../src/core/index.ts"
import { followEvents, LOOK_MAX, SETTLED_MS } from "../../src/core/webhooks/follow.ts"
import { WAITS_MS } from "../../src/core/webhooks/schedule.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const by: Actor = { kind: "command", name: "tester", id: null }
const page = { limit: 100, before: null }
const { database } = await testDatabase({ after })
const world = await testCore(database, { by })
const { clock, core, merchantId, sent } = world
const { events, merchants } = core
const DAY_MS = 86_400_000

const answered = (status: number, body = "") => ({ kind: "answered", status, body }) as const

/** An endpoint of its own for each test; those of the tests before hear nothing more. */
let endpointId = ""
let secret = ""
beforeEach(async () => {
  if (endpointId) {
    await merchants.disableEndpoint(merchantId, endpointId, { at: clock.now(), reason: "over" })
  }
  clock.set(new Date())
  sent.length = 0
  world.respond = async () => answered(200)
  const made = await merchants.addEndpoint({
    merchantId,
    dialect: "caudal",
    url: "https://shop.example/hook",
    headers: { "x-api-key": "very-secret" },
  })
  endpointId = made.endpoint.id
  secret = made.secret
})

async function happen(count = 1): Promise<void> {
  for (let at = 0; at < count; at += 1) await core.engine.submit(createPayment, world.payment())
  await core.pass()
}

/** The deliveries to the test's endpoint, oldest first. */
async function own() {
  return (await events.deliveries({ merchantId, endpointId }, page)).items.toReversed()
}

async function whole(id: string) {
  const found = await events.delivery(merchantId, id)
  assert.ok(found)
  return found
}

async function actions(): Promise<string[]> {
  const { rows } = await database.query<{ action: string }>(
    `select content::jsonb ->> 'action' as action from audit_log
    where content::jsonb ->> 'subject' = $1 order by position`,
    [endpointId],
  )
  return rows.map(({ action }) => action)
}

const verify = (key: string, at = 0) =>
  new Webhook(key).verify(sent[at]!.body, { ...sent[at]!.headers })

test("each try that failed is remembered with what the receiver said, sealed", async () => {
  const said = `${"no ".repeat(400)}end`
  world.respond = async () => answered(500, said)
  await happen()
  clock.advance(WAITS_MS[1]! * 2)
  world.respond = async () => ({ kind: "failed", why: "timeout", message: "no answer" })
  await core.pass()
  clock.advance(WAITS_MS[2]! * 2)
  world.respond = async () => answered(204)
  await core.pass()
  const { id } = (await own())[0]!
  const { delivery, tries } = await whole(id)
  assert.equal(delivery.state, "delivered")
  assert.deepEqual(
    tries.map(({ number, status, error, answer }) => [number, status, error, answer]),
    [
      [1, 500, null, said.slice(0, 1_000)],
      [2, null, "no answer", null],
      [3, 204, null, null],
    ],
  )
  assert.ok(tries.every(({ elapsedMs }) => elapsedMs === 0))
  const { rows } = await database.query("select answer_sealed from tries where number = 1")
  assert.ok(!JSON.stringify(rows).includes(Buffer.from("no no").toString("hex")))
})

test("a delivery is shown without what its receiver or its merchant keeps secret", async () => {
  await happen()
  const { id } = (await own())[0]!
  const { endpoint, event, message } = await whole(id)
  assert.equal(endpoint.id, endpointId)
  assert.equal(message!.body, sent[0]!.body)
  assert.equal(message!.headers["x-api-key"], "***")
  assert.equal(message!.headers["webhook-id"], id)
  assert.ok(!("webhook-signature" in message!.headers))
  assert.equal(event.type, "payment.created")
  assert.equal(await events.delivery(core.ids.next(), id), null)
})

test("what was given up is sent again with the whole schedule before it", async () => {
  world.respond = async () => answered(503)
  await happen()
  for (const waitMs of WAITS_MS.slice(1)) {
    clock.advance(waitMs * 2)
    await core.pass()
  }
  const [before] = await own()
  assert.deepEqual([before!.state, before!.tries], ["failed", WAITS_MS.length])
  const again = await events.replay(merchantId, before!.id)
  assert.ok(again && !isRefusal(again))
  assert.equal(again.state, "due")
  await core.pass()
  clock.advance(WAITS_MS[1]! * 2)
  world.respond = async () => answered(200)
  await core.pass()
  const [then] = await own()
  assert.deepEqual([then!.state, then!.tries], ["delivered", WAITS_MS.length + 2])
  assert.equal(new Set(sent.map(({ body }) => body)).size, 1)
  assert.equal(new Set(sent.map(({ headers }) => headers["webhook-id"])).size, 1)
})

test("what was delivered is sent again, and remembered as having been", async () => {
  await happen()
  const { id } = (await own())[0]!
  await events.replay(merchantId, id)
  await core.pass()
  assert.equal(sent.length, 2)
  assert.deepEqual(
    (await whole(id)).tries.map(({ number, status }) => [number, status]),
    [
      [1, 200],
      [2, 200],
    ],
  )
})

test("what can't be sent again is refused with its reason", async () => {
  await happen()
  const { id } = (await own())[0]!
  assert.equal(await events.replay(core.ids.next(), id), null)
  assert.equal(await events.replay(merchantId, core.ids.next()), null)
  await merchants.disableEndpoint(merchantId, endpointId, { at: clock.now(), reason: "off" })
  assert.equal(
    ((await events.replay(merchantId, id)) as { refused: string }).refused,
    "endpoint_disabled",
  )
  await merchants.disableEndpoint(merchantId, endpointId, null)
  clock.advance(31 * DAY_MS)
  await core.pass()
  assert.equal(
    ((await events.replay(merchantId, id)) as { refused: string }).refused,
    "message_deleted",
  )
  assert.equal(sent.length, 1)
  const { message, tries } = await whole(id)
  assert.deepEqual([message, tries.length], [null, 1])
})

test("all that failed since an instant is sent again, and nothing else", async () => {
  await happen(2)
  const since = (await own())[1]!.createdAt
  clock.advance(1_000)
  world.respond = async () => answered(410)
  await happen(1)
  await merchants.disableEndpoint(merchantId, endpointId, null)
  world.respond = async () => answered(200)
  sent.length = 0
  // Ids are made by real time here, and the clock stands still.
  const long = { since: new Date(since.getTime() - DAY_MS), until: new Date(Date.now() + DAY_MS) }
  const failed = { ...long, states: ["failed", "cancelled"] } as const
  assert.deepEqual(await events.replaySince(merchantId, endpointId, failed), {
    replayed: 1,
    deleted: 0,
    next: null,
  })
  await core.pass()
  assert.equal(sent.length, 1)
  const delivered = { ...long, states: ["delivered"] } as const
  const all = await events.replaySince(merchantId, endpointId, delivered)
  assert.ok(all && !isRefusal(all))
  assert.equal(all.replayed, 3)
  await core.pass()
  assert.equal(sent.length, 4)
  const none = { ...delivered, until: new Date(since.getTime() - DAY_MS + 1) }
  assert.deepEqual(await events.replaySince(merchantId, endpointId, none), {
    replayed: 0,
    deleted: 0,
    next: null,
  })
  assert.equal(await events.replaySince(core.ids.next(), endpointId, failed), null)
  assert.deepEqual((await actions()).filter((each) => each === "delivery.replay").length, 3)
})

test("a paused endpoint loses nothing and is asked nothing", async () => {
  await merchants.pauseEndpoint(merchantId, endpointId)
  await happen(3)
  clock.advance(DAY_MS)
  await core.pass()
  assert.equal(sent.length, 0)
  assert.deepEqual(
    (await own()).map(({ state, tries }) => [state, tries]),
    Array(3).fill(["due", 0]),
  )
  assert.equal((await merchants.findEndpoint(merchantId, endpointId))!.disabledAt, null)
  await merchants.resumeEndpoint(merchantId, endpointId)
  await core.pass()
  assert.equal(sent.length, 3)
  const first = await merchants.resumeEndpoint(merchantId, endpointId)
  assert.equal(first!.pausedAt, null)
  assert.equal(await merchants.pauseEndpoint(core.ids.next(), endpointId), null)
  const told = ["endpoint.add", "endpoint.pause", "endpoint.resume", "endpoint.resume"]
  assert.deepEqual(await actions(), told)
})

test("both secrets sign while they overlap, and then the new one alone", async () => {
  const rotated = await merchants.rotateSecret(merchantId, endpointId, 3_600)
  assert.notEqual(rotated!.secret, secret)
  await happen()
  assert.doesNotThrow(() => verify(secret))
  assert.doesNotThrow(() => verify(rotated!.secret))
  assert.match(sent[0]!.headers["webhook-signature"]!, /^v1,\S+ v1,\S+$/)
  clock.advance(3_600_000)
  sent.length = 0
  await happen()
  assert.match(sent[0]!.headers["webhook-signature"]!, /^v1,\S+$/)
  const over = await merchants.findEndpoint(merchantId, endpointId)
  assert.deepEqual([over!.formerSecretSealed, over!.formerUntil], [null, null])
  const at = await merchants.rotateSecret(merchantId, endpointId, 0)
  assert.deepEqual([at!.endpoint.formerSecretSealed, at!.endpoint.formerUntil], [null, null])
  await assert.rejects(() => merchants.rotateSecret(merchantId, endpointId, 604_801), RangeError)
  await assert.rejects(() => merchants.rotateSecret(merchantId, endpointId, -1), RangeError)
  assert.equal(await merchants.rotateSecret(core.ids.next(), endpointId), null)
})

test("an endpoint is changed member by member, and the log says so without secrets", async () => {
  const moved = "https://shop.example/other?key=hidden"
  const first = await merchants.updateEndpoint(merchantId, endpointId, { url: moved })
  assert.deepEqual([first!.url, first!.description], [moved, null])
  await happen()
  assert.deepEqual([sent[0]!.url, sent[0]!.headers["x-api-key"]], [moved, "very-secret"])
  await merchants.updateEndpoint(merchantId, endpointId, { headers: null, description: "Shop" })
  const listed = await merchants.findEndpoint(merchantId, endpointId)
  assert.deepEqual([listed!.headersSealed, listed!.description], [null, "Shop"])
  await merchants.updateEndpoint(merchantId, endpointId, { description: "Shop" })
  const { rows } = await database.query<{ content: string }>(
    `select content from audit_log where content::jsonb ->> 'subject' = $1
    and content::jsonb ->> 'action' = 'endpoint.set' order by position`,
    [endpointId],
  )
  const told = rows.map(({ content }) => JSON.parse(content))
  assert.deepEqual(
    told.map(({ outcome }) => outcome),
    ["done", "done", "unchanged"],
  )
  assert.deepEqual(told[0].change, { renewed: { old: null, new: ["url"] } })
  assert.ok(!JSON.stringify(told).includes("secret") && !JSON.stringify(told).includes("hidden"))
})

test("a test message is signed, in no book, and not to be had without end", async () => {
  world.respond = async () => answered(418, "x".repeat(3_000))
  const told = await merchants.testEndpoint(merchantId, endpointId)
  assert.ok(told && "answer" in told)
  assert.deepEqual([told.status, told.error, told.answer.length], [418, null, 1_024])
  assert.deepEqual(verify(secret), JSON.parse(sent[0]!.body))
  assert.equal(JSON.parse(sent[0]!.body).type, "ping")
  assert.deepEqual(await own(), [])
  for (let at = 1; at < 10; at += 1) await merchants.testEndpoint(merchantId, endpointId)
  const over = await merchants.testEndpoint(merchantId, endpointId)
  assert.ok(over && "retryAfterS" in over)
  assert.equal(sent.length, 10)
  assert.equal(await merchants.testEndpoint(core.ids.next(), endpointId), null)
})

/** An event that is written now and has the id of another moment. */
async function late(id: string): Promise<string> {
  await database.query(
    `insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
    values ($1, 'payment', $2, 1, $3, 'caudal', 'payment.created', '{}', $4)`,
    [id, core.ids.next(), merchantId, clock.now()],
  )
  return id
}

test("a list from an event on ends before what may still commit below it", async () => {
  const first = await late(core.ids.next())
  const missed = core.ids.next()
  const last = await late(core.ids.next())
  const from = { after: first }
  const list = async (limit = 10) =>
    (await events.settled({ merchantId }, { from, limit })).items.map(({ id }) => id)
  assert.deepEqual(await list(), [], "none is settled yet")
  await late(missed)
  clock.advance(SETTLED_MS + 1_000)
  assert.deepEqual(await list(), [missed, last])
  assert.deepEqual(await list(1), [missed])
  const since = { since: new Date(Date.now() - 1_000) }
  const all = await events.settled({ merchantId }, { from: since, limit: 100 })
  assert.deepEqual(all.items.map(({ id }) => id).slice(-3), [first, missed, last])
})

test("who follows hears each event once, also one that commits late", async () => {
  await late(core.ids.next())
  const stop = new AbortController()
  const stream = events.follow(merchantId, { after: null, signal: stop.signal, lookMs: 1 })
  const next = async () => {
    for (;;) {
      const { value } = await stream.next()
      if (value) return value.id
    }
  }
  assert.equal((await stream.next()).value, null, "what was there before isn't told")
  const missed = core.ids.next()
  const told = await late(core.ids.next())
  assert.equal(await next(), told)
  await late(missed)
  assert.equal(await next(), missed)
  const again = events.follow(merchantId, { after: told, signal: stop.signal, lookMs: 1 })
  const seen = new Set<string>()
  for (let at = 0; !seen.has(missed); at += 1) {
    assert.ok(at < 100)
    seen.add((await again.next()).value?.id ?? "")
  }
  assert.ok(!seen.has(told), "the one it follows on is known")
  stop.abort()
  assert.deepEqual(await stream.next(), { value: undefined, done: true })
})

test("who is slow to listen misses nothing that commits late meanwhile", async () => {
  const known = await late(core.ids.next())
  const missed = core.ids.next()
  const last = await late(core.ids.next())
  const stop = new AbortController()
  const stream = events.follow(merchantId, { after: known, signal: stop.signal, lookMs: 1 })
  const seen = new Set<string>()
  while (!seen.has(last)) seen.add((await stream.next()).value?.id ?? "")
  await late(missed)
  clock.advance(2 * SETTLED_MS)
  for (let at = 0; !seen.has(missed); at += 1) {
    assert.ok(at < 100)
    seen.add((await stream.next()).value?.id ?? "")
  }
  stop.abort()
})

test("who comes back after long hears all of it, and what is settled is not kept", async () => {
  const known = await late(core.ids.next())
  await database.query(
    `insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
    select ($1 || lpad(to_hex(n), 3, '0') || $2)::uuid, 'payment', ($1 || '000' || $2)::uuid, n,
      $3, 'caudal', 'payment.created', '{}', $4 from generate_series(1, 1_500) n`,
    [core.ids.next().slice(0, 15), core.ids.next().slice(18), merchantId, clock.now()],
  )
  clock.advance(2 * SETTLED_MS)
  let most = 0
  const counted: typeof database.query = (text, params) => {
    for (const each of params ?? []) if (Array.isArray(each)) most = Math.max(most, each.length)
    return database.query(text, params)
  }
  const stop = new AbortController()
  const parts = { database: { ...database, query: counted }, clock }
  const stream = followEvents(parts, merchantId, { after: known, signal: stop.signal, lookMs: 1 })
  const seen: string[] = []
  for await (const event of stream) {
    if (event === null) stop.abort()
    else if (event.id > known) seen.push(event.id)
  }
  assert.equal(seen.length, 1_500)
  assert.deepEqual(seen, [...new Set(seen)].sort())
  assert.ok(most <= 2 * LOOK_MAX, `${most} ids were given to one statement`)
})

test("deliveries are found by endpoint, event, subject and state", async () => {
  await happen(2)
  world.respond = async () => answered(500)
  await happen(1)
  const [first, , third] = await own()
  const event = await events.find(merchantId, first!.eventId)
  const table = [
    [{ eventId: first!.eventId }, [first!.id]],
    [{ subjectId: event!.subjectId }, [first!.id]],
    [{ state: "due", endpointId }, [third!.id]],
    [{ state: "failed", endpointId }, []],
    [{ state: "delivered", endpointId, eventId: third!.eventId }, []],
  ] as const
  for (const [filter, ids] of table) {
    const { items } = await events.deliveries({ merchantId, ...filter }, page)
    assert.deepEqual(
      items.map(({ id }) => id),
      ids,
      JSON.stringify(filter),
    )
  }
  const [figures] = (await merchants.endpointHealth(merchantId)).filter(
    (each) => each.endpointId === endpointId,
  )
  assert.deepEqual(figures, {
    endpointId,
    ...{ delivered: 2, failed: 0, cancelled: 0, due: 1, meanMs: 0, lastFault: "500" },
  })
})
