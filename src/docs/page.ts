/** The frame of every page of the documents: head, search, navigation, contents, what follows. */
import { attribute, type Html, html, type Piece, raw } from "../pages/html.ts"
import { type WholePage, withPolicy } from "../pages/policy.ts"
import { styleElements } from "../pages/stylesheet.ts"
import { addressOf, sourceAddressOf } from "./links.ts"
import type { Heading, Rendered } from "./markdown.ts"
import type { Document, Shelf } from "./shelf.ts"
import { STYLES } from "./styles.ts"
import { TEXTS } from "./texts.ts"
import { LANGUAGES, type Language } from "./tree.ts"

/** What every page needs beside what it shows. */
export type Site = {
  /** Where the documents are mounted, as browsers see it: `/docs`. */
  readonly base: string
  /** With a slash in front, below the base. */
  readonly script: string
  readonly shelf: Shelf
  /** The APIs with a reader. */
  readonly apis: readonly Api[]
}

export type Api = { readonly name: string; readonly title: string }

type Frame = {
  readonly title: string
  readonly language: Language
  /** The document's, to mark it in the navigation. */
  readonly id: string | null
  /** Where each language of this page is; null for no switch. */
  readonly languages: Readonly<Record<Language, string>> | null
  readonly query?: string
  readonly body: Piece
  readonly aside?: Piece
  /** Its source, for programs. */
  readonly source?: string
  readonly indexed?: boolean
}

/** The page of a document; `language` is the reader's: of a page in English alone another. */
export function documentPage(
  site: Site,
  document: Document,
  language: Language,
  { body, headings }: Rendered,
): WholePage {
  const t = TEXTS[language]
  const foreign = document.language !== language
  const article = html`${foreign && html`<p class="note">${t.onlyEnglish}</p>`}
<article${attribute("lang", foreign ? document.language : null)}>
${raw(body)}</article>
${around(site, document.id, language)}`
  return frame(site, {
    title: document.title,
    language,
    id: document.id,
    languages: {
      en: addressOf(site.base, { id: document.id, language: "en" }),
      es: addressOf(site.base, { id: document.id, language: "es" }),
    },
    body: article,
    aside: contents(headings, language),
    source: sourceAddressOf(site.base, document),
    indexed: !foreign,
  })
}

/** A page that says one thing, such as that an address leads nowhere. */
export function messagePage(
  site: Site,
  language: Language,
  { title, text }: { readonly title: string; readonly text: string },
): WholePage {
  const body = html`<article><h1>${title}</h1>
<p>${text}</p>
<p><a href="${addressOf(site.base, { id: "", language })}">${TEXTS[language].back}</a></p></article>`
  return frame(site, { title, language, id: null, languages: null, body })
}

