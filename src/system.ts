/** Builds every part of the gateway in order; the program and the tests both start it here. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { join } from "node:path"
import type { FastifyInstance } from "fastify"
import type { Logger } from "pino"
import { mountCheckout } from "./checkout/index.ts"
import { type Clock, type HostClock, hostClock, type Ids, makeIds } from "./clock.ts"
import { type Config, ConfigError } from "./config.ts"
import { type Core, openCore } from "./core/core.ts"
import { claimMode } from "./core/merchants/store.ts"
import { makePasswords } from "./core/password.ts"
import { type Keyring, masterKey, openKeyring, parseMasterKey } from "./core/seal.ts"
import { checkServer, clockOffsetMs, type Database, openDatabase } from "./db/database.ts"
import { type Embedded, startEmbedded } from "./db/embedded.ts"
import { migrate } from "./db/migrate.ts"
import { dialects, mountDialect } from "./dialects/index.ts"
import { checkAddress, parseAllowList } from "./http/address.ts"
import { clockCheck, mountHealth } from "./http/health.ts"
import { makeMetrics } from "./http/metrics.ts"
import { makeSender } from "./http/send.ts"
import { makeServer } from "./http/server.ts"
import { makeRails } from "./rails/index.ts"
import { openSandbox, removeSandboxFile, type Shown } from "./sandbox.ts"

export type System = {
  readonly url: string
  readonly core: Core
  readonly database: Database
  /** The demo merchant in each dialect; empty in live mode. */
  readonly sandbox: readonly Shown[]
  /** Stops taking requests, finishes what is under way, stops the database last. */
  stop(): Promise<void>
}

export type SystemParts = {
  readonly config: Config
  readonly log: Logger
  /** Tells an operator something once, in the terminal. */
  readonly notice?: (text: string) => void
  /** For tests. */
  readonly clock?: Clock
}

const MIGRATIONS = join(import.meta.dirname, "..", "migrations")
const LOOPBACK = ["127.0.0.0/8", "::1/128", "localhost"]
/** A host's clock drifts by milliseconds a minute at most. */
const CLOCK_CHECK_MS = 60_000

