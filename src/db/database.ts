/** The door to PostgreSQL: reads, short transactions, the writer, notifications. */
import pg from "pg"
import type { Clock } from "../clock.ts"
import { wantsNewSession } from "./classify.ts"
import {
  ANSWER_TIMEOUT_MS,
  CONNECT_TIMEOUT_MS,
  clientConfig,
  type DatabaseSettings,
  describeServer,
  prepareSession,
  STATEMENT_TIMEOUT_MS,
} from "./connection.ts"
import { type Call, driverQuery, type Parameter, type Result } from "./statement.ts"
import { openWriter, type Writer } from "./writer.ts"

export { arrayLiteral, columnLiteral, type Element } from "./array.ts"
export { classify, type Fault } from "./classify.ts"
export type { DatabaseSettings } from "./connection.ts"
export type { Call, Parameter, Result } from "./statement.ts"
export { begin, commit, NothingSent, rollback, TransactionLost, type Writer } from "./writer.ts"

/** What runs statements: the database itself, or one transaction on it. */
export type Queries = {
  /**
   * Runs one statement, prepared once per connection under a name made of its text. int8 and
   * numeric are read as bigint, dates as text, timestamptz as Date, json parsed.
   */
  query<Row = Record<string, unknown>>(
    text: string,
    params?: readonly Parameter[],
  ): Promise<Result<Row>>
}

/** One transaction. */
export type Transaction = Queries & {
  /**
   * Runs several statements without parameters, as a migration needs; no time limit but an hour.
   */
  script(text: string): Promise<void>
}

/** An open database. All connections are made when needed and again after they were lost. */
export type Database = Queries & {
  /** Runs `work` in a transaction, committed when it resolves and rolled back when it throws. */
  transaction<Answer>(
    work: (transaction: Transaction) => Promise<Answer>,
    /** How long each statement may take, where the server's own limit was raised. */
    limits?: { readonly answerMs: number },
  ): Promise<Answer>
  /** A new connection of its own for pipelined rounds; closed with the database. */
  writer(): Writer
  /** Resolves when the server answers, rejects with the reason when it doesn't. */
  ping(): Promise<void>
  /** The pool's connections by what they do, and how many callers wait for one. */
  connections(): Readonly<Record<"busy" | "idle" | "waiting", number>>
  /** Waits for what is running and closes every connection; may be called again. */
  close(): Promise<void>
}

/**
 * What a writer is given is committed within this time or never: it connects, waits for the answer,
 * and a server that lost it ends the statement that it is at.
 */
export const COMMIT_WITHIN_MS = CONNECT_TIMEOUT_MS + ANSWER_TIMEOUT_MS + STATEMENT_TIMEOUT_MS

/** Enough for the loops of one node. */
const POOL_SIZE = 8
/** The most that a node has open at once: those, and its writer's. */
export const CONNECTIONS = POOL_SIZE + 1
/** Connections beyond what the load needs are given back after this long. */
const IDLE_MS = 30_000

/** A migration may rewrite a large table; beyond this something is stuck. */
const SCRIPT_TIMEOUT_MS = 3_600_000

/** Opens a database; no connection is made yet. */
export function openDatabase(settings: DatabaseSettings): Database {
  const pool = new pg.Pool({
    ...clientConfig(settings),
    max: settings.poolSize ?? POOL_SIZE,
    idleTimeoutMillis: IDLE_MS,
    query_timeout: settings.answerMs ?? ANSWER_TIMEOUT_MS,
    onConnect: (client) => prepareSession(client, settings.plans),
  })
  pool.on("error", (error) => settings.onError?.(error))
  // The pool takes its own handler off while a connection is in use.
  pool.on("connect", (client) => client.on("error", () => {}))
  const writers = new Set<Writer>()
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    await Promise.all([pool.end(), ...[...writers].map((writer) => writer.close())])
  }

  const database: Database = {
    query: (text, params) => withClient(pool, (client) => run(client, { text, params })),
    transaction: (work, limits) =>
      withClient(pool, (client) => inTransaction(client, work, limits)),
    writer() {
      const writer = openWriter({ ...settings, applicationName: "caudal writer" })
      writers.add(writer)
      return writer
    },
    async ping() {
      await database.query("select 1")
    },
    connections: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close() {
      closing ??= close()
      return closing
    },
  }
  return database
}

