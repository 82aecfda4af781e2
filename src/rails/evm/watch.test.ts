/** What a watch finds on a chain that behaves, and how it says so. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, ASSET, BOB, makeReader, stage, TOKEN } from "../../../test/support/reader.ts"
import { addressOf, hashOf, type Sent } from "../../../test/support/rpc.ts"

const dollars = (to: string, amount = 5_000_000n): Sent => ({ token: TOKEN, to, amount })

test("the first read begins at the head and finds nothing of before", async (t) => {
  const { reader, watch, world } = await stage(t)
  world.mine(dollars(ALICE))
  assert.equal(watch.health().ok, false)
  assert.equal(watch.health().behindBlocks, null)
  const first = await reader.read()
  assert.deepEqual(
    { head: first.head, more: first.more, seen: first.seen },
    { head: 1, more: false, seen: [] },
  )
  assert.deepEqual(await reader.readAll(), 1)
  assert.equal(reader.rows.size, 0)
  assert.equal(watch.health().ok, true)
  assert.equal(watch.health().behindBlocks, 0)
})

test("a transfer is seen in its block, and confirmed when it is deep enough", async (t) => {
  const { reader, world } = await stage(t)
  await reader.read()
  const block = world.mine({ ...dollars(ALICE), tx: "first" })
  const { seen } = await reader.read()
  const place = `${hashOf("tx first")}:0`
  assert.deepEqual(seen, [
    {
      place,
      leaving: null,
      from: addressOf("payer"),
      to: ALICE,
      asset: ASSET,
      amount: 5_000_000n,
      block: 1,
      blockHash: block.hash,
      at: new Date(block.seconds * 1_000),
      reference: hashOf("tx first"),
      final: false,
    },
  ])
  world.grow(1)
  assert.deepEqual((await reader.read()).confirmed, [])
  world.grow(1)
  // Three confirmations: its own block and two above.
  assert.deepEqual((await reader.read()).confirmed, [place])
  assert.deepEqual((await reader.read()).confirmed, [])
})

test("only money that came to one of ours is found", async (t) => {
  const zero = `0x${"0".repeat(40)}`
  const table: [sent: Sent, found: bigint | null][] = [
    [dollars(ALICE, 7n), 7n],
    [{ ...dollars(BOB, 2n ** 200n) }, 2n ** 200n],
    [{ ...dollars(ALICE, 9n), from: zero }, 9n],
    [{ ...dollars(ALICE, 11n), from: ALICE }, 11n],
    [dollars(ALICE, 0n), null],
    [dollars(addressOf("stranger")), null],
    [{ ...dollars(ALICE), token: addressOf("another token") }, null],
    [{ to: ALICE, amount: 5n }, null],
    [{ ...dollars(ALICE), failed: true }, null],
  ]
  for (const [sent, found] of table) {
    const { reader, world } = await stage(t)
    await reader.read()
    world.mine(sent)
    await reader.readAll()
    const amounts = [...reader.rows.values()].map(({ amount }) => amount)
    assert.deepEqual(amounts, found === null ? [] : [found])
  }
})

test("logs of an ERC-721 and of odd lengths are passed over", async (t) => {
  const { reader, rpcs, world } = await stage(t)
  await reader.read()
  world.mine(...Array.from({ length: 4 }, () => dollars(ALICE)), dollars(BOB))
  rpcs[0]!.tamper = ({ method }, value) => {
    if (method !== "eth_getLogs") return value
    const [a, b, c, d, e] = structuredClone(value) as { topics: string[]; data: string }[]
    a!.topics.push(a!.topics[0]!)
    b!.data = "0x"
    c!.topics.pop()
    d!.topics[2] = `0x1${d!.topics[2]!.slice(3)}`
    return [a, b, c, d, e]
  }
  await reader.readAll()
  assert.deepEqual(
    [...reader.rows.values()].map(({ to }) => to),
    [BOB],
  )
})

test("two transfers of one transaction are two places", async (t) => {
  const { reader, world } = await stage(t)
  await reader.read()
  const tx = "both"
  world.mine({ ...dollars(ALICE), tx }, { ...dollars(addressOf("x")), tx }, { ...dollars(BOB), tx })
  await reader.readAll()
  const reference = hashOf("tx both")
  assert.deepEqual([...reader.rows.keys()], [`${reference}:0`, `${reference}:2`])
})

test("each refund is matched by one transfer, the first by the first", async (t) => {
  const { reader, world } = await stage(t)
  const stranger = addressOf("stranger")
  const leaving = { from: ALICE, to: stranger, asset: ASSET, amount: 3n }
  reader.leaving = [
    { ...leaving, attemptId: "a" },
    { ...leaving, attemptId: "b" },
    { ...leaving, attemptId: "c", amount: 4n },
  ]
  await reader.read()
  const send: Sent = { token: TOKEN, from: ALICE, to: stranger, amount: 3n }
  world.mine(send, { ...send, amount: 5n }, { ...send, from: BOB }, send, send)
  await reader.readAll()
  const found = [...reader.rows.values()].map((row) => [row.leaving, row.place.split(":")[1]])
  assert.deepEqual(found, [
    ["a", "0"],
    ["b", "3"],
  ])
  // Nothing is matched again when it is read again, though other refunds look the same.
  reader.leaving = reader.leaving.filter(({ attemptId }) => attemptId !== "a")
  await reader.readAll({ again: true })
  assert.equal(reader.rows.size, 2)
})

test("money that comes to one of ours is money, even where a refund looks the same", async (t) => {
  const { reader, world } = await stage(t)
  reader.leaving = [{ attemptId: "a", from: BOB, to: ALICE, asset: ASSET, amount: 3n }]
  await reader.read()
  world.mine({ token: TOKEN, from: BOB, to: ALICE, amount: 3n })
  await reader.readAll()
  assert.deepEqual(
    [...reader.rows.values()].map(({ leaving }) => leaving),
    [null],
  )
})

test("the chain's coin is found where it is watched, unless its transaction failed", async (t) => {
  const native = {
    symbol: "TST",
    decimals: 18,
    slip44: 60,
    worth: { kind: "peg", currency: "USD" },
  } as const
  for (const behind of [0, 150]) {
    const { reader, world } = await stage(t, { chain: { native } })
    await reader.read()
    world.mine(
      { to: ALICE, amount: 10n ** 18n, tx: "good" },
      { to: ALICE, amount: 1n, failed: true },
      { to: ALICE, amount: 0n },
      { to: addressOf("x"), amount: 5n },
      dollars(BOB),
    )
    world.grow(behind)
    await reader.readAll()
    const rows = [...reader.rows.values()].map(({ amount, asset, place }) => [place, asset, amount])
    assert.deepEqual(rows.length, 2)
    const coin = [`${hashOf("tx good")}:native`, "eip155:1337/slip44:60", 10n ** 18n]
    assert.deepEqual(
      rows.find(([place]) => String(place).endsWith(":native")),
      coin,
    )
  }
})

test("a chain without tokens is asked for the logs of nobody, and not of everybody", async (t) => {
  const { reader, rpcs, world } = await stage(t, { chain: { tokens: [] } })
  const filters: unknown[] = []
  rpcs[0]!.tamper = ({ method, params }, value) => {
    if (method === "eth_getLogs") filters.push((params[0] as { address: string[] }).address)
    return value
  }
  await reader.read()
  world.mine(dollars(ALICE))
  await reader.readAll()
  assert.deepEqual([filters, reader.rows.size], [[[`0x${"0".repeat(40)}`]], 0])
})

test("a chain that says itself what is final is believed", async (t) => {
  const { reader, world } = await stage(t, {
    chain: { finality: { kind: "tag", tag: "finalized" } },
    rpc: { finalDepth: 2 },
  })
  await reader.read()
  world.mine(dollars(ALICE))
  await reader.read()
  world.grow(1)
  assert.equal((await reader.read()).confirmed.length, 0)
  world.grow(1)
  assert.equal((await reader.read()).confirmed.length, 1)
})

test("a young chain that has nothing final yet is read", async (t) => {
  const { reader, rpcs, world } = await stage(t, {
    chain: { finality: { kind: "tag", tag: "safe" } },
  })
  const [rpc] = rpcs
  await reader.read()
  world.mine(dollars(ALICE))
  rpc!.tamper = ({ params }, value) => (params[0] === "safe" ? null : value)
  await reader.readAll()
  assert.deepEqual(
    [...reader.rows.values()].map(({ final }) => final),
    [false],
  )
})

test("the last blocks are read once more after a start, which changes nothing", async (t) => {
  const { another, reader, world } = await stage(t)
  await reader.read()
  world.grow(100)
  for (let at = 0; at < 10; at += 1) world.mine(dollars(ALICE))
  await reader.readAll()
  const before = [...reader.rows]
  assert.equal(before.length, 10)
  // A row that was lost, as after the restore of a backup, is found again.
  const next = Object.assign(makeReader(another()), { cursor: reader.cursor })
  for (const [place, row] of before.slice(1)) next.rows.set(place, row)
  const { seen } = await next.read({ again: true })
  assert.deepEqual(
    seen.map(({ place }) => place),
    [before[0]![0]],
  )
  assert.deepEqual(new Map([...next.rows].sort()), new Map(before.sort()))
})

test("the second reading after a start is owed until it was written down", async (t) => {
  const { another, reader, world } = await stage(t)
  await reader.read()
  world.mine(dollars(ALICE))
  await reader.readAll()
  const next = Object.assign(makeReader(another()), { cursor: reader.cursor })
  assert.equal((await next.read({ again: true, forget: true })).seen.length, 1)
  assert.equal((await next.read({ forget: true })).seen.length, 1)
  assert.equal((await next.read()).seen.length, 1)
  next.rows.clear()
  assert.equal((await next.read()).seen.length, 0)
})

test("a watch names its chain, and finds transactions in an explorer", async (t) => {
  const { watch } = await stage(t, { chain: { blockMs: 12_000 } })
  assert.equal(watch.name, "eip155:1337")
  assert.equal(watch.displayName, "Test chain")
  assert.equal(watch.everyMs, 4_000)
  assert.equal(watch.confirmations, 3)
  const hash = hashOf("x")
  assert.equal(watch.explorerUrl(hash), `https://explorer.test/tx/${hash}`)
  assert.equal(watch.explorerUrl("../evil"), null)
})

test("a node that stands still gives way to another; where all do, health says so", async (t) => {
  const { clock, reader, rpcs, watch, world } = await stage(t, {
    nodes: 2,
    chain: { isLive: true, blockMs: 1_000 },
  })
  const toHead = () => clock.set(new Date(world.head().seconds * 1_000))
  world.grow(10)
  toHead()
  await reader.read()
  world.mine(dollars(ALICE))
  world.grow(100)
  rpcs[0]!.lag = 101
  toHead()
  await reader.readAll()
  assert.equal(reader.rows.size, 1)
  assert.equal(watch.health().ok, true)
  rpcs[0]!.lag = 0
  clock.advance(62_000)
  world.mine(dollars(BOB))
  await reader.readAll()
  assert.equal(reader.rows.size, 2)
  assert.equal(watch.health().ok, false)
  assert.match(watch.health().detail, /the newest block is 61 s old/)
})

test("a read that runs out of time answers what it has, and goes on in the next", async (t) => {
  const { clock, reader, rpcs, watch, world } = await stage(t)
  await reader.read()
  for (let at = 0; at < 1_000; at += 1) world.mine(dollars(ALICE))
  rpcs[0]!.tamper = ({ method }, value) => {
    if (method === "eth_getLogs") clock.advance(4_000)
    return value
  }
  const first = await reader.read()
  assert.equal(first.more, true)
  // The fourth range came too late for the times of its blocks.
  assert.equal(first.seen.length, 300)
  assert.equal(watch.health().detail.includes("node 1"), false)
  await reader.readAll()
  assert.equal(reader.rows.size, 1_000)
})

test("a database that fails makes the read fail, and no node is blamed for it", async (t) => {
  const { reader, watch, world } = await stage(t)
  await reader.read()
  world.mine(dollars(ALICE))
  const failing = watch.read({
    cursor: reader.cursor,
    again: false,
    ours: () => Promise.reject(new Error("postgres://user:password@host is away")),
    recordedAbove: async () => [],
    unconfirmed: [],
    leaving: [],
  })
  await assert.rejects(failing, /is away/)
  assert.equal(watch.health().detail, "not read: a read failed")
  await reader.read()
  assert.equal(reader.rows.size, 1)
})

test("a cursor that can't be read stops the watch", async (t) => {
  const { reader, watch } = await stage(t)
  reader.cursor = "{}"
  await assert.rejects(reader.read())
  assert.equal(watch.health().ok, false)
})
