/** What currencies and coins are worth in dollars: a fixed number, or an aggregator on a chain. */
import type { Clock } from "../../core/index.ts"
import { parseDecimal } from "../../money.ts"
import type { RateSource } from "./chain.ts"

/** Reads a contract: answers what `eth_call` does, in hex. Rejects when no node answers in time. */
export type Call = (chainId: number, to: string, data: string) => Promise<string>

/** Dollars for one whole unit, as an exact fraction of two positive numbers. */
export type Ratio = { readonly over: bigint; readonly under: bigint }
/** Why there is none now, as the end of a sentence. */
export type NoRatio = { readonly why: string }

export type Rates = {
  dollarsOf(source: RateSource): Promise<Ratio | NoRatio>
  /** Until when it is answered without asking again; null for what never changes. */
  freshUntil(source: RateSource): Date | null
}

/** `latestRoundData()` and `decimals()` of Chainlink's AggregatorV3Interface. */
const LATEST = "0xfeaf968c"
const DECIMALS = "0x313ce567"
/** How long an answer is used without asking again: prices are locked for minutes anyway. */
const FRESH_MS = 15_000
/** After a failure nobody asks for so long, lest each payment wait for the same silent node. */
const REST_MS = 3_000
/** How long a payment waits for an answer. A slower one is kept for those that follow. */
const WAIT_MS = 5_000
/** A node's clock and a chain's may be apart; an answer from further ahead is none. */
const AHEAD_MAX_MS = 60_000
/** Chainlink uses 8 or 18; what is far beyond is something else than decimals. */
const DECIMALS_MAX = 36n
/** Digits behind the point of a fixed rate that the settings allow. */
const FIXED_DECIMALS = 30

type Answer = { readonly ratio: Ratio; readonly updatedAtMs: number; readonly readMs: number }
type Aggregator = Extract<RateSource, { readonly kind: "aggregator" }>
type Feed = {
  readonly source: Aggregator
  /** The last that could be trusted when it came. */
  answer: Answer | null
  why: string
  /** Until when nobody asks. */
  restMs: number
  /** The question under way, shared by all who ask meanwhile. It never rejects. */
  asking: Promise<void> | null
}

/** Opens the sources of rates. Nothing is read before somebody asks. */
export function openRates({ call, clock }: { call: Call; clock: Clock }): Rates {
  const feeds = new Map<string, Feed>()

  function feedOf(source: Aggregator): Feed {
    const { chainId, address, inverted, heartbeatSeconds } = source
    const name = [chainId, address, inverted, heartbeatSeconds].join(" ")
    const known = feeds.get(name)
    if (known) return known
    const restMs = Number.NEGATIVE_INFINITY
    const feed: Feed = { source, answer: null, why: "", restMs, asking: null }
    feeds.set(name, feed)
    return feed
  }

  async function ask(feed: Feed): Promise<void> {
    const { chainId, address } = feed.source
    let said: readonly [string, string]
    try {
      said = await Promise.all([call(chainId, address, LATEST), call(chainId, address, DECIMALS)])
    } catch {
      // The cause is the affair of the chain's own health. An older answer may still do.
      rest(feed, "its chain gives no answer")
      return
    }
    const read = readAnswer(feed.source, said, clock.now().getTime())
    if ("why" in read) {
      // The feed itself says that it has no price, so an older one is no price any more, either.
      feed.answer = null
      rest(feed, read.why)
    } else {
      feed.answer = { ...read, readMs: clock.elapsedMs() }
    }
  }

  function rest(feed: Feed, why: string): void {
    feed.why = why
    feed.restMs = clock.elapsedMs() + REST_MS
  }

  async function refresh(feed: Feed): Promise<void> {
    const nowMs = clock.elapsedMs()
    const isFresh = feed.answer !== null && nowMs - feed.answer.readMs < FRESH_MS
    if (isFresh || nowMs < feed.restMs) return
    feed.asking ??= ask(feed).finally(() => {
      feed.asking = null
    })
    if (!(await inTime(feed.asking))) rest(feed, "its chain takes too long to answer")
  }

  return {
    freshUntil(source) {
      if (source.kind === "fixed") return null
      const { answer } = feedOf(source)
      const leftMs = answer === null ? 0 : answer.readMs + FRESH_MS - clock.elapsedMs()
      return new Date(clock.now().getTime() + Math.max(0, Math.round(leftMs)))
    },
    async dollarsOf(source) {
      if (source.kind === "fixed") return fixedRatio(source.dollars)
      const feed = feedOf(source)
      await refresh(feed)
      if (feed.answer === null) return { why: feed.why }
      const ageMs = clock.now().getTime() - feed.answer.updatedAtMs
      if (ageMs > source.heartbeatSeconds * 1_000) {
        return { why: "its last answer is older than its heartbeat" }
      }
      return feed.answer.ratio
    },
  }
}

/** Whether it ended within the time that a payment waits. */
async function inTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), WAIT_MS)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

function fixedRatio(dollars: string): Ratio {
  const over = parseDecimal(dollars, FIXED_DECIMALS)
  // The settings let no other through.
  if (over === null || over === 0n) throw new RangeError("a fixed rate must be above zero")
  return { over, under: 10n ** BigInt(FIXED_DECIMALS) }
}

/** Judges what the contract said: the round and the decimals of its answer. */
function readAnswer(
  { inverted }: Aggregator,
  [round, scale]: readonly [string, string],
  nowMs: number,
): { ratio: Ratio; updatedAtMs: number } | NoRatio {
  const words = wordsOf(round, 5)
  const decimals = wordsOf(scale, 1)?.[0]
  if (words === null || decimals === undefined || decimals > DECIMALS_MAX) {
    return { why: "its answer is malformed" }
  }
  const [roundId, raw, , updatedAt, answeredInRound] = words as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  const answer = BigInt.asIntN(256, raw)
  if (answer <= 0n) return { why: "its answer isn't above zero" }
  if (updatedAt === 0n) return { why: "its round isn't complete" }
  if (answeredInRound < roundId) return { why: "its answer is of an earlier round" }
  if (updatedAt * 1_000n > BigInt(nowMs + AHEAD_MAX_MS))
    return { why: "its answer is of the future" }
  const unit = 10n ** decimals
  const ratio = inverted ? { over: unit, under: answer } : { over: answer, under: unit }
  return { ratio, updatedAtMs: Number(updatedAt) * 1_000 }
}

/** Exactly so many words of 32 bytes; null for anything else. */
function wordsOf(hex: string, count: number): bigint[] | null {
  if (hex.length !== 2 + 64 * count || !/^0x[0-9a-f]+$/i.test(hex)) return null
  return Array.from({ length: count }, (_, at) => {
    return BigInt(`0x${hex.slice(2 + 64 * at, 66 + 64 * at)}`)
  })
}
