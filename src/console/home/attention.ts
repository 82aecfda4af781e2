/** What waits for somebody, with what to do about it; and how the parts of this node are. */
import type { Overview } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { type Reading, timeText } from "../figures.ts"
import { badge, panel, table } from "../parts.ts"
import type { Visit } from "../site.ts"
import { say } from "../words.ts"
import { count } from "../written.ts"
import { T } from "./texts.ts"

/** Things that need somebody; where there are none it says so. */
export function attention(visit: Visit, overview: Overview, reading: Reading): Html {
  const { core, language } = visit
  const { failingEndpoints, oldestFailingAt, oldestUnknownAt, unknown } = overview
  const since = (at: Date) => timeText(at, reading, "minute")
  const books = core.booksHealth()
  const rows: Html[] = []
  if (visit.user.merchantId === null && !books.ok) {
    const what = say(T.wrongBooks, language, { detail: books.detail })
    rows.push(row(what, say(T.wrongBooksText, language), null, language))
  }
  if (unknown > 0 && oldestUnknownAt) {
    const values = { count: count(unknown, language), since: since(oldestUnknownAt) }
    const to = visit.can("operate") ? visit.href("/payments/unanswered") : null
    rows.push(row(say(T.unknown, language, values), say(T.unknownText, language), to, language))
  }
  if (failingEndpoints > 0 && oldestFailingAt) {
    const values = { count: count(failingEndpoints, language), since: since(oldestFailingAt) }
    const to = visit.href("/webhooks")
    rows.push(row(say(T.failing, language, values), say(T.failingText, language), to, language))
  }
  const body =
    rows.length === 0
      ? html`<p class="good">✓ ${say(T.allWell, language)}</p>`
      : html`<ul class="todo">${rows}</ul>`
  return panel(say(T.attention, language), body)
}

function row(what: string, text: string, to: string | null, language: Visit["language"]): Html {
  return html`<li><strong>${what}</strong><br><span class="soft">${text}</span>${
    to !== null && html` <a href="${to}">${say(T.open, language)}</a>`
  }</li>
`
}

/** The same checks as /health/ready, for those who run the gateway. */
export async function healthPanel({ health, language }: Visit): Promise<Html> {
  const title = say(T.health, language)
  const columns = [
    { label: say(T.part, language) },
    { label: say(T.state, language) },
    { label: say(T.detail, language), wide: true },
  ]
  const rows = (await health()).map(({ detail, name, ok, optional }) => ({
    cells: [
      name,
      badge(say(ok ? T.well : T.unwell, language), ok ? "good" : optional ? "warn" : "bad"),
      detail ?? "",
    ],
  }))
  return panel(title, table(title, columns, rows))
}
