/** What was seen on chains: written down with how far they were read, then applied. */
import { arrayLiteral, type Queries } from "../../db/database.ts"
import type { CursorClaim } from "../cursors/store.ts"
import type { Attempt } from "../payments/attempt.ts"
import type { Read, Recorded } from "../receiving.ts"
import type { SightingState } from "../store/schema.ts"

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
 * The name of a sighting: its chain, its place there, what moved and to whom. After a fork the same
 * place may hold another transfer, which is another sighting.
 */
function nameOf(watch: string, of: Pick<Recorded, "place" | "asset" | "to">): string {
  return `${watch}/${of.place}/${of.asset.slice(of.asset.lastIndexOf("/") + 1)}/${of.to}`
}

/** The names of what is written down at these places of a chain and not gone. */
async function namesAt(
  db: Queries,
  watch: string,
  places: readonly string[],
): Promise<{ place: string; name: string }[]> {
  const { rows } = await db.query<{ place: string; name: string }>(
    `select split_part(place, '/', 2) as place, place as name from sightings
where watch = $1 and state <> 'orphaned' and split_part(place, '/', 2) = any($2::text[])`,
    [watch, places],
  )
  return rows
}

/**
 * Writes down what one read found, together with how far it came: both or neither. False when
 * another node has taken the chain meanwhile; nothing was written then.
 */
export async function writeRead(
  db: Queries,
  claim: CursorClaim & { readonly fence: number },
  read: Read,
  known: readonly Recorded[],
): Promise<boolean> {
  const { confirmed, gone } = await changesOf(db, claim.name, read, known)
  const seen = read.seen.map((each) => [
    nameOf(claim.name, each),
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
    watch, block, block_hash, sender, receiver, reference, state, apply_at)
  select rail, place, attempt_id, case when leaving is null then 'received' else 'sent' end,
    amount::numeric, asset, at, $6, $1, block, block_hash, sender, receiver, reference, state, $6
  from came where attempt_id is not null order by rail, place
  on conflict (rail, place) do update set
    block = excluded.block, block_hash = excluded.block_hash, at = excluded.at,
    sender = excluded.sender,
    amount = excluded.amount,
    -- What is final stays so, in whichever block it is now, if it is still as much.
    state = case when s.state = 'final' and s.amount = excluded.amount then 'final'
      else excluded.state end
  where (s.block_hash, s.state, s.amount, s.at, s.sender) is distinct from
    (excluded.block_hash, excluded.state, excluded.amount, excluded.at, excluded.sender)
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
      arrayLiteral(confirmed),
      arrayLiteral(gone),
      ...SEEN.map((_, column) => arrayLiteral(seen.map((row) => row[column] ?? null))),
    ],
  )
  return rows.length === 1
}

/** What a read says of sightings that are written down, by their names. */
async function changesOf(
  db: Queries,
  watch: string,
  read: Read,
  known: readonly Recorded[],
): Promise<{ confirmed: string[]; gone: string[] }> {
  const names = new Map<string, Set<string>>()
  const add = (place: string, name: string) =>
    names.set(place, (names.get(place) ?? new Set()).add(name))
  for (const each of known) add(each.place, nameOf(watch, each))
  const unknown = [...read.confirmed, ...read.orphaned].filter((place) => !names.has(place))
  for (const { place, name } of unknown.length > 0 ? await namesAt(db, watch, unknown) : []) {
    add(place, name)
  }
  const seen = new Map(read.seen.map((each) => [each.place, nameOf(watch, each)]))
  const namesOf = (places: readonly string[]) =>
    places.filter((place) => !seen.has(place)).flatMap((place) => [...(names.get(place) ?? [])])
  // Another transfer stands now where this one stood.
  const replaced = [...seen].flatMap(([place, name]) =>
    [...(names.get(place) ?? [])].filter((each) => each !== name),
  )
  return { confirmed: namesOf(read.confirmed), gone: [...namesOf(read.orphaned), ...replaced] }
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
  readonly at: Date
  readonly leaving: string | null
}

/** Handed to one read; the deepest first, so that the others come next. */
const UNCONFIRMED_MAX = 2_000

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
  s.receiver as "to", s.state, s.at, case when s.fact = 'sent' then s.attempt_id end as leaving
from sightings s where s.watch = $1 and ${wanted} order by s.block, s.place
limit ${above === null ? UNCONFIRMED_MAX : null}`,
    above === null ? [name] : [name, above],
  )
  return rows.map(({ place, block, state, ...row }) => ({
    ...row,
    place: place.split("/")[1]!,
    block: Number(block),
    final: state === "final",
  }))
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
  readonly sightedState: SightingState
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
  now: Date,
): Promise<Due[]> {
  const { rows } = await db.query<Omit<Due, "attempt"> & Attempt>(
    `select ${attemptColumns}, s.place, s.at, s.asset as "sightedAsset",
  p.customer_id as "customerId", p.instrument_id as "instrumentId", p.amount as "paymentAmount",
  p.asset as "paymentAsset", p.state as "paymentState", p.expires_at as "expiresAt",
  s.state as "sightedState"
from sightings s
join attempts a on a.id = s.attempt_id
join payments p on p.id = a.payment_id
where s.rail = $1
  and (s.applied is distinct from s.state or s.applied_amount is distinct from s.amount)
  and s.apply_at <= $3
-- What is gone comes first: what came in its place may be the same money.
order by s.apply_at, s.state = 'final', s.block,
  substring(s.place from '/0x[0-9a-f]+:([0-9]+)/')::bigint, s.place limit $2`,
    [rail, most, now],
  )
  return rows.map((row) => ({ ...row, attempt: row }))
}

/** Puts off what can't be applied now. */
export async function putOff(
  db: Queries,
  rail: string,
  places: readonly string[],
  until: Date,
): Promise<void> {
  await db.query("update sightings set apply_at = $3 where rail = $1 and place = any($2::text[])", [
    rail,
    places,
    until,
  ])
}

/** Those of these attempts that have sightings which are not in the books yet. */
export async function withDueSightings(
  db: Queries,
  attemptIds: readonly string[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `select distinct attempt_id as id from sightings s where s.attempt_id = any($1::uuid[])
  and (s.applied is distinct from s.state or s.applied_amount is distinct from s.amount)`,
    [attemptIds],
  )
  return new Set(rows.map(({ id }) => id))
}
