/** A customer's page: who it is, what may be charged, and what was. */
import type { Customer, Instrument, Merchant, Payment } from "../../core/index.ts"
import { type Html, html, type Piece } from "../../pages/html.ts"
import { amountHtml, type Reading, timeHtml, timeText } from "../figures.ts"
import {
  badge,
  button,
  code,
  facts,
  form,
  heading,
  note,
  panel,
  type Row,
  table,
} from "../parts.ts"
import { documentOf, maskEmail } from "../payers.ts"
import type { Visit } from "../site.ts"
import { sure } from "../sure.ts"
import { DIALECTS, INSTRUMENT_STATES, REASONS, STATES } from "../terms.ts"
import { say } from "../words.ts"
import { CHANNELS, REVOKERS, TEXTS } from "./texts.ts"

export type CustomerShown = {
  readonly customer: Customer
  readonly merchant: Merchant
  readonly reading: Reading
  readonly instruments: readonly Instrument[]
  readonly payments: readonly Payment[]
  /** Why what was asked for wasn't done; null where it was, or nothing was. */
  readonly refused: string | null
}

type T = (name: keyof typeof TEXTS, values?: Readonly<Record<string, string | number>>) => string

/** The whole page. */
export function customerBody(visit: Visit, shown: CustomerShown): Html {
  const t: T = (name, values) => say(TEXTS[name], visit.language, values)
  const { customer, merchant, reading, refused } = shown
  const { dialect, person } = customer
  const above = html`<a href="${visit.href("/customers")}">${t("title")}</a>`
  const isAll = visit.user.merchantId === null
  return html`${heading(person.name || customer.id, null, above)}
${refused !== null && note(t("failed", { why: refused }), "bad", true)}
<div class="columns">
<div class="side-column">${panel(
    t("details"),
    facts([
      [t("document"), documentOf(person) || null],
      [t("email"), person.email ? maskEmail(person.email) : null],
      [t("merchant"), isAll ? merchant.name : null],
      [t("dialect"), DIALECTS[dialect]],
      [t("created"), timeHtml(customer.createdAt, reading)],
      [t("id"), code(visit, customer.id)],
    ]),
  )}</div>
<div class="main-column">
${panel(t("instruments"), instrumentsOf(visit, shown, t))}
${panel(t("payments"), paymentsOf(visit, shown, t), allPayments(visit, shown, t))}
</div></div>`
}

function instrumentsOf(visit: Visit, shown: CustomerShown, t: T): Html {
  const { instruments } = shown
  if (instruments.length === 0) return html`<p class="hint">${t("noInstruments")}</p>`
  const columns = ["account", "state", "rail", "consent", "actions"] as const
  const rows = instruments.map((each): Row => {
    const words = INSTRUMENT_STATES[each.state]
    const state = badge(say(words, visit.language), words.tone)
    return {
      cells: [
        accountOf(each),
        each.reason === null || each.state === "revoked"
          ? state
          : html`${state} <small>${say(REASONS[each.reason], visit.language)}</small>`,
        visit.core.rails.get(each.rail)?.displayName ?? each.rail,
        consentOf(visit, each, shown.reading, t),
        revokeForm(visit, shown, each, t),
      ],
    }
  })
  return table(
    t("instruments"),
    columns.map((each) => ({ label: t(each) })),
    rows,
  )
}

/** The account as it may be shown. */
function accountOf({ masked, type }: Instrument): Html {
  const { accountNumber, bank, phoneNumber } = masked
  const parts = [bank, accountNumber, phoneNumber].filter((each) => each !== undefined)
  return html`${parts.join(" ")} <small class="soft">${type}</small>`
}

function consentOf({ language }: Visit, each: Instrument, reading: Reading, t: T): Piece {
  const { consentChannel, consentedAt, revokedAt, revokedBy } = each
  const at = (date: Date) => timeText(date, reading, "minute")
  const channel = consentChannel === null ? "" : say(CHANNELS[consentChannel], language)
  const by = revokedBy === null ? "" : say(REVOKERS[revokedBy], language)
  return [
    consentedAt === null ? t("noConsent") : t("consented", { at: at(consentedAt), channel }),
    revokedAt && html`<br>${t("revoked", { at: at(revokedAt), by })}`,
  ]
}

function revokeForm(
  visit: Visit,
  { customer }: CustomerShown,
  each: Instrument,
  t: T,
): Html | null {
  const canEnd = each.state === "active" || each.state === "pending"
  if (!visit.can("money") || !canEnd) return null
  const inside = html`<input type="hidden" name="instrument" value="${each.id}">${button(
    t("revoke"),
    "danger",
  )}`
  const to = visit.href(`/customers/${customer.id}/revoke`)
  return sure(`revoke-${each.id}`, t("revoke"), t("revokeSure"), form(visit, to, inside))
}

function allPayments(visit: Visit, { customer, payments }: CustomerShown, t: T): Html | null {
  if (payments.length === 0) return null
  const to = visit.href("/payments", { customer: customer.id })
  return html`<a href="${to}">${t("allPayments")}</a>`
}

function paymentsOf(visit: Visit, { payments, reading }: CustomerShown, t: T): Html {
  if (payments.length === 0) return html`<p class="hint">${t("noPayments")}</p>`
  const columns = [
    { label: t("amount"), number: true },
    { label: t("state") },
    { label: t("reference") },
    { label: t("created") },
  ]
  const rows = payments.map(
    ({ id, amount, asset, createdAt, reference, state }): Row => ({
      href: visit.href(`/payments/${id}`),
      cells: [
        amountHtml(amount, asset, reading),
        badge(say(STATES[state], visit.language), STATES[state].tone),
        reference ?? "–",
        timeHtml(createdAt, reading),
      ],
    }),
  )
  return table(t("payments"), columns, rows)
}
