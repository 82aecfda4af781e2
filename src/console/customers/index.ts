/** The section of customers: found, read, and their consents revoked. */
import {
  type Customer,
  DIALECT_NAMES,
  isRefusal,
  type Merchant,
  SEARCH_MAX,
} from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { readingFor, timeHtml } from "../figures.ts"
import { empty, field, heading, linkButton, note, pager, type Row, table } from "../parts.ts"
import { documentOf, maskEmail } from "../payers.ts"
import { saidOf } from "../refusals.ts"
import { type Answer, type Asked, NotThere, type Section, type Visit } from "../site.ts"
import { DIALECTS } from "../terms.ts"
import { say } from "../words.ts"
import { customerBody } from "./page.ts"
import { TEXTS } from "./texts.ts"

const ROWS = 50
/** One has a handful. */
const INSTRUMENTS_MAX = 100
const PAYMENTS_SHOWN = 10
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const customers: Section = {
  name: "customers",
  nav: { label: TEXTS.title, path: "/customers", permission: "see" },
  routes(pages) {
    pages.get("/customers", "see", list)
    pages.get("/customers/:id", "see", one)
    pages.post("/customers/:id/revoke", "money", revoke)
  },
}

type T = (name: keyof typeof TEXTS, values?: Readonly<Record<string, string | number>>) => string

const wordsFor =
  (visit: Visit): T =>
  (name, values) =>
    say(TEXTS[name], visit.language, values)

type Wish = {
  readonly text: string
  readonly dialect: string
  readonly wrong: { readonly q?: string; readonly api?: string }
}

function wishOf({ q = "", api = "" }: Asked["query"], t: T): Wish {
  const isKnown = api === "" || DIALECT_NAMES.some((each) => each === api)
  return {
    text: q.trim(),
    dialect: api,
    wrong: {
      ...(q.trim().length > SEARCH_MAX && { q: t("tooLong", { most: SEARCH_MAX }) }),
      ...(!isKnown && { api: t("choice") }),
    },
  }
}

async function list(visit: Visit, { query }: Asked): Promise<Answer> {
  const t = wordsFor(visit)
  const wish = wishOf(query, t)
  const isWrong = Object.keys(wish.wrong).length > 0
  const before = UUID.test(query["before"] ?? "") ? query["before"]! : null
  const filter = {
    merchantId: visit.merchant?.id ?? null,
    dialect: DIALECT_NAMES.find((each) => each === wish.dialect),
    text: wish.text || undefined,
  }
  const found = isWrong
    ? { items: [], cursor: null }
    : await visit.core.customers.search(filter, { limit: ROWS, before })
  const merchants = visit.merchant ? [visit.merchant] : await visit.core.merchants.list()
  const byId = new Map(merchants.map((each) => [each.id, each]))
  const kept = { q: wish.text || null, api: wish.dialect || null }
  const to = (cursor: string | null) => visit.href("/customers", { ...kept, before: cursor })
  const body = html`${heading(t("title"))}
${finder(visit, wish, t)}
<div data-part="results" aria-live="polite">
${
  isWrong
    ? note(html`${Object.values(wish.wrong).join(" ")}`, "bad", true)
    : found.items.length === 0
      ? nothing(visit, wish, t)
      : tableOf(visit, found.items, byId, t)
}
${pager(visit, { next: found.cursor && to(found.cursor), first: before && to(null) })}</div>`
  return { title: t("title"), body, ...(isWrong && { status: 422 }) }
}

