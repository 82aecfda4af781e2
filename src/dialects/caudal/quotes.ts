/** `POST /quotes`: what an amount costs now in each token that a merchant's payers are offered. */
import { z } from "zod"
import type { Core, Quoted, QuotedOffer } from "../../core/index.ts"
import { decimalsOf, formatDecimal } from "../../money.ts"
import type { DialectApp } from "../dialect.ts"
import { caller, orThrow } from "../mount.ts"
import * as requests from "./requests.ts"

/** Digits behind the point of a rate: more than any token has, so that small ones aren't zero. */
const RATE_DIGITS = 18

const amount = z.string().regex(/^\d+$/)
export const quoteSchema = z.strictObject({
  object: z.literal("quote"),
  amount,
  asset: z.string(),
  at: z.iso.datetime(),
  offers: z.array(
    z.strictObject({
      rail: z.string(),
      blockchain: z.string(),
      chain_id: z.int(),
      token: z.string(),
      decimals: z.int(),
      asset: z.string(),
      amount,
      /** Whole tokens for one whole unit of the currency, as decimal text. */
      rate: z.string(),
      /** `peg`: worth it by definition. `fixed`: of the settings. `feed`: read on a chain. */
      source: z.enum(["peg", "fixed", "feed"]).nullable(),
      /** Until when the price isn't asked for again; null until the settings change. */
      valid_until: z.iso.datetime().nullable(),
    }),
  ),
})

export const createQuote = z.strictObject(requests.paidWith)

/** Registers the route. Nothing is made: a payment's own attempt locks what its payer is asked. */
export function quoteRoute(app: DialectApp, core: Core): void {
  app.post(
    "/quotes",
    { schema: { body: createQuote, response: { 200: quoteSchema } } },
    async (request) => {
      const { merchant } = caller(request)
      const quoted = orThrow(await core.pay.quote(merchant, request.body))
      return quoteOut(request.body, quoted)
    },
  )
}

/** A quote as this API shows it. */
export function quoteOut(
  { amount: asked, asset }: { readonly amount: bigint; readonly asset: string },
  { at, offers }: Quoted,
): z.infer<typeof quoteSchema> {
  return {
    object: "quote",
    amount: asked.toString(),
    asset,
    at: at.toISOString(),
    offers: offers.map((offer) => ({
      rail: offer.rail,
      blockchain: offer.blockchain,
      chain_id: offer.chainId,
      token: offer.token,
      decimals: offer.decimals,
      asset: offer.asset,
      amount: offer.amount,
      rate: rateOf(asked, asset, offer),
      source: offer.pricing?.source ?? null,
      valid_until: offer.pricing?.validUntil?.toISOString() ?? null,
    })),
  }
}

/** What was asked for each whole unit, rounded half up; the amount itself is what counts. */
function rateOf(asked: bigint, asset: string, offer: QuotedOffer): string {
  const scale = 10n ** BigInt(RATE_DIGITS + decimalsOf(asset))
  const dividend = BigInt(offer.amount) * scale
  const divisor = asked * 10n ** BigInt(offer.decimals)
  const text = formatDecimal((2n * dividend + divisor) / (2n * divisor), RATE_DIGITS)
  return text.replace(/\.?0+$/, "")
}
