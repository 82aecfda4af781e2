/** Files that a bank sent: each content once, each line once, and whom a line is about. */
import { arrayLiteral, type Queries } from "../../../db/database.ts"
import { type Arrived, type BankLine, SAYINGS } from "../exchange.ts"
import { wordOf } from "../meaning.ts"

export type InFile = Arrived & {
  readonly id: string
  readonly state: "reading" | "applying" | "refused"
  readonly why: string | null
}

const FILE = `f.id, f.name, f.bytes, f.sha256, f.state, f.why`

/** Files that aren't put away yet, the oldest first. */
export async function unfinished(db: Queries, rail: string): Promise<InFile[]> {
  const { rows } = await db.query<Omit<InFile, "bytes"> & { bytes: bigint }>(
    `select ${FILE} from bank_files f
where f.rail = $1 and f.direction = 'in' and f.ended_at is null order by f.id`,
    [rail],
  )
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }))
}

/**
 * Writes down that a file is to be read; null when its content was believed before, which is
 * counted. One that was refused is read anew: we may know better by now.
 */
export async function beginReading(
  db: Queries,
  rail: string,
  arrived: Arrived,
  { id, now }: { readonly id: string; readonly now: Date },
): Promise<string | null> {
  const { rows } = await db.query<{ id: string; state: string }>(
    `insert into bank_files as f (id, rail, direction, state, name, bytes, sha256, created_at)
values ($1, $2, 'in', 'reading', $3, $4, $5, $6)
on conflict (rail, sha256) where direction = 'in' do update set
  repeats = f.repeats + (f.state <> 'reading')::int4,
  name = case f.state when 'refused' then excluded.name else f.name end,
  state = case f.state when 'refused' then 'reading' else f.state end,
  why = null, ended_at = case f.state when 'refused' then null else f.ended_at end
returning f.id, f.state`,
    [id, rail, arrived.name, arrived.bytes, arrived.sha256, now],
  )
  const [file] = rows
  return file?.state === "reading" ? file.id : null
}

