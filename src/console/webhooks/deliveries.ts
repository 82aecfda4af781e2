/** The pages of deliveries: a list with filters, and one with its message and its tries. */
import type { Delivery, Endpoint, Page, TryTold, WholeDelivery } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import {
  badge,
  button,
  code,
  empty,
  facts,
  field,
  form,
  heading,
  note,
  pager,
  panel,
  shortId,
  table,
} from "../parts.ts"
import { type Shown, say, type Visit } from "../site.ts"
import { DIALECTS } from "../terms.ts"
import { instant } from "../when.ts"
import { DELIVERY_STATES, HOOKS } from "./texts.ts"

/** What a list is narrowed to, as it was typed. */
export type Typed = {
  readonly endpoint: string
  readonly state: string
  readonly q: string
  readonly before: string
}

/** A merchant's deliveries, newest first. */
export function listPage(
  visit: Visit,
  endpoints: readonly Endpoint[],
  typed: Typed,
  found: Page<Delivery>,
  wrong: string | null,
): Shown {
  const { language } = visit
  const title = say(HOOKS.deliveries, language)
  const back = html`<a href="${visit.href("/webhooks")}">${say(HOOKS.title, language)}</a>`
  const any = ["", say(HOOKS.any, language)] as const
  const query = { endpoint: typed.endpoint || null, state: typed.state || null, q: typed.q || null }
  const to = (before: string | null) => visit.href("/webhooks/deliveries", { ...query, before })
  const filters = html`<form method="get" action="${visit.href("/webhooks/deliveries").split("?")[0]}"
class="filters" data-instant="results">${
    visit.user.merchantId === null &&
    html`<input type="hidden" name="merchant" value="${visit.merchant?.id}">`
  }
${field({
  name: "q",
  label: say(HOOKS.filterId, language),
  value: typed.q,
  type: "search",
  error: wrong,
  maxlength: 60,
})}
${field({
  name: "endpoint",
  label: say(HOOKS.endpoint, language),
  value: typed.endpoint,
  options: [any, ...endpoints.map(({ id, url }) => [id, url] as const)],
})}
${field({
  name: "state",
  label: say(HOOKS.state, language),
  value: typed.state,
  options: [
    any,
    ...Object.entries(DELIVERY_STATES).map(
      ([name, words]) => [name, say(words, language)] as const,
    ),
  ],
})}
<button class="quiet">${say(HOOKS.filter, language)}</button></form>`
  const body = html`${heading(title, null, back)}
${filters}
<div data-part="results">
${deliveryTable(visit, found.items, endpoints)}
${pager(visit, {
  next: found.cursor === null ? null : to(found.cursor),
  first: typed.before === "" ? null : to(null),
})}
</div>`
  return { title, body, live: "merchant" }
}

/** Deliveries as rows; their endpoints by address. */
export function deliveryTable(
  visit: Visit,
  deliveries: readonly Delivery[],
  endpoints: readonly Endpoint[],
): Html {
  const { language } = visit
  if (deliveries.length === 0) {
    return empty(say(HOOKS.noDeliveries, language), say(HOOKS.noDeliveriesText, language))
  }
  const urls = new Map(endpoints.map(({ id, url }) => [id, url]))
  const columns = [
    { label: say(HOOKS.delivery, language) },
    { label: say(HOOKS.state, language) },
    { label: say(HOOKS.lastAnswer, language) },
    { label: say(HOOKS.tries, language), number: true },
    { label: say(HOOKS.endpoint, language), wide: true },
    { label: say(HOOKS.created, language) },
  ]
  const rows = deliveries.map((each) => ({
    href: visit.href(`/webhooks/deliveries/${each.id}`),
    cells: [
      html`<code title="${each.id}">${shortId(each.id)}</code>`,
      stateHtml(visit, each),
      each.lastStatus ?? each.lastError ?? "–",
      each.tries,
      urls.get(each.endpointId) ?? "–",
      instant(visit, each.createdAt),
    ],
  }))
  return table(say(HOOKS.deliveries, language), columns, rows)
}

