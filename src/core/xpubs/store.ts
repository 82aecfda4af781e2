/** Extended public keys and the addresses below them, outside the engine. */
import { arrayLiteral, type Queries } from "../../db/database.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import { INDEX_MAX, type Xpub } from "./xpub.ts"

const columns = selectList(schema.xpubs, "x")

/**
 * Adds a merchant's key and retires the one before it. Rejects with a unique violation when the key
 * is somebody's already.
 */
export async function insertXpub(db: Queries, xpub: Xpub): Promise<void> {
  await db.query(
    `with retired as (
  update xpubs set retired_at = $7 where merchant_id = $2 and rail = $3 and retired_at is null
  returning id
)
insert into xpubs (id, merchant_id, rail, fingerprint, key_sealed, next_index, vetted_below, skipped,
  created_at)
select $1, $2, $3, $4, $5, $6, $6, '{}', $7 from (select count(*) from retired) as after_that`,
    [
      xpub.id,
      xpub.merchantId,
      xpub.rail,
      xpub.fingerprint,
      xpub.keySealed,
      xpub.nextIndex,
      xpub.createdAt,
    ],
  )
}

/** Takes a retired key into use again, in place of the one that is. */
export async function reviveXpub(db: Queries, xpub: Xpub, now: Date): Promise<void> {
  await db.query(
    `with retired as (
  update xpubs set retired_at = $4
  where merchant_id = $2 and rail = $3 and retired_at is null and id <> $1 returning id
)
update xpubs set retired_at = null, vetted_below = next_index, skipped = '{}'
where id = $1 and (select count(*) from retired) >= 0`,
    [xpub.id, xpub.merchantId, xpub.rail, now],
  )
}

/** A merchant's keys, the one in use first, then the newest. */
export async function listXpubs(db: Queries, merchantId: string): Promise<Xpub[]> {
  const { rows } = await db.query<Xpub>(
    `select ${columns} from xpubs x where x.merchant_id = $1
order by x.retired_at is not null, x.id desc`,
    [merchantId],
  )
  return rows
}

/** Whoever has a key. */
export async function findXpub(
  db: Queries,
  rail: string,
  fingerprint: string,
): Promise<Xpub | null> {
  const { rows } = await db.query<Xpub>(
    `select ${columns} from xpubs x where x.rail = $1 and x.fingerprint = $2`,
    [rail, fingerprint],
  )
  return rows[0] ?? null
}

/** The key that a merchant uses on a rail. */
export async function activeXpub(
  db: Queries,
  merchantId: string,
  rail: string,
): Promise<Xpub | null> {
  const { rows } = await db.query<Xpub>(
    `select ${columns} from xpubs x
where x.merchant_id = $1 and x.rail = $2 and x.retired_at is null`,
    [merchantId, rail],
  )
  return rows[0] ?? null
}

/** Keys in use of a rail with fewer than `ahead` vetted indexes left. */
export async function xpubsToVet(
  db: Queries,
  rail: string,
  ahead: number,
  most: number,
): Promise<Xpub[]> {
  const { rows } = await db.query<Xpub>(
    `select ${columns} from xpubs x
where x.rail = $1 and x.retired_at is null and x.vetted_below - x.next_index < $2
  and x.vetted_below < ${INDEX_MAX}
order by x.vetted_below - x.next_index limit $3`,
    [rail, ahead, most],
  )
  return rows
}

/** Writes down that indexes were looked at; nothing when another node was faster. */
export async function setVetted(
  db: Queries,
  xpub: Xpub,
  vetted: { readonly from: number; readonly below: number; readonly used: readonly number[] },
): Promise<void> {
  // Those that were passed need not be remembered.
  await db.query(
    `update xpubs set vetted_below = $3,
  skipped = array(select i from unnest(skipped || $4::integer[]) as i where i >= next_index)
where id = $1 and vetted_below = $2`,
    [xpub.id, vetted.from, vetted.below, vetted.used],
  )
}

/**
 * Moves the next index of all of a merchant's keys ahead, never back; answers how many there are.
 */
export async function advanceXpubs(
  db: Queries,
  merchantId: string,
  rail: string,
  by: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `update xpubs set next_index = least(next_index::bigint + $3, ${INDEX_MAX})::integer
where merchant_id = $1 and rail = $2`,
    [merchantId, rail, by],
  )
  return rowCount
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

export type Gap = {
  /** The highest index that money came to; null when none did. */
  readonly lastPaid: number | null
  /** The longest run of indexes without money before it. */
  readonly longest: number
  /** Unpaid indexes behind it: what a wallet doesn't look at yet. */
  readonly trailing: number
}

/** How a wallet sees a key: it stops looking after a run of addresses without a history. */
export async function gapsOf(db: Queries, xpubId: string): Promise<Gap> {
  const { rows } = await db.query<Gap>(
    `with paid as (
  select distinct a.position from addresses a
  join sightings s on s.attempt_id = a.attempt_id
  where a.xpub_id = $1 and s.fact = 'received' and s.state = 'final'
), gaps as (
  select position - coalesce(lag(position) over (order by position), -1) - 1 as gap from paid
)
select (select max(position) from paid) as "lastPaid",
  coalesce((select max(gap) from gaps), 0) as longest,
  (select next_index from xpubs where id = $1)
    - coalesce((select max(position) from paid), -1) - 1 as trailing`,
    [xpubId],
  )
  return rows[0]!
}
