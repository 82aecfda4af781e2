/** RPC nodes over one chain: honest, behind, or lying in one of the ways that a liar has. */
import type { Log } from "../support/rpc.ts"
import { type Block, blockOn, type Chain, logOf, type Move, type View } from "./chain.ts"
import type { Fault } from "./faults.ts"
import { planted } from "./faults.ts"

/** How a node may lie, or fail for as long. */
export const LIES = [
  "stands still",
  "stays on the old fork",
  "makes up a fork",
  "leaves out logs",
  "leaves out logs and blooms",
  "makes up a transfer",
  "shows more than came",
  "shows another time",
  "shows other decimals",
  "is on another chain",
  "answers null",
  "answers errors",
] as const
export type Lie = (typeof LIES)[number]

/** A transfer that never was: to whom a lie would be of use. */
export type MadeUp = Move & { readonly transaction: string }

/** What an exchange over HTTP comes to; null is no answer at all. */
export type Answer = {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
} | null

type RpcCall = { readonly id: number; readonly method: string; readonly params: readonly unknown[] }

type State = {
  lie: Lie | null
  /** Blocks at the head that it has not got yet. */
  lag: number
  /** What it shows instead of the chain. */
  view: View | null
  /** A log that it shows in one block, by its hash. */
  madeUp: { readonly block: string; readonly log: Log } | null
}

export type ChainNodes = {
  readonly count: number
  lie(node: number, lie: Lie | null, about: MadeUp, back: number): void
  lag(node: number, blocks: number): void
  /** All tell the truth from now on, and all of it. */
  heal(): void
  /** What a node answers to a request's body. Throws what the network would. */
  answer(node: number, body: string, fault: Fault | null): Answer
}

const hex = (value: number) => `0x${value.toString(16)}`
const word = (value: bigint) => `0x${value.toString(16).padStart(64, "0")}`
const NO_BLOOM = `0x${"0".repeat(512)}`
const OTHER_CHAIN = 999
/** Further than a clock may be wrong, and beyond the hours in which late money counts. */
const OTHER_TIME_S = 200_000
/** Blocks of a made-up fork above the chain's own: then it looks like the better one. */
const FORK_AHEAD = 3
/** `decimals()` of ERC-20. */
const DECIMALS = "0x313ce567"

/** Opens the nodes of a chain; `rangeMax` bounds the blocks in one question for logs. */
export function openChainNodes(
  chain: Chain,
  about: { readonly chainId: number; readonly decimals: number; readonly rangeMax: number },
  count: number,
): ChainNodes {
  const honest = (): State => ({ lie: null, lag: 0, view: null, madeUp: null })
  const states = Array.from({ length: count }, honest)

  function viewOf({ lag, view }: State): View {
    const { blocks, finalHeight } = view ?? chain.view
    if (lag === 0) return { blocks, finalHeight }
    const seen = blocks.slice(0, Math.max(1, blocks.length - lag))
    return { blocks: seen, finalHeight: Math.min(finalHeight, seen.length - 1) }
  }

  function call(state: State, { id, method, params }: RpcCall): object {
    if (state.lie === "answers errors") return failed(id, "internal error")
    if (state.lie === "answers null") return { jsonrpc: "2.0", id, result: null }
    const found = resultOf(state, method, params)
    return found instanceof Error
      ? failed(id, found.message)
      : { jsonrpc: "2.0", id, result: found }
  }

  function resultOf(state: State, method: string, params: readonly unknown[]): unknown {
    const view = viewOf(state)
    const blockAt = (height: number) => shown(state, view.blocks[height])
    switch (method) {
      case "eth_chainId":
        return hex(state.lie === "is on another chain" ? OTHER_CHAIN : about.chainId)
      case "eth_getBlockByNumber":
        return headerOf(blockAt(heightOf(view, String(params[0]))))
      case "eth_getLogs":
        return logsOf(state, view, params[0] as Filter)
      case "eth_getTransactionReceipt":
        return receiptOf(state, view, String(params[0]))
      case "eth_call": {
        const isDecimals = (params[0] as { readonly data: string }).data === DECIMALS
        const other = state.lie === "shows other decimals" ? 1 : 0
        return word(isDecimals ? BigInt(about.decimals + other) : 0n)
      }
      default:
        throw new Error(`the nodes don't know ${method}`)
    }
  }

  function logsOf(state: State, view: View, filter: Filter): readonly Log[] | Error {
    const wanted = (block: Block) =>
      shown(state, block)!.logs.filter(({ address }) => filter.address.includes(address))
    if (filter.blockHash !== undefined) {
      const block = view.blocks.findLast(({ hash }) => hash === filter.blockHash)
      return block ? wanted(block) : new Error("unknown block")
    }
    const [from, to] = [Number(filter.fromBlock), Number(filter.toBlock)]
    if (to - from + 1 > about.rangeMax) return new Error("exceeds maximum block range")
    return view.blocks.slice(from, to + 1).flatMap(wanted)
  }

  return {
    count,
    lie(node, lie, madeUp, back) {
      const state = honest()
      states[node] = state
      state.lie = lie
      if (lie === "stands still") state.view = chain.copy
      if (lie === "stays on the old fork") state.view = chain.before ?? chain.copy
      if (lie === "makes up a fork") state.view = forkOf(chain.view, madeUp, back)
      if (lie === "makes up a transfer") state.madeUp = logIn(chain.view, madeUp, back)
    },
    lag(node, blocks) {
      states[node]!.lag = blocks
    },
    heal() {
      states.splice(0, count, ...Array.from({ length: count }, honest))
    },
    answer(node, body, fault) {
      const spoiled = spoiledBy(fault)
      if (spoiled !== undefined) return spoiled
      const asked: RpcCall | readonly RpcCall[] = JSON.parse(body)
      const state = states[node]!
      const one = (each: RpcCall): object =>
        fault === "answers errors" ? failed(each.id, "internal error") : call(state, each)
      const text = JSON.stringify("method" in asked ? one(asked) : asked.map(one))
      if (fault === "answer lost") throw noFetch("ECONNRESET")
      const half = fault === "answers half" ? text.length / 2 : text.length
      return { status: 200, text: text.slice(0, half) }
    },
  }
}

