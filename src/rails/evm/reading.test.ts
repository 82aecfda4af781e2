/** What one read gathers, against what was written down before. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, ASSET, BOB, stage, TOKEN } from "../../../test/support/reader.ts"
import { addressOf, hashOf, type Log, type Rpc } from "../../../test/support/rpc.ts"

const word = (address: string) => `0x${address.slice(2).padStart(64, "0")}`
const OTHER = addressOf("another token")
const TOKENS = [TOKEN, OTHER].map((address) => ({
  symbol: "T",
  address,
  decimals: 6,
  offered: true,
  worth: { kind: "peg", currency: "USD" } as const,
}))

function logs(rpc: Rpc, change: (log: Log) => Log): void {
  rpc.tamper = ({ method }, value) =>
    method === "eth_getLogs" ? (value as Log[]).map(change) : value
}

const CHANGES: readonly [name: string, change: (log: Log) => Log, found: object][] = [
  ["amount", (log) => ({ ...log, data: `0x${"9".padStart(64, "0")}` }), { amount: 9n }],
  ["asset", (log) => ({ ...log, address: OTHER }), { asset: `eip155:1337/erc20:${OTHER}` }],
  [
    "from",
    ({ topics: [a, , c], ...log }) => ({ ...log, topics: [a!, word(OTHER), c!] }),
    { from: OTHER },
  ],
  ["to", ({ topics: [a, b], ...log }) => ({ ...log, topics: [a!, b!, word(BOB)] }), { to: BOB }],
]

test("what stands at a place that was written down is told again when it differs", async (t) => {
  for (const [name, change, found] of CHANGES) {
    const { reader, rpcs, world } = await stage(t, { chain: { tokens: TOKENS } })
    world.grow(5)
    await reader.read()
    world.mine({ token: TOKEN, to: ALICE, amount: 5n, tx: "x" })
    await reader.readAll()
    const before = reader.rows.get(`${hashOf("tx x")}:0`)!
    const same = await reader.read({ again: true })
    assert.deepEqual([same.seen, same.orphaned], [[], []], name)
    logs(rpcs[0]!, change)
    const { orphaned, seen } = await reader.read({ again: true })
    assert.deepEqual(orphaned, [], name)
    const told = seen.map(({ reference: _, ...each }) => each)
    assert.deepEqual(told, [{ ...before, ...found }], name)
  }
})

test("another time of its block is told, too", async (t) => {
  const { reader, rpcs, world } = await stage(t)
  world.grow(5)
  await reader.read()
  world.mine({ token: TOKEN, to: ALICE, amount: 5n })
  await reader.readAll()
  rpcs[0]!.tamper = ({ method, params }, value) =>
    method === "eth_getBlockByNumber" && params[0] !== "latest"
      ? { ...(value as object), timestamp: "0x1" }
      : value
  const { seen } = await reader.read({ again: true })
  assert.deepEqual(
    seen.map(({ at }) => at),
    [new Date(1_000)],
  )
})

test("what was settled in a block stays as it is while that block stands", async (t) => {
  for (const [name, change] of CHANGES) {
    const { reader, rpcs, world } = await stage(t, { chain: { tokens: TOKENS } })
    world.grow(5)
    await reader.read()
    world.mine({ token: TOKEN, to: ALICE, amount: 5n })
    world.grow(5)
    await reader.readAll()
    logs(rpcs[0]!, change)
    const { confirmed, orphaned, seen } = await reader.read({ again: true })
    assert.deepEqual([confirmed, orphaned, seen], [[], [], []], name)
  }
})

test("a refund whose place holds another transfer now is looked for anew", async (t) => {
  const { reader, rpcs, world } = await stage(t)
  const to = addressOf("customer")
  const refund = { from: ALICE, to, asset: ASSET, amount: 5n }
  reader.leaving = [{ attemptId: "one", ...refund }]
  world.grow(5)
  await reader.read()
  // By a lie the first transfer seems to be the refund; in truth the second one is.
  world.mine(
    { token: TOKEN, from: ALICE, to: BOB, amount: 7n, tx: "first" },
    { token: TOKEN, from: ALICE, to, amount: 5n, tx: "second" },
  )
  const [first, second] = [`${hashOf("tx first")}:0`, `${hashOf("tx second")}:1`]
  logs(rpcs[0]!, (log) =>
    log.logIndex === "0x0"
      ? { ...log, topics: [log.topics[0]!, log.topics[1]!, word(to)], data: word("0x5") }
      : log,
  )
  await reader.readAll()
  assert.equal(reader.rows.get(first)?.leaving, "one")
  rpcs[0]!.tamper = (_, value) => value
  await reader.readAll({ again: true })
  world.grow(1)
  await reader.readAll()
  assert.deepEqual(
    [first, second].map((place) => reader.rows.get(place)?.leaving),
    [null, "one"],
  )
})
