/** Lists the transfers that were seen for a payment, and how far the network is with each. */
import type { SightingView } from "../core/index.ts"
import { formatDecimal } from "../money.ts"
import { type Html, html } from "../pages/html.ts"
import type { Texts } from "./texts/index.ts"
import type { Offer } from "./view.ts"

/** A page isn't a book of accounts; whoever sends dust hundreds of times sees the newest. */
const ARRIVALS_MAX = 20

/** The list; nothing when there is nothing to list. Each line says what, where and how far. */
export function arrivalList(
  arrivals: readonly SightingView[],
  coins: readonly Offer[],
  t: Texts,
): Html | null {
  if (arrivals.length === 0) return null
  const lines = arrivals
    .slice(-ARRIVALS_MAX)
    .map((arrival, index) => line(arrival, index, coins, t))
  return html`<section class="arrivals" aria-labelledby="arrivals">
<h2 id="arrivals">${t.transfer.list}</h2>
<ul>${lines}</ul>
</section>`
}

function line(arrival: SightingView, index: number, coins: readonly Offer[], t: Texts): Html {
  const { asset, amount, explorerUrl, state } = arrival
  const coin = coins.find((each) => each.asset === asset)
  const what = coin ? html`${tokenText(amount, coin)} <small>${coin.blockchain}</small>` : asset
  const linked = explorerUrl !== null && /^https?:\/\//i.test(explorerUrl)
  return html`<li class="${state}">
<p><strong>${what}</strong> ${
    linked &&
    html`<a id="arrival-${index}" href="${explorerUrl}" target="_blank"
rel="noreferrer noopener">${t.transfer.explorer}</a>`
  }</p>
${progress(arrival, t)}
</li>`
}

function progress({ state, confirmations, needed }: SightingView, t: Texts): Html {
  if (state !== "seen") return html`<p class="hint">${t.transfer[state]}</p>`
  // A chain that says itself what is final has no number to count to.
  if (needed === null) {
    const text = t.transfer.confirming
    return html`<progress aria-label="${text}"></progress><p class="hint">${text}</p>`
  }
  const done = Math.min(confirmations, needed)
  const text = t.transfer.count(done, needed)
  return html`<progress max="${needed}" value="${done}" aria-label="${text}"></progress>
<p class="hint">${text}</p>`
}

type Coin = Pick<Offer, "decimals" | "token">

/** "25.50 USDT": the digits as wallets take them, in every language. */
export function tokenText(amount: bigint, coin: Coin): string {
  return `${digitsOf(amount, coin)} ${coin.token}`
}

/**
 * A token's amount in full, without the zeros that eighteen decimals bring. Never three decimals,
 * where there are more: "3.125" is three thousand to most of our payers.
 */
export function digitsOf(amount: bigint, { decimals }: Pick<Coin, "decimals">): string {
  const short = formatDecimal(amount, decimals).replace(/(\.\d{2}\d*?)0+$/, "$1")
  return /\.\d{3}$/.test(short) && decimals > 3 ? `${short}0` : short
}
