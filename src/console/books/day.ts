/** A merchant's day: what its payments say of money, and what the books say of the same. */
import {
  csvLine,
  type DaySummary,
  dayAfter,
  dayBefore,
  dayCsv,
  FIGURES,
  type Merchant,
} from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { beginOfDay, readDay } from "../days.ts"
import { amountHtml, amountText, type Reading, readingFor } from "../figures.ts"
import { badge, empty, field, heading, linkButton, note, panel, type Row, table } from "../parts.ts"
import type { Answer, Asked, Visit } from "../site.ts"
import { ACCOUNTS } from "../terms.ts"
import { say, type Words } from "../words.ts"
import { choose } from "./choose.ts"
import { FIGURE_WORDS, TEXTS } from "./texts.ts"

/** Kept until the report has been read, so that a slow browser holds no connection. */
const FILE_MAX = 20_000

type T = (name: keyof typeof TEXTS, values?: Readonly<Record<string, string | number>>) => string

type Wish = { readonly day: string; readonly typed: string; readonly wrong: string | null }

function wishOf({ core }: Visit, { timeZone }: Merchant, query: Asked["query"], t: T): Wish {
  const typed = query["day"]?.trim() ?? ""
  if (typed === "") return { day: core.reports.yesterday(timeZone), typed, wrong: null }
  const day = readDay(typed)
  if (day === null) return { day: typed, typed, wrong: t("badDay") }
  const isFuture = beginOfDay(day, timeZone) > core.clock.now()
  return { day, typed, wrong: isFuture ? t("future") : null }
}

/** The page. */
export async function showDay(visit: Visit, { query }: Asked): Promise<Answer> {
  const { core, language, merchant } = visit
  const t: T = (name, values) => say(TEXTS[name], language, values)
  if (merchant === null) return choose(visit, t("daily"))
  const wish = wishOf(visit, merchant, query, t)
  const summary = wish.wrong
    ? null
    : await core.reports.daily(merchant, wish.day, async () => undefined)
  const above = html`<a href="${visit.href("/books")}">${t("title")}</a>`
  const day = summary && { day: wish.day }
  const actions = day && [
    linkButton(t("paymentsOfDay"), visit.href("/payments", { from: day.day, to: day.day })),
    linkButton(t("export"), visit.href("/books/day/export", day)),
  ]
  const body = html`${heading(`${t("daily")} ${wish.wrong ? "" : wish.day}`, actions, above)}
${finder(visit, wish, t)}
${summary && summaryPart(visit, summary, readingFor(visit, merchant), t)}
<p class="hint">${t("zone", { zone: merchant.timeZone })}</p>`
  return { title: t("daily"), body, ...(wish.wrong !== null && { status: 422 }) }
}

function finder(visit: Visit, { day, typed, wrong }: Wish, t: T): Html {
  const own = visit.user.merchantId === null && visit.merchant
  const step = (to: string, label: string) =>
    linkButton(label, visit.href("/books/day", { day: to }))
  return html`<form method="get" action="${visit.href("/books/day")}" class="finder">
${own && html`<input type="hidden" name="merchant" value="${own.id}">`}
<div class="row end">
${field({ name: "day", label: t("day"), type: "date", value: wrong ? typed : day, error: wrong })}
<button class="main">${t("show")}</button>
${wrong === null && [step(dayBefore(day), t("before")), step(dayAfter(day), t("after"))]}
</div></form>`
}

function summaryPart(visit: Visit, summary: DaySummary, reading: Reading, t: T): Html {
  const { agrees, checks, dropped, over } = summary
  const differing = checks.filter((each) => !each.agrees)
  return html`${!over && note(t("notOver"), "calm")}
${dropped && note(t("dropped"), "warn")}
${differing.map(({ asset, ledger: booked, rows, what }) =>
  note(
    t("dayDisagrees", {
      what: what === "gained" ? t("gained") : say(FIGURE_WORDS[what], visit.language),
      asset,
      rows: amountText(rows, asset, reading),
      booked: amountText(booked, asset, reading),
    }),
    "bad",
    true,
  ),
)}
${!dropped && panel(t("figures"), figuresOf(visit, summary, reading, t), agrees && badge(t("dayAgrees"), "good"))}
${panel(t("ledger"), accountsOf(visit, summary, reading, t))}`
}

function figuresOf(visit: Visit, { totals }: DaySummary, reading: Reading, t: T): Html {
  const rows = totals.flatMap((total) =>
    FIGURES.filter((figure) => total[figure].count > 0).map(
      (figure): Row => ({
        cells: [
          say(FIGURE_WORDS[figure], visit.language),
          total.rail === null ? "–" : (visit.core.rails.get(total.rail)?.displayName ?? total.rail),
          String(total[figure].count),
          amountHtml(total[figure].amount, total.asset, reading),
        ],
      }),
    ),
  )
  if (rows.length === 0) return empty(t("emptyDay"))
  const columns = [
    { label: t("what") },
    { label: t("rail") },
    { label: t("count"), number: true },
    { label: t("amount"), number: true },
  ]
  return table(t("figures"), columns, rows)
}

function accountsOf(visit: Visit, { ledger }: DaySummary, reading: Reading, t: T): Html {
  if (ledger.accounts.length === 0) return empty(t("nothing"))
  const columns = [
    { label: t("account") },
    { label: t("opening"), number: true },
    { label: t("change"), number: true },
    { label: t("closing"), number: true },
  ]
  const rows = ledger.accounts.map(({ asset, change, closing, custodian, kind, opening }): Row => {
    const words: Words | undefined = ACCOUNTS[kind]
    const name = words ? say(words, visit.language) : kind
    return {
      cells: [
        html`${name}${custodian === "self" && html` <small class="soft">${t("own")}</small>`}`,
        amountHtml(opening, asset, reading),
        amountHtml(change, asset, reading),
        amountHtml(closing, asset, reading),
      ],
    }
  })
  return table(t("ledger"), columns, rows)
}

/** The day's rows as a file. */
export async function exportDay(visit: Visit, { query }: Asked): Promise<Answer> {
  const { core, language, merchant } = visit
  const t: T = (name, values) => say(TEXTS[name], language, values)
  if (merchant === null) return choose(visit, t("daily"))
  const { day, wrong } = wishOf(visit, merchant, query, t)
  if (wrong !== null) return showDay(visit, { params: {}, query, form: {}, all: () => [] })
  const parts = [dayCsv.head()]
  let rows = 0
  await core.reports.daily(merchant, day, async (found) => {
    const fitting = found.slice(0, Math.max(0, FILE_MAX - rows))
    rows += found.length
    parts.push(dayCsv.lines(fitting))
  })
  if (rows > FILE_MAX) parts.push(csvLine([t("cut", { most: FILE_MAX })]))
  return {
    file: parts.join(""),
    type: "text/csv; charset=utf-8",
    name: `caudal-day-${day}.csv`,
  }
}
