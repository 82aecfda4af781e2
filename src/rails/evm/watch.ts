/** The watch over one chain: reads by whichever node can, and says how that goes. */
import type { Clock, Read, Watch, WatchHealth } from "../../core/index.ts"
import { type Chain, chainName } from "./chain.ts"
import { Misconfigured } from "./contracts.ts"
import { parseCursor } from "./cursor.ts"
import { FOLLOW_LIMITS } from "./follow.ts"
import { bloomBits } from "./headers.ts"
import { TRANSFER } from "./logs.ts"
import { firstOf, type Nodes } from "./nodes.ts"
import { type Outcome, READ_LIMITS, readOn } from "./read.ts"
import type { Memory } from "./reading.ts"
import { NodeFailure } from "./rpc.ts"
import { isHash } from "./values.ts"

export const WATCH_LIMITS = {
  /** After which no node is asked for anything new in a read. */
  readMs: 15_000,
  /** Quick chains are not asked for every block, slow ones soon after each. */
  everyMinMs: 500,
  everyMaxMs: 4_000,
  /** What was read so long ago has reached the books. */
  bookedMs: 60_000,
  /** How long nodes may lag, or transfers wait for a second one, before that is an alarm. */
  waitingMs: 60_000,
}

/** What health is made of. */
type Standing = {
  failure: string | null
  misconfigured: string | null
  last: Outcome | null
  /** Since when all nodes have been behind what was read. */
  behindSinceMs: number | null
  waitingSinceMs: number | null
  /** A reorganisation that no block known to us survived; until all is read again. */
  deepFork: string | null
  /** Up to where everything was read and counts, and since when; oldest first. */
  readonly heights: { readonly sinceMs: number; readonly height: number }[]
}

/** The watch of this rail: it also says what of its chain must have reached the books. */
export type ChainWatch = Watch & {
  /** All transfers up to this height are booked; null while this node doesn't read the chain. */
  bookedHeight(): number | null
}

/** Makes the watch. Reads are to be called one after the other. */
export function makeWatch(parts: {
  readonly chain: Chain
  readonly nodes: Nodes
  readonly clock: Clock
}): ChainWatch {
  const { chain, clock, nodes } = parts
  const tokens = new Set(chain.tokens.map(({ address }) => address))
  const blooms = {
    transfer: bloomBits(TRANSFER),
    tokens: chain.tokens.map(({ address }) => ({ address, bits: bloomBits(address) })),
  }
  const memory: Memory = {
    tokensChecked: false,
    range: chain.logRange,
    rangesWell: 0,
    together: FOLLOW_LIMITS.together,
    emptyAsks: new Map(),
    disputed: new Map(),
  }
  const standing: Standing = {
    failure: null,
    misconfigured: null,
    last: null,
    behindSinceMs: null,
    waitingSinceMs: null,
    deepFork: null,
    heights: [],
  }
  /** The last blocks are owed a second reading until a cursor that says so was written down. */
  let again = false
  let answered: string | null = null

  async function read(from: Parameters<Watch["read"]>[0]): Promise<Read> {
    if (from.again) again = true
    else if (from.cursor === answered) again = false
    const cursor = from.cursor === null ? null : parseCursor(from.cursor)
    const all = nodes.until(clock.elapsedMs() + WATCH_LIMITS.readMs)
    const once = (lenient: boolean) =>
      firstOf(nodes, all, (node) => {
        const others = all
          .filter((other) => other !== node)
          .toSorted((a, b) => Number(b.trusted) - Number(a.trusted))
        const ask = { chain, clock, nodes, memory, tokens, blooms }
        return readOn({ ...ask, node, others, from, cursor, again, lenient })
      })
    try {
      const outcome = await once(false).catch((error: unknown) => {
        if (error instanceof NodeFailure && error.kind === "behind") return once(true)
        throw error
      })
      answered = outcome.read.cursor
      note(standing, outcome, clock, chain)
      return outcome.read
    } catch (error) {
      return notRead(error, from.cursor)
    }
  }

  /** Nodes that lag are waited for; everything else is the caller's to try again. */
  function notRead(error: unknown, cursor: string | null): Read {
    if (error instanceof NodeFailure && error.kind === "behind" && cursor !== null) {
      standing.failure = null
      standing.behindSinceMs ??= clock.elapsedMs()
      const head = parseCursor(cursor).tip.number
      return { cursor, head, seen: [], confirmed: [], orphaned: [], more: false }
    }
    standing.misconfigured = error instanceof Misconfigured ? error.message : null
    // Only our own sentences: those of libraries and of nodes may hold an address.
    const isOurs = error instanceof NodeFailure || error instanceof Misconfigured
    standing.failure = isOurs ? error.message : "a read failed"
    throw error
  }

  return {
    name: chainName(chain.chainId),
    displayName: chain.name,
    everyMs: Math.min(WATCH_LIMITS.everyMaxMs, Math.max(WATCH_LIMITS.everyMinMs, chain.blockMs)),
    confirmations: chain.finality.kind === "confirmations" ? chain.finality.blocks : null,
    explorerUrl: (reference) =>
      chain.explorer !== null && isHash(reference)
        ? chain.explorer.replace("{hash}", reference)
        : null,
    read,
    bookedHeight: () => bookedHeight(standing.heights, clock),
    health: () => healthOf(standing, chain, nodes, clock),
  }
}

