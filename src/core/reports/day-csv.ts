/** The rows of a merchant's day as CSV and as plain members, the same whoever asks; pure. */
import { CURRENCY_DECIMALS, formatDecimal } from "../../money.ts"
import { type Cell, csvLine } from "./csv.ts"
import { type DayRow, FIGURES } from "./store/day.ts"

/** Of an empty day, too, so that a program finds what it expects. */
const COLUMNS = [
  ..."row payment refund reference dialect rail file collectionDay askedAt amount".split(" "),
  ..."amountAsset state reason reasonCode approvedAt settledAt returnedAt".split(" "),
  ..."bankReference asset".split(" "),
  ...FIGURES,
]

type Members = Readonly<Record<string, Cell>>

/** The members of a row, with its figures in major units; tokens stay in their smallest. */
function row(of: DayRow): Members {
  const figures = FIGURES.map((figure) => [figure, money(of[figure], of.asset)] as const)
  return { ...describe(of), ...Object.fromEntries(figures) }
}

/** The members before the figures, in the order in which they are written. */
function describe(of: DayRow): Members {
  return {
    row: of.refundId === null ? "payment" : "refund",
    payment: of.paymentId,
    refund: of.refundId,
    reference: of.reference,
    dialect: of.dialect,
    rail: of.rail,
    file: of.file,
    collectionDay: of.collectionDay,
    askedAt: of.askedAt,
    amount: money(of.amount, of.amountAsset),
    amountAsset: of.amountAsset,
    state: of.state,
    reason: of.reason,
    reasonCode: of.reasonCode,
    approvedAt: of.approvedAt,
    settledAt: of.settledAt,
    returnedAt: of.returnedAt,
    bankReference: of.bankReference,
    asset: of.asset,
  }
}

function money(amount: bigint | null, asset: string): string | null {
  const decimals = Object.hasOwn(CURRENCY_DECIMALS, asset) ? CURRENCY_DECIMALS[asset]! : 0
  return amount === null ? null : formatDecimal(amount, decimals)
}

/** A day as CSV: its head, and some of its rows. */
export const dayCsv = {
  row,
  head: (): string => csvLine(COLUMNS.map((name) => name.replace(/[A-Z]/g, underscored))),
  lines: (rows: readonly DayRow[]): string =>
    rows
      .map(row)
      .map((each) => csvLine(COLUMNS.map((name) => each[name] ?? null)))
      .join(""),
}

function underscored(letter: string): string {
  return `_${letter.toLowerCase()}`
}
