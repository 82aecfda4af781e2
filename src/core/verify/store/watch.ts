/** How far the endless look at the books is, which node has it, and the sums that it keeps. */
import type { Queries, Transaction } from "../../../db/database.ts"
import type { Discrepancy } from "../check.ts"
import type { Stretch } from "./range.ts"

/** A fault that was found, and in which reading of everything it was seen last. */
export type Kept = Discrepancy & { readonly cycle: number }

export type Watched = {
  readonly cycle: number
  /** Where everything is read now: the table by its number, behind which id; null: not begun. */
  readonly placeTable: number
  readonly placeId: string | null
  readonly eventsUpto: string | null
  readonly foldedUpto: string | null
  readonly auditUpto: bigint
  readonly auditHash: Buffer | null
  readonly wholeAt: Date | null
  readonly lookedAt: Date | null
  readonly checkedRows: bigint
  readonly wrong: readonly Kept[]
  readonly wrongSince: Date | null
}
export type Claimed = Watched & { readonly fence: number }

const columns = `w.fence, w.cycle, w.place_table as "placeTable", w.place_id as "placeId",
w.events_upto as "eventsUpto", w.folded_upto as "foldedUpto", w.audit_upto as "auditUpto",
w.audit_hash as "auditHash", w.whole_at as "wholeAt", w.looked_at as "lookedAt",
w.checked_rows as "checkedRows", w.wrong, w.wrong_since as "wrongSince"`

/** What is known of the books. */
export async function readWatch(db: Queries): Promise<Watched> {
  const { rows } = await db.query<Watched>(`select ${columns} from books_watch w`)
  return rows[0]!
}

/** Takes the next look; null while another node has it, or one was taken after `before`. */
export async function claimWatch(
  db: Queries,
  claim: { readonly node: string; readonly now: Date; readonly until: Date; readonly before: Date },
): Promise<Claimed | null> {
  const { rows } = await db.query<Claimed>(
    `update books_watch w set lease_owner = $1, leased_until = $3, fence = w.fence + 1
where (w.leased_until is null or w.leased_until <= $2 or w.lease_owner = $1)
  and (w.looked_at is null or w.looked_at <= $4 or w.looked_at > $2)
returning ${columns}`,
    [claim.node, claim.now, claim.until, claim.before],
  )
  return rows[0] ?? null
}

/** Writes down how far a look is; false when another node has it by now. */
export async function saveWatch(db: Queries, w: Claimed): Promise<boolean> {
  const { rowCount } = await db.query(
    `update books_watch set cycle = $2, place_table = $3, place_id = $4, events_upto = $5,
  folded_upto = $6, audit_upto = $7, audit_hash = $8, whole_at = $9, looked_at = $10,
  checked_rows = $11, wrong = $12, wrong_since = $13
where fence = $1`,
    [
      w.fence,
      w.cycle,
      w.placeTable,
      w.placeId,
      w.eventsUpto,
      w.foldedUpto,
      w.auditUpto,
      w.auditHash,
      w.wholeAt,
      w.lookedAt,
      w.checkedRows,
      JSON.stringify(w.wrong),
      w.wrongSince,
    ],
  )
  return rowCount === 1
}

const MOVED = `moved as (
  select debit_id as account_id, -amount as amount, id from transfers where id > $1 and id <= $2
  union all select credit_id, amount, id from transfers where id > $1 and id <= $2
)`

/** Counts a stretch of transfers anew, from the first one on. */
export async function countStretch(db: Queries, { from, to }: Stretch): Promise<void> {
  await db.query(
    `with ${MOVED}
insert into account_sums as s (account_id, folded, counted)
select account_id, 0, sum(amount) from moved group by account_id
on conflict (account_id) do update set counted = s.counted + excluded.counted`,
    [from, to],
  )
}

/** All transfers were counted: from now on the count is what is added to. */
export async function useCount(db: Queries): Promise<void> {
  await db.query("update account_sums set folded = counted, counted = 0")
}

/** Adds a stretch of transfers to the sums. */
export async function foldStretch(db: Queries, { from, to }: Stretch): Promise<void> {
  await db.query(
    `with ${MOVED}
insert into account_sums as s (account_id, folded, counted)
select account_id, sum(amount), 0 from moved group by account_id
on conflict (account_id) do update set folded = s.folded + excluded.folded`,
    [from, to],
  )
}

/** Adds up accounts anew: all their transfers up to one. There is no index for it: it reads all. */
export async function sumAnew(
  transaction: Queries,
  accountIds: readonly string[],
  upto: string,
): Promise<void> {
  await transaction.query(
    `with moved as (
  select debit_id as account_id, -amount as amount from transfers
  where id <= $2 and debit_id = any($1::uuid[])
  union all select credit_id, amount from transfers
  where id <= $2 and credit_id = any($1::uuid[])
)
insert into account_sums as s (account_id, folded, counted)
select asked.id, coalesce(sum(m.amount), 0), 0
from unnest($1::uuid[]) asked (id) left join moved m on m.account_id = asked.id
group by asked.id
on conflict (account_id) do update set folded = excluded.folded`,
    [accountIds, upto],
  )
}

/** Accounts whose balance differs from the sums up to a transfer and all transfers behind it. */
export async function balancesOff(
  snapshot: Transaction,
  behind: string,
  most: number,
): Promise<{ id: string; balance: bigint; sum: bigint }[]> {
  const { rows } = await snapshot.query<{ id: string; balance: bigint; sum: bigint }>(
    `with moved as (
  select debit_id as account_id, -amount as amount from transfers where id > $1
  union all select credit_id, amount from transfers where id > $1
), newer as (select account_id, sum(amount) as amount from moved group by account_id)
select a.id, a.balance, coalesce(s.folded, 0) + coalesce(n.amount, 0) as sum
from accounts a left join account_sums s on s.account_id = a.id
left join newer n on n.account_id = a.id
where a.balance <> coalesce(s.folded, 0) + coalesce(n.amount, 0) limit $2`,
    [behind, most],
  )
  return rows
}

/** Whom the events of a stretch are about, by kind. */
export async function subjectsIn(
  db: Queries,
  { from, to }: Stretch,
): Promise<{ subject: "payment" | "instrument" | "refund"; ids: string[] }[]> {
  const { rows } = await db.query<{ subject: "payment" | "instrument" | "refund"; ids: string[] }>(
    `select subject, array_agg(distinct subject_id) as ids from events
where id > $1 and id <= $2 group by subject`,
    [from, to],
  )
  return rows
}
