/** The form on which a payer says from where to take the money. */
import { BANKS } from "./banks.ts"
import {
  ACCOUNT_TYPES,
  DOCUMENT_TYPES,
  FIELDS,
  type Field,
  type FormRules,
  maskKnown,
  type PageMethod,
  type Typed,
  type Wrong,
} from "./form.ts"
import { attribute, type Html, html } from "./html.ts"
import type { KnownPayer } from "./purpose.ts"
import type { Texts } from "./texts/index.ts"

/** What the form is drawn from. */
export type FormState = { readonly rules: FormRules; readonly typed: Typed; readonly wrong: Wrong }

type Control = {
  readonly label: string
  readonly known?: keyof KnownPayer
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

/** All fields; the browser shows those of the chosen method, the server reads no others. */
export function fields(state: FormState, t: Texts): Html {
  const { offered, enforcedDocument } = state.rules
  const has = (method: PageMethod) => offered.includes(method)
  return html`${methodChoice(state, t)}
${has("bank") && bankFields(state, t)}
${has("wallet") && walletFields(state, t)}
<fieldset>
<legend>${t.form.payer}</legend>
${enforcedDocument !== null && html`<p class="hint">${t.form.enforced}</p>`}
${knownHint(state, t, "payer-hint", ["name", "documentNumber", "email"])}
${input(state, "name", {
  label: t.form.name,
  known: "name",
  attributes: { autocomplete: "name", maxlength: 80, required: true },
})}
<div class="pair">
${select(
  state,
  "documentType",
  t.form.documentType,
  DOCUMENT_TYPES.map((each) => [each, t.form.documentTypes[each]]),
)}
${input(state, "documentNumber", {
  label: t.form.documentNumber,
  known: "documentNumber",
  attributes: { inputmode: "numeric", maxlength: 20, required: true },
})}
</div>
${input(state, "email", {
  label: t.form.email,
  known: "email",
  attributes: { type: "email", autocomplete: "email", maxlength: 254, required: true },
})}
</fieldset>`
}

function methodChoice({ rules, typed, wrong }: FormState, t: Texts): Html {
  const { offered } = rules
  if (offered.length === 1) {
    return html`<input type="hidden" name="method" value="${offered[0]}">`
  }
  const chosen = typed.method ?? offered[0]
  return html`<fieldset class="methods">
<legend>${t.form.method}</legend>
${wrong.method && html`<p class="wrong" id="method-wrong">${wrong.method}</p>`}
<div class="choices">${offered.map(
    (each) => html`<label><input type="radio" name="method" id="method-${each}" value="${each}"
${attribute("checked", each === chosen)}><span>${t.form.methods[each]}</span></label>`,
  )}</div>
</fieldset>`
}

// Nothing of one method may be `required`: the browser would refuse to send the other's form.
function bankFields(state: FormState, t: Texts): Html {
  const accountTypes = ACCOUNT_TYPES.map((each) => [each, t.form.accountTypes[each]] as const)
  return html`<fieldset class="by-bank">
<legend>${t.form.account}</legend>
${select(state, "bank", t.form.bank, [["", t.form.chooseBank], ...BANKS])}
<div class="pair">
${select(state, "accountType", t.form.accountType, accountTypes)}
${input(state, "accountNumber", {
  label: t.form.accountNumber,
  attributes: { inputmode: "numeric", autocomplete: "off", maxlength: 30 },
})}
</div>
</fieldset>`
}

function walletFields(state: FormState, t: Texts): Html {
  return html`<fieldset class="by-wallet">
<legend>${t.form.wallet}</legend>
${knownHint(state, t, "phone-hint", ["phoneNumber"])}
${input(state, "phone", {
  label: t.form.phone,
  known: "phoneNumber",
  attributes: { type: "tel", inputmode: "tel", autocomplete: "tel", maxlength: 20 },
})}
</fieldset>`
}

/** Says once what the dots mean, where any of these fields shows some. */
function knownHint(
  { rules }: FormState,
  t: Texts,
  id: string,
  of: readonly (keyof KnownPayer)[],
): Html | null {
  if (!of.some((each) => rules.known?.[each])) return null
  return html`<p class="hint" id="${id}">${t.form.known}</p>`
}

function input({ rules, typed, wrong }: FormState, field: Field, control: Control): Html {
  const known = control.known && rules.known?.[control.known]
  const { required = false, ...attributes } = control.attributes ?? {}
  const message = wrong[field]
  const hint = field === "phone" ? "phone-hint" : "payer-hint"
  return html`<div class="field">
<label for="${field}">${control.label}</label>
<input id="${field}" name="${field}" value="${typed[field] ?? ""}"${attribute(
    "placeholder",
    known ? maskKnown(control.known!, known) : null,
  )}${attribute("required", required === true && !known)}${Object.entries(attributes).map(
    ([name, value]) => attribute(name, value),
  )}${described(field, message !== undefined, known ? hint : null)}${attribute(
    "autofocus",
    FIELDS.find((each) => wrong[each]) === field,
  )}>
${message && html`<p class="wrong" id="${field}-wrong">${message}</p>`}
</div>`
}

function select(
  { rules, typed, wrong }: FormState,
  field: "documentType" | "bank" | "accountType",
  label: string,
  options: readonly (readonly [value: string, name: string])[],
): Html {
  const chosen = typed[field] ?? (field === "documentType" ? rules.known?.documentType : null)
  const message = wrong[field]
  return html`<div class="field">
<label for="${field}">${label}</label>
<select id="${field}" name="${field}"${described(field, message !== undefined, null)}>
${options.map(
  ([value, name]) =>
    html`<option value="${value}"${attribute("selected", value === chosen)}>${name}</option>
`,
)}</select>
${message && html`<p class="wrong" id="${field}-wrong">${message}</p>`}
</div>`
}

/** Ties a field to the sentences about it, for those who hear the page. */
function described(field: Field, isWrong: boolean, hint: string | null): Html {
  const about = [isWrong && `${field}-wrong`, hint].filter(Boolean)
  return html`${attribute("aria-invalid", isWrong ? "true" : null)}${attribute(
    "aria-describedby",
    about.length > 0 ? about.join(" ") : null,
  )}`
}
