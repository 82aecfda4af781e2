/** Money that payers send to addresses of the merchant's own: short, over, late, gone, twice. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Attempt, Payment, Seen } from "../../src/core/index.ts"
import { isRefusal } from "../../src/core/index.ts"
import type { Database } from "../../src/db/database.ts"
import {
  type ChainRail,
  chainRail,
  OTHER_TOKEN,
  TOKEN,
  transfer,
  UNITS,
} from "../support/chain-rail.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { type Cleanup, testDatabase } from "../support/database.ts"

type World = TestCore & { readonly chain: ChainRail; readonly database: Database }

async function world(t: Cleanup): Promise<World> {
  const { database } = await testDatabase(t)
  return onChain(database, "Tester", "xpub-one")
}

async function onChain(database: Database, name: string, key: string): Promise<World> {
  const chain = chainRail()
  const test = await testCore(database, { rails: [chain], name })
  const added = await test.core.keys.add(test.merchantId, "chain", key)
  assert.ok(!("wrong" in added))
  return Object.assign(test, { chain, database })
}

/** An order of 25.50 dollars that waits for its payer for an hour. */
async function order(test: World, over: { amount?: bigint; ttlMs?: number } = {}) {
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const created = await test.core.pay.create({
    merchant,
    dialect: "caudal",
    kind: "charge",
    reference: null,
    amount: over.amount ?? 2_550n,
    asset: "USD",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: new Date(test.clock.now().getTime() + (over.ttlMs ?? 3_600_000)),
    way: { method: "crypto", target: {} },
    repeat: "answer",
  })
  assert.ok(!isRefusal(created), isRefusal(created) ? created.message : "")
  const [option] = created.attempt!.instructions!.options!
  return { id: created.payment.id, address: option!.address, due: BigInt(option!.amount) }
}

/** Lets the chain show something, and the loops make of it what they must. */
async function show(test: World, read: Partial<Awaited<ReturnType<typeof emptyRead>>>) {
  test.chain.reads.push(read)
  await test.core.pass()
}
const emptyRead = async () => ({
  seen: [] as Seen[],
  confirmed: [] as string[],
  orphaned: [] as string[],
})

async function paymentOf(test: World, id: string): Promise<Payment> {
  return (await test.core.payments.find(test.merchantId, id))!
}

async function attemptOf(test: World, id: string): Promise<Attempt> {
  return (await test.core.payments.attempts(id))[0]!
}

async function told(test: World, id: string): Promise<string[]> {
  const page = { limit: 100, before: null }
  const { items } = await test.core.events.list(
    { merchantId: test.merchantId, subjectId: id },
    page,
  )
  return items.map(({ type }) => type.replace("payment.", "")).reverse()
}

/** What each account of the merchant holds of an asset, in dollar cents. */
async function books(test: World, asset = TOKEN) {
  assert.deepEqual(await test.core.books.verify(), [])
  const accounts = await test.core.books.accounts(test.merchantId)
  const own = accounts.filter((each) => each.asset === asset && each.balance !== 0n)
  assert.ok(own.every(({ custodian }) => custodian === "self"))
  return Object.fromEntries(own.map(({ kind, balance }) => [kind, balance / UNITS]))
}

/** A transfer that is seen, and then deep enough. */
async function pay(test: World, address: string, amount: bigint, over: Partial<Seen> = {}) {
  const seen = transfer(address, amount, over)
  await show(test, { seen: [seen] })
  await show(test, { confirmed: [seen.place] })
  return seen
}

test("an order waits, is under way once covered, and is approved at its depth", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const seen = transfer(address, due)
  await show(test, { seen: [seen] })
  assert.equal((await paymentOf(test, id)).state, "processing")
  assert.deepEqual((await attemptOf(test, id)).seen, { [TOKEN]: due.toString() })
  assert.deepEqual(await books(test), {})

  await show(test, { confirmed: [seen.place] })
  const paid = await paymentOf(test, id)
  assert.equal(paid.state, "approved")
  assert.deepEqual(paid.settledAt, seen.at)
  const attempt = await attemptOf(test, id)
  assert.deepEqual([attempt.seen, attempt.received], [{}, { [TOKEN]: due.toString() }])
  assert.equal(attempt.railReference, seen.reference)
  assert.deepEqual(await books(test), { available: 2_550n })
  assert.deepEqual(await told(test, id), ["created", "processing", "approved"])
})