function stateHtml({ language }: Visit, { state }: Pick<Delivery, "state">): Html {
  const { tone, ...words } = DELIVERY_STATES[state]
  return badge(say(words, language), tone)
}

/** One delivery: what was sent, what came back. */
export function deliveryPage(visit: Visit, whole: WholeDelivery, wrong: string | null): Shown {
  const { language } = visit
  const { delivery, endpoint, event, message, tries } = whole
  const title = say(HOOKS.delivery, language)
  const back = html`<a href="${visit.href("/webhooks/deliveries")}">${say(
    HOOKS.deliveries,
    language,
  )}</a>`
  const again =
    visit.can("webhooks") &&
    form(
      visit,
      visit.href(`/webhooks/deliveries/${delivery.id}/replay`),
      button(say(HOOKS.replay, language), "main"),
      { kind: "inline" },
    )
  const about = facts([
    ["webhook-id", code(visit, delivery.id)],
    [say(HOOKS.state, language), stateHtml(visit, delivery)],
    [say(HOOKS.event, language), html`${event.type} ${code(visit, event.id, shortId(event.id))}`],
    [say(HOOKS.payment, language), subject(visit, event)],
    [
      say(HOOKS.endpoint, language),
      html`<a href="${visit.href(`/webhooks/${endpoint.id}`)}">${endpoint.url}</a>`,
    ],
    [say(HOOKS.dialect, language), DIALECTS[endpoint.dialect]],
    [say(HOOKS.created, language), instant(visit, delivery.createdAt, "second")],
    [say(HOOKS.tries, language), String(delivery.tries)],
    [say(HOOKS.next, language), delivery.dueAt && instant(visit, delivery.dueAt, "second")],
  ])
  const body = html`${heading(title, again, back)}
${wrong !== null && note(wrong, "bad", true)}
<div class="grid">
${panel(title, html`${about}<p class="hint">${say(HOOKS.replayText, language)}</p>`)}
${panel(say(HOOKS.tries, language), triesHtml(visit, tries))}
</div>
${message === null ? note(say(HOOKS.bodyGone, language), "plain") : messageHtml(visit, message)}`
  return { title, body, live: "merchant", ...(wrong !== null && { status: 409 }) }
}

function subject(visit: Visit, { subject: kind, subjectId }: WholeDelivery["event"]): Html | null {
  if (kind !== "payment") return null
  return html`<a href="${visit.href(`/payments/${subjectId}`)}"><code>${shortId(subjectId)}</code></a>`
}

function messageHtml(visit: Visit, { body, headers }: NonNullable<WholeDelivery["message"]>): Html {
  const { language } = visit
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return html`${panel(say(HOOKS.body, language), html`<pre tabindex="0">${indented(body)}</pre>`)}
${panel(say(HOOKS.messageHeaders, language), html`<pre tabindex="0">${lines.join("\n")}</pre>`)}`
}

/** JSON for people; anything else as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function triesHtml(visit: Visit, tries: readonly TryTold[]): Html {
  const { language } = visit
  if (tries.length === 0) return html`<p class="soft">${say(HOOKS.noTries, language)}</p>`
  const shown = tries.toReversed().map(({ answer, at, elapsedMs, error, number, status }) => {
    const isGood = status !== null && status >= 200 && status < 300
    const result = badge(String(status ?? error ?? "–"), isGood ? "good" : "bad")
    const took = elapsedMs === null ? null : html`<span class="soft">${elapsedMs} ms</span>`
    const said =
      answer !== null &&
      html`<details><summary>${say(HOOKS.answer, language)}</summary><pre tabindex="0">${
        answer === "" ? say(HOOKS.noAnswer, language) : answer
      }</pre></details>`
    return html`<li value="${number}">${result} ${instant(visit, at, "second")} ${took}${said}</li>
`
  })
  return html`<ol class="tries" reversed>
${shown}</ol>`
}
