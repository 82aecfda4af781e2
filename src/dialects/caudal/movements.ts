/** A wallet's statement as this API tells it: pages of JSON, and CSV; pure. */
import type { z } from "zod"
import {
  type Balances,
  type StatementLine,
  type StatementPage,
  statementCsv,
  wordsOf,
} from "../../core/index.ts"
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

/** The statement as CSV, with the ids of this API. */
export function statementCsvOut(asset: string) {
  return statementCsv(asset, {
    payment: (id) => idOut("payment", id),
    transfer: (id) => idOut("transfer", id),
  })
}