/** Forgets lines of files that were not read to their end; answers how many, at most `most`. */
export async function deleteUnbelieved(db: Queries, rail: string, most: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from bank_lines where id in (
  select l.id from bank_lines l join bank_files f on f.id = l.file_id
  where f.rail = $1 and f.direction = 'in' and f.ended_at is null and f.state = 'reading'
  limit $2)`,
    [rail, most],
  )
  return rowCount
}

/** Forgets a file that was gone before it could be taken; its lines are gone already. */
export async function forget(db: Queries, fileId: string): Promise<void> {
  await db.query("delete from bank_files where id = $1 and state = 'reading'", [fileId])
}

export type NewLine = BankLine & { readonly id: string }

const LINE = [
  ["id", "uuid"],
  ["position", "int4"],
  ["fingerprint", "text"],
  ["source", "text"],
  ["says", "text"],
  ["about", "text"],
  ["about_id", "uuid"],
  ["orders", "int4"],
  ["end_to_end_id", "text"],
  ["amount", "numeric"],
  ["asset", "text"],
  ["direction", "text"],
  ["reason", "text"],
  ["reason_code", "text"],
  ["reference", "text"],
  ["note", "text"],
  ["at", "timestamptz"],
] as const

/** What each saying means for an order, by its kind or that of its file. */
const MEANINGS = transposed(
  (["charge", "refund"] as const).flatMap((kind) =>
    SAYINGS.flatMap((says) => {
      const word = wordOf(kind, says)
      if (word === null) return []
      return [kind, kind === "charge" ? "debits" : "credits"].map((of) => [of, says, word])
    }),
  ),
)

function transposed(rows: readonly string[][]): string[] {
  return [0, 1, 2].map((column) => arrayLiteral(rows.map((row) => row[column]!)))
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function valuesOf(line: NewLine): (string | number | bigint | Date | null)[] {
  const about = line.about !== null && UUID.test(line.about.id) ? line.about : null
  return [
    line.id,
    line.position,
    line.fingerprint,
    line.source,
    line.says,
    about?.of ?? null,
    about?.id ?? null,
    about?.of === "group" ? about.orders : null,
    line.endToEndId,
    line.amount,
    line.asset,
    line.direction,
    line.reason,
    line.reasonCode,
    line.reference,
    line.note,
    line.at,
  ]
}

/**
 * Writes lines of a file with whom they are about and what is known of them already; answers how
 * many were new. A line that any file said before is kept once.
 */
export async function insertLines(
  db: Queries,
  of: { readonly rail: string; readonly fileId: string; readonly now: Date },
  lines: readonly NewLine[],
): Promise<number> {
  const values = lines.map(valuesOf)
  const columns = LINE.map(([, type], at) => `$${at + 4}::${type}[]`).join(", ")
  const { rowCount } = await db.query(
    `insert into bank_lines (id, file_id, position, fingerprint, source, says, attempt_id, group_id,
  about_file_id, orders, end_to_end_id, amount, asset, reason, reason_code, reference, note, at,
  outcome, means, created_at)
select u.id, $2, u.position, u.fingerprint, u.source, u.says, a.id, g.id, f.id, u.orders,
  u.end_to_end_id, u.amount, u.asset, u.reason, u.reason_code, u.reference, u.note, u.at,
  case
    when u.says = 'malformed' then 'malformed'
    when u.says = 'nothing' then 'noted'
    when w.means is null then 'unmatched'
    -- Whatever is said of an order that never left isn't about what we ordered.
    when a.id is not null and (o.attempt_id is null or o.flaw is not null) then 'contradiction'
    -- A return that was itself taken back moves the money once more: that is an operator's to see.
    when u.says = 'return' and u.direction = case coalesce(a.kind, gf.kind, f.kind)
      when 'charge' then 'credit' when 'debits' then 'credit' else 'debit' end then 'contradiction'
    when a.amount <> u.amount or coalesce(a.asset, g.asset) <> u.asset then 'mismatch'
    else 'due'
  end, w.means, $3
from unnest(${columns}) as u (${LINE.map(([name]) => name).join(", ")})
left join attempts a on u.about = 'order' and a.id = u.about_id and a.rail = $1
left join bank_orders o on o.attempt_id = a.id
left join bank_groups g on u.about = 'group' and g.id = u.about_id and exists (
  select from bank_files h where h.id = g.file_id and h.rail = $1)
left join bank_files f on u.about = 'file' and f.id = u.about_id and f.rail = $1
  and f.direction = 'out'
left join bank_files gf on gf.id = g.file_id
left join unnest(${MEANINGS.map((_, at) => `$${LINE.length + at + 4}::text[]`).join(", ")})
  as w (kind, says, means)
  on w.says = u.says and w.kind = coalesce(a.kind, gf.kind, f.kind)
order by u.position
on conflict (fingerprint) do nothing`,
    [
      of.rail,
      of.fileId,
      of.now,
      ...LINE.map((_, column) => arrayLiteral(values.map((row) => row[column] ?? null))),
      ...MEANINGS,
    ],
  )
  return rowCount
}

/**
 * Finds, in a stretch of a file, the lines that tell of money which one source told of before by
 * another line: it came or went more often than it was ordered. Stretches are asked in their order.
 */
export async function markSurplus(
  db: Queries,
  fileId: string,
  stretch: { readonly after: number; readonly last: number },
): Promise<void> {
  await db.query(
    `update bank_lines l set outcome = 'surplus'
where l.file_id = $1 and l.position > $2 and l.position <= $3
  and l.outcome = 'due' and l.says = any($4::text[])
  and exists (
    select from bank_lines e where ${subjectOf("e")} = ${subjectOf("l")} and e.means = l.means
      and e.source = l.source and e.says = any($4::text[])
      and e.outcome in ('due', 'waiting', 'booked', 'known')
      and (e.file_id <> l.file_id or e.position < l.position))`,
    [fileId, stretch.after, stretch.last, ["credit", "debit", "return"]],
  )
}

/** Whom a line is about, as the index has it. */
const subjectOf = (line: string) =>
  `coalesce(${line}.attempt_id, ${line}.group_id, ${line}.about_file_id)`

/** The whole file was read and is believed: its lines may be booked. */
export async function setApplying(
  db: Queries,
  fileId: string,
  read: { readonly kind: string | null; readonly messageId: string | null; readonly lines: number },
): Promise<void> {
  await db.query(
    `update bank_files set state = 'applying', kind = $2, message_id = $3, lines = $4
where id = $1 and state = 'reading'`,
    [fileId, read.kind, read.messageId, read.lines],
  )
}

/** Nothing of it is believed; its lines are gone already. */
export async function setRefused(db: Queries, fileId: string, why: string): Promise<void> {
  await db.query(
    "update bank_files set state = 'refused', why = $2 where id = $1 and state = 'reading'",
    [fileId, why],
  )
}

/** The file lies where it is kept, and there is nothing left to do about it. */
export async function setPutAway(db: Queries, fileId: string, now: Date): Promise<void> {
  await db.query(
    `update bank_files set ended_at = $2,
  state = case state when 'applying' then 'done' else state end
where id = $1 and state in ('applying', 'refused')`,
    [fileId, now],
  )
}
