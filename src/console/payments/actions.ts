/** The forms by which somebody changes a payment: only those that can work now. */
import { type Html, html, type Piece } from "../../pages/html.ts"
import { amountText, fieldText } from "../figures.ts"
import { button, field, form, linkButton, note } from "../parts.ts"
import type { Visit } from "../site.ts"
import { sure } from "../sure.ts"
import { OUTCOMES } from "../terms.ts"
import { say } from "../words.ts"
import { ACT, PAGE } from "./page-texts.ts"
import type { Whole } from "./whole.ts"

/** What came back from a form: what was typed, and what is wrong with it. */
export type Tried = {
  readonly typed: Readonly<Record<string, string>>
  readonly wrong: Readonly<Record<string, string>>
  /** Why the core refused, as a sentence; null where it wasn't asked. */
  readonly refused: string | null
}

export const NOT_TRIED: Tried = { typed: {}, wrong: {}, refused: null }

/** What can be done about a payment by this visitor. */
export function actionsPart(visit: Visit, whole: Whole, tried: Tried): Html {
  const { language } = visit
  const t = (name: keyof typeof ACT, values = {}) => say(ACT[name], language, values)
  const { possible } = whole
  const may = visit.can("money")
  const all: Piece[] = [
    possible.page && linkButton(t("checkout"), payerPage(visit, whole)),
    may && possible.refund && refundForm(visit, whole, possible.refund, tried),
    may && possible.cancel && cancelForm(visit, whole),
    visit.can("sandbox") && possible.outcomes.length > 0 && simulateForm(visit, whole),
  ]
  const shown = all.filter(Boolean)
  const isNothing = shown.length === 0
  return html`<section class="acts" data-part="actions" aria-label="${say(PAGE.actions, language)}">
${tried.refused !== null && note(t("failed", { why: tried.refused }), "bad", true)}
${shown}
${
  !may
    ? html`<p class="hint">${say(PAGE.readOnly, language)}</p>`
    : isNothing && html`<p class="hint">${t("nothingPossible")}</p>`
}</section>`
}

function payerPage({ core }: Visit, { story }: Whole): string {
  return `${core.publicUrl}/pay/${story.payment.id}`
}

function actionOf(visit: Visit, { story }: Whole, name: string): string {
  return visit.href(`/payments/${story.payment.id}/${name}`)
}

/**
 * The form carries a key of its own, so that sent twice it is one refund, and what had been given
 * back when it was made, so that it never comes on top of somebody else's.
 */
function refundForm(
  visit: Visit,
  whole: Whole,
  { left, needsAddress }: NonNullable<Whole["possible"]["refund"]>,
  { typed, wrong }: Tried,
): Html {
  const { reading, story } = whole
  const { asset, refunded } = story.payment
  const t = (name: keyof typeof ACT, values = {}) => say(ACT[name], visit.language, values)
  const isTried = Object.keys(typed).length > 0
  const inside = html`<input type="hidden" name="key" value="${visit.core.ids.next()}">
<input type="hidden" name="seen" value="${refunded.toString()}">
${field({
  name: "amount",
  label: `${t("refundAmount")} (${asset})`,
  value: typed["amount"] ?? fieldText(left, asset, reading),
  error: wrong["amount"] ?? null,
  hint: t("refundHint", { left: amountText(left, asset, reading) }),
  inputmode: "decimal",
  maxlength: 60,
  autocomplete: "off",
  required: true,
})}
${
  needsAddress &&
  field({
    name: "to",
    label: t("to"),
    value: typed["to"] ?? "",
    error: wrong["to"] ?? null,
    hint: t("toHint"),
    maxlength: 200,
    autocomplete: "off",
    required: true,
  })
}
${button(t("doRefund"))}`
  return html`<details id="refund" class="act"${isTried && html` open`}><summary class="button main">${t(
    "refund",
  )}</summary>
${form(visit, actionOf(visit, whole, "refund"), inside)}</details>`
}

function cancelForm(visit: Visit, whole: Whole): Html {
  const t = (name: keyof typeof ACT) => say(ACT[name], visit.language)
  const to = actionOf(visit, whole, "cancel")
  const inside = form(visit, to, button(t("cancel"), "danger"))
  return sure("cancel", t("cancel"), t("cancelConfirm"), inside)
}

function simulateForm(visit: Visit, whole: Whole): Html {
  const { language } = visit
  const buttons = whole.possible.outcomes.map((each) =>
    button(say(OUTCOMES[each], language), "quiet", { name: "outcome", value: each }),
  )
  const name = say(ACT.simulate, language)
  const inside = html`<span class="soft" title="${say(ACT.simulateHint, language)}">${name}</span>${
    buttons
  }`
  return form(visit, actionOf(visit, whole, "simulate"), inside, { kind: "row outcomes" })
}

/** Takes a refund back that nobody signed yet. */
export function takeBackForm(visit: Visit, whole: Whole, refundId: string): Html | null {
  if (!visit.can("money") || !whole.possible.unsigned.some(({ id }) => id === refundId)) return null
  const t = (name: keyof typeof ACT) => say(ACT[name], visit.language)
  const inside = html`<input type="hidden" name="refund" value="${refundId}">${button(
    t("takeBack"),
    "danger",
  )}`
  const to = actionOf(visit, whole, "take-back")
  return sure(`take-back-${refundId}`, t("takeBack"), t("takeBackConfirm"), form(visit, to, inside))
}

/** Sends a message again; for whoever looks after webhooks. */
export function replayForm(visit: Visit, whole: Whole, deliveryId: string): Html | null {
  if (!visit.can("webhooks")) return null
  const inside = html`<input type="hidden" name="delivery" value="${deliveryId}">${button(
    say(ACT.replay, visit.language),
    "quiet",
  )}`
  return form(visit, actionOf(visit, whole, "replay"), inside, { kind: "inline" })
}
