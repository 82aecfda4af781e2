/** The frame of the console's pages: who is signed in, whose things are shown, where to go. */
import type { Merchant } from "../core/index.ts"
import { attribute, type Html, html, type Piece } from "../pages/html.ts"
import { FRAME, PROBLEMS, type Problem, ROLE_NAMES } from "./frame-texts.ts"
import { note } from "./parts.ts"
import { addressOf, type Place } from "./place.ts"
import type { Section, Shown, Visit } from "./site.ts"
import { LANGUAGES, type Language, say, TAGS } from "./words.ts"

/** Where what pages load is served. */
export type Assets = { readonly styles: string; readonly script: string }

/** How the books stand, for the light in the frame. */
export type Books = { readonly state: "right" | "wrong" | "unknown"; readonly detail: string }

export type Framed = {
  readonly visit: Visit
  readonly place: Place
  readonly assets: Assets
  readonly sections: readonly Section[]
  /** Whom an operator may choose; empty for a merchant's own user. */
  readonly merchants: readonly Merchant[]
  readonly books: Books | null
  readonly sandbox: boolean
  /** The path below the console that is shown, with its query. */
  readonly path: string
  /** What the step before says, once. */
  readonly said: string | null
  /** Where the page hears of news; null where it doesn't. */
  readonly liveUrl: string | null
}

/** The drop beside the name, for the tab: a picture that has to be fetched from nowhere. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#0b8a6f" ' +
    'd="M8 1c3 4 5 6 5 9a5 5 0 0 1-10 0c0-3 2-5 5-9z"/></svg>',
)}`

/** A whole page of somebody who is signed in. */
export function framed(page: Shown, frame: Framed): Html {
  const { visit, sandbox, said, liveUrl } = frame
  const { language } = visit
  const body = html`<a class="skip" href="#main">${say(FRAME.skip, language)}</a>
${sandbox && html`<aside class="sandbox">${say(FRAME.sandbox, language)}</aside>`}
<div class="frame">
${side(frame)}
<div class="page">
${bar(frame)}
<main id="main" tabindex="-1"${attribute("data-live", liveUrl)}>
${said !== null && note(said, "good", true)}
${page.body}
</main>
</div>
</div>`
  return document({ title: page.title, language, assets: frame.assets, body })
}

function side(frame: Framed): Html {
  const { visit, sections, place, path } = frame
  const { language } = visit
  const here = path.split("?")[0]!
  const links = sections.flatMap(({ nav }) => {
    if (nav === null || !visit.can(nav.permission)) return []
    const isHere = nav.path === "/" ? here === "/" : `${here}/`.startsWith(`${nav.path}/`)
    return html`<li><a href="${visit.href(nav.path)}"${attribute(
      "aria-current",
      isHere ? "page" : null,
    )}>${say(nav.label, language)}</a></li>
`
  })
  // Both are the same list: one of them stands in a box that opens without a script.
  const list = html`<ul>${links}</ul>`
  return html`<header class="side">
<a class="brand" href="${addressOf(place, "/")}"><span class="mark" aria-hidden="true"></span>Caudal</a>
<nav class="wide-nav" aria-label="${say(FRAME.navigation, language)}">${list}</nav>
<details class="small-nav"><summary>${say(FRAME.menu, language)}</summary>
<nav aria-label="${say(FRAME.navigation, language)}">${list}</nav></details>
${frame.books && light(frame.books, language)}
</header>`
}

function light({ state, detail }: Books, language: Language): Html {
  const words = { right: FRAME.booksRight, wrong: FRAME.booksWrong, unknown: FRAME.booksUnknown }
  return html`<p class="books ${state}" title="${detail}"><span class="dot" aria-hidden="true"></span>${say(
    words[state],
    language,
  )}</p>`
}

function bar(frame: Framed): Html {
  const { visit, place } = frame
  const { language, user } = visit
  const languages = LANGUAGES.map(
    ([each, name]) =>
      html`<button name="language" value="${each}" lang="${TAGS[each]}"${attribute(
        "aria-current",
        each === language ? "true" : null,
      )}>${name}</button>`,
  )
  const csrf = html`<input type="hidden" name="csrf" value="${visit.csrf}">`
  return html`<section class="bar" aria-label="${say(FRAME.account, language)}">
${switcher(frame)}
<details class="me"><summary><span class="who">${user.name}</span> <span class="role">${say(
    ROLE_NAMES[user.role],
    language,
  )}</span></summary>
<div class="menu">
<p class="email">${user.email}</p>
<a href="${addressOf(place, "/account")}">${say(FRAME.account, language)}</a>
<form method="post" action="${addressOf(place, "/account/language")}" class="languages"
aria-label="${say(FRAME.language, language)}">${csrf}<input type="hidden" name="next" value="${
    frame.path
  }">${languages}</form>
<form method="post" action="${addressOf(place, "/sign-out")}">${csrf}<button class="quiet">${say(
    FRAME.signOut,
    language,
  )}</button></form>
</div></details>
</section>`
}

/** Another merchant is another address of the same section: a link to it can be kept and sent. */
function switcher({ visit, merchants, path, place }: Framed): Html | null {
  const { language, merchant, user } = visit
  if (user.merchantId !== null) return html`<p class="whose">${merchant?.name}</p>`
  const section = `/${path.split(/[/?]/)[1] ?? ""}`
  const options = merchants.map(
    ({ id, name }) =>
      html`<option value="${id}"${attribute("selected", id === merchant?.id)}>${name}</option>`,
  )
  return html`<form class="whose" method="get" action="${addressOf(place, section)}" data-instant>
<label for="whose">${say(FRAME.merchant, language)}</label>
<select id="whose" name="merchant"><option value="">${say(
    FRAME.allMerchants,
    language,
  )}</option>${options}</select>
<button class="quiet">${say(FRAME.show, language)}</button></form>`
}

/** A page for somebody who isn't signed in, or for whom nothing is known: one card. */
export function card(
  given: { readonly title: string; readonly language: Language; readonly body: Piece },
  { assets, sandbox }: Pick<Framed, "assets" | "sandbox">,
): Html {
  const { language } = given
  const body = html`${sandbox && html`<aside class="sandbox">${say(FRAME.sandbox, language)}</aside>`}
<main id="main" class="card">
<p class="brand"><span class="mark" aria-hidden="true"></span>Caudal</p>
${given.body}
</main>`
  return document({ ...given, assets, body })
}

function document({
  title,
  language,
  assets,
  body,
}: {
  readonly title: string
  readonly language: Language
  readonly assets: Assets
  readonly body: Html
}): Html {
  return html`<!doctype html>
<html lang="${TAGS[language]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${title} · Caudal</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${assets.styles}">
<script type="module" src="${assets.script}"></script>
</head>
<body>
${body}
</body>
</html>
`
}

/** What a page that says one thing says. */
export function problemBody(problem: Problem, language: Language, back: string): Html {
  const { title, text } = PROBLEMS[problem]
  return html`<h1>${say(title, language)}</h1>
<p>${say(text, language)}</p>
<p><a class="button quiet" href="${back}">${say(FRAME.back, language)}</a></p>`
}
