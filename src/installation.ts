/** Opens an installation, its database, mode and keys: gateway and commands begin here. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { type Clock, type HostClock, hostClock, type Ids, makeIds } from "./clock.ts"
import { type Config, ConfigError, shownSettings } from "./config.ts"
import { type Core, type CoreParts, type Log, openCore } from "./core/core.ts"
import type { Rail } from "./core/index.ts"
import { makePasswords } from "./core/password.ts"
import { makeAhead } from "./core/retention/ahead.ts"
import type { Keyring } from "./core/seal.ts"
import { claimInstallation, settleCopy } from "./core/store/installation.ts"
import { readAheadMs } from "./core/test-clock/store.ts"
import { RESTORED_GAP } from "./core/xpubs/keys.ts"
import { describeServer } from "./db/connection.ts"
import { checkServer, clockOffsetMs, type Database, openDatabase } from "./db/database.ts"
import { embeddedConnection, startEmbedded } from "./db/embedded.ts"
import { migrate } from "./db/migrate.ts"
import { dialects } from "./dialects/index.ts"
import { checkAddress, parseAllowList } from "./http/address.ts"
import { readKeyring, sourceOfKeys } from "./master-key.ts"
import { CONFIGURED, makeRails, type RailParts } from "./rails/index.ts"
import { readSandboxFile } from "./sandbox.ts"

/** Something outside the program stands in the way; the message says what to do about it. */
export class OpenError extends Error {
  override name = "OpenError"
}

export type Installation = {
  readonly config: Config
  /** Where the database is; it may contain a password. */
  readonly url: string
  readonly database: Database
  readonly clock: Clock
  /** The host's own clock, which is kept in step with the database's. */
  readonly host: HostClock
  readonly ids: Ids
  readonly keyring: Keyring
  /** Addresses that webhooks may go to although they aren't public. */
  readonly allow: readonly string[]
  /** Closes the database, and stops it where it was started here. */
  close(): Promise<void>
}

export type InstallationParts = {
  readonly config: Config
  readonly log: Log
  /** Tells an operator something once, in the terminal. */
  readonly notice?: (text: string) => void
  /** For tests. */
  readonly clock?: Clock
  /** Use the embedded server that a running gateway keeps, where there is one. */
  readonly join?: boolean
}

const MIGRATIONS = join(import.meta.dirname, "..", "migrations")
const LOOPBACK = ["127.0.0.0/8", "::1/128", "localhost"]

