/**
 * What is asked of payments, attempts and refunds outside the engine; it reads, and locks nothing.
 */
import type { Queries } from "../../db/database.ts"
import { type Page, type PageRequest, pageOf } from "../page.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { Attempt, Refund } from "./attempt.ts"
import type { DialectName, Payment, State } from "./payment.ts"

const columns = selectList(schema.payments, "p")

/** A merchant's payment; null also when it belongs to somebody else. */
export async function findPayment(
  db: Queries,
  merchantId: string,
  id: string,
): Promise<Payment | null> {
  const { rows } = await db.query<Payment>(
    `select ${columns} from payments p where p.id = $1 and p.merchant_id = $2`,
    [id, merchantId],
  )
  return rows[0] ?? null
}

/** A payment whoever it belongs to: for the payer's page, whose link is the permission. */
export async function findAnyPayment(db: Queries, id: string): Promise<Payment | null> {
  const { rows } = await db.query<Payment>(`select ${columns} from payments p where p.id = $1`, [
    id,
  ])
  return rows[0] ?? null
}

/** A merchant's payment by the merchant's own id for it. */
export async function findByReference(
  db: Queries,
  merchantId: string,
  dialect: DialectName,
  reference: string,
): Promise<Payment | null> {
  const { rows } = await db.query<Payment>(
    `select ${columns} from payments p
where p.merchant_id = $1 and p.dialect = $2 and p.reference = $3`,
    [merchantId, dialect, reference],
  )
  return rows[0] ?? null
}

export type PaymentFilter = {
  readonly merchantId: string
  readonly dialect?: DialectName
  readonly state?: readonly State[]
  readonly customerId?: string
  readonly reference?: string
}

/** A merchant's payments, newest first. */
export async function listPayments(
  db: Queries,
  filter: PaymentFilter,
  page: PageRequest,
): Promise<Page<Payment>> {
  const { rows } = await db.query<Payment>(
    `select ${columns} from payments p
where p.merchant_id = $1
  and ($2::text is null or p.dialect = $2)
  and ($3::text[] is null or p.state = any($3))
  and ($4::uuid is null or p.customer_id = $4)
  and ($5::text is null or p.reference = $5)
  and ($6::uuid is null or p.id < $6)
order by p.id desc limit $7`,
    [
      filter.merchantId,
      filter.dialect ?? null,
      filter.state ?? null,
      filter.customerId ?? null,
      filter.reference ?? null,
      page.before,
      page.limit + 1,
    ],
  )
  return pageOf(rows, page.limit, (row) => row.id)
}

/** The attempts of a payment, oldest first. */
export async function attemptsOf(db: Queries, paymentId: string): Promise<Attempt[]> {
  const { rows } = await db.query<Attempt>(
    `select ${selectList(schema.attempts, "a")} from attempts a where a.payment_id = $1 order by a.id`,
    [paymentId],
  )
  return rows
}

/** The refunds of a payment, oldest first. */
export async function refundsOf(db: Queries, paymentId: string): Promise<Refund[]> {
  const { rows } = await db.query<Refund>(
    `select ${selectList(schema.refunds, "r")} from refunds r
where r.payment_id = $1 order by r.id`,
    [paymentId],
  )
  return rows
}
