/** Reading near the head: block by block, each by its hash, each on top of the one before. */
import { advance, oweDoubt } from "./cursor.ts"
import { follows, type Header, headersAt, isSparse, mayHold, saysSomething } from "./headers.ts"
import { checkCoins, checkLogs, logsCall, type RawCoin, type RawLog } from "./logs.ts"
import { type Node, withNode } from "./nodes.ts"
import { logsInPieces } from "./pieces.ts"
import { gather, type Memory, type Reading } from "./reading.ts"
import { type Call, NodeFailure } from "./rpc.ts"
import { askSecond, compare, oweRange, trailOf } from "./second.ts"
import { Nonsense } from "./values.ts"

export const FOLLOW_LIMITS = {
  /** Blocks in one read: half a minute of the quickest chains. */
  blocks: 50,
  /** Blocks whose logs are asked for at once, and the logs that this should not exceed. */
  together: 16,
  togetherLogs: 8_000,
  /** How often a block is asked for again that is empty against its bloom. */
  emptyAsks: 3,
  /** Blocks in doubt that are remembered. */
  emptyKept: 500,
}

/**
 * Reads the blocks after the cursor, as far as they hang together. Where one node's word isn't
 * enough, a second one is asked meanwhile about as many that have become final.
 */
export async function follow(reading: Reading): Promise<void> {
  const first = reading.cursor.tip.number + 1
  const count = Math.min(reading.view.head.number - first + 1, FOLLOW_LIMITS.blocks)
  const trail = trailOf(reading, first + count - 1)
  try {
    const asked = trail && askSecond(reading, trail)
    const [told] = await Promise.all([asked, readNext(reading, first, count)])
    if (trail) await compare(reading, told, trail)
  } catch (error) {
    // The tip may have moved on, so whoever reads next begins with these.
    if (trail) oweRange(reading, trail, reading.view.head.number)
    throw error
  }
}

async function readNext(reading: Reading, first: number, count: number): Promise<void> {
  const { node } = reading
  const answered = await headersAt(
    node,
    Array.from({ length: count }, (_, at) => first + at),
  )
  const headers = await chained(reading, answered)
  for (let at = 0; at < headers.length && !reading.stuck; ) {
    const chunk = headers.slice(at, at + reading.memory.together)
    at += chunk.length
    await readChunk(reading, chunk)
  }
}

/** The headers as far as each follows the one before. */
async function chained(
  reading: Reading,
  answered: readonly (Header | null)[],
): Promise<readonly Header[]> {
  const { node } = reading
  const { tip } = reading.cursor
  const headers: Header[] = []
  for (const header of answered) {
    if (!header || !follows(header, headers.at(-1) ?? tip)) break
    headers.push(header)
  }
  if (headers.length > 0) return headers
  if (answered[0] === null) throw new Nonsense(`announces block ${tip.number + 1} and lacks it`)
  // The chain may have changed between two questions; the next read then finds the fork.
  const [now] = await headersAt(node, [tip.number])
  if (now?.hash === tip.hash) throw new Nonsense("answers blocks that don't follow one another")
  reading.progress = true
  return []
}

async function readChunk(reading: Reading, headers: readonly Header[]): Promise<void> {
  const { chain, node, memory } = reading
  const wantsCoins = chain.native !== null
  const calls = headers.flatMap((header): Call[] => [
    logsCall(chain, header),
    ...(wantsCoins ? [{ method: "eth_getBlockByHash", params: [header.hash, true] }] : []),
  ])
  const replies = await node.ask(calls)
  const each = calls.length / headers.length
  const logs: (readonly RawLog[])[] = []
  const coins: RawCoin[] = []
  for (const [at, header] of headers.entries()) {
    const asked = replies.slice(at * each, at * each + each)
    const [logReply, coinReply] = asked.map((reply) => ("value" in reply ? reply.value : reply))
    const error = asked.find((reply) => "error" in reply)?.error
    // It has the header and not the rest: with many servers behind one address that happens.
    if (error?.kind === "missing" || coinReply === null || logReply === null) break
    if (error && error.kind !== "range") {
      throw new Nonsense(`answers for one block with error ${error.code}`)
    }
    logs.push(
      error ? await logsInPieces(reading, header) : checkLogs(logReply, reading.tokens, header),
    )
    if (wantsCoins) coins.push(...checkCoins(coinReply, header))
  }
  if (logs.length === 0) throw new Nonsense(`shows block ${headers[0]!.number} and not its logs`)

  const known = await withoutDoubt(reading, headers.slice(0, logs.length), logs)
  const read = headers.slice(0, known.length)
  const times = new Map(read.map(({ at, hash }) => [hash, at]))
  const all = known.flat()
  const coinsRead = coins.filter(({ blockHash }) => times.has(blockHash))
  await gather(reading, all, coinsRead, async () => times)
  reading.cursor = advance(reading.cursor, read)
  reading.progress ||= read.length > 0
  reading.stuck ||= read.length < logs.length
  fit(memory, logs.length, logs.flat().length + coins.length)
}

