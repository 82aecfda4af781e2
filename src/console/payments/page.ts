/** A payment's page: what it is, where its money is, what was tried, and what to do next. */
import type { Attempt, Refund } from "../../core/index.ts"
import { type Html, html, type Piece } from "../../pages/html.ts"
import { amountHtml, amountText, timeHtml } from "../figures.ts"
import { badge, code, facts, heading, note, panel, type Row, table } from "../parts.ts"
import type { Visit } from "../site.ts"
import { ATTEMPT_STATES, DIALECTS, KINDS, METHODS, REASONS, REFUND_STATES } from "../terms.ts"
import { say } from "../words.ts"
import { actionsPart, type Tried, takeBackForm } from "./actions.ts"
import { stateBadges } from "./list.ts"
import { nextSteps, unappliedOf } from "./next.ts"
import { PAGE } from "./page-texts.ts"
import { storyPart } from "./story.ts"
import type { Whole } from "./whole.ts"

type T = (name: keyof typeof PAGE, values?: Readonly<Record<string, string | number>>) => string

/** The whole page. `tried`: what came back from a form that wasn't done. */
export function paymentBody(visit: Visit, whole: Whole, tried: Tried): Html {
  const t: T = (name, values) => say(PAGE[name], visit.language, values)
  const { payment } = whole.story
  const above = html`<a href="${visit.href("/payments")}">${t("payments")}</a>`
  const title = amountText(payment.amount, payment.asset, whole.reading)
  const { reference } = payment
  const steps = nextSteps({ ...whole, rails: visit.core.rails }, visit.language)
  return html`<div data-part="head">${heading(title, stateBadges(payment, visit.language), above)}
<p class="under">${reference !== null && html`<strong>${reference}</strong>`}
${code(visit, idOf(payment.id))}</p>
${steps.map((each) => note(each.text, each.tone))}</div>
${actionsPart(visit, whole, tried)}
<div class="columns">
<div class="side-column">
<div data-part="money">${moneyPart(whole, t)}</div>
<div data-part="details">${detailsPart(visit, whole, t)}</div>
</div>
<div class="main-column">
<div data-part="tried">${refundsPart(visit, whole, t)}${attemptsPart(visit, whole, t)}</div>
<div data-part="story">${storyPart(visit, whole)}</div>
</div>
</div>`
}

/** The id as the native API shows it, which every search takes. */
export function idOf(id: string): string {
  return `pay_${id.replaceAll("-", "")}`
}

function moneyPart(whole: Whole, t: T): Html {
  const { reading, story } = whole
  const { payment } = story
  const money = (amount: bigint, asset = payment.asset) => amountHtml(amount, asset, reading)
  const some = (amount: bigint) => (amount === 0n ? null : money(amount))
  const left = payment.captured - payment.refunded
  return panel(
    t("money"),
    facts([
      [t("asked"), money(payment.amount)],
      [t("captured"), payment.kind === "charge" ? money(payment.captured) : null],
      [t("refunded"), some(payment.refunded)],
      [t("left"), payment.refunded > 0n ? money(left) : null],
      [t("fee"), some(payment.fee)],
      [t("held"), some(payment.held)],
      [t("commission"), payment.state === "approved" ? some(payment.commission) : null],
      ...[...unappliedOf(story)].map(
        ([asset, amount]) => [t("unapplied"), money(amount, asset)] as const,
      ),
    ]),
  )
}

function detailsPart(visit: Visit, whole: Whole, t: T): Html {
  const { merchant, payer, reading, story } = whole
  const { payment } = story
  const time = (at: Date | null) => at && timeHtml(at, reading)
  const rails = [...new Set(story.attempts.map(({ rail }) => railName(visit, rail)))]
  const to = payment.customerId && visit.href(`/customers/${payment.customerId}`)
  const names =
    payer.length === 0 ? null : payer.map((each) => html`<span class="line">${each}</span>`)
  return panel(
    t("details"),
    facts([
      [t("reference"), payment.reference && code(visit, payment.reference)],
      [t("description"), payment.description],
      [t("reason"), payment.reason && say(REASONS[payment.reason], visit.language)],
      [t("merchant"), visit.user.merchantId === null ? merchant.name : null],
      [t("dialect"), DIALECTS[payment.dialect]],
      [t("kind"), say(KINDS[payment.kind], visit.language)],
      [t("rail"), rails.length === 0 ? null : rails.join(", ")],
      [t(to ? "customer" : "payer"), to && names ? html`<a href="${to}">${names}</a>` : names],
      [t("created"), time(payment.createdAt)],
      [t("expires"), time(payment.expiresAt)],
      [t("approvedAt"), time(payment.approvedAt)],
      [t("settledAt"), time(payment.settledAt)],
      [t("id"), code(visit, payment.id)],
    ]),
  )
}