/** The whole page around a body. */
export function frame(site: Site, page: Frame): WholePage {
  const { language, languages, body, aside = null, source, indexed = false } = page
  const t = TEXTS[language]
  const home = addressOf(site.base, { id: "", language })
  const alternates =
    languages &&
    indexed &&
    LANGUAGES.map(
      (each) => html`<link rel="alternate" hreflang="${each}" href="${languages[each]}">\n`,
    )
  const plainSource =
    source !== undefined && html`<link rel="alternate" type="text/markdown" href="${source}">\n`
  const says = html`${attribute("data-copy", t.copy)}${attribute(
    "data-copied",
    t.copied,
  )}${attribute("data-failed", t.copyFailed)}${attribute("data-search", `${searchAt(site, language)}.json`)}`
  const whole = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="color-scheme" content="light dark">
<title>${page.title === t.site ? t.site : `${page.title} · ${t.site}`}</title>
${alternates}${plainSource}${styleElements([STYLES])}<script src="${site.base}${site.script}"></script>
</head>
<body${says}>
<a class="skip" href="#text">${t.skip}</a>
<header>
<a class="home" href="${home}">Caudal <span>docs</span></a>
${searchForm(site, language, page.query ?? "")}
<a class="to-menu" href="#menu">${t.menu}</a>
<div class="switches">
<button type="button" class="theme" hidden data-label="${t.theme}"${attribute(
    "data-auto",
    t.themes.auto,
  )}${attribute("data-light", t.themes.light)}${attribute("data-dark", t.themes.dark)}></button>
${languages && languageSwitch(languages, language)}
</div>
</header>
<div class="columns">
<main id="text" tabindex="-1">
${body}
${
  source !== undefined &&
  html`<p class="source"><a href="${source}" type="text/markdown">${t.source}</a></p>`
}
</main>
${aside}
${navigation(site, language, page.id)}
</div>
</body>
</html>
`
  return withPolicy(whole, { styles: [STYLES], script: true })
}

/** Where a search in this language is asked; its answers for scripts are at the same plus .json. */
export function searchAt(site: Pick<Site, "base">, language: Language): string {
  return addressOf(site.base, { id: "search", language })
}

function searchForm(site: Site, language: Language, query: string): Html {
  const t = TEXTS[language]
  return html`<form role="search" action="${searchAt(site, language)}">
<input type="search" name="q" value="${query}" maxlength="200" placeholder="${t.search}"
aria-label="${t.searchLabel}" autocomplete="off" spellcheck="false">
<button>${t.go}</button>
<div class="finds" id="finds" aria-live="polite" hidden></div>
</form>`
}

function languageSwitch(languages: Readonly<Record<Language, string>>, language: Language): Html {
  const links = LANGUAGES.map((each) => {
    const current = attribute("aria-current", each === language ? "true" : null)
    return html`<a href="${languages[each]}" lang="${each}" hreflang="${each}"${current}>${
      TEXTS[each].language
    }</a>\n`
  })
  return html`<nav class="languages" aria-label="${TEXTS[language].languages}">${links}</nav>`
}

function navigation(site: Site, language: Language, current: string | null): Html {
  const t = TEXTS[language]
  const sections = site.shelf.sections.map(({ title, pages }) => {
    const links = pages.map((id) => {
      const document = site.shelf.nearest(id, language)!
      const mark = attribute("aria-current", id === current ? "page" : null)
      const foreign = document.language !== language
      return html`<li><a href="${addressOf(site.base, { id, language })}"${mark}>${
        document.title
      }</a>${foreign && html` <small>${t.inEnglish}</small>`}</li>\n`
    })
    return html`<h2>${title[language]}</h2>\n<ul>${links}</ul>\n`
  })
  const readers = site.apis.map(
    ({ name, title }) => html`<li><a href="${site.base}/api/${name}">${title}</a></li>\n`,
  )
  return html`<nav class="tree" id="menu" aria-label="${t.menu}">
${sections}
<h2>${t.api}</h2>
<ul>${readers}</ul>
</nav>`
}

/** Fewer headings than this are seen at a glance. */
const CONTENTS_LEAST = 3

function contents(headings: readonly Heading[], language: Language): Html | null {
  const shown = headings.filter(({ depth }) => depth === 2 || depth === 3)
  if (shown.length < CONTENTS_LEAST) return null
  const t = TEXTS[language]
  const links = shown.map(
    ({ depth, text, anchor }) =>
      html`<li class="depth-${depth}"><a href="#${anchor}">${text}</a></li>\n`,
  )
  return html`<nav class="contents" aria-label="${t.onThisPage}"><h2>${t.onThisPage}</h2>
<ul>${links}</ul></nav>`
}

function around(site: Site, id: string, language: Language): Html | null {
  const [before, after] = site.shelf.around(id)
  if (before === null && after === null) return null
  const t = TEXTS[language]
  const link = (to: string | null, word: string, rel: string) =>
    to !== null &&
    html`<a rel="${rel}" class="${rel}" href="${addressOf(site.base, { id: to, language })}"><small>${word}</small>
${site.shelf.nearest(to, language)!.title}</a>\n`
  return html`<nav class="around" aria-label="${t.before}, ${t.after}">
${link(before, t.before, "prev")}${link(after, t.after, "next")}</nav>`
}
