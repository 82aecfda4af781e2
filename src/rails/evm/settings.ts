/** The settings of this rail: chains with their nodes and tokens, and what currencies are worth. */
import { issueSentence } from "../../core/index.ts"
import { CURRENCY_DECIMALS } from "../../money.ts"
import { readAddress } from "./address.ts"
import type { Chain, RateSource, RpcNode, Token } from "./chain.ts"
import { nodeUrlProblem } from "./node-url.ts"
import { PRESETS, type Preset } from "./presets.ts"
import { evmSchema, type InFull, type OnPreset } from "./schema.ts"

export type EvmSettings = {
  readonly chains: readonly Chain[]
  /** By currency (ISO 4217): what says how many dollars one unit of it is worth. */
  readonly rates: ReadonlyMap<string, RateSource>
}

type Mode = "sandbox" | "live"
/** Says where something is wrong: the place within `rails.evm`, and the end of a sentence. */
type Complain = (path: string, problem: string) => void

/**
 * Reads what stands in caudal.json under `rails.evm`. Throws an `Error` that names every problem,
 * one a line, each with its path; addresses of nodes, in which keys stand, are never repeated.
 */
export function readSettings(value: unknown, mode: Mode): EvmSettings {
  const problems: string[] = []
  const complain: Complain = (path, problem) => problems.push(`rails.evm.${path}: ${problem}`)
  const parsed = evmSchema.safeParse(value)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) complain(issue.path.join("."), issueSentence(issue))
    throw new Error(problems.map((problem) => problem.replace("evm.:", "evm:")).join("\n"))
  }

  const chains = parsed.data.chains.map((given, at) => {
    const path = `chains.${at}`
    checkNodes(given.rpc, { path: `${path}.rpc`, mode, complain })
    const nodes = nodesOf(given.rpc, mode)
    return "preset" in given ? onPreset(given, nodes, path, complain) : inFull(given, nodes)
  })
  // A sandbox has a chain of its own, which may need nothing but rates.
  if (mode === "live" && chains.length === 0) complain("chains", "live needs at least one")
  checkTogether(chains, complain)
  const rates = new Map(Object.entries(parsed.data.rates))
  checkSources(chains, rates, complain)
  if (problems.length > 0) throw new Error(problems.join("\n"))
  return { chains, rates }
}

/** The chain of a sandbox, which the program runs itself: nothing on it is worth anything. */
export function sandboxChain(parts: {
  readonly rpcUrl: string
  readonly chainId: number
  readonly token: Pick<Token, "symbol" | "address" | "decimals">
}): Chain {
  const { rpcUrl, chainId, token } = parts
  const address = readAddress(token.address)
  if (address === null) throw new RangeError("the sandbox token has no address")
  return {
    name: "Caudal Sandbox",
    chainId,
    nodes: [{ url: rpcUrl, trusted: true }],
    // Few enough to be waited for, and enough to be watched as they are counted.
    finality: { kind: "confirmations", blocks: 6 },
    blockMs: 1_000,
    logRange: 1_000,
    tokens: [{ ...token, address, offered: true, worth: { kind: "peg", currency: "USD" } }],
    native: null,
    explorer: null,
    isLive: false,
  }
}

/** In a sandbox the only node is believed: there is nobody to ask whether it tells the truth. */
function nodesOf(given: readonly RpcNode[], mode: Mode): readonly RpcNode[] {
  const isAlone = mode === "sandbox" && given.length === 1
  return given.map(({ url, trusted }) => ({ url, trusted: trusted || isAlone }))
}

function checkNodes(
  nodes: readonly RpcNode[],
  { path, mode, complain }: { path: string; mode: Mode; complain: Complain },
): void {
  const hosts = new Set<string>()
  const seen = new Set<string>()
  for (const [at, { url }] of nodes.entries()) {
    const problem = nodeUrlProblem(url, mode)
    if (problem !== null) {
      complain(`${path}.${at}`, `the address ${problem}`)
      continue
    }
    const { hostname, href } = new URL(url)
    if (seen.has(href)) complain(`${path}.${at}`, "the same address stands here twice")
    seen.add(href)
    hosts.add(hostname)
  }
  const isVouched = nodes.some(({ trusted }) => trusted) || hosts.size > 1
  if (mode === "live" && !isVouched) {
    const two = "live needs two nodes of different hosts, which have to agree"
    complain(path, `${two}, or one of your own with "trusted": true`)
  }
}

