/** The frame of every page: its head, its card, and how amounts and times are written. */
import { CURRENCY_DECIMALS, formatDecimal } from "../money.ts"
import { attribute, type Html, html, type Piece } from "../pages/html.ts"
import { type WholePage, withPolicy } from "../pages/policy.ts"
import { type Stylesheet, styleElements } from "../pages/stylesheet.ts"
import type { Picture } from "./logo.ts"
import { STYLES } from "./styles.ts"
import { dictionaries, LANGUAGES, type Language, type Texts } from "./texts/index.ts"

/** What every page needs beside what it shows. */
export type Site = {
  /** Where the pages are mounted, as browsers see it. */
  readonly base: string
  readonly scriptUrl: string
  readonly sandbox: boolean
  readonly language: Language
  /** Whether the link named the language: then the links from here name it, too. */
  readonly named: boolean
  /** Whether the link or the browser named it: a merchant's own comes only after these. */
  readonly wished: boolean
  readonly t: Texts
  /** The merchant's colour and logo, once it is known whose page it is: see `dressed`. */
  readonly theme: Stylesheet | null
  readonly logo: Picture | null
}

export type Page = {
  readonly title: string
  /** Its path below the base, for the links to its other languages; none without. */
  readonly path?: string
  /** What else its address says, beside the language. */
  readonly query?: Query
  readonly body: Piece
  /** Reload after so many seconds; null for never. With a script, only where scripts are off. */
  readonly refreshSeconds?: number | null
  /** Set for pages with our script on them. */
  readonly live?: {
    /** Whether something can still happen that the payer should see. */
    readonly expecting: boolean
    /** Seconds until the payment expires. */
    readonly leftSeconds: number | null
    /** Where it hears that the payment changed. */
    readonly changesUrl?: string
    /** Whether it also shows what changes without the payment, such as confirmations. */
    readonly often?: boolean
  }
  /** Two columns where there is room. */
  readonly wide?: boolean
}

export type Query = Readonly<Record<string, string | null>>

/** The address of a page below the base; what is null in the query is left out. */
export function address(site: Site, path: string, query: Query = {}): string {
  const named = site.named ? { lang: site.language } : {}
  const all = Object.entries({ ...named, ...query })
  const set = all.filter((each): each is [string, string] => each[1] !== null)
  const text = new URLSearchParams(set).toString()
  return `${site.base}/${path}${text === "" ? "" : `?${text}`}`
}

/** A whole page. */
export function layout(site: Site, page: Page): WholePage {
  const { scriptUrl, sandbox, theme, t } = site
  const { title, body, refreshSeconds, live, wide = false } = page
  const about = html`${attribute("data-expecting", live?.expecting ?? false)}${attribute(
    "data-left",
    live?.leftSeconds ?? null,
  )}${attribute("data-changes", live?.changesUrl ?? null)}${attribute(
    "data-often",
    live?.often ?? false,
  )}`
  const refresh = refreshSeconds && html`<meta http-equiv="refresh" content="${refreshSeconds}">`
  const styles = theme === null ? [STYLES] : [STYLES, theme]
  const whole = html`<!doctype html>
<html lang="${t.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
${refresh && live ? html`<noscript>${refresh}</noscript>` : refresh}
<title>${title}</title>
${styleElements(styles)}${live && html`<script type="module" src="${scriptUrl}"></script>`}
</head>
<body>
${sandbox && html`<aside class="sandbox">${t.sandbox}</aside>`}
<main class="card${wide && " wide"}"${about}>
${body}
</main>
<footer>
<p>${t.footer}</p>
${languageSwitch(site, page)}
</footer>
</body>
</html>
`
  return withPolicy(whole, { styles, picture: site.logo !== null, script: live !== undefined })
}

function languageSwitch(site: Site, { path, query }: Page): Html | null {
  if (path === undefined) return null
  const links = LANGUAGES.map(([language, name]) => {
    const to = address(site, path, { ...query, lang: language })
    const { language: tag } = dictionaries[language]
    const current = attribute("aria-current", language === site.language ? "true" : null)
    return html`<a id="language-${language}" href="${to}" lang="${tag}"
hreflang="${tag}"${current}>${name}</a>
`
  })
  return html`<nav class="languages" aria-label="${site.t.switch}">${links}</nav>`
}

type Saying = { readonly title: string; readonly text: string }

/** A page that says one thing, such as that a form came from elsewhere; `id`: of which payment. */
export function messagePage(site: Site, saying: Saying, id: string | null = null): WholePage {
  const back =
    id !== null &&
    html`<p><a class="button quiet" href="${address(site, id)}">${site.t.problems.back}</a></p>`
  const body = html`${banner("bad", saying)}${back}`
  return layout({ ...site, logo: null }, { title: saying.title, body })
}

export type Tone = "good" | "bad" | "calm" | "turn" | "over"

/** A sign, a heading and a sentence. The sign is drawn by the stylesheet. */
export function banner(tone: Tone, { title, text }: Saying): Html {
  return html`<section class="banner ${tone}">
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
export function button(name: string, label: string, look: "main" | "quiet" | "test"): Html {
  return html`<button class="${look}" name="do" value="${name}">${label}</button>`
}

/** An amount as people write it: "$ 12.500"; cents only where there are some. */
export function amountText(amount: bigint, currency: string, t: Texts): string {
  const decimals = CURRENCY_DECIMALS[currency] ?? 0
  const whole = decimals === 0 || amount % 10n ** BigInt(decimals) === 0n
  const format = kept(
    `${t.language} ${currency} ${whole}`,
    () =>
      new Intl.NumberFormat(t.language, {
        style: "currency",
        currency,
        currencyDisplay: "narrowSymbol",
        minimumFractionDigits: whole ? 0 : decimals,
        maximumFractionDigits: decimals,
      }),
  )
  // Text keeps every digit; a number would round beyond 2^53.
  return format.format(formatDecimal(amount, decimals) as Intl.StringNumericLiteral)
}

/** An instant in the merchant's time zone, for people and for machines. */
export function timeText(at: Date, timeZone: string, t: Texts): Html {
  const format = kept(
    `${t.language} ${timeZone}`,
    () => new Intl.DateTimeFormat(t.language, { dateStyle: "long", timeStyle: "short", timeZone }),
  )
  // "9:03 a. m." must not be torn apart at the end of a line.
  const text = format.format(at).replace(/\s(?=(?:[ap]\.\s)?m\.|[AP]M\b)/g, "\u00a0")
  return html`<time datetime="${at.toISOString()}">${text}</time>`
}

/**
 * Making a format takes a tenth of the time of a page. There are as many as languages, currencies
 * and the world's time zones.
 */
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()
function kept<Format extends Intl.NumberFormat | Intl.DateTimeFormat>(
  name: string,
  make: () => Format,
): Format {
  const format = (formats.get(name) as Format | undefined) ?? make()
  formats.set(name, format)
  return format
}
