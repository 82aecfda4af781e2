/** Which master keys an installation is given: by its settings, or a sandbox's own file. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import type { Ids } from "./clock.ts"
import { type Config, ConfigError } from "./config.ts"
import { type Keyring, type MasterKey, openKeyring, parseMasterKey } from "./core/seal.ts"

const FILE = "master.key"
const KEY_BYTES = 32

type Given = Pick<Config, "dataDir" | "masterKey" | "masterKeysOlder">
type Keys = { readonly current: MasterKey; readonly older: readonly MasterKey[] }

/**
 * The keys of the settings; without any, those of a sandbox's file, which its first start makes.
 * Throws `ConfigError` for what is no key; the message doesn't repeat it.
 */
export function readKeyring(config: Given, ids: Ids): Keyring {
  return ringOf(ids, config.masterKey === null ? keysOfFile(config.dataDir, ids) : given(config))
}

/** Where the keys come from, for messages. */
export function sourceOfKeys({ masterKey }: Pick<Given, "masterKey">): string {
  return masterKey === null ? `${FILE} in the data folder` : "CAUDAL_MASTER_KEY"
}

/**
 * Puts a new key before those of a sandbox's file; if another stands there already, a rotation was
 * cut short, and goes on with that one. What is sealed under the old key still opens.
 */
export function beginRotation(dataDir: string, ids: Ids): Keyring {
  const { current, older } = keysOfFile(dataDir, ids)
  if (older.length > 0) return ringOf(ids, { current, older })
  const next = parseMasterKey(ids.bytes(KEY_BYTES).toString("base64"))
  const keys = { current: next, older: [current] }
  writeKeys(join(dataDir, FILE), keys, ids)
  return ringOf(ids, keys)
}

/** Takes the older keys out of a sandbox's file: nothing bears their ids any more. */
export function endRotation(dataDir: string, ids: Ids): void {
  const { current } = keysOfFile(dataDir, ids)
  writeKeys(join(dataDir, FILE), { current, older: [] }, ids)
}

function ringOf(ids: Ids, keys: Keys): Keyring {
  try {
    return openKeyring(ids, keys)
  } catch (error) {
    throw new ConfigError(`master keys: ${(error as Error).message}`, { cause: error })
  }
}

function given({ masterKey, masterKeysOlder }: Given): Keys {
  return {
    current: parsed(masterKey!, "CAUDAL_MASTER_KEY"),
    older: masterKeysOlder.map((each) => parsed(each, "CAUDAL_MASTER_KEY_OLDER")),
  }
}

/** A key a line, the current one first. */
function keysOfFile(dataDir: string, ids: Ids): Keys {
  const path = join(dataDir, FILE)
  if (!existsSync(path)) makeFile(path, ids)
  const lines = readFileSync(path, "utf8").split("\n")
  const keys = lines.filter((line) => line.trim() !== "").map((line) => parsed(line, path))
  const [current, ...older] = keys
  if (!current) throw new ConfigError(`${path}: there is no key in it`)
  return { current, older }
}

function parsed(text: string, where: string): MasterKey {
  try {
    return parseMasterKey(text)
  } catch (error) {
    throw new ConfigError(`${where}: ${(error as Error).message}`, { cause: error })
  }
}

/** Puts a whole new key in place, or leaves the one that another start put there first. */
function makeFile(path: string, ids: Ids): void {
  const draft = `${path}.${ids.next()}`
  writeDurably(draft, `${ids.bytes(KEY_BYTES).toString("base64")}\n`)
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  } finally {
    rmSync(draft)
  }
}

/** A crash leaves the keys of before or these, and nobody ever reads half a key. */
function writeKeys(path: string, { current, older }: Keys, ids: Ids): void {
  const draft = `${path}.${ids.next()}`
  const lines = [current, ...older].map(({ key }) => key.toString("base64"))
  writeDurably(draft, `${lines.join("\n")}\n`)
  renameSync(draft, path)
}

/** What is sealed under a key that never reached the disk is lost. */
function writeDurably(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 })
  const file = openSync(path, "r+")
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
