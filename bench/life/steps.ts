/** What a plain server does in the transactions of a life: one prepared statement a row. */
import type { PoolClient } from "pg"
import type { PaymentRow } from "../controls/charge.ts"
import { eventRow, insert } from "../controls/rows.ts"
import { digest, type Plain } from "../controls/server.ts"
import { callbackOf } from "./words.ts"

/** What stands in the database before the first life. */
export type Ground = {
  readonly outside: string
  readonly unapplied: string
  readonly available: string
  readonly endpointId: string
}

type Found = PaymentRow & { readonly attempt_id: string }
type Account = { readonly id: string; readonly balance: string; readonly floor: string | null }

/** One of the tokens that are offered. */
const ASSET = "eip155:97/erc20:0x337610d27c682e347c9cd60bd4b3b107c9d34ddd"
/** It has 18 decimals where the payments' currency has two. */
const SCALE = 10n ** 16n

/** Makes the accounts that money goes through, and the endpoint that is to be told. */
export async function makeGround(plain: Plain): Promise<Ground> {
  const { clock, ids, keyring, merchantId, pool } = plain
  const ground = {
    outside: ids.next(),
    unapplied: ids.next(),
    available: ids.next(),
    endpointId: ids.next(),
  }
  const at = clock.now()
  await pool.query(
    `insert into accounts
(id, custodian, merchant_id, rail, kind, asset, balance, floor, created_at)
values ($1, 'gateway', null, 'simulator', 'outside', $4, 0, null, $5),
  ($2, 'gateway', $6, null, 'unapplied', $4, 0, 0, $5),
  ($3, 'gateway', $6, null, 'available', $4, 0, 0, $5)`,
    [ground.outside, ground.unapplied, ground.available, ASSET, at, merchantId],
  )
  await pool.query(
    `insert into endpoints (id, merchant_id, dialect, url, secret_sealed, created_at)
values ($1, $2, 'pentagoo', 'https://shop.example/', $3, $4)`,
    [ground.endpointId, merchantId, keyring.seal("secret", "endpoint.secret"), at],
  )
  return ground
}

/** Writes the event of an approval, and the message that would tell it. */
export async function tell(
  client: PoolClient,
  { ids, keyring }: Plain,
  { endpointId }: Ground,
  payment: Found,
  at: Date,
): Promise<void> {
  const event = { id: ids.next(), seq: 2, type: "payment.approved", at }
  const data = { state: "approved", reason: null }
  await client.query(insert("events", eventRow(payment, event, data)))
  const body = JSON.stringify(callbackOf(payment, hashOf(payment.attempt_id), at))
  await client.query({
    name: "delivery",
    text: `insert into deliveries
(id, event_id, endpoint_id, merchant_id, message_sealed, state, due_at, created_at)
values ($1, $2, $3, $4, $5, 'due', $6, $6)`,
    values: [
      ids.next(),
      event.id,
      endpointId,
      payment.merchant_id,
      keyring.seal(JSON.stringify({ headers: {}, body }), "delivery.message"),
      at,
    ],
  })
}

/** Locks a payment and its open attempt; null where there is none that waits. */
export async function lock(
  client: PoolClient,
  { merchantId }: Plain,
  id: string,
): Promise<Found | null> {
  const { rows } = await client.query<Found>({
    name: "lock",
    text: `select p.*, a.id as attempt_id
from payments p join attempts a on a.id = p.open_attempt_id
where p.id = $1 and p.merchant_id = $2 and p.state = 'pending' for update`,
    values: [id, merchantId],
  })
  return rows[0] ?? null
}

/** The money was seen and is booked; the payment and its attempt are over. */
export async function approve(
  client: PoolClient,
  plain: Plain,
  ground: Ground,
  { amount, attempt_id: attemptId, id }: Found,
  at: Date,
): Promise<void> {
  const moved = BigInt(amount) * SCALE
  await client.query({
    name: "sighting",
    text: `insert into sightings (rail, place, attempt_id, fact, amount, asset, at, created_at,
  state, applied, applied_amount, booked, frozen, apply_at)
values ('simulator', $1, $2, 'received', $3, $4, $5, $5, 'final', 'final', $3, $3, false, $5)`,
    values: [`${attemptId}:received`, attemptId, moved, ASSET, at],
  })
  await book(client, plain, ground, { paymentId: id, moved, at })
  await client.query({
    name: "attempt",
    text: `update attempts set state = 'settled', received = $2, paid_asset = $3, paid_amount = $4,
  rail_reference = $5, look_at = null, updated_at = $6 where id = $1`,
    values: [attemptId, { [ASSET]: `${moved}` }, ASSET, moved, hashOf(attemptId), at],
  })
  await client.query({
    name: "payment",
    text: `update payments set state = 'approved', open_attempt_id = null, captured = amount,
  version = 2, approved_at = $2, settled_at = $2, updated_at = $2 where id = $1`,
    values: [id, at],
  })
}

/** The transaction that would have paid the attempt. */
function hashOf(attemptId: string): string {
  return `0x${digest(attemptId)}`
}

/** From outside to what the merchant can spend, through what is not applied yet. */
async function book(
  client: PoolClient,
  { ids, merchantId }: Plain,
  { available, outside, unapplied }: Ground,
  about: { readonly paymentId: string; readonly moved: bigint; readonly at: Date },
): Promise<void> {
  const { at, moved, paymentId } = about
  const { rows } = await client.query<Account>({
    name: "accounts",
    text: "select id, balance, floor from accounts where id = any($1) order by id for update",
    values: [[outside, available]],
  })
  const changes = [
    [outside, -moved],
    [available, moved],
  ] as const
  const balances = changes.map(([id, change]) => {
    const { balance, floor } = rows.find((row) => row.id === id)!
    const after = BigInt(balance) + change
    if (floor !== null && after < BigInt(floor)) throw new Error("the balance doesn't cover it")
    return [id, after] as const
  })
  const steps = [
    [outside, unapplied, "charge.received"],
    [unapplied, available, "charge.approved"],
  ] as const
  for (const [debit_id, credit_id, kind] of steps) {
    const transfer = { id: ids.next(), debit_id, credit_id, amount: moved, kind, created_at: at }
    const about = { merchant_id: merchantId, payment_id: paymentId }
    await client.query(insert("transfers", { ...transfer, ...about }))
  }
  for (const [id, balance] of balances) {
    const text = "update accounts set balance = $2 where id = $1"
    await client.query({ name: "balance", text, values: [id, balance] })
  }
}
