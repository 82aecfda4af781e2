/** Makes HTML of a document: headings with anchors, code, tables, links; raw HTML stays text. */
import { Marked, type Token, type Tokens } from "marked"
import { attribute, html, type Piece, raw, toText } from "../pages/html.ts"
import { highlight } from "./highlight.ts"
import { anchors } from "./slug.ts"

export type Heading = { readonly depth: number; readonly text: string; readonly anchor: string }

export type Rendered = {
  /** Safe to stand in a page: whatever the source held beside Markdown was escaped. */
  readonly body: string
  readonly headings: readonly Heading[]
}

export type Words = { readonly linkTo: string; readonly table: string; readonly code: string }

/**
 * Renders a document. `target` says where a link leads: what it has no address for is written as
 * text, and so is a link with a scheme that isn't for the web.
 */
export function render(
  source: string,
  target: (link: string) => string | null,
  words: Words,
): Rendered {
  const headings: Heading[] = []
  const anchorFor = anchors()
  const marked = new Marked({ gfm: true })
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const text = plain(tokens)
        const anchor = anchorFor(text)
        headings.push({ depth, text, anchor })
        const inner = raw(this.parser.parseInline(tokens))
        const tag = raw(`h${depth}`)
        const link = html`<a class="anchor" href="#${anchor}" aria-label="${words.linkTo}: ${text}"
>#</a>`
        return toText(html`<${tag} id="${anchor}">${inner}${depth > 1 && link}</${tag}>\n`)
      },
      code({ text, lang }) {
        const language = /^\w+/.exec(lang ?? "")?.[0] ?? ""
        const label = language === "" ? words.code : `${words.code}: ${language}`
        return toText(html`<div class="code"${attribute("data-language", language || null)}>
<pre tabindex="0" role="group" aria-label="${label}"><code>${highlight(text, language)}</code></pre>
</div>\n`)
      },
      table({ header, rows }) {
        const cells = (row: readonly Tokens.TableCell[], tag: string) =>
          row.map((cell) => cellOf(cell, tag, raw(this.parser.parseInline(cell.tokens))))
        const named = header.some(({ text }) => text.trim() !== "")
        const head = named && html`<thead><tr>${cells(header, "th")}</tr></thead>\n`
        const body = rows.map((row) => html`<tr>${cells(row, "td")}</tr>\n`)
        return toText(html`<div class="table" tabindex="0" role="group" aria-label="${words.table}">
<table>${head}<tbody>${body}</tbody></table></div>\n`)
      },
      link({ href, tokens, title }) {
        const inner = raw(this.parser.parseInline(tokens))
        const to = target(href)
        if (to === null) return toText(html`${inner}`)
        const away = /^https?:/i.test(to) ? "noopener noreferrer" : null
        return toText(
          html`<a href="${to}"${attribute("rel", away)}${attribute(
            "title",
            title ?? null,
          )}>${inner}</a>`,
        )
      },
      // A picture would be somebody else's: its words are shown.
      image: ({ text }) => toText(html`${text}`),
      html: ({ text }) => toText(html`${text}`),
    },
  })
  return { body: marked.parse(source, { async: false }), headings }
}

function cellOf({ align }: Tokens.TableCell, tag: string, inner: Piece) {
  // A heading without words is none: it would be read out as nothing.
  const name = raw(tag === "th" && toText(html`${inner}`) === "" ? "td" : tag)
  return html`<${name}${attribute("class", align && `at-${align}`)}>${inner}</${name}>`
}

/** The text of tokens without marks. */
function plain(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      const inner = (token as { readonly tokens?: readonly Token[] }).tokens
      return inner ? plain(inner) : String((token as { readonly text?: unknown }).text ?? "")
    })
    .join("")
}
