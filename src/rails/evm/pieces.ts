/** Logs that a node refuses to show at once, asked for in ever smaller pieces. */
import type { Chain } from "./chain.ts"
import type { Point } from "./cursor.ts"
import { headersAt } from "./headers.ts"
import { checkLogs, logsCall, type RawLog, TRANSFER } from "./logs.ts"
import type { Node } from "./nodes.ts"
import { type CallError, NodeFailure, type Reply } from "./rpc.ts"
import { Nonsense, readFields, readList, toQuantity } from "./values.ts"

/** Whose logs are asked for: a node, and the tokens of a chain. */
export type Asked = {
  readonly chain: Chain
  readonly node: Node
  readonly tokens: ReadonlySet<string>
}

/**
 * The logs of one block, which the node has just refused to show at once: of each token by itself,
 * and then with the receipts of all its transactions. Throws `Nonsense` where none of it is had.
 */
export async function logsInPieces(asked: Asked, block: Point): Promise<readonly RawLog[]> {
  const { chain, node, tokens } = asked
  if (chain.tokens.length > 1) {
    const calls = chain.tokens.map((token) => logsCall({ ...chain, tokens: [token] }, block))
    const replies = await node.ask(calls)
    const error = firstError(replies)
    if (!error) {
      const lists = replies.map((reply) => ("value" in reply ? readList(reply.value) : []))
      return checkLogs(lists.flat(), tokens, block)
    }
    if (error.kind !== "range") throw failureOf(error)
  }
  const call = { method: "eth_getBlockReceipts", params: [toQuantity(block.number)] }
  const [reply] = await node.ask([call]).catch(tooMuch)
  if (!reply || "error" in reply) throw new Nonsense(TOO_MUCH)
  return logsInReceipts(asked, block, reply.value)
}

const TOO_MUCH = "answers more than is read of one block"

/** Whatever comes of asking for all receipts, it is for the logs that it was asked. */
function tooMuch(error: unknown): never {
  const kinds = ["batch", "large", "nonsense", "refused", "unreachable"]
  if (!(error instanceof NodeFailure) || !kinds.includes(error.kind)) throw error
  throw new Nonsense(TOO_MUCH, { cause: error })
}

/** The transfers of our tokens among the logs of all receipts. Throws `Nonsense`. */
function logsInReceipts({ tokens }: Asked, block: Point, value: unknown): readonly RawLog[] {
  const logs = readList(value).flatMap((each) => {
    const receipt = readFields(each)
    if (receipt["blockHash"] !== block.hash) throw new Nonsense("has receipts of another block")
    return readList(receipt["logs"])
  })
  const ours = logs.filter((each) => {
    const { address, topics } = readFields(each)
    const isToken = typeof address === "string" && tokens.has(address.toLowerCase())
    return isToken && Array.isArray(topics) && topics[0] === TRANSFER
  })
  return checkLogs(ours, tokens, block)
}

/** The logs of one block in one piece, or in as many as it takes. Throws `NodeFailure`, too. */
export async function logsOfBlock(asked: Asked, block: Point): Promise<readonly RawLog[]> {
  const { chain, node, tokens } = asked
  const [reply] = await node.ask([logsCall(chain, block)])
  if (reply && "value" in reply && reply.value !== null) {
    return checkLogs(reply.value, tokens, block)
  }
  if (reply && "error" in reply && reply.error.kind === "range") return logsInPieces(asked, block)
  throw failureOf(reply && "error" in reply ? reply.error : null)
}

/**
 * The logs of a range, which is halved where the node refuses it; `refused` is told so each time.
 * Throws as `logsOfBlock` does.
 */
export async function logsOfRange(
  asked: Asked,
  range: { readonly from: number; readonly to: number },
  refused: (blocks: number) => void,
): Promise<readonly RawLog[]> {
  const { from, to } = range
  const [reply] = await asked.node.ask([logsCall(asked.chain, range)])
  if (reply && "value" in reply) return checkLogs(reply.value, asked.tokens, range)
  if (reply?.error.kind !== "range") throw failureOf(reply?.error ?? null)
  if (from === to) {
    const [header] = await headersAt(asked.node, [from])
    if (!header) throw failureOf(null)
    return logsInPieces(asked, header)
  }
  refused(to - from + 1)
  const middle = Math.floor((from + to) / 2)
  const lower = await logsOfRange(asked, { from, to: middle }, refused)
  return [...lower, ...(await logsOfRange(asked, { from: middle + 1, to }, refused))]
}

function firstError(replies: readonly Reply[]): CallError | null {
  for (const reply of replies) if ("error" in reply) return reply.error
  return null
}

/** A node without these blocks is behind and did no wrong; any other error makes it rest. */
function failureOf(error: CallError | null): Error {
  if (error === null || error.kind === "missing") {
    return new NodeFailure("behind", "has not got the logs of a block that others have")
  }
  return new Nonsense(`answers a question for logs with error ${error.code}`)
}
