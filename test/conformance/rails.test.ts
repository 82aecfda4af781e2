/** What every rail must do, whatever way its money travels. A new rail needs a row in `SAMPLES`. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import { makeIds, type TestClock, testClock } from "../../src/clock.ts"
import type { BeginAnswer, Fact, Order, Rail, Sighting, Target } from "../../src/core/index.ts"
import { makeRails } from "../../src/rails/index.ts"
import type { Simulator } from "../../src/rails/simulator/index.ts"

/** How to bring one rail into the situations that all of them must master. */
type Samples = {
  /** Targets whose begin answers so; `lost…`: it has no answer, and is found to have ended so. */
  readonly settled: Target
  readonly rejected: Target
  readonly slow: Target
  readonly waits: Target
  readonly lostSettled: Target
  readonly lostDeclined: Target
  readonly unfit: Target
  /** After this time everything that is under way has ended. */
  readonly overMs: number
  /** How often money moved for an attempt, by the far side's own count. */
  moved(rail: Rail, attemptId: string): number
}

const account = (digits: string): Target => ({ accountNumber: `4000${digits}` })

const SAMPLES: Readonly<Record<string, Samples>> = {
  simulator: {
    settled: account("00"),
    rejected: account("01"),
    slow: account("04"),
    waits: account("09"),
    lostSettled: account("05"),
    lostDeclined: account("06"),
    unfit: account("02"),
    overMs: 15_000,
    moved: (rail, attemptId) => (rail as Simulator).books.moved(attemptId),
  },
}

const PAGES = "http://127.0.0.1:1"

type World = {
  readonly rail: Rail
  readonly samples: Samples
  readonly clock: TestClock
  /** The same rail as another process has it, or the next one after a crash. */
  another(): Rail
  order(over?: Partial<Order>): Order
}

const names = makeRails({
  clock: testClock(),
  ids: makeIds(testClock()),
  dataDir: null,
  mode: "sandbox",
  publicUrl: PAGES,
})
  // Where payers send by themselves, or orders leave in files, nothing is begun: see
  // receiving.test.ts and exchange.test.ts. One that needs a provider isn't there without
  // settings: the same is asked of it beside its sources.
  .filter((rail) => !rail.receiving && !rail.exchange)
  .map((rail) => rail.name)

function world(t: TestContext, name: string): World {
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-rails-"))
  t.after(() => rmSync(dataDir, { recursive: true }))
  const clock = testClock()
  const ids = makeIds(clock)
  const another = () => {
    const rails = makeRails({ clock, ids, dataDir, mode: "sandbox", publicUrl: PAGES })
    return rails.find((rail) => rail.name === name)!
  }
  const samples = SAMPLES[name]
  assert.ok(samples, `${name} has no row in SAMPLES`)
  const order = (over: Partial<Order> = {}): Order => ({
    attemptId: ids.next(),
    paymentId: ids.next(),
    merchantId: ids.next(),
    kind: "charge",
    method: "bank",
    amount: 2_550n,
    asset: "USD",
    target: samples.settled,
    instructions: null,
    received: {},
    seen: {},
    railReference: null,
    begunAt: clock.now(),
    createdAt: clock.now(),
    ...over,
  })
  return { rail: another(), samples, clock, another, order }
}

async function look(rail: Rail, ...orders: Order[]): Promise<readonly Sighting[]> {
  return (await rail.observe(orders, null)).sightings
}

async function kindsSeen(rail: Rail, order: Order): Promise<Fact["kind"][]> {
  return (await look(rail, order)).map(({ fact }) => fact.kind)
}

/** The answer to a begin, or null for none. */
function begin(rail: Rail, order: Order): Promise<BeginAnswer | null> {
  return rail.begin(order).catch(() => null)
}

test("every rail is named once, and none that simulates goes live", () => {
  assert.equal(new Set(names).size, names.length)
  for (const name of names) assert.match(name, /^[a-z][a-z0-9-]*$/)
  const ids = makeIds(testClock())
  const parts = { clock: testClock(), ids, dataDir: null, publicUrl: PAGES }
  const live = makeRails({ ...parts, mode: "live" })
  assert.deepEqual(
    live.filter((rail) => rail.simulate),
    [],
  )
})

