/** Attempts that left and that nobody answered: what each waits for, and what to do about it. */
import type { Unanswered } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { amountHtml, type Reading, readingFor, timeHtml, timeText } from "../figures.ts"
import { badge, code, empty, heading, type Row, shortId, table } from "../parts.ts"
import type { Answer, Visit } from "../site.ts"
import { KINDS } from "../terms.ts"
import { say } from "../words.ts"
import { LIST, UNANSWERED } from "./texts.ts"

/** More are a breakdown of a rail: its oldest say what it is. */
const SHOWN_MAX = 200

type T = (
  name: keyof typeof UNANSWERED,
  values?: Readonly<Record<string, string | number>>,
) => string

/** The page: of the merchant that is chosen, or of all. */
export async function showUnanswered(visit: Visit): Promise<Answer> {
  const { core, language, merchant } = visit
  const t: T = (name, values) => say(UNANSWERED[name], language, values)
  const filter = { merchantId: merchant?.id ?? null, rail: null, begunBefore: core.clock.now() }
  const found = await oldest(visit, filter)
  const above = html`<a href="${visit.href("/payments")}">${say(LIST.title, language)}</a>`
  const list =
    found.length === 0
      ? empty(t("none"), t("noneText"))
      : tableOf(visit, found.slice(0, SHOWN_MAX), t)
  const body = html`${heading(t("title"), null, above)}
<p>${t("intro")}</p>
<div data-part="results">${list}${
    found.length > SHOWN_MAX && html`<p class="hint">${t("cut", { most: SHOWN_MAX })}</p>`
  }</div>`
  return { title: t("title"), body, live: "merchant" }
}

/** Thrown to stop reading: the rest is not shown. */
class Enough extends Error {}

async function oldest(
  { core }: Visit,
  filter: Parameters<Visit["core"]["reports"]["unanswered"]>[0],
): Promise<readonly Unanswered[]> {
  const rows: Unanswered[] = []
  try {
    await core.reports.unanswered(filter, async (part) => {
      rows.push(...part)
      if (rows.length > SHOWN_MAX) throw new Enough()
    })
  } catch (error) {
    if (!(error instanceof Enough)) throw error
  }
  return rows
}

function tableOf(visit: Visit, found: readonly Unanswered[], t: T): Html {
  const { core, language, merchant } = visit
  const columns = [
    { label: say(LIST.amount, language), number: true },
    { label: say(LIST.state, language) },
    ...(merchant === null ? [{ label: say(LIST.merchant, language) }] : []),
    { label: say(LIST.rail, language) },
    { label: t("begun") },
    { label: t("waits") },
    { label: t("todo") },
  ]
  const rows = found.map((each): Row => {
    const reading = readingFor(visit, each)
    return {
      href: visit.href(`/payments/${each.paymentId}`),
      cells: [
        amountHtml(each.amount, each.asset, reading),
        badge(t(each.overdue ? "overdueBadge" : "onTime"), each.overdue ? "bad" : "calm"),
        ...(merchant === null ? [each.merchant] : []),
        html`${core.rails.get(each.rail)?.displayName ?? each.rail} <small class="soft">${say(
          KINDS[each.kind],
          language,
        )}</small><br>${code(visit, each.id, shortId(each.id))}`,
        timeHtml(each.begunAt, reading, "second"),
        waitsFor(each, reading, t),
        html`<span class="todo">${todoOf(each, t)}</span>`,
      ],
    }
  })
  return table(t("title"), columns, rows)
}

function waitsFor({ collectionDay, file, lookAt, looks }: Unanswered, reading: Reading, t: T) {
  if (file !== null) return t("bankFile", { file, day: collectionDay ?? "" })
  if (lookAt === null) return t("noLook")
  return t("look", { at: timeText(lookAt, reading, "second"), looks })
}

function todoOf({ file, overdue }: Unanswered, t: T): string {
  if (!overdue) return t("nothingToDo")
  return t(file === null ? "overdue" : "overdueBank")
}
