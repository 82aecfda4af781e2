/** Files that outlive a power cut: written whole, moved in one step, found again by content. */
import { createHash } from "node:crypto"
import { constants } from "node:fs"
import { lstat, open, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { Written } from "../../core/index.ts"

/** A path: of bytes where a name may be no text. */
export type Path = string | Buffer

/** The code that the system gave, such as `ENOENT`; null when it isn't the system's error. */
export function systemCode(error: unknown): string | null {
  const { code } = error as { readonly code?: unknown }
  return typeof code === "string" ? code : null
}

/** Makes what happened in a folder durable: names are on the disk only then. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } catch (error) {
    // A file system that knows no such thing does it by itself, or never.
    if (systemCode(error) !== "EINVAL") throw error
  } finally {
    await folder.close()
  }
}

/** Writes a file anew, one piece after the other, and resolves when it is on the disk. */
export async function writeWhole(
  path: string,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<Written> {
  await rm(path, { force: true })
  const hash = createHash("sha256")
  let bytes = 0
  const file = await open(path, "wx", 0o600)
  try {
    for await (const piece of pieces) {
      const chunk = Buffer.from(piece)
      hash.update(chunk)
      bytes += chunk.length
      await file.writeFile(chunk)
    }
    await file.sync()
  } catch (error) {
    // What is written in part is of no use to anybody.
    await rm(path, { force: true }).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
  await syncFolder(dirname(path))
  return { bytes, sha256: hash.digest("hex") }
}

/** Moves a file into another folder of the same file system, in one step and for good. */
export async function move(from: Path, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(dirname(to))
  await syncFolder(Buffer.isBuffer(from) ? folderOf(from) : dirname(from))
}

/** The path of a name, whatever bytes it has, in a folder. */
export function pathIn(folder: string, name: Path): Path {
  return Buffer.isBuffer(name)
    ? Buffer.concat([Buffer.from(`${folder}/`), name])
    : join(folder, name)
}

/** Whether there is anything at a path. */
export async function exists(path: string): Promise<boolean> {
  return (await statOf(path)) !== null
}

/** What lies at a path, a link itself and not what it leads to; null for nothing. */
export async function statOf(path: Path) {
  try {
    return await lstat(path, { bigint: true })
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null
    throw error
  }
}

/** Whoever may put files there may put a link or a pipe in the place of one at any moment. */
const PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * The SHA-256 of a file, never of what a link leads to. One that is longer than `most` counts by
 * its beginning and its length: it is told from others, and nobody reads it to its end.
 */
export async function hashOf(path: Path, most: number): Promise<string> {
  const hash = createHash("sha256")
  let bytes = 0
  const file = await open(path, PLAIN)
  for await (const chunk of file.createReadStream({ end: most }) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  if (bytes > most) hash.update(`of ${(await statOf(path))?.size ?? 0}`)
  return hash.digest("hex")
}

function folderOf(path: Buffer): string {
  return path.subarray(0, path.lastIndexOf("/")).toString()
}
