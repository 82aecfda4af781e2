/** Refunds as they are listed: beside the payments that they give back. */
import type { Queries } from "../../../db/database.ts"
import { FIRST_ID, LAST_ID, type Page, type PageRequest, pageOf } from "../../page.ts"
import * as schema from "../../store/schema.ts"
import { selectList } from "../../store/tables.ts"
import type { Attempt, Refund, RefundState } from "../attempt.ts"
import type { Payment } from "../payment.ts"
import { findPayments } from "../store.ts"

const columns = selectList(schema.refunds, "r")

export type RefundFilter = {
  /** Null: everybody's, for operators. */
  readonly merchantId: string | null
  readonly states?: readonly RefundState[] | undefined
  readonly paymentId?: string | undefined
}

/** A refund with its payment, and the attempt that moves it. */
export type RefundShown = {
  readonly refund: Refund
  readonly payment: Payment
  readonly attempt: Attempt | null
}

/** Refunds, newest first. */
export async function listRefunds(
  db: Queries,
  { merchantId, states, paymentId }: RefundFilter,
  page: PageRequest,
): Promise<Page<RefundShown>> {
  const before = page.before ?? LAST_ID
  // Written as where in the index to begin and to end: see `listPayments`.
  const [own, order] =
    merchantId === null
      ? ["$4::uuid is null and r.id < $1", "r.id desc"]
      : [
          `(r.merchant_id, r.id) >= ($4, '${FIRST_ID}') and (r.merchant_id, r.id) < ($4, $1)`,
          "r.merchant_id desc, r.id desc",
        ]
  const ofPayment = paymentId === undefined ? "" : "and r.payment_id = $5"
  const { rows } = await db.query<Refund>(
    `select ${columns} from refunds r
where ${own} and ($3::text[] is null or r.state = any($3)) ${ofPayment}
order by ${order} limit $2`,
    [
      before,
      page.limit + 1,
      states ?? null,
      merchantId,
      ...(paymentId === undefined ? [] : [paymentId]),
    ],
  )
  const { items, cursor } = pageOf(rows, page.limit, (row) => row.id)
  return { items: await shown(db, items), cursor }
}

/** One refund; null also when it belongs to somebody else than a merchant that is named. */
export async function findRefund(
  db: Queries,
  merchantId: string | null,
  id: string,
): Promise<RefundShown | null> {
  const { rows } = await db.query<Refund>(`select ${columns} from refunds r where r.id = $1`, [id])
  const own = rows.filter((row) => merchantId === null || row.merchantId === merchantId)
  return (await shown(db, own))[0] ?? null
}

async function shown(db: Queries, refunds: readonly Refund[]): Promise<RefundShown[]> {
  if (refunds.length === 0) return []
  const ids = [...new Set(refunds.map(({ paymentId }) => paymentId))]
  const payments = new Map((await findPayments(db, ids)).map((each) => [each.id, each]))
  const { rows } = await db.query<Attempt>(
    `select ${selectList(schema.attempts, "a")} from attempts a
where a.payment_id = any($1::uuid[]) and a.refund_id = any($2::uuid[]) order by a.id`,
    [ids, refunds.map(({ id }) => id)],
  )
  const attempts = new Map(rows.map((each) => [each.refundId, each]))
  return refunds.flatMap((refund) => {
    const payment = payments.get(refund.paymentId)
    return payment ? [{ refund, payment, attempt: attempts.get(refund.id) ?? null }] : []
  })
}
