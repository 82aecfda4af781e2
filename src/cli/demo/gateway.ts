/** The gateway that the demo talks to: the one that runs, or one of its own. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Config, readConfig } from "../../config.ts"
import { CommandError } from "../command.ts"
import { readSandbox, type SandboxFile, sandboxPath } from "../sandbox-file.ts"

/** The chain as sandbox.json names it: `payer` is an unlocked account with test dollars. */
export type ChainEntry = {
  readonly rpcUrl: string
  readonly token: string
  readonly decimals: number
  readonly payer: string
}

export type Gateway = {
  readonly url: string
  /** The base URL of a dialect's entry, or of the gateway itself for "". */
  baseUrl(entry: string): string
  /** A credential of the demo merchant, as sandbox.json names it. */
  credential(entry: string, name: string): string
  /** A node of the sandbox's own chain; null where crypto is simulated. */
  readonly chainUrl: string | null
  /** The same with what a transfer of test dollars needs. */
  readonly chain: ChainEntry | null
  /** Stops the gateway if the demo started it. */
  stop(): Promise<void>
}

/** A gateway that doesn't say that it is ready in this time isn't there. */
const READY_TIMEOUT_MS = 3_000

/** What was asked for, or what runs in the data folder, or a new one. Throws `CommandError`. */
export async function findGateway(
  config: Config,
  given: { readonly url?: string; readonly credentials?: string },
  note: (text: string) => void,
): Promise<Gateway> {
  const path = given.credentials ?? sandboxPath(config)
  const asked = given.url !== undefined || given.credentials !== undefined
  const sandbox = readSandbox(path, asked)
  const url = given.url?.replace(/\/+$/, "") ?? sandbox?.url
  if (sandbox && url !== undefined && (await isReady(url))) return gatewayOf(sandbox, url)
  if (asked) {
    throw new CommandError(
      `No gateway is ready at ${url}. Start it (npm start), or leave the options out`,
    )
  }
  note("No gateway runs here: one is started for the demo, in a folder that goes with it.")
  return startOne()
}

async function startOne(): Promise<Gateway> {
  const dataDir = mkdtempSync(join(tmpdir(), "caudal-demo-"))
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  try {
    const { startSystem } = await import("../../system.ts")
    const { makeLogger } = await import("../../http/log.ts")
    // Nothing of the environment: this gateway is the same on every machine.
    const config = readConfig({ PORT: "0", CAUDAL_DATA_DIR: dataDir }, dataDir)
    const system = await startSystem({ config, log: makeLogger({ level: "silent" }) })
    const sandbox = readSandbox(sandboxPath(config), true)!
    return gatewayOf(sandbox, system.url, async () => {
      await system.stop()
      remove()
    })
  } catch (error) {
    remove()
    throw error
  }
}

function gatewayOf(sandbox: SandboxFile, url: string, stop = async () => {}): Gateway {
  const entryOf = (name: string) => (sandbox[name] ?? {}) as Readonly<Record<string, string>>
  const chain = sandbox["chain"] as ChainEntry | undefined
  return {
    url,
    stop,
    chainUrl: chain?.rpcUrl ?? null,
    chain: chain ?? null,
    baseUrl(entry) {
      if (entry === "") return url
      return url + memberOf(entryOf(entry), entry, "baseUrl").slice(sandbox.url.length)
    },
    credential: (entry, name) => memberOf(entryOf(entry), entry, name),
  }
}

function memberOf(entry: Readonly<Record<string, string>>, name: string, member: string): string {
  const value = entry[member]
  if (typeof value === "string") return value
  throw new CommandError(`sandbox.json has no ${name}.${member}: start the gateway anew`)
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, {
      signal: AbortSignal.timeout(READY_TIMEOUT_MS),
    })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}
