/** The control: a plain server that moves money on one account, one transaction a transfer. */
import type { PoolClient } from "pg"
import { type Actor, contentOf } from "../../src/core/audit/entry.ts"
import { appendCall } from "../../src/core/audit/store.ts"
import { serveStarted, settings } from "../child.ts"
import { inTransaction, isRepeat, makePlain } from "../controls/server.ts"

export type PlainSettings = { readonly databaseUrl: string; readonly asset: string }

type Body = Readonly<Record<"merchant" | "asset" | "amount" | "reference", string>>
type Account = { readonly id: string; readonly balance: string; readonly floor: string | null }

/** One holds the rows and the next ones are at hand: more would only queue for the same lock. */
const POOL_SIZE = 4
const text = { type: "string" } as const
const SCHEMA = {
  body: {
    type: "object",
    required: ["merchant", "asset", "amount", "reference"],
    properties: {
      merchant: { type: "string", format: "uuid" },
      asset: { type: "string", pattern: "^[A-Z]{3}$" },
      amount: { type: "string", pattern: "^[1-9][0-9]{0,14}$" },
      reference: { type: "string", minLength: 1, maxLength: 128 },
    },
  },
  response: {
    201: {
      type: "object",
      properties: {
        object: text,
        merchant: text,
        asset: text,
        amount: text,
        reference: text,
        repeated: { type: "boolean" },
        available: text,
      },
    },
  },
} as const

const BY: Actor = { kind: "operator-key", name: "bench", id: null }

const { asset, databaseUrl } = settings<PlainSettings>()

async function start() {
  const plain = await makePlain(databaseUrl, POOL_SIZE)
  const { app, clock, ids, merchantId, pool } = plain
  const [outside, available] = [ids.next(), ids.next()]
  await pool.query(
    `insert into accounts
(id, custodian, merchant_id, rail, kind, asset, balance, floor, created_at)
values ($1, 'gateway', null, 'operator', 'outside', $3, 0, null, $4),
  ($2, 'gateway', $5, null, 'available', $3, 0, 0, $4)`,
    [outside, available, asset, clock.now(), merchantId],
  )

  /** Locks the accounts, looks whether the one that pays may, and books. */
  async function book(client: PoolClient, { amount, reference }: Body): Promise<bigint> {
    const moved = BigInt(amount)
    const { rows } = await client.query<Account>({
      name: "accounts",
      text: "select id, balance, floor from accounts where id = any($1) order by id for update",
      values: [[outside, available]],
    })
    const debited = rows.find(({ id }) => id === outside)!
    const credited = rows.find(({ id }) => id === available)!
    const left = BigInt(debited.balance) - moved
    if (debited.floor !== null && left < BigInt(debited.floor)) throw new Error("not covered")
    const filled = BigInt(credited.balance) + moved
    const transferId = ids.next()
    await client.query({
      name: "transfer",
      text: `insert into transfers
(id, debit_id, credit_id, amount, kind, merchant_id, reference, created_at)
values ($1, $2, $3, $4, 'top-up', $5, $6, $7)`,
      values: [transferId, outside, available, moved, merchantId, reference, clock.now()],
    })
    const balance = { name: "balance", text: "update accounts set balance = $2 where id = $1" }
    await client.query({ ...balance, values: [outside, left] })
    await client.query({ ...balance, values: [available, filled] })
    const { text, params = [] } = appendCall([entryOf(transferId, amount)])
    await client.query({ name: "audit", text, values: [...params] })
    return filled
  }

  /** What an operator does is written down, there as here. */
  function entryOf(subject: string, amount: string): string {
    const change = { [asset]: { old: null, new: amount } }
    const entry = { action: "wallet.top-up", merchantId, subject, outcome: "done", change } as const
    return contentOf(entry, BY, clock.now())
  }

  app.post<{ Body: Body }>("/v1/operator/top-ups", { schema: SCHEMA }, async ({ body }, reply) => {
    try {
      const filled = await inTransaction(pool, (client) => book(client, body))
      const answer = { object: "top_up", ...body, repeated: false, available: String(filled) }
      return reply.code(201).send(answer)
    } catch (error) {
      if (!isRepeat(error)) throw error
      return reply.code(409).send({ message: "this reference was booked before" })
    }
  })
  return { plain, access: { ...(await plain.listen()), merchant: merchantId } }
}

serveStarted(start, { access: ({ access }) => access }, ({ plain }) => plain.close())
