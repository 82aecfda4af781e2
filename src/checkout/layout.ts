/** The frame of every page: its head, its card, and how amounts and times are written. */
import { CURRENCY_DECIMALS, formatDecimal } from "../money.ts"
import { attribute, type Html, html, type Piece } from "./html.ts"
import type { Texts } from "./texts.ts"

/** What every page needs beside what it shows. */
export type Site = {
  /** Where the pages are mounted, as browsers see it. */
  readonly base: string
  readonly stylesUrl: string
  readonly sandbox: boolean
  readonly t: Texts
}

export type Page = {
  readonly title: string
  readonly body: Piece
  /** Reload after so many seconds; null for never. */
  readonly refreshSeconds?: number | null
}

/** A whole page. */
export function layout({ stylesUrl, sandbox, t }: Site, page: Page): Html {
  const { title, body, refreshSeconds } = page
  return html`<!doctype html>
<html lang="${t.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
${refreshSeconds && html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<title>${title}</title>
<link rel="stylesheet" href="${stylesUrl}">
</head>
<body>
${sandbox && html`<p class="sandbox">${t.sandbox}</p>`}
<main class="card">
${body}
</main>
<footer>${t.footer}</footer>
</body>
</html>
`
}

/** A page that says one thing, such as that there is no such payment. */
export function messagePage(site: Site, { title, text }: { title: string; text: string }): Html {
  return layout(site, { title, body: banner("bad", title, text) })
}

export type Tone = "good" | "bad" | "calm"

/** A sign, a heading and a sentence. The sign is drawn by the stylesheet. */
export function banner(tone: Tone, title: string, text: string): Html {
  return html`<section class="banner ${tone}" role="status">
<span class="sign" aria-hidden="true"></span>
<h1>${title}</h1>
<p>${text}</p>
</section>`
}

/** Terms and their values; a value that is null leaves its term out. */
export function facts(rows: readonly (readonly [term: string, value: Piece])[]): Html {
  const shown = rows.filter(([, value]) => value !== null)
  return html`<dl class="facts">${shown.map(
    ([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`,
  )}</dl>`
}

/** A button that sends its form. */
export function button(
  name: string,
  label: string,
  look: "main" | "quiet",
  options: { readonly skipsChecks?: boolean } = {},
): Html {
  return html`<button class="${look}" name="do" value="${name}"${attribute(
    "formnovalidate",
    options.skipsChecks ?? false,
  )}>${label}</button>`
}

/** An amount as people write it: "$ 12.500"; cents only where there are some. */
export function amountText(amount: bigint, currency: string, t: Texts): string {
  const decimals = CURRENCY_DECIMALS[currency] ?? 0
  const whole = decimals === 0 || amount % 10n ** BigInt(decimals) === 0n
  const format = new Intl.NumberFormat(t.language, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: whole ? 0 : decimals,
    maximumFractionDigits: decimals,
  })
  // Text keeps every digit; a number would round beyond 2^53.
  return format.format(formatDecimal(amount, decimals) as Intl.StringNumericLiteral)
}

/** An instant in the merchant's time zone, for people and for machines. */
export function timeText(at: Date, timeZone: string, t: Texts): Html {
  const format = new Intl.DateTimeFormat(t.language, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone,
  })
  // "9:03 a. m." must not be torn apart at the end of a line.
  const text = format.format(at).replace(/\s(?=(?:[ap]\.\s)?m\.)/g, "\u00a0")
  return html`<time datetime="${at.toISOString()}">${text}</time>`
}
