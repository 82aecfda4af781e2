/** The audit log's rows: appended, listed, read along the chain. */
import { arrayLiteral, type Call, type Queries, type Transaction } from "../../db/database.ts"
import { eachPart } from "../store/snapshot.ts"
import type { Content } from "./entry.ts"

export type AuditRow = {
  readonly position: bigint
  readonly at: Date
  readonly content: string
  readonly hash: Buffer
}

const columns = "l.position, l.at, l.content, l.hash"

/** The statement that appends entries, in the transaction of what they tell; one row. */
export function appendCall(contents: readonly string[]): Call {
  return {
    text: "select append_audits($1::text[]) as position",
    params: [arrayLiteral(contents)],
  }
}

/** The end of the chain, as it is written down beside it. */
export type Head = { readonly position: bigint; readonly hash: Buffer }

/** Reads the end of the chain. */
export async function readHead(db: Queries): Promise<Head> {
  const { rows } = await db.query<Head>("select h.position, h.hash from audit_head h")
  return rows[0]!
}

/** Rows of the chain behind a position, in their order. */
export async function rowsAfter(db: Queries, position: bigint, most: number): Promise<AuditRow[]> {
  const { rows } = await db.query<AuditRow>(
    `select ${columns} from audit_log l where l.position > $1 order by l.position limit $2`,
    [position, most],
  )
  return rows
}

/** The row at a position; null where there is none. */
export async function rowAt(db: Queries, position: bigint): Promise<AuditRow | null> {
  const { rows } = await db.query<AuditRow>(
    `select ${columns} from audit_log l where l.position = $1`,
    [position],
  )
  return rows[0] ?? null
}

/** What is asked for; null asks for any. */
export type AuditFilter = {
  readonly since: Date | null
  readonly action: string | null
  readonly merchantId: string | null
}

const MATCHES = `($1::timestamptz is null or l.at >= $1) and ($2::text is null or l.action = $2)
  and ($3::uuid is null or l.merchant_id = $3)`

/** The newest entries, newest first. */
export async function listAudit(
  db: Queries,
  { since, action, merchantId }: AuditFilter,
  most: number,
): Promise<AuditRow[]> {
  const { rows } = await db.query<AuditRow>(
    `select ${columns} from audit_log l where ${MATCHES} order by l.position desc limit $4`,
    [since, action, merchantId, most],
  )
  return rows
}

/** What a page of the log is filtered by; null asks for any. `by` is a part of who acted. */
export type AuditSearch = {
  readonly from: Date | null
  readonly to: Date | null
  readonly action: string | null
  readonly merchantId: string | null
  readonly by: string | null
}

/** Entries before a position, newest first. */
export async function pageOfAudit(
  db: Queries,
  { from, to, action, merchantId, by }: AuditSearch,
  { before, most }: { readonly before: bigint | null; readonly most: number },
): Promise<AuditRow[]> {
  const { rows } = await db.query<AuditRow>(
    `select ${columns} from audit_log l
where ($1::bigint is null or l.position < $1) and ($2::timestamptz is null or l.at >= $2)
  and ($3::timestamptz is null or l.at < $3) and ($4::text is null or l.action = $4)
  and ($5::uuid is null or l.merchant_id = $5)
  and ($6::text is null or strpos(lower(l.content::jsonb -> 'by' ->> 'name'), lower($6)) > 0)
order by l.position desc limit $7`,
    [before, from, to, action, merchantId, by, most],
  )
  return rows
}

/** Passes all entries to `visit`, oldest first, in parts. */
export function eachEntry(
  snapshot: Transaction,
  { since, action, merchantId }: AuditFilter,
  visit: (rows: readonly AuditRow[]) => Promise<void>,
): Promise<void> {
  const text = `select ${columns} from audit_log l where ${MATCHES} order by l.position`
  return eachPart(snapshot, { name: "entries", text, params: [since, action, merchantId] }, visit)
}

/** A row's content as what it says. */
export function readContent({ content }: AuditRow): Content {
  return JSON.parse(content) as Content
}
