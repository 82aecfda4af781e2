/** The statement of a merchant's wallet: days, movements, the balance after each, and as CSV. */
import {
  type Core,
  csvLine,
  type Merchant,
  type StatementLine,
  type StatementPage,
  type StatementPlace,
  statementCsv,
} from "../../core/index.ts"
import { CURRENCY_DECIMALS } from "../../money.ts"
import { type Html, html, type Piece } from "../../pages/html.ts"
import { readDay } from "../days.ts"
import { amountHtml, type Reading, readingFor, timeHtml } from "../figures.ts"
import { kindText } from "../kinds.ts"
import { empty, facts, field, heading, linkButton, note, pager, type Row, table } from "../parts.ts"
import type { Answer, Asked, Visit } from "../site.ts"
import { say } from "../words.ts"
import { choose } from "./choose.ts"
import { TEXTS } from "./texts.ts"

const ROWS = 100
/** Read at once for a file: a page of its own, so that a slow browser holds no connection. */
const FILE_ROWS = 1_000
/** What a spreadsheet opens; more is asked for by days. */
export const FILE_MAX = 50_000

type T = (name: keyof typeof TEXTS, values?: Readonly<Record<string, string | number>>) => string

type Wish = {
  readonly asset: string
  readonly assets: readonly string[]
  readonly typed: { readonly from: string; readonly to: string }
  readonly from: string | null
  readonly to: string | null
  readonly wrong: { readonly asset?: string; readonly from?: string; readonly to?: string }
}

/** Reads which wallet and which days; the first currency where none is named. */
function wishOf(query: Asked["query"], assets: readonly string[], t: T): Wish {
  const typed = { from: query["from"]?.trim() ?? "", to: query["to"]?.trim() ?? "" }
  const asset = query["asset"] || (assets[0] ?? "COP")
  const [from, to] = [readDay(typed.from), readDay(typed.to)]
  // Where no money came yet an empty statement of any currency is right.
  const isKnown =
    assets.length > 0 ? assets.includes(asset) : Object.hasOwn(CURRENCY_DECIMALS, asset)
  const isMixed = from !== null && to !== null && to < from
  return {
    ...{ asset, assets, typed, from, to },
    wrong: {
      ...(!isKnown && { asset: t("badAsset") }),
      ...(typed.from !== "" && from === null && { from: t("badDay") }),
      ...(typed.to !== "" && to === null && { to: t("badDay") }),
      ...(isMixed && { to: t("badOrder") }),
    },
  }
}

/** The currencies that a merchant's wallet here has had. */
async function assetsOf(core: Core, { id }: Merchant): Promise<readonly string[]> {
  const accounts = await core.books.accounts(id)
  const ours = accounts.filter(
    ({ asset, custodian }) => custodian === "gateway" && Object.hasOwn(CURRENCY_DECIMALS, asset),
  )
  return [...new Set(ours.map(({ asset }) => asset))].sort()
}

/** The page. */
export async function showStatement(visit: Visit, { query }: Asked): Promise<Answer> {
  const { core, language, merchant } = visit
  const t: T = (name, values) => say(TEXTS[name], language, values)
  if (merchant === null) return choose(visit, t("statement"))
  const wish = wishOf(query, await assetsOf(core, merchant), t)
  const after = readPlace(query["after"])
  const isWrong = Object.keys(wish.wrong).length > 0
  const { asset, from, to } = wish
  const asked = { merchantId: merchant.id, asset, from, to }
  const page = isWrong ? null : await core.reports.statementPage(asked, { limit: ROWS, after })
  const reading = readingFor(visit, merchant)
  const kept = { asset, from, to }
  const actions = linkButton(t("export"), visit.href("/books/statement/export", kept))
  const above = html`<a href="${visit.href("/books")}">${t("title")}</a>`
  const body = html`${heading(t("statementOf", { asset: isWrong ? "–" : asset }), actions, above)}
${finder(visit, wish, t)}
${page && linesPart(visit, page, { asset, reading, isFirst: after === null }, t)}
${
  page &&
  pager(visit, {
    next: page.next && visit.href("/books/statement", { ...kept, after: writePlace(page.next) }),
    first: after && visit.href("/books/statement", kept),
  })
}
<p class="hint">${t("zone", { zone: reading.timeZone })}</p>`
  return { title: t("statement"), body, ...(isWrong && { status: 422 }) }
}