function inFull(given: InFull, nodes: readonly RpcNode[]): Chain {
  const { rpc: _, confirmations: finality, ...rest } = given
  return { ...rest, nodes, finality, isLive: true }
}

function onPreset(
  given: OnPreset,
  nodes: readonly RpcNode[],
  path: string,
  complain: Complain,
): Chain {
  const { coin, ...preset }: Preset = PRESETS[given.preset]
  const tokens = (given.tokens ?? preset.tokens).flatMap((each, at) => {
    if (typeof each !== "string") return [each]
    const known = preset.tokens.find((token) => token.symbol === each)
    const names = preset.tokens.map((token) => token.symbol).join(", ")
    if (!known) complain(`${path}.tokens.${at}`, `the preset knows only ${names}`)
    return known ? [known] : []
  })
  const { native } = given
  return {
    name: given.name ?? preset.name,
    chainId: preset.chainId,
    nodes,
    finality: given.confirmations ?? preset.finality,
    blockMs: given.blockMs ?? preset.blockMs,
    logRange: given.logRange ?? preset.logRange,
    tokens,
    native: native && { ...coin, worth: { kind: "source", source: native.rate } },
    explorer: given.explorer === undefined ? preset.explorer : given.explorer,
    isLive: true,
  }
}

/** What each chain allows alone and all together must not be. */
function checkTogether(chains: readonly Chain[], complain: Complain): void {
  for (const [at, chain] of chains.entries()) {
    const before = chains.slice(0, at)
    if (before.some(({ chainId }) => chainId === chain.chainId)) {
      complain(`chains.${at}`, `chain ${chain.chainId} stands here twice`)
    } else if (before.some(({ name }) => name === chain.name)) {
      complain(`chains.${at}.name`, "another chain has this name")
    }
    if (chain.tokens.length === 0 && chain.native === null) {
      complain(`chains.${at}`, "has neither tokens nor native: there is nothing to watch")
    }
    for (const [place, token] of chain.tokens.entries()) {
      const others = chain.tokens.slice(0, place)
      const path = `chains.${at}.tokens.${place}`
      if (others.some(({ address }) => address === token.address)) {
        complain(`${path}.address`, "another token has this address")
      }
      if ([...others, chain.native].some((other) => other?.symbol === token.symbol)) {
        complain(`${path}.symbol`, "payers couldn't tell it from another of this symbol")
      }
    }
  }
}

function checkSources(
  chains: readonly Chain[],
  rates: ReadonlyMap<string, RateSource>,
  complain: Complain,
): void {
  const check = (path: string, source: RateSource) => {
    if (source.kind === "fixed") return
    if (chains.some(({ chainId }) => chainId === source.chainId)) return
    complain(`${path}.aggregator.chainId`, "is none of the chains above")
  }
  for (const [currency, source] of rates) {
    // A name that isn't plain may be something that was pasted to the wrong place.
    const path = /^\w{1,16}$/.test(currency) ? `rates.${currency}` : "rates"
    if (currency === "USD") complain(path, "a dollar is a dollar")
    else if (!Object.hasOwn(CURRENCY_DECIMALS, currency)) complain(path, "isn't a known currency")
    check(path, source)
  }
  for (const [at, chain] of chains.entries()) {
    if (chain.native?.worth.kind === "source") {
      check(`chains.${at}.native.rate`, chain.native.worth.source)
    }
    for (const [place, { worth }] of chain.tokens.entries()) {
      if (worth.kind === "source") check(`chains.${at}.tokens.${place}.rate`, worth.source)
    }
  }
}
