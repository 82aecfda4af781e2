/** The settings: the only reader of the environment and of the configuration file. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { z } from "zod"

/** A setting that can't be used; the message says which and what is expected. */
export class ConfigError extends Error {
  override name = "ConfigError"
}

/** What may stand in the configuration file. */
export const fileSchema = z.strictObject({
  /** Host names that are served as if they were a dialect's base URL. */
  hosts: z.record(z.string().min(1).max(253), z.string().max(64)).default({}),
  webhooks: z
    .strictObject({
      /**
       * Addresses that may be called although they aren't public: a name, an IP or a CIDR range.
       */
      allow: z.array(z.string().min(1).max(300)).max(100).default([]),
    })
    .prefault({}),
  rails: z
    .object({
      /** The rail of merchants that chose none. */
      default: z.string().min(1).max(64).nullable().default(null),
    })
    // What stands under a rail's name is that rail's to read.
    .catchall(z.unknown())
    .prefault({}),
})

const url = (protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be an address that begins with ${protocols.map((each) => `${each}//`).join(" or ")}`,
  })

/** One is being retired and one comes next; more are rotations that nobody finished. */
const OLDER_KEYS_MAX = 10

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const

/** One entry a setting. `.env.example` lists the same names; a test compares them. */
export const environmentSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().min(1).default("127.0.0.1"),
  DATABASE_URL: url(["postgres:", "postgresql:"]).optional(),
  CAUDAL_DATA_DIR: z.string().min(1).default("./data"),
  CAUDAL_MODE: z.enum(["sandbox", "live"]).default("sandbox"),
  CAUDAL_CONFIG: z.string().min(1).optional(),
  CAUDAL_TRUST_PROXY: z.string().min(1).optional(),
  CAUDAL_PUBLIC_URL: url(["http:", "https:"]).optional(),
  CAUDAL_MASTER_KEY: z.string().min(1).optional(),
  CAUDAL_MASTER_KEY_OLDER: z.string().min(1).optional(),
  CAUDAL_SANDBOX_WEBHOOK_URL: url(["http:", "https:"]).optional(),
  CAUDAL_SANDBOX_PUBLIC: z.enum(["0", "1"]).default("0"),
  CAUDAL_SANDBOX_CHAIN: z.enum(["0", "1"]).default("1"),
  CAUDAL_LOG_LEVEL: z.enum(LOG_LEVELS).optional(),
})

/** The names of all settings, for the test that compares `.env.example`. */
export const SETTINGS = Object.keys(environmentSchema.shape)

/**
 * Settings that are secret, and may therefore lie in a file that the variable of the same name with
 * `_FILE` behind it names: what a process has in its environment is shown to more than one should.
 */
export const FROM_FILES = ["DATABASE_URL", "CAUDAL_MASTER_KEY", "CAUDAL_MASTER_KEY_OLDER"] as const
/** Ten master keys fit many times. */
const SECRET_FILE_MAX = 8_192

/** A setting as it may be shown: of a secret only whether it is set. */
export type ShownSetting = {
  readonly name: string
  readonly value: string | null
  readonly isSecret: boolean
}

/** All settings as they hold, for people; what nobody set has its default. */
export function shownSettings(config: Config): readonly ShownSetting[] {
  const { databaseUrl, file, masterKey, masterKeysOlder, sandboxWebhookUrl } = config
  const values: Readonly<Record<string, string | null>> = {
    PORT: String(config.port),
    HOST: config.host,
    CAUDAL_DATA_DIR: config.dataDir,
    CAUDAL_MODE: config.mode,
    CAUDAL_TRUST_PROXY: config.trustProxy,
    CAUDAL_PUBLIC_URL: config.publicUrl,
    // It may carry somebody's key in its path.
    CAUDAL_SANDBOX_WEBHOOK_URL: sandboxWebhookUrl && new URL(sandboxWebhookUrl).origin,
    CAUDAL_SANDBOX_CHAIN: config.sandboxChain ? "1" : "0",
    CAUDAL_LOG_LEVEL: config.logLevel,
    hosts: Object.entries(file.hosts)
      .map(([host, dialect]) => `${host} → ${dialect}`)
      .join(", "),
    "webhooks.allow": file.webhooks.allow.join(", "),
    "rails.default": file.rails.default,
  }
  const secrets: Readonly<Record<string, boolean>> = {
    DATABASE_URL: databaseUrl !== null,
    CAUDAL_MASTER_KEY: masterKey !== null,
    CAUDAL_MASTER_KEY_OLDER: masterKeysOlder.length > 0,
  }
  return [
    ...Object.entries(values).map(([name, value]) => ({ name, value, isSecret: false })),
    ...Object.entries(secrets).map(([name, isSet]) => {
      return { name, value: isSet ? "set" : null, isSecret: true }
    }),
  ]
}

export type Config = {
  readonly port: number
  readonly host: string
  /** Null: an embedded PostgreSQL in the data folder. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  readonly mode: "sandbox" | "live"
  readonly trustProxy: string | null
  /** Null: made of host and port once they are known. Without a slash at the end. */
  readonly publicUrl: string | null
  /** Base64; null in a sandbox, which makes and keeps its own. */
  readonly masterKey: string | null
  /** Base64: keys that only open what they sealed before. */
  readonly masterKeysOlder: readonly string[]
  readonly sandboxWebhookUrl: string | null
  /** Whether a sandbox keeps a chain of its own, where it has the program for it. */
  readonly sandboxChain: boolean
  readonly logLevel: (typeof LOG_LEVELS)[number]
  /** Whether only this machine can reach us. */
  readonly loopback: boolean
  readonly file: z.infer<typeof fileSchema>
}

/** Addresses that only this machine reaches. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host)
}

/**
 * Reads the settings. Throws `ConfigError` with every problem, one a line; values of settings are
 * never repeated in it, for some are secrets.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  directory: string = process.cwd(),
): Config {
  // A variable that is set to nothing is one that somebody wanted unset.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""))
  const parsed = environmentSchema.safeParse({ ...given, ...fromFiles(given, directory) })
  if (!parsed.success) throw new ConfigError(lines(parsed.error, "settings"))
  const env = parsed.data
  const config: Config = {
    port: env.PORT,
    host: env.HOST,
    databaseUrl: env.DATABASE_URL ?? null,
    dataDir: resolve(directory, env.CAUDAL_DATA_DIR),
    mode: env.CAUDAL_MODE,
    trustProxy: env.CAUDAL_TRUST_PROXY ?? null,
    publicUrl: env.CAUDAL_PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    masterKey: env.CAUDAL_MASTER_KEY ?? null,
    masterKeysOlder: env.CAUDAL_MASTER_KEY_OLDER?.split(",").map((each) => each.trim()) ?? [],
    sandboxWebhookUrl: env.CAUDAL_SANDBOX_WEBHOOK_URL ?? null,
    sandboxChain: env.CAUDAL_MODE === "sandbox" && env.CAUDAL_SANDBOX_CHAIN === "1",
    logLevel: env.CAUDAL_LOG_LEVEL ?? (env.CAUDAL_MODE === "live" ? "info" : "warn"),
    loopback: isLoopback(env.HOST),
    file: readFile(directory, env.CAUDAL_CONFIG),
  }
  const problems = contradictions(config, env.CAUDAL_SANDBOX_PUBLIC === "1")
  if (problems.length > 0) throw new ConfigError(problems.join("\n"))
  return config
}

/** The settings whose values lie in files. */
function fromFiles(
  given: Readonly<Record<string, string | undefined>>,
  directory: string,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of FROM_FILES) {
    const path = given[`${name}_FILE`]
    if (path === undefined) continue
    if (given[name] !== undefined) throw new ConfigError(`${name}_FILE: ${name} is given, too`)
    found[name] = readSecret(`${name}_FILE`, resolve(directory, path))
  }
  return found
}

function readSecret(setting: string, path: string): string {
  try {
    if (statSync(path).size > SECRET_FILE_MAX) throw new ConfigError(`${setting}: is too large`)
    const text = readFileSync(path, "utf8").trim()
    if (text !== "") return text
  } catch (error) {
    if (error instanceof ConfigError) throw error
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable"
    throw new ConfigError(`${setting}: the file ${path} can't be read (${code})`)
  }
  throw new ConfigError(`${setting}: the file ${path} is empty`)
}

