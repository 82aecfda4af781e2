/** What the creates left behind: payments and what belongs to them, addresses, indexes. */
import type { Database } from "../../src/db/database.ts"
import type { Sample } from "../controls/pgbench.ts"

/** How many rows the payments of one dialect have. */
export type Rows = Readonly<Record<"payments" | (typeof PARTS)[number], number>>

export const PARTS = ["attempts", "events", "transfers"] as const

/** The rows by dialect. */
export async function countRows(database: Database): Promise<ReadonlyMap<string, Rows>> {
  const { rows } = await database.query<Rows & { readonly dialect: string }>(
    `select dialect, count(*)::int as payments, coalesce(sum(attempts), 0)::int as attempts,
  coalesce(sum(events), 0)::int as events, coalesce(sum(transfers), 0)::int as transfers
from payments p
left join (select payment_id as id, count(*) as attempts from attempts group by 1) a using (id)
left join (select subject_id as id, count(*) as events from events group by 1) e using (id)
left join (select payment_id as id, count(*) as transfers from transfers group by 1) t using (id)
group by dialect`,
  )
  return new Map(rows.map(({ dialect, ...counts }) => [dialect, counts]))
}

/** How many answers are remembered for their Idempotency-Keys. */
export async function countAnswers(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    "select count(*)::int as count from answers",
  )
  return rows[0]!.count
}

export type Addresses = Readonly<Record<"addresses" | "twice" | "gaps", number>>

/**
 * `twice`: addresses that stand there more than once, whatever the rail. `gaps`: indexes below the
 * highest that no payment has, and those that were looked at and left out.
 */
export async function countAddresses(database: Database): Promise<Addresses> {
  const { rows } = await database.query<Addresses>(
    `select count(*)::int as addresses, (count(*) - count(distinct address))::int as twice,
  coalesce(max(position) + 1 - count(distinct (xpub_id, position)), 0)::int as gaps
from addresses`,
  )
  return rows[0]!
}

/** How many attempts nobody has an answer about yet. */
export async function countUnknown(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    "select count(*)::int as count from attempts where state = 'unknown'",
  )
  return rows[0]!.count
}

/** Whether a session of this database is in a transaction, or at a statement. */
export async function isBusy(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ busy: boolean }>(
    `select exists (select from pg_stat_activity where datname = current_database()
  and backend_type = 'client backend' and state <> 'idle' and pid <> pg_backend_pid()) as busy`,
  )
  return rows[0]!.busy
}

/** What the gateway wrote for a Pentagoo payment, for others to write the same. */
export async function samplePayment(database: Database): Promise<Omit<Sample, "merchant">> {
  const { rows } = await database.query<Omit<Sample, "merchant">>(
    `select p.description, p.purpose::text as purpose, a.target_sealed::text as target,
  a.instructions::text as instructions, p.created_at::text as at
from payments p join attempts a on a.id = p.open_attempt_id where p.dialect = 'pentagoo' limit 1`,
  )
  return rows[0]!
}

/** Adds a merchant to an otherwise empty database; answers its id. */
export async function addMerchant(database: Database, id: string): Promise<string> {
  await database.query(
    `insert into merchants (id, name, time_zone, settings, created_at)
values ($1, 'Control', 'America/Bogota', '{}', '2026-01-01T00:00:00Z')`,
    [id],
  )
  return id
}
