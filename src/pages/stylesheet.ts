/** Stylesheets as they stand in pages: shortened once, allowed by the hash of their very bytes. */
import { createHash } from "node:crypto"
import { assert } from "../core/index.ts"
import { type Html, html, raw } from "./html.ts"

export type Stylesheet = {
  /** The bytes between `<style>` and `</style>`. */
  readonly text: string
  /** What allows them in a policy (CSP 3, 2.3.1): `'sha256-…'`, quotes included. */
  readonly source: string
}

/** Makes a stylesheet of CSS of our own, without its comments, indentation and blank lines. */
export function stylesheet(css: string): Stylesheet {
  const text = css
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s*\n\s*/g, "\n")
    .trim()
  // It would end the element in its middle, and what follows would be shown.
  assert(!/<\/style|<!--/i.test(text), "a stylesheet must not speak HTML")
  return { text, source: `'sha256-${createHash("sha256").update(text).digest("base64")}'` }
}

/** The elements that hold stylesheets: a later one's rules win. */
export function styleElements(sheets: readonly Stylesheet[]): Html {
  return html`${sheets.map(
    ({ text }) => html`<style>${raw(text)}</style>
`,
  )}`
}