test("whatever is seen again changes nothing", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const seen = await pay(test, address, due)
  const before = await told(test, id)
  for (const final of [false, true]) await show(test, { seen: [{ ...seen, final }] })
  await show(test, { confirmed: [seen.place] })
  assert.deepEqual(await told(test, id), before)
  assert.deepEqual(await books(test), { available: 2_550n })
})

test("what is deep enough at first sight is approved without a stop", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  await show(test, { seen: [transfer(address, due, { final: true })] })
  assert.deepEqual(await told(test, id), ["created", "approved"])
})

test("a short payment waits for the rest; two transfers on their way count together", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const [first, second] = [transfer(address, due - 1n), transfer(address, 1n)]
  await show(test, { seen: [first] })
  assert.equal((await paymentOf(test, id)).state, "pending")
  await show(test, { seen: [second] })
  assert.equal((await paymentOf(test, id)).state, "processing")
  await show(test, { confirmed: [first.place] })
  // The rest is on its way: nobody is asked to pay again.
  assert.equal((await paymentOf(test, id)).state, "processing")
  await show(test, { confirmed: [second.place] })
  assert.equal((await paymentOf(test, id)).state, "approved")
  assert.deepEqual(await told(test, id), ["created", "seen", "processing", "underpaid", "approved"])
  assert.deepEqual(await books(test), { available: 2_550n })
})

test("a short payment that expires leaves its part without a use", async (t) => {
  const test = await world(t)
  const { id, address } = await order(test)
  await pay(test, address, 10n * UNITS)
  test.clock.advance(3_600_000)
  await test.core.pass()
  assert.equal((await paymentOf(test, id)).state, "expired")
  assert.deepEqual(await books(test), { unapplied: 10n })
})

test("what is over stays without a use, and so does what comes after", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  await pay(test, address, due + 5n * UNITS)
  await pay(test, address, due)
  assert.equal((await paymentOf(test, id)).state, "approved")
  assert.deepEqual(await books(test), { available: 2_550n, unapplied: 2_555n })
  assert.deepEqual(
    (await told(test, id)).slice(-3),
    ["overpaid", "unapplied", "unapplied"].with(1, "seen"),
  )
})

test("money is late by the time of its block, and by nothing else", async (t) => {
  const hour = 3_600_000
  const table: [blockAfterExpiryMs: number, state: string][] = [
    [-1, "approved"],
    [24 * hour, "approved"],
    [24 * hour + 1, "expired"],
  ]
  for (const [afterMs, state] of table) {
    const test = await world(t)
    const { id, address, due } = await order(test)
    const at = new Date(test.clock.now().getTime() + hour + afterMs)
    test.clock.advance(30 * hour)
    await test.core.pass()
    assert.equal((await paymentOf(test, id)).state, "expired")
    await pay(test, address, due, { at })
    assert.equal((await paymentOf(test, id)).state, state, `${afterMs} ms after the expiry`)
    assert.deepEqual(await books(test), {
      [state === "approved" ? "available" : "unapplied"]: 2_550n,
    })
  }
})

test("late money of no fixed worth counts by the rate of its moment", async (t) => {
  const test = await world(t)
  const { id, address } = await order(test)
  test.clock.advance(2 * 3_600_000)
  await test.core.pass()
  const at = test.clock.now()
  test.chain.rate = null
  await pay(test, address, 255_000n, { asset: OTHER_TOKEN, at })
  assert.equal((await paymentOf(test, id)).state, "expired")
  assert.deepEqual((await attemptOf(test, id)).received, {})
  // The token lost half its worth: what would have covered the order no longer does.
  test.chain.rate = 200n
  test.clock.advance(5_000)
  await test.core.pass()
  assert.equal((await paymentOf(test, id)).state, "expired")
  await pay(test, address, 255_000n, { asset: OTHER_TOKEN, at })
  assert.equal((await paymentOf(test, id)).state, "approved")
  assert.deepEqual(await books(test, OTHER_TOKEN), { available: 51n })
})

