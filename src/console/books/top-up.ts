/** Money that came in for a merchant's wallet, booked by an operator once per reference. */
import { isRefusal, type Merchant, TOP_UP_MAX, TOP_UP_REFERENCE_MAX } from "../../core/index.ts"
import { CURRENCY_DECIMALS } from "../../money.ts"
import { type Html, html } from "../../pages/html.ts"
import { amountText, readAmount, readingFor } from "../figures.ts"
import { button, field, form, heading, note } from "../parts.ts"
import { saidOf } from "../refusals.ts"
import type { Answer, Asked, Shown, Visit } from "../site.ts"
import { say } from "../words.ts"
import { choose } from "./choose.ts"
import { TEXTS, TOP_UP } from "./texts.ts"

type Name = "asset" | "amount" | "reference"
type Tried = {
  readonly typed: Partial<Record<Name, string>>
  readonly wrong: Partial<Record<Name, string>>
  readonly refused: string | null
}

const ASSETS = Object.keys(CURRENCY_DECIMALS).sort()
/** More digits than any amount has. */
const AMOUNT_LENGTH_MAX = 40

type T = (name: keyof typeof TOP_UP, values?: Readonly<Record<string, string | number>>) => string

/** The form. */
export async function showTopUp(visit: Visit): Promise<Answer> {
  const { core, language, merchant } = visit
  if (merchant === null) return choose(visit, say(TEXTS.topUp, language))
  const accounts = await core.books.accounts(merchant.id)
  const own = new Set(
    accounts.filter(({ custodian }) => custodian === "gateway").map(({ asset }) => asset),
  )
  // Of several none is taken for granted: money in the wrong one has to be undone by hand.
  const [only = ""] = own.size === 1 ? own : []
  return pageOf(visit, merchant, {
    typed: { asset: only },
    wrong: {},
    refused: null,
  })
}

function pageOf(visit: Visit, merchant: Merchant, { typed, wrong, refused }: Tried): Shown {
  const t: T = (name, values) => say(TOP_UP[name], visit.language, values)
  const title = say(TEXTS.topUp, visit.language)
  const inside = html`${field({
    name: "asset",
    label: say(TEXTS.asset, visit.language),
    value: typed.asset ?? "",
    error: wrong.asset ?? null,
    options: [["", "–"], ...ASSETS.map((each) => [each, each] as const)],
  })}
${field({
  name: "amount",
  label: t("amount"),
  value: typed.amount ?? "",
  error: wrong.amount ?? null,
  inputmode: "decimal",
  maxlength: AMOUNT_LENGTH_MAX,
  autocomplete: "off",
  required: true,
})}
${field({
  name: "reference",
  label: t("reference"),
  value: typed.reference ?? "",
  error: wrong.reference ?? null,
  hint: t("referenceHint"),
  maxlength: TOP_UP_REFERENCE_MAX,
  autocomplete: "off",
  required: true,
})}
${button(t("submit"))}`
  const above: Html = html`<a href="${visit.href("/books")}">${say(TEXTS.title, visit.language)}</a>`
  const isWrong = refused !== null || Object.keys(wrong).length > 0
  return {
    title,
    body: html`${heading(`${title}: ${merchant.name}`, null, above)}
<p>${t("intro")}</p>
${refused !== null && note(refused, "bad", true)}
${form(visit, visit.href("/books/top-up"), inside)}`,
    ...(isWrong && { status: refused === null ? 422 : 409 }),
  }
}

/** Books it. Sent twice, or by two people, it is booked once: the reference is its natural key. */
export async function topUp(visit: Visit, { form: given }: Asked): Promise<Answer> {
  const { core, language, merchant } = visit
  if (merchant === null) return choose(visit, say(TEXTS.topUp, language))
  const t: T = (name, values) => say(TOP_UP[name], language, values)
  const reading = readingFor(visit, merchant)
  const typed = {
    asset: given["asset"] ?? "",
    amount: (given["amount"] ?? "").slice(0, AMOUNT_LENGTH_MAX + 1),
    reference: (given["reference"] ?? "").slice(0, TOP_UP_REFERENCE_MAX + 1),
  }
  const asset = ASSETS.find((each) => each === typed.asset)
  const amount = asset === undefined ? null : readAmount(typed.amount, asset, reading)
  const isAmount = amount !== null && amount > 0n && amount <= TOP_UP_MAX
  const read = core.readTopUpReference(typed.reference)
  if (asset === undefined || !isAmount || "rule" in read) {
    const most = amountText(TOP_UP_MAX, asset ?? "COP", reading)
    return pageOf(visit, merchant, {
      typed,
      refused: null,
      wrong: {
        ...(asset === undefined && { asset: t("badAsset") }),
        ...(asset !== undefined && !isAmount && { amount: t("badAmount", { most }) }),
        ...("rule" in read && { reference: t("badReference", { most: TOP_UP_REFERENCE_MAX }) }),
      },
    })
  }
  const { reference } = read
  const command = { merchantId: merchant.id, asset, amount, reference }
  const booked = await core.wallet.topUp(command, visit.by)
  if (isRefusal(booked)) {
    const wrong = booked.refused === "reference_conflict"
    const why = saidOf(booked, language)
    return pageOf(visit, merchant, {
      ...{ typed, wrong: wrong ? { reference: why } : {} },
      refused: why,
    })
  }
  const values = {
    amount: amountText(amount, asset, reading),
    balance: amountText(booked.balance, asset, reading),
  }
  const said = t(booked.repeated ? "repeated" : "done", values)
  return { to: visit.href("/books/statement", { asset }), said }
}
