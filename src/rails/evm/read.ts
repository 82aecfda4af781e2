/** One read of a chain by one node: go back if it forked, go on, and say what counts now. */
import type { Clock, Read, ReadFrom } from "../../core/index.ts"
import { settle } from "./agreement.ts"
import type { Chain } from "./chain.ts"
import { checkTokens } from "./contracts.ts"
import {
  advance,
  type Cursor,
  nextOwed,
  oweLast,
  oweOrphaned,
  paid,
  startAt,
  writeCursor,
} from "./cursor.ts"
import { follow } from "./follow.ts"
import { type Fork, goBack, isAnother } from "./fork.ts"
import { type Header, look, type View } from "./headers.ts"
import { readRange } from "./history.ts"
import type { Node, Nodes } from "./nodes.ts"
import { type Blooms, type Memory, type Reading, stillLeaving } from "./reading.ts"
import { NodeFailure } from "./rpc.ts"
import { Nonsense } from "./values.ts"

export const READ_LIMITS = {
  /** Blocks near the head are read one by one, and so are those above the final height. */
  nearBlocks: 64,
  /** Ranges in one read. */
  ranges: 10,
  /** Blocks that are read once more after a start. */
  againMin: 64,
  againMax: 1_000,
  /** No block for so long, and for so many times the usual, means that a node stands still. */
  staleMs: 60_000,
  staleBlocks: 30,
}

export type Ask = {
  readonly chain: Chain
  readonly tokens: ReadonlySet<string>
  readonly blooms: Blooms
  readonly clock: Clock
  readonly nodes: Nodes
  readonly node: Node
  readonly others: readonly Node[]
  readonly from: ReadFrom
  readonly cursor: Cursor | null
  /** The blocks just read are to be read once more. */
  readonly again: boolean
  /** A node that stands still will do: there is no other. */
  readonly lenient: boolean
  readonly memory: Memory
}

/** What a read found, and what health should know of it. */
export type Outcome = {
  readonly read: Read
  readonly tip: number
  /** What lies at or below this height can't change any more. */
  readonly finalHeight: number
  readonly headAt: Date
  readonly fork: Fork | null
  readonly disputed: readonly number[]
  readonly waiting: number
}

/** Reads on with one node. Throws `NodeFailure`, or `Misconfigured`. */
export async function readOn(ask: Ask): Promise<Outcome> {
  const { chain, cursor, memory, node } = ask
  if (!memory.tokensChecked) await checkTokens(node, chain)
  memory.tokensChecked = true
  const { at, view } = await look(node, chain, cursor?.tip.number ?? null)
  const { head } = view
  if (!ask.lenient && isStale(ask, head)) throw new NodeFailure("behind", STALE)
  if (cursor === null) return beginning(view)

  const isShorter = isAnother(ask, view, cursor.tip)
  if (head.number < cursor.tip.number && !isShorter) throw new NodeFailure("behind", BEHIND)
  if (at === null && !isShorter) {
    throw new Nonsense(`announces block ${head.number} and lacks ${cursor.tip.number}`)
  }
  const reading: Reading = {
    ...ask,
    cursor,
    view,
    seen: new Map(),
    orphaned: new Map(),
    leaving: stillLeaving(ask.from),
    stuck: false,
    progress: false,
  }
  let fork: Fork | null = null
  try {
    if (at?.hash !== cursor.tip.hash) fork = await goBack(reading)
    if (ask.again) reading.cursor = oweLast(reading.cursor, againBlocks(view))
    await goOn(reading)
  } catch (error) {
    if (error instanceof Nonsense && reading.progress) ask.nodes.distrust(node, error.message)
    else if (!(error instanceof NodeFailure) || !reading.progress) throw error
    // What was read until then is good; the next read goes on from there with another node.
    return answer(ask, reading, fork, true)
  }
  return answer(ask, reading, fork, false)
}

const STALE = "has had no new block for too long"
const BEHIND = "is behind what was read already"

