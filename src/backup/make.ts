/** Makes a backup of an installation with a database of its own, while its gateway works. */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statfsSync } from "node:fs"
import { rename, rm } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import type { Config } from "../config.ts"
import { clusterSize, copyCluster } from "../db/backup.ts"
import {
  BackupError,
  backupsIn,
  type CopiedFile,
  copyHashed,
  flushAll,
  hashOf,
  type Manifest,
  nameAt,
  readManifest,
  writeManifest,
} from "./manifest.ts"

export type BackupOptions = {
  readonly config: Pick<Config, "dataDir" | "mode">
  /** The folder that backups lie in; made if need be. */
  readonly to: string
  readonly now: Date
  /** Bytes that were copied so far. */
  readonly progress?: (bytes: number) => void
}

export type Backup = {
  readonly folder: string
  readonly manifest: Manifest
  readonly bytes: number
}

/** Of a data folder: what is made anew at each start, or lies in the copied cluster. */
const NOT_KEPT =
  /^(postgres|socket|caudal\.(lock|pid)|postgres\.conf|postgres\.log.*|postgres-(links|programs-.*)|postgres\.unfinished-.*|sandbox\.json|.*\.new)$/
/** A disk that is fuller afterwards would stop the server, if it is the same one. */
const LEFT_FREE_BYTES = 64 * 1_048_576

/**
 * Copies cluster and data folder. What a merchant was told before it began is in it, whatever is
 * written meanwhile. The copy has its name when it is whole; one that was cut short is removed.
 */
export async function makeBackup(options: BackupOptions): Promise<Backup> {
  const { config, now, progress } = options
  const dataDir = realpathSync(config.dataDir)
  mkdirSync(options.to, { recursive: true, mode: 0o700 })
  const to = realpathSync(options.to)
  if (`${to}/`.startsWith(`${dataDir}/`)) {
    throw new BackupError(`--to ${to}: a backup inside the data folder would be lost with it`)
  }
  const folder = join(to, nameAt(now))
  const unfinished = `${folder}.unfinished`
  if (existsSync(folder)) throw new BackupError(`${folder} is there already`)
  checkRoom(to, dataDir)
  const files: CopiedFile[] = []
  let bytes = 0
  const copier = (part: "cluster" | "data") => async (from: string, path: string) => {
    const inside = `${part}/${path}`
    const target = join(unfinished, inside)
    // The server hands its label over as text: it is written here, and only counted.
    const copied = from === target ? await hashOf(from) : await copyHashed(from, target)
    files.push({ path: inside, ...copied })
    bytes += copied.size
    progress?.(bytes)
  }
  try {
    mkdirSync(join(unfinished, "cluster"), { recursive: true, mode: 0o700 })
    const cluster = await copyCluster(dataDir, join(unfinished, "cluster"), copier("cluster"))
    const { version: postgres, ...place } = cluster
    // After the database: what the folder has of later is told apart by the books, not the reverse.
    for (const path of keptIn(dataDir)) {
      mkdirSync(dirname(join(unfinished, "data", path)), { recursive: true, mode: 0o700 })
      await copyThere(copier("data"), dataDir, path)
    }
    await flushAll(files.map(({ path }) => join(unfinished, path)))
    const manifest: Manifest = {
      ...{ format: 1, caudal: ownVersion(), postgres, mode: config.mode },
      ...{ madeAt: now.toISOString(), ...place, files },
    }
    await writeManifest(unfinished, manifest)
    await rename(unfinished, folder)
    return { folder, manifest, bytes }
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
}

/** Removes the oldest backups of the same cluster beyond `keep`; answers their folders. */
export async function dropOldest(
  folder: string,
  systemIdentifier: string,
  keep: number,
): Promise<readonly string[]> {
  const own = backupsIn(folder)
    .map((name) => join(folder, name))
    .filter((each) => isOf(each, systemIdentifier))
  const dropped = own.slice(0, Math.max(0, own.length - keep))
  for (const each of dropped) await rm(each, { recursive: true })
  return dropped
}

/** What can't be read is nobody's to delete. */
function isOf(folder: string, systemIdentifier: string): boolean {
  try {
    return readManifest(folder).systemIdentifier === systemIdentifier
  } catch (error) {
    if (error instanceof BackupError) return false
    throw error
  }
}

/** Every file of the data folder that a restored one needs: keys, settings, the rails' own. */
function keptIn(dataDir: string): readonly string[] {
  return readdirSync(dataDir, { withFileTypes: true })
    .filter(({ name }) => !NOT_KEPT.test(name))
    .flatMap((entry) => {
      if (entry.isFile()) return [entry.name]
      if (!entry.isDirectory()) return []
      return readdirSync(join(dataDir, entry.name), { recursive: true, withFileTypes: true })
        .filter((each) => each.isFile())
        .map((each) => relative(dataDir, join(each.parentPath, each.name)))
    })
}

/** The chain and the rails write while we copy: what is gone by then is not needed. */
async function copyThere(
  copy: (from: string, path: string) => Promise<void>,
  dataDir: string,
  path: string,
): Promise<void> {
  try {
    await copy(join(dataDir, path), path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
}

function checkRoom(to: string, dataDir: string): void {
  const { bavail, bsize } = statfsSync(to)
  const needed = clusterSize(dataDir) + LEFT_FREE_BYTES
  const free = bavail * bsize
  if (free >= needed) return
  const mb = (bytes: number) => `${Math.ceil(bytes / 1_048_576)} MB`
  throw new BackupError(`--to ${to}: ${mb(needed)} are needed, and ${mb(free)} are free`)
}

function ownVersion(): string {
  const path = join(import.meta.dirname, "..", "..", "package.json")
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version
}
