/**
 * The control of a life: a plain server that writes the same rows, one transaction a step.
 *
 * It creates and approves as the gateway does, down to the rows of the outbox, and sends nothing.
 */
import { instruct } from "../../src/rails/simulator/coins.ts"
import { serve, settings } from "../child.ts"
import { attemptOf, paymentOf } from "../controls/charge.ts"
import { insert } from "../controls/rows.ts"
import { inTransaction, makePlain } from "../controls/server.ts"
import { approve, lock, makeGround, tell } from "./steps.ts"
import { APPROVE, CREATE, type Creation, idIn, shown } from "./words.ts"

export type PlainSettings = { readonly databaseUrl: string }

const TTL_MS = 86_400_000

async function start() {
  const plain = await makePlain(settings<PlainSettings>().databaseUrl)
  const { app, clock, ids, pool } = plain
  const ground = await makeGround(plain)

  app.post<{ Body: Creation }>("/v1/payments", { schema: CREATE }, async ({ body }, reply) => {
    const { method, ...said } = body
    const attemptId = ids.next()
    const about = {
      ...said,
      dialect: "caudal",
      purpose: { methods: [method] },
      expires_at: new Date(clock.now().getTime() + TTL_MS),
    }
    const payment = paymentOf(plain, about, attemptId)
    const { amount, asset } = payment
    const instructions = instruct({ attemptId, amount: BigInt(amount), asset })
    const way = { id: attemptId, method, target: {}, instructions }
    const attempt = attemptOf(plain, payment, way)
    const answer = shown(payment, null)
    await inTransaction(pool, async (client) => {
      await client.query(insert("payments", payment))
      await client.query(insert("attempts", attempt))
      await tell(client, plain, ground, payment, answer)
    })
    return reply.code(201).send(answer)
  })

  app.post<{ Params: { id: string } }>(
    "/v1/payments/:id/simulate",
    { schema: APPROVE },
    async ({ params }, reply) => {
      const answer = await inTransaction(pool, async (client) => {
        const found = await lock(client, plain, idIn(params.id))
        if (found === null) return null
        const at = clock.now()
        const payment = { ...found, state: "approved", version: 2, updated_at: at }
        const answer = shown(payment, at)
        await approve(client, plain, ground, found, at)
        await tell(client, plain, ground, payment, answer)
        return answer
      })
      return answer ?? reply.code(409).send({ message: "this payment is not open" })
    },
  )
  return { plain, access: await plain.listen() }
}

const starting = start()
starting.catch(() => {})

serve(
  {
    ready: async () => {
      await starting
      return true
    },
    access: async () => (await starting).access,
  },
  async () => (await starting).plain.close(),
)
