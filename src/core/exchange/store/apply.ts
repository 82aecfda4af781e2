/** Lines of a bank that are to be booked, and what became of them. */
import { arrayLiteral, type Queries } from "../../../db/database.ts"
import type { Reason } from "../../refusal.ts"
import type { Outcome, Word } from "../meaning.ts"
import { OWNED, type OwnedAttempt, pageOf } from "./orders.ts"

/** A line that is to be booked. */
export type DueLine = {
  readonly id: string
  readonly fileId: string
  readonly position: number
  readonly source: string
  readonly says: string
  readonly means: Word
  readonly attemptId: string | null
  readonly groupId: string | null
  readonly aboutFileId: string | null
  readonly orders: number | null
  readonly amount: bigint | null
  readonly asset: string | null
  readonly reason: Reason | null
  readonly reference: string | null
  readonly at: Date
  /** About many orders: whether its booking began before, and was stopped. */
  readonly begun: boolean
}

/** A page of the lines of a file that are due: first what happened, then what came undone. */
export async function dueLines(
  db: Queries,
  fileId: string,
  page: { readonly undone: boolean; readonly after: number; readonly most: number },
): Promise<DueLine[]> {
  const { rows } = await db.query<DueLine>(
    `select l.id, l.file_id as "fileId", l.position, l.source, l.says, l.means,
  l.attempt_id as "attemptId", l.group_id as "groupId", l.about_file_id as "aboutFileId", l.orders,
  l.amount, l.asset, l.reason, l.reference, l.at, l.applied_at is not null as begun
from bank_lines l
where l.file_id = $1 and l.outcome = 'due' and (l.means = 'returned') = $2 and l.position > $3
order by l.position limit $4`,
    [fileId, page.undone, page.after, page.most],
  )
  return rows
}

/** These attempts, with what a report of each must know. */
export async function attemptsBy(
  db: Queries,
  ids: readonly string[],
): Promise<Map<string, OwnedAttempt>> {
  const { rows } = await db.query<OwnedAttempt>(
    `select ${OWNED} from attempts a join payments p on p.id = a.payment_id
where a.id = any($1::uuid[])`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** Which of these places were told before, and by which line. */
export async function placesTold(
  db: Queries,
  rail: string,
  places: readonly string[],
): Promise<Map<string, string | null>> {
  const { rows } = await db.query<{ place: string; reference: string | null }>(
    "select s.place, s.reference from sightings s where s.rail = $1 and s.place = any($2::text[])",
    [rail, places],
  )
  return new Map(rows.map(({ place, reference }) => [place, reference]))
}

/** Writes what became of lines. One about many that stays due is one whose booking begins now. */
export async function setOutcomes(
  db: Queries,
  outcomes: readonly { readonly id: string; readonly outcome: Outcome }[],
  now: Date,
): Promise<void> {
  await db.query(
    `update bank_lines l set outcome = u.outcome, applied_at = $3
from unnest($1::uuid[], $2::text[]) as u (id, outcome) where l.id = u.id`,
    [
      arrayLiteral(outcomes.map(({ id }) => id)),
      arrayLiteral(outcomes.map(({ outcome }) => outcome)),
      now,
    ],
  )
}

/** A line about more than one order. */
export type WideLine = Pick<DueLine, "fileId" | "groupId" | "aboutFileId" | "source">

/** Money moves for those that the bank didn't turn down before any moved. */
const MOVED = `a.state not in ('declined', 'closed') and (a.state <> 'returned' or exists (
  select from sightings s where s.rail = a.rail and s.place = 'settled:' || a.id))`

/** Of what money a wide line would have to tell. */
export type Sum = {
  readonly orders: number
  readonly total: bigint | null
  readonly assets: readonly string[]
  /** Those for which none was told of yet. */
  readonly unsettled: number
}

/** The sum of the orders that a wide line about money is about. */
export async function sumOf(db: Queries, line: WideLine): Promise<Sum> {
  const { rows } = await db.query<Sum>(
    `select count(*)::int4 as orders, sum(a.amount) as total,
  coalesce(jsonb_agg(distinct a.asset), '[]') as assets,
  (count(*) filter (where a.state not in ('settled', 'returned')))::int4 as unsettled
from bank_orders o join attempts a on a.id = o.attempt_id
where o.${line.groupId === null ? "file_id" : "group_id"} = $1 and o.flaw is null and ${MOVED}`,
    [line.groupId ?? line.aboutFileId],
  )
  return rows[0]!
}

/**
 * A page of the orders that a wide line is about, and whether it speaks for each: where money
 * moved, for those it moved for; else for those of which no narrower line of its file speaks.
 */
export async function spokenOf(
  db: Queries,
  line: WideLine,
  after: string,
  most: number,
): Promise<(OwnedAttempt & { readonly spoken: boolean })[]> {
  const narrower = line.groupId === null ? "(a.id, o.group_id)" : "(a.id)"
  const { rows } = await db.query<OwnedAttempt & { spoken: boolean }>(
    `${pageOf(line.groupId === null ? "file" : "group", "o.flaw is null")}
select ${OWNED}, case when $4 = 'status' then not exists (
    select from bank_lines n
    where coalesce(n.attempt_id, n.group_id, n.about_file_id) in ${narrower}
      and n.means is not null and n.file_id = $5 and n.source = 'status')
  else ${MOVED} end as spoken
from page o
join attempts a on a.id = o.attempt_id
join payments p on p.id = a.payment_id
order by o.attempt_id`,
    [line.groupId ?? line.aboutFileId, after, most, line.source, line.fileId],
  )
  return rows
}

/**
 * Makes lines due again that waited for something which has come meanwhile; those about many
 * orders are always worth another look.
 */
export async function wake(db: Queries, rail: string): Promise<void> {
  await db.query(
    `update bank_lines l set outcome = 'due', applied_at = null from bank_files f
where l.outcome = 'waiting' and f.id = l.file_id and f.rail = $1 and f.state in ('applying', 'done')
  and (l.attempt_id is null or exists (
    select from attempts a where a.id = l.attempt_id and a.state in ('settled', 'returned')))`,
    [rail],
  )
}

/** Files that are believed and have lines that are due, again or still. */
export async function filesWithDue(db: Queries, rail: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select distinct l.file_id as id from bank_lines l join bank_files f on f.id = l.file_id
where l.outcome = 'due' and f.rail = $1 and f.state in ('applying', 'done') order by 1`,
    [rail],
  )
  return rows.map(({ id }) => id)
}
