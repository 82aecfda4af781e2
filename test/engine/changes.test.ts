/** Whoever waits for a payment's change is woken by this node at once, by another within a look. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { endPayment } from "../../src/core/decide/end-payment.ts"
import { Draft } from "../../src/core/draft.ts"
import { isRefusal, type Payment } from "../../src/core/index.ts"
import { makeChanges } from "../../src/core/payments/changes.ts"
import type { Database } from "../../src/db/database.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

/** Longer than any test may take: whoever waits for it was not woken. */
const NEVER_MS = 60_000
/** A look a second, on a busy machine. */
const LOOKED_MS = 3_000

/** A core on a database that writes down how often versions are looked up, and fails when told. */
async function start(t: TestContext) {
  const { database } = await testDatabase(t)
  const looks: { readonly ids: number }[] = []
  const state = { away: false }
  const watched: Database = {
    ...database,
    query(text, params) {
      if (text.startsWith("select p.id, p.version")) {
        looks.push({ ids: (params![0] as readonly string[]).length })
        if (state.away) return Promise.reject(new Error("away"))
      }
      return database.query(text, params)
    },
  }
  return { database: watched, looks, state, node: await testCore(watched) }
}

async function newPayment({ core, payment }: TestCore): Promise<Payment> {
  const created = await core.engine.submit(createPayment, payment())
  assert.ok(!isRefusal(created))
  return created.payment
}

async function cancel(
  { core }: TestCore,
  { id: paymentId, merchantId }: Payment,
): Promise<Payment> {
  const how = { kind: "cancel", by: "merchant" } as const
  const ended = await core.engine.submit(endPayment, { paymentId, merchantId, how })
  assert.ok(!isRefusal(ended))
  return ended
}

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const startedMs = performance.now()
  const value = await work
  return { value, ms: performance.now() - startedMs }
}

test("this node's own commit wakes everybody who waits for it, without a look", async (t) => {
  const { node, looks } = await start(t)
  const payment = await newPayment(node)
  const other = await newPayment(node)
  const wait = (id: string, version: number) => node.core.changes.next(id, version, NEVER_MS)
  const waits = [wait(payment.id, payment.version), wait(payment.id, payment.version)]
  const stop = new AbortController()
  const more = [other, { id: payment.id, version: payment.version + 1 }].map(({ id, version }) =>
    node.core.changes.next(id, version, NEVER_MS, stop.signal),
  )
  const { version } = await cancel(node, payment)
  const { value, ms } = await timed(Promise.all(waits))
  assert.deepEqual(value, [version, version])
  assert.ok(ms < 100, `${ms} ms`)
  assert.deepEqual(looks, [])
  // Neither another payment's nor the same version was told.
  stop.abort()
  assert.deepEqual(await Promise.all(more), [null, null])
})

test("another node's commit is found within a look, also an earlier one", async (t) => {
  const { node, database } = await start(t)
  const other = await testCore(database)
  for (const before of [false, true]) {
    const payment = await newPayment(node)
    if (before) await cancel(other, payment)
    const waiting = timed(node.core.changes.next(payment.id, payment.version, NEVER_MS))
    if (!before) await cancel(other, payment)
    const { value, ms } = await waiting
    assert.equal(value, payment.version + 1)
    assert.ok(ms < LOOKED_MS, `${ms} ms`)
  }
})

test("a wait ends by its time or its signal, and nothing is looked up afterwards", async (t) => {
  const { database, looks } = await start(t)
  const changes = makeChanges({ database, lookMs: 20 })
  const id = "01a1f93c-a1f7-4087-826d-012a03a88b87"
  const timeout = await timed(changes.next(id, 0, 50))
  assert.equal(timeout.value, null)
  assert.ok(timeout.ms >= 45, `${timeout.ms} ms`)
  const stop = new AbortController()
  const aborted = timed(changes.next(id, 0, NEVER_MS, stop.signal))
  stop.abort()
  const late = changes.next(id, 0, NEVER_MS, stop.signal)
  assert.deepEqual([(await aborted).value, await late], [null, null])
  assert.ok((await aborted).ms < 50)
  // The one look that was planned finds nobody.
  await sleep(60)
  const { length } = looks
  await sleep(100)
  assert.equal(looks.length, length)
})

test("one look at a time serves everybody, and outlives a database that was away", async (t) => {
  const { node, database, looks, state } = await start(t)
  const lookMs = 50
  const changes = makeChanges({ database, lookMs })
  const payments = await Promise.all(Array.from({ length: 20 }, () => newPayment(node)))
  state.away = true
  const startedMs = performance.now()
  const waits = payments.flatMap(({ id, version }) =>
    Array.from({ length: 50 }, () => changes.next(id, version, NEVER_MS)),
  )
  await sleep(6 * lookMs)
  const turns = (performance.now() - startedMs) / lookMs
  assert.ok(looks.length >= 2 && looks.length <= turns, `${looks.length} looks in ${turns} turns`)
  assert.ok(looks.every(({ ids }) => ids === payments.length))
  state.away = false
  // These commits are another node's to `changes`: nobody tells it of them.
  for (const payment of payments) await cancel(node, payment)
  const versions = payments.flatMap(({ version }) => Array<number>(50).fill(version + 1))
  assert.deepEqual(await Promise.all(waits), versions)
})

test("beyond the most that may wait, one waits out its time and hurts nobody", async (t) => {
  const { node, database } = await start(t)
  const changes = makeChanges({ database, lookMs: NEVER_MS })
  const payment = await newPayment(node)
  const { id, version } = payment
  const waits = Array.from({ length: 20_000 }, () => changes.next(id, version, NEVER_MS))
  const tooMany = changes.next(id, version, 30)
  const draft = new Draft(node.clock.now(), node.ids.next)
  draft.payments.put(id, { ...payment, version: version + 1 })
  changes.committed(draft)
  assert.deepEqual(new Set(await Promise.all(waits)), new Set([version + 1]))
  assert.equal(await tooMany, null)
  // There is room again.
  const next = changes.next(id, version, NEVER_MS)
  changes.committed(draft)
  assert.equal(await next, version + 1)
})

test("whoever waits for the end has it at once, or what there is at the deadline", async (t) => {
  const { node, database } = await start(t)
  const other = await testCore(database)
  const rows: [by: TestCore, msMax: number][] = [
    [node, 150],
    [other, 1_000],
  ]
  for (const [by, msMax] of rows) {
    const payment = await newPayment(node)
    const settled = node.core.pay.settled(payment, NEVER_MS)
    // The first look is over, and somebody waits.
    await sleep(50)
    await cancel(by, payment)
    const { value, ms } = await timed(settled)
    assert.equal(value.state, "cancelled")
    assert.ok(ms < msMax, `${ms} ms`)
  }
  const payment = await newPayment(node)
  const settled = node.core.pay.settled(payment, 1_000)
  node.clock.advance(1_000)
  assert.equal((await settled).state, "pending")
  assert.equal((await node.core.pay.settled(payment, 0)).state, "pending")
})
