/** Follows a synthetic chain as the core does: writes down what reads find, and reads on. */
import assert from "node:assert/strict"
import type { TestContext } from "node:test"
import { type TestClock, testClock } from "../../src/clock.ts"
import type { Leaving, Read, Recorded, Seen, Watch } from "../../src/core/index.ts"
import type { Chain } from "../../src/rails/evm/chain.ts"
import { NODE_LIMITS } from "../../src/rails/evm/line.ts"
import { openNodes } from "../../src/rails/evm/nodes.ts"
import { makeWatch } from "../../src/rails/evm/watch.ts"
import {
  addressOf,
  makeWorld,
  type Rpc,
  type RpcOptions,
  startRpc,
  type World,
  type WorldOptions,
} from "./rpc.ts"

export const TOKEN = addressOf("test dollar")
export const ALICE = addressOf("alice")
export const BOB = addressOf("bob")
export const ASSET = `eip155:1337/erc20:${TOKEN}`

export type Row = Recorded & { readonly leaving: string | null; readonly at: Date }

/** What was written down, with the rules of the core: places are unique, orphans come back. */
export type Reader = {
  cursor: string | null
  readonly rows: Map<string, Row>
  readonly orphans: Map<string, Row>
  readonly ours: Set<string>
  leaving: Leaving[]
  /** Addresses that the watch asked about. */
  readonly asked: string[]
  /** One read, written down unless told otherwise. */
  read(options?: { readonly again?: boolean; readonly forget?: boolean }): Promise<Read>
  /** Reads until there is no more, and answers how many reads that were. */
  readAll(options?: { readonly again?: boolean }): Promise<number>
}

export function makeReader(watch: Watch): Reader {
  const reader: Reader = {
    cursor: null,
    rows: new Map(),
    orphans: new Map(),
    ours: new Set([ALICE, BOB]),
    leaving: [],
    asked: [],
    read: async ({ again = false, forget = false } = {}) => {
      const rows = [...reader.rows.values()]
      const read = await watch.read({
        cursor: reader.cursor,
        again,
        ours: async (addresses) => {
          reader.asked.push(...addresses)
          return new Set(addresses.filter((address) => reader.ours.has(address)))
        },
        recordedAbove: async (block) => rows.filter((row) => row.block > block),
        unconfirmed: rows.filter(({ final }) => !final),
        leaving: reader.leaving,
      })
      if (!forget) write(reader, read)
      return read
    },
    readAll: async (options) => {
      let reads = 1
      for (let read = await reader.read(options); read.more; reads += 1) {
        assert.ok(reads < 500, "it never comes to an end")
        read = await reader.read()
      }
      return reads
    },
  }
  return reader
}

function write(reader: Reader, read: Read): void {
  for (const place of read.orphaned) {
    const row = reader.rows.get(place)
    assert.ok(row, `an orphan that was never written down: ${place}`)
    reader.rows.delete(place)
    reader.orphans.set(place, row)
  }
  for (const seen of read.seen) {
    assert.ok(!read.orphaned.includes(seen.place), "seen and orphaned at once")
    reader.orphans.delete(seen.place)
    reader.rows.set(seen.place, rowOf(seen))
  }
  for (const place of read.confirmed) {
    const row = reader.rows.get(place)
    assert.ok(row && !row.final, `confirmed and not waiting for it: ${place}`)
    reader.rows.set(place, { ...row, final: true })
  }
  const cursor = read.cursor
  assert.ok(cursor.length <= 4_096, `a cursor of ${cursor.length} bytes`)
  reader.cursor = cursor
}

function rowOf(seen: Seen): Row {
  const { reference: _, ...row } = seen
  return row
}

export type Stage = {
  readonly world: World
  /** One server a node; each may show a world of its own. */
  readonly rpcs: readonly Rpc[]
  readonly chain: Chain
  readonly clock: TestClock
  readonly watch: Watch
  readonly reader: Reader
  /** A watch as the next process has it. */
  another(): Watch
}

export type StageOptions = {
  readonly chain?: Partial<Chain>
  readonly world?: WorldOptions
  readonly rpc?: RpcOptions
  /** Worlds of the nodes; one node of the one world by default. */
  readonly nodes?: number
  readonly worlds?: readonly World[]
  readonly trusted?: readonly boolean[]
  readonly limits?: Partial<typeof NODE_LIMITS>
}

/** A chain with its nodes, read by a watch whose clock the test moves. */
export async function stage(t: TestContext, options: StageOptions = {}): Promise<Stage> {
  const world = options.worlds?.[0] ?? makeWorld(options.world)
  const worlds = options.worlds ?? Array.from({ length: options.nodes ?? 1 }, () => world)
  const rpcs = await Promise.all(worlds.map((each) => startRpc(each, options.rpc)))
  t.after(() => Promise.all(rpcs.map((rpc) => rpc.close())))
  const clock = testClock()
  const chain: Chain = {
    name: "Test chain",
    chainId: 1_337,
    nodes: rpcs.map(({ url }, at) => ({ url, trusted: options.trusted?.[at] ?? false })),
    finality: { kind: "confirmations", blocks: 3 },
    blockMs: 1_000,
    logRange: 100,
    tokens: [
      {
        symbol: "TUSD",
        address: TOKEN,
        decimals: 6,
        offered: true,
        worth: { kind: "peg", currency: "USD" },
      },
    ],
    native: null,
    explorer: "https://explorer.test/tx/{hash}",
    isLive: false,
    ...options.chain,
  }
  const another = () =>
    makeWatch({
      chain,
      clock,
      nodes: openNodes(chain, clock, { ...NODE_LIMITS, timeoutMs: 500, ...options.limits }),
    })
  const watch = another()
  return { world, rpcs, chain, clock, watch, reader: makeReader(watch), another }
}
