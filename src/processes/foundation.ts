/** What all processes of a gateway stand on: database, the sandbox's chain, demo merchant. */
import type { Config } from "../config.ts"
import { steadyKey } from "../core/seal.ts"
import { CONNECTIONS, connectionsOf } from "../db/database.ts"
import type { makeLogger } from "../http/log.ts"
import { coreOf, type Installation, OpenError, openInstallation, railsOf } from "../installation.ts"
import { type OwnChain, startOwnChain } from "../own-chain.ts"
import { chooseAddress, keepUp, prepareSandbox } from "../prepare.ts"
import type { Sandboxed } from "../sandbox.ts"

export type Foundation = Sandboxed & {
  /** The settings as each process has them: the database and the port are known by now. */
  readonly config: Config
  readonly url: string
  readonly publicUrl: string
  readonly chain: OwnChain | null
  /** Stops the chain, and the database last. */
  stop(): Promise<void>
}

export type FoundationParts = {
  readonly config: Config
  readonly log: ReturnType<typeof makeLogger>
  readonly notice: (text: string) => void
  readonly processes: number
}

/** Lays it; what was begun is undone when it can't be finished. */
export async function layFoundation(parts: FoundationParts): Promise<Foundation> {
  await using begun = new AsyncDisposableStack()
  const installation = await openInstallation(parts)
  begun.defer(() => installation.close())
  await checkRoom(installation, parts.processes)
  const built = await build(parts, installation, begun)
  const laid = begun.move()
  return { ...built, stop: () => laid.disposeAsync() }
}

/** Under load each process takes all that it may, and a connection that is refused is an outage. */
async function checkRoom({ database }: Installation, processes: number): Promise<void> {
  const room = await connectionsOf(database)
  // One node more: this process and an operator's commands.
  const needed = (processes + 1) * CONNECTIONS
  if (room >= needed) return
  throw new OpenError(
    `${processes} processes need ${needed} connections, and the database takes ${room}: ` +
      "start fewer, or raise its max_connections.",
  )
}

async function build(
  { config, log, notice }: FoundationParts,
  installation: Installation,
  begun: AsyncDisposableStack,
): Promise<Omit<Foundation, "stop">> {
  const { clock, database, host, ids, keyring } = installation
  const { port, url } = await chooseAddress(config)
  const publicUrl = config.publicUrl ?? url
  const chain = await startOwnChain({ config, installation, log, notice })
  if (chain) begun.defer(() => chain.stop())
  const noticeKey = steadyKey(keyring.derive("simulator notices")).key
  const rails = railsOf(config, { clock, ids, log, ownChain: chain, publicUrl, noticeKey })
  begun.defer(async () => void (await Promise.all(rails.map((rail) => rail.close?.()))))
  const metrics = { count() {}, gauge() {}, observe() {} }
  // It has no loops and tells nobody: that is left to the processes that serve.
  const core = coreOf(installation, { publicUrl, rails, send: null, metrics, log })
  await chain?.leaveLost(core)
  const sandboxed = await prepareSandbox(config, { core, database, chain })
  // The chain's blocks bear the time of this process.
  const stopUpkeep = keepUp({ core, database, host, chain, log })
  begun.defer(stopUpkeep)
  const shared = { ...config, port, databaseUrl: installation.url }
  return { ...sandboxed, config: shared, url, publicUrl, chain }
}
