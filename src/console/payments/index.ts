/** The section of payments: found, read, exported, and changed where that is possible. */
import { isSearchCursor, type Merchant, type Search } from "../../core/index.ts"
import { CURRENCY_DECIMALS } from "../../money.ts"
import { readingFor } from "../figures.ts"
import type { Answer, Asked, Section, Visit } from "../site.ts"
import { say } from "../words.ts"
import { cancel, refund, replay, showPayment, simulate, takeBack } from "./acts.ts"
import { paymentsCsv } from "./export.ts"
import { type Choices, type Filter, readFilter } from "./filter.ts"
import { type ListShown, listBody } from "./list.ts"
import { LIST } from "./texts.ts"
import { showUnanswered } from "./unanswered.ts"

/** What fits on two screens. */
const ROWS = 50

export const payments: Section = {
  name: "payments",
  nav: { label: LIST.title, path: "/payments", permission: "see" },
  routes(pages) {
    pages.get("/payments", "see", list)
    pages.get("/payments/export", "see", exported)
    pages.get("/payments/unanswered", "operate", showUnanswered)
    pages.get("/payments/:id", "see", showPayment)
    pages.post("/payments/:id/refund", "money", refund)
    pages.post("/payments/:id/cancel", "money", cancel)
    pages.post("/payments/:id/take-back", "money", takeBack)
    pages.post("/payments/:id/simulate", "sandbox", simulate)
    pages.post("/payments/:id/replay", "webhooks", replay)
  },
}

/** Nothing is looked for where a filter can't be read: it might be more than was meant. */
const NOT_ASKED = { items: [], cursor: null, lookedBackTo: null }

async function list(visit: Visit, { query }: Asked): Promise<Answer> {
  const { core, language } = visit
  const { filter, choices, reading, search, isWrong } = askedOf(visit, query)
  const after = isSearchCursor(query["after"] ?? "") ? query["after"]! : null
  const found = isWrong ? NOT_ASKED : await core.payments.search(search, { limit: ROWS, after })
  const shown: ListShown = {
    ...{ filter, choices, reading, found, after },
    merchants: await merchantsFor(visit),
  }
  return {
    title: say(LIST.title, language),
    body: listBody(visit, shown),
    // What is looked for by a text is read through anew each time: whoever asked looks again.
    ...(after === null && search.text === undefined && { live: "merchant" }),
    ...(isWrong && { status: 422 }),
  }
}

async function exported(visit: Visit, { query }: Asked): Promise<Answer> {
  const { core, language } = visit
  const { search, isWrong } = askedOf(visit, query)
  if (isWrong) return list(visit, { params: {}, query, form: {}, all: () => [] })
  const merchants = await merchantsFor(visit)
  return {
    file: paymentsCsv(core, search, { merchants, language }),
    type: "text/csv; charset=utf-8",
    name: `caudal-payments-${core.clock.now().toISOString().slice(0, 10)}.csv`,
  }
}

type ListAsked = Pick<ListShown, "filter" | "choices" | "reading"> & {
  readonly search: Search
  readonly isWrong: boolean
}

/** What an address asks for, of the things that this visitor may see. */
function askedOf(visit: Visit, query: Asked["query"]): ListAsked {
  const reading = readingFor(visit, visit.merchant)
  const choices: Choices = {
    rails: [...visit.core.rails.keys()].sort(),
    assets: Object.keys(CURRENCY_DECIMALS).sort(),
  }
  const filter: Filter = readFilter(query, reading, choices)
  return {
    ...{ filter, choices, reading },
    search: { ...filter.search, merchantId: visit.merchant?.id ?? null },
    isWrong: Object.keys(filter.wrong).length > 0,
  }
}

/** Names of merchants by their ids; where one is shown its own name is all that is needed. */
async function merchantsFor({ core, merchant }: Visit): Promise<ReadonlyMap<string, Merchant>> {
  const all = merchant === null ? await core.merchants.list() : [merchant]
  return new Map(all.map((each) => [each.id, each]))
}
