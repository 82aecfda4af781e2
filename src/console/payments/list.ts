/** The list of payments: its filters, its rows, and what to say where there are none. */
import {
  DIALECT_NAMES,
  METHODS,
  type Merchant,
  type Payment,
  SEARCH_MAX,
  type SearchFound,
  STATES,
} from "../../core/index.ts"
import { attribute, type Html, html, type Piece } from "../../pages/html.ts"
import { amountHtml, type Reading, timeHtml, timeText } from "../figures.ts"
import { badge, empty, field, heading, linkButton, note, pager, type Row, table } from "../parts.ts"
import type { Visit } from "../site.ts"
import { DIALECTS, METHODS as METHOD_WORDS, STATES as STATE_WORDS } from "../terms.ts"
import { say } from "../words.ts"
import { type Choices, type FieldName, type Filter, queryOf } from "./filter.ts"
import { LIST } from "./texts.ts"

export type ListShown = {
  readonly filter: Filter
  readonly choices: Choices
  readonly reading: Reading
  readonly found: SearchFound
  /** Where the page before ended; null on the first. */
  readonly after: string | null
  /** Merchants by their ids, where payments of several are shown. */
  readonly merchants: ReadonlyMap<string, Merchant>
}

type Say = (name: keyof typeof LIST, values?: Readonly<Record<string, string | number>>) => string

/** The whole list. */
export function listBody(visit: Visit, shown: ListShown): Html {
  const { filter, reading } = shown
  const t: Say = (name, values) => say(LIST[name], visit.language, values)
  const actions = [
    visit.can("operate") && linkButton(t("unanswered"), visit.href("/payments/unanswered")),
    html`<span data-part="export">${linkButton(
      t("export"),
      visit.href("/payments/export", queryOf(filter)),
    )}</span>`,
  ]
  return html`${heading(t("title"), actions)}
${filterForm(visit, shown, t)}
<div data-part="results" aria-live="polite">
${resultsPart(visit, shown, t)}
</div>
<p class="hint">${t("zone", { zone: reading.timeZone })}</p>`
}

function filterForm(visit: Visit, { filter, choices }: ListShown, t: Say): Html {
  const { typed, wrong } = filter
  const { language } = visit
  const any = ["", t("any")] as const
  const given = (name: FieldName, more: Partial<Parameters<typeof field>[0]> = {}) =>
    field({
      name,
      label: t(labelOf(name)),
      value: typed[name],
      error: wrong[name] ?? null,
      ...more,
    })
  const folded: readonly FieldName[] = [
    "dialect",
    "method",
    "rail",
    "asset",
    "min",
    "max",
    "from",
    "to",
  ]
  const isOpen = folded.some((name) => typed[name] !== "")
  const own = visit.user.merchantId === null && visit.merchant
  return html`<form method="get" action="${visit.href("/payments")}" class="finder" role="search"
data-instant="results">
${own && html`<input type="hidden" name="merchant" value="${own.id}">`}
${
  typed.customer !== "" &&
  html`<input type="hidden" name="customer" value="${typed.customer}"><p>${badge(
    t("ofCustomer"),
    "calm",
  )}</p>`
}
<div class="filter-row">
${given("q", {
  type: "search",
  placeholder: t("searchHint"),
  maxlength: SEARCH_MAX,
  autocomplete: "off",
})}
${given("state", {
  options: [any, ...STATES.map((each) => [each, say(STATE_WORDS[each], language)] as const)],
})}
<div class="filter-buttons"><button class="main">${t("apply")}</button>${
    filter.narrows && linkButton(t("clear"), visit.href("/payments"))
  }</div>
</div>
<details class="filter-more"${attribute("open", isOpen)}><summary>${t("more")}</summary>
<div class="filter-grid">
${given("dialect", {
  options: [any, ...DIALECT_NAMES.map((each) => [each, DIALECTS[each]] as const)],
})}
${given("method", {
  options: [any, ...METHODS.map((each) => [each, say(METHOD_WORDS[each], language)] as const)],
})}
${given("rail", { options: [any, ...choices.rails.map((each) => [each, each] as const)] })}
${given("asset", { options: [any, ...choices.assets.map((each) => [each, each] as const)] })}
${given("min", { inputmode: "decimal", maxlength: 40 })}
${given("max", { inputmode: "decimal", maxlength: 40 })}
${given("from", { type: "date" })}
${given("to", { type: "date" })}
</div></details>
</form>`
}

function resultsPart(visit: Visit, shown: ListShown, t: Say): Html {
  const { filter, found, after } = shown
  const wrong = Object.entries(filter.wrong)
  if (wrong.length > 0) {
    // The script replaces this part alone, so it says what the fields say, too.
    const said = wrong.map(([name, why]) => html`<li>${t(labelOf(name as FieldName))}: ${why}</li>`)
    return note(html`${t("fix")}<ul>${said}</ul>`, "bad", true)
  }
  const first = after === null ? null : visit.href("/payments", queryOf(filter))
  const next = found.cursor && visit.href("/payments", { ...queryOf(filter), after: found.cursor })
  if (found.items.length === 0) return nothing(visit, shown, next, t)
  const rows = found.items.map((each) => rowOf(visit, shown, each, t))
  return html`<div class="cards">${table(t("title"), columnsOf(visit, t), rows)}</div>
${pager(visit, { next, first })}`
}

function nothing(visit: Visit, { filter, found, reading }: ListShown, next: string | null, t: Say) {
  if (next !== null && found.lookedBackTo) {
    const day = timeText(found.lookedBackTo, reading, "day")
    return empty(t("noneHere", { day }), t("older", { day }), linkButton(t("goOn"), next, "main"))
  }
  if (!filter.narrows) return empty(t("nothing"), t("nothingText"))
  return empty(t("noneFits"), t("noneFitsText"), linkButton(t("clear"), visit.href("/payments")))
}

function labelOf(name: FieldName): keyof typeof LIST {
  return name === "q" ? "search" : name === "customer" ? "ofCustomer" : name
}

function columnsOf({ merchant }: Visit, t: Say) {
  return [
    { label: t("amount"), number: true },
    { label: t("state") },
    { label: t("reference") },
    ...(merchant === null ? [{ label: t("merchant") }] : []),
    { label: t("dialect"), wide: true },
    { label: t("created") },
  ]
}

function rowOf(visit: Visit, { reading, merchants }: ListShown, payment: Payment, t: Say): Row {
  const { id, amount, asset, dialect, createdAt, merchantId, reference, description } = payment
  return {
    href: visit.href(`/payments/${id}`),
    cells: [
      amountHtml(amount, asset, reading),
      stateBadges(payment, visit.language),
      html`<span class="reference">${reference ?? t("noReference")}</span>${
        description !== null && html` <small class="soft clip">${description}</small>`
      }`,
      ...(visit.merchant === null ? [merchants.get(merchantId)?.name ?? ""] : []),
      DIALECTS[dialect],
      timeHtml(createdAt, reading),
    ],
  }
}

/** The state of a payment, and whether some of it was given back. */
export function stateBadges(
  { state, captured, refunded }: Pick<Payment, "state" | "captured" | "refunded">,
  language: Visit["language"],
): Piece {
  const words = refunded >= captured ? LIST.refundedAll : LIST.refundedPart
  return [
    badge(say(STATE_WORDS[state], language), STATE_WORDS[state].tone),
    refunded > 0n && [" ", badge(say(words, language), "calm")],
  ]
}
