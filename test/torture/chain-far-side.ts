/** The chain of one run as a far side: its nodes, its payers, and the rail that reads it. */
import type { Clock, Rail } from "../../src/core/index.ts"
import { openAddresses } from "../../src/rails/evm/addresses.ts"
import type { Chain as Configured, RateSource } from "../../src/rails/evm/chain.ts"
import { makeEvm, type Payer } from "../../src/rails/evm/index.ts"
import { addressOf, hashOf } from "../support/rpc.ts"
import { Chain } from "./chain.ts"
import { serveFetch } from "./chain-fetch.ts"
import { type ChainNodes, type MadeUp, openChainNodes } from "./chain-nodes.ts"
import type { ChainPlan } from "./chain-steps.ts"
import { type Fault, planted } from "./faults.ts"
import type { Scheduler } from "./scheduler.ts"
import type { SimulatedTime } from "./time.ts"

export const CHAIN_ID = 1_337
export const CHAIN_NAME = `eip155:${CHAIN_ID}`
/** Offered, and worth a dollar; offered, and priced by a rate; not offered, but booked. */
export const TOKENS = ["dollar", "peso", "point"].map((name) => addressOf(`token ${name}`))
export const UNKNOWN_TOKEN = addressOf("token of somebody")
export const PAYER = addressOf("payer")

const DECIMALS = 6
/** Dollars for a peso, as it never changes here. */
const PESO = "0.00025"

/** Blocks that are made when time passes, at most: enough for a transfer to be confirmed. */
const TICK_BLOCKS = 4
const TICK_MS = 2_000
/** Blocks after which whatever nodes left out was looked for once more, and how often they come. */
const REST_BLOCKS = 40
const RESTS = 3

export type ChainSide = {
  readonly plan: ChainPlan
  readonly chain: Chain
  readonly nodes: ChainNodes
  /** The rail of one node. */
  railFor(clock: Clock): Rail
  /** Time has passed. */
  tick(ms: number): void
  /** Nothing goes wrong any more: nodes tell the truth, and blocks are made. */
  rest(): void
  /** Whether that was so for long enough. */
  hasRested(): boolean
}

/** What a liar makes up before anybody was given an address. */
const NOBODY: MadeUp = {
  ...{ transaction: hashOf("made up"), token: TOKENS[0]!, from: PAYER, to: addressOf("nobody") },
  amount: 10n ** 9n,
}

/** One address costs a quarter of a millisecond, and all runs give out the same. */
const addresses = openAddresses()
const derived = new Map<string, string>()

function addressAt(key: string, index: number): string {
  const name = `${key} ${index}`
  const known = derived.get(name)
  if (known !== undefined) return known
  const address = addresses.addressAt(key, index)
  derived.set(name, address)
  return address
}

/** What became of a call, whatever became of its answer. */
async function call<T>(fault: Fault | null, work: () => T): Promise<T> {
  if (fault === "never arrived") throw planted(new Error("connect ECONNREFUSED"))
  const answer = work()
  if (fault === "answer lost") throw planted(new Error("the connection was lost"))
  return answer
}

function configured({ finality, nodes }: ChainPlan): Configured {
  const [dollar, peso, point] = TOKENS as [string, string, string]
  const token = { decimals: DECIMALS, offered: true }
  const rate = { kind: "source", source: { kind: "fixed", dollars: PESO } } as const
  return {
    name: "Torture",
    chainId: CHAIN_ID,
    nodes: Array.from({ length: nodes }, (_, at) => ({
      url: `http://${hostOf(at)}`,
      trusted: false,
    })),
    finality,
    blockMs: 1_000,
    logRange: 100,
    tokens: [
      { ...token, symbol: "TUSD", address: dollar, worth: { kind: "peg", currency: "USD" } },
      { ...token, symbol: "TCOP", address: peso, worth: rate },
      { ...token, symbol: "TP", address: point, offered: false, worth: rate },
    ],
    native: null,
    explorer: null,
    isLive: false,
  }
}

const hostOf = (node: number) => `rpc-${node + 1}.example`
const RATES: ReadonlyMap<string, RateSource> = new Map([["COP", { kind: "fixed", dollars: PESO }]])

/** What a request asks, for the name of its gate. */
function methodsOf(body: string): string {
  const asked: { readonly method: string } | readonly { readonly method: string }[] =
    JSON.parse(body)
  const methods = "method" in asked ? [asked.method] : asked.map(({ method }) => method)
  const counts = Map.groupBy(methods, (method) => method.slice("eth_".length))
  return [...counts].map(([method, all]) => `${method} ${all.length}`).join(", ")
}

/** Opens the chain of one run, and answers its nodes' requests from now on. */
export function openChainSide(
  plan: ChainPlan,
  scheduler: Scheduler,
  time: SimulatedTime,
): ChainSide {
  const chain = new Chain(plan.finality)
  const about = { chainId: CHAIN_ID, decimals: DECIMALS, rangeMax: plan.rangeMax }
  const nodes = openChainNodes(chain, about, plan.nodes)
  if (plan.nodes > 1) nodes.lie(plan.liar, plan.lie, NOBODY, 0)
  serveFetch((host, body) => {
    const at = Number(/\d+/.exec(host)) - 1
    return scheduler.pass("rpc", `${at + 1}: ${methodsOf(body)}`, async (fault) =>
      nodes.answer(at, body, fault),
    )
  })

  let rests = 0
  let sent = 0
  const payer: Payer = {
    chainId: CHAIN_ID,
    send: (to, amount) =>
      scheduler.pass("rail", "the payer sends", (fault) =>
        call(fault, () => {
          const receiver = to.toLowerCase()
          const isSame = (move: { readonly to: string; readonly from: string }) =>
            move.to === receiver && move.from === PAYER
          const before = chain.waits(isSame)
          if (before) return before.hash
          sent += 1
          const hash = hashOf(`sent by the payer ${sent}`)
          const move = { token: TOKENS[0]!, from: PAYER, to: receiver, amount }
          chain.send({ hash, moves: [move] })
          return hash
        }),
      ),
    mine: (blocks) =>
      scheduler.pass("rail", "blocks are made", (fault) =>
        call(fault, () => chain.mine(blocks, time.nowMs)),
      ),
  }

  return {
    plan,
    chain,
    nodes,
    railFor(clock) {
      const rail = makeEvm({ clock, chains: [configured(plan)], rates: RATES, payer })
      const receiving = { ...rail.receiving!, addressAt, deriveAhead: async () => undefined }
      return { ...rail, receiving }
    },
    tick: (ms) => chain.mine(Math.min(TICK_BLOCKS, Math.ceil(ms / TICK_MS)), time.nowMs),
    hasRested: () => rests >= RESTS,
    rest() {
      rests += 1
      nodes.heal()
      chain.mine(REST_BLOCKS, time.nowMs)
    },
  }
}