function note(standing: Standing, outcome: Outcome, clock: Clock, chain: Chain): void {
  const { disputed, finalHeight, fork, read, tip, waiting } = outcome
  if (waiting === 0 && disputed.length === 0 && !read.more) {
    const height = Math.min(tip, finalHeight)
    standing.heights.push({ sinceMs: clock.elapsedMs(), height })
  }
  const oldMs = clock.elapsedMs() - WATCH_LIMITS.bookedMs
  while ((standing.heights[1]?.sinceMs ?? Infinity) <= oldMs) standing.heights.shift()
  standing.failure = null
  standing.misconfigured = null
  standing.behindSinceMs = null
  standing.last = outcome
  standing.waitingSinceMs = waiting > 0 ? (standing.waitingSinceMs ?? clock.elapsedMs()) : null
  if (fork && !fork.isKnown) {
    standing.deepFork = `${chain.name} changed below all blocks that are remembered`
  }
  if (read.head - tip <= READ_LIMITS.nearBlocks && !read.more) standing.deepFork = null
}

function bookedHeight(heights: Standing["heights"], clock: Clock): number | null {
  const oldMs = clock.elapsedMs() - WATCH_LIMITS.bookedMs
  const [first] = heights
  // Without a younger one the chain is another node's by now, or nobody's.
  if (!first || first.sinceMs > oldMs || heights.at(-1)!.sinceMs <= oldMs) return null
  return first.height
}

function healthOf(standing: Standing, chain: Chain, nodes: Nodes, clock: Clock): WatchHealth {
  const { last } = standing
  const behindBlocks = last && Math.max(0, last.read.head - last.tip)
  const bad: string[] = []
  const good: string[] = []
  const states = nodes.health()
  for (const { sentence, state } of states) {
    if (state === "wrong_chain") bad.push(sentence)
    // Where the read failed, its own sentence says so of each node.
    if (state === "resting" && standing.failure === null) good.push(sentence)
  }
  if (standing.misconfigured !== null) bad.push(`misconfigured: ${standing.misconfigured}`)
  else if (standing.failure !== null) bad.push(`not read: ${standing.failure}`)
  if (standing.deepFork !== null) bad.push(standing.deepFork)
  if (last && last.disputed.length > 0) {
    bad.push(`nodes disagree about block ${last.disputed.join(", ")}`)
  }
  const late = behindBlocks !== null && behindBlocks > READ_LIMITS.nearBlocks
  if (late) bad.push(`${behindBlocks} blocks behind`)
  waits(standing, clock, bad, good)
  stands(standing, chain, clock, bad)
  if (last === null && bad.length === 0) good.push("not read yet")
  const said = [...bad, ...good]
  const detail = said.length === 0 ? `read to block ${last!.tip}` : said.join("; ")
  return { ok: bad.length === 0 && last !== null, detail, behindBlocks }
}

function waits(standing: Standing, clock: Clock, bad: string[], good: string[]): void {
  const { behindSinceMs, last, waitingSinceMs } = standing
  const listFor = (sinceMs: number) =>
    clock.elapsedMs() - sinceMs > WATCH_LIMITS.waitingMs ? bad : good
  if (behindSinceMs !== null) listFor(behindSinceMs).push("all nodes are behind what was read")
  if (!last || waitingSinceMs === null) return
  listFor(waitingSinceMs).push(`${last.waiting} transfers wait for a second node's word`)
}

function stands({ last }: Standing, chain: Chain, clock: Clock, bad: string[]): void {
  if (!last || !chain.isLive) return
  const oldMs = clock.now().getTime() - last.headAt.getTime()
  const { staleBlocks, staleMs } = READ_LIMITS
  if (oldMs <= Math.max(staleMs, staleBlocks * chain.blockMs)) return
  bad.push(`the newest block is ${Math.floor(oldMs / 1_000)} s old`)
}
