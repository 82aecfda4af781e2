/** Opens the core for one command: on the gateway's own database, without loops, rails or http. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { Config } from "../config.ts"
import type { Core } from "../core/index.ts"
import { coreOf, hostInUrl, type Installation, openInstallation } from "../installation.ts"
import { CommandError } from "./command.ts"

/** A command that was interrupted still stops the database that it started. */
const INTERRUPTED = 130

/**
 * Opens the core, lets `work` use it and closes it again, also when the process is interrupted. The
 * database of a running gateway is joined; where none runs, it is started for as long as this takes.
 */
export async function withCore<T>(
  config: Config,
  note: (text: string) => void,
  work: (core: Core) => Promise<T>,
): Promise<T> {
  const isNew = config.databaseUrl === null && !existsSync(join(config.dataDir, "postgres.json"))
  if (isNew) note(`There was no database in ${config.dataDir}: a new one is made.`)
  const installation = await openInstallation({
    config,
    log: quietly(note),
    notice: note,
    join: true,
  })
  const interrupted = () => {
    void installation.close().finally(() => process.exit(INTERRUPTED))
  }
  process.once("SIGINT", interrupted)
  process.once("SIGTERM", interrupted)
  try {
    return await work(coreFor(config, installation, note))
  } finally {
    process.off("SIGINT", interrupted)
    process.off("SIGTERM", interrupted)
    await installation.close()
  }
}

function coreFor(config: Config, installation: Installation, note: (text: string) => void): Core {
  return coreOf(installation, {
    publicUrl: config.publicUrl ?? `http://${hostInUrl(config.host)}:${config.port}`,
    // Commands move no money over rails and tell nobody: that is left to the gateway.
    rails: [],
    send: async () => {
      throw new CommandError("the command line sends no webhooks")
    },
    metrics: { count: () => {}, gauge: () => {}, observe: () => {} },
    log: quietly(note),
  })
}

/** Whatever goes wrong is told by the command itself; only what it would not notice is said. */
function quietly(note: (text: string) => void) {
  const say = (_about: object, text: string) => note(text)
  return { info: () => {}, warn: say, error: say }
}
