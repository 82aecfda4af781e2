/** The page of one payment: what is to be paid, and the one thing that can be done about it now. */
import type { Merchant, Payment } from "../core/index.ts"
import { formatDecimal } from "../money.ts"
import { type FormState, fields } from "./fields.ts"
import { attribute, type Html, html } from "./html.ts"
import { amountText, banner, button, facts, layout, type Site, timeText } from "./layout.ts"
import { type Brief, returnUrl } from "./purpose.ts"
import type { FinalState, Offer, View } from "./view.ts"

/** All that a page is made of. */
export type Shown = {
  readonly payment: Payment
  readonly merchant: Merchant
  readonly brief: Brief
  readonly view: View
  readonly form: FormState
}

/** A rail is asked every two seconds; looking more often shows nothing new. */
const WAITING_REFRESH_S = 2
/** While somebody copies an address a reload only disturbs. */
const SENDING_REFRESH_S = 20

/** Draws the page. */
export function paymentPage(site: Site, shown: Shown): Html {
  const { view, brief, form } = shown
  const { t } = site
  const failed = Object.keys(form.wrong).length > 0
  const title = view.kind === "ended" ? t.states[view.state].title : t.pay.title(brief.displayName)
  return layout(site, {
    title: failed ? `${t.pay.errors} ${title}` : title,
    refreshSeconds: REFRESH_S[view.kind] ?? null,
    body: html`${head(site, shown)}
${viewPart(site, shown)}
${tail(site, shown)}`,
  })
}

const REFRESH_S: Partial<Record<View["kind"], number>> = {
  wait: WAITING_REFRESH_S,
  visit: SENDING_REFRESH_S,
  send: SENDING_REFRESH_S,
}

/** Whom, how much, what for, until when. */
function head({ t }: Site, { payment, merchant, brief, view }: Shown): Html {
  const { amount, asset, description, expiresAt } = payment
  const until =
    view.kind !== "ended" && expiresAt ? timeText(expiresAt, merchant.timeZone, t) : null
  return html`<header>
<p class="merchant">${t.pay.to} <strong>${brief.displayName}</strong></p>
<p class="amount">${amountText(amount, asset, t)} <small>${asset}</small></p>
${facts([
  [t.pay.description, description],
  [t.pay.expires, until],
])}
</header>`
}

function viewPart(site: Site, shown: Shown): Html {
  const { view } = shown
  const { t } = site
  switch (view.kind) {
    case "choose":
      return choosePart(site, shown, view.declined !== null)
    case "send":
      return sendPart(site, shown, view.offers)
    case "resend":
      return html`${retryNote(site, shown)}
${action(site, shown, html`${button("pay", t.send.again, "main")}${cancel(site)}`)}`
    case "visit":
      return html`${banner("calm", t.visit.title, t.visit.text)}
<p><a class="button main" href="${view.url}" rel="noreferrer">${t.visit.go}</a></p>
${action(site, shown, cancel(site))}`
    case "wait":
      return html`${banner("calm", t.wait.title, view.crypto ? t.wait.crypto : t.wait.text)}
<p><a class="button quiet" href="${site.base}/${shown.payment.id}">${t.wait.refresh}</a></p>`
    case "ended":
      return endedPart(site, view.state, view.reason)
  }
}

function endedPart({ t }: Site, state: FinalState, reason: Payment["reason"]): Html {
  const { title, text } = t.states[state]
  const because = state === "declined" && reason ? `${t.reasons[reason]} ${text}` : text
  return banner(state === "approved" ? "good" : "bad", title, because)
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

function sendPart(site: Site, shown: Shown, offers: readonly Offer[]): Html {
  const { t, sandbox } = site
  return html`<h1 class="step">${t.send.title}</h1>
<p>${t.send.text}</p>
${offers.map((offer, index) => offerPart(site, offer, index === 0))}
<p class="hint">${t.send.warning}</p>
${action(
  site,
  shown,
  html`${sandbox && button("simulate", t.send.simulate, "main")}${cancel(site)}`,
)}`
}

/** A wallet link asks for the whole amount: once a part came, it would ask for too much. */
function offerPart({ t }: Site, offer: Offer, isOpen: boolean): Html {
  const { blockchain, token, decimals, address, uri, received, missing } = offer
  const linked = received === 0n && uri.startsWith("ethereum:")
  return html`<details class="offer" name="offer"${attribute("open", isOpen)}>
<summary>${blockchain} · ${token}</summary>
${received > 0n && html`<p class="note">${t.send.missing(tokenText(received, decimals), token)}</p>`}
${facts([
  [t.send.amount, html`<code>${tokenText(missing, decimals)}</code> ${token}`],
  [t.send.address, html`<code>${address}</code>`],
])}
${linked && html`<p><a class="button quiet" href="${uri}">${t.send.wallet}</a></p>`}
</details>`
}

/** A token's amount in full, without the zeros that eighteen decimals bring. */
function tokenText(amount: bigint, decimals: number): string {
  return formatDecimal(amount, decimals).replace(/(\.\d{2}\d*?)0+$/, "$1")
}

function cancel({ t }: Site): Html {
  return button("cancel", t.pay.cancel, "quiet", { skipsChecks: true })
}

/** A form carries the version that its page showed: sent again later, it does nothing. */
function action({ base }: Site, { payment }: Shown, inside: Html): Html {
  return html`<form method="post" action="${base}/${payment.id}">
<input type="hidden" name="version" value="${payment.version}">
${inside}
</form>`
}

/** The way back and whom to ask. Who only waits may go back, too: the merchant will be told. */
function tail({ t }: Site, { payment, brief, view }: Shown): Html {
  const back = returnUrl(brief.redirectUrl, payment)
  const ended = view.kind === "ended"
  return html`${
    back &&
    (ended || view.kind === "wait") &&
    html`<p><a class="button ${ended ? "main" : "quiet"}" href="${back}">${t.pay.back}</a></p>`
  }
${brief.supportInfo && html`<p class="hint">${t.pay.support} ${brief.supportInfo}</p>`}
<p class="hint">${t.number}: <code>${payment.id}</code></p>`
}
