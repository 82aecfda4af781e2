/** Puts a copied cluster into an empty data folder and lets its server recover from the log. */
import { chownSync, existsSync, mkdirSync, readdirSync, realpathSync, renameSync } from "node:fs"
import { rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { clusterDir, prepareFolders } from "./cluster.ts"
import { type Embedded, startEmbedded } from "./embedded.ts"
import { choosePlace, type Identity } from "./identity.ts"
import { lockFolder } from "./lock.ts"

/**
 * Until the log ends there is nobody to ask: then a new timeline begins, by which the installation
 * sees that it is a restored one. Nobody may connect before, or would take it for a standby.
 */
const RECOVERY = "restore_command = 'false'\nhot_standby = off\n"

/**
 * Puts the files that `copy` brings where the server of `dataDir` looks for them, and recovers.
 * Answers once the server was ready; it is stopped then. `dataDir` must have no database yet.
 */
export async function restoreCluster(
  dataDir: string,
  copy: (to: string) => Promise<void>,
): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const folder = realpathSync(dataDir)
  const lock = lockFolder(folder)
  let cluster: string
  try {
    const place = await choosePlace(folder)
    cluster = clusterDir(place.home)
    if (existsSync(cluster)) throw new Error(`there is a database in ${place.home} already`)
    prepareFolders(place, folder)
    const unfinished = join(place.home, `postgres.unfinished-${process.pid}`)
    mkdirSync(unfinished, { mode: 0o700 })
    try {
      await copy(unfinished)
      await writeFile(join(unfinished, "recovery.signal"), "", { mode: 0o600 })
      await writeFile(join(unfinished, "postgresql.auto.conf"), RECOVERY, { mode: 0o600 })
      giveAll(place.identity, unfinished)
      renameSync(unfinished, cluster)
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true })
      throw error
    }
  } finally {
    lock.release()
  }
  const embedded: Embedded = await startEmbedded({ dataDir: folder })
  await embedded.stop()
  // What it was told for the recovery is of no use to the starts that follow.
  await rm(join(cluster, "postgresql.auto.conf"), { force: true })
}

/** The server's own account can read only what belongs to it. */
function giveAll(identity: Identity, path: string): void {
  if (identity.kind !== "user") return
  const { uid, gid } = identity
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    chownSync(join(entry.parentPath, entry.name), uid, gid)
  }
  chownSync(path, uid, gid)
}
