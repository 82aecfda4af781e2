/**
 * EVM chains: payers send tokens to addresses of the merchant's own wallet, and Caudal reads what
 * came. It holds no private key and sends nothing.
 */
import type { Clock, KnownToken, Order, Outcome, Quote, Rail, Sighting } from "../../core/index.ts"
import { readAddress } from "./address.ts"
import { openAddresses } from "./addresses.ts"
import { unseenOf } from "./balances.ts"
import { type Chain, coinAsset, type RateSource, tokenAsset } from "./chain.ts"
import { checkTokens, usedBefore } from "./contracts.ts"
import { readKey } from "./keys.ts"
import { firstOf, type Nodes, openNodes } from "./nodes.ts"
import { makeQuotes } from "./quote.ts"
import { toSign } from "./transfer.ts"
import { makeWatch } from "./watch.ts"

export { readSettings, sandboxChain } from "./settings.ts"

/** The payer of a sandbox, who has test money and does as told. */
export type Payer = {
  readonly chainId: number
  /**
   * Sends the test token; the transaction's hash. Whoever asks again for the same address before it
   * can be seen there gets the same.
   */
  send(to: string, amount: bigint): Promise<string>
  /** Puts so many blocks on top. */
  mine(blocks: number): Promise<void>
}

export type EvmParts = {
  readonly clock: Clock
  readonly chains: readonly Chain[]
  /** What one unit of each currency is worth, where somebody said so. */
  readonly rates: ReadonlyMap<string, RateSource>
  /** Set in a sandbox with a chain of its own. */
  readonly payer: Payer | null
}

/** A payer waits for the first one; a chain that can't be checked is left out until the next. */
const CHECK_TIMEOUT_MS = 5_000
const CHECK_AGAIN_MS = 10_000

/** `untilMs` null: it is right, and stays so. */
type Check = { readonly done: Promise<boolean>; untilMs: number | null }