/** Chooses how many blocks go together, by how full these were. */
function fit(memory: Memory, blocks: number, logs: number): void {
  const fitting = Math.floor((FOLLOW_LIMITS.togetherLogs * blocks) / Math.max(1, logs))
  memory.together = Math.min(FOLLOW_LIMITS.together, Math.max(1, fitting))
}

/**
 * The logs of the blocks up to the first that can't be believed to be empty yet: nodes often have a
 * header before its logs. Another node's word ends the doubt, and so does asking often enough.
 */
async function withoutDoubt(
  reading: Reading,
  headers: readonly Header[],
  logs: readonly (readonly RawLog[])[],
): Promise<readonly (readonly RawLog[])[]> {
  const doubtful = headers.filter((header, at) => seemsIncomplete(reading, header, logs[at]!))
  if (doubtful.length === 0) return logs
  const second = await askAnother(reading, doubtful)
  const { emptyAsks } = reading.memory
  const known: (readonly RawLog[])[] = []
  for (const [at, header] of headers.entries()) {
    const better = second.get(header.hash)
    if (doubtful.includes(header) && !better) {
      const asks = (emptyAsks.get(header.hash) ?? 0) + 1
      emptyAsks.set(header.hash, asks)
    }
    known.push(better && better.length > logs[at]!.length ? better : logs[at]!)
  }
  for (const hash of emptyAsks.keys()) {
    if (emptyAsks.size <= FOLLOW_LIMITS.emptyKept) break
    emptyAsks.delete(hash)
  }
  const stop = doubtful.find(
    ({ hash }) => !second.has(hash) && (emptyAsks.get(hash) ?? 0) < FOLLOW_LIMITS.emptyAsks,
  )
  const end = stop ? headers.indexOf(stop) : headers.length
  // Two nodes may be late at once: what was passed as empty is looked at again when it is old.
  for (const header of doubtful) {
    const at = headers.indexOf(header)
    if (at >= end || known[at]!.length > logs[at]!.length) continue
    reading.cursor = oweDoubt(reading.cursor, header.number)
  }
  return known.slice(0, end)
}

/** A bloom says that a token moved, and no log of it is there. */
function seemsIncomplete(
  { blooms, chain }: Reading,
  { bloom }: Header,
  logs: readonly RawLog[],
): boolean {
  if (!saysSomething(bloom) || !mayHold(bloom, blooms.transfer)) return false
  const hinted = blooms.tokens.filter(({ bits }) => mayHold(bloom, bits))
  if (logs.length === 0) return hinted.length > 0
  // In a full bloom most tokens seem to be there by chance; then any log at all is enough.
  if (hinted.length === 0 || chain.tokens.length === 1 || !isSparse(bloom)) return false
  const there = new Set(logs.map(({ address }) => address.toLowerCase()))
  return hinted.some(({ address }) => !there.has(address))
}

/** What the first other node that has these blocks says of them. */
async function askAnother(
  reading: Reading,
  headers: readonly Header[],
): Promise<ReadonlyMap<string, readonly RawLog[]>> {
  const { chain, nodes, tokens } = reading
  const answers = new Map<string, readonly RawLog[]>()
  const ask = async (other: Node) => {
    const replies = await other.ask(headers.map((header) => logsCall(chain, header)))
    for (const [at, reply] of replies.entries()) {
      const header = headers[at]!
      if ("value" in reply) answers.set(header.hash, checkLogs(reply.value, tokens, header))
    }
  }
  for (const other of reading.others) {
    try {
      await withNode(nodes, other, ask)
      if (answers.size > 0) break
    } catch (error) {
      // It will be another's turn; with nobody left the doubt stays.
      if (!(error instanceof NodeFailure)) throw error
    }
  }
  return answers
}
