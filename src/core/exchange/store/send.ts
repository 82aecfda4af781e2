/** Files that leave: which orders are due, in which file each stands, how far each file is. */
import { arrayLiteral, type Queries } from "../../../db/database.ts"
import type { FileKind, Slot, Written } from "../exchange.ts"
import { OWNED, type OwnedAttempt, REVOKED } from "./orders.ts"

/** What a file of each kind is made of. */
const KIND_OF = { debits: "charge", credits: "refund" } as const satisfies Record<FileKind, string>

/** Orders that wait for the same: what their merchants chose, in one asset. */
export type DueOf = {
  readonly account: string | null
  readonly asset: string
  readonly orders: number
}

/** Attempts, with what is asked of them before they may leave. */
const ASKED = `from attempts a
join payments p on p.id = a.payment_id
join merchants m on m.id = a.merchant_id
left join instruments i on i.id = p.instrument_id`

const IS_DUE = "a.rail = $1 and a.state = 'waiting' and a.kind = $2 and a.look_at <= $3"

/** What nobody may pay any more is left to expire. */
const MAY_LEAVE = `${IS_DUE} and not ${REVOKED}
  and (a.kind = 'refund' or p.expires_at is null or p.expires_at > $3)`

/** For which accounts and assets orders are due. */
export async function dueOf(
  db: Queries,
  rail: string,
  kind: FileKind,
  now: Date,
): Promise<DueOf[]> {
  const { rows } = await db.query<DueOf>(
    `select m.settings ->> 'bankAccount' as account, a.asset, count(*)::int4 as orders
${ASKED} where ${MAY_LEAVE} group by 1, 2 order by 1, 2`,
    [rail, KIND_OF[kind], now],
  )
  return rows
}

/** Charges that are due, and whose payer took back the consent meanwhile. */
export async function revokedDue(
  db: Queries,
  rail: string,
  now: Date,
  most: number,
): Promise<OwnedAttempt[]> {
  const { rows } = await db.query<OwnedAttempt>(
    `select ${OWNED} ${ASKED} where ${IS_DUE} and ${REVOKED}
order by a.look_at, a.id limit $4`,
    [rail, KIND_OF.debits, now, most],
  )
  return rows
}

export type NewFile = {
  readonly id: string
  readonly rail: string
  readonly kind: FileKind
  readonly name: string
  readonly part: string
  readonly createdAt: Date
}

/** Into which group the orders of an account and asset go. */
export type Placed = {
  readonly chosen: string | null
  readonly asset: string
  readonly groupId: string
  readonly slot: Slot
}

/**
 * Begins attempts that are due and writes down in which file they will stand; answers how many.
 * The file's row is made with its first orders. An attempt that somebody else is at is left out.
 */
export async function gather(
  db: Queries,
  file: NewFile,
  placed: readonly Placed[],
  now: Date,
  most: number,
): Promise<number> {
  const { rows } = await db.query<{ orders: number }>(
    `with slots as (
  select * from unnest($5::text[], $6::text[], $7::uuid[], $8::text[], $9::date[])
    as s (chosen, asset, group_id, account, day)
), due as (
  select a.id, a.amount, a.asset, s.group_id, s.account, s.day
  ${ASKED}
  join slots s on s.asset = a.asset and s.chosen is not distinct from m.settings ->> 'bankAccount'
  where ${MAY_LEAVE}
  order by a.look_at, a.id limit $4 for update of a skip locked
), begun as (
  update attempts a set state = 'unknown', begun_at = $3, look_at = null, lease_owner = null,
    updated_at = $3
  from due where a.id = due.id
), noted as (
  insert into bank_files (id, rail, direction, state, kind, name, part, created_at)
  select $10, $1, 'out', 'writing', $11, $12, $13, $14 where exists (select from due)
  on conflict (id) do nothing
), grouped as (
  insert into bank_groups as g (id, file_id, account, asset, day, orders, total)
  select group_id, $10, account, asset, day, count(*), sum(amount) from due
  group by group_id, account, asset, day
  on conflict (id) do update set
    orders = g.orders + excluded.orders, total = g.total + excluded.total
), put as (
  insert into bank_orders (attempt_id, group_id, file_id) select id, group_id, $10 from due
)
select count(*)::int4 as orders from due`,
    [
      file.rail,
      KIND_OF[file.kind],
      now,
      most,
      arrayLiteral(placed.map(({ chosen }) => chosen)),
      arrayLiteral(placed.map(({ asset }) => asset)),
      arrayLiteral(placed.map(({ groupId }) => groupId)),
      arrayLiteral(placed.map(({ slot }) => slot.account)),
      arrayLiteral(placed.map(({ slot }) => slot.day)),
      file.id,
      file.kind,
      file.name,
      file.part,
      file.createdAt,
    ],
  )
  return rows[0]!.orders
}

export type OutFile = NewFile & { readonly state: "writing" | "ready" | "sent" }

/** Files that aren't told yet, the oldest first. */
export async function unfinished(db: Queries, rail: string): Promise<OutFile[]> {
  const { rows } = await db.query<OutFile>(
    `select f.id, f.rail, f.state, f.kind, f.name, f.part, f.created_at as "createdAt"
from bank_files f where f.rail = $1 and f.direction = 'out' and f.ended_at is null order by f.id`,
    [rail],
  )
  return rows
}

/** Names the part under which a file is being written from now on. */
export async function setPart(db: Queries, id: string, part: string): Promise<boolean> {
  const { rowCount } = await db.query(
    "update bank_files set part = $2 where id = $1 and state = 'writing'",
    [id, part],
  )
  return rowCount === 1
}

/** Puts groups of a file that is being written to another day. */
export async function setDays(
  db: Queries,
  groups: readonly { readonly id: string; readonly day: string }[],
): Promise<void> {
  await db.query(
    `update bank_groups g set day = u.day from unnest($1::uuid[], $2::date[]) as u (id, day)
where g.id = u.id`,
    [arrayLiteral(groups.map(({ id }) => id)), arrayLiteral(groups.map(({ day }) => day))],
  )
}

/** The part is whole: from here on it is this one that leaves, or none. */
export async function setReady(
  db: Queries,
  { id, part }: NewFile,
  { bytes, sha256 }: Written,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update bank_files set state = 'ready', bytes = $3, sha256 = $4
where id = $1 and part = $2 and state = 'writing'`,
    [id, part, bytes, sha256],
  )
  return rowCount === 1
}

/** The file was handed over. */
export async function setSent(db: Queries, id: string): Promise<void> {
  await db.query("update bank_files set state = 'sent' where id = $1 and state = 'ready'", [id])
}

/** Everybody knows. A file of which nothing was left has no part. */
export async function setTold(
  db: Queries,
  id: string,
  now: Date,
  part: "sent" | "none",
): Promise<void> {
  await db.query(
    `update bank_files set state = 'told', ended_at = $2, part = case when $3 then part end
where id = $1 and ended_at is null`,
    [id, now, part === "sent"],
  )
}
