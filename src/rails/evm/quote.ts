/** Quotes: what an order costs in each token that is offered, rounded up to the token's unit. */
import type { Clock, Instructions, Offer, Order, Pricing, Quote } from "../../core/index.ts"
import { CURRENCY_DECIMALS } from "../../money.ts"
import { checksummed } from "./address.ts"
import { type Chain, coinAsset, type RateSource, tokenAsset, type Worth } from "./chain.ts"
import { type Call, type NoRatio, openRates, type Ratio } from "./rates.ts"
import { transferUri } from "./transfer.ts"

export type QuoteParts = {
  readonly chains: readonly Chain[]
  /** By currency: what says how many dollars one unit of it is worth. The dollar needs none. */
  readonly rates: ReadonlyMap<string, RateSource>
  readonly call: Call
  readonly clock: Clock
}

export type Quotes = {
  quote(order: Pick<Order, "amount" | "asset">): Promise<Quote>
  instructionsAt(offers: readonly Offer[], address: string): Instructions
}

/** Above it an amount would no longer fit a signed number of 256 bits, as some contracts use. */
const AMOUNT_MAX = 2n ** 255n

/** One thing that may be sent, before anybody knows how much of it. */
type Choice = Omit<Offer, "amount" | "pegged"> & { readonly worth: Worth }
/** No price, and whether that may change by itself. */
type NoPrice = NoRatio & { readonly kind: "unavailable" | "not_offered" }

/** Makes the part of the rail that says what orders cost. Rates are read when somebody asks. */
export function makeQuotes({ chains, rates, call, clock }: QuoteParts): Quotes {
  const { dollarsOf, freshUntil } = openRates({ call, clock })
  const choices = chains.flatMap(choicesOn)

  async function dollarsFor(what: string, source: RateSource | null): Promise<Ratio | NoPrice> {
    if (source === null) return { kind: "not_offered", why: `Nobody said what ${what} is worth.` }
    const found = await dollarsOf(source)
    if (!("why" in found)) return found
    return { kind: "unavailable", why: `There is no rate for ${what} now: ${found.why}.` }
  }

  function ofCurrency(currency: string): Promise<Ratio | NoPrice> {
    if (currency === "USD") return Promise.resolve({ over: 1n, under: 1n })
    return dollarsFor(currency, rates.get(currency) ?? null)
  }

  async function offer(
    { worth, ...choice }: Choice,
    { amount, asset }: Pick<Order, "amount" | "asset">,
  ): Promise<Offer | NoPrice> {
    const scaled = { amount, from: CURRENCY_DECIMALS[asset]!, to: choice.decimals }
    if (worth.kind === "peg" && worth.currency === asset) {
      const units = rescale({ ...scaled, times: 1n, by: 1n })
      return within(units, { ...choice, amount: units.toString(), pegged: true })
    }
    const [price, value] = await Promise.all([
      ofCurrency(asset),
      worth.kind === "peg" ? ofCurrency(worth.currency) : dollarsFor(choice.token, worth.source),
    ])
    if ("why" in price) return price
    if ("why" in value) return value
    const times = price.over * value.under
    const units = rescale({ ...scaled, times, by: price.under * value.over })
    return within(units, { ...choice, amount: units.toString() })
  }

  /** By what each token's amount was reckoned: the price of the currency, and its own. */
  function pricingOf(currency: string): Map<string, Pricing> {
    const ofCurrency = currency === "USD" ? null : (rates.get(currency) ?? null)
    return new Map(
      choices.map(({ asset, worth }): [string, Pricing] => {
        if (worth.kind === "peg" && worth.currency === currency) {
          return [asset, { source: "peg", validUntil: null }]
        }
        const pegged = worth.kind === "peg" ? (rates.get(worth.currency) ?? null) : worth.source
        const sources = [ofCurrency, pegged].filter((source) => source !== null)
        const ends = sources.map(freshUntil).filter((at) => at !== null)
        const first = ends.sort((a, b) => a.getTime() - b.getTime())[0]
        const source = sources.some(({ kind }) => kind === "aggregator") ? "feed" : "fixed"
        return [asset, { source, validUntil: first ?? null }]
      }),
    )
  }

  return {
    async quote(order) {
      if (!Object.hasOwn(CURRENCY_DECIMALS, order.asset)) {
        return { kind: "not_offered", why: `Nothing is offered for ${order.asset}.` }
      }
      const found = await Promise.all(choices.map((choice) => offer(choice, order)))
      const offers = found.filter(isOffer)
      if (offers.length > 0) return { kind: "quoted", offers, pricing: pricingOf(order.asset) }
      const reasons = found.flatMap((each) => (isOffer(each) ? [] : [each]))
      const reason = reasons.find(({ kind }) => kind === "unavailable") ?? reasons[0]
      return reason ?? { kind: "not_offered", why: "No token is offered on any chain." }
    },
    instructionsAt,
  }
}

/** What the payer is told: what to send to which address, and a link that says the same. */
export function instructionsAt(offers: readonly Offer[], address: string): Instructions {
  const to = checksummed(address)
  const options = offers.map((offer) => {
    const uri = transferUri({ asset: offer.asset, to, amount: BigInt(offer.amount) })
    return { ...offer, address: to, uri }
  })
  return { options }
}

function choicesOn({ name, chainId, tokens, native }: Chain): Choice[] {
  const place = { blockchain: name, chainId }
  const offered: Choice[] = tokens
    .filter((token) => token.offered)
    .map(({ symbol, decimals, address, worth }) => {
      return { ...place, token: symbol, decimals, asset: tokenAsset(chainId, address), worth }
    })
  if (native === null) return offered
  const { symbol, decimals, worth } = native
  return [
    ...offered,
    {
      ...place,
      token: symbol,
      decimals,
      asset: coinAsset(chainId, native),
      mayComeUnseen: true,
      worth,
    },
  ]
}

/** Minor units of one thing as minor units of another, rounded up so that nothing is short. */
function rescale(parts: {
  readonly amount: bigint
  readonly from: number
  readonly to: number
  readonly times: bigint
  readonly by: bigint
}): bigint {
  const dividend = parts.amount * parts.times * 10n ** BigInt(parts.to)
  const divisor = parts.by * 10n ** BigInt(parts.from)
  return (dividend + divisor - 1n) / divisor
}

const isOffer = (found: Offer | NoPrice): found is Offer => !("why" in found)

function within(units: bigint, offer: Offer): Offer | NoPrice {
  if (units > 0n && units <= AMOUNT_MAX) return offer
  return { kind: "unavailable", why: `The amount can't be sent in ${offer.token}.` }
}
