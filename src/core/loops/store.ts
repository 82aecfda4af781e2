/**
 * What the loops claim: rows that are due, taken by one node under a lease with a fencing number.
 */
import type { Queries } from "../../db/database.ts"
import type { Instrument } from "../customers/customer.ts"
import type { Attempt } from "../payments/attempt.ts"
import type { Payment } from "../payments/payment.ts"
import * as schema from "../store/schema.ts"
import { selectList } from "../store/tables.ts"
import type { Owner } from "./report.ts"

export type Claim = {
  readonly node: string
  readonly now: Date
  readonly until: Date
  readonly most: number
}

export type ClaimedAttempt = {
  readonly attempt: Attempt
  readonly owner: Owner
  /** Whether it is the one that may take money now. */
  readonly wanted: boolean
  /** Until when the payment could be paid in time. */
  readonly expiresAt: Date | null
}

/**
 * Takes the attempts of a rail that are due. One that waits to be begun is marked as begun in the
 * same commit: from here on it may have moved money.
 */
export async function claimAttempts(
  db: Queries,
  rail: string,
  claim: Claim,
): Promise<(ClaimedAttempt & { readonly begin: boolean })[]> {
  const { rows } = await db.query<
    Attempt & Owner & Pick<ClaimedAttempt, "wanted" | "expiresAt"> & { begin: boolean }
  >(
    `with due as (
  select id, state = 'waiting' as begin from attempts
  where rail = $1 and look_at <= $2 order by look_at limit $3 for update skip locked
)
update attempts a set lease_owner = $4, look_at = $5, fence = a.fence + 1,
  state = case when due.begin then 'unknown' else a.state end,
  begun_at = case when due.begin then $2 else a.begun_at end
from due, payments p where a.id = due.id and p.id = a.payment_id
returning ${selectList(schema.attempts, "a")}, due.begin,
  p.customer_id as "customerId", p.instrument_id as "instrumentId", p.expires_at as "expiresAt",
  coalesce(p.open_attempt_id = a.id, false) as wanted`,
    [rail, claim.now, claim.most, claim.node, claim.until],
  )
  return rows.map(({ customerId, instrumentId, begin, expiresAt, wanted, ...attempt }) => ({
    attempt,
    expiresAt,
    wanted,
    owner: { customerId, instrumentId, asset: attempt.asset },
    begin,
  }))
}

/** An attempt that was looked at, under which lease, and when it is looked at next. */
export type Looked = Pick<Attempt, "id" | "fence" | "lookAt">

/**
 * Passes on attempts about which there was nothing to see: it counts as a look, and no more. One
 * that the engine is at just now is left to its lease, so that neither waits for the other.
 */
export async function putOff(db: Queries, looked: readonly Looked[], now: Date): Promise<void> {
  await db.query(
    `with quiet as (
  select a.id, k.look_at from unnest($1::uuid[], $2::int4[], $3::timestamptz[])
    as k (id, fence, look_at)
  join attempts a on a.id = k.id and a.fence = k.fence
  order by a.id for update of a skip locked
)
update attempts a set looks = a.looks + 1, lease_owner = null, updated_at = $4,
  look_at = case when a.state in ('waiting', 'unknown', 'open', 'approved') then quiet.look_at end
from quiet where a.id = quiet.id`,
    [
      looked.map(({ id }) => id),
      looked.map(({ fence }) => fence),
      looked.map(({ lookAt }) => lookAt),
      now,
    ],
  )
}

/**
 * Makes attempts due at once that are looked at anyway: something was heard of them. Not those that
 * are just being begun, for a look that crosses with the begin would find nothing; nor those that
 * are just being looked at: who took their lease away as often as a notice is repeated would keep
 * every look from being reported. How many these are is the answer. A recharge that was given up is
 * looked at once more: its operator may have delivered it after all.
 */
export async function wakeAttempts(
  db: Queries,
  rail: string,
  ids: readonly string[],
  now: Date,
): Promise<number> {
  const { rows } = await db.query<{ busy: number }>(
    `with heard as (
  select id, lease_owner from attempts where id = any($2) and rail = $1
    and (look_at > $3 and state in ('unknown', 'open', 'approved')
      or look_at is null and state in ('declined', 'closed') and kind = 'recharge')
), woken as (
  update attempts a set look_at = $3 from heard where a.id = heard.id and a.lease_owner is null
)
select count(*)::int as busy from heard where lease_owner is not null`,
    [rail, ids, now],
  )
  return rows[0]!.busy
}

