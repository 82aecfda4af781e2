/** Looks at the database: its server, tables and books, what is late, and who isn't reached. */
import type { Config } from "../../config.ts"
import type { Core, Examined } from "../../core/index.ts"
import { withCore } from "../core.ts"
import { instant } from "../shell.ts"
import { bad, type Finding, size, warn, well } from "./finding.ts"

/** Below it parts of the SQL don't exist. */
const MAJOR_MIN = 15
const CONNECTIONS_WARN = 0.8
/** A share of dead rows that cleaning should have taken care of. */
const DEAD_SHARE = 0.2
const TRANSACTION_WARN_MS = 300_000
/** Half of the way to where a database takes no writes any more. */
const AGE_WARN = 1_000_000_000
/** The look comes once a minute. */
const BOOKS_LATE_MS = 600_000
const UNKNOWN_MS = 3_600_000
const CHAIN_LATE_MS = 300_000
/** Of a day's webhooks to one endpoint. */
const FAILING_SHARE = 0.1
const MERCHANTS_MAX = 1_000

/** Opens the database as every command does; what keeps it from being opened is the finding. */
export async function lookAtDatabase(config: Config, runs: boolean): Promise<readonly Finding[]> {
  try {
    return await withCore(
      config,
      () => {},
      (core) => all(core, runs),
    )
  } catch (error) {
    const { name, message } = error as Error
    if (!["OpenError", "ConfigError", "CommandError"].includes(name)) throw error
    const todo = "everything else waits for it: docs/operating.md says how it is set up"
    return [bad(name === "ConfigError" ? "master key" : "database", message, todo)]
  }
}

async function all(core: Core, runs: boolean): Promise<readonly Finding[]> {
  const examined = await core.examine()
  const now = core.clock.now()
  return [
    ...server(examined),
    ...tables(examined),
    well("master key", "it opens what is sealed here"),
    books(examined, now, runs),
    ...chains(examined, now, runs),
    late(examined, runs),
    await unknown(core, now),
    ...(await receivers(core)),
  ]
}

function server({ server: facts }: Examined): readonly Finding[] {
  const { version, settings, connections, connectionsMax, bytes } = facts
  const major = Number.parseInt(version, 10)
  const lossy = ["fsync", "full_page_writes", "synchronous_commit"].filter(
    (name) => settings[name] === "off",
  )
  const share = connections / connectionsMax
  const used = `${connections} of ${connectionsMax} connections are in use`
  return [
    major < MAJOR_MIN
      ? bad("database", `PostgreSQL ${version} is too old`, `use ${MAJOR_MIN} or newer`)
      : well("database", `PostgreSQL ${version}, ${size(bytes)}`),
    ...lossy.map((name) =>
      bad("database", `${name} is off: what was acknowledged can be lost`, `set ${name} = on`),
    ),
    ...(lossy.length === 0 ? [well("database", "what is committed survives a power cut")] : []),
    share >= CONNECTIONS_WARN
      ? warn("database", used, "raise max_connections, or run fewer processes or other clients")
      : well("database", used),
    ...(settings["autovacuum"] === "off"
      ? [bad("database", "autovacuum is off: tables only grow", "set autovacuum = on")]
      : []),
    ...(settings["data_checksums"] === "off"
      ? [
          warn(
            "database",
            "pages have no checksums",
            "pg_checksums --enable, with the server stopped",
          ),
        ]
      : []),
    ...((facts.oldestTransactionMs ?? 0) > TRANSACTION_WARN_MS
      ? [
          warn(
            "database",
            `a transaction has been open for ${Math.round(facts.oldestTransactionMs! / 60_000)} minutes`,
            "pg_stat_activity says whose; while it lasts old rows can't be cleaned away",
          ),
        ]
      : []),
    ...(facts.age > AGE_WARN
      ? [bad("database", `its oldest row is ${facts.age} transactions old`, "vacuum freeze soon")]
      : []),
  ]
}

