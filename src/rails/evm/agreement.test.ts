/** Two nodes must show the same before money counts; one that lies, lags or is away delays it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, type Stage, stage, TOKEN } from "../../../test/support/reader.ts"
import {
  addressOf,
  hashOf,
  type Log,
  makeWorld,
  type Rpc,
  type RpcCall,
  type Sent,
} from "../../../test/support/rpc.ts"

const pay = (tx: string): Sent => ({ token: TOKEN, to: ALICE, amount: 5n, tx })
const coin = {
  symbol: "TST",
  decimals: 18,
  slip44: 60,
  worth: { kind: "peg", currency: "USD" },
} as const

const finals = ({ reader }: Pick<Stage, "reader">) =>
  [...reader.rows.values()].filter(({ final }) => final).length

type Receipt = { status: string; logs: Log[]; blockHash: string }

/** Lets a node change each receipt. */
function receipts(rpc: Rpc, change: (receipt: Receipt) => unknown): void {
  rpc.tamper = ({ method }, value) =>
    method === "eth_getTransactionReceipt" ? change(structuredClone(value) as Receipt) : value
}

const withLog = (over: Partial<Log>) => (receipt: Receipt) => ({
  ...receipt,
  logs: receipt.logs.map((log) => ({ ...log, ...over })),
})

const LIES: readonly [name: string, lie: (receipt: Receipt) => unknown][] = [
  ["no receipt", () => null],
  ["a failed transaction", (receipt) => ({ ...receipt, status: "0x0" })],
  ["another block", (receipt) => ({ ...receipt, blockHash: hashOf("x") })],
  ["no logs", (receipt) => ({ ...receipt, logs: [] })],
  ["another amount", withLog({ data: `0x${"1".padStart(64, "0")}` })],
  ["another token", withLog({ address: addressOf("worthless") })],
  ["another log number", withLog({ logIndex: "0x9" })],
  [
    "another receiver",
    (receipt) =>
      withLog({ topics: [...receipt.logs[0]!.topics.slice(0, 2), hashOf("x")] })(receipt),
  ],
  ["another event", (receipt) => withLog({ topics: [hashOf("x"), "0x", "0x"] })(receipt)],
]

test("a transfer that a second node shows otherwise is seen and never counts", async (t) => {
  for (const [name, lie] of LIES) {
    for (const behind of [3, 200]) {
      const ready = await stage(t, { nodes: 2 })
      const { reader, rpcs, watch, world } = ready
      await reader.read()
      world.mine(pay("doubted"))
      world.grow(behind)
      receipts(rpcs[1]!, lie)
      await reader.readAll()
      assert.deepEqual([reader.rows.size, finals(ready)], [1, 0], name)
      assert.equal(watch.health().ok, false, name)
      assert.match(watch.health().detail, /nodes disagree about block 1/, name)
      rpcs[1]!.tamper = (_, value) => value
      await reader.readAll()
      assert.equal(finals(ready), 1, name)
      assert.equal(watch.health().ok, true, name)
    }
  }
})

test("a log that the first node made up never counts, though its block is there", async (t) => {
  const ready = await stage(t, { nodes: 2 })
  const { reader, rpcs, watch, world } = ready
  await reader.read()
  world.mine({ ...pay("true"), to: addressOf("x") })
  world.grow(5)
  rpcs[0]!.tamper = ({ method, params }, value) => {
    const logs = value as Log[]
    if (method !== "eth_getLogs" || logs.length === 0) return value
    const [log] = structuredClone(logs)
    const forged = { transactionHash: hashOf("forged"), logIndex: "0x5" }
    const topics = [log!.topics[0]!, log!.topics[1]!, `0x${ALICE.slice(2).padStart(64, "0")}`]
    assert.ok(params)
    return [log, { ...log, ...forged, topics }]
  }
  await reader.readAll()
  assert.deepEqual([reader.rows.size, finals(ready)], [1, 0])
  assert.match(watch.health().detail, /nodes disagree about block 1/)
  // Nor when the liar is gone, and the other node reads on alone.
  rpcs[0]!.fault("*", { kind: "status", status: 500 })
  world.grow(1)
  await reader.readAll()
  assert.equal(finals(ready), 0)
})

