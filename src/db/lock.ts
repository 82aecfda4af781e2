/** Keeps two processes out of one data folder. */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { giveToFolderOwner } from "./owner.ts"

/** A held lock. */
export type FolderLock = { release(): void }

/**
 * Locks a folder for this process or throws an error that names the process that has it.
 *
 * The lock is one of the kernel's on an open file, which Node itself offers only through its
 * SQLite: it goes away with the process, however that ends, so no crash leaves one behind and no
 * reused process number is ever taken for its owner. The number in `caudal.pid` only serves the
 * message.
 */
export function lockFolder(dir: string): FolderLock {
  const lockFile = join(dir, "caudal.lock")
  const pidFile = join(dir, "caudal.pid")
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(lockFile)
    // Without a journal nothing is ever written: the file stays empty.
    database.exec("pragma journal_mode = off; begin exclusive")
    giveToFolderOwner(lockFile)
    // Removed first: one that a killed process left may belong to another user, unlike its folder.
    rmSync(pidFile, { force: true })
    writeFileSync(pidFile, `${process.pid}\n`)
  } catch (cause) {
    database?.close()
    throw inUse(dir, pidFile, cause)
  }
  let held = true
  return {
    release() {
      if (!held) return
      held = false
      rmSync(pidFile, { force: true })
      database?.close()
    },
  }
}

/** SQLite's code for a lock that somebody else has. */
const BUSY = 5

function inUse(dir: string, pidFile: string, cause: unknown): Error {
  const code = cause instanceof Error && "errcode" in cause ? cause.errcode : undefined
  if (code !== BUSY) {
    return new Error(
      `Can't lock the data folder ${dir}. Start Caudal as the folder's owner, and if its file ` +
        "system has no locks, choose a folder on a local disk with CAUDAL_DATA_DIR.",
      { cause },
    )
  }
  return new Error(
    `Another Caudal (pid ${readPid(pidFile)}) is using ${dir}: ` +
      "stop it first, or choose another folder with CAUDAL_DATA_DIR.",
    { cause },
  )
}

function readPid(file: string): string {
  try {
    return readFileSync(file, "utf8").trim()
  } catch {
    return "unknown"
  }
}
