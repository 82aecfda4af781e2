/** Writes XML elements as text, and sends that text on in pieces. */
import { escapeText } from "./text.ts"

/** A piece of a file is sent on when it has about so many characters. */
const PIECE_CHARS = 65_536

/** An element with text in it; nothing for null or for no text, which no schema allows. */
export function leaf(name: string, text: string | null): string {
  return text === null || text === "" ? "" : `<${name}>${escapeText(text)}</${name}>`
}

/** An element with elements in it; nothing when none of them is there. */
export function branch(name: string, ...children: readonly string[]): string {
  const content = children.join("")
  return content === "" ? "" : `<${name}>${content}</${name}>`
}

/** An amount in decimal notation with its currency. */
export function amountLeaf(name: string, decimal: string, currency: string): string {
  return `<${name} Ccy="${currency}">${decimal}</${name}>`
}

/** The first lines of a message's file. `kind` is the message's name, such as `pain.008.001.08`. */
export function openDocument(kind: string, root: string): string {
  const namespace = `urn:iso:std:iso:20022:tech:xsd:${kind}`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${namespace}">\n<${root}>\n`
}

/** What ends the file that `openDocument` began. */
export function closeDocument(root: string): string {
  return `</${root}>\n</Document>\n`
}

/** Gathers text until it is worth a write. */
export type Gathered = {
  add(text: string): void
  /** All that was gathered, when it is enough for a piece; else null, and it is kept. */
  full(): string | null
  rest(): string
}

/** Begins to gather. */
export function gather(): Gathered {
  let parts: string[] = []
  let length = 0
  const rest = () => {
    const piece = parts.join("")
    parts = []
    length = 0
    return piece
  }
  return {
    add(text) {
      parts.push(text)
      length += text.length
    },
    full: () => (length < PIECE_CHARS ? null : rest()),
    rest,
  }
}
