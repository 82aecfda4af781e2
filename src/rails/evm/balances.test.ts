/** Coins that came without a transaction that names their receiver. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { addressOf, makeWorld, type Rpc, startRpc } from "../../../test/support/rpc.ts"
import { makeIds, testClock } from "../../clock.ts"
import type { Order, Rail } from "../../core/index.ts"
import { makeEvm } from "./index.ts"
import { readSettings } from "./settings.ts"

const COIN = "eip155:1337/slip44:60"
const READ = {
  again: false,
  ours: async () => new Set<string>(),
  recordedAbove: async () => [],
  unconfirmed: [],
  leaving: [],
}

type Stage = {
  readonly rail: Rail
  readonly nodes: readonly Rpc[]
  readonly clock: ReturnType<typeof testClock>
  /** Reads the chain for more than a minute. */
  follow(): Promise<void>
  order(received?: bigint): Promise<Order>
  balance(amount: bigint): void
}

async function stage(t: TestContext, nodeCount = 1): Promise<Stage> {
  const world = makeWorld()
  const clock = testClock()
  const nodes: Rpc[] = []
  for (let at = 0; at < nodeCount; at += 1) {
    const rpc = await startRpc(world)
    t.after(() => rpc.close())
    nodes.push(rpc)
  }
  const chain = {
    name: "Stage",
    chainId: 1_337,
    // One machine under two names: a chain's nodes are not to be the same.
    rpc: nodes.map(({ url }, at) => (at === 0 ? url : url.replace("127.0.0.1", "localhost"))),
    confirmations: 3,
    blockMs: 1_000,
    native: { symbol: "ETH", slip44: 60, rate: { fixed: "2000" } },
  }
  const { chains, rates } = readSettings({ chains: [chain] }, "sandbox")
  const rail = makeEvm({ clock, chains, rates, payer: null })
  const { receiving } = rail
  const [watch] = receiving!.watches
  const ids = makeIds(clock)
  const address = addressOf("payer's address")
  let cursor: string | null = null
  return {
    rail,
    nodes,
    clock,
    balance: (amount) => {
      for (const { balances } of nodes) balances.set(address, amount)
    },
    async follow() {
      for (let at = 0; at < 8; at += 1) {
        world.grow(10)
        clock.advance(10_000)
        cursor = (await watch!.read({ ...READ, cursor })).cursor
      }
    },
    async order(received = 0n) {
      const quote = await receiving!.quote({ amount: 100_000n, asset: "USD" })
      assert.ok(quote.kind === "quoted")
      return {
        attemptId: ids.next(),
        paymentId: ids.next(),
        merchantId: ids.next(),
        kind: "charge",
        method: "crypto",
        amount: 100_000n,
        asset: "USD",
        target: {},
        instructions: receiving!.instructionsAt(quote.offers, address),
        received: Object.fromEntries(received === 0n ? [] : [[COIN, received.toString()]]),
        seen: {},
        railReference: null,
        begunAt: clock.now(),
        createdAt: clock.now(),
      }
    },
  }
}

test("what an address holds beyond what was received is found, once a balance", async (t) => {
  const table: [held: bigint, received: bigint, found: bigint | null][] = [
    [0n, 0n, null],
    [5n, 0n, 5n],
    [5n, 5n, null],
    [7n, 5n, 2n],
    // Its owner has moved some of it on.
    [3n, 5n, null],
  ]
  const { rail, follow, order, balance } = await stage(t)
  await follow()
  for (const [held, received, found] of table) {
    balance(held)
    const asked = await order(received)
    const { sightings } = await rail.observe([asked], null)
    assert.deepEqual(
      sightings.map(({ attemptId, fact }) => ({ attemptId, fact })),
      found === null
        ? []
        : [
            {
              attemptId: asked.attemptId,
              fact: { kind: "received", amount: found, asset: COIN },
            },
          ],
    )
    assert.deepEqual((await rail.observe([asked], null)).sightings, sightings)
  }
})

test("who doesn't read the chain, or not for long enough, can't say", async (t) => {
  const { rail, clock, follow, order, balance } = await stage(t)
  balance(5n)
  const asked = await order()
  await assert.rejects(rail.observe([asked], null), /is not read by this node/)
  await follow()
  assert.equal((await rail.observe([asked], null)).sightings.length, 1)
  clock.advance(61_000)
  await assert.rejects(rail.observe([asked], null), /is not read by this node/)
})

test("one node's word is not enough where there are two", async (t) => {
  const { rail, nodes, follow, order, balance } = await stage(t, 2)
  balance(5n)
  await follow()
  const asked = await order()
  assert.equal((await rail.observe([asked], null)).sightings.length, 1)
  nodes[0]!.balances.set(addressOf("payer's address"), 500n)
  await assert.rejects(rail.observe([asked], null), /no two nodes say the same/)
})