function finder(visit: Visit, { asset, assets, typed, wrong }: Wish, t: T): Html {
  const own = visit.user.merchantId === null && visit.merchant
  const choices = assets.length === 0 ? [asset] : assets
  const dayField = (name: "from" | "to") =>
    field({ name, label: t(name), type: "date", value: typed[name], error: wrong[name] ?? null })
  return html`<form method="get" action="${visit.href("/books/statement")}" class="finder">
${own && html`<input type="hidden" name="merchant" value="${own.id}">`}
<div class="filter-grid">
${field({
  name: "asset",
  label: t("asset"),
  value: asset,
  error: wrong.asset ?? null,
  options: choices.map((each) => [each, each] as const),
})}
${dayField("from")}
${dayField("to")}
<div class="filter-buttons"><button class="main">${t("show")}</button></div>
</div></form>`
}

type Lines = { readonly asset: string; readonly reading: Reading; readonly isFirst: boolean }

function linesPart(visit: Visit, page: StatementPage, given: Lines, t: T): Html {
  const { asset, isFirst, reading } = given
  const { agrees, closing, lines, next, opening } = page
  const money = (amount: bigint) => amountHtml(amount, asset, reading)
  const ends = facts([
    [t("opening"), isFirst ? money(opening.available) : null],
    [t("closing"), next === null ? money(closing.available) : null],
    [t("held"), next === null && closing.held !== 0n ? money(closing.held) : null],
  ])
  const proof =
    agrees === null
      ? null
      : agrees
        ? html`<p class="hint good">${t("agrees")}</p>`
        : note(t("disagrees"), "bad", true)
  if (lines.length === 0) return html`${empty(t("noMovements"), ends)}${proof}`
  return html`<div class="ends">${ends}</div>
${movementsOf(visit, lines, money, reading, t)}
${proof}`
}

function movementsOf(
  visit: Visit,
  lines: readonly StatementLine[],
  money: (amount: bigint) => Piece,
  reading: Reading,
  t: T,
): Html {
  const columns = [
    { label: t("at") },
    { label: t("what") },
    { label: t("reference") },
    { label: t("amount"), number: true },
    { label: t("held"), number: true, wide: true },
    { label: t("balance"), number: true },
  ]
  const signed = (amount: bigint) =>
    amount === 0n ? html`<span class="soft">–</span>` : html`${amount > 0n && "+"}${money(amount)}`
  const rows = lines.map((line): Row => {
    const to = line.paymentId && visit.href(`/payments/${line.paymentId}`)
    const name = line.reference ?? line.paymentId?.slice(0, 8) ?? "–"
    return {
      cells: [
        timeHtml(line.at, reading, "second"),
        kindText(line.kind, visit.language),
        to ? html`<a href="${to}">${name}</a>` : name,
        signed(line.amount),
        signed(line.heldAmount),
        money(line.after.available),
      ],
    }
  })
  return html`<div class="cards moved">${table(t("movements"), columns, rows)}</div>`
}

/** The same as a file. */
export async function exportStatement(visit: Visit, { query }: Asked): Promise<Answer> {
  const { core, language, merchant } = visit
  const t: T = (name, values) => say(TEXTS[name], language, values)
  if (merchant === null) return choose(visit, t("statement"))
  const { asset, from, to, wrong } = wishOf(query, await assetsOf(core, merchant), t)
  if (Object.keys(wrong).length > 0) return showStatement(visit, { ...EMPTY, query })
  const days = [from, to].filter(Boolean).join("_")
  return {
    file: statementFile(core, { merchantId: merchant.id, asset, from, to }, t),
    type: "text/csv; charset=utf-8",
    name: `caudal-statement-${asset}${days && `-${days}`}.csv`,
  }
}

const EMPTY: Asked = { params: {}, query: {}, form: {}, all: () => [] }

async function* statementFile(
  core: Core,
  asked: Parameters<Core["reports"]["statementPage"]>[0],
  t: T,
): AsyncIterable<string> {
  const csv = statementCsv(asked.asset)
  let after: StatementPlace | null = null
  for (let rows = 0; rows < FILE_MAX; ) {
    const page: StatementPage = await core.reports.statementPage(asked, { limit: FILE_ROWS, after })
    if (after === null) yield csv.part([], page.opening)
    if (page.lines.length > 0) yield csv.part(page.lines, page.opening)
    rows += page.lines.length
    after = page.next
    if (after === null) return yield csv.end(page.closing)
  }
  yield csvLine([t("cut", { most: FILE_MAX })])
}

const PLACE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})~(\d{1,14})~(-?\d{1,78})~(-?\d{1,78})$/

/** Where a page ended, and what the wallet had there: the next needn't add up all before it. */
function writePlace({ id, at, available, held }: StatementPlace): string {
  return [id, at.getTime(), available, held].join("~")
}

function readPlace(text: string | undefined): StatementPlace | null {
  const [, id, at, available, held] = PLACE.exec(text ?? "") ?? []
  if (!id) return null
  return { id, at: new Date(Number(at)), available: BigInt(available!), held: BigInt(held!) }
}
