/** How payments are looked for: by what an index knows, and piece by piece where none does. */
import type { Parameter, Queries } from "../../../db/database.ts"
import { FIRST_ID, LAST_ID } from "../../page.ts"
import { patternOf } from "../../search-words.ts"
import * as schema from "../../store/schema.ts"
import { selectList } from "../../store/tables.ts"
import type { Method } from "../attempt.ts"
import { DIALECT_NAMES, type DialectName, type Payment, type State } from "../payment.ts"
import type { Meant } from "../search-text.ts"

const columns = selectList(schema.payments, "p")

/** Which payments are wanted, besides a text. */
export type SearchFilter = {
  /** Null: everybody's, for operators. */
  readonly merchantId: string | null
  readonly state?: readonly State[] | undefined
  readonly dialect?: DialectName | undefined
  /** By what an attempt tried to move the money, and over which rail. */
  readonly method?: Method | undefined
  readonly rail?: string | undefined
  readonly asset?: string | undefined
  /** In minor units, both included. */
  readonly minAmount?: bigint | undefined
  readonly maxAmount?: bigint | undefined
  /** When it was created: from the first on, and before the second. */
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  readonly customerId?: string | undefined
  readonly reference?: string | undefined
}

/** The ids between which payments of some time are; null where there is no end. */
export type IdRange = { readonly first: string | null; readonly end: string | null }

/** Whom and what a text names, as far as indexes know. */
export type Named = {
  readonly paymentIds: readonly string[]
  readonly customerIds: readonly string[]
  readonly instrumentId: string | null
  readonly reference: string | null
}

/** A statement that is put together: each value has a number. */
type Text = { readonly params: Parameter[]; add(value: Parameter): string }

function newText(): Text {
  const params: Parameter[] = []
  return { params, add: (value) => `$${params.push(value)}` }
}

/** What has to be true of a payment `p`, besides its merchant and its place. */
function wanted(text: Text, filter: SearchFilter): string[] {
  const { state, dialect, method, rail, asset, minAmount, maxAmount, from, to } = filter
  const { customerId, reference } = filter
  const conditions: string[] = []
  const when = (value: Parameter | undefined, say: (number: string) => string) => {
    if (value !== undefined) conditions.push(say(text.add(value)))
  }
  when(dialect, (n) => `p.dialect = ${n}`)
  when(state, (n) => `p.state = any(${n}::text[])`)
  when(asset, (n) => `p.asset = ${n}`)
  when(minAmount, (n) => `p.amount >= ${n}::numeric`)
  when(maxAmount, (n) => `p.amount <= ${n}::numeric`)
  when(from, (n) => `p.created_at >= ${n}`)
  when(to, (n) => `p.created_at < ${n}`)
  when(customerId, (n) => `p.customer_id = ${n}::uuid`)
  when(reference, (n) => `p.reference = ${n}`)
  when(method, (n) => triedBy(`a.method = ${n}`))
  when(rail, (n) => triedBy(`a.rail = ${n}`))
  return conditions
}

function triedBy(condition: string): string {
  return `exists (select from attempts a where a.payment_id = p.id and a.kind <> 'refund'
    and ${condition})`
}

/** Payments that an id, a transaction, an address or a rail's own reference names. */
export async function paymentsNamed(
  db: Queries,
  meant: Meant,
  rails: readonly string[],
): Promise<string[]> {
  const text = newText()
  const asks = [
    `select a.payment_id from attempts a where a.rail_reference = ${text.add(meant.exact)}`,
  ]
  if (meant.id !== null) {
    const id = `${text.add(meant.id)}::uuid`
    asks.push(
      `select p.id from payments p where p.id = ${id}`,
      `select a.payment_id from attempts a where a.id = ${id}`,
      `select r.payment_id from refunds r where r.id = ${id}`,
      `select t.payment_id from transfers t where t.id = ${id} and t.payment_id is not null`,
      `select coalesce(r.payment_id, e.subject_id) from events e
left join refunds r on r.id = e.subject_id
where e.id = ${id} or e.id = (select d.event_id from deliveries d where d.id = ${id})`,
    )
  }
  if (meant.onChain !== null) {
    const name = text.add(meant.onChain)
    asks.push(
      `select a.payment_id from sightings s join attempts a on a.id = s.attempt_id
where s.reference = ${name}`,
      `select a.payment_id from addresses d join attempts a on a.id = d.attempt_id
where d.rail = any(${text.add(rails)}::text[]) and d.address = ${name}`,
    )
  }
  const { rows } = await db.query<{ id: string }>(
    `select distinct id from (${asks.join("\nunion all\n")}) named (id) limit ${NAMED_MAX}`,
    text.params,
  )
  return rows.map(({ id }) => id)
}

