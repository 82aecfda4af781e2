/** Attempts that have begun and that nobody has answered. */
import type { Transaction } from "../../../db/database.ts"
import type { Attempt } from "../../payments/attempt.ts"
import { eachPart } from "../../store/snapshot.ts"

export type UnansweredRow = Pick<
  Attempt,
  "id" | "paymentId" | "refundId" | "merchantId" | "rail" | "kind" | "amount" | "asset" | "looks"
> & {
  readonly merchant: string
  readonly timeZone: string
  readonly begunAt: Date
  /** When it is looked at next; null where only the bank's files tell. */
  readonly lookAt: Date | null
  readonly file: string | null
  readonly collectionDay: string | null
}

export type UnansweredFilter = {
  readonly merchantId: string | null
  readonly rail: string | null
  /** Only what began before. */
  readonly begunBefore: Date
}

const UNANSWERED = `select a.id, a.payment_id as "paymentId", a.refund_id as "refundId",
  a.merchant_id as "merchantId", m.name as merchant, m.time_zone as "timeZone", a.rail, a.kind,
  a.amount, a.asset, a.begun_at as "begunAt", a.looks, a.look_at as "lookAt",
  bf.name as file, bg.day as "collectionDay"
from attempts a join merchants m on m.id = a.merchant_id
left join bank_orders bo on bo.attempt_id = a.id
left join bank_groups bg on bg.id = bo.group_id
left join bank_files bf on bf.id = bo.file_id
where a.state = 'unknown' and ($1::uuid is null or a.merchant_id = $1)
  and ($2::text is null or a.rail = $2) and a.begun_at <= $3
order by a.begun_at, a.id`

/** Reads them, oldest first. */
export function eachUnanswered(
  snapshot: Transaction,
  { merchantId, rail, begunBefore }: UnansweredFilter,
  visit: (rows: readonly UnansweredRow[]) => Promise<void>,
): Promise<void> {
  const params = [merchantId, rail, begunBefore]
  return eachPart(snapshot, { name: "unanswered", text: UNANSWERED, params }, visit)
}