/** Starts the gateway and resolves when it answers. What was started is stopped when it can't. */
export async function startSystem(parts: SystemParts): Promise<System> {
  const { config, log } = parts
  const undo: (() => Promise<unknown>)[] = []
  const stop = async () => {
    while (undo.length > 0) await undo.pop()!()
  }
  try {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
    const embedded = config.databaseUrl === null ? await startDatabase(parts) : null
    if (embedded) undo.push(() => embedded.stop())
    const database = openDatabase({
      url: config.databaseUrl ?? embedded!.url,
      applicationName: "caudal",
      plans: "indexed",
      onError: (error) => log.warn({ err: error }, "a database connection was lost"),
    })
    undo.push(() => database.close())
    const clock = hostClock()
    await prepareDatabase(database, config, clock)
    const started = await startNode(parts, database, parts.clock ?? clock, clock, undo)
    return { ...started, database, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function startDatabase({ config, log, notice }: SystemParts): Promise<Embedded> {
  return startEmbedded({
    dataDir: config.dataDir,
    notice: (text) => notice?.(text),
    onDown: (reason) => log.error({ reason }, "the embedded database ended; it is started again"),
    onUp: (downMs) => log.warn({ downMs }, "the embedded database answers again"),
  })
}

async function prepareDatabase(
  database: Database,
  config: Config,
  clock: HostClock,
): Promise<void> {
  await checkServer(database, config.databaseUrl ?? undefined)
  await migrate(database, MIGRATIONS)
  clock.setOffsetMs(await clockOffsetMs(database, clock))
  const mode = await claimMode(database, config.mode, clock.now())
  if (mode !== config.mode) {
    throw new ConfigError(
      `CAUDAL_MODE: this database belongs to a ${mode} installation and can't be used as ${config.mode}`,
    )
  }
}

async function startNode(
  { config, log }: SystemParts,
  database: Database,
  clock: Clock,
  host: HostClock,
  undo: (() => Promise<unknown>)[],
): Promise<Omit<System, "database" | "stop">> {
  const ids = makeIds(clock)
  const keyring = readKeyring(config, ids)
  const metrics = makeMetrics()
  const allow = [...config.file.webhooks.allow, ...(config.mode === "sandbox" ? LOOPBACK : [])]
  const sender = makeSender({ clock, mode: config.mode, allow, userAgent: "Caudal-Webhooks/1" })
  undo.push(() => sender.close())
  const server = makeServer({
    clock,
    ids,
    logger: log,
    metrics,
    mode: config.mode,
    ...(config.trustProxy === null ? {} : { trustProxy: config.trustProxy }),
    hosts: prefixesByHost(config),
    onFrameworkError: (path, problem) => {
      const dialect = dialects.find(
        ({ prefix }) => path === prefix || path.startsWith(`${prefix}/`),
      )
      if (!dialect) return null
      const code = problem.status === 404 ? "route_not_found" : "body_malformed"
      const wire = dialect.problem({ code, message: problem.detail }, problem.requestId)
      const type = { "content-type": "application/json; charset=utf-8" }
      return {
        status: wire.status,
        headers: { ...type, ...wire.headers },
        body: JSON.stringify(wire.body),
      }
    },
  })
  undo.push(() => server.close())

  const port = config.port === 0 ? await freePort(config.host) : config.port
  const url = `http://${hostInUrl(config.host)}:${port}`
  const core = openCore({
    mode: config.mode,
    publicUrl: config.publicUrl ?? url,
    database,
    clock,
    ids,
    keyring,
    passwords: makePasswords(ids),
    rails: makeRails({ clock, ids, dataDir: config.dataDir, mode: config.mode }),
    defaultRail: config.file.rails.default ?? (config.mode === "sandbox" ? "simulator" : null),
    voices: dialects,
    send: (request) => sender.send(request),
    checkAddress: async (url) => {
      const verdict = checkAddress(url, { mode: config.mode, allow: parseAllowList(allow) })
      return verdict.kind === "allowed" ? null : verdict.why
    },
    metrics,
    log,
  })
  let ready = false
  mountHealth(server, {
    metrics,
    checks: async () => [
      { name: "started", ok: ready },
      { name: "database", ok: await answers(database) },
      clockCheck(host.offsetMs()),
    ],
  })
  for (const dialect of dialects) await mountDialect(server, dialect, core)
  await mountCheckout(server, core)
  await listen(server, config.host, port)

  const stopLoops = core.start()
  // Requests end before the engine does: this is undone before the server's own end is waited for.
  undo.push(async () => {
    await server.close()
    await stopLoops()
  })
  const timer = setInterval(() => {
    clockOffsetMs(database, host).then(
      (offsetMs) => host.setOffsetMs(host.offsetMs() + offsetMs),
      () => undefined,
    )
  }, CLOCK_CHECK_MS)
  undo.push(async () => clearInterval(timer))

  if (config.mode === "live") removeSandboxFile(config.dataDir)
  const sandbox =
    config.mode === "live"
      ? []
      : await openSandbox({
          core,
          dialects,
          dataDir: config.dataDir,
          url: core.publicUrl,
          webhookUrl: config.sandboxWebhookUrl,
          loopback: config.loopback,
        })
  ready = true
  return { url, core, sandbox }
}

/** Port 0 means any; links carry the number, so it has to be known before anything is built. */
async function freePort(host: string): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject)
    probe.listen(0, host, resolve)
  })
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** How a browser on this machine reaches what listens on `host`. */
function hostInUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1"
  return host.includes(":") ? `[${host}]` : host
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    // The name would make two servers of one.
    await server.listen({ host: host === "localhost" ? "127.0.0.1" : host, port })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error
    throw new ConfigError(
      `PORT: ${port} is in use by another program; set another, or end that one`,
    )
  }
}

function prefixesByHost(config: Config): Record<string, string> {
  const entries = Object.entries(config.file.hosts).map(([host, name]) => {
    const dialect = dialects.find((each) => each.name === name)!
    return [host.toLowerCase(), dialect.prefix] as const
  })
  return Object.fromEntries(entries)
}

async function answers(database: Database): Promise<boolean> {
  return database.ping().then(
    () => true,
    () => false,
  )
}

/** The master key that was given, or the one that a sandbox made for itself at its first start. */
function readKeyring(config: Config, ids: Ids): Keyring {
  if (config.masterKey !== null) {
    return openKeyring(ids, { current: parseMasterKey(config.masterKey) })
  }
  const path = join(config.dataDir, "master.key")
  try {
    writeFileSync(path, `${ids.bytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  }
  const kept = parseMasterKey(readFileSync(path, "utf8"))
  return openKeyring(ids, { current: masterKey(kept.key) })
}
