/** A merchant's terms in one dialect: its fee, its limits, its times. */
import {
  DIALECT_NAMES,
  type DialectName,
  type NewTerms,
  type TermsSettings,
} from "../../core/index.ts"
import { html } from "../../pages/html.ts"
import { merchantOf } from "../chosen.ts"
import { conflict, type Filled, fingerprintField, isStale } from "../fingerprint.ts"
import { button, check, empty, field, form, linkButton, note, panel } from "../parts.ts"
import { type Answer, type Asked, NotThere, type Shown, say, type Visit } from "../site.ts"
import { DIALECTS } from "../terms.ts"
import { settingsPage } from "./tabs.ts"
import { FIELDS, FIELDS_OF, type FieldName } from "./term-fields.ts"
import { SET } from "./texts.ts"

type Errors = Readonly<Partial<Record<FieldName, string>>>

function dialectIn({ params }: Asked): DialectName {
  const found = DIALECT_NAMES.find((each) => each === params["dialect"])
  if (!found) throw new NotThere("no such dialect")
  return found
}

/** The fields that somebody may change; those of operators are shown to others, and no more. */
function namesFor(visit: Visit, dialect: DialectName): readonly FieldName[] {
  return FIELDS_OF[dialect].filter((name) => !FIELDS[name].operates || visit.can("operate"))
}

function filledOf(names: readonly FieldName[], settings: TermsSettings): Filled {
  return Object.fromEntries(names.map((name) => [name, FIELDS[name].write(settings)]))
}

/** Shows a dialect's terms. */
export async function showTerms(visit: Visit, asked: Asked): Promise<Shown> {
  const dialect = dialectIn(asked)
  const { core, language } = visit
  const terms = await core.merchants.terms(merchantOf(visit).id, dialect)
  const here = `/settings/terms/${dialect}`
  if (terms === null) {
    const add =
      visit.can("operate") &&
      linkButton(say(SET.createKey, language), visit.href("/keys/new", { dialect }), "main")
    return settingsPage(visit, here, empty(DIALECTS[dialect], say(SET.notUsed, language), add))
  }
  return page(visit, dialect, terms.settings)
}

function page(
  visit: Visit,
  dialect: DialectName,
  settings: TermsSettings,
  over: {
    readonly typed?: Filled
    readonly errors?: Errors
    readonly above?: ReturnType<typeof note>
  } = {},
): Shown {
  const { language } = visit
  const names = namesFor(visit, dialect)
  const now = filledOf(names, settings)
  const { above = null, errors = {}, typed = now } = over
  const shown = (of: readonly FieldName[]) =>
    of.map((name) => {
      const { hint, kind, label, operates } = FIELDS[name]
      const value = typed[name] ?? FIELDS[name].write(settings)
      const isMine = names.includes(name) && visit.can("settings")
      if (kind === "check") return check(name, say(label, language), value === "1")
      return field({
        name,
        label: say(label, language),
        value,
        error: errors[name] ?? null,
        hint: isMine
          ? hint && say(hint, language)
          : operates
            ? say(SET.onlyOperators, language)
            : null,
        readonly: !isMine,
        ...(kind === "lines" ? { rows: 3 } : {}),
        ...(kind === "number" ? { inputmode: "numeric" } : {}),
      })
    })
  const [fees, rest] = [true, false].map((wanted) =>
    FIELDS_OF[dialect].filter((name) => name.startsWith("fee") === wanted),
  ) as [FieldName[], FieldName[]]
  const wrong = Object.keys(errors).length > 0
  const inside = html`${fingerprintField(now)}
${panel(say(SET.fees, language), html`<div class="pair">${shown(fees)}</div>`)}
${panel(say(SET.limits, language), html`<div class="pair">${shown(rest)}</div>`)}
${visit.can("settings") && button(say(SET.save, language))}`
  const here = `/settings/terms/${dialect}`
  const body = html`${above}
${wrong && note(say(SET.wrong, language), "bad", true)}
${form(visit, visit.href(here), inside, { kind: "wide-form" })}`
  return settingsPage(visit, here, body, wrong ? { status: 422 } : {})
}

/** Saves a dialect's terms. */
export async function saveTerms(visit: Visit, asked: Asked): Promise<Answer> {
  const dialect = dialectIn(asked)
  const { core, language } = visit
  const { id } = merchantOf(visit)
  const terms = await core.merchants.terms(id, dialect)
  if (terms === null) throw new NotThere("no such terms")
  const { settings } = terms
  const names = namesFor(visit, dialect)
  const now = filledOf(names, settings)
  const typed: Filled = Object.fromEntries(
    names.map((name) => [name, (asked.form[name] ?? "").trim()]),
  )
  if (isStale(asked, now)) {
    const labels = Object.fromEntries(
      names.map((name) => [name, say(FIELDS[name].label, language)]),
    )
    const above = conflict(visit, now, typed, labels)
    return { ...page(visit, dialect, settings, { typed, above }), status: 409 }
  }
  const errors: { [Name in FieldName]?: string } = {}
  const changes: NewTerms[] = []
  for (const name of names) {
    const read = FIELDS[name].read(typed[name] ?? "", settings)
    if ("wrong" in read) errors[name] = say(read.wrong, language, read.values)
    else if (typed[name] !== now[name]) changes.push(read)
  }
  const change: NewTerms = Object.assign({}, ...changes)
  const { maxAmount, minAmount } = { ...settings, ...change }
  if (minAmount !== null && maxAmount !== null && BigInt(minAmount ?? 0) > BigInt(maxAmount ?? 0)) {
    errors.maxAmount ??= say(SET.orderWrong, language)
  }
  if (Object.keys(errors).length > 0) return page(visit, dialect, settings, { typed, errors })
  if (Object.keys(change).length > 0) await core.merchants.changeTerms(id, dialect, change)
  return { to: visit.href(`/settings/terms/${dialect}`), said: say(SET.saved, language) }
}