/** Makes the rail. Nothing is asked of any node before the first read or quote. */
export function makeEvm({ clock, chains, rates, payer }: EvmParts): Rail {
  const nodes = new Map<number, Nodes>(
    chains.map((chain) => [chain.chainId, openNodes(chain, clock)]),
  )
  const addresses = openAddresses()
  const quotes = makeQuotes({
    chains,
    rates,
    clock,
    call: (chainId, to, data) => nodes.get(chainId)!.call(to, data),
  })
  const watches = chains.map((chain) =>
    makeWatch({ chain, nodes: nodes.get(chain.chainId)!, clock }),
  )
  const checks = new Map<number, Check>()
  const live = chains.filter(({ isLive }) => isLive)

  /** New on a chain is new on none of the others: one address serves all of them. */
  async function usedOnAny(wanted: readonly string[]): Promise<readonly boolean[]> {
    const each = await Promise.all(
      live.map((chain) => usedBefore(chain, nodes.get(chain.chainId)!, clock, wanted)),
    )
    return wanted.map((_, at) => each.some((used) => used[at]))
  }

  /**
   * The chains that were found to be what the configuration says. What is asked for on another
   * could be sent to no one, or in units a million times too small.
   */
  async function readable(): Promise<ReadonlySet<number>> {
    const checked = await Promise.all(chains.map(isChecked))
    return new Set(chains.flatMap(({ chainId }, at) => (checked[at] ? [chainId] : [])))
  }

  async function isChecked(chain: Chain): Promise<boolean> {
    const nowMs = clock.elapsedMs()
    const before = checks.get(chain.chainId)
    if (before && (before.untilMs === null || nowMs < before.untilMs)) return before.done
    const within = nowMs + CHECK_TIMEOUT_MS
    const here = nodes.get(chain.chainId)!
    const done = firstOf(here, here.until(within), (node) => checkTokens(node, chain)).then(
      () => true,
      () => false,
    )
    const check: Check = { done, untilMs: nowMs + CHECK_AGAIN_MS }
    checks.set(chain.chainId, check)
    void done.then((isRight) => {
      if (isRight) check.untilMs = null
    })
    return done
  }

  /** Asked once a payment's time is over: what its address holds that nobody saw coming. */
  async function unseen(orders: readonly Order[]): Promise<Sighting[]> {
    const found = await Promise.all(
      chains.map((chain, at) => {
        const concerned = orders.filter((order) => mayHold(order, chain))
        if (concerned.length === 0) return []
        const block = watches[at]!.bookedHeight()
        // Whoever reads the chain will be asked again, and knows.
        if (block === null) throw new Error(`${chain.name} is not read by this node`)
        return unseenOf({ chain, nodes: nodes.get(chain.chainId)!, clock }, block, concerned)
      }),
    )
    return found.flat()
  }

  async function simulate(order: Order, outcome: Outcome): Promise<readonly Sighting[]> {
    if (outcome === "declined") return [declined(order, clock)]
    const option = order.instructions?.options?.find(({ chainId }) => chainId === payer?.chainId)
    if (!payer || !option || outcome !== "approved") return []
    const came = BigInt(order.received[option.asset] ?? 0) + BigInt(order.seen[option.asset] ?? 0)
    const missing = BigInt(option.amount) - came
    if (missing > 0n) await payer.send(option.address, missing)
    await payer.mine(depthOf(chains, payer.chainId))
    return []
  }

  return {
    name: "evm",
    displayName: "EVM",
    methods: ["crypto"],
    custodian: "self",
    // Nothing is ever begun here: the payer sends, or the merchant signs.
    beginIsIdempotent: true,
    absenceIsProof: false,
    beginTimeoutMs: 10_000,
    lookDelayMs: () => null,
    begin: async () => ({ kind: "rejected", reason: "other" }),
    observe: async (orders) => ({ sightings: await unseen(orders), cursor: null }),
    receiving: {
      readKey,
      addressAt: addresses.addressAt,
      deriveAhead: addresses.deriveAhead,
      quote: async (order) => offeredOf(await quotes.quote(order), await readable()),
      instructionsAt: quotes.instructionsAt,
      readAddress,
      needsNewAddresses: live.length > 0,
      usedBefore: usedOnAny,
      toSign: (transfer) => toSign(chains, transfer),
      watches,
      tokens: chains.flatMap(tokensOn),
    },
    ...(payer && { simulate }),
  }
}

function tokensOn({ name: blockchain, chainId, tokens, native }: Chain): KnownToken[] {
  const known = tokens.map(({ symbol, decimals, address }) => {
    return { asset: tokenAsset(chainId, address), token: symbol, decimals, blockchain }
  })
  if (native === null) return known
  const { symbol: token, decimals } = native
  return [...known, { asset: coinAsset(chainId, native), token, decimals, blockchain }]
}

/** A quote without the chains that can't be read. */
function offeredOf(quote: Quote, readable: ReadonlySet<number>): Quote {
  if (quote.kind !== "quoted") return quote
  const offers = quote.offers.filter(({ chainId }) => readable.has(chainId))
  if (offers.length > 0) return { ...quote, offers }
  return { kind: "unavailable", why: "No chain can be read now." }
}

function mayHold({ instructions }: Order, { chainId }: Chain): boolean {
  return (instructions?.options ?? []).some(
    (option) => option.chainId === chainId && option.mayComeUnseen,
  )
}

/** Nobody declines a transfer; a sandbox may be told that its payer gave up. */
function declined({ attemptId }: Order, clock: Clock): Sighting {
  const fact = { kind: "declined", reason: "cancelled_by_payer" } as const
  return { attemptId, place: `${attemptId}:declined`, fact, at: clock.now() }
}

function depthOf(chains: readonly Chain[], chainId: number): number {
  const finality = chains.find((chain) => chain.chainId === chainId)?.finality
  return finality?.kind === "confirmations" ? finality.blocks : 1
}
