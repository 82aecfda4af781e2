/** What operators ask about bank files, and the little that they change. */
import type { Queries, Transaction } from "../../../db/database.ts"
import type { Attempt } from "../../payments/attempt.ts"
import * as schema from "../../store/schema.ts"
import { eachPart } from "../../store/snapshot.ts"
import { selectList } from "../../store/tables.ts"
import type { BankLine } from "../exchange.ts"
import { ANY_FOLDER } from "./lease.ts"

/** Outcomes of lines that wait for an operator until they are cleared. */
export const OPEN_OUTCOMES = [
  "unmatched",
  "mismatch",
  "surplus",
  "contradiction",
  "malformed",
  "waiting",
] as const
/** What can become of a line. */
export const OUTCOMES_OF_LINES = ["due", "booked", "known", "noted", ...OPEN_OUTCOMES] as const
export type LineOutcome = (typeof OUTCOMES_OF_LINES)[number]

const OPEN = `l.cleared_at is null and l.outcome in (${OPEN_OUTCOMES.map((each) => `'${each}'`)})`

export type BankFile = {
  readonly id: string
  readonly rail: string
  readonly direction: "out" | "in"
  readonly state: string
  readonly kind: string | null
  readonly name: string
  readonly messageId: string | null
  readonly bytes: bigint | null
  readonly sha256: string | null
  /** Of one that came: its lines, how many of them are open, and how often it came again. */
  readonly lines: number
  readonly openLines: number
  readonly repeats: number
  /** Of one that left: the orders in it, and minor units per asset. */
  readonly orders: number
  readonly totals: Readonly<Record<string, string>>
  /** Why it was refused. */
  readonly why: string | null
  readonly createdAt: Date
  readonly endedAt: Date | null
}

const FILE = `with open as (
  select l.file_id, count(*)::int4 as lines from bank_lines l where ${OPEN} group by l.file_id
)
select f.id, f.rail, f.direction, f.state, f.kind, f.name,
  f.message_id as "messageId", f.bytes, f.sha256, f.lines, f.repeats, f.why,
  f.created_at as "createdAt", f.ended_at as "endedAt", g.orders, g.totals,
  coalesce(open.lines, 0) as "openLines"
from bank_files f left join open on open.file_id = f.id cross join lateral (
  select coalesce(sum(a.orders), 0)::int4 as orders,
    coalesce(jsonb_object_agg(a.asset, a.total::text), '{}') as totals
  from (select asset, sum(orders) as orders, sum(total) as total from bank_groups
    where file_id = f.id group by asset) a
) g`

/** Files of all rails, newest first. */
export async function listFiles(
  db: Queries,
  { limit, direction }: { readonly limit: number; readonly direction: "in" | "out" | null },
): Promise<BankFile[]> {
  const { rows } = await db.query<BankFile>(
    `${FILE} where ($2::text is null or f.direction = $2)
order by f.created_at desc, f.id desc limit $1`,
    [limit, direction],
  )
  return rows
}

/** Files by their id or by their name, of which banks may give one twice. */
export async function findFiles(db: Queries, idOrName: string): Promise<BankFile[]> {
  const { rows } = await db.query<BankFile>(
    `${FILE} where f.id::text = lower($1) or f.name = $1 order by f.id desc limit 20`,
    [idOrName],
  )
  return rows
}

export type BankGroup = {
  readonly id: string
  readonly account: string
  readonly asset: string
  readonly day: string
  readonly orders: number
  /** Minor units. */
  readonly total: bigint
  /** How many of its orders are in each state; those that were left out are `left out`. */
  readonly states: Readonly<Record<string, number>>
}

/** The groups of a file that left, and how far their orders are. */
export async function groupsOfFile(db: Queries, fileId: string): Promise<BankGroup[]> {
  const { rows } = await db.query<BankGroup>(
    `select g.id, g.account, g.asset, g.day::text as day, g.orders, g.total,
  coalesce(c.states, '{}') as states
from bank_groups g left join lateral (
  select jsonb_object_agg(state, count) as states from (
    select case when o.flaw is null then a.state else 'left out' end as state, count(*)
    from bank_orders o join attempts a on a.id = o.attempt_id where o.group_id = g.id group by 1
  ) s
) c on true
where g.file_id = $1 order by g.day, g.account, g.asset, g.id`,
    [fileId],
  )
  return rows
}

export type LineCount = Pick<BankLine, "source" | "says"> & {
  readonly outcome: LineOutcome
  readonly count: number
}

/** What the lines of a file that came said, and what became of them. */
export async function countLines(db: Queries, fileId: string): Promise<LineCount[]> {
  const { rows } = await db.query<LineCount>(
    `select l.source, l.says, l.outcome, count(*)::int4 as count from bank_lines l
where l.file_id = $1 group by l.source, l.says, l.outcome order by 1, 2, 3`,
    [fileId],
  )
  return rows
}

export type ShownLine = Pick<
  BankLine,
  "position" | "source" | "says" | "endToEndId" | "amount" | "asset" | "reason" | "reasonCode"
> &
  Pick<BankLine, "reference" | "note" | "at"> & {
    readonly id: string
    readonly fileId: string
    readonly file: string
    readonly attemptId: string | null
    readonly paymentId: string | null
    readonly outcome: LineOutcome
    readonly clearedAt: Date | null
    readonly clearedNote: string | null
  }