function readFile(directory: string, named: string | undefined): Config["file"] {
  const path = resolve(directory, named ?? "caudal.json")
  if (!existsSync(path)) {
    if (named !== undefined) throw new ConfigError(`CAUDAL_CONFIG: there is no file ${path}`)
    return fileSchema.parse({})
  }
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, "utf8"))
  } catch (error) {
    // The parser's own message repeats a part of the file, in which keys may stand.
    const where = /line \d+ column \d+/.exec((error as Error).message)?.[0]
    throw new ConfigError(`${path} is not valid JSON${where ? ` (${where})` : ""}`)
  }
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success) throw new ConfigError(lines(parsed.error, path))
  return parsed.data
}

/** What each setting allows alone and all together must not be. */
function contradictions(config: Config, sandboxPublic: boolean): string[] {
  const problems: string[] = []
  if (config.masterKeysOlder.length > 0 && config.masterKey === null) {
    problems.push("CAUDAL_MASTER_KEY_OLDER: give the current one in CAUDAL_MASTER_KEY, too")
  }
  if (config.masterKeysOlder.length > OLDER_KEYS_MAX) {
    problems.push(`CAUDAL_MASTER_KEY_OLDER: at most ${OLDER_KEYS_MAX} keys`)
  }
  if (config.mode === "live") {
    if (!config.masterKey) problems.push("CAUDAL_MASTER_KEY: live needs 32 bytes in base64")
    if (!config.publicUrl) problems.push("CAUDAL_PUBLIC_URL: live needs the address payers reach")
    else if (!config.publicUrl.startsWith("https://")) {
      problems.push("CAUDAL_PUBLIC_URL: live needs https")
    }
    if (!config.file.rails.default) {
      problems.push("rails.default in the configuration file: live has no rail of its own accord")
    }
    if (config.sandboxWebhookUrl)
      problems.push("CAUDAL_SANDBOX_WEBHOOK_URL: live has no demo merchant")
  } else if (!config.loopback && !sandboxPublic) {
    problems.push(
      `HOST: a sandbox on ${config.host} can be reached by others; ` +
        "set CAUDAL_SANDBOX_PUBLIC=1 if that is what you want",
    )
  }
  return problems
}

function lines(error: z.ZodError, where: string): string {
  return error.issues
    .map((issue) => {
      const name = issue.path.map(String).join(".") || where
      return `${name}: ${issue.message}`
    })
    .join("\n")
}
