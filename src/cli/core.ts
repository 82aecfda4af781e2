/** Opens the core for one command: on the gateway's own database, without loops or http. */
import { existsSync } from "node:fs"
import { hostname, userInfo } from "node:os"
import { join } from "node:path"
import type { Config } from "../config.ts"
import { type Actor, type Core, OutcomeUnknown, Unavailable } from "../core/index.ts"
import { coreOf, type Installation, openInstallation, railsOf } from "../installation.ts"
import { gatewayAddress } from "./address.ts"
import { CommandError } from "./command.ts"

/** A command that was interrupted still stops the database that it started. */
const INTERRUPTED = 130

/**
 * Opens the core, lets `work` use it and closes it again, also when the process is interrupted. A
 * running gateway's database is joined; where none runs, it is started for as long as this takes.
 */
export async function withCore<T>(
  config: Config,
  note: (text: string) => void,
  work: (core: Core) => Promise<T>,
): Promise<T> {
  const isNew = config.databaseUrl === null && !existsSync(join(config.dataDir, "postgres.json"))
  if (isNew) note(`There was no database in ${config.dataDir}: a new one is made.`)
  const opening = openInstallation({ config, log: quiet, notice: note, join: true })
  // Also while it opens: a server that is just being started would be left behind.
  const close = () => opening.then((installation) => installation.close())
  const interrupted = () => void close().finally(() => process.exit(INTERRUPTED))
  process.once("SIGINT", interrupted)
  process.once("SIGTERM", interrupted)
  try {
    return await use(coreFor(config, await opening), work)
  } finally {
    process.off("SIGINT", interrupted)
    process.off("SIGTERM", interrupted)
    await close()
  }
}

async function use<T>(core: Core, work: (core: Core) => Promise<T>): Promise<T> {
  try {
    return await work(core)
  } catch (error) {
    throw isAway(core, error) ? away(error as Error) : error
  }
}

function coreFor(config: Config, installation: Installation): Core {
  const { clock, ids } = installation
  // A running gateway holds the files and the chain of its rails: nothing of them is opened here.
  const { url: publicUrl } = gatewayAddress(config)
  const rails = railsOf(config, { clock, ids, ownChain: null, dataDir: null, publicUrl })
  return coreOf(installation, {
    publicUrl,
    // Commands move no money over rails and tell nobody: that is left to the gateway. But merchants
    // give them the keys that payers' addresses follow from, and operators ask what a file holds or
    // a provider sells.
    rails: rails.filter(({ receiving, exchange, sells }) => receiving || exchange || sells),
    send: null,
    metrics: { count: () => {}, gauge: () => {}, observe: () => {} },
    log: quiet,
    by: whoRuns(),
  })
}

/** Whom the operating system takes for the user of this command; the audit log says so. */
function whoRuns(): Actor {
  return { kind: "command", name: `${userName()}@${hostname()}`, id: null }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container's user may have no name.
    return `uid ${process.getuid?.() ?? "unknown"}`
  }
}

/** Whatever goes wrong is told by the command itself. */
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

function isAway(core: Core, error: unknown): boolean {
  return error instanceof Unavailable || error instanceof OutcomeUnknown || core.isOutage(error)
}

function away(error: Error): CommandError {
  return new CommandError(
    `The database stopped answering (${error.message}). Once it answers, see what was done and ` +
      "run the command again; a top-up with the same reference is booked once.",
  )
}
