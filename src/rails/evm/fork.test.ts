/** Reorganisations: what they undo, what they leave, and what only looks like one. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, ASSET, BOB, stage, TOKEN } from "../../../test/support/reader.ts"
import { addressOf, hashOf, makeWorld, type Sent } from "../../../test/support/rpc.ts"

const pay = (tx: string, to = ALICE): Sent => ({ token: TOKEN, to, amount: 5n, tx })
const placeOf = (tx: string, index = 0) => `${hashOf(`tx ${tx}`)}:${index}`

test("transfers of a block that was replaced are orphaned, those below it stay", async (t) => {
  for (const depth of [1, 2, 3, 5, 9]) {
    const { reader, watch, world } = await stage(t)
    world.grow(20)
    await reader.read()
    world.mine(pay("kept"))
    for (let at = 0; at < depth; at += 1) world.mine(pay(`gone ${at}`))
    await reader.readAll()
    world.fork(22)
    world.grow(depth + 1)
    await reader.readAll()
    assert.deepEqual([...reader.rows.keys()], [placeOf("kept")], `${depth}`)
    assert.equal(reader.orphans.size, depth)
    assert.equal(watch.health().ok, true)
  }
})

test("a transfer that is mined again is found, at the same place or another", async (t) => {
  const { reader, world } = await stage(t)
  world.grow(5)
  await reader.read()
  world.mine(pay("same"), pay("other"))
  await reader.readAll()
  world.fork(6)
  world.grow(1)
  const block = world.mine(pay("same"), pay("x", addressOf("x")), pay("other"))
  await reader.readAll()
  const rows = [...reader.rows.values()].map(({ blockHash, place }) => [place, blockHash])
  assert.deepEqual(
    new Map(rows as [string, string][]),
    new Map([
      [placeOf("same"), block.hash],
      [placeOf("other", 2), block.hash],
    ]),
  )
  assert.deepEqual([...reader.orphans.keys()], [placeOf("other", 1)])
})

test("the whole fork is read before the tip that it replaced has a number again", async (t) => {
  const { reader, world } = await stage(t)
  world.grow(5)
  await reader.read()
  world.mine(pay("gone"))
  await reader.readAll()
  world.fork(6)
  world.mine(pay("new"))
  await reader.readAll()
  assert.deepEqual([...reader.rows.keys()], [placeOf("new")])
  assert.deepEqual([...reader.orphans.keys()], [placeOf("gone")])
})

test("a refund that is mined again at another place is matched again", async (t) => {
  const { reader, world } = await stage(t)
  const refund: Sent = { token: TOKEN, from: ALICE, to: addressOf("x"), amount: 5n, tx: "back" }
  const leaving = { attemptId: "a", from: ALICE, to: refund.to, asset: ASSET, amount: 5n }
  world.grow(5)
  reader.leaving = [leaving]
  await reader.read()
  world.mine(refund)
  await reader.readAll()
  // The core may have taken it off its list by now.
  reader.leaving = []
  world.fork(6)
  world.mine(pay("first"), refund)
  await reader.readAll()
  const row = reader.rows.get(placeOf("back", 1))
  assert.equal(row?.leaving, "a")
})

test("a fork deeper than the confirmations orphans even what was final", async (t) => {
  const { reader, world } = await stage(t)
  world.grow(5)
  await reader.read()
  world.mine(pay("final"))
  world.grow(9)
  await reader.readAll()
  assert.equal(reader.rows.get(placeOf("final"))?.final, true)
  world.fork(6)
  world.grow(15)
  world.mine(pay("final"))
  const { orphaned } = await reader.read()
  assert.deepEqual(orphaned, [])
  // It was mined again in this read, at the same place: it waits for its confirmations anew.
  assert.equal(reader.rows.get(placeOf("final"))?.final, false)
  world.fork(6)
  world.grow(17)
  await reader.readAll()
  assert.deepEqual([...reader.orphans.keys()], [placeOf("final")])
})

test("a chain that shares no known block is read on from below, and health says so", async (t) => {
  const world = makeWorld()
  const { reader, watch } = await stage(t, { worlds: [world] })
  world.grow(300)
  await reader.read()
  world.mine(pay("old"))
  await reader.readAll()
  world.fork(0)
  world.grow(299)
  world.mine(pay("new"))
  world.grow(200)
  const { more } = await reader.read()
  assert.equal(more, true)
  assert.equal(watch.health().ok, false)
  assert.match(watch.health().detail, /changed below all blocks that are remembered/)
  await reader.readAll()
  assert.deepEqual([...reader.rows.keys()], [placeOf("new")])
  assert.deepEqual([...reader.orphans.keys()], [placeOf("old")])
  assert.equal(watch.health().ok, true)
})

test("a node that is behind is waited for and orphans nothing", async (t) => {
  const { clock, reader, rpcs, watch, world } = await stage(t)
  world.grow(5)
  await reader.read()
  world.mine(pay("kept"))
  await reader.readAll()
  const { cursor } = reader
  rpcs[0]!.lag = 1
  const read = await reader.read()
  assert.deepEqual(
    { cursor: read.cursor, head: read.head, orphaned: read.orphaned, more: read.more },
    { cursor, head: 6, orphaned: [], more: false },
  )
  assert.equal(watch.health().ok, true)
  clock.advance(61_000)
  assert.match(watch.health().detail, /behind what was read/)
  assert.equal(watch.health().ok, false)
  rpcs[0]!.lag = 0
  world.grow(2)
  assert.deepEqual((await reader.read()).confirmed, [placeOf("kept")])
  assert.equal(watch.health().ok, true)
})

test("a chain far shorter than what was read, and fresh, is another chain", async (t) => {
  const { clock, reader, world } = await stage(t)
  world.grow(1_000)
  await reader.read()
  world.mine(pay("old"))
  await reader.readAll()
  world.fork(0)
  world.grow(20)
  clock.set(new Date(world.head().seconds * 1_000))
  await reader.readAll()
  assert.deepEqual([...reader.orphans.keys()], [placeOf("old")])
  world.mine(pay("new"))
  await reader.readAll()
  assert.deepEqual([...reader.rows.keys()], [placeOf("new")])
})

test("a node on a fork of its own can't undo what others still hold", async (t) => {
  const world = makeWorld()
  const lost = makeWorld()
  const { clock, reader, rpcs, watch } = await stage(t, { worlds: [lost, world] })
  for (const each of [world, lost]) each.grow(5)
  await reader.read()
  for (const each of [world, lost]) each.mine(pay("kept", BOB))
  for (const each of [world, lost]) each.grow(9)
  await reader.readAll()
  assert.equal(reader.rows.get(placeOf("kept"))?.final, true)
  lost.fork(6)
  lost.grow(12)
  world.grow(1)
  await reader.readAll()
  assert.equal(reader.rows.size, 1)
  assert.match(watch.health().detail, /node 1 \(127\.0\.0\.1\) contradicts node 2/)
  // With the other away nobody can say, so nothing is undone and the read fails.
  clock.advance(5_000)
  rpcs[1]!.fault("*", { kind: "status", status: 502 })
  await assert.rejects(reader.read(), /lost blocks that were final/)
  assert.equal(reader.rows.size, 1)
})

test("a second node that lacks the block has not said that it is gone", async (t) => {
  const world = makeWorld()
  const { reader, rpcs } = await stage(t, { worlds: [world, world] })
  world.grow(5)
  await reader.read()
  world.mine(pay("final"))
  world.grow(9)
  await reader.readAll()
  world.fork(6)
  world.grow(12)
  rpcs[1]!.lag = 15
  await assert.rejects(reader.read(), /lost blocks that were final/)
  assert.equal(reader.rows.get(placeOf("final"))?.final, true)
  rpcs[1]!.lag = 0
  await reader.readAll()
  assert.deepEqual([...reader.orphans.keys()], [placeOf("final")])
})

test("what is still on the chain is never orphaned, however far it goes back", async (t) => {
  const { reader, world } = await stage(t, { chain: { logRange: 10 } })
  await reader.read()
  world.grow(419)
  world.mine(pay("kept"))
  world.grow(29)
  world.mine(pay("gone"))
  world.grow(350)
  await reader.readAll()
  world.fork(450)
  world.grow(360)
  await reader.read()
  assert.ok(JSON.parse(reader.cursor!).tip[0] < 420, "the test has no teeth")
  assert.deepEqual([...reader.rows.keys()], [placeOf("kept")])
  await reader.readAll()
  assert.deepEqual([...reader.rows.keys()], [placeOf("kept")])
})

const hex = (value: number) => `0x${value.toString(16)}`
const tipOf = ({ cursor }: { readonly cursor: string | null }) => JSON.parse(cursor!).tip[0]

test("one node with a fresh head far below throws nothing back, wherever it stands", async (t) => {
  for (const liar of [0, 1, 2]) {
    for (const isForged of [true, false]) {
      const { clock, reader, rpcs, watch, world } = await stage(t, { nodes: 3 })
      world.grow(9_000)
      clock.set(new Date(world.head().seconds * 1_000))
      await reader.read()
      world.grow(30)
      clock.advance(30_000)
      await reader.readAll()
      const timestamp = hex(clock.now().getTime() / 1_000)
      const low = isForged ? 7 : 8_000
      const header = (number: number) => {
        const { hash, parentHash } = world.at(number)!
        const hashes = { hash: hashOf(`lie ${number}`), parentHash: hashOf(`lie ${number - 1}`) }
        const logsBloom = `0x${"0".repeat(512)}`
        const own = isForged ? hashes : { hash, parentHash }
        return { number: hex(number), timestamp, logsBloom, transactions: [], ...own }
      }
      rpcs[liar]!.tamper = ({ method, params: [block] }, value) => {
        if (method !== "eth_getBlockByNumber") return value
        if (block === "latest") return header(low)
        return Number(block) > low ? null : header(Number(block))
      }
      // Those before it have a hiccup, so that the liar is the one that reads.
      for (const rpc of rpcs.slice(0, liar)) rpc.fault("*", { kind: "status", status: 502 }, 1)
      await reader.read().catch(() => null)
      assert.equal(tipOf(reader), 9_030, `liar ${liar + 1}`)
      // The third is all alone: those before it rest.
      const others = liar === 2 ? "blocks, and no second node can be asked" : "contradicts node"
      assert.ok(watch.health().detail.includes(others), watch.health().detail)
      clock.advance(5_000)
      world.grow(5)
      await reader.readAll()
      assert.equal(tipOf(reader), 9_035)
      assert.equal(watch.health().ok, true)
    }
  }
})

test("a short chain is another one when a second node shows it, too", async (t) => {
  for (const isAlone of [true, false]) {
    const { clock, reader, rpcs, world } = await stage(t, { nodes: 2 })
    world.grow(1_000)
    await reader.read()
    world.mine(pay("old"))
    await reader.readAll()
    world.fork(0)
    world.grow(200)
    world.mine(pay("new"))
    clock.set(new Date(world.head().seconds * 1_000))
    if (isAlone) rpcs[1]!.fault("*", { kind: "status", status: 502 })
    // A node behind the other by a few blocks is a witness, too.
    rpcs[1]!.lag = 5
    if (isAlone) await assert.rejects(reader.readAll(), /and no second node can be asked/)
    else await reader.readAll()
    assert.deepEqual([...reader.rows.keys()], [placeOf(isAlone ? "old" : "new")])
  }
})

test("one node of several goes back as deep as what isn't final, and no deeper", async (t) => {
  const table: [blocks: number, depth: number, isBelieved: boolean][] = [
    [12, 3, true],
    [12, 40, false],
    [300, 40, true],
    [300, 290, false],
  ]
  for (const [blocks, depth, isBelieved] of table) {
    const worlds = [makeWorld(), makeWorld()]
    const chain = { finality: { kind: "confirmations", blocks } } as const
    const { reader, watch } = await stage(t, { worlds, chain })
    const [own, other] = worlds
    for (const each of worlds) each.grow(600)
    await reader.read()
    for (const each of worlds) each.grow(400)
    await reader.readAll()
    own!.fork(1_001 - depth)
    own!.grow(depth + 1)
    other!.grow(1)
    const { head } = await reader.read()
    assert.equal(head, 1_001)
    const { number, hash } = own!.head()
    const tip = JSON.parse(reader.cursor!).tip
    const told = `${blocks} and ${depth}`
    assert.equal(tip[0] === number && tip[1] === hash, isBelieved, told)
    assert.equal(/contradicts node 2/.test(watch.health().detail), !isBelieved, told)
  }
})

test("a trusted node goes back as deep as it has to", async (t) => {
  const { reader, rpcs, world } = await stage(t, { nodes: 2, trusted: [true, false] })
  world.grow(200)
  await reader.read()
  world.grow(200)
  await reader.readAll()
  rpcs[1]!.fault("*", { kind: "status", status: 502 })
  world.fork(250)
  world.grow(160)
  await reader.readAll()
  assert.deepEqual(JSON.parse(reader.cursor!).tip, [409, world.head().hash])
})

test("one node that clings to a lost fork doesn't hold up two that left it", async (t) => {
  const [world, lost] = [makeWorld(), makeWorld()]
  const { reader } = await stage(t, { worlds: [world, lost, world] })
  for (const each of [world, lost]) each.grow(20)
  await reader.read()
  for (const each of [world, lost]) each.mine(pay("gone"))
  for (const each of [world, lost]) each.grow(9)
  await reader.readAll()
  world.fork(21)
  world.grow(15)
  lost.grow(5)
  await reader.readAll()
  assert.deepEqual([...reader.orphans.keys()], [placeOf("gone")])
})

test("only a node that has the very same chain is a witness for it", async (t) => {
  for (const isThird of [true, false]) {
    const world = makeWorld()
    const third = makeWorld()
    const { reader, rpcs, watch } = await stage(t, { worlds: [world, isThird ? third : world] })
    for (const each of [world, third]) each.grow(100)
    await reader.read()
    for (const each of [world, third]) each.grow(100)
    await reader.readAll()
    const { cursor } = reader
    world.fork(180)
    world.grow(40)
    third.fork(100)
    third.grow(140)
    // It has the block that is gone back to, and none of those that are lost.
    rpcs[1]!.lag = isThird ? 0 : 41
    const base = JSON.parse(cursor!).points.find(([number]: [number]) => number < 180)[0]
    assert.ok(base <= 178 || isThird)
    await assert.rejects(reader.read(), /and no second node can be asked/)
    assert.equal(reader.cursor, cursor)
    assert.equal(watch.health().ok, false)
  }
})

test("a node that knows none of few blocks is no judge either", async (t) => {
  const worlds = [makeWorld(), makeWorld()]
  const { reader, watch } = await stage(t, { worlds })
  for (const each of worlds) each.grow(20)
  await reader.read()
  worlds[0]!.fork(20)
  worlds[0]!.grow(2)
  worlds[1]!.grow(1)
  await reader.readAll()
  assert.equal(JSON.parse(reader.cursor!).tip[1], worlds[1]!.head().hash)
  assert.match(watch.health().detail, /node 1 \(127.0.0.1\) contradicts node 2/)
})
