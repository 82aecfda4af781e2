/** Blocks whose logs a node refuses to show at once: they must not stop the chain. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, type StageOptions, stage, TOKEN } from "../../../test/support/reader.ts"
import { addressOf, type Block, hashOf, type Rpc, type Sent } from "../../../test/support/rpc.ts"

const OTHER = addressOf("other dollar")
const token = (address: string) => ({
  symbol: address.slice(2, 6),
  address,
  decimals: 6,
  offered: true,
  worth: { kind: "peg", currency: "USD" } as const,
})
const TWO_TOKENS: StageOptions = { chain: { tokens: [token(TOKEN), token(OTHER)] } }

const pay = (tx: string, of = TOKEN): Sent => ({ token: of, to: ALICE, amount: 5n, tx })
const tooMany = { kind: "error", code: -32005, message: "query returned more than 10000 results" }

/** The next so many questions for logs are refused. */
const refuse = (rpc: Rpc, times: number) =>
  rpc.fault("eth_getLogs", { ...tooMany, kind: "error" }, times)

function showReceipts(rpc: Rpc, { hash, logs }: Block, change: object = {}): void {
  const stranger = { address: addressOf("x"), topics: [], blockHash: hash }
  const value = [
    { blockHash: hash, logs: [stranger] },
    ...logs.map((log) => ({ blockHash: hash, logs: [log], ...change })),
  ]
  rpc.fault("eth_getBlockReceipts", { kind: "answer", value })
}

/** Where it is read: near the head by its hash, or far behind by its number. */
const PLACES: readonly (readonly [name: string, above: number])[] = [
  ["near the head", 0],
  ["far behind", 80],
]

test("a block that is refused is asked for token by token", async (t) => {
  for (const [name, above] of PLACES) {
    const { reader, rpcs, world } = await stage(t, {
      chain: { ...TWO_TOKENS.chain, logRange: 1 },
    })
    await reader.read()
    world.mine(pay("one"), pay("two", OTHER))
    world.grow(above)
    refuse(rpcs[0]!, 1)
    await reader.readAll()
    assert.equal(reader.rows.size, 2, name)
    assert.equal(JSON.parse(reader.cursor!).tip[0], above + 1, name)
    assert.equal(rpcs[0]!.asked.get("eth_getBlockReceipts"), undefined, name)
  }
})

test("a block of which one token is too much is read from its receipts", async (t) => {
  for (const [name, above] of PLACES) {
    for (const isOne of [true, false]) {
      const { reader, rpcs, watch, world } = await stage(t, {
        chain: { ...(isOne ? {} : TWO_TOKENS.chain), logRange: 1 },
      })
      await reader.read()
      const big = world.mine(pay("one"), pay("two"))
      world.grow(above)
      showReceipts(rpcs[0]!, big)
      refuse(rpcs[0]!, isOne ? 1 : 2)
      await reader.readAll()
      assert.equal(reader.rows.size, 2, name)
      assert.equal(JSON.parse(reader.cursor!).tip[0], above + 1, name)
      assert.equal(watch.health().ok, true, name)
    }
  }
})

test("only a block that is had in no way at all makes another node read", async (t) => {
  const table: [name: string, receipts: (rpc: Rpc, big: Block) => void][] = [
    ["none", (rpc) => rpc.fault("eth_getBlockReceipts", { kind: "answer", value: null })],
    ["refused", (rpc) => rpc.fault("eth_getBlockReceipts", { ...tooMany, kind: "error" })],
    ["away", (rpc) => rpc.fault("eth_getBlockReceipts", { kind: "status", status: 502 })],
    ["another block's", (rpc, big) => showReceipts(rpc, big, { blockHash: hashOf("x") })],
    ["without logs", (rpc, big) => showReceipts(rpc, big, { logs: null })],
  ]
  for (const [name, receipts] of table) {
    for (const nodes of [1, 2]) {
      const { clock, reader, rpcs, world } = await stage(t, { nodes })
      await reader.read()
      const big = world.mine(pay("one"))
      receipts(rpcs[0]!, big)
      refuse(rpcs[0]!, 9)
      if (nodes === 1) await assert.rejects(reader.read(), /node 1 \(127/, name)
      else await reader.read()
      assert.equal(reader.rows.size, nodes - 1, name)
      rpcs[0]!.heal()
      clock.advance(60_000)
      await reader.readAll()
      assert.equal(reader.rows.size, 1, name)
    }
  }
})
