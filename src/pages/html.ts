/** Builds HTML from templates whose values are escaped, whatever they hold. */

const TRUSTED = Symbol("html")

/** Finished HTML. Nothing that comes from outside can look like it: the key is a symbol. */
export type Html = { readonly [TRUSTED]: string }

/** What may stand in a template. Nothing is written for null, undefined and false. */
export type Piece = Html | string | number | null | undefined | false | readonly Piece[]

/** The template tag. Values may stand in text and inside quoted attributes, nowhere else. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let text = strings[0]!
  pieces.forEach((piece, index) => {
    text += write(piece) + strings[index + 1]!
  })
  return raw(text)
}

/** Takes text as HTML, as it is: only for text of our own. */
export function raw(trusted: string): Html {
  return { [TRUSTED]: trusted }
}

/** An attribute with the blank before it; nothing for null and false, its name alone for true. */
export function attribute(name: string, value: string | number | boolean | null): Html {
  if (value === null || value === false) return raw("")
  return value === true ? raw(` ${name}`) : html` ${raw(name)}="${String(value)}"`
}

/** The text to send. */
export function toText(page: Html): string {
  return page[TRUSTED]
}

function write(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return ""
  if (typeof piece === "string" || typeof piece === "number") return escapeText(String(piece))
  return TRUSTED in piece ? piece[TRUSTED] : piece.map(write).join("")
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!)
}