test("each asset counts by itself, and one that was not asked for is kept", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const stranger = `eip155:7/erc20:0x${"9".repeat(40)}`
  await pay(test, address, 7n * UNITS, { asset: stranger })
  await pay(test, address, due - 1n)
  await pay(test, address, 254_999n, { asset: OTHER_TOKEN })
  assert.equal((await paymentOf(test, id)).state, "pending")
  assert.deepEqual(await books(test, stranger), { unapplied: 7n })
})

test("a transfer that leaves the chain before its depth was never there", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const seen = transfer(address, due)
  await show(test, { seen: [seen] })
  await show(test, { orphaned: [seen.place] })
  assert.equal((await paymentOf(test, id)).state, "pending")
  assert.deepEqual((await attemptOf(test, id)).seen, {})
  // The same transaction, in another block and at another place in it.
  const again = { ...seen, place: `${seen.reference}:4`, blockHash: `0x${"c".repeat(64)}` }
  await show(test, { seen: [again] })
  await show(test, { confirmed: [again.place] })
  assert.equal((await paymentOf(test, id)).state, "approved")
  assert.deepEqual(await told(test, id), [
    "created",
    "processing",
    "orphaned",
    "processing",
    "approved",
  ])
  assert.deepEqual(await books(test), { available: 2_550n })
})

test("a transfer that comes back changed counts as it then is", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const seen = transfer(address, due)
  await show(test, { seen: [seen] })
  // A swap, executed on another state of the chain, pays out less.
  const less = { ...seen, amount: due - UNITS, blockHash: `0x${"c".repeat(64)}` }
  await show(test, { seen: [less] })
  assert.deepEqual((await attemptOf(test, id)).seen, { [TOKEN]: String(due - UNITS) })
  await show(test, { confirmed: [seen.place] })
  assert.equal((await paymentOf(test, id)).state, "pending")
  assert.deepEqual(await books(test), { unapplied: 2_549n })
})

test("money that vanishes deeper than it may is held, and freed when it is back", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const seen = await pay(test, address, due)
  await show(test, { orphaned: [seen.place] })
  assert.equal((await paymentOf(test, id)).state, "approved")
  assert.deepEqual(await books(test), { held: 2_550n })
  assert.equal((await told(test, id)).at(-1), "reorganised")

  const again = { ...seen, place: `${seen.reference}:4`, blockHash: `0x${"c".repeat(64)}` }
  await show(test, { seen: [again] })
  await show(test, { confirmed: [again.place] })
  assert.deepEqual(await books(test), { available: 2_550n })
  assert.equal((await told(test, id)).at(-1), "restored")
  assert.deepEqual((await attemptOf(test, id)).seen, {})

  // The same at the very same place.
  await show(test, { orphaned: [again.place] })
  assert.deepEqual(await books(test), { held: 2_550n })
  await show(test, { seen: [again] })
  await show(test, { confirmed: [again.place] })
  assert.deepEqual(await books(test), { available: 2_550n })
  assert.equal((await paymentOf(test, id)).state, "approved")
})

test("two orders paid by one transaction are two payments", async (t) => {
  const test = await world(t)
  const [one, two] = [await order(test), await order(test)]
  assert.notEqual(one.address, two.address)
  const first = transfer(one.address, one.due)
  const second = { ...transfer(two.address, two.due), reference: first.reference }
  const seen = [first, { ...second, place: `${first.reference}:1` }]
  await show(test, { seen })
  await show(test, { confirmed: seen.map(({ place }) => place) })
  for (const { id } of [one, two]) assert.equal((await paymentOf(test, id)).state, "approved")
  assert.deepEqual(await books(test), { available: 5_100n })
})

test("what one read found and how far it came are written by one node only", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const other = await onChain(test.database, "Tester", "xpub-one")
  await show(test, { cursor: "one" } as object)
  // The other node leaves the chain alone.
  await other.core.pass()
  assert.equal(other.chain.asked.length, 0)
  // It takes over when the first has been silent for long, which then can't write any more.
  const seen = transfer(address, due)
  test.chain.reading = async () => {
    other.clock.advance(120_000)
    await other.core.pass()
    return { cursor: "late", head: 9, seen: [seen], confirmed: [], orphaned: [], more: false }
  }
  await test.core.pass()
  assert.equal(other.chain.asked[0]?.cursor, "one")
  assert.equal((await paymentOf(test, id)).state, "pending")
  const { rows } = await test.database.query("select position from cursors")
  assert.deepEqual(rows, [{ position: "{}" }])
})

