/** Where the folders of a run of the tests lie: in memory, if there is enough, or on the disk. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/**
 * Files in memory on Linux: hundreds of databases that live for a second need no disk. PostgreSQL
 * is set as ever, and a kill loses nothing here either. What is killed on purpose lies on the disk
 * all the same: there a commit waits as long as it does for users.
 */
const IN_MEMORY = "/dev/shm"
/** Three times what a whole run was seen to hold at once. */
const ENOUGH_BYTES = 3 * 2 ** 30

/** The folders of one run. */
export type RunFolders = {
  /** Holds the others, but for `disk`. */
  readonly folder: string
  /** Where tests put what has to lie on a disk. */
  readonly disk: string
  /** What the tests take for the machine's folder of temporary files. */
  readonly temporary: string
  /** The program as Node compiled it, for the next process that loads it. */
  readonly compiled: string
  /** Where each test writes down which operations of the APIs it exercised. */
  readonly exercised: string
  /** Takes all of it away. */
  remove(): void
}

/** Makes the folders of a run. A `TMPDIR` that was given is where they lie. */
export function makeRunFolders(): RunFolders {
  const folder = mkdtempSync(join(inMemory() ? IN_MEMORY : tmpdir(), "caudal-"))
  const [temporary, compiled, exercised] = ["tmp", "compiled", "exercised"].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  for (const dir of [temporary, compiled, exercised]) mkdirSync(dir)
  const disk = mkdtempSync(join(tmpdir(), "caudal-disk-"))
  // Tests also start servers as other users, who must come through.
  for (const dir of [folder, temporary, disk]) chmodSync(dir, 0o711)
  return {
    folder,
    disk,
    temporary,
    compiled,
    exercised,
    remove() {
      for (const dir of [folder, disk]) rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** The folder for what has to lie on a disk: the run's own, or the machine's for a test alone. */
export function onDisk(): string {
  return process.env.CAUDAL_TEST_DISK ?? tmpdir()
}

function inMemory(): boolean {
  if (process.env.TMPDIR !== undefined || process.platform !== "linux") return false
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return Math.min(bavail * bsize, process.availableMemory()) >= ENOUGH_BYTES && mayExecute()
  } catch {
    return false
  }
}

/** Some containers don't let programs run from there, and tests unpack a browser. */
function mayExecute(): boolean {
  const mount = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .find((line) => line.split(" ")[1] === IN_MEMORY)
  return mount !== undefined && !mount.split(" ")[3]!.split(",").includes("noexec")
}
