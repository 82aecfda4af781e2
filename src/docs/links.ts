/** Where the links of a document lead once it is a page; pure. */
import { posix } from "node:path"
import type { Document, Shelf } from "./shelf.ts"
import { anchors } from "./slug.ts"
import type { Language } from "./tree.ts"

/** The address of a document's page below the site's base, such as `/docs/es/rails/evm`. */
export function addressOf(base: string, { id, language }: Pick<Document, "id" | "language">) {
  const start = language === "es" ? `${base}/es` : base
  return id === "" ? start : `${start}/${id}`
}

/** The same as plain Markdown. */
export function sourceAddressOf(base: string, document: Pick<Document, "id" | "language">) {
  return `${addressOf(base, document)}${document.id === "" ? "/index" : ""}.md`
}

/**
 * Where a link in `document` leads: an address outside, a page, an anchor or a file of the
 * documents; null for what isn't served (a source, a folder) or isn't an address for the web.
 */
export function targetOf(
  shelf: Shelf,
  document: Document,
  link: string,
  toAddress: (document: Document, anchor: string | null) => string,
  base: string,
): string | null {
  if (/^(?:https?:\/\/|mailto:)/i.test(link)) return link
  if (link.startsWith("#")) return link
  // Whatever else has a scheme, or leads to another host.
  if (/^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(link)) return null
  const [path = "", anchor] = link.split("#")
  const file = posix.join(posix.dirname(document.path), readable(path)).replace(/\/$/, "")
  const target = shelf.at(file) ?? shelf.at(`${file}/README.md`)
  if (target !== null) return toAddress(target, anchor ?? null)
  return shelf.isFile(file) ? `${base}/${file.replace(/^docs\//, "")}` : null
}

function readable(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/**
 * Where readers of `language` find what a link means: in their own language, as far as the page
 * has it. Its anchor is another one there, that of the heading in the same place.
 */
export function translated(
  shelf: Shelf,
  target: Document,
  anchor: string | null,
  language: Language,
): { readonly document: Document; readonly anchor: string | null } {
  const document = shelf.nearest(target.id, language) ?? target
  if (anchor === null || document === target) return { document, anchor }
  const [from, to] = [target, document].map(({ source }) => anchorsOf(source))
  const at = from!.indexOf(anchor)
  // Where both don't have the same headings, the top of the page has to do.
  return { document, anchor: from!.length === to!.length ? (to![at] ?? null) : null }
}

/** The anchors of a document's headings, in their order. */
function anchorsOf(source: string): string[] {
  const anchorFor = anchors()
  return [...withoutCode(source).matchAll(/^#+ +(.*)$/gm)].map(([, heading]) =>
    anchorFor(heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")),
  )
}

function withoutCode(source: string): string {
  return source.replace(/^\s*```[\s\S]*?^\s*```/gm, "")
}

/** The source of a document with its links led to other sources, for programs that read them. */
export function sourceWithLinks(shelf: Shelf, document: Document, base: string): string {
  const toSource = (other: Document, anchor: string | null) =>
    sourceAddressOf(base, other) + (anchor === null ? "" : `#${anchor}`)
  let fenced = false
  const lines = document.source.split("\n").map((line) => {
    if (/^\s*```/.test(line)) fenced = !fenced
    if (fenced) return line
    return line.replace(/\]\(([^)\s]+)\)/g, (whole, link: string) => {
      const target = targetOf(shelf, document, link, toSource, base)
      return target === null ? whole : `](${target})`
    })
  })
  return lines.join("\n")
}
