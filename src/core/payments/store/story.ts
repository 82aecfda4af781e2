/** What was written about one payment, table by table; it reads, and locks nothing. */
import type { Queries } from "../../../db/database.ts"

/** No more of a kind is shown: strangers may send dust to an address without end. */
const MOST = 1_000

/** In which bank file an attempt's order stands. */
export type OrderTold = {
  readonly attemptId: string
  readonly fileId: string
  readonly file: string
  readonly account: string
  readonly collectionDay: string
  /** Why it was left out after all. */
  readonly flaw: string | null
}

/** The bank orders of a payment's attempts. */
export async function ordersTold(db: Queries, paymentId: string): Promise<OrderTold[]> {
  const { rows } = await db.query<OrderTold>(
    `select o.attempt_id as "attemptId", f.id as "fileId", f.name as file, g.account,
  g.day as "collectionDay", o.flaw
from attempts a join bank_orders o on o.attempt_id = a.id
join bank_groups g on g.id = o.group_id join bank_files f on f.id = o.file_id
where a.payment_id = $1`,
    [paymentId],
  )
  return rows
}

export type EventTold = {
  readonly at: Date
  readonly seq: number
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A payment's events. */
export async function eventsTold(db: Queries, paymentId: string): Promise<EventTold[]> {
  const { rows } = await db.query<EventTold>(
    `select e.created_at as at, e.seq, e.type, e.data from events e
where e.subject_id = $1 order by e.seq limit ${MOST}`,
    [paymentId],
  )
  return rows
}

export type SightingTold = {
  /** When it was written down here. */
  readonly at: Date
  readonly attemptId: string
  readonly fact: string
  readonly place: string
  readonly state: string
  /** When it happened, by the rail. */
  readonly happenedAt: Date
  readonly amount: bigint | null
  readonly asset: string | null
  /** What told of it: a transaction, or a line of a bank; and the chain it was read on. */
  readonly reference: string | null
  readonly watch: string | null
}

/** What rails showed of a payment's attempts. */
export async function sightingsTold(db: Queries, paymentId: string): Promise<SightingTold[]> {
  const { rows } = await db.query<SightingTold>(
    `select s.created_at as at, s.attempt_id as "attemptId", s.fact, s.place, s.state,
  s.at as "happenedAt", s.amount, s.asset, s.reference, s.watch
from attempts a join sightings s on s.attempt_id = a.id
where a.payment_id = $1 order by s.created_at, s.place limit ${MOST}`,
    [paymentId],
  )
  return rows
}

export type LineTold = {
  /** When it was booked here, or else read. */
  readonly at: Date
  readonly lineId: string
  readonly attemptId: string | null
  readonly file: string
  readonly position: number
  readonly source: string
  readonly says: string
  readonly outcome: string
  /** When it happened, by the bank. */
  readonly happenedAt: Date
  readonly amount: bigint | null
  readonly asset: string | null
  readonly reasonCode: string | null
  readonly reference: string | null
}

/** Lines of bank files about a payment's orders, or about a whole group or file they stand in. */
export async function linesTold(db: Queries, paymentId: string): Promise<LineTold[]> {
  const { rows } = await db.query<LineTold>(
    `with subjects as (
  select unnest(array[a.id, o.group_id, o.file_id]) as id
  from attempts a left join bank_orders o on o.attempt_id = a.id where a.payment_id = $1
)
select coalesce(l.applied_at, l.created_at) as at, l.id as "lineId", l.attempt_id as "attemptId",
  f.name as file, l.position, l.source, l.says, l.outcome, l.at as "happenedAt", l.amount,
  l.asset, l.reason_code as "reasonCode", l.reference
from (select distinct id from subjects) s
join bank_lines l on coalesce(l.attempt_id, l.group_id, l.about_file_id) = s.id
join bank_files f on f.id = l.file_id
order by l.created_at, l.position limit ${MOST}`,
    [paymentId],
  )
  return rows
}

export type TransferTold = {
  readonly at: Date
  readonly kind: string
  readonly amount: bigint
  readonly asset: string
  /** The accounts, a rail's by its name. */
  readonly from: string
  readonly to: string
}

/** What was booked for a payment. */
export async function transfersTold(db: Queries, paymentId: string): Promise<TransferTold[]> {
  const { rows } = await db.query<TransferTold>(
    `select t.created_at as at, t.kind, t.amount, d.asset,
  coalesce(d.rail || ' ', '') || d.kind as from, coalesce(c.rail || ' ', '') || c.kind as to
from transfers t join accounts d on d.id = t.debit_id join accounts c on c.id = t.credit_id
where t.payment_id = $1 order by t.id limit ${MOST}`,
    [paymentId],
  )
  return rows
}

export type DeliveryTold = {
  /** When it was delivered, or else when it was made. */
  readonly at: Date
  readonly deliveryId: string
  readonly type: string
  readonly url: string
  readonly state: string
  readonly tries: number
  readonly lastStatus: number | null
  readonly dueAt: Date | null
}

/** How a payment's webhooks fared; never what they said. */
export async function deliveriesTold(db: Queries, paymentId: string): Promise<DeliveryTold[]> {
  const { rows } = await db.query<DeliveryTold>(
    `select coalesce(d.delivered_at, d.created_at) as at, d.id as "deliveryId", e.type, p.url,
  d.state, d.tries, d.last_status as "lastStatus", d.due_at as "dueAt"
from events e join deliveries d on d.event_id = e.id join endpoints p on p.id = d.endpoint_id
where e.subject_id = $1 order by e.seq, d.id limit ${MOST}`,
    [paymentId],
  )
  return rows
}