async function withClient<Answer>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Answer>,
): Promise<Answer> {
  const client = await pool.connect()
  let broken = false
  try {
    return await work(client)
  } catch (error) {
    broken = wantsNewSession(error)
    throw error
  } finally {
    client.release(broken)
  }
}

async function run<Row>(
  client: pg.PoolClient,
  call: Call,
  limits?: { readonly answerMs: number },
): Promise<Result<Row>> {
  const query = driverQuery({ text: call.text, params: call.params ?? [] })
  const { rows, rowCount } = await client.query(limits ? timed(query, limits.answerMs) : query)
  return { rows: rows as Row[], rowCount: rowCount ?? 0 }
}

/** The driver knows a time limit for one query; its types don't. */
function timed<Query extends object>(query: Query, answerMs: number): Query {
  return { ...query, query_timeout: answerMs }
}

async function inTransaction<Answer>(
  client: pg.PoolClient,
  work: (transaction: Transaction) => Promise<Answer>,
  limits?: { readonly answerMs: number },
): Promise<Answer> {
  await client.query("begin")
  try {
    const answer = await work({
      query: (text, params) => run(client, { text, params }, limits),
      script: async (text) => {
        await client.query(timed({ text }, SCRIPT_TIMEOUT_MS))
      },
    })
    const { command } = await client.query("commit")
    // The server answers the commit of a failed transaction with ROLLBACK and no error.
    if (command !== "COMMIT") throw new Error("a statement failed unnoticed: rolled back")
    return answer
  } catch (error) {
    if (!wantsNewSession(error)) await client.query("rollback")
    throw error
  }
}

/** What the SQL is written for; older servers lack parts of it. */
const OLDEST_SERVER = 150_000

/** Refuses a server that is too old, can't write, or could lose what was committed. */
export async function checkServer(database: Queries, url?: string): Promise<void> {
  const { rows } = await database.query<Record<string, string>>(
    `select current_setting('server_version_num') as version,
            current_setting('server_encoding') as encoding,
            current_setting('fsync') as fsync,
            current_setting('full_page_writes') as full_page_writes,
            current_setting('synchronous_commit') as synchronous_commit,
            current_setting('transaction_read_only') as read_only`,
  )
  const server = rows[0]!
  const problems = [
    Number(server.version) < OLDEST_SERVER && "is older than PostgreSQL 15: upgrade it",
    server.read_only === "on" && "is read-only: make it writable",
    server.encoding !== "UTF8" && "doesn't store UTF8: create the database with encoding 'UTF8'",
    ...["fsync", "full_page_writes", "synchronous_commit"].map(
      (name) => server[name] === "off" && `has ${name} = off, which loses payments: turn it on`,
    ),
  ].filter((problem) => problem !== false)
  if (problems.length === 0) return
  const name = url === undefined ? "the database server" : describeServer(url)
  throw new Error(`Can't use ${name}: it ${problems.join("; it ")}.`)
}

/** How many connections the server gives to users like ours, those in use included. */
export async function connectionsOf(database: Queries): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select sum(setting::int * case name when 'max_connections' then 1 else -1 end)::int as count
from pg_settings
where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections')`,
  )
  return rows[0]!.count
}

/** The quickest of a few answers has the least doubt about when it was given. */
const CLOCK_SAMPLES = 5

/**
 * How far the database's clock is ahead of `clock`, in milliseconds (negative: behind). The only
 * place that asks the database for the time.
 */
export async function clockOffsetMs(database: Queries, clock: Clock): Promise<number> {
  let best = { tookMs: Number.POSITIVE_INFINITY, offsetMs: 0 }
  for (let sample = 0; sample < CLOCK_SAMPLES; sample += 1) {
    const before = clock.now().getTime()
    const started = clock.elapsedMs()
    const { rows } = await database.query<{ ms: number }>(
      "select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms",
    )
    const tookMs = clock.elapsedMs() - started
    if (tookMs < best.tookMs) best = { tookMs, offsetMs: rows[0]!.ms - (before + tookMs / 2) }
  }
  return best.offsetMs
}
