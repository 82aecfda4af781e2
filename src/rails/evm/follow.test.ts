/** Near the head: blocks that seem empty, half answers, and logs that nobody asked for. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, type Stage, stage, TOKEN } from "../../../test/support/reader.ts"
import { addressOf, hashOf, type Log, type Sent } from "../../../test/support/rpc.ts"

const pay = (tx: string): Sent => ({ token: TOKEN, to: ALICE, amount: 5n, tx })

/** Lets a node answer no logs so many times. */
function hideLogs({ rpcs }: Pick<Stage, "rpcs">, node: number, times: number): void {
  let left = times
  rpcs[node]!.tamper = ({ method }, value) => {
    if (method !== "eth_getLogs" || left <= 0) return value
    left -= 1
    return []
  }
}

test("a block that is empty against its bloom is asked for again", async (t) => {
  const ready = await stage(t)
  const { reader, rpcs, world } = ready
  await reader.read()
  world.mine(pay("late"))
  world.grow(1)
  hideLogs(ready, 0, 4)
  for (const expected of [0, 0, 1]) {
    const read = await reader.read()
    // There is nothing to hurry for: the node needs the time.
    assert.equal(read.more, false)
    assert.equal(reader.rows.size, expected)
  }
  assert.equal(rpcs[0]!.asked.get("eth_getLogs"), 6)
})

test("another node's word ends the doubt at once, whatever it is", async (t) => {
  for (const isThere of [true, false]) {
    const ready = await stage(t, { nodes: 2 })
    const { reader, world } = ready
    await reader.read()
    world.mine(pay("late"))
    hideLogs(ready, 0, 9)
    if (!isThere) hideLogs(ready, 1, 9)
    await reader.read()
    assert.equal(reader.rows.size, isThere ? 1 : 0)
    assert.equal(JSON.parse(reader.cursor!).tip[0], 1)
    // Both may have been late: then it is found when the block is read once more.
    hideLogs(ready, 0, 0)
    world.grow(64)
    await reader.readAll()
    assert.equal(reader.rows.size, 1)
  }
})

test("a block that stays empty is passed, and read once more when it is old", async (t) => {
  const ready = await stage(t)
  const { reader, rpcs, world } = ready
  await reader.read()
  world.mine(pay("late"))
  hideLogs(ready, 0, 3)
  for (let at = 0; at < 3; at += 1) await reader.read()
  assert.equal(JSON.parse(reader.cursor!).tip[0], 1)
  assert.equal(reader.rows.size, 0)
  world.grow(63)
  await reader.readAll()
  assert.equal(reader.rows.size, 0)
  world.grow(1)
  await reader.readAll()
  assert.equal(reader.rows.size, 1)
  rpcs[0]!.asked.clear()
  await reader.readAll()
  assert.equal(rpcs[0]!.asked.get("eth_getLogs"), undefined)
})

test("a bloom of zeros or of ones says nothing, so empty is empty", async (t) => {
  for (const bloom of ["zeros", "ones"] as const) {
    const { reader, rpcs, world } = await stage(t, { world: { bloom } })
    await reader.read()
    world.grow(3)
    await reader.read()
    assert.equal(JSON.parse(reader.cursor!).tip[0], 3)
    assert.equal(rpcs[0]!.asked.get("eth_getLogs"), 3)
  }
})

test("logs of one token don't hide that those of another are missing", async (t) => {
  const token = (name: string) => ({
    symbol: name,
    address: addressOf(name),
    decimals: 6,
    offered: true,
    worth: { kind: "peg", currency: "USD" } as const,
  })
  const { reader, rpcs, world } = await stage(t, {
    chain: { tokens: [token("one"), token("two")] },
  })
  await reader.read()
  const send = (name: string): Sent => ({ token: addressOf(name), to: ALICE, amount: 5n })
  world.mine(send("one"), send("two"))
  let asked = 0
  rpcs[0]!.tamper = ({ method }, value) => {
    if (method !== "eth_getLogs") return value
    asked += 1
    return asked === 1 ? (value as Log[]).slice(0, 1) : value
  }
  await reader.read()
  assert.equal(reader.rows.size, 0)
  await reader.read()
  assert.equal(reader.rows.size, 2)
})

