/** Tokens under way and a bank at once: what one of them does never undoes what the other did. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { makeIds, testClock } from "../../src/clock.ts"
import { isRefusal, type Order, Unavailable } from "../../src/core/index.ts"
import { makeSimulator } from "../../src/rails/simulator/index.ts"
import { chainRail, transfer } from "../support/chain-rail.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const PAGES = "https://pay.example"

type Over = { readonly lateHours?: number; readonly ttlMs?: number | null }

/** A merchant with a chain and a bank, and a payer who may use both. */
async function world(t: TestContext, { lateHours = 24, ttlMs = 60_000 }: Over = {}) {
  const clock = testClock()
  const chain = chainRail()
  const fresh = () => makeSimulator({ clock, ids: makeIds(clock), dir: null, publicUrl: PAGES })
  const simulator = fresh()
  const { database } = await testDatabase(t)
  const rails = [chain, simulator]
  const { core, merchantId, payment } = await testCore(database, { rails, clock })
  await core.keys.add(merchantId, "chain", "xpub-one")
  await database.query("update merchants set settings = settings || $1", [
    JSON.stringify({ lateMoneyHours: lateHours }),
  ])
  const merchant = (await core.merchants.find(merchantId))!
  const find = async (id: string) => (await core.payments.find(merchantId, id))!
  const last = async (id: string) => (await core.payments.attempts(id)).at(-1)!

  return {
    core,
    clock,
    chain,
    simulator,
    fresh,
    find,
    last,
    async create(ownTtlMs = ttlMs): Promise<string> {
      const expiresAt = ownTtlMs === null ? null : new Date(clock.now().getTime() + ownTtlMs)
      const { attempt: _, id: __, merchantId: ___, ...rest } = payment({ amount: 1_000_000n })
      const created = await core.pay.create({ ...rest, expiresAt, merchant, way: null })
      assert.ok(!isRefusal(created))
      return created.payment.id
    },
    /** Sends tokens to the payment's address, and goes on to a bank before they are seen. */
    async leftTokens(id: string) {
      const way = { method: "crypto", target: {} } as const
      const opened = await core.pay.open(merchant, await find(id), way)
      assert.ok(!isRefusal(opened))
      const { address, amount } = opened.attempt.instructions!.options![0]!
      await core.pay.leave(await find(id))
      return (over: object = {}) => transfer(address, BigInt(amount), { at: clock.now(), ...over })
    },
    async bank(id: string, digits = "99") {
      const now = await find(id)
      // The bank keeps its own time, as most do.
      const payer = { returnUrl: `${PAGES}/pay/${id}`, until: null }
      const target = { accountNumber: `30012345${digits}`, payer }
      return core.pay.open(merchant, now, { method: "bank", target })
    },
    async notify(attemptId: string) {
      const { body, ...to } = (await core.bank.notice(attemptId))!
      await core.notice({ ...to, body: Buffer.from(body) })
    },
    cancel: (id: string) =>
      core.pay.end({ paymentId: id, merchantId, how: { kind: "cancel", by: "merchant" } }),
    async read(what: object) {
      chain.reads.push(what)
      await core.pass()
    },
    async look(ms = 2_000) {
      clock.advance(ms)
      await core.pass()
    },
  }
}

test("tokens under way keep a payment, though its payer turns the bank down", async (t) => {
  const { core, create, leftTokens, bank, read, last, find, notify, cancel } = await world(t)
  const id = await create()
  const sent = (await leftTokens(id))()
  await bank(id)
  await core.pass()
  await read({ seen: [sent] })
  assert.equal((await find(id)).state, "processing")
  const atBank = await last(id)
  await core.bank.answer(atBank.id, "decline")
  await notify(atBank.id)
  assert.equal((await find(id)).state, "processing", "nobody is asked to pay again")
  assert.ok(isRefusal(await cancel(id)))
  await read({ confirmed: [sent.place] })
  assert.equal((await find(id)).state, "approved")
})

test("a cancel comes too late for tokens under way, whatever the bank drops", async (t) => {
  const { core, create, leftTokens, bank, read, find, cancel } = await world(t)
  const id = await create()
  const sent = (await leftTokens(id))()
  await bank(id)
  await core.pass()
  await read({ seen: [sent] })
  const refused = await cancel(id)
  assert.ok(isRefusal(refused))
  await read({ confirmed: [sent.place] })
  assert.equal((await find(id)).state, "approved")
})

