/** The way between the parts of a merchant's settings. */
import { DIALECT_NAMES } from "../../core/index.ts"
import { attribute, type Html, html, type Piece } from "../../pages/html.ts"
import { heading } from "../parts.ts"
import { type Shown, say, type Visit } from "../site.ts"
import { DIALECTS } from "../terms.ts"
import { SET } from "./texts.ts"

/** A page of settings below its tabs; `here` is its path. */
export function settingsPage(
  visit: Visit,
  here: string,
  body: Piece,
  more: Partial<Pick<Shown, "frames" | "status">> = {},
): Shown {
  const title = say(SET.title, visit.language)
  return { title, body: html`${heading(title)}\n${tabs(visit, here)}\n${body}`, ...more }
}

function tabs(visit: Visit, here: string): Html {
  const { language } = visit
  const own = visit.merchant
    ? [
        ["/settings", say(SET.general, language)] as const,
        ["/settings/branding", say(SET.branding, language)] as const,
        ...DIALECT_NAMES.map((name) => [`/settings/terms/${name}`, DIALECTS[name]] as const),
      ]
    : []
  const all = [
    ...own,
    ...(visit.can("operate")
      ? [["/settings/installation", say(SET.installation, language)] as const]
      : []),
  ]
  return html`<nav class="tabs" aria-label="${say(SET.tabs, language)}"><ul>${all.map(
    ([path, label]) =>
      html`<li><a href="${visit.href(path)}"${attribute(
        "aria-current",
        path === here ? "page" : null,
      )}>${label}</a></li>
`,
  )}</ul></nav>`
}
