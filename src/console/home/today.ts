/** Today in figures: what was approved, how often, how soon, over which rail. */
import type { Overview } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { amountHtml, assetName, type Reading } from "../figures.ts"
import { empty, panel, table } from "../parts.ts"
import type { Visit } from "../site.ts"
import { say } from "../words.ts"
import { count, percent, took } from "../written.ts"
import { T } from "./texts.ts"

/** More currencies than a merchant takes; the others are in the table of the month. */
const ASSETS_MAX = 3

/** The figures of the day. */
export function tiles(visit: Visit, overview: Overview, reading: Reading): Html {
  const { core, language } = visit
  const { medianMs, p95Ms, rails, timeZone, today } = overview
  const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone })
  const values = { day: day.format(core.clock.now()), zone: timeZone }
  const title = html`<h2 class="soft">${say(T.todayIn, language, values)}</h2>`
  if (today.length === 0) {
    return html`${title}${empty(say(T.nothing, language), say(T.nothingText, language))}`
  }
  const approved = rails.reduce((sum, rail) => sum + rail.approved, 0)
  const ended = rails.reduce((sum, rail) => sum + rail.approved + rail.declined, 0)
  const amounts = today.slice(0, ASSETS_MAX).map((each) =>
    tile(
      say(T.approvedIn, language, { asset: assetName(each.asset, reading) }),
      amountHtml(each.amount, each.asset, reading),
      say(T.ofCreated, language, {
        approved: count(each.approved, language),
        created: count(each.created, language),
      }),
    ),
  )
  const rate = tile(
    say(T.rate, language),
    percent(approved, ended, language),
    say(T.rateOf, language, {
      approved: count(approved, language),
      ended: count(ended, language),
    }),
  )
  const time = tile(
    say(T.median, language),
    took(medianMs, language),
    say(T.medianBeside, language, { p95: took(p95Ms, language) }),
  )
  return html`${title}<dl class="tiles">${amounts}${rate}${time}</dl>`
}

function tile(label: string, value: Html | string, beside: string): Html {
  return html`<div class="tile"><dt>${label}</dt><dd>${value}</dd><dd class="beside">${beside}</dd></div>
`
}

/** Approvals of the day by rail. */
export function railPanel({ core, language }: Visit, { rails }: Overview): Html {
  const title = say(T.byRail, language)
  if (rails.length === 0) return panel(title, html`<p class="soft">${say(T.noRail, language)}</p>`)
  const columns = [
    { label: say(T.rail, language) },
    { label: say(T.approved, language), number: true },
    { label: say(T.declined, language), number: true, wide: true },
    { label: say(T.rate, language), number: true },
  ]
  const rows = rails.map(({ rail, approved, declined }) => ({
    cells: [
      core.rails.get(rail)?.displayName ?? rail,
      count(approved, language),
      count(declined, language),
      percent(approved, approved + declined, language),
    ],
  }))
  return panel(title, table(title, columns, rows))
}
