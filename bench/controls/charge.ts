/** A charge as a plain server writes it: its rows, in one transaction, once for each reference. */
import type { PoolClient } from "pg"
import { instruct } from "../../src/rails/simulator/coins.ts"
import { eventRow, insert } from "./rows.ts"
import { inTransaction, isRepeat, type Plain } from "./server.ts"

export type PaymentRow = {
  readonly id: string
  readonly merchant_id: string
  readonly dialect: string
  readonly reference: string | null
  readonly amount: string
  readonly asset: string
  readonly state: string
  readonly description: string | null
  readonly version: number
  readonly expires_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
}
export type AttemptRow = { readonly id: string; readonly instructions: unknown }
export type Charge = { readonly payment: PaymentRow; readonly attempt: AttemptRow | null }

/** What one API says of a charge; the rest is the same for all. */
export type Said = Pick<PaymentRow, "dialect" | "amount" | "asset"> &
  Partial<Pick<PaymentRow, "reference" | "description" | "expires_at">> & {
    readonly purpose: object
    readonly customer_id?: string
    readonly instrument_id?: string
  }

/** When the simulated rail is asked for news of an attempt. */
const LOOK_MS = 2_000

/** The payment's row. `attemptId`: the one that is open from the start. */
export function paymentOf(plain: Plain, said: Said, attemptId: string | null) {
  const at = plain.clock.now()
  return {
    reference: null,
    description: null,
    expires_at: null,
    ...said,
    id: plain.ids.next(),
    merchant_id: plain.merchantId,
    kind: "charge",
    state: "pending",
    open_attempt_id: attemptId,
    held: 0,
    deferred: false,
    version: 1,
    created_at: at,
    updated_at: at,
  }
}

/** The row of an attempt at a payment, in which `over` says what its method needs. */
export function attemptOf(
  { keyring }: Plain,
  payment: PaymentRow & { readonly kind: string },
  over: { readonly id: string; readonly method: string; readonly target: object },
) {
  const { amount, asset, created_at: at, id, kind, merchant_id } = payment
  const { target, ...rest } = over
  return {
    payment_id: id,
    merchant_id,
    rail: "simulator",
    kind,
    amount,
    asset,
    state: "open",
    target_sealed: keyring.seal(JSON.stringify(target), "attempt.target"),
    instructions: null,
    received: {},
    look_at: new Date(at.getTime() + LOOK_MS),
    begun_at: at,
    created_at: at,
    updated_at: at,
    ...rest,
  }
}

/** Writes a payment, its attempt and its first event. */
export async function writeCharge(
  client: PoolClient,
  { ids }: Plain,
  payment: PaymentRow,
  attempt: AttemptRow | null,
): Promise<void> {
  await client.query(insert("payments", payment))
  if (attempt) await client.query(insert("attempts", attempt))
  const event = { id: ids.next(), seq: 1, type: "payment.created", at: payment.created_at }
  await client.query(insert("events", eventRow(payment, event, { state: payment.state })))
}

/** Creates a charge whose payer sends tokens; a repeat of its reference answers the first. */
export async function createByTokens(plain: Plain, said: Said): Promise<Charge> {
  const attemptId = plain.ids.next()
  const payment = paymentOf(plain, said, attemptId)
  const order = { attemptId, amount: BigInt(payment.amount), asset: payment.asset }
  const way = { id: attemptId, method: "crypto", target: {}, instructions: instruct(order) }
  const attempt = attemptOf(plain, payment, way)
  try {
    await inTransaction(plain.pool, (client) => writeCharge(client, plain, payment, attempt))
    return { payment, attempt }
  } catch (error) {
    const first = isRepeat(error) && said.reference ? await findCharge(plain, said) : null
    if (first === null) throw error
    return first
  }
}

async function findCharge(plain: Plain, { dialect, reference }: Said): Promise<Charge | null> {
  const { rows } = await plain.pool.query<PaymentRow & { instructions: unknown; attempt: string }>({
    name: "find charge",
    text: `select p.*, a.instructions, a.id as attempt
from payments p join attempts a on a.id = p.open_attempt_id
where p.merchant_id = $1 and p.dialect = $2 and p.reference = $3`,
    values: [plain.merchantId, dialect, reference],
  })
  const [row] = rows
  return row ? { payment: row, attempt: { id: row.attempt, instructions: row.instructions } } : null
}
