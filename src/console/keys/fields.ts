/** The fields of a new key: drawn with what was typed, and read. */
import {
  beginOf,
  type DialectName,
  dayAfter,
  isDay,
  KEY_NAME_MAX,
  type KeyFlaw,
  type KeyTerms,
  keyFlaw,
  OPERATOR_SCOPES,
  SCOPES,
} from "../../core/index.ts"
import { attribute, type Html, html } from "../../pages/html.ts"
import { field } from "../parts.ts"
import { type Asked, say, type Visit } from "../site.ts"
import { FLAWS, KEYS, SCOPE_NAMES } from "./texts.ts"

/** What was typed, as it was. */
export type Typed = {
  readonly name: string
  readonly days: string
  readonly until: string
  /** `all`, or `some` of those that are ticked. */
  readonly which: string
  readonly scopes: readonly string[]
}

export const NOTHING: Typed = { name: "", days: "", until: "", which: "all", scopes: [] }

/** Errors by the fields that they are of; `form` is of none. */
export type Errors = Readonly<Partial<Record<"name" | "scopes" | "until" | "form", string>>>

const DAYS = [7, 30, 90, 180, 365] as const
const DAY_MS = 86_400_000
/** The zone of who runs the gateway for all merchants. */
const USUAL_ZONE = "America/Bogota"

/** What a form says, as texts. */
export function typedIn({ form, all }: Asked): Typed {
  const { name = "", days = "", until = "", which = "all" } = form
  return { name, days, until, which, scopes: all("scope") }
}

/** What was typed as terms of a key, or what is wrong with it. */
export function readTerms(
  visit: Visit,
  typed: Typed,
  dialect: DialectName | null,
): { readonly terms: KeyTerms } | { readonly errors: Errors } {
  const now = visit.core.clock.now()
  const name = typed.name.trim()
  const end = readEnd(visit, typed)
  if (end === "wrong") return { errors: { until: say(KEYS.untilInvalid, visit.language) } }
  const hasScopes = dialect === null || dialect === "caudal"
  const terms = {
    // An operator's key is its holder's: the list is of nothing else.
    name: name === "" && dialect !== null ? null : name,
    scopes: hasScopes && typed.which === "some" ? typed.scopes : null,
    expiresAt: end ?? null,
  }
  const flaw = keyFlaw(terms, dialect, now)
  return flaw ? { errors: errorsOf(visit, flaw) } : { terms }
}

/** The end that was chosen; undefined where none was, null for never. */
export function readEnd(
  visit: Visit,
  { days, until }: Pick<Typed, "days" | "until">,
): Date | null | undefined | "wrong" {
  if (until !== "") {
    if (!isDay(until) || until < "2000-01-01" || until > "9998-12-31") return "wrong"
    return beginOf(dayAfter(until), zoneOf(visit))
  }
  if (days === "") return undefined
  if (days === "never") return null
  const count = DAYS.find((each) => String(each) === days)
  if (count === undefined) return "wrong"
  return new Date(visit.core.clock.now().getTime() + count * DAY_MS)
}

/** What the core says is wrong, beside the field that it is about. */
export function errorsOf({ language }: Visit, { code, field: of }: KeyFlaw): Errors {
  const text = say(FLAWS[code], language)
  return { [of === "expiresAt" ? "until" : (of ?? "form")]: text }
}

function zoneOf({ merchant }: Visit): string {
  return merchant?.timeZone ?? USUAL_ZONE
}

/** The field of a name. */
export function nameField({ language }: Visit, typed: Typed, errors: Errors, isHolder: boolean) {
  return field({
    name: "name",
    label: say(isHolder ? KEYS.holder : KEYS.name, language),
    value: typed.name,
    error: errors.name ?? null,
    hint: isHolder ? null : say(KEYS.nameHint, language),
    maxlength: KEY_NAME_MAX,
    required: isHolder,
    autocomplete: "off",
  })
}

/** The fields of an end; `same` offers to last as long as another key. */
export function endFields(visit: Visit, typed: Typed, errors: Errors, same: boolean): Html {
  const { language } = visit
  const never = say(KEYS.never, language)
  const days = DAYS.map((each) => [String(each), say(KEYS.days, language, { days: each })] as const)
  const first = same
    ? ([
        ["", say(KEYS.sameLifetime, language)],
        ["never", never],
      ] as const)
    : ([["", never]] as const)
  return html`<div class="pair">${field({
    name: "days",
    label: say(KEYS.expires, language),
    value: typed.days,
    options: [...first, ...days],
  })}
${field({
  name: "until",
  label: say(KEYS.until, language),
  type: "date",
  value: typed.until,
  error: errors.until ?? null,
  hint: say(KEYS.untilHint, language, { zone: zoneOf(visit) }),
})}</div>`
}

/** The fields of scopes. */
export function scopeFields(
  { language }: Visit,
  typed: Typed,
  errors: Errors,
  of: "merchant" | "operator",
): Html {
  const known = of === "merchant" ? SCOPES : OPERATOR_SCOPES
  const which = (value: string, label: string) =>
    html`<label class="check"><input type="radio" name="which" value="${value}"${attribute(
      "checked",
      (typed.which === "some" ? "some" : "all") === value,
    )}> ${label}</label>`
  const boxes = known.map(
    (scope) =>
      html`<label class="check"><input type="checkbox" name="scope" value="${scope}"${attribute(
        "checked",
        typed.scopes.includes(scope),
      )}> <span>${say(SCOPE_NAMES[scope], language)} <code>${scope}</code></span></label>
`,
  )
  const { scopes: error } = errors
  return html`<fieldset class="choices"${attribute(
    "aria-describedby",
    error ? "scopes-error" : null,
  )}><legend>${say(KEYS.scopes, language)}</legend>
${which("all", say(KEYS.allScopesLong, language))}
${which("some", say(KEYS.someScopes, language))}
<div class="boxes">
${boxes}</div>
${error && html`<p class="error" id="scopes-error">${error}</p>`}</fieldset>`
}
