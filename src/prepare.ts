/** What a gateway does once, however many processes it has: port, chain, sandbox. */
import { type AddressInfo, createServer } from "node:net"
import { type HostClock, outside } from "./clock.ts"
import { type Config, ConfigError } from "./config.ts"
import type { Core, Log } from "./core/core.ts"
import { clockOffsetMs, type Database } from "./db/database.ts"
import { inTurn } from "./db/turn.ts"
import { dialects } from "./dialects/index.ts"
import { hostInUrl } from "./installation.ts"
import type { OwnChain } from "./own-chain.ts"
import { openSandbox, removeSandboxFile, type SandboxChain, type Sandboxed } from "./sandbox.ts"

/** Where it listens, and how it is reached there. */
export async function chooseAddress({
  host,
  port: wanted,
}: Pick<Config, "host" | "port">): Promise<{ readonly port: number; readonly url: string }> {
  const port = wanted === 0 ? await freePort(host) : wanted
  return { port, url: `http://${hostInUrl(host)}:${port}` }
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

const NO_SANDBOX: Sandboxed = { shown: [], demoMerchantId: null, owner: null }

/**
 * Makes the demo merchant and `sandbox.json`; in live it removes what a sandbox left. Of gateways
 * that begin at once on one database, each finds what the one before it made.
 */
export async function prepareSandbox(
  config: Config,
  parts: {
    readonly core: Core
    readonly database: Database
    readonly chain: SandboxChain | null
  },
): Promise<Sandboxed> {
  const { core, database, chain } = parts
  const { dataDir, loopback, mode, sandboxWebhookUrl: webhookUrl } = config
  const why = webhookUrl && (await core.checkAddress(webhookUrl))
  if (why) throw new ConfigError(`CAUDAL_SANDBOX_WEBHOOK_URL: ${why}`)
  if (mode === "live") {
    removeSandboxFile(dataDir)
    return NO_SANDBOX
  }
  const open = { core, dialects, dataDir, url: core.publicUrl, webhookUrl, loopback, chain }
  return inTurn(database, () => openSandbox(open))
}

/** A host's clock drifts by milliseconds a minute at most; a lost chain can wait as long. */
const UPKEEP_MS = 60_000
/** How soon a sandbox's nodes have the time that one of them moved on: one short question each. */
const FOLLOW_MS = 500

/**
 * Until told: keeps the clock in step with the database's, and a sandbox's with what it was moved
 * to; says which master key seals here, and gives up chains that were lost.
 */
export function keepUp(parts: {
  readonly core: Core
  readonly database: Database
  readonly host: HostClock
  readonly chain: Pick<OwnChain, "leaveLost"> | null
  readonly log: Log
}): () => void {
  const { chain, core, database, host, log } = parts
  const timer = setInterval(() => {
    clockOffsetMs(database, { ...host, now: () => outside(host) }).then(
      (offsetMs) => host.setOffsetMs(host.offsetMs() + offsetMs),
      () => undefined,
    )
    // An outage is told by all else that asks the database.
    core.masterKeys.use().catch(() => undefined)
    chain?.leaveLost(core).catch((error) => log.warn({ err: error }, "a lost chain stays"))
  }, UPKEEP_MS)
  const follow = () => core.testClock.follow().catch(() => undefined)
  const following = core.mode === "sandbox" ? setInterval(follow, FOLLOW_MS) : undefined
  return () => {
    clearInterval(timer)
    clearInterval(following)
  }
}
