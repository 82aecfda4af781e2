/** Transfers of tokens as logs: how they are asked for, checked, and picked out of thousands. */
import type { ReadFrom } from "../../core/index.ts"
import { type Chain, coinAsset, tokenAsset } from "./chain.ts"
import type { Call } from "./rpc.ts"
import {
  isAddress,
  isHash,
  Nonsense,
  readFields,
  readList,
  readQuantity,
  toQuantity,
} from "./values.ts"

/** keccak-256 of `Transfer(address,address,uint256)`. */
export const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"

const NOBODY = `0x${"0".repeat(40)}`

/** A log that was checked. What JSON gave is kept as it is: there are thousands a second. */
export type RawLog = {
  readonly address: string
  readonly topics: readonly string[]
  readonly data: string
  readonly blockNumber: string
  readonly blockHash: string
  readonly transactionHash: string
  readonly logIndex: string
}

/** A transaction that moves the chain's own coin, as JSON gave it. */
export type RawCoin = {
  readonly hash: string
  readonly from: string
  readonly to: string
  readonly value: string
  readonly blockHash: string
  readonly blockNumber: string
}

/** A transfer that concerns somebody here. */
export type Transfer = {
  readonly place: string
  readonly reference: string
  readonly block: number
  readonly blockHash: string
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: bigint
  /** It came to an address that was given to a payer. */
  readonly isOurs: boolean
}

export type Span =
  | { readonly number: number; readonly hash: string }
  | { readonly from: number; readonly to: number }

/** Asks for the transfers of all tokens in one block, or in a range of blocks. */
export function logsCall(chain: Chain, span: Span): Call {
  const where =
    "hash" in span
      ? { blockHash: span.hash }
      : { fromBlock: toQuantity(span.from), toBlock: toQuantity(span.to) }
  // An empty list would mean every contract there is; the zero address makes no logs.
  const address = chain.tokens.length > 0 ? chain.tokens.map((token) => token.address) : [NOBODY]
  return { method: "eth_getLogs", params: [{ ...where, address, topics: [TRANSFER] }] }
}

/** A log's block and number in one rising number: no block has 2^20 logs. */
const INDEX_END = 2 ** 20

/**
 * The logs as they were answered, in the order of the chain. Throws `Nonsense` when one of them was
 * not asked for, was taken back, or stands there twice: then the whole answer is worth nothing.
 */
export function checkLogs(
  value: unknown,
  tokens: ReadonlySet<string>,
  span: Span,
): readonly RawLog[] {
  const logs = readList(value)
  let last = -1
  let inOrder = true
  for (const each of logs) {
    const log = readFields(each)
    const { address, blockHash, data, topics } = log
    if (typeof address !== "string" || !tokens.has(address.toLowerCase())) {
      throw new Nonsense("answers logs of contracts that weren't asked for")
    }
    if (log["removed"] === true) throw new Nonsense("answers logs that were taken back")
    if (!Array.isArray(topics) || topics[0] !== TRANSFER || typeof data !== "string") {
      throw new Nonsense("answers logs that aren't transfers")
    }
    const block = readQuantity(log["blockNumber"])
    const asked =
      "hash" in span
        ? block === span.number && blockHash === span.hash
        : block >= span.from && block <= span.to && isHash(blockHash)
    if (!asked) throw new Nonsense("answers logs of blocks that weren't asked for")
    const at = block * INDEX_END + readQuantity(log["logIndex"])
    if (at <= last) inOrder = false
    last = at
  }
  const checked = logs as readonly RawLog[]
  return inOrder ? checked : sorted(checked)
}

const position = (log: RawLog) => Number(log.blockNumber) * INDEX_END + Number(log.logIndex)

function sorted(logs: readonly RawLog[]): readonly RawLog[] {
  if (new Set(logs.map(position)).size < logs.length) throw new Nonsense("answers logs twice")
  return logs.toSorted((a, b) => position(a) - position(b))
}

/** The transactions of a full block that send the coin. Throws `Nonsense`. */
export function checkCoins(value: unknown, span: { number: number; hash: string }): RawCoin[] {
  const block = readFields(value)
  if (block["hash"] !== span.hash) throw new Nonsense("answers another block")
  return readList(block["transactions"]).flatMap((each) => {
    const { blockHash, from, hash, to, value } = readFields(each)
    if (blockHash !== span.hash || !isHash(hash)) {
      throw new Nonsense("answers transactions of another block")
    }
    // Those that make a contract go to nobody.
    if (!isAddress(to) || !isAddress(from) || !isAmount(value) || BigInt(value) === 0n) return []
    const blockNumber = toQuantity(span.number)
    return [{ hash, from, to, value, blockHash: span.hash, blockNumber }]
  })
}

