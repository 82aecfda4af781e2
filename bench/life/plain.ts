/**
 * The control of a life: a plain server that writes the same rows, one transaction a step.
 *
 * It creates and approves as the gateway does, down to the row of the outbox, and sends nothing.
 */
import { serveStarted, settings } from "../child.ts"
import { pentagooRoute } from "../controls/creates.ts"
import { inTransaction, makePlain } from "../controls/server.ts"
import { approve, lock, makeGround, tell } from "./steps.ts"
import { APPROVE, shown } from "./words.ts"

export type PlainSettings = { readonly databaseUrl: string }

async function start() {
  const plain = await makePlain(settings<PlainSettings>().databaseUrl)
  const { app, clock, pool } = plain
  const ground = await makeGround(plain)

  pentagooRoute(plain)

  app.post<{ Params: { id: string } }>(
    "/v1/payments/:id/simulate",
    { schema: APPROVE },
    async ({ params }, reply) => {
      const answer = await inTransaction(pool, async (client) => {
        const found = await lock(client, plain, params.id)
        if (found === null) return null
        const at = clock.now()
        await approve(client, plain, ground, found, at)
        await tell(client, plain, ground, found, at)
        return shown(found, at)
      })
      return answer ?? reply.code(409).send({ message: "this payment is not open" })
    },
  )
  return { plain, access: await plain.listen() }
}

serveStarted(start, { access: ({ access }) => access }, ({ plain }) => plain.close())
