/** The audit log: who changed what, filtered, page by page, with the state of its chain. */
import { ACTIONS, type AuditEntry } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { beginOfDay, endOfDay, readDay } from "../days.ts"
import { type Reading, readingFor, timeHtml } from "../figures.ts"
import {
  badge,
  button,
  code,
  empty,
  facts,
  field,
  heading,
  linkButton,
  note,
  pager,
  panel,
  table,
} from "../parts.ts"
import type { Section, Shown, Visit } from "../site.ts"
import { say } from "../words.ts"
import { count } from "../written.ts"
import { T } from "./texts.ts"

const PAGE = 50
const WHO_MAX = 80
const POSITION = /^\d{1,15}$/

export const audit: Section = {
  name: "audit",
  nav: { label: T.title, path: "/audit", permission: "audit" },
  routes(pages) {
    pages.get("/audit", "audit", (visit, { query }) => auditPage(visit, query))
    pages.get("/audit/chain", "audit", chainPage)
  },
}

type Query = Readonly<Record<string, string>>

async function auditPage(visit: Visit, query: Query): Promise<Shown> {
  const { core, language, merchant } = visit
  const title = say(T.title, language)
  const reading = readingFor(visit, merchant)
  const asked = {
    by: (query["by"] ?? "").slice(0, WHO_MAX).trim(),
    action: ACTIONS.find((each) => each === query["action"]) ?? "",
    from: readDay(query["from"] ?? "") ?? "",
    to: readDay(query["to"] ?? "") ?? "",
  }
  const before = POSITION.test(query["before"] ?? "") ? query["before"]! : null
  const search = {
    by: asked.by || null,
    action: asked.action || null,
    merchantId: merchant?.id ?? null,
    from: asked.from === "" ? null : beginOfDay(asked.from, reading.timeZone),
    to: asked.to === "" ? null : endOfDay(asked.to, reading.timeZone),
  }
  const [page, merchants, head] = await Promise.all([
    core.audit.page(search, { limit: PAGE, before }),
    core.merchants.list(),
    core.audit.head(),
  ])
  const filtered = Object.fromEntries(
    Object.entries(asked).map(([name, value]) => [name, value || null]),
  )
  const next = page.cursor && visit.href("/audit", { ...filtered, before: page.cursor })
  const first = before === null ? null : visit.href("/audit", filtered)
  const names = new Map(merchants.map(({ id, name }) => [id, name]))
  const body = html`${heading(title)}
<p class="soft">${say(T.intro, language)}</p>
${filters(visit, asked)}
<div data-part="results">${
    page.items.length === 0
      ? empty(say(T.none, language), say(T.noneText, language))
      : entries(visit, page.items, names, reading)
  }
${pager(visit, { next, first })}</div>
${chain(visit, head)}`
  return { title, body }
}

function filters(visit: Visit, asked: Readonly<Record<string, string>>): Html {
  const { language, merchant, user } = visit
  const chosen =
    merchant && user.merchantId === null
      ? html`<input type="hidden" name="merchant" value="${merchant.id}">`
      : null
  const actions = ACTIONS.map((each) => [each, each] as const)
  return html`<form method="get" action="${visit.href("/audit", { merchant: null })}" class="filters"
data-instant="results">${chosen}
${field({
  name: "by",
  label: say(T.by, language),
  value: asked["by"],
  type: "search",
  maxlength: WHO_MAX,
})}
${field({
  name: "action",
  label: say(T.action, language),
  value: asked["action"],
  options: [["", say(T.any, language)], ...actions],
})}
${field({ name: "from", label: say(T.from, language), value: asked["from"], type: "date" })}
${field({ name: "to", label: say(T.to, language), value: asked["to"], type: "date" })}
${button(say(T.filter, language), "quiet")}
</form>`
}

function entries(
  visit: Visit,
  items: readonly AuditEntry[],
  names: ReadonlyMap<string, string>,
  reading: Reading,
): Html {
  const { language } = visit
  const columns = [
    { label: "#", number: true },
    { label: say(T.at, language) },
    { label: say(T.by, language) },
    { label: say(T.action, language) },
    { label: say(T.merchant, language), wide: true },
    { label: say(T.subject, language), wide: true },
    { label: say(T.change, language) },
  ]
  const rows = items.map(({ action, at, by, change, merchantId, outcome, position, subject }) => ({
    cells: [
      String(position),
      timeHtml(new Date(at), reading, "second"),
      html`${by.name} <span class="soft">${say(T[by.kind], language)}</span>`,
      html`<code>${action}</code>${outcome !== "done" && html` ${badge(say(T[outcome], language), "warn")}`}`,
      merchantId === null ? null : (names.get(merchantId) ?? merchantId),
      subject === null
        ? null
        : code(visit, subject, subject.length > 13 ? `…${subject.slice(-12)}` : subject),
      changes(change),
    ],
  }))
  return table(say(T.title, language), columns, rows)
}

const VALUE_MAX = 60

function changes(change: AuditEntry["change"]): Html {
  const rows = Object.entries(change).map(([name, { old, new: next }]) => {
    return html`<li><code>${name}</code> ${old !== null && html`<s>${shown(old)}</s> `}${
      next === null ? "–" : shown(next)
    }</li>`
  })
  return html`<ul class="changes">${rows}</ul>`
}

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value)
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text
}

function chain(visit: Visit, head: { readonly position: number; readonly hash: string }): Html {
  const { language } = visit
  const rows = facts([
    [say(T.rows, language), count(head.position, language)],
    [say(T.head, language), code(visit, head.hash)],
  ])
  const check = linkButton(say(T.verify, language), visit.href("/audit/chain"))
  return panel(
    say(T.chain, language),
    html`${rows}<p class="hint">${say(T.headHint, language)}</p>`,
    check,
  )
}

/** Walks the whole chain: a second for each hundred thousand rows. */
async function chainPage(visit: Visit): Promise<Shown> {
  const { core, language } = visit
  const title = say(T.chain, language)
  const { broken, head, rows } = await core.audit.verify(null)
  const said = broken
    ? note(
        say(T.broken, language, { position: String(broken.position), why: broken.why }),
        "bad",
        true,
      )
    : note(say(T.whole, language, { rows: count(rows, language) }), "good", true)
  const above = html`<a href="${visit.href("/audit")}">${say(T.title, language)}</a>`
  const body = html`${heading(title, null, above)}
${said}
${chain(visit, { position: rows, hash: head })}`
  return { title, body }
}
