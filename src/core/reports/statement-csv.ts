/** The statement of a merchant's wallet as CSV, the same whoever asks for it; pure. */
import { decimalsOf, formatDecimal } from "../../money.ts"
import { csvLine } from "./csv.ts"
import { type StatementLine, wordsOf } from "./statement.ts"
import type { Balances } from "./store/statement.ts"

/** How whoever asks knows payments and transfers. */
export type StatementIds = {
  payment(id: string): string
  transfer(id: string): string
}

const COLUMNS = [
  ..."at kind description amount balance held_amount held payment reference transfer".split(" "),
]
const AS_THEY_ARE: StatementIds = { payment: (id) => id, transfer: (id) => id }

/**
 * Writes a statement in a currency, with its amounts in major units. The `part` without lines comes
 * first and has the names of the columns and the opening balances; `end` has the closing ones.
 */
export function statementCsv(asset: string, ids = AS_THEY_ARE) {
  const decimals = decimalsOf(asset)
  const money = (units: bigint) => formatDecimal(units, decimals)
  const lineOf = (line: StatementLine) =>
    csvLine([
      line.at,
      line.kind,
      wordsOf(line.kind),
      money(line.amount),
      money(line.after.available),
      money(line.heldAmount),
      money(line.after.held),
      line.paymentId && ids.payment(line.paymentId),
      line.reference,
      ids.transfer(line.id),
    ])
  const endOf = (name: "opening" | "closing", { available, held }: Balances) => {
    const words = `${name} balance`
    const [none, balance] = [null, money(available)]
    return csvLine([none, name, words, none, balance, none, money(held), none, none, none])
  }
  return {
    part: (lines: readonly StatementLine[], opening: Balances): string =>
      lines.length === 0
        ? csvLine(COLUMNS) + endOf("opening", opening)
        : lines.map(lineOf).join(""),
    end: (closing: Balances): string => endOf("closing", closing),
  }
}
