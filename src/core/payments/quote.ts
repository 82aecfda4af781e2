/** What an amount costs now in each token that a merchant's payers are offered. */
import { type Merchant, railsFor } from "../merchants/merchant.ts"
import type { Rail } from "../rail.ts"
import type { Offer, Pricing, Receiving } from "../receiving.ts"
import { isRefusal, type Refusal, refuse } from "../refusal.ts"
import type { PrepareParts } from "./prepare.ts"

/** A token that may be sent, and by what its amount was reckoned; null: by its rail alone. */
export type QuotedOffer = Offer & { readonly rail: string; readonly pricing: Pricing | null }

export type Quoted = { readonly at: Date; readonly offers: readonly QuotedOffer[] }

/**
 * Quotes an amount as a payment of this moment would be quoted, without locking anything: the
 * payment's own attempt has the offers that its payer can rely on.
 */
export async function quoteFor(
  parts: PrepareParts,
  merchant: Merchant,
  about: { readonly amount: bigint; readonly asset: string },
): Promise<Quoted | Refusal> {
  for (const name of railsFor(merchant, "crypto", parts.defaultRails)) {
    const rail = parts.rails.get(name)
    if (!rail?.methods.includes("crypto")) continue
    const found = rail.receiving
      ? await receivingOffers(parts, merchant, rail, rail.receiving, about)
      : toldOffers(parts, merchant, rail, about)
    if (found === null) continue
    return isRefusal(found) ? found : { at: parts.clock.now(), offers: found }
  }
  return refuse("method_not_offered", "this merchant does not offer crypto")
}

/** Null where nobody could send: the rail has no key of the merchant's, or no chain to look at. */
async function receivingOffers(
  { keys, readChains }: PrepareParts,
  merchant: Merchant,
  { name }: Rail,
  receiving: Receiving,
  about: { readonly amount: bigint; readonly asset: string },
): Promise<QuotedOffer[] | Refusal | null> {
  const hasKey = receiving.watches.length > 0 && (await keys.active(merchant.id, name)) !== null
  if (!hasKey) return null
  const quote = await receiving.quote(about)
  if (quote.kind === "unavailable") return refuse("quote_unavailable", quote.why)
  if (quote.kind === "not_offered") return refuse("method_not_offered", quote.why)
  const isRead = await readChains(name)
  const offers = quote.offers.filter(({ chainId }) => isRead.has(`eip155:${chainId}`))
  if (offers.length === 0) return refuse("quote_unavailable", "no chain has been read yet")
  return offers.map((offer) => {
    return { ...offer, rail: name, pricing: quote.pricing?.get(offer.asset) ?? null }
  })
}

/** Of a rail that says by itself what is to be sent: what it would say of such an order. */
function toldOffers(
  { clock, ids }: PrepareParts,
  merchant: Merchant,
  rail: Rail,
  { amount, asset }: { readonly amount: bigint; readonly asset: string },
): QuotedOffer[] | null {
  const now = clock.now()
  const [attemptId, paymentId] = [ids.next(), ids.next()]
  const told = rail.instruct?.({
    ...{ attemptId, paymentId, merchantId: merchant.id, kind: "charge", method: "crypto" },
    ...{ amount, asset, target: {}, instructions: null, received: {}, seen: {} },
    ...{ railReference: null, begunAt: now, createdAt: now },
  })
  const options = told?.options ?? []
  if (options.length === 0) return null
  return options.map(({ address: _address, uri: _uri, ...offer }) => {
    return { ...offer, rail: rail.name, pricing: null }
  })
}
