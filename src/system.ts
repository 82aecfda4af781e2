/** Builds every part of the gateway in order; the program and the tests both start it here. */
import { isIP } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import type { FastifyInstance } from "fastify"
import type { Logger } from "pino"
import { mountCheckout, PAGE_HEADERS, unreadablePage } from "./checkout/index.ts"
import type { Clock } from "./clock.ts"
import { type Config, ConfigError } from "./config.ts"
import { mountConsole } from "./console/index.ts"
import type { Core } from "./core/core.ts"
import { steadyKey } from "./core/seal.ts"
import type { Database, Writer } from "./db/database.ts"
import { dialects, mountDialect } from "./dialects/index.ts"
import { mountDocs } from "./docs/index.ts"
import { clockCheck, mountHealth } from "./http/health.ts"
import { type MetricsRegistry, makeMetrics } from "./http/metrics.ts"
import { mountNotices } from "./http/notices.ts"
import { makeSender } from "./http/send.ts"
import { makeServer } from "./http/server.ts"
import { coreOf, type Installation, openInstallation, railsOf } from "./installation.ts"
import { mountOpenApi } from "./openapi/index.ts"
import { type OwnChain, startOwnChain } from "./own-chain.ts"
import { chooseAddress, keepUp, prepareSandbox } from "./prepare.ts"
import { startSampling } from "./sampled.ts"
import type { ConsoleOwner, Shown } from "./sandbox.ts"
import { openTelemetry } from "./telemetry.ts"

export type System = {
  readonly url: string
  readonly core: Core
  readonly database: Database
  /** For tests: asked without a socket, it answers many times as often. */
  readonly server: FastifyInstance
  /** The demo merchant in each dialect; empty in live mode. */
  readonly sandbox: readonly Shown[]
  /** Who can sign in to a sandbox's console. */
  readonly owner: ConsoleOwner | null
  /** The chain that it keeps for itself; null in live mode, or without the program for one. */
  readonly chain: { readonly rpcUrl: string; readonly chainId: number } | null
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
  /** For benches: what stands between the engine and its connection. */
  readonly writer?: (real: Writer) => Writer
  /** Where this is one of several processes: what the first of them did for all. */
  readonly prepared?: Prepared
}

/** What the processes of one gateway have in common, beside database and port. */
export type Prepared = {
  readonly chain: Pick<OwnChain, "chainId" | "mine" | "rpcUrl" | "send" | "token"> | null
  readonly demoMerchantId: string | null
  /** Counts for this one, and shows the figures of all. */
  readonly metrics: MetricsRegistry
}

/** Starts the gateway and resolves when it answers. What was started is stopped when it can't. */
export async function startSystem(parts: SystemParts): Promise<System> {
  await using begun = new AsyncDisposableStack()
  const installation = await openInstallation(parts)
  begun.defer(() => installation.close())
  const node = await startNode(parts, installation, begun)
  const started = begun.move()
  const { database } = installation
  return { ...node, database, stop: () => started.disposeAsync() }
}