function finder(visit: Visit, { dialect, text, wrong }: Wish, t: T): Html {
  const own = visit.user.merchantId === null && visit.merchant
  const dialects = DIALECT_NAMES.map((each) => [each, DIALECTS[each]] as const)
  const isNarrow = text !== "" || dialect !== ""
  return html`<form method="get" action="${visit.href("/customers")}" class="finder" role="search"
data-instant="results">
${own && html`<input type="hidden" name="merchant" value="${own.id}">`}
<div class="filter-row">
${field({
  name: "q",
  label: t("search"),
  type: "search",
  value: text,
  error: wrong.q ?? null,
  placeholder: t("searchHint"),
  maxlength: SEARCH_MAX,
  autocomplete: "off",
})}
${field({
  name: "api",
  label: t("dialect"),
  value: dialect,
  error: wrong.api ?? null,
  options: [["", t("any")], ...dialects],
})}
<div class="filter-buttons"><button class="main">${t("apply")}</button>${
    isNarrow && linkButton(t("clear"), visit.href("/customers"))
  }</div></div></form>`
}

function nothing(visit: Visit, { dialect, text }: Wish, t: T): Html {
  if (text === "" && dialect === "") return empty(t("nothing"), t("nothingText"))
  return empty(t("noneFits"), t("noneFitsText"), linkButton(t("clear"), visit.href("/customers")))
}

function tableOf(
  visit: Visit,
  found: readonly Customer[],
  merchants: ReadonlyMap<string, Merchant>,
  t: T,
): Html {
  const reading = readingFor(visit, visit.merchant)
  const isAll = visit.merchant === null
  const columns = [
    { label: t("name") },
    { label: t("document") },
    { label: t("email") },
    ...(isAll ? [{ label: t("merchant") }] : []),
    { label: t("dialect"), wide: true },
    { label: t("created"), wide: true },
  ]
  const rows = found.map(
    ({ id, createdAt, dialect, merchantId, person }): Row => ({
      href: visit.href(`/customers/${id}`),
      cells: [
        person.name || id,
        documentOf(person),
        maskEmail(person.email),
        ...(isAll ? [merchants.get(merchantId)?.name ?? ""] : []),
        DIALECTS[dialect],
        timeHtml(createdAt, reading),
      ],
    }),
  )
  return table(t("title"), columns, rows)
}

async function one(visit: Visit, { params }: Asked): Promise<Answer> {
  return pageOf(visit, await find(visit, params["id"]), null)
}

/** A customer of another merchant is not there, as one that never was. */
async function find({ core, merchant }: Visit, id = ""): Promise<Customer> {
  if (!UUID.test(id)) throw new NotThere()
  const customer = merchant
    ? await core.customers.find(merchant.id, id)
    : await core.customers.findAny(id)
  if (customer === null) throw new NotThere()
  return customer
}

async function pageOf(visit: Visit, customer: Customer, refused: string | null): Promise<Answer> {
  const { core } = visit
  const { id: customerId, merchantId, person } = customer
  const [merchant, instruments, payments] = await Promise.all([
    core.merchants.find(merchantId),
    core.instruments.list({ merchantId, customerId }, { limit: INSTRUMENTS_MAX, before: null }),
    core.payments.search({ merchantId, customerId }, { limit: PAYMENTS_SHOWN, after: null }),
  ])
  if (merchant === null) throw new NotThere()
  const shown = {
    ...{ customer, merchant, refused, reading: readingFor(visit, merchant) },
    instruments: instruments.items,
    payments: payments.items,
  }
  return {
    title: person.name || customerId,
    body: customerBody(visit, shown),
    ...(refused !== null && { status: 409 }),
  }
}

/** Ends a consent. Who does it twice is told the same. */
async function revoke(visit: Visit, { params, form }: Asked): Promise<Answer> {
  const customer = await find(visit, params["id"])
  const id = form["instrument"] ?? ""
  const instrument = UUID.test(id) && (await visit.core.instruments.find(customer.merchantId, id))
  if (!instrument || instrument.customerId !== customer.id) throw new NotThere()
  const by = visit.user.role === "merchant" ? "merchant" : "operator"
  const done = await visit.core.instruments.revoke(customer.merchantId, id, by, visit.by)
  if (isRefusal(done)) return pageOf(visit, customer, saidOf(done, visit.language))
  return { to: visit.href(`/customers/${customer.id}`), said: wordsFor(visit)("done") }
}
