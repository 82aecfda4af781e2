/** What a payer can do about a payment now: its form, its buttons, its links. */

import { type Html, html } from "../pages/html.ts"
import { sendingOf, sendPart } from "./crypto.ts"
import { fields } from "./fields.ts"
import { address, amountText, button, type Site } from "./layout.ts"
import { returnUrl } from "./purpose.ts"
import { receipt } from "./receipt.ts"
import { isWrong, queryOf, type Shown } from "./shown.ts"
import { visitOf, visitPart } from "./visit.ts"

/** What can be done about it. */
export function viewPart(site: Site, shown: Shown): Html | null {
  const { view, payment } = shown
  const { t } = site
  switch (view.kind) {
    case "choose":
      return choosePart(site, shown)
    case "send":
      return sendPart(site, sendingOf(shown, view.offers))
    case "resend":
      return html`${retryNote(site, shown)}<p class="note warn">${t.pay.left}</p>
${action(site, shown, html`${button("pay", t.send.again, "main")}${cancel(site)}`)}`
    case "visit": {
      const others = action(site, shown, html`${change(site)}${cancel(site)}`)
      return html`${lateNote(site, shown)}${visitPart(site, visitOf(shown, view.url), others)}`
    }
    case "wait": {
      const to = address(site, payment.id, queryOf(shown))
      const again = html`<p><a class="button quiet" href="${to}">${t.wait.refresh}</a></p>`
      return html`<noscript>${again}</noscript>`
    }
    case "ended":
      return payment.state === "approved" ? receipt(site, shown) : null
  }
}

function choosePart(site: Site, shown: Shown): Html {
  const { t } = site
  const { form, payment, brief } = shown
  if (form.rules.offered.length === 0) {
    return html`<p class="note">${t.pay.none}</p>${action(site, shown, cancel(site))}`
  }
  const wrong = isWrong(shown)
  const amount = amountText(payment.amount, payment.asset, t)
  const deal = { amount, merchant: brief.displayName }
  const submit = button("pay", t.pay.submit(amount), "main")
  return html`${!wrong && retryNote(site, shown)}
${wrong && html`<p class="note bad" role="alert">${t.pay.errors}</p>`}
${shown.coins.length > 0 && html`<p class="note warn">${t.pay.left}</p>`}
${action(site, shown, html`${fields(form, deal, t)}${submit}${cancel(site)}`)}`
}

function retryNote({ t }: Site, { view }: Shown): Html | null {
  const declined = "declined" in view ? view.declined : null
  if (declined === null) return null
  // Who turned back knows why, and needs no alarm.
  if (declined === "cancelled_by_payer") {
    const next = view.kind === "choose" && ` ${t.pay.choose}`
    return html`<p class="note" role="status">${t.reasons[declined]} ${t.pay.untouched}${next}</p>`
  }
  return html`<div class="note bad" role="alert"><strong>${t.pay.declined}</strong>
${t.reasons[declined]} ${t.pay.tryAgain}</div>`
}

function lateNote({ t }: Site, { tooLate }: Shown): Html | null {
  return tooLate ? html`<p class="note warn" role="alert">${t.pay.tooLate}</p>` : null
}

function cancel({ t }: Site): Html {
  return button("cancel", t.pay.cancel, "quiet")
}

function change({ t }: Site): Html {
  return button("change", t.pay.change, "quiet")
}

function cameNothing({ coins }: Shown): boolean {
  return coins.every(({ received, seen }) => received + seen === 0n)
}

/** Whether the payer of an address may choose another way: there is one, and nothing came. */
function canChange(shown: Shown): boolean {
  return cameNothing(shown) && shown.form.rules.offered.some((each) => each !== "crypto")
}

/**
 * A form carries the version that its page showed: sent again later, it does nothing. What was
 * typed is checked here alone, in our own words.
 */
function action(site: Site, { payment }: Shown, inside: Html): Html {
  return html`<form method="post" action="${address(site, payment.id)}" novalidate>
<input type="hidden" name="version" value="${payment.version}">
${inside}
</form>`
}

/** The way back and whom to ask. Who only waits may go back, too: the merchant will be told. */
export function tail(site: Site, shown: Shown): Html {
  const { t } = site
  const { payment, brief, view } = shown
  const back = returnUrl(brief.redirectUrl, payment)
  const ended = view.kind === "ended"
  return html`${view.kind === "send" && sendTail(site, shown)}
${
  back &&
  (ended || view.kind === "wait") &&
  html`<p><a class="button ${ended ? "main" : "quiet"}" href="${back}">${t.pay.back}</a></p>`
}
${brief.supportInfo && html`<p class="hint">${t.pay.support} ${brief.supportInfo}</p>`}
${
  payment.state !== "approved" && html`<p class="hint">${t.number}: <code>${payment.id}</code></p>`
}`
}

function sendTail(site: Site, shown: Shown): Html {
  const { t, sandbox } = site
  const simulate = sandbox && button("simulate", t.send.simulate, "test")
  const other = canChange(shown) && html`<p class="hint">${t.send.change}</p>${change(site)}`
  // Who has sent a part should send the rest, or wait.
  const stop = cameNothing(shown) && cancel(site)
  return action(site, shown, html`${simulate}${other}${stop}`)
}