test("an answer with one log that wasn't asked for is worth nothing", async (t) => {
  const table: [name: string, change: (logs: Log[]) => unknown][] = [
    ["another contract", ([log]) => [{ ...log, address: addressOf("x") }]],
    ["another block's number", ([log]) => [{ ...log, blockNumber: "0x7" }]],
    ["another block's hash", ([log]) => [{ ...log, blockHash: hashOf("x") }]],
    ["taken back", ([log]) => [{ ...log, removed: true }]],
    ["another event", ([log]) => [{ ...log, topics: [hashOf("x")] }]],
    ["twice", ([log]) => [log, log]],
    ["no number", ([log]) => [{ ...log, logIndex: "first" }]],
    ["no transaction", ([log]) => [{ ...log, transactionHash: "0x" }]],
    ["no amount", ([log]) => [{ ...log, data: `0x${"g".repeat(64)}` }]],
    ["no list", () => ({ logs: [] })],
    ["null in a list", () => [null]],
  ]
  for (const [name, change] of table) {
    for (const nodes of [1, 2]) {
      const { clock, reader, rpcs, watch, world } = await stage(t, { nodes })
      await reader.read()
      world.mine(pay("true"))
      rpcs[0]!.tamper = ({ method }, value) =>
        method === "eth_getLogs" ? change(structuredClone(value) as Log[]) : value
      if (nodes === 1) await assert.rejects(reader.read(), /node 1/, name)
      else await reader.read()
      assert.equal(reader.rows.size, nodes - 1, name)
      assert.match(watch.health().detail, /node 1 \(127\.0\.0\.1\) /, name)
      rpcs[0]!.tamper = (_, value) => value
      clock.advance(2_000)
      await reader.readAll()
      assert.equal(reader.rows.size, 1, name)
    }
  }
})

test("an announced block that isn't there is left for later, or read elsewhere", async (t) => {
  for (const nodes of [1, 2]) {
    const { clock, reader, rpcs, world } = await stage(t, { nodes })
    await reader.read()
    world.mine(pay("there"))
    rpcs[0]!.tamper = ({ method, params }, value) =>
      method === "eth_getBlockByNumber" && params[0] === "0x1" ? null : value
    if (nodes === 1) await assert.rejects(reader.read(), /announces block 1 and lacks it/)
    else await reader.read()
    assert.equal(reader.rows.size, nodes - 1)
    rpcs[0]!.tamper = (_, value) => value
    clock.advance(2_000)
    await reader.readAll()
    assert.equal(reader.rows.size, 1)
  }
})

test("blocks of which the node has no logs yet are left for the next read", async (t) => {
  const { reader, rpcs, world } = await stage(t)
  await reader.read()
  world.mine(pay("there"))
  world.mine(pay("later"))
  const missing = { code: -32000, message: "unknown block" }
  // The second call of the batch: the newer block.
  let asked = 0
  rpcs[0]!.tamper = ({ method }, value) => {
    if (method !== "eth_getLogs") return value
    asked += 1
    return asked === 2 ? null : value
  }
  await reader.read()
  assert.deepEqual([reader.rows.size, missing.code], [1, -32000])
  await reader.readAll()
  assert.equal(reader.rows.size, 2)
})

test("fifty blocks at most are read in one read near the head", async (t) => {
  const { reader, world } = await stage(t)
  await reader.read()
  world.grow(60)
  const first = await reader.read()
  assert.deepEqual([JSON.parse(first.cursor).tip[0], first.more], [50, true])
  const second = await reader.read()
  assert.deepEqual([JSON.parse(second.cursor).tip[0], second.more], [60, false])
})

test("the addresses of a block are looked up at once, a few thousand at a time", async (t) => {
  const { reader, world } = await stage(t)
  await reader.read()
  const to = (at: number) => addressOf(`receiver ${at}`)
  world.mine(
    ...Array.from({ length: 4_500 }, (_, at) => ({ token: TOKEN, to: to(at), amount: 1n })),
    { token: TOKEN, to: to(7), amount: 1n },
    pay("mine"),
  )
  await reader.read()
  assert.equal(reader.asked.length, 4_501)
  assert.equal(reader.rows.size, 1)
})
