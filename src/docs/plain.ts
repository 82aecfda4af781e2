/** The documents for programs that read: a list of them (llms.txt), and all of them in one text. */
import { sourceAddressOf, sourceWithLinks } from "./links.ts"
import type { Site } from "./page.ts"
import type { Document } from "./shelf.ts"

/** Enough for a sentence or two. */
const SUMMARY_LENGTH = 200

/** The list by the form of llmstxt.org: the addresses are whole, so that it can be handed on. */
export function llmsList(site: Site, publicUrl: string): string {
  const { shelf, base, apis } = site
  const origin = new URL(publicUrl).origin
  const line = (document: Document) => {
    const address = origin + sourceAddressOf(base, document)
    return `- [${document.title}](${address}): ${summaryOf(document.source)}`
  }
  const home = shelf.find("", "en")!
  const sections = shelf.sections.map(({ title, pages }) => {
    const documents = pages.flatMap((id) => shelf.find(id, "en") ?? [])
    return `## ${title.en}\n\n${documents.map(line).join("\n")}`
  })
  const contracts = apis.map(
    ({ name, title }) => `- [${title}](${origin}${base}/openapi/${name}.json): OpenAPI 3.1`,
  )
  const spanish = shelf.sections.flatMap(({ pages }) =>
    pages.flatMap((id) => shelf.find(id, "es") ?? []),
  )
  return [
    `# ${home.title}`,
    `> ${summaryOf(home.source, 600)}`,
    `All of it in one text: [llms-full.txt](${origin}${base.replace(/docs$/, "")}llms-full.txt)`,
    ...sections,
    `## OpenAPI\n\n${contracts.join("\n")}`,
    `## Optional\n\nThe same in Spanish.\n\n${spanish.map(line).join("\n")}`,
    "",
  ].join("\n\n")
}

/** Every document in English, in the order in which they are read. */
export function llmsFull(site: Site): string {
  const documents = site.shelf.sections.flatMap(({ pages }) =>
    pages.flatMap((id) => site.shelf.find(id, "en") ?? []),
  )
  return documents
    .map((document) => {
      const address = sourceAddressOf(site.base, document)
      return `<!-- ${address} -->\n\n${sourceWithLinks(site.shelf, document, site.base).trim()}\n`
    })
    .join("\n\n")
}

/** How a document begins below its title, without marks, at most so long. */
export function summaryOf(source: string, length = SUMMARY_LENGTH): string {
  const paragraphs = source.split(/\n\s*\n/).map((each) => each.trim())
  const first = paragraphs.find((each) => /^[\p{L}\p{N}`*[]/u.test(each)) ?? ""
  const text = first
    .replace(/\s+/g, " ")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*`]/g, "")
  if (text.length <= length) return text
  const end = text.lastIndexOf(". ", length)
  return end > 0 ? text.slice(0, end + 1) : `${text.slice(0, text.lastIndexOf(" ", length))} …`
}
