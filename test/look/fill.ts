/** Millions of payments whose books are right, written by whole sets. */
import { takeDown } from "../../bench/growth/rows.ts"
import type { Database } from "../../src/db/database.ts"

/** What the rows belong to: all of it real, made by one payment through the core. */
export type Owner = {
  readonly merchantId: string
  readonly endpointId: string
  /** The rail's account that is debited, and the merchant's that is credited. */
  readonly debitId: string
  readonly creditId: string
}

/** So many payments, from one instant on to another. */
export type Part = { readonly count: number; readonly from: Date; readonly to: Date }

/** Payments of one transaction, so that progress is seen. */
const PART = 250_000
const TABLES = ["payments", "attempts", "events", "deliveries", "transfers"]

/** Writes the old payments; indexes are built behind them. `progress` hears of each part. */
export async function fill(
  database: Database,
  owner: Owner,
  { count, from, to }: Part,
  progress: (written: number) => void,
): Promise<void> {
  const run = (text: string) =>
    database.transaction((tx) =>
      tx.script(`set local statement_timeout = 0; set local synchronous_commit = off; ${text}`),
    )
  await database.query(ADD_MONTHS, [from, to])
  const taken = await takeDown(database, TABLES)
  const step = (to.getTime() - from.getTime()) / count
  for (let first = 0; first < count; first += PART) {
    const most = Math.min(PART, count - first)
    const begin = new Date(from.getTime() + first * step)
    await run(rowsOf(owner, { count: most, from: begin, to: later(begin, most * step) }).join("; "))
    progress(first + most)
  }
  for (const made of taken) await run(`set local maintenance_work_mem = '512MB'; ${made}`)
  for (const table of [...TABLES, "accounts"]) await run(`analyze ${table}`)
}

/** Writes what has come since, as it would have come. */
export async function add(database: Database, owner: Owner, part: Part): Promise<void> {
  await database.transaction((tx) => tx.script(rowsOf(owner, part).join("; ")))
}

const later = (at: Date, ms: number) => new Date(at.getTime() + ms)

const ADD_MONTHS = `select add_month(whole, month::date)
from generate_series(date_trunc('month', $1::timestamptz at time zone 'UTC'),
    $2::timestamptz at time zone 'UTC', interval '1 month') month,
  unnest('{events,deliveries}'::text[]) whole`

/** An id in the form of the program's own, at a time in milliseconds. */
function idAt(kind: string, ms: string, n: string): string {
  const rest = `md5('${kind}' || ${ms} || '/' || ${n})`
  return `(lpad(to_hex(${ms}), 12, '0') || '4' || substr(${rest}, 1, 3) || 'a' ||
    substr(${rest}, 4, 15))::uuid`
}

/** Each payment was created and approved, and its endpoint told of both. */
function rowsOf(owner: Owner, { count, from, to }: Part): readonly string[] {
  const { merchantId, endpointId, debitId, creditId } = owner
  const fromMs = from.getTime()
  const ms = `(${fromMs} + floor(n * ${(to.getTime() - fromMs) / count}::float8))::bigint`
  const at = `to_timestamp(${ms} / 1000.0)`
  const id = (kind: string) => idAt(kind, ms, "n")
  const numbers = `from generate_series(0, ${count - 1}) n`
  const event = (kind: string, seq: number, state: string, type: string) =>
    `select ${id(kind)}, 'payment', ${id("payment")}, ${seq}, '${merchantId}'::uuid, 'caudal',
  'payment.${type}', '{"state": "${state}"}'::jsonb, ${at} ${numbers}`
  const delivery = (kind: string) =>
    `select ${id(`told ${kind}`)}, ${id(kind)}, '${endpointId}'::uuid, '${merchantId}'::uuid,
  'delivered', 1, ${at}, ${at} ${numbers}`
  return [
    `insert into payments (id, merchant_id, dialect, kind, reference, amount, asset, state,
  description, purpose, captured, deferred, version, created_at, updated_at, approved_at)
select ${id("payment")}, '${merchantId}', 'caudal', 'charge', 'r' || ${ms} || '/' || n, 2550, 'COP',
  'approved', '2 x cafe', '{}', 2550, false, 2, ${at}, ${at}, ${at} ${numbers}`,
    `insert into attempts (id, payment_id, merchant_id, rail, method, kind, amount, asset, state,
  target_sealed, received, begun_at, created_at, updated_at)
select ${id("attempt")}, ${id("payment")}, '${merchantId}', 'test', 'bank', 'charge', 2550, 'COP',
  'settled', '\\x00', '{}', ${at}, ${at}, ${at} ${numbers}`,
    `insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
${event("created", 1, "pending", "created")}
union all ${event("approved", 2, "approved", "approved")}`,
    `insert into deliveries (id, event_id, endpoint_id, merchant_id, state, tries, created_at,
  delivered_at) ${delivery("created")} union all ${delivery("approved")}`,
    `insert into transfers (id, debit_id, credit_id, amount, kind, merchant_id, payment_id,
  created_at)
select ${id("transfer")}, '${debitId}', '${creditId}', 2550, 'charge.approved', '${merchantId}',
  ${id("payment")}, ${at} ${numbers}`,
    `update accounts set balance = balance
  + case id when '${creditId}' then ${2_550 * count} else ${-2_550 * count} end
where id in ('${creditId}', '${debitId}')`,
  ]
}