for (const name of names) {
  test(`${name}: says what it can do, within bounds`, (t) => {
    const { rail } = world(t, name)
    assert.ok(rail.displayName.trim())
    assert.ok(rail.methods.length > 0)
    assert.equal(new Set(rail.methods).size, rail.methods.length)
    assert.ok(rail.beginTimeoutMs > 0 && rail.beginTimeoutMs <= 60_000)
    for (const method of rail.methods) {
      let before = 0
      for (let looks = 0; looks < 1_000; looks += 1) {
        const delayMs = rail.lookDelayMs?.(looks, method) ?? null
        if (delayMs === null) continue
        assert.ok(Number.isSafeInteger(delayMs) && delayMs >= before && delayMs <= 86_400_000)
        before = delayMs
      }
    }
  })

  test(`${name}: instructions follow from the order alone`, (t) => {
    const { rail, order, clock, another } = world(t, name)
    if (!rail.instruct) return
    const asked = order({ method: "crypto", target: {} })
    const first = rail.instruct(asked)
    clock.advance(1_000)
    assert.deepEqual(rail.instruct(asked), first)
    assert.deepEqual(another().instruct!(asked), first)
    for (const option of first.options ?? []) {
      assert.match(option.amount, /^[1-9]\d*$/)
      assert.match(option.address, /^0x[0-9a-fA-F]{40}$/)
      assert.match(option.asset, new RegExp(`^eip155:${option.chainId}/erc20:0x[0-9a-f]{40}$`))
      assert.ok(option.uri.includes(`@${option.chainId}/`))
      assert.ok(option.uri.includes(option.address) && option.uri.endsWith(option.amount))
    }
    const assets = (first.options ?? []).map((option) => option.asset)
    assert.equal(new Set(assets).size, assets.length, "two options that no sighting tells apart")
  })

  test(`${name}: a begin answers, and what it did is found again by looking`, async (t) => {
    const { rail, samples, order, clock, another } = world(t, name)
    const table: [target: Target, answer: BeginAnswer["kind"] | null, ends: string][] = [
      [samples.settled, "settled", "settled"],
      [samples.rejected, "rejected", "declined"],
      [samples.slow, "accepted", "settled"],
      [samples.waits, "accepted", "accepted"],
      [samples.lostSettled, null, "settled"],
      [samples.lostDeclined, null, "declined"],
    ]
    for (const [target, expected, ends] of table) {
      const asked = order({ target, begunAt: clock.now() })
      const answer = await begin(rail, asked)
      const what = JSON.stringify(target)
      assert.equal(answer?.kind ?? null, expected, what)
      const early = await kindsSeen(rail, asked)
      assert.ok(!early.includes("absent"), `${what} was asked for`)
      if (answer?.kind === "settled") assert.ok(early.includes("settled"), what)
      clock.advance(samples.overMs)
      for (const each of [rail, another()]) {
        assert.equal((await kindsSeen(each, asked)).at(-1), ends, what)
      }
    }
  })

  test(`${name}: money moves once when it is asked once, and never for a no`, async (t) => {
    const { rail, samples, order, clock } = world(t, name)
    const table: [target: Target, moves: number][] = [
      [samples.settled, 1],
      [samples.rejected, 0],
      [samples.slow, 1],
      [samples.waits, 0],
      [samples.lostSettled, 1],
      [samples.lostDeclined, 0],
    ]
    for (const [target, moves] of table) {
      const asked = order({ target })
      await begin(rail, asked)
      clock.advance(samples.overMs)
      for (let looks = 0; looks < 3; looks += 1) await look(rail, asked)
      assert.equal(samples.moved(rail, asked.attemptId), moves, JSON.stringify(target))
    }
    const twice = order()
    await begin(rail, twice)
    await begin(rail, twice)
    assert.equal(samples.moved(rail, twice.attemptId), rail.beginIsIdempotent ? 1 : 2)
  })

  test(`${name}: a payer who has to agree is asked once, and can be spared`, async (t) => {
    const { rail, samples, order, clock, another } = world(t, name)
    const until = new Date(clock.now().getTime() + 60_000)
    const payer = { returnUrl: "https://shop.example/pay", until: until.toISOString() }
    const target = { ...samples.settled, payer }
    const asked = () => order({ target, begunAt: clock.now() })
    const first = asked()
    const answer = await begin(rail, first)
    if (answer?.kind !== "instructions") return
    assert.match(answer.instructions.url ?? "", /^https?:\/\//)
    assert.deepEqual(await kindsSeen(another(), first), ["offered"])
    assert.equal(samples.moved(rail, first.attemptId), 0)
    if (rail.withdraw) {
      const [told] = await rail.withdraw(first, "other")
      assert.equal(told?.fact.kind, "declined")
      assert.deepEqual(await another().withdraw!(first, "other"), [told])
      assert.deepEqual(await look(rail, first), [told])
    }
    if (!rail.bank) return
    const { bank } = rail
    const agreed = asked()
    await begin(rail, agreed)
    bank.answer(agreed, "approve")
    another().bank!.answer(agreed, "approve")
    bank.answer(agreed, "decline")
    assert.deepEqual(await kindsSeen(another(), agreed), ["settled"])
    assert.equal(samples.moved(rail, agreed.attemptId), 1)
    assert.equal((await rail.withdraw?.(agreed, "other"))?.[0]?.fact.kind ?? "settled", "settled")

    const late = asked()
    await begin(rail, late)
    clock.advance(60_000)
    bank.answer(late, "approve")
    assert.deepEqual(await kindsSeen(another(), late), ["declined"])
    assert.equal(samples.moved(rail, late.attemptId), 0)
    assert.equal(bank.find(order({ target })), null, "never asked for")
  })

  test(`${name}: a thing seen again is the same thing in the same place`, async (t) => {
    const { rail, samples, order, clock } = world(t, name)
    const targets = [samples.settled, samples.rejected, samples.slow, samples.lostDeclined]
    const asked = targets.map((target) => order({ target }))
    for (const each of asked) await begin(rail, each)
    clock.advance(samples.overMs)
    const first = await look(rail, ...asked)
    clock.advance(60_000)
    const second = await look(rail, ...asked)
    assert.deepEqual(second, first)
    const places = first.map(({ place }) => place)
    assert.equal(new Set(places).size, places.length)
    const known = new Set(asked.map(({ attemptId }) => attemptId))
    for (const { attemptId, at } of first) {
      assert.ok(known.has(attemptId))
      assert.ok(at <= clock.now())
    }
    for (const each of asked)
      assert.deepEqual(
        await look(rail, each),
        first.filter(({ attemptId }) => attemptId === each.attemptId),
      )
  })

  test(`${name}: what it was never asked for is absent, or waits for its payer`, async (t) => {
    const { rail, order } = world(t, name)
    const never = order()
    const seen = await look(rail, never)
    if (rail.absenceIsProof)
      assert.deepEqual(
        seen.map(({ fact }) => fact.kind),
        ["absent"],
      )
    else
      assert.deepEqual(
        seen.filter(({ fact }) => fact.kind !== "absent"),
        [],
      )
    const waiting = { ...order({ method: "crypto", target: {} }) }
    const instructions = rail.instruct?.(waiting)
    if (instructions) assert.deepEqual(await look(rail, { ...waiting, instructions }), [])
    assert.deepEqual(await look(rail), [])
  })

  test(`${name}: an account that can't be charged is told before it is charged`, async (t) => {
    const { rail, samples } = world(t, name)
    if (!rail.verify) return
    assert.deepEqual(await rail.verify(samples.settled), { state: "active" })
    assert.equal((await rail.verify(samples.unfit)).state, "error")
    // These act on the charge.
    assert.deepEqual(await rail.verify(samples.rejected), { state: "active" })
    assert.deepEqual(await rail.verify(samples.lostDeclined), { state: "active" })
  })

  test(`${name}: an outcome made by hand is seen by all, once`, async (t) => {
    const { rail, samples, order, another } = world(t, name)
    if (!rail.simulate) return
    const table: [outcome: "approved" | "declined", fact: Fact["kind"], moves: number][] = [
      ["approved", "settled", 1],
      ["declined", "declined", 0],
    ]
    for (const [outcome, fact, moves] of table) {
      const asked = order({ target: samples.waits })
      await begin(rail, asked)
      const told = await rail.simulate(asked, outcome, null)
      assert.equal(told.at(-1)?.fact.kind, fact)
      assert.deepEqual(await rail.simulate(asked, outcome, null), told)
      assert.deepEqual(await look(another(), asked), told)
      assert.equal(samples.moved(rail, asked.attemptId), moves)
    }
    const asked = order({ target: samples.waits })
    await begin(rail, asked)
    const [declined] = (await rail.simulate(asked, "declined", "account_blocked")).slice(-1)
    assert.deepEqual(declined?.fact, { kind: "declined", reason: "account_blocked" })
    // What ended stays ended.
    assert.deepEqual((await rail.simulate(asked, "approved", null)).at(-1), declined)
    assert.equal(samples.moved(rail, asked.attemptId), 0)
  })

  test(`${name}: only bank money is taken back; other ends concern none`, async (t) => {
    const { rail, order } = world(t, name)
    if (!rail.simulate) return
    const asked = order()
    await begin(rail, asked)
    const before = await look(rail, asked)
    assert.deepEqual(await rail.simulate(asked, "expired", null), before)
    assert.deepEqual(await rail.simulate(asked, "cancelled", null), before)
    const returned = await rail.simulate(asked, "returned", null)
    assert.deepEqual(returned.at(-1)?.fact, { kind: "returned", reason: "returned_by_bank" })
    for (const over of [{ kind: "recharge", method: "recharge" }, { method: "crypto" }] as const) {
      const other = order(over)
      await begin(rail, other)
      const seen = await look(rail, other)
      assert.deepEqual(await rail.simulate(other, "returned", null), seen)
    }
  })

  test(`${name}: what a payer sends by hand covers what was asked, to the unit`, async (t) => {
    const { rail, samples, order, another } = world(t, name)
    const plain = order({ method: "crypto", target: {} })
    const instructions = rail.instruct?.(plain)
    if (!rail.simulate || !instructions) return
    const asked = { ...plain, instructions }
    const [sighting, ...more] = await rail.simulate(asked, "approved", null)
    const [option] = instructions.options!
    assert.deepEqual(more, [])
    assert.deepEqual(sighting?.fact, {
      kind: "received",
      amount: BigInt(option!.amount),
      asset: option!.asset,
    })
    assert.match(sighting?.railReference ?? "", /^0x[0-9a-f]{64}$/)
    assert.deepEqual(await rail.simulate(asked, "approved", null), [sighting])
    assert.deepEqual(await look(another(), asked), [sighting])
    assert.equal(samples.moved(rail, asked.attemptId), 1)
  })

  test(`${name}: a notice that proves nothing is refused`, (t) => {
    const { rail, order } = world(t, name)
    if (!rail.receive) return
    for (const body of ["", "{}", "null", "[]", "\u0000", '{"__proto__":{"a":1}}']) {
      assert.equal(rail.receive("sandbox", {}, Buffer.from(body)), null)
    }
    const { bank } = rail
    if (!bank) return
    const asked = order()
    const { connection, headers, body } = bank.notice(asked)
    const told = rail.receive(connection, headers, Buffer.from(body))
    assert.deepEqual(told, { attemptIds: [asked.attemptId], sightings: [] })
    assert.equal(rail.receive(connection, headers, Buffer.from(`${body} `)), null)
    assert.equal(rail.receive("another", headers, Buffer.from(body)), null)
  })
}
