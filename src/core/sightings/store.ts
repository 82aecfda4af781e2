/** What is read on chains: how far, what was seen there, and what of it waits to be applied. */
import { arrayLiteral, type Queries } from "../../db/database.ts"
import type { Attempt } from "../payments/attempt.ts"
import type { Leaving, Read, Recorded } from "../receiving.ts"
import type { SightingState } from "../store/schema.ts"

/** A chain that a node reads: nobody else does until its lease has run out. */
export type Cursor = {
  readonly position: string | null
  readonly fence: number
}

export type CursorClaim = {
  readonly name: string
  readonly rail: string
  readonly node: string
  readonly now: Date
  readonly until: Date
}

/** Takes a chain to read; null while another node has it. */
export async function claimCursor(db: Queries, claim: CursorClaim): Promise<Cursor | null> {
  const { rows } = await db.query<Cursor>(
    `insert into cursors as c (name, rail, lease_owner, leased_until, fence, updated_at)
values ($1, $2, $3, $5, 1, $4)
on conflict (name) do update set lease_owner = $3, leased_until = $5, fence = c.fence + 1
where c.leased_until is null or c.leased_until <= $4 or c.lease_owner = $3
returning position, fence`,
    [claim.name, claim.rail, claim.node, claim.now, claim.until],
  )
  return rows[0] ?? null
}

/** Lets others read a chain at once. */
export async function releaseCursors(db: Queries, node: string): Promise<void> {
  await db.query("update cursors set leased_until = null where lease_owner = $1", [node])
}

/** The chains of a rail that were ever read; or those that nobody reads now. */
export async function readChains(
  db: Queries,
  rail: string,
  unreadAt: Date | null = null,
): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select name from cursors where rail = $1
  and ($2::timestamptz is null or leased_until is null or leased_until <= $2) order by name`,
    [rail, unreadAt],
  )
  return rows.map(({ name }) => name)
}

/** What was on its way on chains that are gone never arrives. */
export async function orphanAll(
  db: Queries,
  rail: string,
  watches: readonly string[],
): Promise<number> {
  const { rowCount } = await db.query(
    `update sightings set state = 'orphaned'
where rail = $1 and watch = any($2::text[]) and state = 'seen'`,
    [rail, watches],
  )
  return rowCount
}

/** Payments that wait for money which none but these chains could bring. */
export async function paymentsOnlyOn(
  db: Queries,
  rail: string,
  chainIds: readonly number[],
): Promise<{ id: string; merchantId: string }[]> {
  const { rows } = await db.query<{ id: string; merchantId: string }>(
    `select p.id, p.merchant_id as "merchantId" from payments p
join attempts a on a.id = p.open_attempt_id
where a.rail = $1 and p.state = 'pending' and a.instructions -> 'options' <> '[]'
  and not exists (
    select from jsonb_array_elements(a.instructions -> 'options') o
    where (o ->> 'chainId')::bigint <> all($2::bigint[]))`,
    [rail, chainIds],
  )
  return rows
}

const SEEN = [
  ["place", "text"],
  ["leaving", "uuid"],
  ["sender", "text"],
  ["receiver", "text"],
  ["asset", "text"],
  ["amount", "text"],
  ["block", "int8"],
  ["block_hash", "text"],
  ["at", "timestamptz"],
  ["reference", "text"],
  ["state", "text"],
] as const

/**
 * Writes down what one read found, together with how far it came: both or neither. False when
 * another node has taken the chain meanwhile; nothing was written then.
 */
export async function writeRead(
  db: Queries,
  claim: CursorClaim & { readonly fence: number },
  read: Read,
): Promise<boolean> {
  const seen = read.seen.map((each) => [
    `${claim.name}/${each.place}`,
    each.leaving,
    each.from,
    each.to,
    each.asset,
    each.amount.toString(),
    each.block,
    each.blockHash,
    each.at,
    each.reference,
    each.final ? "final" : "seen",
  ])
  const again = new Set(read.seen.map(({ place }) => place))
  const places = (list: readonly string[]) =>
    arrayLiteral(list.filter((each) => !again.has(each)).map((each) => `${claim.name}/${each}`))
  const columns = SEEN.map(([, type], at) => `$${at + 9}::${type}[]`).join(", ")
  const names = SEEN.map(([name]) => name).join(", ")
  const { rows } = await db.query(
    `with moved as (
  update cursors set position = $3, head = $4, leased_until = $5, updated_at = $6
  where name = $1 and fence = $2 returning rail
), came as (
  select u.*, coalesce(u.leaving, a.attempt_id) as attempt_id, m.rail
  from moved m cross join unnest(${columns}) as u (${names})
  left join addresses a on a.rail = m.rail and a.address = u.receiver
), noted as (
  insert into sightings as s (rail, place, attempt_id, fact, amount, asset, at, created_at,
    watch, block, block_hash, sender, receiver, reference, state)
  select rail, place, attempt_id, case when leaving is null then 'received' else 'sent' end,
    amount::numeric, asset, at, $6, $1, block, block_hash, sender, receiver, reference, state
  from came where attempt_id is not null order by rail, place
  on conflict (rail, place) do update set
    block = excluded.block, block_hash = excluded.block_hash, at = excluded.at,
    amount = case when s.state = 'final' then s.amount else excluded.amount end,
    -- What is final stays so, in whichever block it is now.
    state = case when s.state = 'final' then 'final' else excluded.state end
  where (s.block_hash, s.state) is distinct from (excluded.block_hash, excluded.state)
), confirmed as (
  update sightings s set state = 'final' from moved m
  where s.rail = m.rail and s.place = any($7::text[]) and s.state = 'seen'
), gone as (
  update sightings s set state = 'orphaned' from moved m
  where s.rail = m.rail and s.place = any($8::text[]) and s.state <> 'orphaned'
)
select rail from moved`,
    [
      claim.name,
      claim.fence,
      read.cursor,
      read.head,
      claim.until,
      claim.now,
      places(read.confirmed),
      places(read.orphaned),
      ...SEEN.map((_, column) => arrayLiteral(seen.map((row) => row[column] ?? null))),
    ],
  )
  return rows.length === 1
}

/** Those of these addresses that payers were given. */
export async function findAddresses(
  db: Queries,
  rail: string,
  addresses: readonly string[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ address: string }>(
    "select address from addresses where rail = $1 and address = any($2::text[])",
    [rail, arrayLiteral(addresses)],
  )
  return new Set(rows.map(({ address }) => address))
}

type Row = {
  readonly place: string
  readonly block: bigint
  readonly blockHash: string
  readonly asset: string
  readonly amount: bigint
  readonly from: string
  readonly to: string
  readonly state: SightingState
  readonly leaving: string | null
}

/** What is written down of a chain above a block and not gone; or all that isn't final. */
export async function recorded(
  db: Queries,
  name: string,
  which: { readonly above: number } | "unconfirmed",
): Promise<Recorded[]> {
  const above = which === "unconfirmed" ? null : which.above
  const wanted =
    above === null ? "s.state = 'seen'" : "s.state <> 'orphaned' and s.block > $2::bigint"
  const { rows } = await db.query<Row>(
    `select s.place, s.block, s.block_hash as "blockHash", s.asset, s.amount, s.sender as "from",
  s.receiver as "to", s.state, case when s.fact = 'sent' then s.attempt_id end as leaving
