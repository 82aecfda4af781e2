/** Instants on pages, and within their sentences, in the zone of whose things are shown. */
import { type Html, html } from "../pages/html.ts"
import { readingFor, timeHtml } from "./figures.ts"
import { say, type Visit, type Words } from "./site.ts"

type Visitor = Pick<Visit, "core" | "language" | "merchant">

/** An instant for people and for machines. */
export function instant(visit: Visitor, at: Date, style?: "day" | "minute" | "second"): Html {
  return timeHtml(at, readingFor(visit, visit.merchant), style)
}

/** A sentence with an instant in the place of its `{at}`. */
export function sentence(visit: Visitor, words: Words, at: Date): Html {
  const [before = "", after = ""] = say(words, visit.language).split("{at}")
  return html`${before}${instant(visit, at)}${after}`
}
