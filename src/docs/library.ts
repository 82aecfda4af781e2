/** All that the pages below /docs are made of: opened by the first request, never by a start. */
import { scheduler } from "node:timers/promises"
import { toText } from "../pages/html.ts"
import type { WholePage } from "../pages/policy.ts"
import { openFinder } from "./finder.ts"
import { type Kept, keep } from "./kept.ts"
import { addressOf, sourceWithLinks, targetOf, translated } from "./links.ts"
import { render } from "./markdown.ts"
import { documentPage, type Site } from "./page.ts"
import { llmsFull, llmsList } from "./plain.ts"
import { type Document, openShelf } from "./shelf.ts"
import { TEXTS } from "./texts.ts"
import type { Language } from "./tree.ts"

export type KeptPage = { readonly kept: Kept; readonly page: WholePage }

export type Library = Awaited<ReturnType<typeof openLibrary>>

/** Reads the documents; each page is rendered when it is first asked for, and then kept. */
export async function openLibrary(options: Omit<Site, "shelf"> & { readonly publicUrl: string }) {
  const shelf = await openShelf()
  const site: Site = { ...options, shelf }
  const pages = new Map<string, KeptPage | null>()
  const texts = new Map<string, Promise<Kept | null>>()
  let finder: ReturnType<typeof openFinder> | null = null

  function make(id: string, language: Language): KeptPage | null {
    const document = shelf.nearest(id, language)
    if (document === null) return null
    const { linkTo, table, code } = TEXTS[language]
    const toPage = (other: Document, anchor: string | null) => {
      // "In English" leads there; all else keeps its readers in their language.
      const to =
        other.id === id && other.language !== language
          ? { document: other, anchor, language: other.language }
          : { ...translated(shelf, other, anchor, language), language }
      const at = addressOf(site.base, { id: to.document.id, language: to.language })
      return to.anchor === null ? at : `${at}#${to.anchor}`
    }
    const target = (link: string) => targetOf(shelf, document, link, toPage, site.base)
    const rendered = render(document.source, target, { linkTo, table, code })
    const page = documentPage(site, document, language, rendered)
    return { page, kept: keep(toText(page)) }
  }

  /** Keeps what `makes` makes under a name of the few that there are; nothing for null. */
  async function text(name: string, makes: () => Promise<string | null>): Promise<Kept | null> {
    const known = texts.get(name)
    if (known) return known
    const made = makes().then((each) => (each === null ? null : keep(each)))
    // What isn't there isn't kept: anybody may ask for names without end.
    if ((await made) !== null) texts.set(name, made)
    return made
  }

  return {
    site,
    /** The page at an address; in English where there is no other; null where there is none. */
    page(id: string, language: Language): KeptPage | null {
      const name = `${language} ${id}`
      const known = pages.get(name)
      if (known) return known
      const made = make(id, language)
      if (made !== null) pages.set(name, made)
      return made
    },
    /** A document as Markdown, its links leading to other sources; null where there is none. */
    source: (id: string, language: Language) =>
      text(`source ${language} ${id}`, async () => {
        const document = shelf.find(id, language)
        return document && sourceWithLinks(shelf, document, site.base)
      }),
    /** A file that documents point at, as text; null for what is none of them. */
    file: (path: string) =>
      text(`file ${path}`, async () => (shelf.isFile(path) ? shelf.text(path) : null)),
    llms: () => text("llms", async () => llmsList(site, options.publicUrl)),
    llmsFull: () => text("llms-full", async () => llmsFull(site)),
    /** The search: its index is made by the first question. */
    finder() {
      finder ??= openFinder(shelf, () => scheduler.yield())
      return finder
    },
  }
}
