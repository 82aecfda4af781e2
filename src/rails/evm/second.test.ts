/** Nodes that leave out what happened: a second one shows it, and a liar adds nothing by that. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, BOB, type Stage, stage, TOKEN } from "../../../test/support/reader.ts"
import type { Log, Rpc, RpcCall, Sent } from "../../../test/support/rpc.ts"

const pay = (tx: string, to = ALICE): Sent => ({ token: TOKEN, to, amount: 5n, tx })

const EMPTY = `0x${"0".repeat(512)}`

/** Answers no logs at all, and blooms that say the same. */
const leaveOut = ({ method }: RpcCall, value: unknown): unknown => {
  if (method === "eth_getLogs") return []
  if (method !== "eth_getBlockByNumber" || value === null) return value
  return { ...(value as object), logsBloom: EMPTY }
}

/** Answers no logs to ranges, as nodes do that keep those of the newest blocks only. */
const leaveOutRanges = ({ method, params }: RpcCall, value: unknown): unknown =>
  method === "eth_getLogs" && "fromBlock" in (params[0] as object) ? [] : value

const honest: Rpc["tamper"] = (_, value) => value

/** Three blocks in three seconds, so many times; answers what health said meanwhile. */
async function pass({ clock, reader, watch, world }: Stage, times: number): Promise<string> {
  let said = ""
  for (let at = 0; at < times; at += 1) {
    world.grow(3)
    clock.advance(3_000)
    await reader.readAll()
    said += `${watch.health().detail}\n`
  }
  return said
}

const finals = ({ reader }: Stage) => [...reader.rows.values()].filter(({ final }) => final).length

const debts = ({ reader }: Stage): number[][] => JSON.parse(reader.cursor!).owed

test("money that one node leaves out near the head is found by a second one", async (t) => {
  for (const nodes of [2, 3]) {
    for (const lie of [leaveOut, leaveOutRanges]) {
      const ready = await stage(t, { nodes })
      const { reader, rpcs, world } = ready
      world.grow(5)
      await reader.read()
      world.mine(pay("hidden"))
      rpcs[0]!.tamper = lie
      await reader.readAll()
      await pass(ready, 10)
      assert.deepEqual([reader.rows.size, finals(ready)], [1, 1])
    }
  }
})

test("money that one node leaves out far behind is found by a second one", async (t) => {
  for (const nodes of [2, 3]) {
    for (const lie of [leaveOut, leaveOutRanges]) {
      const ready = await stage(t, { nodes })
      const { reader, rpcs, world } = ready
      world.grow(5)
      await reader.read()
      world.mine(pay("in the outage"))
      world.grow(350)
      rpcs[0]!.tamper = lie
      await reader.readAll()
      await pass(ready, 2)
      assert.deepEqual([reader.rows.size, finals(ready)], [1, 1])
    }
  }
})

test("what was read block by block before an outage is asked about after it", async (t) => {
  const ready = await stage(t, { nodes: 2 })
  const { clock, reader, rpcs, world } = ready
  world.grow(5)
  await reader.read()
  world.grow(3)
  await reader.readAll()
  rpcs[0]!.tamper = leaveOut
  world.mine(pay("hidden"))
  world.grow(2)
  await reader.readAll()
  rpcs[0]!.tamper = honest
  clock.advance(300_000)
  world.grow(300)
  await reader.readAll()
  assert.equal(reader.rows.size, 1)
})

test("a log that is swapped for a stranger's is left out, too", async (t) => {
  const ready = await stage(t, { nodes: 2 })
  const { reader, rpcs, world } = ready
  world.grow(5)
  await reader.read()
  world.mine(pay("swapped"))
  rpcs[0]!.tamper = ({ method }, value) =>
    method === "eth_getLogs"
      ? (value as Log[]).map((log) => ({ ...log, topics: [...log.topics.slice(0, 2), STRANGER] }))
      : value
  await pass(ready, 10)
  assert.deepEqual([reader.rows.size, finals(ready)], [1, 1])
})

const STRANGER = `0x${"7".padStart(64, "0")}`

/** A log as a liar makes one up from a true one. */
const invented = (log: Log): Log => ({
  ...log,
  logIndex: "0x7",
  topics: [log.topics[0]!, log.topics[1]!, `0x${BOB.slice(2).padStart(64, "0")}`],
})

/** Tells of it in logs and in receipts alike. */
const makeUp = ({ method }: RpcCall, value: unknown): unknown => {
  const withMore = (logs: Log[]) => (logs[0] ? [...logs, invented(logs[0])] : logs)
  if (method === "eth_getLogs") return withMore(value as Log[])
  if (method !== "eth_getTransactionReceipt" || value === null) return value
  const receipt = value as { logs: Log[] }
  return { ...receipt, logs: withMore(receipt.logs) }
}

