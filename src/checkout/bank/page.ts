/** The page of the simulated bank: one request, what its customer may answer, or how it ended. */
import { readFileSync } from "node:fs"
import { type AtBank, BANK_ANSWERS } from "../../core/index.ts"
import { attribute, type Html, html, type Piece } from "../../pages/html.ts"
import { type WholePage, withPolicy } from "../../pages/policy.ts"
import { styleElements, stylesheet } from "../../pages/stylesheet.ts"
import { type Chosen, chosenOf } from "../chosen.ts"
import { address, amountText, facts, type Site } from "../layout.ts"
import { descriptionOf } from "../purpose.ts"
import { dictionaries, LANGUAGES } from "../texts/index.ts"
import { type BankTexts, bankTexts, type Ending, NOTICES } from "./texts.ts"

/** All that the page is made of. */
export type ShownAtBank = AtBank & {
  /** As the checkout's own page names the merchant. */
  readonly merchantName: string
  readonly now: Date
}

const STYLES = stylesheet(readFileSync(new URL("./styles.css", import.meta.url), "utf8"))

/** Draws the page. */
export function bankPage(site: Site, shown: ShownAtBank): WholePage {
  const texts = bankTexts[site.language]
  const place = shown.attempt.method === "wallet" ? "wallet" : "bank"
  const chosen = chosenOf(shown.attempt, shown.order.target)
  const name = chosen.place ?? texts.unnamed
  const path = bankPath(shown.attempt.id)
  const ending = endingOf(shown)
  const title = ending ? texts.endings[ending].title : texts.heading
  const whole = html`<!doctype html>
<html lang="${site.t.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title} · ${texts.title(name)}</title>
${styleElements([STYLES])}</head>
<body class="${place}">
<aside class="simulated">${texts.simulated[place]} · ${texts.noMoney}</aside>
<div class="device">
<header class="place"><p class="name">${name}</p><p>${texts.place[place]}</p></header>
<main>
<h1>${title}</h1>
${
  ending
    ? html`<p>${texts.endings[ending].text}</p>`
    : html`<p class="amount">${amount(site, shown)}</p>`
}
${factsPart(site, shown, { texts, ending, chosen })}
${ending ? back(shown, texts) : form(address(site, path), texts)}
</main>
</div>
<footer>
<nav aria-label="${site.t.switch}">${languages(site, path)}</nav>
</footer>
</body>
</html>
`
  return withPolicy(whole, { styles: [STYLES] })
}

/** The page's path below the base. */
export function bankPath(attemptId: string): string {
  return `bank/${attemptId}`
}

/** Where the browser goes back to; null for an address that no browser should be sent to. */
export function wayBack({ order }: Pick<AtBank, "order">): string | null {
  const url = order.target.payer?.returnUrl
  return url !== undefined && /^https?:\/\//i.test(url) ? url : null
}

/** How the request ended at the bank; null while it waits for an answer. */
function endingOf({ state, reason }: ShownAtBank): Ending | null {
  if (state === "waiting") return null
  return reason === "expired" ? "expired" : state
}

function amount({ t }: Site, { order }: ShownAtBank): Html {
  return html`${amountText(order.amount, order.asset, t)} <small>${order.asset}</small>`
}

type About = {
  readonly texts: BankTexts
  readonly ending: Ending | null
  readonly chosen: Chosen
}

function factsPart(site: Site, shown: ShownAtBank, { texts, ending, chosen }: About): Html {
  const { payment, attempt, merchantName } = shown
  return facts([
    [texts.merchant, merchantName],
    [texts.amount, ending && amount(site, shown)],
    [texts.concept, descriptionOf(payment)],
    [attempt.method === "wallet" ? texts.phone : texts.account, chosen.account],
    [texts.left, ending ? null : leftText(site, shown, texts)],
  ])
}

const MINUTE_MS = 60_000

/** A bank waits for minutes, so that the time of the day says when it stops. */
function leftText({ t }: Site, { until, now, merchant }: ShownAtBank, texts: BankTexts): Html {
  const minutes = Math.ceil((until.getTime() - now.getTime()) / MINUTE_MS)
  const unit = { style: "unit", unit: "minute", unitDisplay: "long" } as const
  const left = new Intl.NumberFormat(t.language, unit).format(minutes)
  const { timeZone } = merchant
  const end = new Intl.DateTimeFormat(t.language, { timeStyle: "short", timeZone }).format(until)
  return html`${left}, ${texts.until} <time datetime="${until.toISOString()}">${end}</time>`
}

/** Choices and buttons: what is pressed is the answer. */
function form(action: string, texts: BankTexts): Html {
  const choices = NOTICES.map(
    (each) => html`<label><input type="radio" name="notice" value="${each}"${attribute(
      "checked",
      each === NOTICES[0],
    )}>${texts.notices[each]}</label>
`,
  )
  const buttons = BANK_ANSWERS.map(
    (each) => html`<button class="${each}" name="do" value="${each}">${texts.answers[each]}</button>
`,
  )
  return html`<form method="post" action="${action}">
<fieldset>
<legend>${texts.legend}</legend>
${choices}</fieldset>
<div class="answers">
${buttons}</div>
</form>`
}

function back(shown: ShownAtBank, texts: BankTexts): Html | null {
  const to = wayBack(shown)
  if (to === null) return null
  return html`<p>${texts.close}</p>
<p><a class="go" href="${to}">${texts.back(shown.merchantName)}</a></p>`
}

function languages(site: Site, path: string): Piece {
  return LANGUAGES.map(([language, name]) => {
    const { language: tag } = dictionaries[language]
    const current = attribute("aria-current", language === site.language ? "true" : null)
    return html`<a href="${address(site, path, { lang: language })}" lang="${tag}"
hreflang="${tag}"${current}>${name}</a>
`
  })
}
