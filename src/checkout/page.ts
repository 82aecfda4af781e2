/** The page of one payment: what is to be paid, and the one thing that can be done about it now. */
import type { Merchant, Payment, SightingView } from "../core/index.ts"
import { arrivalList } from "./arrivals.ts"
import { endNote, offlineNote, type Sending, sendPart, sendState, waitState } from "./crypto.ts"
import { type FormState, fields } from "./fields.ts"
import { type Html, html } from "./html.ts"
import {
  address,
  amountText,
  banner,
  button,
  facts,
  layout,
  type Query,
  type Site,
  timeText,
} from "./layout.ts"
import { type Brief, returnUrl } from "./purpose.ts"
import type { Offer, View } from "./view.ts"

/** All that a page is made of. */
export type Shown = {
  readonly payment: Payment
  readonly merchant: Merchant
  readonly brief: Brief
  readonly view: View
  /** What the payer was asked to send, and what came: empty for payments by bank. */
  readonly coins: readonly Offer[]
  /** The asset that the page's address names. */
  readonly coin: string | null
  readonly arrivals: readonly SightingView[]
  readonly form: FormState
  readonly now: Date
}

/** A rail is asked every two seconds; looking more often shows nothing new. */
const WAITING_REFRESH_S = 2
/** While somebody copies an address a reload only disturbs. */
const SENDING_REFRESH_S = 20

/**
 * Draws the page. Its parts have names, by which the script puts new ones in the place of old ones:
 * each page of a payment has the same parts.
 */
export function paymentPage(site: Site, shown: Shown): Html {
  const { view, brief, form, payment, now } = shown
  const { t } = site
  const failed = Object.keys(form.wrong).length > 0
  const title = view.kind === "ended" ? t.states[view.state].title : t.pay.title(brief.displayName)
  const left = payment.expiresAt && (payment.expiresAt.getTime() - now.getTime()) / 1_000
  const live = isLive(shown)
  return layout(site, {
    title: failed ? `${t.pay.errors} ${title}` : title,
    path: payment.id,
    query: queryOf(shown),
    refreshSeconds: REFRESH_S[view.kind] ?? null,
    ...(live && {
      live: {
        expecting: true,
        leftSeconds: left === null ? null : Math.max(0, Math.ceil(left)),
      },
    }),
    wide: view.kind === "send",
    body: html`${live && offlineNote(site)}
<div class="about" data-live="about">${head(site, shown)}</div>
<div class="state" data-live="state" aria-live="polite">${statePart(site, shown)}</div>
<div class="came" data-live="came">${arrivalList(shown.arrivals, shown.coins, t)}</div>
<div class="do" data-live="do">${viewPart(site, shown)}</div>
<div class="tail" data-live="tail">${tail(site, shown)}</div>`,
  })
}

/** Whether our script runs on the page: only where a transfer can come or be confirmed. */
export function isLive({ view, coins, arrivals }: Shown): boolean {
  if (view.kind === "send") return true
  if (view.kind === "wait") return view.crypto && coins.length > 0
  const late = view.kind === "ended" && view.state === "expired"
  return late && arrivals.some(({ state }) => state === "seen")
}

const REFRESH_S: Partial<Record<View["kind"], number>> = {
  wait: WAITING_REFRESH_S,
  visit: SENDING_REFRESH_S,
  send: SENDING_REFRESH_S,
}

/** A coin that the payer chose stays chosen; one that nobody offers is forgotten. */
function queryOf({ coin, coins }: Shown): Query {
  return { coin: coins.some(({ asset }) => asset === coin) ? coin : null }
}

/** Whom, how much, what for, until when. */
function head({ t }: Site, { payment, merchant, brief, view }: Shown): Html {
  const { amount, asset, description, expiresAt } = payment
  const until =
    view.kind !== "ended" && view.kind !== "wait" && expiresAt
      ? html`${timeText(expiresAt, merchant.timeZone, t)}<strong class="left"
role="timer" aria-label="${t.send.left}" data-timer hidden></strong>`
      : null
  return html`<header>
<p class="merchant">${t.pay.to} <strong>${brief.displayName}</strong></p>
<p class="amount">${amountText(amount, asset, t)} <small>${asset}</small></p>
${facts([
  [t.pay.description, description],
  [t.pay.expires, until],
])}
</header>`
}