function railName({ core }: Visit, name: string): string {
  return core.rails.get(name)?.displayName ?? name
}

function attemptsPart(visit: Visit, { reading, story }: Whole, t: T): Html {
  const { language } = visit
  const tries = story.attempts.filter(({ kind }) => kind !== "refund")
  if (tries.length === 0) return panel(t("attempts"), html`<p class="hint">${t("noAttempts")}</p>`)
  const rows = tries.map((each): Row => {
    const { tone } = ATTEMPT_STATES[each.state]
    return {
      cells: [
        html`${railName(visit, each.rail)} <small class="soft">${say(METHODS[each.method], language)}</small>`,
        withReason(badge(say(ATTEMPT_STATES[each.state], language), tone), each.reason, visit),
        targetText(each.target),
        each.railReference === null
          ? null
          : code(visit, each.railReference, short(each.railReference)),
        timeHtml(each.begunAt ?? each.createdAt, reading),
      ],
    }
  })
  const columns = ["rail", "state", "account", "railReference", "begun"] as const
  return panel(
    t("attempts"),
    table(
      t("attempts"),
      columns.map((each) => ({ label: t(each) })),
      rows,
    ),
  )
}

function withReason(state: Piece, reason: Attempt["reason"], { language }: Visit): Piece {
  return reason === null ? state : html`${state} <small>${say(REASONS[reason], language)}</small>`
}

/** What was charged or recharged, masked as the core gives it. */
function targetText(target: Whole["story"]["attempts"][number]["target"]): string {
  if (target === null) return "–"
  const { bank, accountNumber, phoneNumber, companyCode, identifier } = target
  const parts = [bank, accountNumber, phoneNumber, companyCode, identifier]
  return parts.filter((part) => part !== undefined).join(" ") || "–"
}

function short(text: string): string {
  return text.length > 18 ? `${text.slice(0, 10)}…${text.slice(-6)}` : text
}

function refundsPart(visit: Visit, whole: Whole, t: T): Html | null {
  const { reading, story } = whole
  if (story.refunds.length === 0) return null
  const { asset } = story.payment
  const rows = story.refunds.map((each): Row => {
    const words = REFUND_STATES[each.state]
    return {
      cells: [
        amountHtml(each.amount, asset, reading),
        withReason(badge(say(words, visit.language), words.tone), each.reason, visit),
        timeHtml(each.createdAt, reading),
        html`${toSign(visit, whole, each, t)}${takeBackForm(visit, whole, each.id)}`,
      ],
    }
  })
  const columns = [
    { label: t("amount"), number: true },
    { label: t("state") },
    { label: t("created") },
    { label: t("actions") },
  ]
  return panel(t("refunds"), table(t("refunds"), columns, rows))
}

/** What a merchant's wallet has to sign, as text and as a link that wallets open. */
function toSign(
  visit: Visit,
  { possible, reading, story }: Whole,
  refund: Refund,
  t: T,
): Html | null {
  if (!possible.unsigned.some(({ id }) => id === refund.id)) return null
  const attempt = story.attempts.find(({ refundId }) => refundId === refund.id)
  const transfer = attempt?.instructions?.transfer
  if (!transfer) return null
  const { amount, asset, blockchain: chain, from, to, uri } = transfer
  const said = t("toSignText", {
    ...{ amount: amountText(BigInt(amount), asset, reading), from, to, chain },
  })
  return html`<details id="sign-${refund.id}"><summary>${t("toSign")}</summary><p>${said}</p>
<p><a class="button quiet" href="${uri}">${t("openWallet")}</a> ${code(visit, uri, short(uri))}</p>
</details>`
}
