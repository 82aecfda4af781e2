/** What the rounds left behind: each reference once, every event in its place, no deadlock. */
import type { Database } from "../../src/db/database.ts"
import { ASSET } from "./rounds.ts"

export type Rows = {
  readonly payments: number
  readonly topUps: number
  /** What came into the wallet, in minor units. */
  readonly amount: number
  /** References that more than one payment has. */
  readonly doubled: number
  /** Payments whose events aren't numbered from one to their version. */
  readonly gaps: number
  readonly deadlocks: number
}

/** Counts them; all but the deadlocks of what began with the rounds' own references. */
export async function countRows(database: Database): Promise<Rows> {
  const { rows } = await database.query<Rows>(
    `with mine as (select id, reference, version from payments where reference like 'two-%'),
paid as (select t.amount from transfers t join accounts a on a.id = t.credit_id
  where t.kind = 'top-up' and a.asset = $1)
select
  (select count(*)::int from mine) as payments,
  (select count(*)::int from (select reference from mine group by reference
    having count(*) > 1) d) as doubled,
  (select count(*)::int from mine m where m.version <> (select count(*) from events e
    where e.subject_id = m.id and e.seq between 1 and m.version)) as gaps,
  (select count(*)::int from paid) as "topUps",
  (select coalesce(sum(amount), 0)::float8 from paid) as amount,
  (select deadlocks::int from pg_stat_database where datname = current_database()) as deadlocks`,
    [ASSET],
  )
  return rows[0]!
}
