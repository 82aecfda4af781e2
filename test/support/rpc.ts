/** A synthetic chain, and JSON-RPC servers that show it: honestly, late, in part, or not at all. */
import { createHash } from "node:crypto"
import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { keccak256 } from "viem"

export const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"

/** A transfer to be put into a block. Without a token it is the chain's own coin. */
export type Sent = {
  readonly token?: string
  readonly from?: string
  readonly to: string
  readonly amount: bigint
  /** Sent with the same name are one transaction, and the same one after a fork. */
  readonly tx?: string
  readonly failed?: boolean
}

export type Log = {
  address: string
  topics: string[]
  data: string
  blockNumber: string
  transactionHash: string
  transactionIndex: string
  blockHash: string
  logIndex: string
  removed: boolean
}

export type Block = {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  readonly seconds: number
  readonly bloom: string
  readonly logs: readonly Log[]
  readonly coins: readonly (Sent & { readonly hash: string })[]
  /** The logs as JSON, for a block that is made of thousands. */
  readonly logsText?: string
}

export type World = ReturnType<typeof makeWorld>

const hex = (value: number | bigint) => `0x${value.toString(16)}`
const word = (value: string | bigint) =>
  `0x${(typeof value === "bigint" ? value.toString(16) : value.slice(2)).padStart(64, "0")}`
export const hashOf = (text: string) => `0x${createHash("sha256").update(text).digest("hex")}`
/** An address that stands for a name. */
export const addressOf = (name: string) => hashOf(name).slice(0, 42)

export type WorldOptions = {
  readonly startAt?: Date
  readonly blockMs?: number
  /** True blooms by default; some chains show only zeros or ones. */
  readonly bloom?: "true" | "zeros" | "ones"
}

/** A chain of block 0 alone. */
export function makeWorld(options: WorldOptions = {}) {
  const { blockMs = 1_000, bloom = "true", startAt = new Date("2026-01-05T14:00:00Z") } = options
  let blocks: Block[] = []
  const byHash = new Map<string, Block>()
  let branch = 0

  function add(sent: readonly Sent[], logsText?: (number: number, hash: string) => string): Block {
    const number = blocks.length
    const parentHash = blocks.at(-1)?.hash ?? word(0n)
    const hash = hashOf(`${parentHash} ${number} ${branch} ${startAt.getTime()}`)
    const logs: Log[] = []
    const coins: (Sent & { hash: string })[] = []
    for (const [at, each] of sent.entries()) {
      const { amount, failed, from = addressOf("payer"), to, token } = each
      const transactionHash = hashOf(`tx ${each.tx ?? `${hash} ${at}`}`)
      if (token === undefined) coins.push({ ...each, from, hash: transactionHash })
      else if (!failed) {
        logs.push({
          address: token,
          topics: [TRANSFER, word(from), word(to)],
          data: word(amount),
          blockNumber: hex(number),
          transactionHash,
          transactionIndex: hex(at),
          blockHash: hash,
          logIndex: hex(logs.length),
          removed: false,
        })
      }
    }
    const seconds = Math.floor((startAt.getTime() + number * blockMs) / 1_000)
    const block: Block = {
      number,
      hash,
      parentHash,
      seconds,
      bloom: bloom === "true" ? bloomOf(logs) : `0x${(bloom === "zeros" ? "0" : "f").repeat(512)}`,
      logs,
      coins,
      ...(logsText && { logsText: logsText(number, hash) }),
    }
    blocks.push(block)
    byHash.set(hash, block)
    return block
  }

  add([])
  return {
    /** One block that holds these transfers. */
    mine: (...sent: readonly Sent[]) => add(sent),
    /** So many empty blocks. */
    grow: (count: number) => {
      for (let at = 0; at < count; at += 1) add([])
    },
    /** One block of many transfers that are only kept as text. */
    fill: (logsText: (number: number, hash: string) => string) => add([], logsText),
    /** Drops all blocks from this one on; those mined then are others. */
    fork: (from: number) => {
      blocks = blocks.slice(0, from)
      branch += 1
      if (blocks.length === 0) add([])
    },
    /** Lets go of blocks nobody asks for any more. */
    forget: (below: number) => {
      const old = blocks[below]
      if (old) byHash.delete(old.hash)
      if (old) blocks[below] = { ...old, logsText: "[]" }
    },
    head: () => blocks.at(-1)!,
    at: (number: number) => blocks[number],
    byHash: (hash: string) => byHash.get(hash),
    isCanonical: (block: Block) => blocks[block.number] === block,
    blocks: () => blocks,
  }
}

