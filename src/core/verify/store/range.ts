/** Statements over a stretch of a table: how one is made, and where the next one ends. */
import type { Queries } from "../../../db/database.ts"
import {
  FOUND_MAX,
  type Found,
  type RangeCheck,
  type SmallCheck,
  TABLES,
  type Table,
  type Within,
  within,
} from "../check.ts"

/** A node may be behind another's clock: events are known to be kept from this long after. */
const SLACK = "1 day"

/** `kept.id`: what is older may have lost its events and deliveries with their months. */
export const KEPT = `kept as (
  select coalesce(first_id((max(month) + interval '1 month' + interval '${SLACK}')::date),
    first_id('1970-01-01')) as id
  from dropped_months
)`

/** A check that is one statement; it answers `what`, `id` and `detail` of rows that are wrong. */
export function rangeCheck(
  about: Omit<RangeCheck, "find">,
  text: (within: Within) => string,
): RangeCheck {
  return {
    ...about,
    async find(db, scope) {
      const { condition, params } = within(scope, TABLES[about.over])
      const { rows } = await db.query<Found>(`${text(condition)}\nlimit ${FOUND_MAX}`, params)
      return rows
    },
  }
}

/** The same of a check that needs no dividing. */
export function smallCheck(about: Omit<SmallCheck, "find">, text: string): SmallCheck {
  return {
    ...about,
    async find(db) {
      const { rows } = await db.query<Found>(`${text}\nlimit ${FOUND_MAX}`)
      return rows
    },
  }
}

/** Before and behind all ids of a table. */
const ENDS = {
  uuid: ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  // Keys are hashes in hex.
  text: ["", "~"],
} as const

/** Where reading a table begins. */
export function beginningOf(table: Table): string {
  return ENDS[TABLES[table].type][0]
}

/** A stretch of a table, and how many rows it has; `last` when nothing lies behind it. */
export type Stretch = {
  readonly from: string
  readonly to: string
  readonly rows: number
  readonly last: boolean
}

/** The stretch of at most `most` rows behind a place. */
export async function stretchOf(
  db: Queries,
  table: Table,
  from: string,
  most: number,
): Promise<Stretch> {
  const { key, type } = TABLES[table]
  const { rows: found } = await db.query<{ to: string | null; rows: number }>(
    `select max(each.key::text) as to, count(*)::int as rows
from (select ${key} as key from ${table} where ${key} > $1 order by ${key} limit $2) each`,
    [from, most],
  )
  const { to, rows } = found[0]!
  const last = rows < most
  return { from, to: last ? ENDS[type][1] : to!, rows, last }
}
