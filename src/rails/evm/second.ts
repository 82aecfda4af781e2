/** What one node leaves out: a second one reads the same blocks, and both are compared. */
import type { Cursor, Owed, Point } from "./cursor.ts"
import { headersAt } from "./headers.ts"
import { pick, type RawLog, type Transfer } from "./logs.ts"
import { type Node, withNode } from "./nodes.ts"
import { type Asked, logsOfBlock, logsOfRange } from "./pieces.ts"
import { gather, type Reading } from "./reading.ts"
import { NodeFailure } from "./rpc.ts"
import { Nonsense } from "./values.ts"

export const SECOND_LIMITS = {
  /** How far below the tip a second node is asked at least: by then it has these blocks' logs. */
  trailBlocks: 16,
  /** When it is tried again, in blocks, after no second node could answer. */
  againBlocks: 64,
  /** Blocks looked into at once where it shows more; a liar can name very many. */
  blocks: 20,
  /** Entries of `owed` after which the last one is widened: the cursor stays short. */
  owed: 16,
  /** A longer debt is paid a range a read: a few seconds' work each. */
  longDebt: 1_000,
}

export type Range = { readonly from: number; readonly to: number }

/** What a second node shows of a range, and its own last block of it. */
type Told = { readonly by: Node; readonly logs: readonly RawLog[]; readonly last: Point }

/** Asks the first other node that has this range; null when none does, or one's word is enough. */
export async function askSecond(reading: Reading, range: Range): Promise<Told | null> {
  if (isEnough(reading)) return null
  const { chain, memory, nodes, tokens } = reading
  const refused = (blocks: number) => {
    memory.range = Math.max(1, Math.min(memory.range, Math.floor(blocks / 2)))
    memory.rangesWell = 0
  }
  const ask = async (by: Node): Promise<Told> => {
    // A node that hasn't come so far answers a range in part, and doesn't say so.
    const [last] = await headersAt(by, [range.to])
    if (!last) throw new NodeFailure("behind", "has not come so far")
    const logs = await logsOfRange({ chain, node: by, tokens }, range, refused)
    return { by, logs, last }
  }
  for (const other of reading.others) {
    try {
      return await withNode(nodes, other, ask)
    } catch (error) {
      // The next one is asked; what is wrong stands in this one's health.
      if (!(error instanceof NodeFailure)) throw error
    }
  }
  return null
}

function isEnough({ chain, node }: Reading): boolean {
  return chain.nodes.length === 1 || node.trusted
}

/**
 * Gathers what a second node shows of a range, and the reading node has too when asked for just
 * that block. Where it hasn't, the other nodes say which of the two is wrong; with nobody to say,
 * throws `Nonsense` about the reading node, so that the other one reads: as long as they disagree
 * nothing counts. A range that no second node has shown is owed another reading.
 */
export async function compare(
  reading: Reading,
  told: Told | null,
  range: Range & { readonly hash?: string },
): Promise<void> {
  if (isEnough(reading)) return
  const isOnChain = told !== null && (!range.hash || told.last.hash === range.hash)
  if (isOnChain && (await isAccountedFor(reading, told))) return
  oweRange(reading, range, reading.view.head.number + SECOND_LIMITS.againBlocks)
}

/** Whether everything was looked into; false where the second node is on another chain. */
async function isAccountedFor(reading: Reading, { by, logs }: Told): Promise<boolean> {
  const unknown = await unknownIn(reading, logs)
  const all = blocksOf(unknown)
  const blocks = all.slice(0, SECOND_LIMITS.blocks)
  if (blocks.length === 0) return true
  const { node } = reading
  const headers = await headersAt(
    node,
    blocks.map(({ number }) => number),
  )
  const times = new Map(headers.flatMap((each) => (each ? [[each.hash, each.at]] : [])))
  if (!blocks.every(({ hash }) => times.has(hash))) return false

  const own = await showing(reading, node, blocks)
  await gather(reading, own.logs, [], async () => times)
  const missing = unknown.filter((each) => times.has(each.blockHash) && !own.keys.has(keyOf(each)))
  if (missing.length > 0) await judge(reading, by, missing)
  return blocks.length === all.length
}

/** Who is wrong, the node that shows these transfers or the one that is read from. */
async function judge(reading: Reading, by: Node, missing: readonly Transfer[]): Promise<void> {
  const { nodes } = reading
  for (const other of reading.others) {
    if (other === by) continue
    try {
      const ask = () => showing(reading, other, blocksOf(missing))
      const { keys } = await withNode(nodes, other, ask)
      if (missing.some((each) => keys.has(keyOf(each)))) break
      nodes.distrust(by, "shows transfers that two other nodes don't")
      return
    } catch (error) {
      if (!(error instanceof NodeFailure)) throw error
    }
  }
  const block = missing[0]!.block
  throw new Nonsense(`leaves out transfers in block ${block} that ${by.name} shows`)
}