const LINE = `select l.id, l.file_id as "fileId", f.name as file, l.position, l.source, l.says,
  l.end_to_end_id as "endToEndId", l.amount, l.asset, l.reason, l.reason_code as "reasonCode",
  l.reference, l.note, l.at, l.attempt_id as "attemptId", a.payment_id as "paymentId",
  l.outcome, l.cleared_at as "clearedAt", l.cleared_note as "clearedNote"
from bank_lines l join bank_files f on f.id = l.file_id
left join attempts a on a.id = l.attempt_id`

/** Reads lines in the order they were read: those that are open, or all that came to `outcomes`. */
export function eachLine(
  snapshot: Transaction,
  of: { readonly outcomes: readonly LineOutcome[] | null; readonly fileId: string | null },
  visit: (rows: readonly ShownLine[]) => Promise<void>,
): Promise<void> {
  const order = "order by l.file_id, l.position"
  const which = of.outcomes === null ? OPEN : "l.outcome = any($2::text[])"
  const text = `${LINE} where ($1::uuid is null or l.file_id = $1) and ${which} ${order}`
  const params = of.outcomes === null ? [of.fileId] : [of.fileId, of.outcomes]
  const name = of.outcomes === null ? "open_lines" : "lines_by_outcome"
  return eachPart(snapshot, { name, text, params }, visit)
}

/** A line, whatever became of it. */
export async function findLine(db: Queries, id: string): Promise<ShownLine | null> {
  const { rows } = await db.query<ShownLine>(`${LINE} where l.id = $1`, [id])
  return rows[0] ?? null
}

/** Writes down that an operator has seen to a line; false when it isn't open. */
export async function clearLine(
  db: Queries,
  id: string,
  { at, note }: { readonly at: Date; readonly note: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update bank_lines l set cleared_at = $2, cleared_note = $3
from bank_files f where l.id = $1 and f.id = l.file_id and f.state in ('applying', 'done')
  and ${OPEN}`,
    [id, at, note],
  )
  return rowCount === 1
}

export type WaitingRow = Attempt & {
  /** What the merchant chose. */
  readonly account: string | null
  readonly remittance: string
  readonly revoked: boolean
  /** Its payment's time is over: nobody may be charged for it any more. */
  readonly lapsed: boolean
}

/** Reads the orders of a rail that would leave at `now`, as the sender would ask for them. */
export function eachWaiting(
  snapshot: Transaction,
  { rail, now }: { readonly rail: string; readonly now: Date },
  visit: (rows: readonly WaitingRow[]) => Promise<void>,
): Promise<void> {
  const text = `select ${selectList(schema.attempts, "a")},
  m.settings ->> 'bankAccount' as account,
  coalesce(p.description, m.settings ->> 'displayName', m.name) as remittance,
  (a.kind = 'charge' and i.state is not distinct from 'revoked') as revoked,
  (a.kind = 'charge' and p.expires_at is not null and p.expires_at <= $2) as lapsed
from attempts a join payments p on p.id = a.payment_id join merchants m on m.id = a.merchant_id
left join instruments i on i.id = p.instrument_id
where a.rail = $1 and a.state = 'waiting' and a.look_at <= $2 order by a.look_at, a.id`
  return eachPart(snapshot, { name: "waiting_orders", text, params: [rail, now] }, visit)
}

/** Orders that leave later, by the minute. */
export type Later = {
  readonly at: Date
  readonly kind: Attempt["kind"]
  readonly asset: string
  readonly orders: number
  readonly total: bigint
}

/** What waits for a later file, the next first. */
export async function laterOrders(
  db: Queries,
  { rail, now, most }: { readonly rail: string; readonly now: Date; readonly most: number },
): Promise<Later[]> {
  const { rows } = await db.query<Later>(
    `select date_trunc('minute', a.look_at) as at, a.kind, a.asset, count(*)::int4 as orders,
  sum(a.amount) as total
from attempts a where a.rail = $1 and a.state = 'waiting' and a.look_at > $2
group by 1, 2, 3 order by 1, 2, 3 limit $3`,
    [rail, now, most],
  )
  return rows
}

/** Orders that are made due by one statement: it locks them, and somebody may cancel one. */
const WAKE_AT_ONCE = 2_000

/** Makes orders that wait for later due at `now`; answers how many of them. */
export async function wakeWaiting(
  db: Queries,
  { rail, now }: { readonly rail: string; readonly now: Date },
): Promise<number> {
  let woken = 0
  for (;;) {
    const { rowCount } = await db.query(
      `update attempts a set look_at = $2 from (
  select id from attempts where rail = $1 and state = 'waiting' and look_at > $2
  order by look_at, id limit ${WAKE_AT_ONCE} for update skip locked
) w where a.id = w.id`,
      [rail, now],
    )
    woken += rowCount
    if (rowCount < WAKE_AT_ONCE) return woken
  }
}

/** Lets a rail take the folder that it finds next; answers whether it knew one before. */
export async function adoptFolder(db: Queries, rail: string, now: Date): Promise<boolean> {
  const { rows } = await db.query<{ known: boolean }>(
    `insert into exchanges (rail, mark, created_at) values ($1, $2, $3)
on conflict (rail) do update set mark = excluded.mark returning xmax <> 0 as known`,
    [rail, ANY_FOLDER, now],
  )
  return rows[0]!.known
}