from sightings s where s.watch = $1 and ${wanted} order by s.block, s.place`,
    above === null ? [name] : [name, above],
  )
  return rows.map(({ place, block, state, ...row }) => ({
    ...row,
    place: place.slice(name.length + 1),
    block: Number(block),
    final: state === "final",
  }))
}

/** Refunds of a rail that wait for their merchant's signature, given up ones included. */
export async function leaving(db: Queries, rail: string, since: Date): Promise<Leaving[]> {
  const { rows } = await db.query<Pick<Attempt, "id" | "instructions" | "asset" | "amount">>(
    `select a.id, a.instructions, a.asset, a.amount from attempts a
where a.rail = $1 and a.kind = 'refund' and a.state in ('open', 'declined')
  and a.created_at > $2 order by a.id limit 1000`,
    [rail, since],
  )
  return rows.flatMap(({ id, instructions, asset, amount }) => {
    const transfer = instructions?.transfer
    if (!transfer) return []
    const [from, to] = [transfer.from.toLowerCase(), transfer.to.toLowerCase()]
    return [{ attemptId: id, from, to, asset, amount }]
  })
}

/** A sighting whose news have not reached the books, with what the command about it must know. */
export type Due = {
  readonly place: string
  readonly at: Date
  readonly sightedAsset: string
  readonly attempt: Attempt
  readonly customerId: string | null
  readonly instrumentId: string | null
  readonly paymentAmount: bigint
  readonly paymentAsset: string
  readonly paymentState: string
  readonly expiresAt: Date | null
  readonly frozenPlace: string | null
}

/**
 * The sightings of a rail that are to be applied, in the order of their blocks and, in a block, of
 * their logs: the last one that an order needed is the one that completed it.
 */
export async function dueSightings(
  db: Queries,
  rail: string,
  most: number,
  attemptColumns: string,
): Promise<Due[]> {
  const { rows } = await db.query<Omit<Due, "attempt"> & Attempt>(
    `select ${attemptColumns}, s.place, s.at, s.asset as "sightedAsset",
  p.customer_id as "customerId", p.instrument_id as "instrumentId", p.amount as "paymentAmount",
  p.asset as "paymentAsset", p.state as "paymentState", p.expires_at as "expiresAt",
  f.place as "frozenPlace"
from sightings s
join attempts a on a.id = s.attempt_id
join payments p on p.id = a.payment_id
left join lateral (
  select f.place from sightings f where f.attempt_id = s.attempt_id and f.frozen
    and f.place <> s.place and f.reference = s.reference and f.asset = s.asset
    and f.applied_amount = s.amount limit 1
) f on s.state = 'final'
where s.rail = $1
  and (s.applied is distinct from s.state or s.applied_amount is distinct from s.amount)
order by s.created_at, s.block, substring(s.place from ':([0-9]+)$')::bigint, s.place limit $2`,
    [rail, most],
  )
  return rows.map((row) => ({ ...row, attempt: row }))
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

/** What was seen for a payment on chains, oldest first, with how far each chain was read. */
export async function sightingsOf(db: Queries, paymentId: string): Promise<SightingRead[]> {
  const { rows } = await db.query<SightingRead>(
    `select s.watch, s.asset, s.amount, s.reference, s.state, s.block, c.head, s.at
from attempts a join sightings s on s.attempt_id = a.id join cursors c on c.name = s.watch
where a.payment_id = $1 and s.fact = 'received' order by s.block, s.place`,
    [paymentId],
  )
  return rows
}
