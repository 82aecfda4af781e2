/** The pages of endpoints: all with how they fare, one with what can be done, a new one. */
import type { Endpoint, EndpointHealth } from "../../core/index.ts"
import { type Html, html, type Piece } from "../../pages/html.ts"
import { fingerprintField } from "../fingerprint.ts"
import {
  badge,
  button,
  code,
  empty,
  facts,
  field,
  form,
  heading,
  linkButton,
  note,
  panel,
  table,
} from "../parts.ts"
import { type Shown, say, type Visit } from "../site.ts"
import { DIALECTS } from "../terms.ts"
import { sentence } from "../when.ts"
import { count } from "../written.ts"
import { type Errors, fields, type Typed } from "./fields.ts"
import { HOOKS } from "./texts.ts"

/** An endpoint with how it fared in the last day; null where nothing was told to it. */
export type Fared = { readonly endpoint: Endpoint; readonly health: EndpointHealth | null }

/** How an endpoint stands, the worst first. */
type Standing = "failing" | "paused" | "working" | "disabled"
const STANDINGS = {
  failing: { order: 0, tone: "bad" },
  paused: { order: 1, tone: "warn" },
  working: { order: 2, tone: "good" },
  disabled: { order: 3, tone: "plain" },
} as const satisfies Record<Standing, { readonly order: number; readonly tone: string }>

function standingOf({ endpoint, health }: Fared): Standing {
  if (endpoint.disabledAt) return "disabled"
  if (endpoint.pausedAt) return "paused"
  const isFailing = health !== null && (health.failed > 0 || health.lastFault !== null)
  return isFailing ? "failing" : "working"
}

/** All endpoints of a merchant, those that need somebody first. */
export function listPage(visit: Visit, endpoints: readonly Fared[]): Shown {
  const { language } = visit
  const title = say(HOOKS.title, language)
  const sorted = endpoints.toSorted(
    (a, b) => STANDINGS[standingOf(a)].order - STANDINGS[standingOf(b)].order,
  )
  const may = visit.can("webhooks")
  const all = visit.href("/webhooks/deliveries")
  const aside = html`${linkButton(say(HOOKS.deliveries, language), all)}
${may && linkButton(say(HOOKS.add, language), visit.href("/webhooks/new"), "main")}`
  const columns = [
    { label: say(HOOKS.endpoint, language) },
    { label: say(HOOKS.state, language) },
    { label: say(HOOKS.lastDay, language) },
    { label: say(HOOKS.dialect, language), wide: true },
    { label: say(HOOKS.mean, language), number: true, wide: true },
  ]
  const rows = sorted.map((each) => ({
    href: visit.href(`/webhooks/${each.endpoint.id}`),
    cells: [
      html`${each.endpoint.url}${
        each.endpoint.description &&
        html`<br><span class="soft">${each.endpoint.description}</span>`
      }`,
      standingHtml(visit, each),
      dayHtml(visit, each.health),
      DIALECTS[each.endpoint.dialect],
      each.health?.meanMs ? `${Math.round(each.health.meanMs)} ms` : "–",
    ],
  }))
  const none = empty(say(HOOKS.none, language), say(HOOKS.noneText, language))
  const body = html`${heading(title, aside)}
<p class="soft">${say(HOOKS.lead, language)}</p>
${rows.length === 0 ? none : table(say(HOOKS.endpoints, language), columns, rows)}`
  return { title, body, live: "merchant" }
}

function standingHtml({ language }: Visit, each: Fared): Html {
  const standing = standingOf(each)
  return badge(say(HOOKS[standing], language), STANDINGS[standing].tone)
}

function dayHtml({ language }: Visit, health: EndpointHealth | null): Piece {
  if (health === null) return html`<span class="soft">${say(HOOKS.quiet, language)}</span>`
  const { delivered, due, failed } = health
  const part = (number: number, words: keyof typeof HOOKS, look: string) =>
    number > 0 &&
    html`<span class="${look}">${count(number, language)} ${say(HOOKS[words], language)}</span> `
  return html`${part(failed, "failed", "bad")}${part(due, "waiting", "warn")}${part(
    delivered,
    "delivered",
    "soft",
  )}`
}

