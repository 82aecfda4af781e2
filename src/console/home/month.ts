/** The last thirty days as a curve, with the table that it is drawn from. */
import type { AssetFigures, Overview } from "../../core/index.ts"
import { attribute, type Html, html } from "../../pages/html.ts"
import { CHART } from "../chart-file.ts"
import { amountHtml, assetName, decimalsFor, type Reading } from "../figures.ts"
import { panel, table } from "../parts.ts"
import type { Visit } from "../site.ts"
import { say } from "../words.ts"
import { count } from "../written.ts"
import { T } from "./texts.ts"

const NONE: Omit<AssetFigures, "asset"> = { created: 0, approved: 0, amount: 0n }

/** The month in one asset: the one that is asked for, or the commonest. */
export function monthPanel(
  visit: Visit,
  { days }: Overview,
  reading: Reading,
  wanted: string | undefined,
): Html {
  const { language } = visit
  const assets = assetsOf(days)
  const asset = assets.find((each) => each === wanted) ?? assets[0]
  if (asset === undefined) {
    return panel(say(T.month, language), html`<p class="soft">${say(T.noMonth, language)}</p>`)
  }
  const title = say(T.monthIn, language, { asset: assetName(asset, reading) })
  const rows = days.map(({ day, assets: each }) => ({
    day,
    ...(each.find((one) => one.asset === asset) ?? NONE),
  }))
  const scale = 10 ** (decimalsFor(asset, reading) ?? 0)
  const drawn = {
    days: rows.map(({ day }) => day),
    label: say(T.amount, language),
    dayLabel: say(T.day, language),
    // A curve needs no more digits than a screen has points; the table has them all.
    values: rows.map(({ amount }) => Number(amount) / scale),
    unit: assetName(asset, reading),
  }
  const data = JSON.stringify(drawn)
  const chart = html`<div class="chart" role="img" aria-label="${title}" data-chart="${data}"
data-library="${visit.href(`/${CHART.address}`, { merchant: null })}"></div>`
  return panel(
    say(T.month, language),
    html`<p class="soft">${title}</p>${chart}
<details id="month-table"><summary>${say(T.asTable, language)}</summary>
${monthTable(visit, rows, asset, reading)}</details>`,
    assets.length > 1 && choice(visit, assets, asset, reading),
  )
}

function monthTable(
  { language }: Visit,
  rows: readonly (Omit<AssetFigures, "asset"> & { readonly day: string })[],
  asset: string,
  reading: Reading,
): Html {
  const columns = [
    { label: say(T.day, language) },
    { label: say(T.amount, language), number: true },
    { label: say(T.approved, language), number: true },
    { label: say(T.created, language), number: true },
  ]
  const cells = rows.toReversed().map(({ amount, approved, created, day }) => ({
    cells: [
      day,
      amountHtml(amount, asset, reading),
      count(approved, language),
      count(created, language),
    ],
  }))
  return table(say(T.month, language), columns, cells)
}

function choice(visit: Visit, assets: readonly string[], asset: string, reading: Reading): Html {
  const links = assets.map(
    (each) =>
      html`<a href="${visit.href("/", { asset: each })}"${attribute(
        "aria-current",
        each === asset ? "true" : null,
      )}>${assetName(each, reading)}</a> `,
  )
  return html`<nav class="row">${links}</nav>`
}

/** All that there were payments in, the commonest first. */
function assetsOf(days: Overview["days"]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { asset, approved, created } of days.flatMap(({ assets }) => assets)) {
    counts.set(asset, (counts.get(asset) ?? 0) + approved + created)
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([asset]) => asset)
}
