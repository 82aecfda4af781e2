/**
 * What must be true: the cheap part of it after every gate, all of it once everything is at rest.
 * The tables of this file are the model's own: a broken program must not bring its own measure.
 */
import { verifyBooks } from "../../src/core/verify/whole.ts"
import type { Database, Queries } from "../../src/db/database.ts"
import type { Simulator } from "../../src/rails/simulator/index.ts"
import { checkTold } from "./answers.ts"
import type { Base } from "./base.ts"
import { checkChain } from "./chain-check.ts"
import type { ChainSide } from "./chain-far-side.ts"
import type { Clients } from "./clients.ts"
import { checkFarSide } from "./far-side.ts"
import { NUMBERS_BEGIN } from "./node.ts"
import type { Receivers } from "./receivers.ts"
import { must, ViolationError } from "./violation.ts"
import type { Plan } from "./workload.ts"

/** Where a payment may be found after it was seen in a state; states in between may be missed. */
export const LATER: Readonly<Record<string, readonly string[]>> = {
  pending: ["processing", "approved", "declined", "expired", "cancelled", "returned"],
  processing: ["pending", "approved", "declined", "expired", "cancelled", "returned"],
  approved: ["returned"],
  expired: ["approved", "returned"],
  declined: [],
  cancelled: [],
  returned: [],
}

/** All that one look can tell, as rows of `invariant` and `what`. */
const WRONG = `select 1 as invariant, asset || ' comes to ' || sum(balance) as what
from accounts group by asset having sum(balance) <> 0
union all
select 2, kind || ' ' || asset || ' of ' || coalesce(merchant_id::text, rail) || ' is ' || balance
from accounts where balance < 0 and kind not in ('clearing', 'outside', 'owed')
union all
select 2, 'payment ' || id || ' gave back ' || refunded || ' and cost ' || fee || ' of ' || captured
from payments where refunded > captured or fee > captured
union all
select 3, 'reference ' || reference || ' has ' || count(*) || ' payments'
from payments where reference is not null group by merchant_id, dialect, reference
having count(*) > 1
union all
select 5, 'payment ' || p.id || ' has version ' || p.version || ' and events ' ||
  coalesce(string_agg(e.seq::text, ' ' order by e.seq), 'none')
from payments p left join events e on e.subject_id = p.id
group by p.id having p.version <> count(e.seq) or p.version <> coalesce(max(e.seq), 0)
  or count(e.seq) <> count(distinct e.seq)
union all
select 7, 'payment ' || payment_id || ' has ' || count(*) || ' open attempts'
from attempts where kind <> 'refund' and state in ('waiting', 'unknown')
group by payment_id having count(*) > 1
limit 5`

type Wrong = { readonly invariant: number; readonly what: string }

type Look = { readonly wrong: readonly Wrong[] | null; readonly states: Record<string, string> }

const LOOK = `select (select json_agg(w) from (${WRONG}) w) as wrong,
  (select coalesce(json_object_agg(id, state), '{}') from payments) as states`

/**
 * Remembers the states that payments were in, and looks whether they move as they may. Answers
 * whether anything was written since it last looked.
 */
export function makeStepCheck(db: Queries): () => Promise<boolean> {
  const states = new Map<string, string>()
  let last = ""
  return async () => {
    // Most gates change nothing: then there is nothing new to look at.
    const { rows: found } = await db.query<{ at: string }>(
      "select pg_snapshot_xmax(pg_current_snapshot())::text as at",
    )
    if (found[0]!.at === last) return false
    last = found[0]!.at
    const { rows } = await db.query<Look>(LOOK)
    const { states: now, wrong } = rows[0]!
    for (const { invariant, what } of wrong ?? []) throw new ViolationError({ invariant, what })
    for (const [id, state] of Object.entries(now)) {
      const before = states.get(id)
      states.set(id, state)
      const may = before === undefined || before === state || LATER[before]!.includes(state)
      must(may, 4, () => `payment ${id} went from ${before} to ${state}`)
    }
    const gone = [...states.keys()].find((id) => !(id in now))
    must(gone === undefined, 8, () => `payment ${gone} was there and is gone`)
    return true
  }
}

export type Rest = {
  readonly database: Database
  readonly base: Base
  readonly plan: Plan
  readonly clients: Clients
  readonly simulator: Simulator
  readonly chain: ChainSide | null
  readonly receivers: Receivers
  /** What nodes said of faults that nobody planted. */
  readonly faults: readonly string[]
  readonly now: Date
}

