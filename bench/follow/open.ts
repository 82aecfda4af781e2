/** Open payments by the hundred thousand: copies of a real one, each with an address of its own. */
import { payments } from "../../src/core/store/schema.ts"
import { columnName } from "../../src/core/store/tables.ts"
import type { Database } from "../../src/db/database.ts"

export type Copying = {
  /** The payment that the others are like. */
  readonly paymentId: string
  readonly count: number
  readonly now: Date
}

/** Indexes below here are the template's own, and those that were looked up ahead. */
const FIRST_POSITION = 10_000

/** Ids that rise, made of a number: the same in each of the statements. */
const id = (kind: string) => `(lpad(to_hex($3::bigint + n / 8), 12, '0') || '4' ||
  substr(md5('${kind}' || n), 1, 3) || 'a' || substr(md5('${kind}' || n), 4, 15))::uuid`
/** `chain.ts` makes the same addresses. */
const ADDRESS = `'0x' || substr(encode(sha256(convert_to('open address ' || n, 'UTF8')), 'hex'), 1, 40)`
const NUMBERS = "generate_series(0, $2::int - 1) as n"

/** A payment's columns but the one that the database makes of others. */
const PAYMENT = Object.keys(payments.columns).map(columnName)

/** Rows are copied whole, whatever columns they have: only what must differ is named. */
const COPIES: readonly string[] = [
  `insert into payments (${PAYMENT}) select ${PAYMENT.map((name) => `r.${name}`)} from payments t, ${NUMBERS},
  jsonb_populate_record(t, jsonb_build_object('id', ${id("payment")},
    'reference', 'open-' || n, 'open_attempt_id', ${id("attempt")})) r
where t.id = $1`,
  `insert into attempts select r.* from payments p join attempts t on t.id = p.open_attempt_id,
  ${NUMBERS}, jsonb_populate_record(t, jsonb_build_object('id', ${id("attempt")},
    'payment_id', ${id("payment")}, 'instructions',
    replace(t.instructions::text, substr(t.instructions -> 'options' -> 0 ->> 'address', 3),
      substr(${ADDRESS}, 3))::jsonb)) r
where p.id = $1`,
  `insert into addresses select r.* from payments p
  join addresses t on t.attempt_id = p.open_attempt_id,
  ${NUMBERS}, jsonb_populate_record(t, jsonb_build_object('address', ${ADDRESS},
    'position', n + ${FIRST_POSITION}, 'attempt_id', ${id("attempt")})) r
where p.id = $1`,
  `insert into events select r.* from events t, ${NUMBERS},
  jsonb_populate_record(t, jsonb_build_object('subject_id', ${id("payment")},
    'id', ${id("event")}, 'data', t.data)) r
where t.subject_id = $1 and t.seq = 1`,
]

/** Copies an open payment so many times, with its attempt, its address and its event. */
export async function copyOpen(database: Database, { count, now, paymentId }: Copying) {
  for (const copy of COPIES) {
    await database.query(copy, [paymentId, count, now.getTime().toString()])
  }
  await database.query("update xpubs set next_index = $1", [FIRST_POSITION + count])
  await database.query("analyze payments, attempts, addresses, events")
}

/** How far the chain is read, by what is committed; null before the first read. */
export async function readTip(database: Database, chain: string): Promise<number | null> {
  const { rows } = await database.query<{ tip: number | null }>(
    "select (position::jsonb -> 'tip' ->> 0)::int as tip from cursors where name = $1",
    [chain],
  )
  return rows[0]?.tip ?? null
}

export type Booked = {
  /** Payments that were approved with exactly what was asked for, by one transfer. */
  readonly right: number
  /** Transfers that were written down, and payments that hold any money. */
  readonly sightings: number
  readonly touched: number
  /** Callbacks that are not delivered yet. */
  readonly due: number
}

/** What the books say of the copies, in units of the token. */
export async function readBooked(
  database: Database,
  { amount, merchantId }: { readonly amount: string; readonly merchantId: string },
): Promise<Booked> {
  const { rows } = await database.query<Booked>(
    `with booked as (
  select t.payment_id,
    count(*) filter (where t.kind = 'charge.received') as received,
    coalesce(sum(t.amount) filter (where t.kind = 'charge.received'), 0) as came,
    coalesce(sum(t.amount) filter (where t.kind = 'charge.approved'), 0) as approved
  from transfers t where t.merchant_id = $1 group by t.payment_id
)
select (select count(*) from sightings)::int as sightings, count(*)::int as touched,
  count(*) filter (where p.state = 'approved' and b.received = 1
    and b.came = $2::numeric and b.approved = $2::numeric)::int as right,
  (select count(*) from deliveries where state = 'due')::int as due
from booked b join payments p on p.id = b.payment_id`,
    [merchantId, amount],
  )
  return rows[0]!
}
