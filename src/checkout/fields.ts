/** The form on which a payer says from where to take the money. */

import { type Html, html } from "../pages/html.ts"
import { BANKS } from "./banks.ts"
import { choices, complaint, type FormState, group, input, select } from "./controls.ts"
import {
  ACCOUNT_TYPES,
  HOLDERS,
  type Holder,
  holderOf,
  knownAs,
  NAME_MAX,
  PERSON_DOCUMENTS,
} from "./form.ts"
import type { PageMethod } from "./methods.ts"
import type { KnownPayer } from "./purpose.ts"
import type { Texts } from "./texts/index.ts"

/** Whom the payer pays, and how much: what the consent names. */
type Deal = { readonly merchant: string; readonly amount: string }

// Nothing here is `required`, nor checked by the browser: it would refuse to send one method's form
// for what stands hidden in another's, and say so in words that aren't ours.
/** All fields; the browser shows those of the chosen method, the server reads no others. */
export function fields(state: FormState, deal: Deal, t: Texts): Html {
  const { offered } = state.rules
  const parts = offered.map((each) => PARTS[each](state, deal, t))
  const account = offered.some((each) => each !== "crypto")
  return html`${methodChoice(state, t)}
${parts}
${
  account &&
  html`<div class="by-account">${holderFields(state, t)}
<p class="consent">${t.form.consent(deal.amount, deal.merchant)}</p></div>`
}`
}

function methodChoice({ rules, typed, wrong }: FormState, t: Texts): Html {
  const { offered, preferred } = rules
  const said = complaint(wrong, "method")
  if (offered.length === 1) {
    return html`${said}<input type="hidden" name="method" value="${offered[0]}">`
  }
  const named = (wish?: string | null) => offered.find((each) => each === wish)
  const chosen = named(typed.method) ?? named(preferred) ?? offered[0]!
  const all = offered.map((each) => [each, t.form.methods[each]] as const)
  const inside = html`${said}${choices("method", all, chosen)}`
  return group("methods", t.form.method, inside, said ? "method-wrong" : undefined)
}

const PARTS: Readonly<Record<PageMethod, (state: FormState, deal: Deal, t: Texts) => Html>> = {
  bank(state, _deal, t) {
    const accountTypes = ACCOUNT_TYPES.map((each) => [each, t.form.accountTypes[each]] as const)
    const number = input(state, "accountNumber", {
      label: t.form.accountNumber,
      attributes: { inputmode: "numeric", autocomplete: "off", maxlength: 30 },
    })
    return group(
      "by-bank",
      t.form.account,
      html`${select(state, "bank", t.form.bank, [["", t.form.chooseBank], ...BANKS])}
<div class="pair">
${select(state, "accountType", t.form.accountType, accountTypes)}
${number}
</div>`,
    )
  },
  wallet(state, _deal, t) {
    const { known } = state.rules
    const phone = input(state, "phone", {
      label: t.form.phone,
      known: { as: "phoneNumber", of: known },
      hint: "phone-hint",
      attributes: { type: "tel", autocomplete: "tel-national", maxlength: 20 },
    })
    return group(
      "by-wallet",
      t.form.wallet,
      html`${knownHint(known, ["phoneNumber"], "phone-hint", t)}${phone}`,
    )
  },
  bancolombia: (_state, _deal, t) => html`<p class="note by-bancolombia">${t.form.bancolombia}</p>`,
  crypto: (_state, { amount, merchant }, t) =>
    html`<p class="consent by-crypto">${t.form.consentCrypto(amount, merchant)}</p>`,
}

function holderFields(state: FormState, t: Texts): Html {
  const { rules, typed } = state
  const all = HOLDERS.map((each) => [each, t.form.holders[each]] as const)
  const email = input(state, "email", {
    label: t.form.email,
    known: { as: "email", of: rules.known },
    hint: "payer-hint",
    attributes: { type: "email", autocomplete: "email", maxlength: 254 },
  })
  const inside = html`${choices("holder", all, holderOf(typed, rules))}
<p class="hint">${rules.enforcedDocument !== null && html`${t.form.enforced} `}${t.form.all}</p>
${knownHint(rules.known, ["name", "documentNumber", "email"], "payer-hint", t)}
${HOLDERS.map((each) => holderPart(each, state, t))}
${email}`
  return group("holder", t.form.holder, inside)
}

/** What names and identifies a holder, and what a browser may fill in for its name. */
const HOLDER_FIELDS = {
  person: { name: "name", autocomplete: "name", number: "documentNumber" },
  business: { name: "businessName", autocomplete: "organization", number: "nit" },
} as const satisfies Record<Holder, object>

function holderPart(holder: Holder, state: FormState, t: Texts): Html {
  const known = knownAs(holder, state.rules.known)
  const { name, autocomplete, number } = HOLDER_FIELDS[holder]
  const nameInput = input(state, name, {
    label: t.form[name],
    known: { as: "name", of: known },
    hint: "payer-hint",
    attributes: { autocomplete, maxlength: NAME_MAX },
  })
  const numberInput = input(state, number, {
    label: t.form[number],
    known: { as: "documentNumber", of: known },
    hint: "payer-hint",
    attributes: { inputmode: "numeric", autocomplete: "off", maxlength: 20 },
  })
  if (holder === "business") return html`<div class="by-business">${nameInput}${numberInput}</div>`
  const documents = PERSON_DOCUMENTS.map((each) => [each, t.form.documentTypes[each]] as const)
  return html`<div class="by-person">${nameInput}
<div class="pair">
${select(state, "documentType", t.form.documentType, documents, known?.documentType)}
${numberInput}
</div></div>`
}

/** Says once what the dots mean, where any of these fields shows some. */
function knownHint(
  known: KnownPayer | null,
  of: readonly (keyof KnownPayer)[],
  id: string,
  t: Texts,
): Html | null {
  if (!of.some((each) => known?.[each])) return null
  return html`<p class="hint" id="${id}">${t.form.known}</p>`
}
