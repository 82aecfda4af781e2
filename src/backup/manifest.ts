/** What a backup says of itself: what it is of, and the hash of every file in it. */
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream, readdirSync, readFileSync } from "node:fs"
import { open, readFile, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { inLanes } from "../db/lanes.ts"

/** A mistake of whoever asked, or a copy that isn't whole: the message says what to do. */
export class BackupError extends Error {
  override name = "BackupError"
}

export type Manifest = {
  /** Of this file; another one is of another Caudal. */
  readonly format: 1
  readonly caudal: string
  readonly postgres: string
  readonly mode: "sandbox" | "live"
  /** ISO 8601: what was acknowledged before `madeAt` is in it. */
  readonly madeAt: string
  readonly systemIdentifier: string
  readonly startLsn: string
  readonly stopLsn: string
  /** Of the cluster. */
  readonly folders: readonly string[]
  readonly files: readonly CopiedFile[]
}

export type CopiedFile = { readonly path: string; readonly size: number; readonly sha256: string }

export const MANIFEST = "backup.json"
const PIECE_BYTES = 1_048_576

/** Copies a file and answers what it held; its folder is there. Throws ENOENT where it is gone. */
export async function copyHashed(from: string, to: string): Promise<Omit<CopiedFile, "path">> {
  const { size: expected } = await stat(from)
  if (expected <= PIECE_BYTES) {
    const content = await readFile(from)
    await writeFile(to, content, { mode: 0o600 })
    return { size: content.length, sha256: createHash("sha256").update(content).digest("hex") }
  }
  const hash = createHash("sha256")
  let size = 0
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece)
      size += piece.length
      done(null, piece)
    },
  })
  const source = createReadStream(from, { highWaterMark: PIECE_BYTES })
  await pipeline(source, through, createWriteStream(to, { mode: 0o600 }))
  return { size, sha256: hash.digest("hex") }
}

/** Waits until the disk has each of these for sure: quicker when all of them were written. */
export async function flushAll(paths: readonly string[]): Promise<void> {
  await inLanes(paths, async (path) => {
    const handle = await open(path, "r")
    await handle.sync().finally(() => handle.close())
  })
}

/** What a file holds, without copying it. */
export async function hashOf(path: string): Promise<Omit<CopiedFile, "path">> {
  const hash = createHash("sha256")
  let size = 0
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
    hash.update(piece)
    size += (piece as Buffer).length
  }
  return { size, sha256: hash.digest("hex") }
}

/** Writes the manifest: the last file, without which the rest is no backup. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const path = join(folder, MANIFEST)
  await writeFile(path, `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600, flush: true })
  await flushAll([folder])
}

/** Reads it; throws `BackupError` where it isn't one. */
export function readManifest(folder: string): Manifest {
  let manifest: Manifest
  try {
    manifest = JSON.parse(readFileSync(join(folder, MANIFEST), "utf8")) as Manifest
  } catch (error) {
    const why = (error as Error).message
    throw new BackupError(`${folder} is no backup of Caudal's: ${MANIFEST} can't be read (${why})`)
  }
  if (manifest?.format !== 1 || ![manifest.files, manifest.folders].every(Array.isArray)) {
    throw new BackupError(`${folder} was made by another version of Caudal: restore with that one`)
  }
  const paths = [
    ...manifest.files.map(({ path }) => path),
    ...manifest.folders.map((each) => `cluster/${each}`),
  ]
  const strange = paths.find((path) => !isInside(path))
  if (strange) throw new BackupError(`${folder}: ${strange} would lie outside of it`)
  return manifest
}

/** A path of a backup somebody handed us mustn't lead anywhere else. */
function isInside(path: unknown): boolean {
  if (typeof path !== "string" || !/^(cluster|data)\/./.test(path)) return false
  return !path.includes("\0") && !path.split("/").some((part) => part === ".." || part === "")
}

/** The backups in a folder, oldest first: their names are the times at which they were made. */
export function backupsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && NAME.test(entry.name))
    .map(({ name }) => name)
    .sort()
}

const NAME = /^caudal-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/

/** The name of a backup that is made at an instant. */
export function nameAt(at: Date): string {
  return `caudal-${at.toISOString().replace(/[:.]/g, "-")}`
}