/** Opens the database, starting it if need be, and brings it up to date; a failure is undone. */
export async function openInstallation(parts: InstallationParts): Promise<Installation> {
  const { config, log } = parts
  const undo: (() => Promise<unknown>)[] = []
  const close = async () => {
    while (undo.length > 0) await undo.pop()!()
  }
  try {
    makeFolder(config.dataDir)
    const url = config.databaseUrl ?? (await embeddedUrl(parts, undo))
    const database = openDatabase({
      url,
      applicationName: "caudal",
      plans: "indexed",
      onError: (error) => log.warn({ err: error }, "a database connection was lost"),
    })
    undo.push(() => database.close())
    const host = hostClock()
    const clock = parts.clock ?? host
    const ids = makeIds(clock)
    const keyring = readKeyring(config, ids)
    await prepareDatabase(database, config, host, url)
    await claim(database, config, keyring, host, log)
    // A node that was away for long makes the month before it writes the first row of it.
    await makeAhead({ database, ids, log }).run()
    const allow = [...config.file.webhooks.allow, ...(config.mode === "sandbox" ? LOOPBACK : [])]
    return { config, url, database, clock, host, ids, keyring, allow, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens the core of an installation; `over` is what the gateway has and a command does without. */
export function coreOf(
  installation: Installation,
  over: Pick<
    CoreParts,
    "publicUrl" | "rails" | "send" | "metrics" | "log" | "writer" | "tracing" | "by"
  >,
): Core {
  const { config, allow, database, clock, host, ids, keyring } = installation
  return openCore({
    mode: config.mode,
    database,
    clock,
    ...(clock === host && { movable: host }),
    ids,
    keyring,
    passwords: makePasswords(ids),
    defaultRails: defaultRails(config),
    voices: dialects,
    doors: dialects,
    settings: shownSettings(config),
    demo: () => (config.mode === "sandbox" ? readSandboxFile(config.dataDir) : null),
    checkAddress: async (url) => {
      const verdict = checkAddress(url, { mode: config.mode, allow: parseAllowList(allow) })
      return verdict.kind === "allowed" ? null : verdict.why
    },
    ...over,
  })
}

/** Makes the rails; throws `ConfigError` when their settings, or the chosen one, can't be used. */
export function railsOf(
  { mode, dataDir, file }: Config,
  parts: Pick<RailParts, "clock" | "ids" | "log" | "ownChain" | "publicUrl" | "noticeKey"> &
    Partial<Pick<RailParts, "dataDir">>,
): readonly Rail[] {
  const { default: wanted, ...settings } = file.rails
  const unknown = Object.keys(settings).filter((name) => !CONFIGURED.includes(name as never))
  if (unknown.length > 0) {
    throw new ConfigError(
      `rails.${unknown[0]} in the configuration file: only ${CONFIGURED.join(", ")} have settings`,
    )
  }
  const rails = madeRails({ dataDir, ...parts, mode, settings })
  if (wanted !== null && !rails.some(({ name }) => name === wanted)) {
    const names = rails.map(({ name }) => name).join(", ")
    throw new ConfigError(
      `rails.default in the configuration file: there is no rail "${wanted}"; ` +
        `in ${mode} mode this version has: ${names}`,
    )
  }
  return rails
}

function madeRails(parts: RailParts): readonly Rail[] {
  try {
    return makeRails(parts)
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}`, { cause: error })
  }
}

/** A sandbox takes the real chain where it can, and simulates all else. */
function defaultRails({ mode, file }: Config): readonly string[] {
  if (file.rails.default !== null) return [file.rails.default]
  return mode === "sandbox" ? ["evm", "simulator"] : []
}

/** How a browser on this machine reaches what listens on `host`. */
export function hostInUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1"
  return host.includes(":") ? `[${host}]` : host
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (error) {
    const why = (error as Error).message
    throw new OpenError(
      `Can't make the data folder ${dataDir}: choose another one with CAUDAL_DATA_DIR. (${why})`,
      { cause: error },
    )
  }
}

/** Where the embedded server answers, which is started unless somebody's may be joined. */
async function embeddedUrl(
  { config, log, notice, join: mayJoin }: InstallationParts,
  undo: (() => Promise<unknown>)[],
): Promise<string> {
  const running = mayJoin ? await embeddedConnection(config.dataDir) : null
  if (running) return running.url
  try {
    const embedded = await startEmbedded({
      dataDir: config.dataDir,
      notice: (text) => notice?.(text),
      onDown: (reason) => log.error({ reason }, "the embedded database ended; it is started again"),
      onUp: (downMs) => log.warn({ downMs }, "the embedded database answers again"),
    })
    undo.push(() => embedded.stop())
    return embedded.url
  } catch (error) {
    throw new OpenError((error as Error).message, { cause: error })
  }
}

async function prepareDatabase(
  database: Database,
  config: Config,
  clock: HostClock,
  url: string,
): Promise<void> {
  try {
    await checkServer(database, config.databaseUrl ?? undefined)
  } catch (error) {
    throw unusable(error, config.databaseUrl === null ? "the embedded database" : url)
  }
  await migrate(database, MIGRATIONS).catch((error: Error) => {
    throw new OpenError(error.message, { cause: error })
  })
  clock.setOffsetMs(await clockOffsetMs(database, clock))
  if (config.mode === "sandbox") clock.setAheadMs(await readAheadMs(database))
}

/** A database is used in its first start's mode, under the keys that sealed what it holds. */
async function claim(
  database: Database,
  config: Config,
  keyring: Keyring,
  clock: HostClock,
  log: Log,
): Promise<void> {
  const claimed = await claimInstallation(database, config.mode, keyring, clock.now())
  const { mode, missingKeys, restored } = claimed
  if (mode !== config.mode) {
    throw new ConfigError(
      `CAUDAL_MODE: this database belongs to a ${mode} installation ` +
        `and can't be used as ${config.mode}`,
    )
  }
  if (missingKeys.length > 0) {
    const many = missingKeys.length > 1
    throw new ConfigError(
      `${sourceOfKeys(config)}: this database was sealed with another master key: ` +
        `${many ? "those with the ids" : "the one with the id"} ${missingKeys.join(", ")}. Give ` +
        `${many ? "them" : "it"} again, in CAUDAL_MASTER_KEY_OLDER where another took the place, ` +
        "or what is sealed can't be read",
    )
  }
  if (restored) {
    log.warn(
      { indexes: RESTORED_GAP },
      "this database is a restored copy: addresses that it may have given out are left out",
    )
  }
  await settleCopy(database)
}

/** The driver's words with the server's name; a name with several addresses has only a code. */
function unusable(error: unknown, url: string): Error {
  const { message, code } = error as { message: string; code?: string }
  if (message.startsWith("Can't use")) return new OpenError(message, { cause: error })
  const name = url.startsWith("postgres") ? describeServer(url) : url
  // A standby runs already, and says itself what to do.
  const start = code === "25006" ? "Correct" : "Start that server or correct"
  return new OpenError(
    `Can't use ${name}: ${message || code || "no answer"}. ` +
      `${start} DATABASE_URL; without DATABASE_URL Caudal runs its own.`,
    { cause: error },
  )
}
