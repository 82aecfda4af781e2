/** The rows of a payment as a plain server writes them: one prepared statement a row. */
import type { QueryConfig } from "pg"

type Row = Readonly<Record<string, unknown>>

/** What each table's insert names; what it leaves out has its default there. */
const COLUMNS = {
  payments: [
    "id",
    "merchant_id",
    "dialect",
    "kind",
    "reference",
    "amount",
    "asset",
    "state",
    "description",
    "purpose",
    "customer_id",
    "instrument_id",
    "open_attempt_id",
    "held",
    "deferred",
    "version",
    "expires_at",
    "created_at",
    "updated_at",
  ],
  attempts: [
    "id",
    "payment_id",
    "merchant_id",
    "rail",
    "method",
    "kind",
    "amount",
    "asset",
    "state",
    "target_sealed",
    "instructions",
    "received",
    "look_at",
    "lease_owner",
    "begun_at",
    "created_at",
    "updated_at",
  ],
  events: [
    "id",
    "subject",
    "subject_id",
    "seq",
    "merchant_id",
    "dialect",
    "type",
    "data",
    "created_at",
  ],
  answers: ["key", "fingerprint", "status", "body_sealed", "created_at", "expires_at"],
  transfers: [
    "id",
    "debit_id",
    "credit_id",
    "amount",
    "kind",
    "merchant_id",
    "payment_id",
    "created_at",
  ],
} as const

export type TableName = keyof typeof COLUMNS

const TEXTS = Object.fromEntries(
  Object.entries(COLUMNS).map(([table, columns]) => [
    table,
    `insert into ${table} (${columns.join(", ")})
values (${columns.map((_, at) => `$${at + 1}`).join(", ")})`,
  ]),
)

/** The insert of one row, prepared once a connection; a column that the row lacks is null. */
export function insert(table: TableName, row: Row): QueryConfig {
  const values = COLUMNS[table].map((column) => row[column] ?? null)
  return { name: `insert ${table}`, text: TEXTS[table]!, values }
}

/** What every event of a payment has. `state`: what its subject is now. */
export function eventRow(
  payment: Row,
  event: { readonly id: string; readonly seq: number; readonly type: string; readonly at: Date },
  data: Row,
): Row {
  return {
    id: event.id,
    subject: "payment",
    subject_id: payment["id"],
    seq: event.seq,
    merchant_id: payment["merchant_id"],
    dialect: payment["dialect"],
    type: event.type,
    data,
    created_at: event.at,
  }
}