test("a second node on another fork means waiting", async (t) => {
  const [one, two] = [makeWorld(), makeWorld()]
  two.fork(0)
  const ready = await stage(t, { worlds: [one, two] })
  const { reader, watch } = ready
  await reader.read()
  one.mine(pay("here"))
  two.mine()
  for (const each of [one, two]) each.grow(4)
  await reader.readAll()
  assert.equal(finals(ready), 0)
  assert.match(watch.health().detail, /nodes disagree about block 1/)
})

test("a second node that is away or behind is waited for", async (t) => {
  const table: [name: string, away: (rpc: Rpc) => void][] = [
    ["away", (rpc) => rpc.fault("*", { kind: "status", status: 502 })],
    ["behind", (rpc) => Object.assign(rpc, { lag: 8 })],
    ["not as far by its own count", (rpc) => Object.assign(rpc, { lag: 1 })],
    ["refusing receipts", (rpc) => rpc.fault("eth_getTransactionReceipt", refusal)],
  ]
  const refusal = { kind: "error", code: -32601, message: "no such method" } as const
  for (const [name, away] of table) {
    const ready = await stage(t, { nodes: 2 })
    const { clock, reader, rpcs, watch, world } = ready
    world.grow(10)
    await reader.read()
    world.mine(pay("waits"))
    world.grow(2)
    away(rpcs[1]!)
    await reader.readAll()
    assert.equal(finals(ready), 0, name)
    assert.match(watch.health().detail, /1 transfers wait for a second node's word/, name)
    assert.equal(watch.health().ok, true, name)
    clock.advance(61_000)
    assert.equal(watch.health().ok, false, name)
    rpcs[1]!.heal()
    rpcs[1]!.lag = 0
    await reader.readAll()
    assert.equal(finals(ready), 1, name)
  }
})

test("whose word is enough", async (t) => {
  const table: [trusted: boolean[], isAlone: boolean][] = [
    [[false], true],
    [[true, false], true],
    [[true], true],
    [[false, false], false],
    // The second is down here, so that its word isn't to be had.
    [[false, true], false],
  ]
  for (const [trusted, isAlone] of table) {
    const ready = await stage(t, { nodes: trusted.length, trusted })
    const { reader, rpcs, world } = ready
    await reader.read()
    world.mine(pay("x"))
    world.grow(4)
    rpcs[1]?.fault("*", { kind: "status", status: 502 })
    await reader.readAll()
    assert.equal(finals(ready), isAlone ? 1 : 0, trusted.join())
  }
})

test("a trusted node is asked before others, and must show the transfer itself", async (t) => {
  const ready = await stage(t, { nodes: 3, trusted: [false, false, true] })
  const { clock, reader, rpcs, world } = ready
  await reader.read()
  world.mine(pay("x"))
  world.grow(4)
  receipts(rpcs[2]!, () => null)
  await reader.readAll()
  assert.equal(finals(ready), 0)
  assert.equal(rpcs[1]!.requests(), 0)
  // Also where it reads by itself what another had seen.
  rpcs[0]!.fault("*", { kind: "status", status: 502 })
  rpcs[1]!.fault("*", { kind: "status", status: 502 })
  world.grow(1)
  clock.advance(1)
  await reader.readAll()
  assert.equal(finals(ready), 0)
  rpcs[2]!.tamper = (_, value) => value
  await reader.readAll()
  assert.equal(finals(ready), 1)
})

test("the third node is asked where the second can't say", async (t) => {
  const ready = await stage(t, { nodes: 3 })
  const { reader, rpcs, world } = ready
  await reader.read()
  world.mine(pay("x"))
  world.grow(4)
  rpcs[1]!.fault("*", { kind: "html" })
  await reader.readAll()
  assert.equal(finals(ready), 1)
})

test("the coin counts when a second node shows its transaction, amount and all", async (t) => {
  const table: [name: string, isTrue: boolean, lie: (call: RpcCall, value: object) => unknown][] = [
    ["true", true, (_, value) => value],
    ["another amount", false, (_, value) => ({ ...value, value: "0x1" })],
    ["another receiver", false, (_, value) => ({ ...value, to: addressOf("x") })],
    ["unknown", false, () => null],
  ]
  for (const [name, isTrue, lie] of table) {
    const ready = await stage(t, { nodes: 2, chain: { native: coin } })
    const { reader, rpcs, world } = ready
    await reader.read()
    world.mine({ to: ALICE, amount: 10n ** 18n })
    world.grow(4)
    rpcs[1]!.tamper = (call, value) =>
      call.method === "eth_getTransactionByHash" ? lie(call, value as object) : value
    await reader.readAll()
    assert.deepEqual([reader.rows.size, finals(ready)], [1, isTrue ? 1 : 0], name)
  }
})

test("transfers in dispute don't hold up the others, however many there are", async (t) => {
  const ready = await stage(t, { nodes: 2 })
  const { reader, rpcs, world } = ready
  await reader.read()
  world.mine(...Array.from({ length: 450 }, (_, at) => pay(`forged ${at}`)))
  world.mine(pay("true"))
  world.grow(4)
  const truth = hashOf("tx true")
  rpcs[1]!.tamper = ({ method, params }, value) =>
    method === "eth_getTransactionReceipt" && params[0] !== truth ? null : value
  await reader.readAll()
  for (let at = 0; at < 3; at += 1) await reader.readAll()
  assert.equal(reader.rows.get(`${truth}:0`)?.final, true)
  assert.equal(finals(ready), 1)
})

test("a transfer whose block is gone is orphaned at the latest when it is due", async (t) => {
  const { reader, world } = await stage(t)
  world.grow(5)
  await reader.read()
  world.mine(pay("gone"))
  await reader.readAll()
  const row = [...reader.rows.values()][0]!
  reader.rows.set(row.place, { ...row, blockHash: hashOf("from a fork that nobody saw end") })
  world.grow(4)
  const { more, orphaned } = await reader.read()
  assert.deepEqual([orphaned, more], [[row.place], true])
  assert.deepEqual([...reader.orphans.keys()], [row.place])
  // Its block is read once more at once, and the transfer turns out to be in another one.
  await reader.readAll()
  assert.deepEqual([...reader.rows.values()], [{ ...row, final: true }])
  assert.equal(reader.orphans.size, 0)
})

/** Lets a node tell something else about one block. */
function headerOf(rpc: Rpc, number: number, over: object): void {
  rpc.tamper = ({ method, params }, value) =>
    method === "eth_getBlockByNumber" && Number(params[0]) === number
      ? { ...(value as object), ...over }
      : value
}

const honest = (_: RpcCall, value: unknown) => value

test("one node of several doesn't orphan a transfer at its final height", async (t) => {
  for (const isWitness of [false, true]) {
    const ready = await stage(t, { nodes: 3 })
    const { reader, rpcs, watch, world } = ready
    world.grow(5)
    await reader.read()
    const { number } = world.mine(pay("good"))
    await reader.readAll()
    world.grow(1)
    await reader.readAll()
    world.grow(1)
    headerOf(rpcs[0]!, number, { hash: hashOf("elsewhere") })
    for (const rpc of isWitness ? [] : rpcs.slice(1)) {
      rpc.fault("*", { kind: "status", status: 502 })
    }
    await reader.readAll()
    assert.deepEqual([reader.rows.size, reader.orphans.size, finals(ready)], [1, 0, 0])
    const told = isWitness ? /disagree about block 6/ : /1 transfers wait for a second/
    assert.match(watch.health().detail, told)
    rpcs[0]!.tamper = honest
    for (const rpc of rpcs) rpc.heal()
    ready.clock.advance(3_000)
    await reader.readAll()
    assert.equal(finals(ready), 1)
  }
})

test("what two nodes orphan wrongly is found again when one of them is right again", async (t) => {
  const ready = await stage(t, { nodes: 2 })
  const { reader, rpcs, world } = ready
  world.grow(5)
  await reader.read()
  const { number } = world.mine(pay("good"))
  await reader.readAll()
  world.grow(1)
  await reader.readAll()
  world.grow(1)
  for (const rpc of rpcs) headerOf(rpc, number, { hash: hashOf("elsewhere") })
  const { more, orphaned } = await reader.read()
  assert.deepEqual([orphaned.length, more], [1, true])
  for (const rpc of rpcs) rpc.tamper = honest
  await reader.readAll()
  assert.deepEqual([reader.orphans.size, finals(ready)], [0, 1])
})

test("a transfer that was shown wrongly once is put right, and counts", async (t) => {
  const hundred = `0x${"100".padStart(64, "0")}`
  const table: [name: string, lie: (log: Log) => Log][] = [
    ["amount", (log) => ({ ...log, data: hundred })],
    ["sender", ({ topics: [a, , c], ...log }) => ({ ...log, topics: [a!, hundred, c!] })],
    ["log number", (log) => ({ ...log, logIndex: "0x4" })],
  ]
  for (const [name, lie] of table) {
    const ready = await stage(t, { nodes: 2 })
    const { clock, reader, rpcs, watch, world } = ready
    world.grow(5)
    await reader.read()
    const { hash, logs } = world.mine(pay("good"))
    rpcs[0]!.tamper = ({ method }, value) =>
      method === "eth_getLogs" ? (value as Log[]).map(lie) : value
    await reader.readAll()
    rpcs[0]!.tamper = honest
    for (let at = 0; at < 3; at += 1) {
      world.grow(3)
      clock.advance(3_000)
      await reader.readAll()
    }
    const rows = [...reader.rows.values()].map(({ amount, blockHash, final, from, place }) => [
      place,
      blockHash,
      amount,
      from,
      final,
    ])
    const place = `${logs[0]!.transactionHash}:0`
    assert.deepEqual(rows, [[place, hash, 5n, addressOf("payer"), true]], name)
    assert.equal(watch.health().ok, true, name)
  }
})

/** Lets a node show a payment to Alice in each block that has a log, by its logs alone. */
function invents(rpc: Rpc): void {
  rpc.tamper = ({ method }, value) => {
    if (method !== "eth_getLogs") return value
    return (value as Log[]).flatMap((log) => {
      const topics = [log.topics[0]!, log.topics[1]!, `0x${ALICE.slice(2).padStart(64, "0")}`]
      return [log, { ...log, logIndex: "0x7", topics }]
    })
  }
}

test("an invented transfer is orphaned, and nothing is wrong for ever", async (t) => {
  const ready = await stage(t, { nodes: 3 })
  const { clock, reader, rpcs, watch, world } = ready
  world.grow(5)
  await reader.read()
  world.mine({ ...pay("other"), to: addressOf("x") })
  invents(rpcs[0]!)
  await reader.readAll()
  assert.equal(reader.rows.size, 1)
  rpcs[0]!.tamper = honest
  for (let at = 0; at < 2; at += 1) {
    world.grow(3)
    clock.advance(3_000)
    await reader.readAll()
  }
  assert.deepEqual([reader.rows.size, reader.orphans.size], [0, 1])
  assert.equal(watch.health().ok, true)
})

test("a node that goes on inventing rests, so that the others are heard", async (t) => {
  const { clock, reader, rpcs, watch, world } = await stage(t, { nodes: 3 })
  world.grow(5)
  await reader.read()
  world.mine({ ...pay("other"), to: addressOf("x") })
  invents(rpcs[0]!)
  await reader.readAll()
  world.grow(3)
  let rested = 0
  let reads = 0
  for (let at = 0; at < 60; at += 1) {
    world.mine({ ...pay(`other ${at}`), to: addressOf("x") })
    clock.advance(1_000)
    reads += await reader.readAll()
    if (/own receipts don't have/.test(watch.health().detail)) rested += 1
  }
  assert.equal([...reader.rows.values()].filter(({ final }) => final).length, 0)
  assert.ok(rested > 40, `it rested for ${rested} s of 60`)
  assert.ok(reads < 80, `${reads} reads for 60 blocks`)
})

test("the time of a block is no single node's word", async (t) => {
  for (const liar of [0, 1]) {
    for (const behind of [0, 200]) {
      const ready = await stage(t, { nodes: 2 })
      const { clock, reader, rpcs, watch, world } = ready
      world.grow(5)
      await reader.read()
      const { number, seconds } = world.mine(pay("good"))
      headerOf(rpcs[liar]!, number, { timestamp: "0x1" })
      world.grow(behind)
      await reader.readAll()
      world.grow(5)
      await reader.readAll()
      assert.equal(finals(ready), 0)
      assert.match(watch.health().detail, /disagree about block 6/)
      rpcs[liar]!.tamper = honest
      for (let at = 0; at < 2; at += 1) {
        world.grow(3)
        clock.advance(3_000)
        await reader.readAll()
      }
      const [row] = reader.rows.values()
      assert.deepEqual([row?.final, row?.at], [true, new Date(seconds * 1_000)])
      assert.equal(watch.health().ok, true)
    }
  }
})
