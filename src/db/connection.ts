/**
 * How one connection to PostgreSQL is made: limits, session settings, how column types are read.
 */
import pg from "pg"

/** Where the database is and how it is used. */
export type DatabaseSettings = {
  /** `postgres://user:password@host:port/database`; never written to a log or an error. */
  url: string
  /** Shown in `pg_stat_activity`, so that an operator sees which connection is whose. */
  applicationName?: string
  /**
   * `indexed`: never plan a sequential scan, hash or merge join where an index can serve. For the
   * engine and the loops, whose statements are prepared while the tables of a fresh installation
   * are still empty: a plan made then is kept, and is slow an hour later. Default: `any`.
   */
  plans?: "indexed" | "any"
  /** The most connections that the pool opens. */
  poolSize?: number
  /** For tests: how long an answer may take before its connection is cut. */
  answerMs?: number
  /** Hears of faults on connections that nobody is waiting for; they are already dealt with. */
  onError?: (error: Error) => void
}

/** A server that doesn't answer within this time is down for our purposes. */
export const CONNECT_TIMEOUT_MS = 5_000
/** Longer than any statement of ours needs, shorter than most clients wait for an answer. */
export const STATEMENT_TIMEOUT_MS = 20_000
/** A node frozen inside a transaction holds its rows no longer than this. */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000
/** Above the former, so that those who wait for a frozen node's rows outlive it. */
export const LOCK_TIMEOUT_MS = 15_000
/** The server's own timeouts come first; this one is for a network that swallows the answer. */
export const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000
/**
 * Idle connections are probed this soon, before firewalls forget them (often after 60 s or more).
 */
const KEEP_ALIVE_AFTER_MS = 10_000

const sessionSettings = [
  "set client_encoding = 'UTF8'",
  "set timezone = 'UTC'",
  "set datestyle = 'ISO'",
  `set statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
  `set lock_timeout = ${LOCK_TIMEOUT_MS}`,
  `set idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_TIMEOUT_MS}`,
].join(";")

const indexedPlans = [
  "set enable_seqscan = off",
  "set enable_hashjoin = off",
  "set enable_mergejoin = off",
  "set jit = off",
].join(";")

/** The driver's configuration for one connection (or a pool of them). */
export function clientConfig(settings: DatabaseSettings): pg.ClientConfig {
  return {
    connectionString: settings.url,
    application_name: settings.applicationName ?? "caudal",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
  }
}

/** A server that follows another: what it has may be old, and it takes nothing. */
export class Standby extends Error {
  override name = "Standby"
  /** What it would say to the first write. */
  readonly code = "25006"
  constructor() {
    super("it is a standby: connect to the primary")
  }
}

/**
 * Sets up a fresh session; one round trip. Rejects with `Standby` where the way leads to one, as it
 * may for a moment of a fail-over: its reads would be stale for as long as the connection lives.
 */
export async function prepareSession(
  client: Pick<pg.ClientBase, "query">,
  plans: DatabaseSettings["plans"],
): Promise<void> {
  const settings = plans === "indexed" ? `${sessionSettings};${indexedPlans}` : sessionSettings
  const answers = await client.query(`${settings};select pg_is_in_recovery() as standby`)
  // The driver answers several statements with a list, which its types don't know.
  const last = (answers as unknown as readonly pg.QueryResult<{ standby: boolean }>[]).at(-1)
  if (last?.rows[0]?.standby) throw new Standby()
}

/** Opens a connection of its own, outside any pool; faults while it is idle go to `onError`. */
export async function connectClient(settings: DatabaseSettings): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(settings))
  // Without a handler, a connection that dies while idle would end the process.
  client.on("error", (error) => settings.onError?.(error))
  try {
    await client.connect()
    await within(client, CONNECT_TIMEOUT_MS, () => prepareSession(client, settings.plans))
  } catch (error) {
    client.end().catch(() => {})
    throw error
  }
  return client
}

/**
 * Runs `work` on a connection and cuts the connection, so that `work` fails, when it takes longer.
 */
export async function within<Answer>(
  client: pg.Client,
  timeoutMs: number,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const timer = setTimeout(() => client.connection.stream.destroy(), timeoutMs)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}

/** How long a goodbye may take before the socket is simply closed. */
const END_TIMEOUT_MS = 2_000

/** Ends a connection: politely if the server still listens, and in any case soon. */
export function endClient(client: pg.Client): Promise<void> {
  return within(client, END_TIMEOUT_MS, () => client.end())
}

/** Names the server of a URL without its password, for messages. */
export function describeServer(url: string): string {
  try {
    const { host, port, database, user } = new pg.Client({ connectionString: url })
    return `${user ?? "?"}@${host}:${port}/${database ?? "?"}`
  } catch {
    return "the server of DATABASE_URL, which is not a valid postgres:// URL"
  }
}

type Parser = (text: string) => unknown

const textArray = pg.types.getTypeParser(1009 as number, "text") as (text: string) => unknown[]

const arrayOf =
  (parse: Parser): Parser =>
  (text) =>
    textArray(text).map((item) => (item === null ? null : parse(item as string)))

const same: Parser = (text) => text

/** By type oid, where we read a type in another way than the driver. */
const parsers: Record<number, Parser> = {
  20: BigInt,
  1016: arrayOf(BigInt),
  1700: wholeNumber,
  1231: arrayOf(wholeNumber),
  1082: same, // date: a day has no time zone, a JavaScript Date has
  1182: arrayOf(same),
  1184: instant,
  1185: arrayOf(instant),
}

/** How a column's text is read. */
export function typeParser(oid: number, format?: "text" | "binary"): Parser {
  const own = format === "binary" ? undefined : parsers[oid]
  return own ?? (pg.types.getTypeParser(oid, format as "text") as Parser)
}

/**
 * Our numerics are amounts in minor units: one with a fraction is a bug, not something to round.
 */
function wholeNumber(text: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new RangeError(`a numeric that isn't whole: ${text}`)
  return BigInt(text)
}

/** Reads `2026-01-05 14:00:00.123456+00` (sessions are in UTC), truncated to milliseconds. */
function instant(text: string): Date {
  const at = new Date(`${text.slice(0, 10)}T${text.slice(11, -3).slice(0, 12)}Z`)
  if (!text.endsWith("+00") || Number.isNaN(at.getTime())) {
    throw new RangeError(`an instant that JavaScript can't hold: ${text}`)
  }
  return at
}
