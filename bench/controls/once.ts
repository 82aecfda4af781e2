/** An answer that is given once for each Idempotency-Key, as a plain server does it. */
import type { FastifyReply, FastifyRequest } from "fastify"
import type { PoolClient } from "pg"
import { insert } from "./rows.ts"
import { digest, inTransaction, isRepeat, type Plain } from "./server.ts"

type Stored = {
  readonly fingerprint: string
  readonly status: number
  readonly body_sealed: Buffer
}

const KEPT_MS = 7 * 86_400_000
const CONTEXT = "answer.body"

export type Work = {
  readonly status: number
  /** Runs in the transaction that also keeps its answer. */
  make(client: PoolClient): Promise<unknown>
  /** Runs behind the commit; not for a repeat. */
  made?(): void
}

/** Does the work; a repeat of the key gets the first answer. */
export async function once(
  plain: Plain,
  request: FastifyRequest,
  reply: FastifyReply,
  { make, made, status }: Work,
): Promise<FastifyReply> {
  const { clock, keyring, merchantId, pool } = plain
  const key = digest(`${merchantId} ${request.url} ${request.headers["idempotency-key"]}`)
  const fingerprint = digest(JSON.stringify(request.body))
  try {
    const body = await inTransaction(pool, async (client) => {
      const text = JSON.stringify(await make(client))
      const at = clock.now()
      const answer = {
        key,
        fingerprint,
        status,
        body_sealed: keyring.seal(text, CONTEXT),
        created_at: at,
        expires_at: new Date(at.getTime() + KEPT_MS),
      }
      await client.query(insert("answers", answer))
      return text
    })
    made?.()
    return send(reply, status, body)
  } catch (error) {
    if (!isRepeat(error)) throw error
    const { rows } = await pool.query<Stored>({
      name: "find answer",
      text: "select fingerprint, status, body_sealed from answers where key = $1",
      values: [key],
    })
    const [first] = rows
    if (!first) throw error
    if (first.fingerprint !== fingerprint) return send(reply, 422, '{"message":"another request"}')
    return send(reply, first.status, keyring.unseal(first.body_sealed, CONTEXT).toString())
  }
}

function send(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply.code(status).type("application/json; charset=utf-8").send(body)
}