/** The bloom of logs, by the Yellow Paper: three bits for each address and topic. */
export function bloomOf(logs: readonly Log[]): string {
  const bytes = Buffer.alloc(256)
  for (const value of logs.flatMap(({ address, topics }) => [address, ...topics])) {
    const hash = Buffer.from(keccak256(value as `0x${string}`).slice(2), "hex")
    for (const at of [0, 2, 4]) {
      const bit = hash.readUInt16BE(at) % 2_048
      bytes[255 - (bit >> 3)]! |= 1 << (bit & 7)
    }
  }
  return `0x${bytes.toString("hex")}`
}

export type Fault =
  | {
      readonly kind: "status"
      readonly status: number
      readonly retryAfter?: string
      readonly location?: string
    }
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  /** The request is never answered. */
  | { readonly kind: "silent" }
  | { readonly kind: "html" }
  /** The text of the answer breaks off in the middle. */
  | { readonly kind: "half" }
  | { readonly kind: "huge"; readonly bytes: number }
  | { readonly kind: "answer"; readonly value: unknown }

export type RpcCall = { readonly id: number; readonly method: string; readonly params: unknown[] }

export type Rpc = {
  readonly url: string
  /** How often each method was asked, and how many requests there were. */
  readonly asked: Map<string, number>
  requests(): number
  /** Blocks at the head that this node has not got yet. */
  lag: number
  /** Most calls in a batch, and most blocks in a question for logs. */
  batchMax: number
  rangeMax: number
  /** Coins by address, at every block. */
  readonly balances: Map<string, bigint>
  /** Answers left out at the end of a batch. */
  dropLast: number
  /** The header of the last request. */
  authorization: string | null
  /** Changes what an honest node would answer. */
  tamper: (call: RpcCall, value: unknown) => unknown
  /** Lets a method (`*`: every one) fail so many times. */
  fault(method: string, fault: Fault, times?: number): void
  heal(): void
  close(): Promise<void>
}

export type RpcOptions = {
  readonly chainId?: number
  readonly decimals?: number
  readonly finalDepth?: number
}