/** Checks a world in which nothing is due any more. */
export async function checkRest(rest: Rest): Promise<void> {
  const { chain, database, faults } = rest
  await checkSecrets(rest)
  const [wrong] = await verifyBooks(database)
  must(wrong === undefined, 1, () => `the books: ${wrong!.what} ${wrong!.id}: ${wrong!.detail}`)
  await checkOver(rest)
  await checkDeliveries(rest)
  await checkFarSide(rest)
  if (chain) await checkChain(database, chain)
  await checkTold(rest)
  // A second line of defence that had to hold is a fault, too.
  must(faults.length === 0, "fault", () => faults[0]!)
}

/** What had a time has ended, and what was asked of a rail has an answer. */
async function checkOver({ database, now }: Rest): Promise<void> {
  const { rows } = await database.query<{ what: string }>(
    `select 'payment ' || id || ' is ' || state || ' though its time was over at ' || expires_at
  as what from payments
where state in ('pending', 'processing') and expires_at <= $1 and open_attempt_id is null
union all
select 'attempt ' || id || ' is ' || state from attempts where state in ('waiting', 'unknown')
union all
select 'refund ' || r.id || ' is ' || r.state from refunds r
where r.state in ('pending', 'sent') and not exists (
  select 1 from attempts a where a.refund_id = r.id and a.state = 'open')
limit 5`,
    [now],
  )
  must(rows.length === 0, 7, () => rows[0]!.what)
}

/** Each event reached each receiver that was there to hear it, in one form. */
async function checkDeliveries({ base, database, receivers }: Rest): Promise<void> {
  const { rows: missing } = await database.query<{ what: string }>(
    `select 'event ' || e.type || ' of ' || e.subject_id || ' has no delivery' as what
from events e join endpoints n on n.merchant_id = e.merchant_id and n.dialect = 'caudal'
where not exists (
  select 1 from deliveries d where d.event_id = e.id and d.endpoint_id = n.id)
  and n.disabled_at is null
union all
select 'delivery ' || d.id || ' is ' || d.state || ' after ' || d.tries || ' tries, due at ' ||
  coalesce(d.due_at::text, 'no time') || ', to ' || n.url
from deliveries d join endpoints n on n.id = d.endpoint_id
where n.disabled_at is null and d.state <> 'delivered'
limit 5`,
  )
  must(missing.length === 0, 6, () => missing[0]!.what)
  const bodies = new Map<string, string>()
  const signed = ["x-signature", "x-encoded-data", "webhook-id"]
  for (const { body, endpoint, headers, id } of receivers.arrived) {
    const own = [body, endpoint, ...signed.map((name) => headers[name] ?? "")].join("\n")
    const first = bodies.get(id) ?? own
    must(first === own, 6, () => `delivery ${id} came in two forms`)
    bodies.set(id, own)
  }
  const { rows } = await database.query<{ id: string }>(
    "select id from deliveries where state = 'delivered' and created_at >= $1",
    [base.startAt],
  )
  for (const { id } of rows) {
    must(bodies.has(id), 6, () => `delivery ${id} is said to be delivered and never came`)
  }
}

const SHOWN_IN = ["payments", "attempts", "instruments", "events", "deliveries", "answers"] as const

/** Account numbers, keys and passwords stand nowhere in the clear, and what is sealed is a box. */
async function checkSecrets({ base, clients, database }: Rest): Promise<void> {
  const secrets = [
    NUMBERS_BEGIN,
    ...base.merchants.flatMap(({ shown }) => [
      shown.caudal["apiKey"]!,
      shown.pentagoo["secret"]!,
      shown["palomma-pay"]["privateKey"]!,
      shown.tapila["webhookKey"]!,
    ]),
  ]
  // Bytes are shown in hex.
  const words = secrets.flatMap((each) => [each, Buffer.from(each).toString("hex")])
  const { rows } = await database.query<{ what: string }>(
    `${SHOWN_IN.map(
      (table) => `select '${table} shows a secret' as what from ${table} t
where t::text like any($1::text[])`,
    ).join("\nunion all\n")}
union all
select 'a column that is sealed holds what is no box' from (
  select target_sealed as box from attempts union all select message_sealed from deliveries
  union all select body_sealed from answers union all select details_sealed from instruments
) b where get_byte(box, 0) <> 1
limit 1`,
    [words.map((each) => `%${each}%`)],
  )
  must(rows.length === 0, 11, () => rows[0]!.what)
  for (const { body, status, step } of clients.told) {
    // Some vendors' APIs show it to whom it was given; no error does.
    const isShown = status >= 400 && JSON.stringify(body ?? "").includes(NUMBERS_BEGIN)
    must(!isShown || step.do === "pay", 11, () => `an error of step ${step.at} shows an account`)
  }
}
