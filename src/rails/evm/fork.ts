/** Reorganisations: where the chain left what was read, and which transfers are gone with it. */
import type { Clock } from "../../core/index.ts"
import type { Chain } from "./chain.ts"
import { type Point, rewind } from "./cursor.ts"
import { type Header, headersAt, look, type View } from "./headers.ts"
import { type Node, withNode } from "./nodes.ts"
import { orphan, type Reading } from "./reading.ts"
import { NodeFailure } from "./rpc.ts"
import { Nonsense } from "./values.ts"

export const FORK_LIMITS = {
  /** Most blocks that one of several nodes may take back alone: two epochs of Ethereum. */
  aloneBlocks: 64,
  /** A node whose newest block is so young isn't behind, however low its number. */
  freshMs: 120_000,
  /** How much lower than what was read a chain must be for it to be another one. */
  shorterMs: 600_000,
}

/** What a reorganisation did: the last block that stayed, and whether any known block did. */
export type Fork = { readonly number: number; readonly isKnown: boolean }

/** A node with a fresh head far below what was read: it isn't slow, the chain is another. */
export function isAnother(
  { chain, clock }: { readonly chain: Chain; readonly clock: Clock },
  { finalHeight, head }: View,
  tip: Point,
): boolean {
  const ageMs = clock.now().getTime() - head.at.getTime()
  const depth = head.number - finalHeight + FORK_LIMITS.aloneBlocks
  const lower = tip.number - head.number
  const isLow = lower > Math.max(depth, FORK_LIMITS.shorterMs / chain.blockMs)
  return isLow && ageMs < FORK_LIMITS.freshMs
}

/**
 * Goes back to the newest block that is still on the chain, and orphans what is written down above
 * it in blocks that aren't. Throws `NodeFailure` when that is too much for one node's word (it
 * undoes what was final, or is deep) and no second node says the same.
 */
export async function goBack(reading: Reading): Promise<Fork> {
  const { chain, from, node, view } = reading
  const points = [reading.cursor.tip, ...reading.cursor.points]
  const known = points.filter(({ number }) => number <= view.head.number)
  const headers = await headersAt(
    node,
    known.map(({ number }) => number),
  )
  const kept = known.find(({ hash }, at) => headers[at]?.hash === hash)
  const base = kept ?? (await below(node, known.at(-1)?.number ?? lowered(view)))
  const written = await from.recordedAbove(base.number)
  const heights = [...new Set(written.map(({ block }) => block))]
  const there = heights.filter((height) => height <= view.head.number)
  const now = new Map<number, Header>()
  for (const header of await headersAt(node, there)) if (header) now.set(header.number, header)
  const gone = written.filter(({ block, blockHash }) => now.get(block)?.hash !== blockHash)

  const undone = gone.filter(({ final }) => final)
  const witnesses = undone.map(({ block, blockHash }) => ({ number: block, hash: blockHash }))
  const depth = reading.cursor.tip.number - base.number
  if (!kept || depth > aloneBlocks(chain)) {
    // The oldest block that would be lost, also where the node claims to be below it: with it go
    // all above.
    witnesses.push(...points.slice(0, kept && points.indexOf(kept)).slice(-1))
  }
  const loss = undone.length > 0 ? "lost blocks that were final" : `goes back by ${depth} blocks`
  if (witnesses.length > 0) await concur(reading, { base, loss, witnesses })
  for (const each of gone) orphan(reading, each)
  reading.cursor = rewind(reading.cursor, base)
  reading.progress = true
  return { number: base.number, isKnown: kept !== undefined }
}

/** How deep one node's word goes: to what counts, but not where the node itself says what does. */
function aloneBlocks({ finality }: Chain): number {
  const most = FORK_LIMITS.aloneBlocks
  return finality.kind === "confirmations" ? Math.min(finality.blocks, most) : most
}

/** Where a chain below all that is known is begun: at a block that slower nodes have, too. */
const lowered = ({ head }: View) => head.number - FORK_LIMITS.aloneBlocks

/** The block to begin again at when none is known: the one below the oldest that was. */
async function below(node: Node, number: number): Promise<Point> {
  const height = Math.max(0, number - 1)
  const [header] = await headersAt(node, [height])
  if (!header) throw new Nonsense(`lacks block ${height}`)
  return header
}

type Loss = {
  /** The block that the node goes back to, and blocks above it that it hasn't any more. */
  readonly base: Point
  readonly witnesses: readonly Point[]
  /** What the node does, after its name. */
  readonly loss: string
}

/**
 * Throws unless one word is enough here, or another node has lost these blocks, too. Where others
 * say both, as many must stand by the node as against it, itself not counted.
 */
async function concur(reading: Reading, lost: Loss): Promise<void> {
  const { chain, node, nodes, others } = reading
  if (chain.nodes.length === 1 || node.trusted) return
  const against: string[] = []
  let agreeing = 0
  for (const other of others) {
    const ask = () => testify(reading, other, lost)
    const word = await withNode(nodes, other, ask).catch(ignore)
    if (word === null) continue
    if (word === "lost") {
      agreeing += 1
      if (other.trusted || against.length === 0) return
    } else {
      against.push(`contradicts ${other.name} about block ${word.number}: it ${lost.loss}`)
      if (other.trusted) break
    }
  }
  if (against.length === 0) {
    throw new NodeFailure("refused", `${lost.loss}, and no second node can be asked`)
  }
  if (agreeing < against.length) throw nodes.distrust(node, against[0]!)
}

/** Whether another node has lost blocks, too; or the first that it still has. Null: can't say. */
async function testify(
  reading: Reading,
  other: Node,
  { base, witnesses }: Loss,
): Promise<"lost" | Point | null> {
  const heights = [base, ...witnesses].map(({ number }) => number)
  const [ground, ...headers] = await headersAt(other, heights)
  const kept = witnesses.find(({ hash }, at) => headers[at]?.hash === hash)
  if (kept) return kept
  // On a third chain it is no witness for this one.
  if (ground?.hash !== base.hash) return null
  if (!headers.includes(null)) return "lost"
  // To lack a block is to be behind, unless its own chain is another and short.
  const { view } = await look(other, reading.chain, null)
  return isAnother(reading, view, reading.cursor.tip) ? "lost" : null
}

/** A node that fails here is passed over: its own line remembers why. */
function ignore(error: unknown): null {
  if (error instanceof NodeFailure) return null
  throw error
}
