/** The torture's own chain: what becomes of transfers on it, and what its nodes show. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { addressOf, hashOf } from "../support/rpc.ts"
import { BASE_BLOCKS, Chain, type Fate, type Transaction } from "./chain.ts"
import { LIES, openChainNodes } from "./chain-nodes.ts"
import { chainOf } from "./chain-steps.ts"

const NOW_MS = Date.parse("2026-01-05T14:00:00Z")
const ABOUT = { chainId: 7, decimals: 6, rangeMax: 50 }
const TOKEN = addressOf("token")
const TO = addressOf("receiver")

function transaction(name: string, amount = 5n): Transaction {
  return {
    hash: hashOf(name),
    moves: [{ token: TOKEN, from: addressOf("sender"), to: TO, amount }],
  }
}

function chainWith(blocks: number): Chain {
  return new Chain({ kind: "confirmations", blocks })
}

test("a transfer counts at its depth, and that is remembered when its block is gone", () => {
  const chain = chainWith(3)
  chain.send(transaction("one"))
  chain.mine(2, NOW_MS)
  assert.deepEqual([chain.moves.length, chain.onceFinal.length], [1, 0])
  chain.mine(1, NOW_MS)
  assert.equal(chain.onceFinal.length, 1)
  chain.fork(3, 0, NOW_MS, () => "never")
  assert.deepEqual([chain.moves.length, chain.onceFinal.length], [0, 1])
})

test("what was replaced comes again as its fate has it", () => {
  const places: Record<Fate, readonly string[]> = {
    same: ["101 0", "101 1"],
    "turned round": ["101 1", "101 0"],
    later: ["102 0", "102 1"],
    waits: ["104 0", "104 1"],
    never: [],
  }
  for (const [fate, expected] of Object.entries(places)) {
    const chain = chainWith(6)
    const both = [transaction("one"), transaction("two")]
    for (const each of both) chain.send(each)
    chain.mine(3, NOW_MS)
    const before = chain.head.hash
    chain.fork(3, 0, NOW_MS, () => fate as Fate)
    chain.mine(1, NOW_MS)
    const found = both.flatMap(({ hash }) =>
      chain.moves
        .filter(({ place }) => place.startsWith(hash))
        .map(({ block, place }) => `${block} ${place.split(":")[1]}`),
    )
    assert.deepEqual(found, expected, fate)
    assert.notEqual(chain.view.blocks[103]!.hash, before)
    assert.ok(chain.isQuiet)
  }
})

test("a reorganisation may be 64 deep, and leave a shorter chain", () => {
  const chain = chainWith(6)
  chain.fork(64, -1, NOW_MS, () => "same")
  assert.equal(chain.head.number, BASE_BLOCKS - 1)
  const { blocks } = chain.view
  for (const [at, block] of blocks.entries()) {
    assert.equal(block.number, at)
    if (at > 0) assert.equal(block.parentHash, blocks[at - 1]!.hash)
  }
})

test("a node that lies shows what an honest one doesn't, and heals", () => {
  const asked = [
    { method: "eth_chainId", params: [] },
    { method: "eth_getBlockByNumber", params: ["latest", false] },
    { method: "eth_getBlockByNumber", params: ["0x67", false] },
    { method: "eth_getLogs", params: [{ address: [TOKEN], fromBlock: "0x64", toBlock: "0x78" }] },
    { method: "eth_getTransactionReceipt", params: [hashOf("one")] },
    { method: "eth_call", params: [{ to: TOKEN, data: "0x313ce567" }] },
  ].map((call, id) => ({ jsonrpc: "2.0", id, ...call }))
  for (const lie of LIES) {
    const chain = chainWith(3)
    chain.send(transaction("one"))
    chain.mine(4, NOW_MS)
    const nodes = openChainNodes(chain, ABOUT, 2)
    const said = (node: number) => nodes.answer(node, JSON.stringify(asked), null)!.text
    const about = { transaction: hashOf("lie"), ...transaction("lie").moves[0]! }
    chain.fork(1, 0, NOW_MS, () => "same")
    nodes.lie(1, lie, about, 2)
    chain.mine(1, NOW_MS)
    assert.notEqual(said(1), said(0), lie)
    nodes.heal()
    assert.equal(said(1), said(0), lie)
  }
})

test("of many seeds about a third have a chain", () => {
  const seeds = Array.from({ length: 300 }, (_, at) => at)
  const having = seeds.filter((seed) => chainOf(seed) !== null).length
  assert.ok(having > 70 && having < 130, `${having} of 300`)
})
