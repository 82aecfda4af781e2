/** The receipt of an approved payment: what a payer keeps, without a word about the payer. */
import type { Attempt, Merchant, Payment, SightingView } from "../core/index.ts"
import { type Html, html } from "../pages/html.ts"
import { tokenText } from "./arrivals.ts"
import { type Chosen, sourceText } from "./chosen.ts"
import { facts, type Site, timeText } from "./layout.ts"
import { descriptionOf } from "./purpose.ts"
import type { Offer } from "./view.ts"

/** What a receipt is drawn from. Whom and how much was paid stands above it. */
export type Paid = {
  readonly payment: Payment
  readonly merchant: Merchant
  readonly coins: readonly Offer[]
  /** The transfers that came; the page lists them, too. */
  readonly arrivals: readonly SightingView[]
  /** What paid it; null for what was paid before pages knew. */
  readonly paidBy: { readonly attempt: Attempt; readonly chosen: Chosen } | null
}

/** The list, with a button for those whose browser can print. */
export function receipt({ t }: Site, paid: Paid): Html {
  const { payment, merchant, coins, paidBy } = paid
  const { id, approvedAt } = payment
  const isCrypto = paidBy?.chosen.method === "crypto"
  const reference = referenceOf(paid)
  return html`<section class="receipt" aria-labelledby="receipt">
<h2 id="receipt">${t.receipt.title}</h2>
${facts([
  [t.pay.description, descriptionOf(payment)],
  [t.receipt.date, approvedAt && timeText(approvedAt, merchant.timeZone, t)],
  [t.receipt.method, paidBy && methodText(paidBy.chosen, t)],
  [t.receipt.paid, paidBy && tokensText(paidBy.attempt, coins)],
  [t.number, html`<code>${id}</code>`],
  [
    isCrypto ? t.receipt.transaction : t.receipt.reference,
    reference ? html`<code>${reference}</code>` : null,
  ],
])}
<button type="button" class="quiet" id="print" data-print hidden>${t.receipt.print}</button>
</section>`
}

/** The bank's, or the transaction; null where several transactions paid, and none of them all. */
function referenceOf({ paidBy, arrivals }: Paid): string | null {
  const counted = arrivals.filter(({ state }) => state !== "orphaned")
  return counted.length > 1 ? null : (paidBy?.attempt.railReference ?? null)
}

function methodText(chosen: Chosen, t: Site["t"]): string {
  return sourceText(chosen) ?? t.form.methods[chosen.method]
}

/** How many of which token, and on which network; null for money of banks. */
function tokensText({ paidAsset, paidAmount }: Attempt, coins: readonly Offer[]): string | null {
  const coin = coins.find(({ asset }) => asset === paidAsset)
  return coin && paidAmount !== null ? `${tokenText(paidAmount, coin)} · ${coin.blockchain}` : null
}
