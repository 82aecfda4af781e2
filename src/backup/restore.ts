/** Restores a backup into an empty data folder, after every file of it was held to its hash. */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { inLanes } from "../db/lanes.ts"
import { restoreCluster } from "../db/restore.ts"
import {
  BackupError,
  type CopiedFile,
  copyHashed,
  flushAll,
  hashOf,
  readManifest,
} from "./manifest.ts"

export type RestoreOptions = {
  /** The backup's own folder. */
  readonly from: string
  /** Where it goes: a data folder that is empty, or isn't there. */
  readonly dataDir: string
  /** Bytes that were copied so far, of all. */
  readonly progress?: (bytes: number, total: number) => void
}

/**
 * Copies the files and lets PostgreSQL recover from them. Throws `BackupError` where a file is
 * missing or changed, or something is in the way; then the folder is left as it was.
 */
export async function restoreBackup({ from, dataDir, progress }: RestoreOptions): Promise<void> {
  const { files, folders } = readManifest(from)
  refuseFull(dataDir)
  const wasThere = existsSync(dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const folder = realpathSync(dataDir)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let bytes = 0
  const copy = async (part: "cluster" | "data", to: string) => {
    const beginning = `${part}/`
    const own = files.filter(({ path }) => path.startsWith(beginning))
    await inLanes(own, async (file) => {
      const target = join(to, file.path.slice(beginning.length))
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
      await copyChecked(from, file, target)
      bytes += file.size
      progress?.(bytes, total)
    })
    // A server that recovers flushes all of its own folder first.
    const flushed = part === "cluster" ? [] : own
    await flushAll(flushed.map(({ path }) => join(to, path.slice(beginning.length))))
  }
  try {
    await copy("data", folder)
    await leaveHome(folder)
    await restoreCluster(folder, async (to) => {
      for (const path of folders) mkdirSync(join(to, path), { recursive: true, mode: 0o700 })
      await copy("cluster", to)
    })
  } catch (error) {
    for (const name of readdirSync(folder)) {
      await rm(join(folder, name), { recursive: true, force: true })
    }
    if (!wasThere) await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** Holds every file of a backup to its hash, without restoring it. Throws `BackupError`. */
export async function checkFiles(
  from: string,
  progress?: (bytes: number, total: number) => void,
): Promise<void> {
  const { files } = readManifest(from)
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let bytes = 0
  await inLanes(files, async (file) => {
    expectSame(file, await hashOf(join(from, file.path)).catch(missing(file)))
    bytes += file.size
    progress?.(bytes, total)
  })
}

async function copyChecked(from: string, file: CopiedFile, to: string): Promise<void> {
  expectSame(file, await copyHashed(join(from, file.path), to).catch(missing(file)))
}

function expectSame(file: CopiedFile, found: Omit<CopiedFile, "path">): void {
  if (found.size === file.size && found.sha256 === file.sha256) return
  throw new BackupError(`${file.path} is not what was written: take another backup`)
}

function missing({ path }: CopiedFile) {
  return (error: NodeJS.ErrnoException): never => {
    if (error.code !== "ENOENT") throw error
    throw new BackupError(`${path} is missing: take another backup`)
  }
}

function refuseFull(dataDir: string): void {
  if (!existsSync(dataDir) || readdirSync(dataDir).length === 0) return
  throw new BackupError(
    `${dataDir} is not empty: move it away first, or name another one with CAUDAL_DATA_DIR`,
  )
}

/** The password stays; where the cluster lies and listens is decided anew here. */
async function leaveHome(folder: string): Promise<void> {
  const path = join(folder, "postgres.json")
  const { password } = JSON.parse(readFileSync(path, "utf8"))
  await writeFile(path, JSON.stringify({ password }), { mode: 0o600 })
}