async function startNode(
  { config, log, notice, writer, prepared }: SystemParts,
  installation: Installation,
  begun: AsyncDisposableStack,
): Promise<Omit<System, "database" | "stop">> {
  const { database, clock, host, ids, allow } = installation
  const metrics = prepared?.metrics ?? makeMetrics()
  const sender = makeSender({ clock, mode: config.mode, allow, userAgent: "Caudal-Webhooks/1" })
  begun.defer(() => sender.close())
  const server = makeServer({
    clock,
    ids,
    logger: log,
    metrics,
    mode: config.mode,
    httpsOnly: config.publicUrl?.startsWith("https://") ?? false,
    ...(config.trustProxy === null ? {} : { trustProxy: proxiesIn(config.trustProxy) }),
    hosts: prefixesByHost(config),
    isOutage: (error) => core.isOutage(error),
    onFrameworkError: (path, problem) => {
      const dialect = dialects.find(
        ({ prefix }) => path === prefix || path.startsWith(`${prefix}/`),
      )
      if (!dialect) {
        const page = unreadablePage(core, path)
        return page === null ? null : { status: problem.status, headers: PAGE_HEADERS, body: page }
      }
      const code = problem.status === 404 ? "route_not_found" : "body_malformed"
      const wire = dialect.problem(
        { code, message: problem.detail },
        problem.requestId,
        core.publicUrl,
      )
      const type = { "content-type": "application/json; charset=utf-8" }
      return {
        status: wire.status,
        headers: { ...type, ...wire.headers },
        body: JSON.stringify(wire.body),
      }
    },
  })
  begun.defer(() => server.close())
  // Before what is mounted, for hooks hold for what comes after them.
  const telemetry = openTelemetry()
  telemetry?.traceRequests(server)

  const { port, url } = await chooseAddress(config)
  const ownChain = prepared
    ? null
    : await startOwnChain({ config, installation, log, ...(notice && { notice }) })
  if (ownChain) begun.defer(() => ownChain.stop())
  const chain = prepared ? prepared.chain : ownChain
  const publicUrl = config.publicUrl ?? url
  const noticeKey = steadyKey(installation.keyring.derive("simulator notices")).key
  const untraced = railsOf(config, { clock, ids, log, ownChain: chain, publicUrl, noticeKey })
  const rails = telemetry ? untraced.map(telemetry.tracedRail) : untraced
  begun.defer(async () => void (await Promise.all(rails.map((rail) => rail.close?.()))))
  const core = coreOf(installation, {
    publicUrl,
    rails,
    send: telemetry ? telemetry.tracedSend(sender.send) : sender.send,
    ...(telemetry && { tracing: telemetry }),
    metrics,
    log,
    ...(writer && { writer }),
  })
  await ownChain?.leaveLost(core)
  let ready = false
  const checks = async () => [
    { name: "started", ok: ready },
    { name: "database", ok: await answers(database) },
    clockCheck(host.offsetMs()),
    // A chain that lags keeps nobody from creating payments: it is shown, and no more.
    ...core.watches().map((watch) => {
      const { ok, detail } = watch.health()
      return { name: `chain ${watch.name}`, ok, detail, optional: true }
    }),
    ...[
      ...rails.flatMap((rail) => rail.health?.() ?? []),
      ...core.strandedRails(),
      ...core.lag(),
      core.booksHealth(),
    ].map((each) => ({ ...each, optional: true })),
  ]
  mountHealth(server, { metrics, checks })
  // It notes what is mounted after it.
  mountOpenApi(server, dialects, publicUrl)
  for (const dialect of dialects) await mountDialect(server, dialect, core)
  await mountCheckout(server, core)
  await mountConsole(server, core, checks)
  const apis = dialects.map(({ name, contract }) => ({ name, title: contract.title }))
  await mountDocs(server, { publicUrl, apis })
  await mountNotices(server, core)
  await listen(server, config.host, port)

  const stopLoops = core.start()
  // Requests end before the engine does: this is undone before the server's own end is waited for.
  begun.defer(async () => {
    await server.close()
    await stopLoops()
  })
  const stopUpkeep = keepUp({ core, database, host, chain: ownChain, log })
  begun.defer(stopUpkeep)
  begun.defer(
    startSampling({
      core,
      connections: () => database.connections(),
      offsetMs: () => host.offsetMs(),
      dataDir: config.dataDir,
    }),
  )

  const { shown, demoMerchantId, owner } = prepared
    ? { shown: [], demoMerchantId: prepared.demoMerchantId, owner: null }
    : await prepareSandbox(config, { core, database, chain: ownChain })
  if (demoMerchantId !== null) core.openTo(demoMerchantId)
  if (chain) await whenRead(core, chain.chainId)
  ready = true
  return { url, core, server, sandbox: shown, owner, chain }
}

/** A block comes every second, and is read within another. */
const READ_MS = 10_000

/** Waits until a chain is offered; one that isn't read by then is seen in health. */
async function whenRead(core: Core, chainId: number): Promise<void> {
  const untilMs = core.clock.elapsedMs() + READ_MS
  while (core.clock.elapsedMs() < untilMs) {
    if ((await core.readChains("evm")).includes(`eip155:${chainId}`)) return
    await sleep(20)
  }
}

/** Words that stand for ranges. */
const PROXY_KINDS = ["loopback", "linklocal", "uniquelocal"]

/** The proxies of a setting; throws `ConfigError` for what is none. */
function proxiesIn(setting: string): string[] {
  const proxies = setting.split(",").map((each) => each.trim())
  const wrong = proxies.find((each) => !PROXY_KINDS.includes(each) && !isRange(each))
  if (wrong === undefined) return proxies
  throw new ConfigError(
    `CAUDAL_TRUST_PROXY: "${wrong}" is neither an address nor a range such as 10.0.0.0/8`,
  )
}

function isRange(text: string): boolean {
  const [address = "", bits, ...more] = text.split("/")
  const most = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0
  if (bits === undefined) return most > 0
  return more.length === 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= most
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
    const dialect = dialects.find((each) => each.name === name)
    if (!dialect) {
      const names = dialects.map((each) => each.name).join(", ")
      throw new ConfigError(
        `hosts.${host} in the configuration file: "${name}" is none of ${names}`,
      )
    }
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