/** Payments that one name names: strangers may send to one address without end. */
const NAMED_MAX = 1_000

/** A page of what a text names, newest first: found by indexes, however long ago it was. */
export async function listNamed(
  db: Queries,
  filter: SearchFilter,
  named: Named,
  page: { readonly before: string | null; readonly limit: number },
): Promise<Payment[]> {
  const text = newText()
  const merchant = filter.merchantId === null ? null : `${text.add(filter.merchantId)}::uuid`
  const conditions = [
    ...wanted(text, filter),
    ...(merchant ? [`p.merchant_id = ${merchant}`] : []),
    ...(page.before === null ? [] : [`p.id < ${text.add(page.before)}::uuid`]),
  ]
  const newest = `order by p.id desc limit ${text.add(page.limit)}`
  const where = (of: string) => `${[of, ...conditions].join(" and ")} ${newest}`
  const asks: string[] = []
  if (named.paymentIds.length > 0) {
    const ids = `${text.add(named.paymentIds)}::uuid[]`
    asks.push(`select p.id from payments p where ${where(`p.id = any(${ids})`)}`)
  }
  if (named.customerIds.length > 0) {
    asks.push(`select p.id from unnest(${text.add(named.customerIds)}::uuid[]) c (id)
  cross join lateral (select p.id from payments p where ${where("p.customer_id = c.id")}) p`)
  }
  if (named.instrumentId !== null) {
    const id = `${text.add(named.instrumentId)}::uuid`
    const owner = `(select i.customer_id from instruments i where i.id = ${id})`
    asks.push(`select p.id from payments p
  where ${where(`p.customer_id = ${owner} and p.instrument_id = ${id}`)}`)
  }
  if (named.reference !== null) {
    asks.push(`select p.id from (${referring(text, merchant, named.reference)}) named
  join payments p on p.id = named.id where ${where("true")}`)
  }
  if (asks.length === 0) return []
  const { rows } = await db.query<Payment>(
    `select ${columns} from (select distinct id from (
(${asks.join(")\nunion all\n(")})
) named (id)) named join payments p on p.id = named.id ${newest}`,
    text.params,
  )
  return rows
}

/** The ids of the payments that bear a reference: one a merchant and dialect. */
function referring(text: Text, merchant: string | null, reference: string): string {
  return `select p.id from ${merchant ? `(select ${merchant} as id)` : "merchants"} m
  cross join unnest(${text.add(DIALECT_NAMES)}::text[]) d (dialect)
  join payments p on p.merchant_id = m.id and p.dialect = d.dialect
    and p.reference = ${text.add(reference)}`
}

/** A payment that was looked at. */
export type LookedAt = Payment & {
  /** How many of this piece were looked at until it, itself included. */
  readonly place: number
  /** Whether it is what is looked for; else what is sealed beside it may be. */
  readonly fits: boolean
  readonly opens: boolean
}

export type Asked = {
  readonly filter: SearchFilter
  readonly range: IdRange
  readonly meant: Meant | null
  /** What was found by an index already, and is left out. */
  readonly named: Named | null
  /** Whether those are answered, too, that have something sealed beside them. */
  readonly sealed: boolean
}

/** From behind which payment on, how many are looked at, and how many answered at most. */
export type Piece = {
  readonly before: string | null
  readonly rows: number
  readonly limit: number
}

/**
 * Looks at payments newest first and answers those that fit, or may, and the last one of the piece
 * where there were so many. Nothing tells where fitting ones are, so no more are looked at.
 */
