/** The recharge of a plain server: held in one transaction, sold, and booked in another. */
import { eventRow, insert } from "./rows.ts"
import { digest, inTransaction, isRepeat, type Plain } from "./server.ts"

type Body = Readonly<
  Record<
    | "companyCode"
    | "productId"
    | "identifierValue"
    | "paymentMethod"
    | "externalPaymentId"
    | "externalClientId",
    string
  >
> & { readonly amount: number }

/** The wallet's accounts by their kinds, and the operator's. */
export type Wallet = Readonly<Record<"available" | "held" | "outside", string>>

class Refused extends Error {}

const ASSET = "ARS"
const COMPANY = { code: "AR-R-0901", name: "DEMO MOVIL", identifierName: "IDC" }
const PRODUCT = { id: "1", description: "Saldo", min: 1, max: 50_000 }
/** How many recharges one number may get in the window. */
const PER_NUMBER = 20
const WINDOW_MS = 3_600_000
const LEASE_MS = 15_000
const text = { type: "string", minLength: 1, maxLength: 255 } as const

/** Opens the accounts with money in the wallet; `amount` in centavos. */
export async function fillWallet(plain: Plain, amount: string): Promise<Wallet> {
  const { clock, ids, merchantId, pool } = plain
  const at = clock.now()
  const wallet = { available: ids.next(), held: ids.next(), outside: ids.next() }
  await inTransaction(pool, async (client) => {
    for (const [kind, id] of Object.entries(wallet)) {
      const own = kind !== "outside"
      const balance = { available: amount, held: "0", outside: `-${amount}` }[kind]
      await client.query(
        `insert into accounts (id, custodian, merchant_id, rail, kind, asset, balance, floor,
  created_at) values ($1, 'gateway', $2, $3, $4, $5, $6, $7, $8)`,
        [
          id,
          own ? merchantId : null,
          own ? null : "simulator",
          kind,
          ASSET,
          balance,
          own ? 0 : null,
          at,
        ],
      )
    }
    const transfer = { debit_id: wallet.outside, credit_id: wallet.available, kind: "top-up" }
    const rest = { id: ids.next(), amount, merchant_id: merchantId, payment_id: null }
    await client.query(insert("transfers", { ...transfer, ...rest, created_at: at }))
  })
  return wallet
}

/** Registers the route. */
export function rechargeRoute(plain: Plain, wallet: Wallet): void {
  const properties = {
    companyCode: text,
    productId: text,
    amount: { type: "number", minimum: PRODUCT.min, maximum: PRODUCT.max },
    identifierValue: { type: "string", pattern: "^[0-9]{6,20}$" },
    paymentMethod: { type: "string", enum: ["ACCOUNT"] },
    externalPaymentId: text,
    externalClientId: text,
  }
  const body = { type: "object", required: Object.keys(properties), properties }
  const schema = { body, response: { 200: answerSchema() } }
  plain.app.post<{ Body: Body }>("/tapila/payment", { schema }, async (request, reply) => {
    const { companyCode, productId } = request.body
    if (companyCode !== COMPANY.code || productId !== PRODUCT.id) {
      return reply.code(404).send({ message: "there is no such product" })
    }
    try {
      const held = await hold(plain, wallet, request.body)
      // The operator of the control says yes at once.
      await confirm(plain, wallet, held)
      return rechargeOut(held, request.body)
    } catch (error) {
      if (error instanceof Refused) return reply.code(400).send({ message: error.message })
      if (isRepeat(error)) return reply.code(409).send({ message: "this id was used before" })
      throw error
    }
  })
}

type Held = Awaited<ReturnType<typeof hold>>

/**
 * Transaction one: what is being sold can't be spent again. The hot rows come late, and the
 * transfer behind them: its foreign keys would have all transactions share the accounts' locks.
 */