type Filter = {
  readonly address: readonly string[]
  readonly blockHash?: string
  readonly fromBlock?: string
  readonly toBlock?: string
}

function failed(id: number, message: string): object {
  return { jsonrpc: "2.0", id, error: { code: -32_000, message } }
}

/** What comes instead of the node's own answer; undefined where that one comes. */
function spoiledBy(fault: Fault | null): Answer | undefined {
  switch (fault) {
    case "never arrived":
      throw noFetch("ECONNREFUSED")
    case "never answered":
      return null
    case "answers HTML":
      return { status: 502, text: "<html>502 Bad Gateway</html>" }
    case "asks to wait":
      return { status: 429, text: "slow down", headers: { "retry-after": "7" } }
    default:
      return undefined
  }
}

/** What fetch rejects with; its cause says why. */
function noFetch(code: string): Error {
  const cause = planted(Object.assign(new Error(code), { code }))
  return planted(new TypeError("fetch failed", { cause }))
}

function heightOf({ blocks, finalHeight }: View, name: string): number {
  if (name === "latest") return blocks.length - 1
  return name === "finalized" ? finalHeight : Number(name)
}

/** A block as a state shows it. */
function shown({ lie, madeUp }: State, block: Block | undefined): Block | undefined {
  if (!block) return undefined
  switch (lie) {
    case "leaves out logs":
      return { ...block, logs: [] }
    case "leaves out logs and blooms":
      return { ...block, logs: [], bloom: NO_BLOOM }
    case "shows more than came": {
      const more = (log: Log) => ({ ...log, data: word(10n * BigInt(log.data)) })
      return { ...block, logs: block.logs.map(more) }
    }
    case "shows another time":
      return { ...block, seconds: block.seconds - OTHER_TIME_S }
    case "makes up a transfer":
      return madeUp?.block === block.hash ? { ...block, logs: [...block.logs, madeUp.log] } : block
    default:
      return block
  }
}

function headerOf(block: Block | undefined): object | null {
  if (!block) return null
  const { bloom, hash, number, parentHash, seconds } = block
  const fields = { number: hex(number), timestamp: hex(seconds), logsBloom: bloom }
  return { ...fields, hash, parentHash, transactions: [] }
}

function receiptOf(state: State, { blocks }: View, hash: string): object | null {
  const holds = (block: Block) =>
    shown(state, block)!.logs.some(({ transactionHash }) => transactionHash === hash)
  const block = shown(state, blocks.findLast(holds))
  if (!block) return null
  const logs = block.logs.filter(({ transactionHash }) => transactionHash === hash)
  return { transactionHash: hash, blockHash: block.hash, status: "0x1", logs }
}

/** The chain up to `back` blocks below its head, and on top of that what somebody wishes. */
function forkOf({ blocks }: View, madeUp: MadeUp, back: number): View {
  const kept = blocks.slice(0, Math.max(1, blocks.length - back))
  const made = [...kept]
  for (let at = 0; at < back + FORK_AHEAD; at += 1) {
    const parent = made.at(-1)!
    const transactions = at === 0 ? [{ hash: madeUp.transaction, moves: [madeUp] }] : []
    made.push(blockOn(parent, parent.seconds, transactions, "made up"))
  }
  return { blocks: made, finalHeight: made.length - 1 }
}

/** A log in a block that there is, where it stands behind those that are there. */
function logIn({ blocks }: View, madeUp: MadeUp, back: number): State["madeUp"] {
  const { hash: block, logs, number } = blocks[Math.max(0, blocks.length - 1 - back)]!
  const at = { number, block, hash: madeUp.transaction, index: logs.length }
  return { block, log: logOf(madeUp, at) }
}
