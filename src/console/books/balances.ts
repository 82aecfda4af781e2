/** What merchants have, by asset and account. */
import type { Account, Merchant } from "../../core/index.ts"
import { type Html, html } from "../../pages/html.ts"
import { amountHtml, assetName, type Reading, readingFor } from "../figures.ts"
import { empty, heading, linkButton, panel, type Row, table } from "../parts.ts"
import type { Answer, Visit } from "../site.ts"
import { ACCOUNTS } from "../terms.ts"
import { say } from "../words.ts"
import { TEXTS } from "./texts.ts"

/** Each is a look-up of its own. */
const MERCHANTS_MAX = 50
const KINDS = ["available", "held", "unapplied", "fees", "owed"] as const

type T = (name: keyof typeof TEXTS, values?: Readonly<Record<string, string | number>>) => string

/** One row: what is held of one asset for a merchant, or lies in its own wallet. */
type Holding = Readonly<Record<(typeof KINDS)[number], bigint>> &
  Pick<Account, "asset" | "custodian">

/** The page: of the merchant that is chosen, or of each. */
export async function showBalances(visit: Visit): Promise<Answer> {
  const { core, language, merchant } = visit
  const t: T = (name, values) => say(TEXTS[name], language, values)
  const all = merchant ? [merchant] : await core.merchants.list()
  const shown = all.slice(0, MERCHANTS_MAX)
  const accounts = await Promise.all(shown.map(({ id }) => core.books.accounts(id)))
  const parts = shown.map((each, at) => {
    const part = tableOf(visit, each, holdingsOf(accounts[at]!), t)
    return merchant ? part : panel(html`<a href="${own(visit, each)}">${each.name}</a>`, part)
  })
  const body = html`${heading(t("title"), merchant && actionsOf(visit, t))}
<div data-part="balances">${parts}</div>
${all.length > MERCHANTS_MAX && html`<p class="hint">${t("cutMerchants", { most: MERCHANTS_MAX })}</p>`}
<p class="hint">${t("unappliedHint")}<br>${t("ownHint")}</p>`
  return { title: t("title"), body, live: "merchant" }
}

function own(visit: Visit, { id }: Merchant): string {
  return visit.href("/books", { merchant: id })
}

function actionsOf(visit: Visit, t: T): readonly (Html | false)[] {
  return [
    linkButton(t("statement"), visit.href("/books/statement")),
    linkButton(t("daily"), visit.href("/books/day")),
    visit.can("operate") && linkButton(t("topUp"), visit.href("/books/top-up"), "main"),
  ]
}

function holdingsOf(accounts: readonly Account[]): readonly Holding[] {
  const groups = Map.groupBy(accounts, ({ asset, custodian }) => `${asset} ${custodian}`)
  return [...groups.values()].map((group) => {
    const { asset, custodian } = group[0]!
    const of = (kind: Account["kind"]) => group.find((each) => each.kind === kind)?.balance ?? 0n
    return {
      ...{ asset, custodian, available: of("available"), held: of("held") },
      ...{ unapplied: of("unapplied"), fees: of("fees"), owed: of("owed") },
    }
  })
}

function tableOf(visit: Visit, merchant: Merchant, holdings: readonly Holding[], t: T): Html {
  if (holdings.length === 0) return empty(t("nothing"), t("nothingText"))
  const { language } = visit
  const reading = readingFor(visit, merchant)
  const columns = [
    { label: t("asset") },
    ...KINDS.map((kind) => ({ label: say(ACCOUNTS[kind]!, language), number: true })),
  ]
  const rows = holdings.map(
    (each): Row => ({
      cells: [
        nameOf(visit, merchant, each, reading, t),
        ...KINDS.map((kind) =>
          each[kind] === 0n
            ? html`<span class="soft">–</span>`
            : amountHtml(each[kind], each.asset, reading),
        ),
      ],
    }),
  )
  return table(t("balances"), columns, rows)
}

function nameOf(
  visit: Visit,
  { id }: Merchant,
  { asset, custodian }: Holding,
  reading: Reading,
  t: T,
): Html {
  const name = assetName(asset, reading)
  if (custodian === "self") return html`${name} <small class="soft">${t("own")}</small>`
  const merchant = visit.user.merchantId === null ? id : null
  return html`<a href="${visit.href("/books/statement", { asset, merchant })}">${name}</a>`
}