export async function lookThrough(
  db: Queries,
  { filter, range, meant, named, sealed }: Asked,
  piece: Piece,
): Promise<LookedAt[]> {
  const text = newText()
  const conditions = [...wanted(text, filter), ...(named ? otherThan(text, named) : [])]
  const all = (last: string) => [...conditions, last].join("\n    and ")
  const fits = all(meant === null ? "true" : saying(text, meant))
  const opens = sealed ? all(HAS_SEALED) : "false"
  const rows = text.add(piece.rows)
  const ids = newest(text, filter, range, piece.before, rows)
  const { rows: found } = await db.query<LookedAt>(
    // Each payment by its id, in the order of these: where the server guesses that there are many
    // it reads the whole table, and sorts.
    `select ${columns}, p.place, p.fits, p.opens from (
  select p.*, named.id as looked_at, named.place, ${fits} as fits, ${opens} as opens
  from (select id, (row_number() over (order by id desc))::int as place from (${ids}) ids) named
  cross join lateral (select p.* from payments p where p.id = named.id limit 1) p
) p where p.fits or p.opens or p.place = ${rows}
order by p.looked_at desc limit ${text.add(piece.limit)}`,
    text.params,
  )
  return found
}

/** The ids of the payments to look at, newest first: from an index that has them in this order. */
function newest(
  text: Text,
  { merchantId, dialect, customerId, reference }: SearchFilter,
  { first, end }: IdRange,
  before: string | null,
  rows: string,
): string {
  const ends = [before, end].filter((each) => each !== null).sort()
  const last = text.add(ends[0] ?? LAST_ID)
  const from = text.add(first ?? FIRST_ID)
  const between = `p.id >= ${from}::uuid and p.id < ${last}::uuid`
  const merchant = merchantId === null ? null : `${text.add(merchantId)}::uuid`
  const order = `order by p.id desc limit ${rows}`
  if (reference !== undefined) {
    return `select p.id from (${referring(text, merchant, reference)}) p where ${between} ${order}`
  }
  if (customerId !== undefined) {
    const own = merchant ? ` and p.merchant_id = ${merchant}` : ""
    const customer = `${text.add(customerId)}::uuid`
    return `select p.id from payments p
    where p.customer_id = ${customer}${own} and ${between} ${order}`
  }
  if (merchant === null) return `select p.id from payments p where ${between} ${order}`
  // Written as where in the index to begin and to end: see `listPayments`.
  const dialects = text.add(dialect ? [dialect] : DIALECT_NAMES)
  return `select p.id from unnest(${dialects}::text[]) as asked (dialect)
    cross join lateral (select p.id from payments p
      where (p.merchant_id, p.dialect, p.id) >= (${merchant}, asked.dialect, ${from}::uuid)
        and (p.merchant_id, p.dialect, p.id) < (${merchant}, asked.dialect, ${last}::uuid)
      order by p.merchant_id desc, p.dialect desc, p.id desc limit ${rows}) p
    ${order}`
}

function otherThan(text: Text, named: Named): string[] {
  const { paymentIds, customerIds, instrumentId, reference } = named
  return [
    ...(paymentIds.length > 0 ? [`p.id <> all(${text.add(paymentIds)}::uuid[])`] : []),
    ...(customerIds.length > 0
      ? [`(p.customer_id = any(${text.add(customerIds)}::uuid[])) is not true`]
      : []),
    ...(instrumentId ? [`p.instrument_id is distinct from ${text.add(instrumentId)}::uuid`] : []),
    ...(reference !== null ? [`p.reference is distinct from ${text.add(reference)}`] : []),
  ]
}

/** What a payment says itself, in the clear: its reference and description, and its amount. */
function saying(text: Text, { part, amounts }: Meant): string {
  const ways: string[] = []
  if (part !== null) {
    const pattern = text.add(patternOf(part))
    ways.push(`p.reference ~ ${pattern}`, `p.description ~ ${pattern}`)
  }
  if (amounts.length > 0) {
    ways.push(`p.asset || ' ' || p.amount = any(${text.add(amounts)}::text[])`)
  }
  return ways.length === 0 ? "false" : `(${ways.join(" or ")})`
}

/** Who pays, where a dialect was told; and the number that is recharged. */
const HAS_SEALED = "(p.purpose ? 'personal' or p.kind = 'recharge')"
