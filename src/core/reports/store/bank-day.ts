/** The lines of a bank's statements and notifications that are of one day. */
import type { Transaction } from "../../../db/database.ts"
import type { BankLine } from "../../exchange/exchange.ts"
import { eachPart } from "../../store/snapshot.ts"
import type { Stretch } from "../day.ts"

export type StatementRow = Pick<
  BankLine,
  "position" | "says" | "amount" | "asset" | "reason" | "reasonCode" | "reference" | "endToEndId"
> & {
  readonly id: string
  readonly file: string
  readonly rail: string
  readonly source: "notification" | "statement"
  /** When the bank booked it. */
  readonly at: Date
  readonly outcome: string
  readonly note: string | null
  readonly clearedAt: Date | null
  readonly clearedNote: string | null
  readonly attemptId: string | null
  readonly groupId: string | null
  readonly paymentId: string | null
  readonly refundId: string | null
  readonly merchantId: string | null
  /** The account of ours that its order went over; null where it is nobody's order. */
  readonly account: string | null
}

const LINES = `select l.id, f.name as file, f.rail, l.position, l.source, l.says, l.amount, l.asset,
  l.reason, l.reason_code as "reasonCode", l.reference, l.end_to_end_id as "endToEndId",
  l.at, l.outcome, l.note, l.cleared_at as "clearedAt", l.cleared_note as "clearedNote",
  l.attempt_id as "attemptId", g.id as "groupId", a.payment_id as "paymentId",
  a.refund_id as "refundId", a.merchant_id as "merchantId", g.account
from bank_lines l join bank_files f on f.id = l.file_id
left join attempts a on a.id = l.attempt_id
left join bank_orders o on o.attempt_id = l.attempt_id
left join bank_groups g on g.id = coalesce(l.group_id, o.group_id)
where l.at >= $1 and l.at < $2 and l.source in ('notification', 'statement')
order by f.rail, f.created_at, f.id, l.position`

/** Reads them, file by file. */
export function eachStatementLine(
  snapshot: Transaction,
  { from, to }: Stretch,
  visit: (rows: readonly StatementRow[]) => Promise<void>,
): Promise<void> {
  return eachPart(snapshot, { name: "statement_lines", text: LINES, params: [from, to] }, visit)
}
