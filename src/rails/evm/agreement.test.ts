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
  await reader.readAll()
  assert.deepEqual([...reader.orphans.keys()], [row.place])
})