/** What is the matter with the payment; told aloud when it changes. */
function statePart(site: Site, shown: Shown): Html | null {
  const { view, coins } = shown
  const { t } = site
  switch (view.kind) {
    case "send":
      return sendState(site, sendingOf(shown, view.offers))
    case "wait":
      return view.crypto ? waitState(site, coins) : banner("calm", t.wait)
    case "visit":
      return banner("calm", t.visit)
    case "ended": {
      const { title, text } = t.states[view.state]
      const because = view.state === "declined" && view.reason ? t.reasons[view.reason] : null
      const whole = because === null ? text : `${because} ${text}`
      const late = isAcceptedLate(shown)
      return html`${banner(view.state === "approved" ? "good" : "bad", { title, text: whole })}
${endNote(site, view.state, coins, late)}`
    }
    default:
      return null
  }
}

function isAcceptedLate({ payment, merchant, now }: Shown): boolean {
  const lateMs = merchant.settings.lateMoneyHours * 3_600_000
  return payment.expiresAt !== null && now.getTime() < payment.expiresAt.getTime() + lateMs
}

/** What can be done about it. */
function viewPart(site: Site, shown: Shown): Html | null {
  const { view, payment } = shown
  const { t } = site
  switch (view.kind) {
    case "choose":
      return choosePart(site, shown, view.declined !== null)
    case "send":
      return sendPart(site, sendingOf(shown, view.offers))
    case "resend":
      return html`${retryNote(site, shown)}
${action(site, shown, html`${button("pay", t.send.again, "main")}${cancel(site)}`)}`
    case "visit":
      return html`<p><a class="button main" href="${view.url}" rel="noreferrer">${t.visit.go}</a></p>
${action(site, shown, cancel(site))}`
    case "wait": {
      const to = address(site, payment.id, queryOf(shown))
      const again = html`<p><a class="button quiet" href="${to}">${t.wait.refresh}</a></p>`
      return isLive(shown) ? html`<noscript>${again}</noscript>` : again
    }
    case "ended":
      return null
  }
}

function sendingOf({ payment, coin }: Shown, offers: readonly Offer[]): Sending {
  return { paymentId: payment.id, version: payment.version, offers, coin }
}

function choosePart(site: Site, shown: Shown, again: boolean): Html {
  const { t } = site
  const { form, payment } = shown
  if (form.rules.offered.length === 0) {
    return html`<p class="note">${t.pay.none}</p>${action(site, shown, cancel(site))}`
  }
  const wrong = Object.keys(form.wrong).length > 0
  const submit = t.pay.submit(amountText(payment.amount, payment.asset, t))
  return html`${again && !wrong && retryNote(site, shown)}
${wrong && html`<p class="note bad" role="alert">${t.pay.errors}</p>`}
${action(site, shown, html`${fields(form, t)}${button("pay", submit, "main")}${cancel(site)}`)}`
}

function retryNote({ t }: Site, { view }: Shown): Html | null {
  const declined = "declined" in view ? view.declined : null
  if (declined === null) return null
  return html`<div class="note bad" role="alert"><strong>${t.pay.declined}</strong>
${t.reasons[declined]} ${t.pay.tryAgain}</div>`
}

function cancel({ t }: Site): Html {
  return button("cancel", t.pay.cancel, "quiet", { skipsChecks: true })
}

/** A form carries the version that its page showed: sent again later, it does nothing. */
function action(site: Site, { payment }: Shown, inside: Html): Html {
  return html`<form method="post" action="${address(site, payment.id)}">
<input type="hidden" name="version" value="${payment.version}">
${inside}
</form>`
}

/** The way back and whom to ask. Who only waits may go back, too: the merchant will be told. */
function tail(site: Site, shown: Shown): Html {
  const { t, sandbox } = site
  const { payment, brief, view } = shown
  const simulate = sandbox && button("simulate", t.send.simulate, "test")
  const back = returnUrl(brief.redirectUrl, payment)
  const ended = view.kind === "ended"
  return html`${view.kind === "send" && action(site, shown, html`${simulate}${cancel(site)}`)}
${
  back &&
  (ended || view.kind === "wait") &&
  html`<p><a class="button ${ended ? "main" : "quiet"}" href="${back}">${t.pay.back}</a></p>`
}
${brief.supportInfo && html`<p class="hint">${t.pay.support} ${brief.supportInfo}</p>`}
<p class="hint">${t.number}: <code>${payment.id}</code></p>`
}
