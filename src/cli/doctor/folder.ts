/** Looks at the data folder: who may read it, and how much room its disk has. */
import { existsSync, statfsSync, statSync } from "node:fs"
import { join } from "node:path"
import type { Config } from "../../config.ts"
import { bad, type Finding, size, warn, well } from "./finding.ts"

/** Only their owner may read them: keys, passwords, credentials. */
const SECRET = ["master.key", "postgres.json", "sandbox.json"]
const OTHERS = 0o077
const READ_BY_OTHERS = 0o055
/** The server stops when its log finds no room: 1 GB is what the log alone may take. */
const FREE_BAD_BYTES = 1_073_741_824
const FREE_WARN_BYTES = 5 * FREE_BAD_BYTES

/** The folder, its files, and its disk. */
export function lookAtFolder({ dataDir }: Pick<Config, "dataDir">): readonly Finding[] {
  if (!existsSync(dataDir)) {
    return [warn("folder", `there is no ${dataDir}`, "caudal start makes it")]
  }
  return [...modes(dataDir), room(dataDir)]
}

function modes(dataDir: string): readonly Finding[] {
  const open = SECRET.filter((name) => {
    const found = statSync(join(dataDir, name), { throwIfNoEntry: false })
    return found !== undefined && (found.mode & OTHERS) !== 0
  })
  const folder = (statSync(dataDir).mode & READ_BY_OTHERS & ~0o011) !== 0
  return [
    ...open.map((name) =>
      bad("files", `others may read ${join(dataDir, name)}`, `chmod 600 ${join(dataDir, name)}`),
    ),
    ...(folder
      ? [warn("files", `others may list ${dataDir}`, `chmod 711 ${dataDir}, or 700`)]
      : []),
    ...(open.length === 0 && !folder ? [well("files", `only their owner reads ${dataDir}`)] : []),
  ]
}

function room(dataDir: string): Finding {
  const { bavail, bsize } = statfsSync(dataDir)
  const free = bavail * bsize
  const text = `${size(free)} are free for ${dataDir}`
  const todo = "make room, or caudal retention drop: a full disk stops the database"
  if (free < FREE_BAD_BYTES) return bad("disk", text, todo)
  return free < FREE_WARN_BYTES ? warn("disk", text, todo) : well("disk", text)
}
