/** What has to be true of a merchant's payments, money and webhooks, whoever died meanwhile. */
import assert from "node:assert/strict"
import { type Clock, makeIds } from "../../src/clock.ts"
import type { Merchant } from "../../src/core/index.ts"
import { type State, TRANSITIONS } from "../../src/core/payments/payment.ts"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import type { Database } from "../../src/db/database.ts"
import { openBooks } from "../../src/rails/simulator/books.ts"
import type { Entry } from "../../src/rails/simulator/story.ts"
import type { Life, ReceiverKind } from "./lives.ts"

/** What a receiver of one kind was sent. */
export type Message = { readonly kind: ReceiverKind; readonly id: string; readonly body: string }

type Subject = {
  readonly database: Database
  /** Of the simulated world's books. */
  readonly dir: string
  readonly clock: Clock
  readonly merchant: Merchant
  readonly life: Life
  readonly told: readonly Message[]
}

/** Whether the loops have nothing left to do but what only time brings. */
export async function isQuiet(database: Database, now: Date): Promise<boolean> {
  const { rows } = await database.query<{ busy: boolean }>(
    `select exists (select from attempts where state in ('waiting', 'unknown', 'approved')
    or state = 'open' and instructions is null)
  or exists (select from deliveries d join endpoints e on e.id = d.endpoint_id
    where d.state = 'due' and e.disabled_at is null)
  or exists (select from instruments where look_at is not null)
  or exists (select from payments where state = 'pending' and due_at <= $1) as busy`,
    [now],
  )
  return !rows[0]!.busy
}

/** The payments that wait for their payers. */
export async function pendingOf(database: Database, merchantId: string): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    "select id from payments where merchant_id = $1 and state = 'pending'",
    [merchantId],
  )
  return rows.map(({ id }) => id)
}

/** Throws where one of the rules of the gateway was broken. */
export async function assertRight(subject: Subject): Promise<void> {
  const { database } = subject
  assert.deepEqual(await verifyBooks(database), [], "the books are right")
  await assertOnePaymentEach(subject)
  await assertMoved(subject)
  await assertMoves(subject)
  await assertTold(subject)
}

/** One reference or key is one payment, whoever asked how often. */
async function assertOnePaymentEach({ database, life, merchant }: Subject): Promise<void> {
  const { rows } = await database.query<{ made: number }>(
    "select count(*)::int as made from payments where merchant_id = $1",
    [merchant.id],
  )
  assert.equal(rows[0]!.made, life.payments, "a payment for each that was asked for")
}

type AttemptRow = {
  readonly id: string
  readonly kind: "charge" | "recharge" | "refund"
  readonly state: string
  readonly amount: bigint
  readonly asset: string
  readonly option: { readonly asset: string; readonly amount: string } | null
  readonly commission: bigint
}

/** After these the money has moved, and stayed. */
const KEPT = "settled"

/** The simulated world moved money once where our attempts say so, and nowhere else. */
async function assertMoved({ clock, database, dir, merchant }: Subject): Promise<void> {
  const world = openBooks({ clock, ids: makeIds(clock), dir })
  const entries = new Map<string, Entry>(world.all().map((entry) => [entry.attemptId, entry]))
  const { rows } = await database.query<AttemptRow>(
    `select a.id, a.kind, a.state, a.amount, a.asset, p.commission,
  a.instructions -> 'options' -> 0 as option
from attempts a join payments p on p.id = a.payment_id where a.merchant_id = $1`,
    [merchant.id],
  )
  const expected = new Map<string, bigint>()
  const add = (asset: string, amount: bigint) =>
    expected.set(asset, (expected.get(asset) ?? 0n) + amount)
  for (const attempt of rows) {
    const lines = entries.get(attempt.id)?.lines ?? []
    const asks = lines.filter(({ ask }) => ask).length
    assert.ok(asks <= 1, `attempt ${attempt.id} was asked for ${asks} times`)
    const moved = world.moved(attempt.id)
    const ended = attempt.state === KEPT || attempt.state === "returned" ? 1 : 0
    assert.equal(moved, ended, `a ${attempt.kind} is ${attempt.state}, and moved ${moved} times`)
    entries.delete(attempt.id)
    if (attempt.state !== KEPT) continue
    const { option, kind, amount, asset, commission } = attempt
    if (option) add(option.asset, BigInt(option.amount))
    else add(asset, kind === "charge" ? amount : commission - amount)
  }
  assert.deepEqual([...entries.keys()], [], "nothing else was asked for")
  await assertHeld(database, merchant, expected)
}

/** Accounts hold what moved and what was paid in; nothing is set aside for what is over. */
async function assertHeld(
  database: Database,
  merchant: Merchant,
  moved: ReadonlyMap<string, bigint>,
): Promise<void> {
  const { rows } = await database.query<{ asset: string; own: bigint; held: bigint; paid: bigint }>(
    `select asset, sum(balance) as own, coalesce(sum(balance) filter (where kind = 'held'), 0) as held,
  (select coalesce(sum(amount), 0) from transfers t
    where t.merchant_id = $1 and t.kind = 'top-up' and a.asset = 'ARS') as paid
from accounts a where merchant_id = $1 group by asset`,
    [merchant.id],
  )
  const found = rows.map(({ asset, held, own, paid }) => ({ asset, held, own: own - paid }))
  const wanted = rows.map(({ asset }) => ({ asset, held: 0n, own: moved.get(asset) ?? 0n }))
  assert.deepEqual(found, wanted, "the accounts hold what moved")
  const absent = [...moved.keys()].filter((asset) => !rows.some((row) => row.asset === asset))
  assert.deepEqual(absent, [], "what moved is in an account")
}

/** States moved along their table, as the events tell it. */
async function assertMoves({ database, merchant }: Subject): Promise<void> {
  const { rows } = await database.query<{ id: string; states: State[]; state: State }>(
    `select p.id, p.state, array(select e.data ->> 'state' from events e
  where e.subject_id = p.id and e.data ? 'state' order by e.seq) as states
from payments p where p.merchant_id = $1`,
    [merchant.id],
  )
  for (const { id, state, states } of rows) {
    assert.equal(states.at(-1), state, `the last event of ${id} tells its state`)
    for (const [at, next] of states.entries()) {
      const before = states[at - 1] ?? "pending"
      const may = next === before || TRANSITIONS[before].includes(next)
      assert.ok(may, `${id} went from ${before} to ${next}`)
    }
  }
}

/** Each event came to each receiver that is there, each time as the same message. */
async function assertTold({ database, life, merchant, told }: Subject): Promise<void> {
  const { rows } = await database.query<{ id: string }>(
    "select id from events where merchant_id = $1",
    [merchant.id],
  )
  const eventIds = new Set(rows.map(({ id }) => id))
  assert.ok(eventIds.size >= life.payments)
  for (const kind of life.receivers) {
    const messages = told.filter((each) => each.kind === kind)
    const byEvent = Map.groupBy(messages, ({ body }) => JSON.parse(body).id as string)
    for (const [eventId, same] of byEvent) {
      assert.ok(eventIds.has(eventId), `${eventId} was told and never happened`)
      const forms = new Set(same.map(({ id, body }) => `${id} ${body}`))
      assert.equal(forms.size, 1, `${eventId} was told in ${forms.size} forms`)
    }
    assert.equal(new Set(messages.map(({ id }) => id)).size, byEvent.size, "an id for each event")
    if (kind !== "gone") assert.equal(byEvent.size, eventIds.size, `${kind}: each event was told`)
  }
}
