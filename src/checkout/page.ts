/** The page of one payment: what is to be paid, and the one thing that can be done about it now. */

import type { Payment } from "../core/index.ts"
import { type Html, html } from "../pages/html.ts"
import type { WholePage } from "../pages/policy.ts"
import { tail, viewPart } from "./actions.ts"
import { arrivalList } from "./arrivals.ts"
import { endNote, isLateAwaited, offlineNote, sendingOf, sendState, waitNews } from "./crypto.ts"
import { amountText, banner, facts, layout, type Site, type Tone, timeText } from "./layout.ts"
import { logo } from "./logo.ts"
import { descriptionOf } from "./purpose.ts"
import { isExpecting, isLive, isWrong, queryOf, type Shown } from "./shown.ts"
import type { FinalState, View } from "./view.ts"
import { visitNews, visitOf } from "./visit.ts"

/** Without scripts. A rail is asked every two seconds; looking more often shows nothing new. */
const WAITING_REFRESH_S = 2
/** Who accepts on a phone has this page open beside it. */
const VISITING_REFRESH_S = 5
/** While somebody copies an address a reload only disturbs. */
const SENDING_REFRESH_S = 20

/**
 * Draws the page. Its parts have names, by which the script puts new ones in the place of old ones:
 * each page of a payment has the same parts.
 */
export function paymentPage(site: Site, shown: Shown): WholePage {
  const { view, brief, payment, now } = shown
  const { t } = site
  const failed = isWrong(shown)
  const title = newsOf(site, shown)?.title ?? t.pay.title(brief.displayName)
  const left = payment.expiresAt && (payment.expiresAt.getTime() - now.getTime()) / 1_000
  const live = isLive(shown)
  const expecting = isExpecting(shown)
  return layout(site, {
    title: failed ? `${t.pay.errors} ${title}` : title,
    ...(!shown.sample && { path: payment.id, query: queryOf(shown) }),
    refreshSeconds: refreshOf(shown),
    ...(live && {
      live: {
        expecting,
        leftSeconds: left === null ? null : Math.max(0, Math.ceil(left)),
        ...(expecting && { changesUrl: changesUrl(site, payment) }),
        often: shown.coins.length > 0,
      },
    }),
    wide: view.kind === "send",
    body: html`${live && offlineNote(site, shown.coins)}
<div class="about" data-live="about">${head(site, shown)}</div>
<div class="state" data-live="state" aria-live="polite">${statePart(site, shown)}</div>
<div class="came" data-live="came">${arrivalList(shown.arrivals, shown.coins, t)}</div>
<div class="do" data-live="do">${viewPart(site, shown)}</div>
<div class="tail" data-live="tail">${tail(site, shown)}</div>`,
  })
}

function changesUrl({ base }: Site, { id, version }: Payment): string {
  return `${base}/${id}/changes?version=${version}`
}

function refreshOf({ view, returned }: Shown): number | null {
  if (view.kind === "wait" || (view.kind === "visit" && returned)) return WAITING_REFRESH_S
  if (view.kind === "ended" && view.atBank) return WAITING_REFRESH_S
  if (view.kind === "visit") return VISITING_REFRESH_S
  return view.kind === "send" ? SENDING_REFRESH_S : null
}

/** An amount with more signs than these breaks on a narrow phone. */
const LONG = 14

/** Whom, how much, what for, until when. Where it is over, only whom and how much. */
function head(site: Site, shown: Shown): Html {
  const { payment, merchant, brief, view } = shown
  const { t } = site
  const { amount, asset, expiresAt } = payment
  const isOver = view.kind === "ended"
  const written = amountText(amount, asset, t)
  const until =
    !isOver && view.kind !== "wait" && expiresAt
      ? html`${timeText(expiresAt, merchant.timeZone, t)}<strong class="left"
role="timer" aria-label="${t.send.left}" data-in="${t.pay.in}" data-timer hidden></strong>`
      : null
  // Every page has one heading of the first rank: its news, where there are any.
  const whom = html`${t.pay.to} <strong>${brief.displayName}</strong>`
  return html`<header>
${logo(site)}
${newsOf(site, shown) ? html`<p class="merchant">${whom}</p>` : html`<h1 class="merchant">${whom}</h1>`}
<p class="amount${written.length > LONG && " long"}">${written} <small>${asset}</small></p>
${
  !isOver &&
  facts([
    [t.pay.description, descriptionOf(payment)],
    [t.pay.expires, until],
  ])
}
</header>`
}

/** What is the matter with the payment; told aloud when it changes. */
function statePart(site: Site, shown: Shown): Html | null {
  const { view, coins } = shown
  if (view.kind === "send") return sendState(site, sendingOf(shown, view.offers))
  const news = newsOf(site, shown)
  if (news === null) return null
  const over = view.kind === "ended" && endNote(site, view.state, coins, isAcceptedLate(shown))
  const asked = view.kind === "ended" && view.atBank
  return html`${banner(news.tone, news)}${over}
${asked && html`<p class="note warn">${site.t.visit.expired}</p>`}`
}

/** Who cancelled needs no alarm. */
const TONES: Partial<Record<FinalState, Tone>> = { approved: "good", cancelled: "over" }

type News = { readonly tone: Tone; readonly title: string; readonly text: string }

/** What has happened, where that is more than that somebody may pay: also the page's title. */
function newsOf(site: Site, shown: Shown): News | null {
  const { view } = shown
  const { t } = site
  switch (view.kind) {
    case "wait":
      return { tone: "calm", ...waitNewsOf(site, shown, view.crypto) }
    case "visit": {
      const visit = visitOf(shown, view.url)
      return { tone: visit.returned ? "calm" : "turn", ...visitNews(site, visit) }
    }
    case "ended": {
      const { title } = t.states[view.state]
      return { tone: TONES[view.state] ?? "bad", title, text: endingText(site, shown, view) }
    }
    default:
      return null
  }
}

function waitNewsOf(site: Site, { payment, coins }: Shown, crypto: boolean) {
  if (crypto) return waitNews(site, coins)
  // Before a bank has it nothing goes on by itself.
  return payment.state === "pending" ? site.t.connecting : site.t.wait
}

/** Why and what now; where money came or may still count, nothing that would deny it. */
function endingText({ t }: Site, shown: Shown, view: View & { kind: "ended" }): string {
  const { coins } = shown
  const { state, reason } = view
  const came = coins.some(({ received, seen }) => received + seen > 0n)
  const mayBePaid = view.atBank || isLateAwaited(state, coins, isAcceptedLate(shown))
  const isTold = state === "declined" || reason === "cancelled_by_merchant"
  const parts = [
    isTold && reason && t.reasons[reason],
    !(came && state !== "approved" && state !== "expired") && t.states[state].text,
    state === "expired" && !mayBePaid && t.pay.newLink,
  ]
  return parts.filter(Boolean).join(" ")
}

function isAcceptedLate({ payment, merchant, now }: Shown): boolean {
  const lateMs = merchant.settings.lateMoneyHours * 3_600_000
  return payment.expiresAt !== null && now.getTime() < payment.expiresAt.getTime() + lateMs
}
