/** What a payer needs to send tokens: which, how many, where to, and how far it came. */

import { attribute, type Html, html } from "../pages/html.ts"
import { digitsOf, tokenText } from "./arrivals.ts"
import { address, type Query, type Site } from "./layout.ts"
import { qrCode } from "./qr.ts"
import type { Shown } from "./shown.ts"
import { linkOf, transactionOf } from "./transaction.ts"
import type { FinalState, Offer } from "./view.ts"

/** What this part of a page is drawn from. */
export type Sending = {
  readonly paymentId: string
  /** The payment's newest change: after it, a wallet may be asked again. */
  readonly version: number
  readonly offers: readonly Offer[]
  /** The asset that the page's address names. */
  readonly coin: string | null
}

export function sendingOf({ payment, coin }: Shown, offers: readonly Offer[]): Sending {
  return { paymentId: payment.id, version: payment.version, offers, coin }
}

/** More than these would push the address off a phone's first screen. */
const CARDS_MAX = 4

/** The steps to pay: choose a coin, send that much of it, to that address. */
export function sendPart(site: Site, sending: Sending): Html {
  const chosen = chosenOf(sending)
  return html`<h2 class="step">${site.t.send.title}</h2>
${coinChoice(site, sending, chosen)}
${panel(site, sending, chosen)}`
}

/** The one that the payer asked for, else the one that a part came of, else the first. */
function chosenOf({ offers, coin }: Sending): Offer {
  const named = offers.find(({ asset }) => asset === coin)
  return named ?? offers.find(({ received, seen }) => received + seen > 0n) ?? offers[0]!
}

/** Links, so that reloading keeps the choice, with and without scripts. */
function coinChoice(site: Site, { paymentId, offers }: Sending, chosen: Offer): Html {
  const { t } = site
  const cards = offers.map((offer, index) => {
    const to = address(site, paymentId, coinQuery(offer))
    return html`<li><a class="coin" id="coin-${index}" href="${to}" data-swap${attribute(
      "aria-current",
      offer === chosen ? "true" : null,
    )}><strong>${offer.token}</strong> <span>${offer.blockchain}</span>
<span class="cost">${tokenText(BigInt(offer.amount), offer)}</span></a></li>
`
  })
  const list = html`<ul class="coins">${cards}</ul>`
  if (offers.length <= CARDS_MAX) {
    return html`<nav aria-label="${t.send.choose}"><p class="label">${t.send.choose}</p>
${list}</nav>`
  }
  return html`<nav aria-label="${t.send.choose}"><details class="more" id="coins">
<summary><strong>${chosen.token}</strong> ${chosen.blockchain}
<span class="hint">${t.send.other}</span></summary>
${list}</details></nav>`
}

/** What the address of a page with this coin says beside the language. */
export function coinQuery({ asset }: Offer): Query {
  return { coin: asset }
}

function panel(site: Site, sending: Sending, offer: Offer): Html {
  const { t } = site
  const { token, blockchain, received, seen, missing } = offer
  const digits = digitsOf(missing, offer)
  const link = linkOf(offer)
  const part = received + seen > 0n
  const elsewhere = !part && sending.offers.some((each) => each.received + each.seen > 0n)
  return html`<div class="panel">
${elsewhere && html`<p class="note warn">${t.send.elsewhere(token)}</p>`}
<div class="line"><p class="label">${part ? t.send.rest : t.send.exact}</p>
<p class="due"><code id="due">${digits}</code> ${token}</p>
${copyButton(site, "due", t.send.copyAmount)}</div>
<div class="line"><p class="label">${t.send.address}</p>
<p><code class="address" id="to">${offer.address}</code></p>
${copyButton(site, "to", t.send.copyAddress)}</div>
<p class="note warn"><strong>${t.send.warning(token, blockchain)}</strong> ${t.send.fees}</p>
${walletButton(site, sending, offer)}${
  link !== null &&
  html`<p class="open"><a class="button quiet" id="link" href="${link}">${t.send.link}</a></p>
<figure class="scan">${qrCode(link, t.send.qr(digits, token, blockchain))}
<figcaption>${t.send.scan}</figcaption></figure>`
}
</div>`
}

