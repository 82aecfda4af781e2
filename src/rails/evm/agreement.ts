/** Whether a transfer counts: final, in a block of the chain, and so by the word of two nodes. */
import type { Clock, Recorded, Seen } from "../../core/index.ts"
import { type Chain, coinAsset, tokenAsset } from "./chain.ts"
import { headersAt, look } from "./headers.ts"
import { TRANSFER } from "./logs.ts"
import { type Node, type Nodes, withNode } from "./nodes.ts"
import { NodeFailure } from "./rpc.ts"
import { isHash, readFields, readList, readWord, wordOf } from "./values.ts"

type Claim = Pick<
  Recorded,
  "amount" | "asset" | "block" | "blockHash" | "from" | "place" | "to"
> & {
  /** The time of its block, where that was kept. */
  readonly at?: Date
}

/** What one node says of a transfer. `unknown`: it isn't far enough to say anything. */
type Word = "same" | "differs" | "other_block" | "unknown"

export type Settled = {
  /** Places that are final now. */
  readonly final: ReadonlySet<string>
  /** Places whose block is no longer part of the chain, with its number. */
  readonly gone: ReadonlyMap<string, number>
  /** Places whose block is there and, by the word of two nodes, holds something else. */
  readonly denied: ReadonlyMap<string, number>
  /** Blocks that two nodes tell different things about. */
  readonly disputed: readonly number[]
  /** Transfers that wait for a second node. */
  readonly waiting: number
  /** There was more than one read's work. */
  readonly more: boolean
}

export const AGREEMENT_LIMITS = {
  /** Transfers that are asked about in one read: eight batches. */
  claims: 200,
  /** How long a disputed transfer stands behind the others; so a liar can't hold them up. */
  disputeMs: 30_000,
}

/**
 * Asks about transfers in blocks of the final height and below. Those in `fresh` were just read
 * from `node` itself, so that only a second node has to be asked about them.
 */
export async function settle(parts: {
  readonly chain: Chain
  readonly clock: Clock
  readonly nodes: Nodes
  readonly node: Node
  readonly others: readonly Node[]
  readonly fresh: readonly Seen[]
  readonly unconfirmed: readonly Recorded[]
  readonly disputed: Map<string, number>
}): Promise<Settled> {
  const { chain, clock, disputed, node } = parts
  const nowMs = clock.elapsedMs()
  for (const [key, untilMs] of disputed) if (untilMs <= nowMs) disputed.delete(key)
  const rank = (claim: Claim) => (disputed.has(keyOf(claim)) ? 1 : 0)
  const all = [...parts.unconfirmed, ...parts.fresh].toSorted(
    (a, b) => rank(a) - rank(b) || a.block - b.block,
  )
  const claims = all.slice(0, AGREEMENT_LIMITS.claims)
  const fresh = new Set(parts.fresh.map(({ place }) => place))

  const old = claims.filter(({ place }) => !fresh.has(place))
  // One node alone has shown the transfer itself; with several it may have been another.
  const needsLogs = chain.nodes.length > 1
  const first = new Map<string, Word>()
  for (const place of fresh) first.set(place, "same")
  for (const [place, { word }] of await testimony(node, chain, old, needsLogs)) {
    first.set(place, word)
  }
  const isAlone = chain.nodes.length === 1 || node.trusted
  const second = isAlone
    ? new Map([...first].filter(([, word]) => word !== "differs"))
    : await secondWords(
        parts,
        claims.filter(({ place }) => first.get(place) !== "unknown"),
      )
  await checkItself(
    parts,
    claims.filter(({ place }) => fresh.has(place) && second.get(place) === "differs"),
  )

  const both = (word: Word) =>
    claims.filter(({ place }) => first.get(place) === word && second.get(place) === word)
  const [same, gone, denied] = [both("same"), both("other_block"), both("differs")]
  const differing = claims.filter(({ place }) => {
    const [one, two] = [first.get(place), second.get(place)]
    return two === undefined ? one === "differs" : one !== "unknown" && one !== two
  })
  for (const claim of differing) disputed.set(keyOf(claim), nowMs + AGREEMENT_LIMITS.disputeMs)
  const settled = same.length + gone.length + denied.length
  return {
    final: new Set(same.map(({ place }) => place)),
    gone: blocksOf(gone),
    denied: blocksOf(denied),
    disputed: [...new Set(differing.map(({ block }) => block))],
    waiting: claims.length - settled - differing.length,
    more: all.length > claims.length && settled > 0,
  }
}

const keyOf = ({ blockHash, place }: Claim) => `${place}@${blockHash}`

const blocksOf = (claims: readonly Claim[]) =>
  new Map(claims.map(({ block, place }) => [place, block]))

type Witnesses = {
  readonly chain: Chain
  readonly nodes: Nodes
  readonly node: Node
  readonly others: readonly Node[]
}