/** Starts a server on 127.0.0.1 that shows a world. */
export async function startRpc(world: World, options: RpcOptions = {}): Promise<Rpc> {
  const { chainId = 1_337 } = options
  const faults: { method: string; fault: Fault; left: number }[] = []
  const asked = new Map<string, number>()
  let requests = 0
  const server = createServer((request, response) => {
    requests += 1
    serve(request, response).catch(() => response.destroy())
  })
  const rpc: Rpc = {
    url: "",
    asked,
    balances: new Map(),
    requests: () => requests,
    lag: 0,
    batchMax: Number.POSITIVE_INFINITY,
    rangeMax: Number.POSITIVE_INFINITY,
    dropLast: 0,
    authorization: null,
    tamper: (_, value) => value,
    fault: (method, fault, times = Number.POSITIVE_INFINITY) => {
      faults.push({ method, fault, left: times })
    },
    heal: () => {
      faults.length = 0
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }

  function faultOf(calls: readonly RpcCall[]): { fault: Fault; call: RpcCall } | null {
    for (const entry of faults) {
      const call = calls.find(({ method }) => entry.method === "*" || entry.method === method)
      if (!call || entry.left <= 0) continue
      entry.left -= 1
      return { fault: entry.fault, call }
    }
    return null
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    rpc.authorization = request.headers.authorization ?? null
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body: RpcCall | RpcCall[] = JSON.parse(Buffer.concat(chunks).toString())
    const calls = Array.isArray(body) ? body : [body]
    for (const { method } of calls) asked.set(method, (asked.get(method) ?? 0) + 1)
    if (calls.length > rpc.batchMax) {
      const error = { code: -32600, message: "batch too large" }
      response.end(JSON.stringify({ jsonrpc: "2.0", id: null, error }))
      return
    }
    const found = faultOf(calls)
    if (found && spoil(response, found.fault)) return
    const texts = calls.map((call) => {
      const at = `{"jsonrpc":"2.0","id":${call.id},`
      const told = found?.call === call ? found.fault : null
      if (told?.kind === "error") {
        return `${at}"error":${JSON.stringify({ code: told.code, message: told.message })}}`
      }
      if (told?.kind === "answer") return `${at}"result":${JSON.stringify(told.value)}}`
      return `${at}${answer(call)}}`
    })
    const dropped = texts.length > 1 ? rpc.dropLast : 0
    const text = Array.isArray(body)
      ? `[${texts.slice(0, texts.length - dropped).join(",")}]`
      : texts[0]!
    response.setHeader("content-type", "application/json")
    response.end(found?.fault.kind === "half" ? text.slice(0, text.length / 2) : text)
  }

  /** Answers for those faults that concern the whole request. */
  function spoil(response: ServerResponse, fault: Fault): boolean {
    if (fault.kind === "silent") return true
    if (fault.kind === "status") {
      const { location, retryAfter, status } = fault
      if (retryAfter !== undefined) response.setHeader("retry-after", retryAfter)
      if (location !== undefined) response.setHeader("location", location)
      response.writeHead(status).end("no")
      return true
    }
    if (fault.kind === "html") response.end("<html>502 Bad Gateway</html>")
    else if (fault.kind === "huge") response.end(`[${" ".repeat(fault.bytes)}]`)
    else return false
    return true
  }

  function answer(call: RpcCall): string {
    if (call.method === "eth_getLogs") {
      const filter = call.params[0] as Record<string, string>
      const text = filter["blockHash"] && world.byHash(filter["blockHash"])?.logsText
      if (text) return `"result":${text}`
      const span = Number(filter["toBlock"]) - Number(filter["fromBlock"]) + 1
      if (span > rpc.rangeMax) {
        return '"error":{"code":-32000,"message":"exceeds maximum block range"}'
      }
      if (filter["blockHash"] && !visible(world.byHash(filter["blockHash"]))) {
        return '"error":{"code":-32000,"message":"unknown block"}'
      }
    }
    return `"result":${JSON.stringify(rpc.tamper(call, honest(call) ?? null))}`
  }

  const headNumber = () => Math.max(0, world.head().number - rpc.lag)
  const visible = (block: Block | undefined) =>
    block && block.number <= headNumber() ? block : undefined

  function honest({ method, params }: RpcCall): unknown {
    const [first, second] = params as [never, never]
    switch (method) {
      case "eth_chainId":
        return hex(chainId)
      case "eth_blockNumber":
        return hex(headNumber())
      case "eth_getBlockByNumber":
        return shownBlock(visible(world.at(heightOf(first))), second)
      case "eth_getBlockByHash":
        return shownBlock(visible(world.byHash(first)), second)
      case "eth_getLogs":
        return logsOf(first)
      case "eth_getTransactionReceipt":
        return receiptOf(first)
      case "eth_getTransactionByHash":
        return transactionOf(first)
      case "eth_call":
        return word(BigInt((first as { data: string }).data === "0x313ce567" ? decimals : 0))
      case "eth_getTransactionCount":
        return "0x0"
      case "eth_getBalance":
        return hex(rpc.balances.get(String(first)) ?? 0n)
      default:
        throw new Error(`the test server doesn't know ${method}`)
    }
  }

  const { decimals = 6, finalDepth = 5 } = options
  function heightOf(name: string): number {
    if (name === "latest") return headNumber()
    if (name === "finalized" || name === "safe") return headNumber() - finalDepth
    return Number(name)
  }

  function logsOf(filter: Record<string, string> & { address: string[] }): readonly Log[] {
    const block = filter["blockHash"] ? world.byHash(filter["blockHash"]) : undefined
    const from = Number(filter["fromBlock"])
    const to = Math.min(Number(filter["toBlock"]), headNumber())
    const blocks = block ? [block] : world.blocks().slice(from, to + 1)
    return blocks
      .flatMap(({ logs }) => logs)
      .filter(({ address }) => filter.address.includes(address))
  }

  function holderOf(hash: string): Block | undefined {
    const holds = ({ coins, logs }: Block) =>
      coins.some((coin) => coin.hash === hash) || logs.some((log) => log.transactionHash === hash)
    return visible(world.blocks().findLast(holds))
  }

  function receiptOf(hash: string): unknown {
    const block = holderOf(hash)
    if (!block) return null
    const coin = block.coins.find((each) => each.hash === hash)
    const logs = block.logs.filter(({ transactionHash }) => transactionHash === hash)
    const status = coin?.failed ? "0x0" : "0x1"
    return { transactionHash: hash, blockHash: block.hash, status, logs }
  }

  function transactionOf(hash: string): unknown {
    const block = holderOf(hash)
    const coin = block?.coins.find((each) => each.hash === hash)
    return block && coin ? shownCoin(block, coin) : null
  }

  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return Object.assign(rpc, { url: `http://127.0.0.1:${port}/v3/secret-key?token=hidden` })
}

function shownCoin(block: Block, { amount, from, hash, to }: Sent & { hash: string }) {
  const blockNumber = hex(block.number)
  return { hash, from, to, value: hex(amount), blockHash: block.hash, blockNumber }
}

function shownBlock(block: Block | undefined, full: boolean): unknown {
  if (!block) return null
  const { bloom, coins, hash, number, parentHash, seconds } = block
  const transactions = coins.map((coin) => (full ? shownCoin(block, coin) : coin.hash))
  const fields = { number: hex(number), timestamp: hex(seconds), logsBloom: bloom }
  return { ...fields, hash, parentHash, transactions }
}

/** A busy chain in a thread of its own, for measuring who follows it. */
export type BusyOptions = {
  readonly chainId: number
  readonly token: string
  readonly blocksPerSecond: number
  readonly logsPerBlock: number
  /** In each block one transfer goes to each of so many of these, by turns. */
  readonly oursPerBlock: number
  readonly ours: readonly string[]
}

/** Starts the thread. It begins to mine when it is told to, with real time. */
export async function startBusyChain(options: BusyOptions) {
  const worker = new Worker(import.meta.filename, { workerData: { busyChain: options } })
  const [url] = (await once(worker, "message")) as [string]
  return { url, mine: () => worker.postMessage("mine"), stop: () => worker.terminate() }
}

async function runBusyChain(options: BusyOptions): Promise<void> {
  const { blocksPerSecond, chainId, logsPerBlock, ours, oursPerBlock, token } = options
  const blockMs = 1_000 / blocksPerSecond
  const world = makeWorld({ blockMs, bloom: "ones", startAt: new Date() })
  const rpc = await startRpc(world, { chainId })
  let turn = 0
  const strangers = Array.from({ length: 5_000 }, (_, at) => word(addressOf(`stranger ${at}`)))
  const mine = () => {
    world.fill((number, hash) => {
      const logs: string[] = []
      for (let at = 0; at < logsPerBlock; at += 1) {
        const isOurs = at < oursPerBlock && ours.length > 0
        const to = isOurs ? word(ours[turn++ % ours.length]!) : strangers[(number * 7 + at) % 5_000]
        logs.push(
          `{"address":"${token}","topics":["${TRANSFER}","${strangers[at % 5_000]}","${to}"],` +
            `"data":"${word(1_000_000n)}","blockNumber":"${hex(number)}",` +
            `"transactionHash":"${word(BigInt(number * 100_000 + at))}",` +
            `"transactionIndex":"${hex(at)}","blockHash":"${hash}",` +
            `"logIndex":"${hex(at)}","removed":false}`,
        )
      }
      return `[${logs.join(",")}]`
    })
    // Text of a megabyte a block: only the newest are kept.
    world.forget(world.head().number - 200)
  }
  parentPort!.once("message", () => setInterval(mine, blockMs))
  parentPort!.postMessage(rpc.url)
}

if (!isMainThread && workerData?.busyChain) await runBusyChain(workerData.busyChain)
