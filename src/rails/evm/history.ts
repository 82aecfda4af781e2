/** Reading far behind the head: bounded ranges of blocks that nothing replaces any more. */
import type { Point } from "./cursor.ts"
import { headerCall, headersAt, readHeader } from "./headers.ts"
import { checkCoins, checkLogs, logsCall, type RawCoin, type Transfer } from "./logs.ts"
import { logsInPieces } from "./pieces.ts"
import { gather, type Memory, type Reading } from "./reading.ts"
import { NodeFailure, type Reply } from "./rpc.ts"
import { askSecond, compare, oweRest, type Range, withTrail } from "./second.ts"
import { Nonsense, readFields, readHash, readQuantity, toQuantity } from "./values.ts"

export const HISTORY_LIMITS = {
  /** Logs of one answer after which the next range is smaller: about 10 MB. */
  logs: 15_000,
  /** Ranges that went well before a larger one is tried. */
  growAfter: 8,
  /** Blocks of a range whose full contents must be read, too. */
  coinBlocks: 40,
  coinBlocksTogether: 4,
}

/**
 * Reads a range from `from` on, at most to `to`, and answers its last block. A range that a node
 * refuses is halved at once, and grows again with time. Where one node's word isn't enough a second
 * one reads it, too.
 */
export async function readRange(reading: Reading, from: number, to: number): Promise<Point> {
  const { chain, memory } = reading
  for (;;) {
    const most = chain.native ? Math.min(memory.range, HISTORY_LIMITS.coinBlocks) : memory.range
    const range = { from, to: Math.min(to, from + most - 1) }
    const wider = withTrail(reading, range)
    // Both at once: catching up takes no longer for it.
    const [last, told] = await Promise.all([readOnce(reading, range), askSecond(reading, wider)])
    if (last === null) continue
    await compare(reading, told, { ...wider, hash: last.hash })
    oweRest(reading, { from, to }, last.number)
    return last
  }
}

/** Reads a range as the node shows it; null where that was too much and less is to be asked. */
async function readOnce(reading: Reading, range: Range): Promise<Point | null> {
  const { chain, memory, node, tokens } = reading
  const { from, to } = range
  try {
    const [logReply, endReply] = await node.ask([logsCall(chain, range), headerCall(to)])
    const isRefused = isRangeError(logReply)
    if (isRefused && to > from) {
      halve(memory, to - from + 1)
      return null
    }
    if (logReply && "error" in logReply && !isRefused) {
      throw new Nonsense(`answers a range of logs with error ${logReply.error.code}`)
    }
    const last = endReply && "value" in endReply ? readHeader(endReply.value) : null
    if (last?.number !== to) throw new Nonsense(`announces block ${to} and lacks it`)
    const logs =
      logReply && "value" in logReply
        ? checkLogs(logReply.value, tokens, range)
        : await logsInPieces(reading, last)
    const coins = chain.native ? await coinsIn(reading, from, to) : []
    await gather(reading, logs, coins, (found) => timesOf(reading, found))
    fit(memory, chain.logRange, logs.length, to - from + 1)
    return last
  } catch (error) {
    // Too much may be the reason, even where a node only falls silent.
    if (!isOutOfTurn(error)) halve(memory, to - from + 1)
    throw error
  }
}

function isRangeError(reply: Reply | undefined): boolean {
  return reply !== undefined && "error" in reply && reply.error.kind === "range"
}

/** The node was not asked at all. */
function isOutOfTurn(error: unknown): boolean {
  return error instanceof NodeFailure && (error.kind === "late" || error.kind === "resting")
}

function halve(memory: Memory, size: number): void {
  memory.range = Math.max(1, Math.floor(size / 2))
  memory.rangesWell = 0
}

function fit(memory: Memory, most: number, logs: number, size: number): void {
  if (logs > HISTORY_LIMITS.logs) return halve(memory, size)
  memory.rangesWell += 1
  if (memory.rangesWell < HISTORY_LIMITS.growAfter) return
  memory.rangesWell = 0
  memory.range = Math.min(most, memory.range * 2)
}

/** The times of the blocks that something was found in, which must be those of the chain. */
async function timesOf(
  { node }: Reading,
  found: readonly Transfer[],
): Promise<ReadonlyMap<string, Date>> {
  const heights = [...new Set(found.map(({ block }) => block))]
  const headers = await headersAt(node, heights)
  return new Map(headers.flatMap((header) => (header ? [[header.hash, header.at]] : [])))
}

async function coinsIn({ node }: Reading, from: number, to: number): Promise<readonly RawCoin[]> {
  const coins: RawCoin[] = []
  for (let first = from; first <= to; first += HISTORY_LIMITS.coinBlocksTogether) {
    const last = Math.min(to, first + HISTORY_LIMITS.coinBlocksTogether - 1)
    const heights = Array.from({ length: last - first + 1 }, (_, at) => first + at)
    const values = await node.values(
      heights.map((height) => ({
        method: "eth_getBlockByNumber",
        params: [toQuantity(height), true],
      })),
    )
    for (const [at, value] of values.entries()) {
      const block = readFields(value)
      const number = readQuantity(block["number"])
      if (number !== heights[at]) throw new Nonsense("answers another block")
      coins.push(...checkCoins(value, { number, hash: readHash(block["hash"]) }))
    }
  }
  return coins
}