async function hold(plain: Plain, wallet: Wallet, body: Body) {
  const { clock, ids, keyring, merchantId, pool } = plain
  const at = clock.now()
  const [id, attemptId, node] = [ids.next(), ids.next(), merchantId]
  const about = {
    merchant_id: merchantId,
    kind: "recharge",
    amount: body.amount * 100,
    asset: ASSET,
  }
  const times = { created_at: at, updated_at: at }
  const { companyCode, externalPaymentId, identifierValue, productId } = body
  const target = JSON.stringify({ companyCode, productId, identifier: identifierValue })
  const payment = {
    ...{ ...about, ...times, id, dialect: "tapila", reference: externalPaymentId, version: 1 },
    ...{ state: "pending", purpose: purposeOf(body), deferred: false, held: about.amount },
    open_attempt_id: attemptId,
  }
  const attempt = {
    ...{ ...about, ...times, id: attemptId, payment_id: id, rail: "simulator", begun_at: at },
    ...{ method: "recharge", state: "unknown", received: {}, lease_owner: node },
    target_sealed: keyring.seal(target, "attempt.target"),
    look_at: new Date(at.getTime() + LEASE_MS),
  }
  await inTransaction(pool, async (client) => {
    const tally = await client.query({
      name: "count number",
      text: `insert into tallies as t (key, count, expires_at) values ($1, 1, $2)
on conflict (key) do update set
  count = case when t.expires_at > $3 then t.count + 1 else 1 end,
  expires_at = case when t.expires_at > $3 then t.expires_at else excluded.expires_at end
returning count`,
      values: [
        `recharge|${merchantId}|${digest(`${companyCode}|${identifierValue}`)}`,
        new Date(at.getTime() + WINDOW_MS),
        at,
      ],
    })
    if (tally.rows[0].count > PER_NUMBER) throw new Refused("too many recharges of this number")
    await client.query(insert("payments", payment))
    await client.query(insert("attempts", attempt))
    const event = { id: ids.next(), seq: 1, type: "payment.created", at }
    await client.query(insert("events", eventRow(payment, event, { state: "pending" })))
    const { rowCount } = await client.query({
      name: "hold",
      text: "update accounts set balance = balance - $2 where id = $1 and balance - $2 >= floor",
      values: [wallet.available, about.amount],
    })
    if (rowCount === 0) throw new Refused("there is not enough in the wallet")
    await client.query(add(wallet.held, about.amount))
    const accounts = { debit_id: wallet.available, credit_id: wallet.held }
    await client.query(insert("transfers", transferOf(plain, payment, "recharge.hold", accounts)))
  })
  return payment
}

/** Transaction two: it was sold. */
async function confirm(plain: Plain, wallet: Wallet, payment: Held): Promise<void> {
  const { clock, ids, pool } = plain
  const at = clock.now()
  const { amount, id, open_attempt_id } = payment
  await inTransaction(pool, async (client) => {
    await client.query({
      name: "payment approved",
      text: `update payments set state = 'approved', captured = amount, version = 2,
  open_attempt_id = null, updated_at = $2, approved_at = $2, settled_at = $2
where id = $1 and version = 1`,
      values: [id, at],
    })
    await client.query({
      name: "attempt settled",
      text: `update attempts set state = 'settled', rail_reference = $2, looks = 1, look_at = null,
  lease_owner = null, updated_at = $3 where id = $1 and state = 'unknown'`,
      values: [open_attempt_id, `SIM-${open_attempt_id.slice(-12)}`, at],
    })
    const event = { id: ids.next(), seq: 2, type: "payment.approved", at }
    const row = eventRow(payment, event, { state: "approved", reason: null })
    await client.query(insert("events", row))
    await client.query(add(wallet.held, -amount))
    await client.query(add(wallet.outside, amount))
    const accounts = { debit_id: wallet.held, credit_id: wallet.outside }
    const transfer = transferOf(plain, payment, "recharge.confirmed", accounts)
    await client.query(insert("transfers", { ...transfer, created_at: at }))
  })
}

function add(account: string, amount: number) {
  const text = "update accounts set balance = balance + $2 where id = $1"
  return { name: "add", text, values: [account, amount] }
}

function transferOf(
  { ids }: Plain,
  { amount, created_at, id, merchant_id }: Held,
  kind: string,
  accounts: { readonly debit_id: string; readonly credit_id: string },
) {
  return { ...accounts, id: ids.next(), amount, kind, merchant_id, payment_id: id, created_at }
}

function purposeOf(body: Body): object {
  return {
    agent: "Simulator",
    productId: PRODUCT.id,
    companyCode: COMPANY.code,
    companyName: COMPANY.name,
    notifyAlways: false,
    paymentMethod: body.paymentMethod,
    clientUsername: "plain",
    identifierName: COMPANY.identifierName,
    externalClientId: body.externalClientId,
    identifierMasked: `*${body.identifierValue.slice(-4)}`,
    productDescription: PRODUCT.description,
  }
}

function rechargeOut({ created_at, id }: Held, body: Body) {
  return {
    operationId: id,
    createdAt: created_at,
    status: "confirmed",
    companyCode: body.companyCode,
    companyName: COMPANY.name,
    amount: body.amount,
    identifiers: [
      { identifierName: COMPANY.identifierName, identifierValue: body.identifierValue },
    ],
    agent: "Simulator",
    clientUsername: "plain",
    externalClientId: body.externalClientId,
    externalPaymentId: body.externalPaymentId,
    additionalData: {},
    tx: id,
    mainTx: id,
  }
}

function answerSchema() {
  const names = ["operationId", "createdAt", "status", "companyCode", "companyName", "agent"]
  const more = ["clientUsername", "externalClientId", "externalPaymentId", "tx", "mainTx"]
  const word = { type: "string" } as const
  const identifier = { identifierName: word, identifierValue: word }
  return {
    type: "object",
    properties: {
      ...Object.fromEntries([...names, ...more].map((name) => [name, word])),
      amount: { type: "number" },
      identifiers: { type: "array", items: { type: "object", properties: identifier } },
      additionalData: { type: "object", additionalProperties: word },
    },
  }
}