function tables({ dead, monthsMissing }: Examined): readonly Finding[] {
  const bloated = dead.filter((each) => each.dead > (each.live + each.dead) * DEAD_SHARE)
  return [
    ...bloated.map(({ table, dead: rows, bytes }) =>
      warn(
        "tables",
        `${table} (${size(bytes)}) has ${rows.toLocaleString("en")} dead rows`,
        `vacuum ${table}; if they come back, look for a transaction or slot that keeps them`,
      ),
    ),
    ...(bloated.length === 0 ? [well("tables", "old rows are cleaned away")] : []),
    monthsMissing.length > 0
      ? bad("tables", `no place for ${monthsMissing.join(", ")}`, "start a gateway: it makes them")
      : well("tables", "this month and the next have their places"),
  ]
}

function books({ books: { lookedAt, wrong, wrongSince } }: Examined, now: Date, runs: boolean) {
  if (wrong > 0) {
    const since = wrongSince ? ` since ${instant(wrongSince)}` : ""
    return bad("books", `${wrong} rows are wrong${since}`, "caudal verify says which; then ask us")
  }
  if (lookedAt === null) {
    return warn("books", "nobody has looked at them yet", "caudal verify does it now")
  }
  const text = `right when they were last looked at, ${instant(lookedAt)}`
  const isLate = runs && now.getTime() - lookedAt.getTime() > BOOKS_LATE_MS
  return isLate
    ? warn("books", text, "the gateway should do it each minute: see its log")
    : well("books", text)
}

function chains({ cursors }: Examined, now: Date, runs: boolean): readonly Finding[] {
  return cursors.map(({ name, updatedAt, leasedUntil }) => {
    const text = `${name} was last read ${instant(updatedAt)}`
    const isRead = leasedUntil !== null && leasedUntil > now
    const isLate = now.getTime() - updatedAt.getTime() > CHAIN_LATE_MS
    if (!runs || (isRead && !isLate)) return well("chains", text)
    const todo = "look at its nodes in rails.evm, or caudal xpub gaps if it is gone for good"
    return warn("chains", isRead ? text : `${text}, and nobody reads it now`, todo)
  })
}

function late({ late: { count, since } }: Examined, runs: boolean): Finding {
  if (count === 0) return well("webhooks", "none is late")
  const text = `${count} are late, the oldest since ${instant(since)}`
  const todo = runs
    ? "look at the receivers below, and at the gateway's log"
    : "start the gateway: it sends them"
  return warn("webhooks", text, todo)
}

async function unknown(core: Core, now: Date): Promise<Finding> {
  let count = 0
  const begunBefore = new Date(now.getTime() - UNKNOWN_MS)
  await core.reports.unanswered({ merchantId: null, rail: null, begunBefore }, async (rows) => {
    count += rows.length
  })
  if (count === 0) return well("attempts", "none has been without an answer for an hour")
  const text = `${count} have had no answer for an hour or longer`
  return warn("attempts", text, "caudal attempts unknown lists them")
}

async function receivers(core: Core): Promise<readonly Finding[]> {
  const merchants = (await core.merchants.list()).slice(0, MERCHANTS_MAX)
  const found: Finding[] = []
  let count = 0
  for (const { id, name } of merchants) {
    const endpoints = await core.merchants.endpoints(id)
    const health = new Map(
      (await core.merchants.endpointHealth(id)).map((each) => [each.endpointId, each]),
    )
    for (const { id: endpointId, url, disabledAt } of endpoints) {
      const of = health.get(endpointId)
      if (disabledAt !== null || !of) continue
      count += 1
      const tried = of.delivered + of.failed + of.due
      if (of.failed + of.due <= tried * FAILING_SHARE) continue
      const why = of.lastFault === null ? "" : `, last: ${of.lastFault}`
      const text = `${name}'s ${new URL(url).host} took ${of.delivered} of ${tried} today${why}`
      const todo = `tell ${name}; caudal replay --endpoint ${endpointId} --since 24h afterwards`
      found.push(warn("receivers", text, todo))
    }
  }
  return found.length > 0 ? found : [well("receivers", `${count} were told of something today`)]
}
