/** The orders that stand in files that leave, page by page. */
import { arrayLiteral, type Queries } from "../../../db/database.ts"
import type { Attempt } from "../../payments/attempt.ts"
import * as schema from "../../store/schema.ts"
import { selectList } from "../../store/tables.ts"
import type { Slot } from "../exchange.ts"

/** Before the first of a page by page reading. */
export const FIRST = "00000000-0000-0000-0000-000000000000"

/** Money goes back however the consent to be charged ended. */
export const REVOKED = `(a.kind = 'charge' and i.state is not distinct from 'revoked')`

/** An attempt with what a report of it must know beforehand. */
export type OwnedAttempt = Attempt & {
  readonly customerId: string | null
  readonly instrumentId: string | null
}

/** Its columns, of an attempt `a` and its payment `p`. */
export const OWNED = `${selectList(schema.attempts, "a")},
  p.customer_id as "customerId", p.instrument_id as "instrumentId"`

/** Orders of a file over one account for one day. `total` in minor units of `asset`. */
export type Group = Slot & {
  readonly id: string
  readonly asset: string
  readonly count: number
  readonly total: bigint
}

/** The groups of a file that hold orders. */
export async function groupsOf(db: Queries, fileId: string): Promise<Group[]> {
  const { rows } = await db.query<Group>(
    `select g.id, g.account, g.day::text as day, g.asset, g.orders as count, g.total
from bank_groups g where g.file_id = $1 and g.orders > 0 order by g.id`,
    [fileId],
  )
  return rows
}

/**
 * A page of the orders of a file, or of a group. It is cut before anything is joined to it: of a
 * table that just grew the planner knows too little, and would join all of them for each page.
 */
export const pageOf = (of: "file" | "group", also = "true") => `with page as materialized (
  select o.attempt_id, o.group_id, o.flaw from bank_orders o
  where o.${of}_id = $1 and o.attempt_id > $2 and ${also}
  order by o.attempt_id limit $3
)`

export type OrderRow = OwnedAttempt & {
  readonly groupId: string
  readonly flaw: string | null
  readonly revoked: boolean
  readonly remittance: string
}

/** All of a file; those that stand in a group; those of a file that were left out of theirs. */
const PAGES = {
  file: pageOf("file"),
  group: pageOf("group", "o.flaw is null"),
  "left out": pageOf("file", "o.flaw is not null"),
} as const

/** A page of orders. */
export async function ordersOf(
  db: Queries,
  of: keyof typeof PAGES,
  id: string,
  after: string,
  most: number,
): Promise<OrderRow[]> {
  const { rows } = await db.query<OrderRow>(
    `${PAGES[of]}
select ${OWNED}, o.group_id as "groupId", o.flaw, ${REVOKED} as revoked,
  coalesce(p.description, m.settings ->> 'displayName', m.name) as remittance
from page o
join attempts a on a.id = o.attempt_id
join payments p on p.id = a.payment_id
join merchants m on m.id = a.merchant_id
left join instruments i on i.id = p.instrument_id
order by o.attempt_id`,
    [id, after, most],
  )
  return rows
}

/** Leaves orders out of their groups for good, and says why. */
export async function leaveOut(
  db: Queries,
  flawed: readonly { readonly attemptId: string; readonly why: string }[],
): Promise<void> {
  await db.query(
    `with flawed as (
  update bank_orders o set flaw = u.why
  from unnest($1::uuid[], $2::text[]) as u (attempt_id, why)
  where o.attempt_id = u.attempt_id and o.flaw is null returning o.attempt_id, o.group_id
), sums as (
  select f.group_id, count(*) as orders, sum(a.amount) as total
  from flawed f join attempts a on a.id = f.attempt_id group by f.group_id
)
update bank_groups g set orders = g.orders - s.orders, total = g.total - s.total
from sums s where g.id = s.group_id`,
    [
      arrayLiteral(flawed.map(({ attemptId }) => attemptId)),
      arrayLiteral(flawed.map(({ why }) => why)),
    ],
  )
}

/** A page of the attempts of a file, and whether somebody doesn't know yet that each left. */
export async function toldOf(
  db: Queries,
  fileId: string,
  after: string,
  most: number,
): Promise<(OwnedAttempt & { readonly waits: boolean })[]> {
  const { rows } = await db.query<OwnedAttempt & { waits: boolean }>(
    `${pageOf("file")}
select ${OWNED},
  a.state = 'unknown' and o.flaw is null and coalesce(r.state, p.state) = 'pending' as waits
from page o
join attempts a on a.id = o.attempt_id
join payments p on p.id = a.payment_id
left join refunds r on r.id = a.refund_id
order by o.attempt_id`,
    [fileId, after, most],
  )
  return rows
}