test("two nodes that apply the same sighting at once book it once", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const [command] = await captured(test, address, due)
  const applied = await Promise.all([1, 2, 3].map(() => test.core.engine.submit(...command!)))
  assert.deepEqual(
    applied.map((each) => "applied" in each && each.applied),
    [true, false, false],
  )
  assert.equal((await paymentOf(test, id)).state, "approved")
  assert.deepEqual(await books(test), { available: 2_550n })
})

test("how a chain is read is told by the node that reads it, and by no other", async (t) => {
  const { database } = await testDatabase(t)
  const gauges: Record<string, number>[] = []
  const node = async () => {
    const chain = chainRail()
    const test = await testCore(database, { rails: [chain] })
    const at = gauges.push({}) - 1
    test.core.metrics.gauge = (name, value) => {
      if (name.startsWith("chain_")) gauges[at]![name] = value
    }
    return { ...test, chain, told: () => test.core.watches().map(({ name }) => name) }
  }
  const [one, other] = [await node(), await node()]
  assert.deepEqual([one.told(), other.told()], [["eip155:7"], []])

  // Its node of the chain fails: it lets others try, and says so until one of them does.
  one.chain.receiving.watches[0]!.health = () => ({ ok: false, detail: "away", behindBlocks: 9 })
  one.chain.reading = () => Promise.reject(new Error("away"))
  await assert.rejects(one.core.pass(), /away/)
  assert.deepEqual([one.told(), gauges[0]], [["eip155:7"], { chain_ok: 0, chain_behind_blocks: 9 }])
  await other.core.pass()
  assert.deepEqual(
    [other.told(), gauges[1]],
    [["eip155:7"], { chain_ok: 1, chain_behind_blocks: 0 }],
  )
  one.clock.advance(5_000)
  await one.core.pass()
  assert.deepEqual([one.told(), gauges[0]], [[], { chain_ok: 1, chain_behind_blocks: 0 }])
})

/** The commands that apply a transfer, kept back. */
async function captured(test: World, address: string, amount: bigint) {
  const kept: Parameters<typeof test.core.engine.submit<never, { applied: boolean }>>[] = []
  const { submit } = test.core.engine
  test.core.engine.submit = (async (...args: (typeof kept)[number]) => {
    kept.push(args)
    return { applied: false }
  }) as typeof submit
  await show(test, { seen: [transfer(address, amount, { final: true })] }).catch(() => undefined)
  test.core.engine.submit = submit
  return kept
}

test("a sighting that was written and not applied is applied by whoever comes next", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const pause = test.core.engine.submit
  test.core.engine.submit = async () => {
    throw new Error("killed")
  }
  await show(test, { seen: [transfer(address, due, { final: true })] })
  test.core.engine.submit = pause
  assert.equal((await paymentOf(test, id)).state, "pending")
  test.clock.advance(5_000)
  await test.core.pass()
  assert.equal((await paymentOf(test, id)).state, "approved")
})

test("what nobody could see come in is found once the payment's time is over", async (t) => {
  const test = await world(t)
  const { quote } = test.chain.receiving
  Object.assign(test.chain.receiving, {
    async quote(order: Parameters<typeof quote>[0]) {
      const made = await quote(order)
      if (made.kind !== "quoted") return made
      return { ...made, offers: made.offers.map((each) => ({ ...each, mayComeUnseen: true })) }
    },
  })
  const { id, due } = await order(test)
  const looked: string[] = []
  test.chain.look = async (open) => {
    looked.push(...open.map(({ attemptId }) => attemptId))
    const sightings = open.map(({ attemptId }) => ({
      attemptId,
      place: `${attemptId}:balance`,
      fact: { kind: "received" as const, asset: TOKEN, amount: due },
      at: test.clock.now(),
    }))
    return { sightings, cursor: null }
  }
  await test.core.pass()
  test.clock.advance(3_600_000)
  await test.core.pass()
  assert.equal((await paymentOf(test, id)).state, "expired")
  assert.deepEqual(looked, [])
  test.clock.advance(1_200_000)
  await test.core.pass()
  assert.equal((await paymentOf(test, id)).state, "approved")
  assert.deepEqual(await books(test), { available: 2_550n })
  test.clock.advance(86_400_000)
  await test.core.pass()
  assert.equal(looked.length, 1)
})
