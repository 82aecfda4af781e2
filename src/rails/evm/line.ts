/** The line to one RPC node: its rests, the size of its batches, and whether it is on our chain. */
import type { Clock } from "../../core/index.ts"
import { type Chain, chainName, type RpcNode } from "./chain.ts"
import { type Call, exchange, NodeFailure, type Reply, targetOf } from "./rpc.ts"
import { isQuantity, Nonsense, readQuantity } from "./values.ts"

export type NodeHealth = {
  readonly name: string
  readonly state: "ok" | "resting" | "wrong_chain"
  readonly sentence: string
}

export const NODE_LIMITS = {
  /** For one exchange. Public nodes answer within 2 s or not at all; archives take up to 8 s. */
  timeoutMs: 10_000,
  /** What an exchange has at least, however little time is left. */
  lastMs: 2_000,
  /** Of one answer. A block with 5,000 transfers is 4 MB, and a few of them are read at once. */
  answerBytes: 16 * 1024 * 1024,
  /** Calls in one request: what the most sparing public nodes take. */
  batch: 50,
  /** Requests at once to one node when a batch had to be split. */
  parallel: 4,
  /** The first rest after a failure; each further one is twice as long. */
  restMs: 1_000,
  restMaxMs: 60_000,
  /** How long a node may send us away. */
  retryAfterMaxMs: 600_000,
  /** How long a node's chain id is taken for known while the connection holds. */
  chainIdMs: 300_000,
  /** Whole batches that went well before larger ones are tried again after a rate limit. */
  growAfter: 20,
}

/** Opens the line. Nothing is asked before the first use. */
export function openLine(
  chain: Chain,
  { trusted, url }: RpcNode,
  at: number,
  clock: Clock,
  limits: typeof NODE_LIMITS,
) {
  const target = targetOf(url)
  const name = `node ${at + 1} (${new URL(url).hostname})`
  let failures = 0
  let restUntilMs = Number.NEGATIVE_INFINITY
  let chainKnownUntilMs = Number.NEGATIVE_INFINITY
  let wrongChain: string | null = null
  let why = ""
  /** What it never takes more of, and what it takes at present. */
  let batchMax = limits.batch
  let batch = limits.batch
  let wentWell = 0

  function failed(failure: NodeFailure): void {
    if (failure.kind === "late" || failure.kind === "resting" || failure.kind === "behind") return
    failures += 1
    const doubled = Math.min(limits.restMaxMs, limits.restMs * 2 ** Math.min(failures - 1, 30))
    const asked = Math.min(failure.retryAfterMs ?? 0, limits.retryAfterMaxMs)
    restUntilMs = clock.elapsedMs() + Math.max(doubled, asked)
    why = failure.message
    // A connection that was lost may lead somewhere else when it is back.
    if (failure.kind === "unreachable") chainKnownUntilMs = Number.NEGATIVE_INFINITY
  }

  async function ask(calls: readonly Call[], endsMs: number): Promise<readonly Reply[]> {
    if (calls.length === 0) return []
    const nowMs = clock.elapsedMs()
    if (nowMs >= endsMs) throw new NodeFailure("late", "was not asked for want of time")
    if (nowMs < restUntilMs) throw new NodeFailure("resting", `rests, since it ${why}`)
    try {
      if (nowMs >= chainKnownUntilMs) await checkChain(endsMs)
      const replies = await inBatches(calls, endsMs)
      // Forgiven only after a quiet while: a node that fails at every other call is no good.
      if (nowMs - restUntilMs > limits.restMaxMs) failures = 0
      return replies
    } catch (error) {
      if (error instanceof NodeFailure) failed(error)
      throw error
    }
  }

  async function checkChain(endsMs: number): Promise<void> {
    const [id] = valuesOf(await one([{ method: "eth_chainId", params: [] }], endsMs), [
      { method: "eth_chainId", params: [] },
    ])
    const found = isQuantity(id) ? readQuantity(id) : null
    if (found !== chain.chainId) {
      wrongChain = found === null ? "no chain" : chainName(found)
      const sentence = `is on ${wrongChain} and not on ${chainName(chain.chainId)}`
      throw new NodeFailure("wrong_chain", sentence, { retryAfterMs: limits.restMaxMs })
    }
    wrongChain = null
    chainKnownUntilMs = clock.elapsedMs() + limits.chainIdMs
  }

  function one(calls: readonly Call[], endsMs: number): Promise<readonly Reply[]> {
    // A node isn't blamed for having been asked at the last moment.
    const leftMs = Math.max(limits.lastMs, Math.ceil(endsMs - clock.elapsedMs()))
    const timeoutMs = Math.min(limits.timeoutMs, leftMs)
    return exchange(target, calls, { timeoutMs, answerBytes: limits.answerBytes }, clock.now())
  }

  async function inBatches(calls: readonly Call[], endsMs: number): Promise<readonly Reply[]> {
    if (calls.length <= batch) return piece(calls, endsMs)
    const replies: Reply[] = []
    for (let from = 0; from < calls.length; ) {
      const pieces: (readonly Call[])[] = []
      while (pieces.length < limits.parallel && from < calls.length) {
        pieces.push(calls.slice(from, from + batch))
        from += batch
      }
      const answered = await Promise.all(pieces.map((each) => piece(each, endsMs)))
      for (const each of answered) replies.push(...each)
    }
    return replies
  }

  async function piece(calls: readonly Call[], endsMs: number): Promise<readonly Reply[]> {
    try {
      const replies = await one(calls, endsMs)
      wentWell += 1
      if (wentWell % limits.growAfter === 0) batch = Math.min(batchMax, batch * 2)
      return replies
    } catch (error) {
      if (!(error instanceof NodeFailure)) throw error
      const half = Math.max(1, Math.floor(calls.length / 2))
      if (error.kind === "limited") batch = half
      if (error.kind === "batch" && calls.length > 1) {
        batchMax = half
        batch = half
        return inBatches(calls, endsMs)
      }
      if (error.kind !== "large") throw error
      if (calls.length > 1) {
        const first = await piece(calls.slice(0, half), endsMs)
        return [...first, ...(await piece(calls.slice(half), endsMs))]
      }
      if (calls[0]!.method === "eth_getLogs") return [{ error: { code: 0, kind: "range" } }]
      throw error
    }
  }

  function health(): NodeHealth {
    if (wrongChain !== null) {
      const sentence = `${name} is on ${wrongChain} and not on ${chainName(chain.chainId)}`
      return { name, state: "wrong_chain", sentence }
    }
    if (clock.elapsedMs() < restUntilMs) {
      return { name, state: "resting", sentence: `${name} ${why}` }
    }
    return { name, state: "ok", sentence: `${name} answers` }
  }

  return { name, trusted, ask, failed, health }
}

/** The values of replies. Throws `Nonsense` for an error among them. */
export function valuesOf(replies: readonly Reply[], calls: readonly Call[]): readonly unknown[] {
  return replies.map((reply, at) => {
    if ("value" in reply) return reply.value
    const { code } = reply.error
    throw new Nonsense(`answers ${calls[at]!.method} with error ${code}`)
  })
}
