/** Rates: which answers of an aggregator are believed, for how long, and who waits for them. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { encodeAbiParameters, encodeFunctionData, parseAbi, parseAbiParameters } from "viem"
import { testClock } from "../../clock.ts"
import type { RateSource } from "./chain.ts"
import { type NoRatio, openRates, type Ratio } from "./rates.ts"

const ABI = parseAbi([
  "function decimals() view returns (uint8)",
  "function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)",
])
const LATEST = encodeFunctionData({ abi: ABI, functionName: "latestRoundData" })
const DECIMALS = encodeFunctionData({ abi: ABI, functionName: "decimals" })
const ROUND = parseAbiParameters("uint80, int256, uint256, uint256, uint80")

type Round = {
  readonly answer?: bigint
  readonly ageSeconds?: number
  readonly updatedAt?: bigint
  readonly roundId?: bigint
  readonly answeredInRound?: bigint
  readonly decimals?: number
}
type Source = Extract<RateSource, { readonly kind: "aggregator" }>
const SOURCE: Source = {
  kind: "aggregator",
  chainId: 56,
  address: "0x337610d27c682e347c9cd60bd4b3b107c9d34ddd",
  heartbeatSeconds: 3_600,
  inverted: false,
}

/** An aggregator whose next answers a test chooses. */
function feed(source: Source = SOURCE) {
  const clock = testClock()
  const state = { round: {} as Round, answers: [] as string[], asked: 0, fails: false }
  const call = async (chainId: number, to: string, data: string): Promise<string> => {
    assert.deepEqual([chainId, to], [source.chainId, source.address])
    if (data === LATEST) state.asked += 1
    if (state.fails) throw new Error("nobody answers")
    const { answer = 25_000n, roundId = 7n, decimals = 8, ageSeconds = 60 } = state.round
    if (data === DECIMALS) return encodeAbiParameters([{ type: "uint8" }], [decimals])
    assert.equal(data, LATEST)
    if (state.answers.length > 0) return state.answers[0]!
    const nowSeconds = Math.floor(clock.now().getTime() / 1_000)
    const updatedAt = state.round.updatedAt ?? BigInt(nowSeconds - ageSeconds)
    const inRound = state.round.answeredInRound ?? roundId
    return encodeAbiParameters(ROUND, [roundId, answer, updatedAt, updatedAt, inRound])
  }
  const rates = openRates({ call, clock })
  return { clock, state, dollars: () => rates.dollarsOf(source) }
}

const near = (found: Ratio | NoRatio) => {
  assert.ok("over" in found, "why" in found ? found.why : "")
  return Number(found.over) / Number(found.under)
}
const why = (found: Ratio | NoRatio) => {
  assert.ok("why" in found, "there is a rate")
  return found.why
}

test("a fixed rate is exact and asks nobody", async () => {
  const call = () => Promise.reject(new Error("asked"))
  const { dollarsOf } = openRates({ call, clock: testClock() })
  const found = await dollarsOf({ kind: "fixed", dollars: "0.00025" })
  assert.ok("over" in found)
  assert.equal(found.over * 4_000n, found.under)
})

test("an aggregator's answer is a fraction, turned over where the feed is", async () => {
  const rows: [round: Round, inverted: boolean, expected: number][] = [
    [{}, false, 0.00025],
    [{ answer: 4_000n * 10n ** 8n }, true, 0.00025],
    [{ answer: 612n * 10n ** 18n, decimals: 18 }, false, 612],
    [{ answer: 3n, decimals: 0 }, true, 1 / 3],
    [{ ageSeconds: 3_600 }, false, 0.00025],
    [{ ageSeconds: -60 }, false, 0.00025],
  ]
  for (const [round, inverted, expected] of rows) {
    const { state, dollars } = feed({ ...SOURCE, inverted })
    state.round = round
    assert.ok(Math.abs(near(await dollars()) / expected - 1) < 1e-12, JSON.stringify(expected))
  }
})

