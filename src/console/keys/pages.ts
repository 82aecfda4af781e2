/** The pages of keys: a list, a new one, one that is replaced, one that is ended. */
import { isInUse } from "../../core/index.ts"
import { type Html, html, type Piece } from "../../pages/html.ts"
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
  type Row,
  shortId,
  table,
} from "../parts.ts"
import { type Shown, say, type Visit } from "../site.ts"
import { DIALECTS } from "../terms.ts"
import { instant, sentence } from "../when.ts"
import { type Errors, endFields, nameField, scopeFields, type Typed } from "./fields.ts"
import type { Holder, Listed, Made } from "./holders.ts"
import { KEYS } from "./texts.ts"

/** How long the old key stays, as it is offered: seconds with what they are called. */
export const OVERLAPS = ["0", "3600", "86400", "604800", "2592000"] as const

/** The list of somebody's keys, those in use first. */
export function listPage(
  visit: Visit,
  holder: Holder,
  keys: readonly Listed[],
  aside: Piece = null,
): Shown {
  const { language } = visit
  const now = visit.core.clock.now()
  const isOperators = holder.base === "/keys/operators"
  const [inUse, ended] = [true, false].map((wanted) =>
    keys.filter((each) => isInUse(each, now) === wanted),
  ) as [Listed[], Listed[]]
  const title = say(isOperators ? KEYS.operators : KEYS.title, language)
  const may = visit.can(holder.permission)
  const add = may && linkButton(say(KEYS.add, language), visit.href(`${holder.base}/new`), "main")
  const above = isOperators
    ? html`<a href="${visit.href("/keys")}">${say(KEYS.title, language)}</a>`
    : null
  const none = empty(
    say(isOperators ? KEYS.noOperators : KEYS.none, language),
    isOperators ? null : say(KEYS.noneText, language),
  )
  const body = html`${heading(title, html`${aside}${add}`, above)}
<p class="soft">${say(isOperators ? KEYS.operatorsLead : KEYS.lead, language)}</p>
${inUse.length === 0 ? none : keyTable(visit, holder, title, inUse, may)}
${
  ended.length > 0 &&
  html`<details class="panel"><summary>${say(KEYS.ended, language, {
    count: ended.length,
  })}</summary>
${keyTable(visit, holder, say(KEYS.ended, language, { count: ended.length }), ended, false)}
</details>`
}`
  return { title, body }
}

function keyTable(
  visit: Visit,
  holder: Holder,
  caption: string,
  keys: readonly Listed[],
  may: boolean,
): Html {
  const { language } = visit
  const isOperators = holder.base === "/keys/operators"
  const columns = [
    { label: say(isOperators ? KEYS.holder : KEYS.name, language) },
    ...(isOperators ? [] : [{ label: say(KEYS.dialect, language) }]),
    { label: say(KEYS.knownBy, language) },
    { label: say(KEYS.state, language) },
    { label: say(KEYS.lastUsed, language), wide: true },
    ...(may ? [{ label: say(KEYS.actions, language) }] : []),
  ]
  const rows = keys.map((each): Row => {
    const { dialect, id, lastUsedAt, name, scopes } = each
    const to = (what: string) => visit.href(`${holder.base}/${id}/${what}`)
    const what = `${name ?? say(KEYS.nameless, language)} ${each.knownBy.join(" ")}`
    const actions = html`<span class="row">${
      each.rolledTo === null &&
      html`<a href="${to("roll")}" aria-label="${say(KEYS.roll, language)}: ${what}">${say(
        KEYS.roll,
        language,
      )}</a>`
    } <a class="bad" href="${to("revoke")}" aria-label="${say(
      KEYS.revoke,
      language,
    )}: ${what}">${say(KEYS.revoke, language)}</a></span>`
    const called = name ?? html`<span class="soft">${say(KEYS.nameless, language)}</span>`
    return {
      cells: [
        html`${called}${scopes !== null && html`<br>${scopesHtml(scopes)}`}`,
        ...(isOperators ? [] : [dialect && DIALECTS[dialect]]),
        knownBy(each),
        stateOf(visit, each),
        lastUsedAt === null ? "–" : instant(visit, lastUsedAt),
        ...(may ? [actions] : []),
      ],
    }
  })
  return table(caption, columns, rows)
}

function knownBy({ knownBy: all }: Pick<Listed, "knownBy">): Piece {
  return all.length === 0
    ? "–"
    : all.map((each) => html`<code title="${each}">${shortId(each)}</code> `)
}

function scopesHtml(scopes: readonly string[]): Html {
  return html`<span class="soft">${scopes.map((each) => html`<code>${each}</code> `)}</span>`
}

function stateOf(visit: Visit, { expiresAt, revokedAt, rolledTo }: Listed): Html {
  const { language } = visit
  if (revokedAt) return html`<span class="soft">${sentence(visit, KEYS.revoked, revokedAt)}</span>`
  if (expiresAt === null) return badge(say(KEYS.inUse, language), "good")
  if (expiresAt.getTime() <= visit.core.clock.now().getTime()) {
    return html`<span class="soft">${sentence(visit, KEYS.endedAt, expiresAt)}</span>`
  }
  if (rolledTo) return html`<span class="warn">${sentence(visit, KEYS.replaced, expiresAt)}</span>`
  return html`${badge(say(KEYS.inUse, language), "good")} ${sentence(visit, KEYS.ends, expiresAt)}`
}

