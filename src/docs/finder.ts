/** The search of the documents: what is in the index, and the page of what it finds. */
import { html, type Piece } from "../pages/html.ts"
import type { WholePage } from "../pages/policy.ts"
import { addressOf } from "./links.ts"
import { frame, type Site, searchAt } from "./page.ts"
import { type Passage, passagesOf } from "./passages.ts"
import { excerpt, type Piece as Marked, makeIndex } from "./search.ts"
import type { Document, Shelf } from "./shelf.ts"
import { TEXTS } from "./texts.ts"
import type { LANGUAGES, Language } from "./tree.ts"

/** As many as somebody looks through; a list that opens while one types has fewer. */
export const FINDS_MAX = 30
export const QUICK_FINDS_MAX = 8
/** Two lines or so. */
const EXCERPT_LENGTH = 180
/** What is searched for is seldom there: how it came to be so, and what isn't in one's language. */
const SHARES: readonly (readonly [of: RegExp, share: number])[] = [
  [/^changelog$/, 0.3],
  [/^decisions\//, 0.5],
  [/\/readme$/, 0.7],
  [/^(?:style|contributing|architecture|security\/asvs)$/, 0.7],
]
const FOREIGN_SHARE = 0.6

export type Found = {
  readonly document: Document
  readonly passage: Passage
  readonly excerpt: readonly Marked[]
}

export type Finder = {
  /** The best finds in a language, of each document three passages at most. */
  find(query: string, language: Language, limit: number): readonly Found[]
}

/** No document may fill the list alone. */
const OF_ONE_MAX = 3
/** How many passages are looked at for each that is shown: some stand for others. */
const LOOKED_AT = 6

/** Makes the index of each language; awaits `rest` meanwhile, so that payments go on. */
export async function openFinder(shelf: Shelf, rest: () => Promise<void>): Promise<Finder> {
  const places: { readonly document: Document; readonly passage: Passage }[] = []
  for (const document of shelf.documents) {
    for (const passage of passagesOf(document.source)) places.push({ document, passage })
    await rest()
  }
  const indexOf = (language: Language) => {
    const entries = places.flatMap(({ document, passage }, key) => {
      if (shelf.nearest(document.id, language) !== document) return []
      const usual = SHARES.find(([of]) => of.test(document.id))?.[1] ?? 1
      const share = document.language === language ? usual : usual * FOREIGN_SHARE
      return [{ key, title: document.title, ...passage, share }]
    })
    return makeIndex(entries, rest)
  }
  const indexes = { en: await indexOf("en"), es: await indexOf("es") } satisfies Record<
    (typeof LANGUAGES)[number],
    unknown
  >

  return {
    find(query, language, limit) {
      const index = indexes[language]
      const words = index.wordsFor(query)
      const counts = new Map<Document, number>()
      const seen = new Set<string>()
      return index
        .search(query, limit * LOOKED_AT)
        .map(({ key }) => places[key]!)
        .filter(({ document, passage }) => {
          // Of a long section the best part stands for all of it.
          const place = `${document.path}#${passage.anchor}`
          if (seen.has(place)) return false
          seen.add(place)
          const count = (counts.get(document) ?? 0) + 1
          counts.set(document, count)
          return count <= OF_ONE_MAX
        })
        .slice(0, limit)
        .map((place) => ({ ...place, excerpt: excerpt(place.passage.text, words, EXCERPT_LENGTH) }))
    },
  }
}

/** The address of what was found. */
export function foundAt(site: Site, { document, passage }: Found, language: Language): string {
  const anchor = passage.anchor === null ? "" : `#${passage.anchor}`
  return addressOf(site.base, { id: document.id, language }) + anchor
}

/** What a script needs to show the finds while somebody types. */
export function quickFinds(site: Site, finds: readonly Found[], language: Language) {
  return finds.map((found) => ({
    url: foundAt(site, found, language),
    title: found.document.title,
    heading: found.passage.anchor === null ? null : found.passage.heading,
    excerpt: found.excerpt,
  }))
}

/** The page of a question, with what was found. */
export function findsPage(
  site: Site,
  language: Language,
  query: string,
  finds: readonly Found[],
): WholePage {
  const t = TEXTS[language]
  const said = finds.length === 1 ? t.oneResult : finds.length > 0 ? t.results : t.noResults
  const title =
    query === ""
      ? t.search
      : said.replace("{count}", String(finds.length)).replace("{query}", () => query)
  const list = finds.map(
    (found) => html`<li><a href="${foundAt(site, found, language)}">${nameOf(found)}</a>
<p>${marked(found.excerpt)}</p></li>\n`,
  )
  const none = query === "" ? t.askSomething : t.noResultsText
  const body = html`<article><h1>${title}</h1>
${finds.length === 0 ? html`<p>${none}</p>` : html`<ol class="found">${list}</ol>`}</article>`
  const at = (each: Language) => `${searchAt(site, each)}?q=${encodeURIComponent(query)}`
  const languages = { en: at("en"), es: at("es") }
  return frame(site, { title, language, id: null, languages, query, body })
}

function nameOf({ document, passage }: Found): string {
  return passage.anchor === null ? document.title : `${document.title} › ${passage.heading}`
}

function marked(pieces: readonly Marked[]): Piece {
  return pieces.map(({ text, marked }) => (marked ? html`<mark>${text}</mark>` : text))
}