/** Transfers that concern us and are neither written down nor found in this read. */
async function unknownIn(reading: Reading, logs: readonly RawLog[]): Promise<readonly Transfer[]> {
  const found = await concerning(reading, logs)
  if (found.length === 0) return []
  const lowest = found.reduce((low, { block }) => Math.min(low, block), Number.MAX_SAFE_INTEGER)
  const written = await reading.from.recordedAbove(lowest - 1)
  const isGone = ({ place }: { readonly place: string }) => reading.orphaned.has(place)
  const known = new Set([
    ...written.filter((each) => !isGone(each)).map(keyOf),
    ...[...reading.seen.values()].map(keyOf),
  ])
  return found.filter((each) => !known.has(keyOf(each)))
}

function concerning({ chain, from, leaving }: Reading, logs: readonly RawLog[]) {
  return pick(chain, { ours: (addresses) => from.ours(addresses), leaving }, logs, [])
}

type Placed = { readonly place: string; readonly blockHash: string }

const keyOf = ({ blockHash, place }: Placed) => `${place}@${blockHash}`

function blocksOf(found: readonly Transfer[]): readonly Point[] {
  const blocks = found.map(({ block, blockHash }) => [blockHash, block] as const)
  return [...new Map(blocks)].map(([hash, number]) => ({ number, hash }))
}

/** What a node shows of these blocks, each asked for by its hash. Throws `NodeFailure`. */
async function showing(reading: Reading, node: Node, blocks: readonly Point[]) {
  const asked: Asked = { chain: reading.chain, node, tokens: reading.tokens }
  const logs: RawLog[] = []
  for (const block of blocks) logs.push(...(await logsOfBlock(asked, block)))
  return { logs, keys: new Set((await concerning(reading, logs)).map(keyOf)) }
}

/** Has a range read once more when the head is at `dueAt`. Ranges in a row become one. */
export function oweRange(reading: Reading, { from, to }: Range, dueAt: number): void {
  if (isEnough(reading)) return
  const { owed } = reading.cursor
  const isFull = owed.length >= SECOND_LIMITS.owed
  const joins = (each: Owed) => each.to + 1 === from && each.dueAt > 0 && each.dueAt <= dueAt
  const joined = owed.find(joins)
  const grown = joined ?? (isFull ? owed.at(-1)! : null)
  const entry: Owed = {
    from: Math.min(from, grown?.from ?? from),
    to: Math.max(to, grown?.to ?? to),
    dueAt: Math.max(1, dueAt),
  }
  reading.cursor = { ...reading.cursor, owed: [...owed.filter((each) => each !== grown), entry] }
}

/**
 * Puts off what is left of a long debt by a block once its beginning, up to `to`, was read: so the
 * newest blocks don't wait until all of it is paid.
 */
export function oweRest(reading: Reading, debt: Range, to: number): void {
  if (to >= debt.to || debt.to - debt.from < SECOND_LIMITS.longDebt) return
  const { owed } = reading.cursor
  const entry = owed.find(({ from, to }) => from === debt.from && to === debt.to)
  if (!entry || entry.dueAt === 0) return
  const rest = { from: to + 1, to: debt.to, dueAt: reading.view.head.number + 1 }
  reading.cursor = {
    ...reading.cursor,
    owed: owed.map((each) => (each === entry ? rest : each)),
  }
}

/**
 * The blocks that the second node is to be asked about when the tip moves on to `to` block by
 * block: as many as are read, and as far below as it takes to be final. Null before there are any.
 */
export function trailOf({ chain, cursor }: Reading, to: number): Range | null {
  const { finality } = chain
  const wanted = finality.kind === "confirmations" ? finality.blocks : 0
  const depth = Math.max(SECOND_LIMITS.trailBlocks, wanted)
  const trail = {
    from: Math.max(cursor.tip.number - depth, oldestOf(cursor)) + 1,
    to: to - depth,
  }
  return trail.from <= trail.to ? trail : null
}

/** The range with the blocks below it that were read block by block and not by a second node. */
export function withTrail(reading: Reading, range: Range): Range {
  const { points, tip } = reading.cursor
  const isNext = range.from === tip.number + 1
  if (!isNext || points[0]?.number !== tip.number - 1) return range
  const trail = trailOf(reading, range.to)
  return { ...range, from: Math.min(range.from, trail?.from ?? range.from) }
}

/** Where reading began: what lies below was nobody's here. */
const oldestOf = ({ points, tip }: Cursor): number => points.at(-1)?.number ?? tip.number