export type NewForm = {
  readonly typed: Typed
  readonly errors: Errors
  readonly once: string
  /** What may be chosen; empty for an operator's key. */
  readonly dialects: readonly { readonly name: keyof typeof DIALECTS; readonly isNew: boolean }[]
  readonly dialect: keyof typeof DIALECTS | null
}

/** The form of a new key. */
export function newPage(visit: Visit, holder: Holder, given: NewForm): Shown {
  const { dialect, dialects, errors, once, typed } = given
  const { language } = visit
  const title = say(KEYS.newTitle, language)
  const isOperators = holder.base === "/keys/operators"
  const choice =
    !isOperators &&
    field({
      name: "dialect",
      label: say(KEYS.dialect, language),
      value: dialect ?? "",
      options: dialects.map(({ name }) => [name, DIALECTS[name]] as const),
    })
  const isFresh = dialects.some(({ isNew }) => isNew)
  const scopes = html`<div class="scoped">${scopeFields(
    visit,
    typed,
    errors,
    isOperators ? "operator" : "merchant",
  )}</div>`
  const inside = html`<input type="hidden" name="once" value="${once}">
${errors.form && note(errors.form, "bad", true)}
${choice}
${isFresh && html`<p class="hint">${say(KEYS.agreesNew, language)}</p>`}
${nameField(visit, typed, errors, isOperators)}
${endFields(visit, typed, errors, false)}
${scopes}
<div class="row">${button(say(KEYS.add, language))}${back(visit, holder)}</div>`
  const body = html`${heading(title)}
${form(visit, visit.href(`${holder.base}/new`), inside)}`
  return { title, body, ...(Object.keys(errors).length > 0 && { status: 422 }) }
}

/** New credentials, this once. */
export function madePage(visit: Visit, holder: Holder, made: Made, more: Piece = null): Shown {
  const { language } = visit
  const title = say(KEYS.madeTitle, language)
  const rows = [
    [say(KEYS.baseUrl, language), made.baseUrl] as const,
    ...Object.entries(made.shown),
  ].map(([name, value]) => [name, code(visit, value)] as const)
  const body = html`${heading(title)}
${note(say(KEYS.madeText, language), "warn", true)}
${more}
${panel(title, facts(rows))}
${
  made.curl !== null &&
  html`<h2>${say(KEYS.tryIt, language)}</h2><pre tabindex="0">${made.curl}</pre>`
}
<p>${linkButton(say(KEYS.done, language), visit.href(holder.base), "main")}</p>`
  return { title, body }
}

/** What somebody is about to do to a key. */
function about(visit: Visit, key: Listed): Html {
  const { language } = visit
  const { dialect, name } = key
  return facts([
    [say(KEYS.name, language), name],
    [say(KEYS.dialect, language), dialect && DIALECTS[dialect]],
    [say(KEYS.knownBy, language), knownBy(key)],
    [
      say(KEYS.scopes, language),
      key.scopes === null ? say(KEYS.allScopes, language) : scopesHtml(key.scopes),
    ],
    [say(KEYS.created, language), instant(visit, key.createdAt)],
    [
      say(KEYS.lastUsed, language),
      key.lastUsedAt === null ? say(KEYS.unknown, language) : instant(visit, key.lastUsedAt),
    ],
    [say(KEYS.state, language), stateOf(visit, key)],
  ])
}

export type RollForm = {
  readonly typed: Typed
  readonly overlap: string
  readonly errors: Errors
  readonly once: string
}

/** The form of a key that is replaced. */
export function rollPage(visit: Visit, holder: Holder, key: Listed, given: RollForm): Shown {
  const { language } = visit
  const { errors, once, overlap, typed } = given
  const title = say(KEYS.rollTitle, language)
  const names = {
    "0": say(KEYS.now, language),
    "3600": say(KEYS.inHour, language),
    "86400": say(KEYS.inDay, language),
    "604800": say(KEYS.days, language, { days: 7 }),
    "2592000": say(KEYS.days, language, { days: 30 }),
  } as const satisfies Record<(typeof OVERLAPS)[number], string>
  const inside = html`<input type="hidden" name="once" value="${once}">
${errors.form && note(errors.form, "bad", true)}
${field({
  name: "overlap",
  label: say(KEYS.overlap, language),
  value: overlap,
  options: OVERLAPS.map((each) => [each, names[each]] as const),
})}
${endFields(visit, typed, errors, key.expiresAt !== null)}
<div class="row">${button(say(KEYS.roll, language))}${back(visit, holder)}</div>`
  const body = html`${heading(title)}
<p class="soft">${say(KEYS.rollText, language)}</p>
${about(visit, key)}
${form(visit, visit.href(`${holder.base}/${key.id}/roll`), inside)}`
  return { title, body, ...(Object.keys(errors).length > 0 && { status: 422 }) }
}

/** Asks whether a key is really to end. */
export function revokePage(visit: Visit, holder: Holder, key: Listed): Shown {
  const { language } = visit
  const title = say(KEYS.revokeTitle, language)
  const inside = html`<div class="row">${button(
    say(KEYS.revoke, language),
    "danger",
  )}${back(visit, holder)}</div>`
  const body = html`${heading(title)}
<p class="soft">${say(KEYS.revokeText, language)}</p>
${about(visit, key)}
${form(visit, visit.href(`${holder.base}/${key.id}/revoke`), inside)}`
  return { title, body }
}

function back(visit: Visit, holder: Holder): Html {
  return linkButton(say(KEYS.cancel, visit.language), visit.href(holder.base))
}
