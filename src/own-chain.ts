/** The chain that a sandbox keeps for itself: started where it can be, one for each data folder. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { epochAfter, isEarlier } from "./anvil/epoch.ts"
import { findAnvil, type SandboxChain, startAnvil } from "./anvil/index.ts"
import { type Config, ConfigError } from "./config.ts"
import type { Core, Log } from "./core/core.ts"
import { readChains } from "./core/index.ts"
import { lockFolder } from "./db/lock.ts"
import { giveToFolderOwner } from "./db/owner.ts"
import type { Installation } from "./installation.ts"

export type OwnChain = Omit<SandboxChain, "send"> & {
  /** From the payer. Whoever asks again for the same address within seconds gets the same hash. */
  send(to: string, amount: bigint): Promise<string>
  /** What was on its way on the chains before this one never arrives: see `core.abandon`. */
  leaveLost(core: Core): Promise<void>
}

/** The rail that reads it. */
const RAIL = "evm"

/** Until a transfer was read and written down, also on a machine that is busy. */
const READ_MS = 5_000

/**
 * Starts the chain; null where none is wanted, none is there to be run, or it can't run: transfers
 * are simulated then. Throws `ConfigError` when another gateway keeps the chain of this folder.
 */
export async function startOwnChain(parts: {
  readonly config: Config
  readonly installation: Installation
  readonly log: Log
  readonly notice?: (text: string) => void
}): Promise<OwnChain | null> {
  const { config, installation, log, notice } = parts
  if (!config.sandboxChain || findAnvil() === null) return null
  const release = lockChain(config.dataDir)
  try {
    const known = await readChains(installation.database, RAIL)
    const chain = await startAnvil({
      dataDir: config.dataDir,
      clock: installation.clock,
      epochAtLeast: epochAfter(known.map(chainIdOf)),
      notice: (text) => notice?.(text),
      onDown: (reason) => log.error({ reason }, "the sandbox chain ended; it is started again"),
      onUp: (downMs) => log.warn({ downMs }, "the sandbox chain answers again"),
    })
    return {
      ...chain,
      send: payingOnce(chain.send),
      leaveLost: (core) => leaveLost(core, chain),
      stop: () => chain.stop().finally(release),
    }
  } catch (error) {
    release()
    log.warn({ err: error }, "the sandbox has no chain")
    notice?.(`The sandbox has no chain, transfers are simulated: ${(error as Error).message}`)
    return null
  }
}

/**
 * The payer of simulated payments, each with an address of its own. Told of one twice, by whichever
 * processes, before any of them can see that it was paid, it sends nothing more.
 */
function payingOnce(send: SandboxChain["send"]): OwnChain["send"] {
  const paying = new Map<string, Promise<string>>()
  return (to, amount) => {
    const before = paying.get(to)
    if (before) return before
    const sent = send(to, amount)
    paying.set(to, sent)
    sent.then(
      () => setTimeout(() => paying.delete(to), READ_MS).unref(),
      () => paying.delete(to),
    )
    return sent
  }
}

/** Two keepers of one chain would each mine, and the first to stop would stop it for both. */
function lockChain(dataDir: string): () => void {
  const folder = join(dataDir, "chain")
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  giveToFolderOwner(folder)
  try {
    const lock = lockFolder(folder)
    return () => lock.release()
  } catch (error) {
    throw new ConfigError(
      `${(error as Error).message} Or do without a chain: CAUDAL_SANDBOX_CHAIN=0.`,
      { cause: error },
    )
  }
}

async function leaveLost(core: Core, running: SandboxChain): Promise<void> {
  // One that another node reads is not lost, but its own.
  const unread = await core.readChains(RAIL, { unread: true })
  const lost = unread.map(chainIdOf).filter((id) => isEarlier(id, running))
  if (lost.length > 0) await core.abandon(core.rails.get(RAIL)!, lost)
}

function chainIdOf(name: string): number {
  return Number(name.slice(name.indexOf(":") + 1))
}