/** Takes the instruments that wait to be verified, as they are stored. */
export async function claimInstruments(db: Queries, claim: Claim): Promise<Instrument[]> {
  const { rows } = await db.query<Instrument>(
    `with due as (
  select id from instruments where look_at <= $1 order by look_at limit $2 for update skip locked
)
update instruments i set lease_owner = $3, look_at = $4, fence = i.fence + 1
from due where i.id = due.id returning ${selectList(schema.instruments, "i")}`,
    [claim.now, claim.most, claim.node, claim.until],
  )
  return rows
}

/** Payments whose payer ran out of time. */
export async function overduePayments(
  db: Queries,
  now: Date,
  most: number,
): Promise<Pick<Payment, "id" | "merchantId">[]> {
  const { rows } = await db.query<Pick<Payment, "id" | "merchantId">>(
    `select p.id, p.merchant_id as "merchantId" from payments p
left join attempts a on a.id = p.open_attempt_id
where p.due_at <= $1 and p.state = 'pending'
  and (a.id is null or (a.state = 'waiting' and a.looks = 0)
    or (a.state = 'open' and a.instructions is not null))
order by p.due_at limit $2`,
    [now, most],
  )
  return rows
}

/** From this size on a table can be known, at some hundred rows; below it any plan will do. */
const YOUNG_BYTES = 40_960

/**
 * Lets the planner know tables that it has never looked at; answers how many there were. The
 * server does so by itself within a minute or two of a new installation's first rows. Until then it
 * guesses that a merchant has few payments, and keeps plans that walk over all of them. A month is
 * young again each time, and may have been looked at while it was empty; then it is looked at again
 * once rows were written there, for what was taken back leaves bytes and nothing to learn.
 */
export async function analyzeYoung(db: Queries): Promise<number> {
  const { rows } = await db.query<{ name: string }>(
    `select relname as name from pg_class
where relkind = 'r' and relnamespace = current_schema()::regnamespace
  and (reltuples < 0 or relispartition and reltuples = 0 and pg_stat_get_mod_since_analyze(oid) > 0)
  and pg_relation_size(oid) >= $1`,
    [YOUNG_BYTES],
  )
  for (const { name } of rows) await db.query(`analyze ${name}`)
  return rows.length
}

/**
 * Deletes what has served its time, a little at once; answers how many rows went. Rows are locked
 * before they are judged: one that the engine is just renewing must not go.
 */
export async function deleteOld(db: Queries, now: Date, bodiesBefore: Date): Promise<number> {
  const day = new Date(now.getTime() - 86_400_000)
  const deletions: [string, Date][] = [
    [`delete from batches where id in (${oldRows("id", "batches", "created_at")})`, day],
    [`delete from answers where key in (${oldRows("key", "answers", "expires_at")})`, now],
    [`delete from tallies where key in (${oldRows("key", "tallies", "expires_at")})`, now],
    [`delete from limits where key in (${oldRows("key", "limits", "until")})`, now],
    [
      // What is still due after so long waits for an endpoint that was switched off.
      `update deliveries set message_sealed = null, due_at = null,
  state = case state when 'due' then 'cancelled' else state end
where id in (${oldRows("id", "deliveries", "created_at", "message_sealed is not null")})`,
      bodiesBefore,
    ],
    [
      // What signs nothing any more is of use to a thief alone.
      `update endpoints set former_secret_sealed = null, former_until = null
where former_until <= $1`,
      now,
    ],
    [
      `delete from tries where (delivery_id, number) in
(${oldRows("delivery_id, number", "tries", "at")})`,
      bodiesBefore,
    ],
  ]
  let count = 0
  for (const [text, before] of deletions) count += (await db.query(text, [before])).rowCount
  return count
}

function oldRows(key: string, table: string, since: string, also = "true"): string {
  return `select ${key} from ${table} where ${since} < $1 and ${also}
order by ${since} limit 5000 for update skip locked`
}
