/**
 * What is asked of payments, attempts and refunds outside the engine; it reads, and locks nothing.
 */
import type { Queries } from "../../db/database.ts"
import type { Reference } from "../draft.ts"
import { LAST_ID, type Page, type PageRequest, pageOf } from "../page.ts"
import type { Leaving } from "../receiving.ts"
import type { SightingState } from "../store/schema.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { Attempt, Refund } from "./attempt.ts"
import { DIALECT_NAMES, type DialectName, type Payment, type State } from "./payment.ts"

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
  const [payment] = await findPayments(db, [id])
  return payment ?? null
}

/** Payments by their ids, whoever they belong to, in any order. */
export async function findPayments(db: Queries, ids: readonly string[]): Promise<Payment[]> {
  const text = `select ${columns} from payments p where p.id = any($1::uuid[])`
  const { rows } = await db.query<Payment>(text, [ids])
  return rows
}

/** How far payments are, whoever they belong to: their newest versions. */
export async function versionsOf(
  db: Queries,
  ids: readonly string[],
): Promise<Pick<Payment, "id" | "version">[]> {
  const { rows } = await db.query<Pick<Payment, "id" | "version">>(
    "select p.id, p.version from payments p where p.id = any($1::uuid[])",
    [ids],
  )
  return rows
}

/**
 * Since when each of these payments is in the state that it has, by the event that told so: a
 * payment's `updatedAt` moves on with what becomes known after its end. One that is pending has
 * none.
 */
export async function statesSince(
  db: Queries,
  payments: readonly Pick<Payment, "id" | "state">[],
): Promise<Map<string, Date>> {
  const { rows } = await db.query<{ id: string; at: Date }>(
    `select e.subject_id as id, max(e.created_at) as at
from unnest($1::uuid[], $2::text[]) as asked (id, type)
join events e on e.subject_id = asked.id and e.type = asked.type
group by e.subject_id`,
    [payments.map(({ id }) => id), payments.map(({ state }) => `payment.${state}`)],
  )
  return new Map(rows.map(({ id, at }) => [id, at]))
}

/** A merchant's payment by the merchant's own id for it. */
export async function findByReference(
  db: Queries,
  merchantId: string,
  dialect: DialectName,
  reference: string,
): Promise<Payment | null> {
  const [payment] = await findReferences(db, [{ merchantId, dialect, reference }])
  return payment ?? null
}

/** Payments by their merchants' own ids, in any order. */
export async function findReferences(
  db: Queries,
  asked: readonly Reference[],
): Promise<(Payment & { readonly reference: string })[]> {
  const { rows } = await db.query<Payment & { readonly reference: string }>(
    `select ${columns}
from unnest($1::uuid[], $2::text[], $3::text[]) as k (merchant_id, dialect, reference)
join payments p on p.merchant_id = k.merchant_id and p.dialect = k.dialect
  and p.reference = k.reference`,
    [
      asked.map((each) => each.merchantId),
      asked.map((each) => each.dialect),
      asked.map((each) => each.reference),
    ],
  )
  return rows
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
    // Of each dialect the newest: there is an index for these, and none over all. Written as where
    // in that index to begin and to end, for the server then has no other way: what it knows of
    // merchants makes it walk back over everybody's payments, or sort all of the merchant's.
    `select p.* from unnest($2::text[]) as asked (dialect) cross join lateral (
  select ${columns} from payments p
  where (p.merchant_id, p.dialect) >= ($1, asked.dialect)
    and (p.merchant_id, p.dialect, p.id) < ($1, asked.dialect, coalesce($6::uuid, '${LAST_ID}'))
    and ($3::text[] is null or p.state = any($3))
    and ($4::uuid is null or p.customer_id = $4)
    and ($5::text is null or p.reference = $5)
  order by p.merchant_id desc, p.dialect desc, p.id desc limit $7
) p order by p.id desc limit $7`,
    [
      filter.merchantId,
      filter.dialect ? [filter.dialect] : DIALECT_NAMES,
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
  return attemptsOfMany(db, [paymentId])
}

/** The attempts of some payments, oldest first. */
export async function attemptsOfMany(
  db: Queries,
  paymentIds: readonly string[],
): Promise<Attempt[]> {
  const { rows } = await db.query<Attempt>(
    `select ${selectList(schema.attempts, "a")} from attempts a
where a.payment_id = any($1::uuid[]) order by a.id`,
    [paymentIds],
  )
  return rows
}

/** An attempt by its id alone. */
export async function findAttempt(db: Queries, id: string): Promise<Attempt | null> {
  const { rows } = await db.query<Attempt>(
    `select ${selectList(schema.attempts, "a")} from attempts a where a.id = $1`,
    [id],
  )
  return rows[0] ?? null
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

/** Looked out for at once: so many of each merchant, so that none crowds out another. */
const LEAVING_OF_ONE_MAX = 500

/**
 * Refunds of a rail that wait for their merchant's signature, those first; then those that were
 * given up since `givenUpSince`, for somebody may sign them all the same.
 */
export async function leaving(
  db: Queries,
  rail: string,
  { since, givenUpSince }: { readonly since: Date; readonly givenUpSince: Date },
): Promise<Leaving[]> {
  const { rows } = await db.query<Pick<Attempt, "id" | "instructions" | "asset" | "amount">>(
    `select id, instructions, asset, amount from (
  select a.*, row_number() over (partition by a.merchant_id
    order by a.state = 'open' desc, a.id) as turn
  from attempts a
  where a.rail = $1 and a.kind = 'refund' and a.state in ('open', 'declined')
    and (a.state = 'open' and a.created_at > $2 or a.updated_at > $3)
) a where turn <= ${LEAVING_OF_ONE_MAX} order by a.state = 'open' desc, a.id`,
    [rail, since, givenUpSince],
  )
  return rows.flatMap(({ id, instructions, asset, amount }) => {
    const transfer = instructions?.transfer
    if (!transfer) return []
    const [from, to] = [transfer.from.toLowerCase(), transfer.to.toLowerCase()]
    return [{ attemptId: id, from, to, asset, amount }]
  })
}

export type SightingRead = {
  readonly watch: string
  readonly asset: string
  readonly amount: bigint
  readonly reference: string
  readonly state: SightingState
  readonly block: bigint
  readonly head: bigint | null
  readonly at: Date
}

/** What a page shows of them: nobody sends more to pay once. */
const SHOWN_MAX = 100

/** What was seen last for a payment on chains, oldest first, and how far each chain was read. */
export async function sightingsOf(db: Queries, paymentId: string): Promise<SightingRead[]> {
  const { rows } = await db.query<SightingRead>(
    `select s.watch, s.asset, s.amount, s.reference, s.state, s.block, c.head, s.at
from attempts a
cross join lateral (select * from sightings s where s.attempt_id = a.id and s.watch is not null
  and s.fact = 'received' order by s.created_at desc limit ${SHOWN_MAX}) s
join cursors c on c.name = s.watch
where a.payment_id = $1 order by s.created_at desc, s.block desc, s.place limit ${SHOWN_MAX}`,
    [paymentId],
  )
  return rows.reverse()
}

/** The payment that an id names: its own, or that of one of its attempts or refunds. */
export async function findPaymentOf(db: Queries, id: string): Promise<Payment | null> {
  const { rows } = await db.query<Payment>(
    `select ${columns} from payments p where p.id = coalesce(
  (select a.payment_id from attempts a where a.id = $1),
  (select r.payment_id from refunds r where r.id = $1), $1)`,
    [id],
  )
  return rows[0] ?? null
}