/** Shown by the script, which alone can copy. */
function copyButton({ t }: Site, of: string, label: string): Html {
  return html`<button type="button" class="copy" id="copy-${of}" data-copy="${of}"
data-copied="${t.send.copied}" data-selected="${t.send.selected}" aria-label="${label}"
hidden>${t.send.copy}</button>`
}

/** A template for the wallets that the script finds in the browser; without one it stays hidden. */
function walletButton({ t }: Site, { paymentId, version }: Sending, offer: Offer): Html | null {
  const transaction = transactionOf(offer)
  if (!transaction) return null
  const { chainId, to, value, data } = transaction
  const { blockchain } = offer
  const words = {
    ...t.wallet,
    addNetwork: t.wallet.addNetwork(blockchain),
    wrongNetwork: t.wallet.wrongNetwork(blockchain),
  }
  return html`<div class="wallets" hidden data-wallets="${paymentId}:${version}"
data-chain="${chainId}" data-to="${to}" data-value="${value}" data-data="${data}"
data-words="${JSON.stringify(words)}">
<button type="button" class="main" id="wallet">${t.wallet.pay}</button>
<p class="hint" role="status"></p>
</div>`
}

/** How far the money is, in one sign and sentence: what a screen reader says when it changes. */
export function sendState({ t }: Site, { offers }: Sending): Html {
  const some = offers.find(({ received, seen }) => received + seen > 0n)
  if (!some) return strip("calm", t.transfer.waiting)
  if (some.missing === 0n) return strip("calm", t.transfer.seen)
  const came = tokenText(some.received + some.seen, some)
  const { title, text } = t.transfer.short
  return strip("part", { title, text: text(came, tokenText(BigInt(some.amount), some)) })
}

type Saying = { readonly title: string; readonly text: string }

function strip(look: string, { title, text }: Saying): Html {
  return html`<div class="strip ${look}"><span class="sign" aria-hidden="true"></span>
<p><strong>${title}</strong> ${text}</p></div>`
}

/** The same for a payment that only the network can bring on. */
export function waitNews({ t }: Site, coins: readonly Offer[]): Saying {
  const came = coins.some(({ received, seen }) => received + seen > 0n)
  return came ? t.transfer.seen : t.wait
}

/**
 * What is left to say about money at the end: it was too much, too little or too late. `late`:
 * whether money that is on its way now would still be accepted.
 */
export function endNote(
  { t }: Site,
  state: FinalState,
  coins: readonly Offer[],
  late: boolean,
): Html | null {
  if (isLateAwaited(state, coins, late)) return note(t.transfer.late)
  const came = ({ received, seen }: Offer) => received + seen
  const paidIn = coins.find((coin) => state === "approved" && came(coin) >= BigInt(coin.amount))
  const amounts = coins.flatMap((coin) => {
    const over = coin === paidIn ? came(coin) - BigInt(coin.amount) : came(coin)
    return over > 0n ? [tokenText(over, coin)] : []
  })
  if (amounts.length === 0) return null
  const list = new Intl.ListFormat(t.language).format(amounts)
  return note(state === "approved" ? t.transfer.over(list) : t.transfer.lost(list))
}

/** Whether what the payer may have sent would still pay a payment that expired. */
export function isLateAwaited(state: FinalState, coins: readonly Offer[], late: boolean): boolean {
  const moving = coins.length > 0 && coins.every(({ received }) => received === 0n)
  return state === "expired" && late && moving
}

function note(text: string): Html {
  return html`<p class="note">${text}</p>`
}

/** Told by the script alone, when the page can't be fetched. */
export function offlineNote({ t }: Site, coins: readonly Offer[]): Html {
  const text = coins.length > 0 ? t.transfer.offline : t.offline
  return html`<p class="note bad" id="offline" role="status" hidden>${text}</p>`
}
