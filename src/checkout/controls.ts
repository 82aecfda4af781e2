/** One control of the form each: with its label, what is wrong with it, and what is known of it. */

import { attribute, type Html, html, type Piece } from "../pages/html.ts"
import { FIELDS, type Field, type FormRules, maskKnown, type Typed, type Wrong } from "./form.ts"
import type { KnownPayer } from "./purpose.ts"

/** What the form is drawn from. */
export type FormState = { readonly rules: FormRules; readonly typed: Typed; readonly wrong: Wrong }

type Control = {
  readonly label: string
  /** What the merchant gave, which an empty field stands for, and the id of what explains that. */
  readonly known?: { readonly as: keyof KnownPayer; readonly of: KnownPayer | null }
  readonly hint?: string
  readonly attributes?: Readonly<Record<string, string | number>>
}

/** A field to type into. */
export function input({ typed, wrong }: FormState, field: Field, control: Control): Html {
  const { label, known, hint, attributes = {} } = control
  const given = known?.of?.[known.as]
  return html`<div class="field">
<label for="${field}">${label}</label>
<input id="${field}" name="${field}" value="${typed[field] ?? ""}"${attribute(
    "placeholder",
    given ? maskKnown(known!.as, given) : null,
  )}${Object.entries(attributes).map(([name, value]) => attribute(name, value))}${about(
    wrong,
    field,
    given ? (hint ?? null) : null,
  )}>
${complaint(wrong, field)}
</div>`
}

/** A list to choose from; `preset` is chosen until the payer chose. */
export function select(
  { typed, wrong }: FormState,
  field: Field,
  label: string,
  options: readonly (readonly [value: string, name: string])[],
  preset: string | null = null,
): Html {
  const chosen = typed[field] ?? preset
  return html`<div class="field">
<label for="${field}">${label}</label>
<select id="${field}" name="${field}"${about(wrong, field, null)}>
${options.map(
  ([value, name]) =>
    html`<option value="${value}"${attribute("selected", value === chosen)}>${name}</option>
`,
)}</select>
${complaint(wrong, field)}
</div>`
}

type Choice = readonly [value: string, name: string]

/** Some ways of which one is chosen. The stylesheet shows what belongs to the one that is. */
export function choices(field: Field, all: readonly Choice[], chosen: string): Html {
  return html`<div class="choices">${all.map(
    ([value, name]) => html`<label><input type="radio" name="${field}"
id="${field}-${value}" value="${value}"${attribute("checked", value === chosen)}>
<span>${name}</span></label>
`,
  )}</div>`
}

/** A group of controls under one heading. */
export function group(look: string, legend: string, inside: Piece, describedBy?: string): Html {
  return html`<fieldset class="${look}"${attribute("aria-describedby", describedBy ?? null)}>
<legend>${legend}</legend>
${inside}
</fieldset>`
}

/** The sentence about a field that was filled in wrongly. */
export function complaint(wrong: Wrong, field: Field): Html | null {
  const text = wrong[field]
  return text === undefined ? null : html`<p class="wrong" id="${field}-wrong">${text}</p>`
}

/** Ties a field to the sentences about it, for who hears the page; focus is on the first wrong. */
function about(wrong: Wrong, field: Field, hint: string | null): Html {
  const isWrong = wrong[field] !== undefined
  const ids = [isWrong && `${field}-wrong`, hint].filter(Boolean).join(" ")
  const first = isWrong && FIELDS.find((each) => wrong[each] !== undefined) === field
  return html`${attribute("aria-invalid", isWrong ? "true" : null)}${attribute(
    "aria-describedby",
    ids === "" ? null : ids,
  )}${attribute("autofocus", first)}`
}
