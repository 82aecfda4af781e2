/**
 * Control (a): the server that a good engineer writes with Fastify and `pg` in an afternoon.
 *
 * It has no handicap: a pool, prepared statements, keys in memory, bodies checked and answers
 * written by compiled schemas. It has no trick either: each request is a transaction of its own.
 */
import { createHash, randomBytes } from "node:crypto"
import type { AddressInfo } from "node:net"
import Fastify, { type FastifyInstance } from "fastify"
import pg from "pg"
import { type Clock, hostClock, type Ids, makeIds } from "../../src/clock.ts"
import { type Keyring, masterKey, openKeyring } from "../../src/core/seal.ts"

/** One merchant's own key; all it may do is what its routes offer. */
export type Access = { readonly baseUrl: string; readonly key: string }

export type Plain = {
  readonly app: FastifyInstance
  readonly pool: pg.Pool
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly merchantId: string
  /** Listens on a port of its own choice. */
  listen(): Promise<Access>
  close(): Promise<void>
}

/** More connections than this only wait for each other on few cores. */
const POOL_SIZE = 16
const KEY_BYTES = 32

/** Makes the server on a migrated database, with one merchant in it. */
export async function makePlain(databaseUrl: string, poolSize = POOL_SIZE): Promise<Plain> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: poolSize })
  // A connection that dies while idle is made again.
  pool.on("error", () => {})
  const clock = hostClock()
  const ids = makeIds(clock)
  const keyring = openKeyring(ids, { current: masterKey(randomBytes(KEY_BYTES)) })
  const merchantId = ids.next()
  await pool.query(
    `insert into merchants (id, name, time_zone, settings, created_at)
values ($1, 'Plain', 'America/Bogota', '{}', $2)`,
    [merchantId, clock.now()],
  )
  const key = randomBytes(KEY_BYTES).toString("base64url")
  const merchants = new Map([[digest(`Bearer ${key}`), merchantId]])
  const app = Fastify({ forceCloseConnections: true })
  app.addHook("onRequest", async (request, reply) => {
    if (merchants.has(digest(request.headers.authorization ?? ""))) return
    return reply.code(401).send({ message: "unauthorized" })
  })
  return {
    app,
    pool,
    clock,
    ids,
    keyring,
    merchantId,
    async listen() {
      await app.listen({ host: "127.0.0.1", port: 0 })
      const { port } = app.server.address() as AddressInfo
      return { baseUrl: `http://127.0.0.1:${port}`, key }
    },
    async close() {
      await app.close()
      await pool.end()
    },
  }
}

/** SHA-256 as hex. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex")
}

/** One transaction; what throws in it is rolled back and thrown on. */
export async function inTransaction<Answer>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Answer>,
): Promise<Answer> {
  const client = await pool.connect()
  try {
    await client.query("begin")
    const answer = await work(client)
    await client.query("commit")
    return answer
  } catch (error) {
    await client.query("rollback")
    throw error
  } finally {
    client.release()
  }
}

/** Whether a row was refused because there is one with the same key. */
export function isRepeat(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "23505"
}
