/** A year of payments in minutes: rows by whole sets, with the indexes built behind them. */
import type { Database } from "../../src/db/database.ts"
import type { Context } from "../bench.ts"
import { takeDown } from "./rows.ts"

export type Filling = {
  readonly merchantId: string
  /** How many payments, over the year before `now`. */
  readonly count: number
  readonly now: Date
}

/** Whom the merchant shares the gateway with; it has as many payments as all of them together. */
const OTHERS = 100
/** Payments of one transaction, so that progress is seen. */
const PART = 250_000
const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
const MONTHS = 12

const TABLES = ["payments", "attempts", "events", "deliveries", "transfers"]

/** Fills a database in which the merchant exists. */
export async function fill(
  context: Pick<Context, "stage" | "progress" | "signal">,
  database: Database,
  filling: Filling,
): Promise<void> {
  const { count, now } = filling
  context.stage(`writing ${count} payments`)
  await database.query(ADD_MONTHS, [now, MONTHS])
  const taken = await takeDown(database, TABLES)
  const quickly = "set local synchronous_commit = off"
  await run(database, `${quickly}; ${ownersOf(filling).join("; ")}`)
  for (let from = 0; from < count; from += PART) {
    context.signal.throwIfAborted()
    context.progress(from / count)
    const to = Math.min(from + PART, count)
    await run(database, `${quickly}; ${rowsOf(filling, from, to).join("; ")}`)
  }
  context.stage("building indexes")
  for (const [at, made] of taken.entries()) {
    context.signal.throwIfAborted()
    context.progress(at / taken.length)
    await run(database, `set local maintenance_work_mem = '512MB'; ${made}`)
  }
  context.stage("looking at the tables")
  for (const table of [...TABLES, "accounts", "merchants"]) await run(database, `analyze ${table}`)
}

function run(database: Database, text: string): Promise<void> {
  const untimed = "set local statement_timeout = 0"
  return database.transaction((transaction) => transaction.script(`${untimed}; ${text}`))
}

const ADD_MONTHS = `select add_month(whole, (date_trunc('month', $1::timestamptz at time zone 'UTC')
  - n * interval '1 month')::date)
from generate_series(0, $2::int) n, unnest('{events,deliveries}'::text[]) whole`

/** An id in the form of the program's own, at a time in milliseconds. */
function idAt(kind: string, ms: string, n: string): string {
  const rest = `md5('${kind}' || ${n})`
  return `(lpad(to_hex(${ms}), 12, '0') || '4' || substr(${rest}, 1, 3) || 'a' ||
    substr(${rest}, 4, 15))::uuid`
}

const RAIL_ACCOUNT = idAt("account", "1::bigint", "1")
const MERCHANT_ACCOUNT = idAt("account", "2::bigint", "2")
const otherMerchant = (n: string) => idAt("merchant", "0::bigint", n)

function ownersOf({ merchantId }: Filling): readonly string[] {
  return [
    `insert into merchants (id, name, time_zone, settings, created_at)
select ${otherMerchant("n")}, 'Grown ' || n, 'UTC', '{}', to_timestamp(0)
from generate_series(0, ${OTHERS - 1}) n`,
    `insert into accounts (id, custodian, merchant_id, rail, kind, asset, balance, created_at)
values (${RAIL_ACCOUNT}, 'gateway', null, 'grown', 'clearing', 'XTS', 0, to_timestamp(0)),
  (${MERCHANT_ACCOUNT}, 'gateway', '${merchantId}', null, 'available', 'XTS', 0, to_timestamp(0))`,
  ]
}

/** The statements that write the payments from one number on to another, and all that is theirs. */
function rowsOf({ merchantId, count, now }: Filling, from: number, to: number): readonly string[] {
  const endMs = now.getTime() - DAY_MS
  const ms = `(${endMs - YEAR_MS} + floor(n * ${YEAR_MS / count}::float8))::bigint`
  const at = `to_timestamp(${ms} / 1000.0)`
  const id = (kind: string) => idAt(kind, ms, "n")
  const merchant = `case when n % 2 = 0 then '${merchantId}'::uuid
    else ${otherMerchant(`n / 2 % ${OTHERS}`)} end`
  const numbers = `from generate_series(${from}, ${to - 1}) n`
  /** Most are paid; the others ran out of time. */
  const paid = "n % 10 < 7"
  return [
    `insert into payments (id, merchant_id, dialect, kind, reference, amount, asset, state,
  description, purpose, captured, deferred, version, expires_at, created_at, updated_at,
  approved_at, settled_at)
select ${id("payment")}, ${merchant}, 'caudal', 'charge', 'grown-' || n, 2550, 'USD',
  case when ${paid} then 'approved' else 'expired' end, '2 x cafe', '{}',
  case when ${paid} then 2550 else 0 end, false, 2, ${at} + interval '1 hour', ${at}, ${at},
  case when ${paid} then ${at} end, case when ${paid} then ${at} end ${numbers}`,
    `insert into attempts (id, payment_id, merchant_id, rail, method, kind, amount, asset, state,
  target_sealed, received, begun_at, created_at, updated_at)
select ${id("attempt")}, ${id("payment")}, ${merchant}, 'simulator', 'crypto', 'charge', 2550,
  'USD', case when ${paid} then 'settled' else 'closed' end, '\\x00', '{}', ${at}, ${at}, ${at}
${numbers}`,
    `insert into events (id, subject, subject_id, seq, merchant_id, dialect, type, data, created_at)
select ${id("created")}, 'payment', ${id("payment")}, 1, ${merchant}, 'caudal', 'payment.created',
  '{"state": "pending"}'::jsonb, ${at} ${numbers}
union all select ${id("ended")}, 'payment', ${id("payment")}, 2, ${merchant}, 'caudal',
  case when ${paid} then 'payment.approved' else 'payment.expired' end, '{}'::jsonb, ${at}
${numbers}`,
    `insert into transfers (id, debit_id, credit_id, amount, kind, merchant_id, payment_id,
  created_at)
select ${id("transfer")}, ${RAIL_ACCOUNT}, ${MERCHANT_ACCOUNT}, 2550, 'charge.approved',
  ${merchant}, ${id("payment")}, ${at} ${numbers} where ${paid}`,
    `insert into deliveries (id, event_id, endpoint_id, merchant_id, state, tries, created_at,
  delivered_at)
select ${id("delivery")}, ${id("ended")}, ${id("endpoint")}, ${merchant}, 'delivered', 1, ${at},
  ${at} ${numbers} where n % 10 = 0`,
  ]
}
