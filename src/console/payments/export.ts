/** Payments as CSV: what a list shows, page after page, up to a bound. */
import {
  type Core,
  csvLine,
  type Merchant,
  PAGE_MAX,
  type Payment,
  type Search,
} from "../../core/index.ts"
import { decimalsOf, formatDecimal } from "../../money.ts"
import type { Language } from "../words.ts"
import { say } from "../words.ts"
import { LIST } from "./texts.ts"

/** What a spreadsheet opens on an old machine; more is a report of a day, or the API's. */
export const ROWS_MAX = 20_000
/** Pieces of the past in which nothing was found: each looks through tens of thousands. */
const EMPTY_MAX = 20

const COLUMNS = [
  ..."id created_at state reason amount asset captured refunded fee".split(" "),
  ..."reference description dialect kind merchant customer approved_at settled_at".split(" "),
]

/** Its parts, each some lines; the next is read when the one before has left. */
export async function* paymentsCsv(
  core: Pick<Core, "payments">,
  filter: Search,
  given: {
    readonly merchants: ReadonlyMap<string, Merchant>
    readonly language: Language
    /** For tests. */
    readonly rowsMax?: number
  },
): AsyncIterable<string> {
  const most = given.rowsMax ?? ROWS_MAX
  yield csvLine(COLUMNS)
  let after: string | null = null
  let rows = 0
  for (let empty = 0; empty < EMPTY_MAX && rows < most; ) {
    const limit = Math.min(PAGE_MAX, most - rows)
    const found: Awaited<ReturnType<Core["payments"]["search"]>> = await core.payments.search(
      filter,
      { limit, after },
    )
    rows += found.items.length
    if (found.items.length === 0) empty += 1
    else yield found.items.map((each) => lineOf(each, given.merchants)).join("")
    after = found.cursor
    if (after === null) return
  }
  yield csvLine([say(LIST.cut, given.language, { most: rows })])
}

function lineOf(payment: Payment, merchants: ReadonlyMap<string, Merchant>): string {
  const { asset } = payment
  const decimals = decimalsOf(asset)
  const money = (amount: bigint) => formatDecimal(amount, decimals)
  return csvLine([
    payment.id,
    payment.createdAt,
    payment.state,
    payment.reason,
    money(payment.amount),
    asset,
    money(payment.captured),
    money(payment.refunded),
    money(payment.fee),
    payment.reference,
    payment.description,
    payment.dialect,
    payment.kind,
    merchants.get(payment.merchantId)?.name ?? null,
    payment.customerId,
    payment.approvedAt,
    payment.settledAt,
  ])
}