test("what a second node makes up is never final, and with a third nobody sees it", async (t) => {
  for (const nodes of [2, 3]) {
    for (const isFar of [false, true]) {
      const ready = await stage(t, { nodes })
      const { clock, reader, rpcs, world } = ready
      world.grow(5)
      await reader.read()
      world.mine(pay("true"))
      if (isFar) world.grow(300)
      rpcs[1]!.tamper = makeUp
      const said = await pass(ready, 20)
      const name = `${nodes} nodes, ${isFar ? "far" : "near"}`
      assert.equal(finals(ready), 1, name)
      assert.equal(reader.rows.size, nodes === 2 ? 2 : 1, name)
      if (nodes === 3) assert.match(said, /node 2 .* two other nodes don't/, name)
      else assert.match(said, /nodes disagree about block 6/, name)
      rpcs[1]!.tamper = honest
      clock.advance(120_000)
      await pass(ready, 20)
      assert.equal(finals(ready), 1, name)
    }
  }
})

test("a range that no second node can show is owed another reading", async (t) => {
  const table: [name: string, away: (rpc: Rpc) => void][] = [
    ["away", (rpc) => rpc.fault("*", { kind: "status", status: 502 })],
    ["behind", (rpc) => Object.assign(rpc, { lag: 340 })],
    ["refusing", (rpc) => rpc.fault("eth_getLogs", { kind: "error", code: -32601, message: "" })],
  ]
  for (const [name, away] of table) {
    for (const isFar of [true, false]) {
      const ready = await stage(t, { nodes: 2 })
      const { clock, reader, rpcs, world } = ready
      world.grow(5)
      await reader.read()
      world.mine(pay("hidden"))
      if (isFar) world.grow(350)
      rpcs[0]!.tamper = leaveOut
      away(rpcs[1]!)
      await pass(ready, 15)
      assert.equal(reader.rows.size, 0, name)
      assert.ok(debts(ready).length > 0 && debts(ready).length <= 3, name)
      rpcs[1]!.heal()
      rpcs[1]!.lag = 0
      clock.advance(60_000)
      await pass(ready, 40)
      assert.deepEqual([reader.rows.size, finals(ready)], [1, 1], name)
    }
  }
})

test("a second node that is away for long leaves a short cursor, and no work undone", async (t) => {
  const ready = await stage(t, { nodes: 2 })
  const { clock, reader, rpcs, world } = ready
  world.grow(5)
  await reader.read()
  rpcs[1]!.fault("*", { kind: "status", status: 502 })
  await pass(ready, 500)
  assert.ok(reader.cursor!.length < 2_000)
  assert.equal(debts(ready).length, 1)
  rpcs[1]!.heal()
  clock.advance(60_000)
  const before = JSON.parse(reader.cursor!).tip[0]
  rpcs[0]!.asked.clear()
  // The newest blocks are read meanwhile: a range of the debt a read.
  for (let at = 0; at < 70; at += 1) {
    world.grow(1)
    clock.advance(1_000)
    await reader.read()
    assert.equal(JSON.parse(reader.cursor!).tip[0], before + at + 1)
  }
  await pass(ready, 10)
  assert.deepEqual(debts(ready), [])
})

test("a second node is asked one question a read, and the only one none", async (t) => {
  const table: [trusted: boolean[], questions: number][] = [
    [[false, false], 10],
    [[true, false], 0],
  ]
  for (const [trusted, questions] of table) {
    const ready = await stage(t, { nodes: 2, trusted })
    const { rpcs, world } = ready
    world.grow(5)
    await ready.reader.read()
    await pass(ready, 10)
    rpcs[1]!.asked.clear()
    await pass(ready, 10)
    assert.equal(rpcs[1]!.asked.get("eth_getLogs") ?? 0, questions)
  }
})

test("a second node that takes smaller ranges gets smaller ones", async (t) => {
  const ready = await stage(t, { nodes: 2 })
  const { reader, rpcs, world } = ready
  world.grow(5)
  await reader.read()
  world.mine(pay("hidden"))
  world.grow(350)
  rpcs[0]!.tamper = leaveOut
  rpcs[1]!.rangeMax = 13
  await reader.readAll()
  await pass(ready, 1)
  assert.deepEqual([reader.rows.size, finals(ready)], [1, 1])
  assert.ok((rpcs[1]!.asked.get("eth_getLogs") ?? 0) < 120)
})