test("a bank that books later than late money counts leaves nothing open", async (t) => {
  for (const [lateHours, laterMs] of [
    [0, 16_000],
    [24, 25 * 3_600_000],
  ] as const) {
    const { core, clock, create, bank, last, look, notify, find, simulator } = await world(t, {
      lateHours,
    })
    const id = await create()
    await bank(id, "05")
    await core.pass()
    const { id: attemptId } = await last(id)
    clock.advance(50_000)
    await core.bank.answer(attemptId, "approve")
    // Every node was down; the one that starts looks before it expires.
    if (lateHours > 0) {
      const { observe } = simulator
      const booked = new Date(clock.now().getTime() + laterMs)
      Object.assign(simulator, {
        observe: async (open: readonly Order[]) => {
          const { sightings } = await observe(open, null)
          return { sightings: sightings.map((each) => ({ ...each, at: booked })), cursor: null }
        },
      })
    }
    clock.advance(laterMs)
    await notify(attemptId)
    await look()
    const { state, openAttemptId } = await find(id)
    assert.deepEqual([state, openAttemptId], ["expired", null])
    assert.equal((await last(id)).state, "settled")
  }
})

test("one request that a bank does not answer for keeps back no other", async (t) => {
  const { core, clock, create, bank, last, look, find, simulator } = await world(t)
  const bad = await create(5_000)
  await bank(bad)
  const good = await create(300_000)
  await bank(good)
  await core.pass()
  const { id: badAttempt } = await last(bad)
  const { withdraw } = simulator
  Object.assign(simulator, {
    withdraw: async (order: Order, why: "other") => {
      if (order.attemptId === badAttempt) throw new Error("500")
      return withdraw!(order, why)
    },
  })
  clock.advance(5_000)
  await core.pass()
  assert.equal((await find(bad)).state, "expired")
  await core.bank.answer((await last(good)).id, "approve")
  await look()
  assert.equal((await find(good)).state, "approved")
})

test("paid by tokens, the bank's request is dropped with the next look", async (t) => {
  const { core, create, leftTokens, bank, read, last, look, find, simulator } = await world(t, {
    ttlMs: null,
  })
  const id = await create()
  const transferred = await leftTokens(id)
  await bank(id)
  // By now it is looked at once in ten seconds.
  for (let looks = 0; looks < 35; looks += 1) await look(2_000)
  await read({ seen: [transferred({ final: true })] })
  assert.equal((await find(id)).state, "approved")
  await core.pass()
  const { id: atBank, state } = await last(id)
  assert.equal(state, "declined")
  await core.bank.answer(atBank, "approve")
  assert.equal(simulator.books.moved(atBank), 0)
})

test("a simulated bank that lost its books has no request, and ends the try", async (t) => {
  const { core, clock, create, bank, last, look, find, fresh, simulator } = await world(t)
  const id = await create()
  await bank(id)
  await core.pass()
  clock.advance(1_000)
  const { observe, withdraw, bank: forgetful } = fresh()
  Object.assign(simulator, { observe, withdraw, bank: forgetful })
  await look()
  assert.deepEqual(
    [(await last(id)).state, (await last(id)).reason],
    ["declined", "operator_unavailable"],
  )
  assert.equal((await find(id)).openAttemptId, null)
})

test("while tokens that cover it are on their way, no other way opens", async (t) => {
  const { create, leftTokens, bank, read, find } = await world(t)
  const id = await create()
  const sent = (await leftTokens(id))()
  await read({ seen: [sent] })
  const refused = await bank(id)
  assert.ok(isRefusal(refused) && refused.refused === "payment_not_open")
  await read({ orphaned: [sent.place] })
  assert.equal((await find(id)).state, "pending")
  assert.ok(!isRefusal(await bank(id)))
})

test("tokens that vanish while a bank is being asked leave the payer at the bank", async (t) => {
  const { core, create, leftTokens, bank, read, last, find, simulator } = await world(t)
  const id = await create()
  const sent = (await leftTokens(id))()
  const { begin } = simulator
  const gate = Promise.withResolvers<void>()
  Object.assign(simulator, {
    begin: async (order: Order) => {
      await gate.promise
      return begin(order)
    },
  })
  await bank(id)
  const passes = [read({ seen: [sent] })]
  while ((await find(id)).state !== "processing") await new Promise(setImmediate)
  passes.push(read({ orphaned: [sent.place] }))
  while ((await find(id)).state !== "pending") await new Promise(setImmediate)
  gate.resolve()
  await Promise.all(passes)
  await core.pass()
  assert.equal((await find(id)).state, "pending")
  assert.match((await last(id)).instructions?.url ?? "", /\/pay\/bank\//)
})

test("a bank that does not answer a cancel is away, and nothing of ours broke", async (t) => {
  const { core, create, bank, find, cancel, simulator } = await world(t)
  const id = await create()
  await bank(id)
  await core.pass()
  Object.assign(simulator, { withdraw: () => Promise.reject(new Error("no route")) })
  await assert.rejects(cancel(id), Unavailable)
  await assert.rejects(core.pay.leave(await find(id)), Unavailable)
  assert.equal((await find(id)).state, "pending")
})

test("a link opens twenty tries and no more", async (t) => {
  const { create, leftTokens, bank } = await world(t)
  const id = await create()
  for (let tries = 0; tries < 20; tries += 1) await leftTokens(id)
  const refused = await bank(id)
  assert.ok(isRefusal(refused) && refused.refused === "method_not_offered")
})