export type EndpointPage = {
  readonly fared: Fared
  readonly headerNames: readonly string[]
  readonly typed: Typed
  readonly errors: Errors
  /** What the edit form was made from. */
  readonly filled: Readonly<Record<string, string>>
  /** What stands above: a conflict, a test's answer. */
  readonly above: Piece
  readonly deliveries: Html
}

/** One endpoint. */
export function endpointPage(visit: Visit, given: EndpointPage): Shown {
  const { language } = visit
  const { above, deliveries, errors, fared, filled, headerNames, typed } = given
  const { endpoint, health } = fared
  const may = visit.can("webhooks")
  const to = (what: string) => visit.href(`/webhooks/${endpoint.id}${what}`)
  const title = say(HOOKS.endpoint, language)
  const back = html`<a href="${visit.href("/webhooks")}">${say(HOOKS.title, language)}</a>`
  const about = facts([
    [say(HOOKS.url, language), code(visit, endpoint.url)],
    ["Id", code(visit, endpoint.id)],
    [say(HOOKS.dialect, language), DIALECTS[endpoint.dialect]],
    [say(HOOKS.state, language), stateText(visit, fared)],
    [say(HOOKS.reason, language), endpoint.disabledReason],
    [say(HOOKS.lastDay, language), dayHtml(visit, health)],
    [say(HOOKS.lastFault, language), health?.lastFault ?? null],
    [say(HOOKS.headers, language), headerNames.length === 0 ? null : headerNames.join(", ")],
    [
      say(HOOKS.secret, language),
      endpoint.formerUntil && endpoint.formerUntil > visit.core.clock.now()
        ? sentence(visit, HOOKS.formerUntil, endpoint.formerUntil)
        : null,
    ],
  ])
  const edit = html`${fingerprintField(filled)}
${errors.form && note(errors.form, "bad", true)}
${fields(visit, typed, errors, headerNames)}
${button(say(HOOKS.save, language))}`
  const isWrong = Object.keys(errors).length > 0
  const all = linkButton(
    say(HOOKS.allDeliveries, language),
    visit.href("/webhooks/deliveries", { endpoint: endpoint.id }),
  )
  const body = html`${heading(endpoint.description ?? title, null, back)}
${above}
<div class="grid">
${panel(title, about)}
${may && panel(say(HOOKS.actions, language), actions(visit, endpoint, to))}
</div>
${panel(say(HOOKS.lastDeliveries, language), deliveries, all)}
${
  may &&
  html`<details class="panel"${isWrong && html` open`}><summary>${say(HOOKS.edit, language)}</summary>
${form(visit, to("/edit"), edit)}
</details>`
}`
  return { title, body, live: "merchant", ...(isWrong && { status: 422 }) }
}

function stateText(visit: Visit, fared: Fared): Html {
  const { disabledAt, pausedAt } = fared.endpoint
  const since = disabledAt ?? pausedAt
  return html`${standingHtml(visit, fared)} ${since && sentence(visit, HOOKS.since, since)}`
}

/** A form of one button a thing that is possible now. */
function actions(visit: Visit, endpoint: Endpoint, to: (what: string) => string): Html {
  const { language } = visit
  const one = (what: string, words: keyof typeof HOOKS, look: "quiet" | "danger" = "quiet") =>
    form(visit, to(`/${what}`), button(say(HOOKS[words], language), look), { kind: "inline" })
  const isDisabled = endpoint.disabledAt !== null
  const pause = endpoint.pausedAt ? one("resume", "resume") : one("pause", "pause")
  const sure = say(HOOKS.disableSure, language)
  const disable = form(visit, to("/disable"), button(say(HOOKS.disable, language), "danger"), {
    kind: "inline",
    confirm: sure,
  })
  return html`<div class="row">
${one("test", "test")}
${!isDisabled && linkButton(say(HOOKS.replaySince, language), to("/replay"))}
${linkButton(say(HOOKS.rotate, language), to("/rotate"))}
${!isDisabled && pause}
${isDisabled ? one("enable", "enable") : disable}
</div>
<p class="hint">${say(HOOKS.pauseText, language)} ${say(HOOKS.disableText, language)}</p>`
}

