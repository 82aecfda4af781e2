/** A wallet's statement as this API tells it: pages of JSON, and lines of CSV; pure. */
import type { z } from "zod"
import {
  type Balances,
  csvLine,
  type StatementLine,
  type StatementPage,
  wordsOf,
} from "../../core/index.ts"
import { decimalsOf, formatDecimal } from "../../money.ts"
import type * as answers from "./answers.ts"
import { idOut, placeOut } from "./ids.ts"

/** A page of a wallet's statement. */
export function statementOut(
  asset: string,
  page: StatementPage,
): z.infer<typeof answers.statementSchema> {
  const { timeZone, from, to, opening, lines, closing, agrees, next } = page
  return {
    object: "statement",
    asset,
    time_zone: timeZone,
    from: from?.toISOString() ?? null,
    to: to?.toISOString() ?? null,
    opening: walletOut(opening),
    data: lines.map(movementOut),
    closing: walletOut(closing),
    agrees,
    has_more: next !== null,
    next_cursor: next && placeOut(next),
  }
}

function walletOut({ available, held }: Balances) {
  return { available: available.toString(), held: held.toString() }
}

function movementOut(line: StatementLine) {
  const { id, at, kind, amount, heldAmount, after, paymentId, reference } = line
  return {
    object: "movement" as const,
    id: idOut("transfer", id),
    at: at.toISOString(),
    kind,
    description: wordsOf(kind),
    amount: amount.toString(),
    balance: after.available.toString(),
    held_amount: heldAmount.toString(),
    held: after.held.toString(),
    payment: paymentId && idOut("payment", paymentId),
    reference,
  }
}

const COLUMNS = [
  ..."at kind description amount balance held_amount held payment reference id".split(" "),
]

/** The movements as lines. */
export function csvOf(asset: string, lines: readonly StatementLine[]): string {
  return lines.map((line) => lineOf(asset, line)).join("")
}

function lineOf(asset: string, line: StatementLine): string {
  const { id, at, kind, amount, heldAmount, after, paymentId, reference } = line
  const money = (units: bigint) => formatDecimal(units, decimalsOf(asset))
  return csvLine([
    at,
    kind,
    wordsOf(kind),
    money(amount),
    money(after.available),
    money(heldAmount),
    money(after.held),
    paymentId && idOut("payment", paymentId),
    reference,
    idOut("transfer", id),
  ])
}

/** The names of the columns, and the balances before the first movement. */
export function csvHead(asset: string, opening: Balances): string {
  return csvLine(COLUMNS) + endOf(asset, "opening", opening)
}

/** The balances after the last movement. */
export function csvEnd(asset: string, closing: Balances): string {
  return endOf(asset, "closing", closing)
}

/** The balances at one end of the statement, as a line of their own. */
function endOf(asset: string, kind: "opening" | "closing", { available, held }: Balances): string {
  const money = (units: bigint) => formatDecimal(units, decimalsOf(asset))
  const words = `${kind} balance`
  const cells = [null, kind, words, null, money(available), null, money(held), null, null, null]
  return csvLine(cells)
}