const isAmount = (value: unknown): value is string =>
  typeof value === "string" && /^0x[0-9a-f]{1,64}$/i.test(value)

/** How a topic begins that holds an address. */
const PADDING = `0x${"0".repeat(24)}`

const addressIn = (topic: string) => `0x${topic.slice(26)}`.toLowerCase()

/** A transfer of an ERC-20: two addresses and one amount. An ERC-721's has a fourth topic. */
function isShaped({ data, topics }: RawLog): boolean {
  return (
    topics.length === 3 &&
    data.length === 66 &&
    topics.every((topic) => typeof topic === "string" && topic.length === 66) &&
    topics[1]!.startsWith(PADDING) &&
    topics[2]!.startsWith(PADDING)
  )
}

/** Addresses in one question to the database: its plan stays an index look-up. */
const OURS_MAX = 4_000

/** Picks the transfers that came to one of ours, or that a refund may be, in their order. */
export async function pick(
  chain: Chain,
  wanted: Pick<ReadFrom, "leaving" | "ours">,
  logs: readonly RawLog[],
  coins: readonly RawCoin[],
): Promise<readonly Transfer[]> {
  const shaped = logs.filter(isShaped)
  const receivers = new Set<string>()
  for (const { topics } of shaped) receivers.add(addressIn(topics[2]!))
  for (const { to } of coins) receivers.add(to.toLowerCase())
  const ours = await oursAmong([...receivers], wanted)
  const leaving = new Set(wanted.leaving.map(({ from, to }) => `${from}${to}`))
  const isLeaving = (from: string, to: string) => leaving.size > 0 && leaving.has(`${from}${to}`)

  const found: Transfer[] = []
  for (const log of shaped) {
    const to = addressIn(log.topics[2]!)
    const isOurs = ours.has(to)
    if (!isOurs && leaving.size === 0) continue
    const from = addressIn(log.topics[1]!)
    if (!isOurs && !isLeaving(from, to)) continue
    const transfer = transferOf(chain, log, { from, to, isOurs })
    // Anybody can send nothing from anybody: a trick to plant addresses in histories.
    if (transfer.amount > 0n) found.push(transfer)
  }
  for (const { blockHash, blockNumber, hash, value, ...ends } of coins) {
    const from = ends.from.toLowerCase()
    const to = ends.to.toLowerCase()
    const isOurs = ours.has(to)
    if (chain.native === null || (!isOurs && !isLeaving(from, to))) continue
    const asset = coinAsset(chain.chainId, chain.native)
    const block = readQuantity(blockNumber)
    const amount = BigInt(value)
    const place = `${hash}:native`
    found.push({ place, reference: hash, block, blockHash, from, to, asset, amount, isOurs })
  }
  return found
}

function transferOf(
  chain: Chain,
  log: RawLog,
  ends: { readonly from: string; readonly to: string; readonly isOurs: boolean },
): Transfer {
  const reference = log.transactionHash
  if (!isHash(reference)) throw new Nonsense("answers logs of no transaction")
  if (!/^0x[0-9a-f]{64}$/i.test(log.data)) throw new Nonsense("answers logs of no amount")
  if (!isAddress(ends.from) || !isAddress(ends.to)) throw new Nonsense("answers logs of nobody")
  return {
    place: `${reference}:${readQuantity(log.logIndex)}`,
    reference,
    block: readQuantity(log.blockNumber),
    blockHash: log.blockHash,
    asset: tokenAsset(chain.chainId, log.address.toLowerCase()),
    amount: BigInt(log.data),
    ...ends,
  }
}

async function oursAmong(
  receivers: readonly string[],
  wanted: Pick<ReadFrom, "ours">,
): Promise<ReadonlySet<string>> {
  if (receivers.length <= OURS_MAX) {
    return receivers.length === 0 ? new Set() : wanted.ours(receivers)
  }
  const ours = new Set<string>()
  for (let at = 0; at < receivers.length; at += OURS_MAX) {
    for (const each of await wanted.ours(receivers.slice(at, at + OURS_MAX))) ours.add(each)
  }
  return ours
}