/** The form of a new endpoint. */
export function newPage(visit: Visit, typed: Typed, errors: Errors): Shown {
  const { language } = visit
  const title = say(HOOKS.add, language)
  const inside = html`${errors.form && note(errors.form, "bad", true)}
${fields(visit, typed, errors, null)}
<div class="row">${button(say(HOOKS.add, language))}${linkButton(
    say(HOOKS.back, language),
    visit.href("/webhooks"),
  )}</div>`
  const body = html`${heading(title)}
${form(visit, visit.href("/webhooks/new"), inside)}`
  return { title, body, ...(Object.keys(errors).length > 0 && { status: 422 }) }
}

/** A secret, this once. */
export function secretPage(visit: Visit, endpoint: Endpoint, secret: string): Shown {
  const { language } = visit
  const title = say(HOOKS.secretTitle, language)
  const rows = [
    [say(HOOKS.url, language), code(visit, endpoint.url)],
    [say(HOOKS.secret, language), code(visit, secret)],
  ] as const
  const done = linkButton(
    say(HOOKS.secretDone, language),
    visit.href(`/webhooks/${endpoint.id}`),
    "main",
  )
  const body = html`${heading(title)}
${note(say(HOOKS.secretText, language), "warn", true)}
${panel(title, facts(rows))}
<p>${done}</p>`
  return { title, body }
}

/** For how long both secrets may sign, in seconds. */
export const OVERLAPS = ["0", "3600", "86400", "604800"] as const

/** The form of a secret that is replaced. */
export function rotatePage(visit: Visit, endpoint: Endpoint): Shown {
  const { language } = visit
  const title = say(HOOKS.rotate, language)
  const names = {
    "0": say(HOOKS.noOverlap, language),
    "3600": say(HOOKS.hour, language),
    "86400": say(HOOKS.day, language),
    "604800": say(HOOKS.week, language),
  } as const satisfies Record<(typeof OVERLAPS)[number], string>
  // Sent twice, the second secret would be the one that counts, and the first one shown.
  const madeFrom = fingerprintField(secretFilled(endpoint))
  const inside = html`${madeFrom}${field({
    name: "overlap",
    label: say(HOOKS.overlap, language),
    value: "86400",
    options: OVERLAPS.map((each) => [each, names[each]] as const),
  })}
<div class="row">${button(title)}${linkButton(
    say(HOOKS.back, language),
    visit.href(`/webhooks/${endpoint.id}`),
  )}</div>`
  const body = html`${heading(title)}
<p class="soft">${endpoint.url}</p>
<p>${say(HOOKS.rotateText, language)}</p>
${form(visit, visit.href(`/webhooks/${endpoint.id}/rotate`), inside)}`
  return { title, body }
}

/** What tells one secret from the next without showing it: its sealed box is another each time. */
export function secretFilled({ secretSealed }: Endpoint): Readonly<Record<string, string>> {
  return { secret: secretSealed.toString("base64") }
}

export type ReplayForm = {
  readonly since: string
  readonly zone: string
  readonly error: string | null
  readonly alsoDelivered: boolean
}

/** The form of all that was missed. */
export function replayPage(visit: Visit, endpoint: Endpoint, typed: ReplayForm): Shown {
  const { language } = visit
  const title = say(HOOKS.replaySince, language)
  const inside = html`${field({
    name: "since",
    label: say(HOOKS.sinceField, language),
    type: "datetime-local",
    value: typed.since,
    error: typed.error,
    hint: say(HOOKS.sinceHint, language, { zone: typed.zone }),
    required: true,
  })}
<label class="check"><input type="checkbox" name="delivered" value="1"${
    typed.alsoDelivered && html` checked`
  }> ${say(HOOKS.alsoDelivered, language)}</label>
<p class="hint">${say(HOOKS.replayText, language)}</p>
<div class="row">${button(say(HOOKS.replay, language))}${linkButton(
    say(HOOKS.back, language),
    visit.href(`/webhooks/${endpoint.id}`),
  )}</div>`
  const body = html`${heading(title)}
<p class="soft">${endpoint.url}</p>
<p>${say(HOOKS.replaySinceText, language)}</p>
${form(visit, visit.href(`/webhooks/${endpoint.id}/replay`), inside)}`
  return { title, body, ...(typed.error !== null && { status: 422 }) }
}