/** What the first of the other nodes that can say anything says of each claim. */
async function secondWords(
  { chain, nodes, others }: Witnesses,
  claims: readonly Claim[],
): Promise<ReadonlyMap<string, Word>> {
  const second = new Map<string, Word>()
  let open = claims
  for (const other of others) {
    if (open.length === 0) break
    try {
      const asked = await withNode(nodes, other, () => secondWord(other, chain, open))
      for (const [place, { word }] of asked) if (word !== "unknown") second.set(place, word)
      open = open.filter(({ place }) => !second.has(place))
    } catch (error) {
      // The next node is asked, or they wait; what is wrong stands in this one's health.
      if (!(error instanceof NodeFailure)) throw error
    }
  }
  return second
}

/** A second node's word counts where the block is final by its own view of the chain, too. */
async function secondWord(
  node: Node,
  chain: Chain,
  claims: readonly Claim[],
): Promise<ReadonlyMap<string, Testimony>> {
  const { view } = await look(node, chain, null)
  return testimony(
    node,
    chain,
    claims.filter(({ block }) => block <= view.finalHeight),
    true,
  )
}

/** A node whose logs a second one denies rests when its own receipts don't have them either. */
async function checkItself({ chain, node, nodes }: Witnesses, denied: readonly Claim[]) {
  const own = await testimony(node, chain, denied, true)
  const [place] = [...own].find(([, { word }]) => word === "differs") ?? []
  if (place) nodes.distrust(node, "answers logs that its own receipts don't have")
}

type Testimony = {
  readonly word: Word
  /** The time of the block that it has at that height. */
  readonly at: Date | null
}

/** What a node says of each claim; with `needsLogs` it must show the transfer itself. */
async function testimony(
  node: Node,
  chain: Chain,
  claims: readonly Claim[],
  needsLogs: boolean,
): Promise<ReadonlyMap<string, Testimony>> {
  if (claims.length === 0) return new Map()
  const heights = [...new Set(claims.map(({ block }) => block))]
  const headers = new Map((await headersAt(node, heights)).map((each) => [each?.number, each]))
  const hashes = claims.map(({ place }) => place.split(":")[0]!)
  const ask = (method: string, wanted: readonly string[]) =>
    node.values(wanted.map((hash) => ({ method, params: [hash] })))
  const receipts = needsLogs ? await ask("eth_getTransactionReceipt", hashes) : []
  const coins = needsLogs ? claims.filter(isCoin) : []
  const sent = await ask(
    "eth_getTransactionByHash",
    coins.map(({ place }) => place.split(":")[0]!),
  )
  const wordOn = (claim: Claim, index: number): Word => {
    const header = headers.get(claim.block)
    if (!header) return "unknown"
    if (header.hash !== claim.blockHash) return "other_block"
    // The time decides what is late, and no hash that is checked here covers it.
    if (claim.at && header.at.getTime() !== claim.at.getTime()) return "differs"
    if (!needsLogs) return "same"
    const transaction = isCoin(claim) ? sent[coins.indexOf(claim)] : undefined
    return showsTransfer(chain, claim, receipts[index], transaction) ? "same" : "differs"
  }
  return new Map(
    claims.map((claim, index) => [
      claim.place,
      { word: wordOn(claim, index), at: headers.get(claim.block)?.at ?? null },
    ]),
  )
}

const isCoin = ({ place }: Claim) => place.endsWith(":native")

/** Whether a receipt (and, for the coin, its transaction) is of exactly this transfer. */
function showsTransfer(
  chain: Chain,
  claim: Claim,
  receiptValue: unknown,
  transactionValue: unknown,
): boolean {
  // No receipt of a transaction in a block that it has: then the transaction isn't in there.
  if (receiptValue === null) return false
  const receipt = readFields(receiptValue)
  if (receipt["status"] !== "0x1" || receipt["blockHash"] !== claim.blockHash) return false
  if (isCoin(claim)) return showsCoin(chain, claim, transactionValue)
  const index = Number(claim.place.split(":")[1])
  const log = readList(receipt["logs"])
    .map(readFields)
    .find(({ logIndex }) => Number(logIndex) === index)
  if (!log || !Array.isArray(log["topics"]) || typeof log["address"] !== "string") return false
  const [topic, from, to, ...more] = log["topics"].map((each) => String(each).toLowerCase())
  return (
    tokenAsset(chain.chainId, log["address"].toLowerCase()) === claim.asset &&
    topic === TRANSFER &&
    from === `0x${wordOf(claim.from)}` &&
    to === `0x${wordOf(claim.to)}` &&
    more.length === 0 &&
    readWord(log["data"]) === claim.amount
  )
}

function showsCoin(chain: Chain, claim: Claim, value: unknown): boolean {
  if (value === null || chain.native === null) return false
  const { blockHash, from, hash, to, value: amount } = readFields(value)
  return (
    coinAsset(chain.chainId, chain.native) === claim.asset &&
    isHash(hash) &&
    blockHash === claim.blockHash &&
    String(from).toLowerCase() === claim.from &&
    String(to).toLowerCase() === claim.to &&
    /^0x[0-9a-f]{1,64}$/i.test(String(amount)) &&
    BigInt(String(amount)) === claim.amount
  )
}