test("an answer that can't be trusted is no rate, and says why", async () => {
  const rows: [round: Round, says: RegExp][] = [
    [{ answer: 0n }, /above zero/],
    [{ answer: -1n }, /above zero/],
    [{ updatedAt: 0n }, /complete/],
    [{ ageSeconds: 3_601 }, /older than its heartbeat/],
    [{ ageSeconds: -61 }, /future/],
    [{ updatedAt: 2n ** 255n }, /future/],
    [{ roundId: 8n, answeredInRound: 7n }, /earlier round/],
    [{ decimals: 37 }, /malformed/],
  ]
  for (const [round, says] of rows) {
    const { state, dollars } = feed()
    state.round = round
    assert.match(why(await dollars()), says)
  }
  const good = encodeAbiParameters(ROUND, [1n, 1n, 1n, 1n, 1n])
  for (const answer of [
    "",
    "0x",
    good.slice(0, -2),
    `${good}00`,
    good.replace(/1$/, "g"),
    "null",
  ]) {
    const { state, dollars } = feed()
    state.answers = [answer]
    assert.match(why(await dollars()), /malformed/, answer)
  }
})

test("nothing is read before somebody asks, then once for all who ask within 15 s", async () => {
  const { clock, state, dollars } = feed()
  assert.equal(state.asked, 0)
  await Promise.all([dollars(), dollars(), dollars()])
  assert.equal(state.asked, 1)
  clock.advance(14_999)
  state.round = { answer: 50_000n }
  assert.equal(near(await dollars()), 0.00025)
  assert.equal(state.asked, 1)
  clock.advance(1)
  assert.equal(near(await dollars()), 0.0005)
  assert.equal(state.asked, 2)
})

test("while nobody answers, the last answer holds until its heartbeat and no longer", async () => {
  const { clock, state, dollars } = feed()
  state.round = { ageSeconds: 3_000 }
  await dollars()
  state.fails = true
  clock.advance(600_000)
  assert.equal(near(await dollars()), 0.00025)
  clock.advance(1)
  assert.match(why(await dollars()), /older than its heartbeat/)
  state.fails = false
  clock.advance(3_000)
  state.round = {}
  assert.equal(near(await dollars()), 0.00025)
})

test("an answer in the pool that grew too old within its 15 s isn't used", async () => {
  const { clock, state, dollars } = feed()
  state.round = { ageSeconds: 3_595 }
  await dollars()
  clock.advance(5_001)
  assert.match(why(await dollars()), /older than its heartbeat/)
  assert.equal(state.asked, 1)
})

test("a feed that takes its price back leaves none, though an older one was good", async () => {
  const { clock, state, dollars } = feed()
  await dollars()
  clock.advance(15_000)
  state.round = { answer: 0n }
  assert.match(why(await dollars()), /above zero/)
  clock.advance(3_000)
  state.fails = true
  assert.match(why(await dollars()), /no answer/)
})

test("after a failure nobody asks for 3 s", async () => {
  const { clock, state, dollars } = feed()
  state.fails = true
  assert.match(why(await dollars()), /no answer/)
  clock.advance(2_999)
  await dollars()
  assert.equal(state.asked, 1)
  clock.advance(1)
  state.fails = false
  assert.equal(near(await dollars()), 0.00025)
  assert.equal(state.asked, 2)
})

test("a payment waits 5 s for an answer; a later one serves those that follow", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] })
  const clock = testClock()
  let answer: (() => void) | undefined
  const { state } = feed()
  const call = async (_: number, __: string, data: string): Promise<string> => {
    if (data === LATEST) state.asked += 1
    await new Promise<void>((resolve) => {
      const before = answer
      answer = () => {
        before?.()
        resolve()
      }
    })
    if (data === DECIMALS) return encodeAbiParameters([{ type: "uint8" }], [8])
    const at = BigInt(Math.floor(clock.now().getTime() / 1_000))
    return encodeAbiParameters(ROUND, [1n, 25_000n, at, at, 1n])
  }
  const { dollarsOf } = openRates({ call, clock })
  const first = dollarsOf(SOURCE)
  await new Promise(setImmediate)
  t.mock.timers.tick(5_000)
  assert.match(why(await first), /too long/)
  // Within the rest nobody waits, and after it the question that is under way is shared.
  assert.match(why(await dollarsOf(SOURCE)), /too long/)
  clock.advance(3_000)
  const second = dollarsOf(SOURCE)
  answer!()
  assert.equal(near(await second), 0.00025)
  assert.equal(state.asked, 1)
})