function isStale({ chain, clock }: Ask, head: Header): boolean {
  const { staleBlocks, staleMs } = READ_LIMITS
  const oldMs = clock.now().getTime() - head.at.getTime()
  // A chain of the sandbox may be made to stand still.
  return chain.isLive && oldMs > Math.max(staleMs, staleBlocks * chain.blockMs)
}

/** Blocks to read again: twice as many as can still change, within bounds. */
function againBlocks({ finalHeight, head }: View): number {
  const depth = 2 * (head.number - finalHeight)
  return Math.min(READ_LIMITS.againMax, Math.max(READ_LIMITS.againMin, depth))
}

function beginning({ head }: View): Outcome {
  const cursor = writeCursor(startAt(head))
  return {
    read: { cursor, head: head.number, seen: [], confirmed: [], orphaned: [], more: false },
    tip: head.number,
    finalHeight: 0,
    headAt: head.at,
    fork: null,
    disputed: [],
    waiting: 0,
  }
}

/** First what is owed, then ranges as long as the head is far, then block by block. */
async function goOn(reading: Reading): Promise<void> {
  const { finalHeight, head } = reading.view
  const far = Math.min(finalHeight, head.number - READ_LIMITS.nearBlocks)
  for (let ranges = 0; ranges < READ_LIMITS.ranges; ranges += 1) {
    const owed = nextOwed(reading.cursor, head.number)
    const { tip } = reading.cursor
    if (owed) {
      const { number } = await readRange(reading, owed.from, owed.to)
      reading.cursor = paid(reading.cursor, owed, number)
    } else if (tip.number < far) {
      // What the range owes stands in the cursor by the time it was read.
      const last = await readRange(reading, tip.number + 1, far)
      reading.cursor = advance(reading.cursor, [last])
    } else break
    reading.progress = true
  }
  const { tip } = reading.cursor
  if (nextOwed(reading.cursor, head.number) || tip.number < far) return
  if (tip.number < head.number) await follow(reading)
}

async function answer(
  ask: Ask,
  reading: Reading,
  fork: Fork | null,
  failed: boolean,
): Promise<Outcome> {
  const { orphaned, seen, view } = reading
  const isFinal = ({ block }: { readonly block: number }) => block <= view.finalHeight
  const settled = failed
    ? NOTHING_SETTLED
    : await settle({
        ...ask,
        fresh: [...seen.values()].filter(isFinal),
        unconfirmed: ask.from.unconfirmed.filter(
          (each) => isFinal(each) && !orphaned.has(each.place) && !seen.has(each.place),
        ),
        disputed: ask.memory.disputed,
      }).catch(keepWhatWasRead(ask, reading))
  // A wrong orphaning heals by itself. What a node made up may come back, so that waits a block.
  const head = view.head.number
  const gone = oweOrphaned(reading.cursor, [...settled.gone.values()], head)
  const cursor = oweOrphaned(gone, [...settled.denied.values()], head + 1)
  const isLeft = cursor.tip.number < head || nextOwed(cursor, head) !== null
  const read: Read = {
    cursor: writeCursor(cursor),
    head,
    seen: [...seen.values()].map((each) => ({ ...each, final: settled.final.has(each.place) })),
    confirmed: [...settled.final].filter((place) => !seen.has(place)),
    orphaned: [...orphaned.keys(), ...settled.gone.keys(), ...settled.denied.keys()],
    more: !reading.stuck && (failed || isLeft || settled.more),
  }
  const { disputed, waiting } = settled
  const { finalHeight } = view
  return {
    read,
    tip: cursor.tip.number,
    finalHeight,
    headAt: view.head.at,
    fork,
    disputed,
    waiting,
  }
}

const NOTHING_SETTLED = {
  final: new Set<string>(),
  gone: new Map<string, number>(),
  denied: new Map<string, number>(),
  disputed: [],
  waiting: 0,
  more: false,
}

/** A node that fails at the very end doesn't cost the blocks that it has shown. */
function keepWhatWasRead({ node, nodes }: Ask, { progress }: Reading) {
  return (error: unknown) => {
    if (!progress) throw error
    if (error instanceof Nonsense) nodes.distrust(node, error.message)
    else if (!(error instanceof NodeFailure)) throw error
    return NOTHING_SETTLED
  }
}
