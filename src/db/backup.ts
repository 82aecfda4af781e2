/** Copies the embedded cluster while its server works, so that the copy can be recovered from. */
import { type Dirent, readdirSync, statSync } from "node:fs"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type pg from "pg"
import { clusterDir, databaseUrl, readAccess, SUPERUSER } from "./cluster.ts"
import { connectClient, endClient } from "./connection.ts"
import { inLanes } from "./lanes.ts"

/** How one file gets into the copy: whoever calls counts and hashes it. */
export type CopyFile = (from: string, path: string) => Promise<void>

export type ClusterCopy = {
  /** Tells this cluster from every other one. */
  readonly systemIdentifier: string
  /** `18.4` */
  readonly version: string
  /** Where in the log recovery begins, and up to where the copy must be recovered to be sound. */
  readonly startLsn: string
  readonly stopLsn: string
  /** Empty or not: a server makes none of them by itself. */
  readonly folders: readonly string[]
}

/** What a server makes anew at its start, or must not find: see "Making a Base Backup". */
const LEFT_OUT = new Set(["postmaster.pid", "postmaster.opts", "backup_label", "tablespace_map"])
const EMPTIED = new Set(
  "pg_wal pg_replslot pg_dynshmem pg_notify pg_serial pg_snapshots pg_stat_tmp pg_subtrans".split(
    " ",
  ),
)
const LEFT_OUT_BEGINNINGS = ["pgsql_tmp", "pg_internal.init"]
/** Log files are 16 MB, and named by timeline and number. */
const LOG_FILE = /^[0-9A-F]{24}$/
const HISTORY = /^[0-9A-F]{8}\.history$/

/**
 * Copies the files of a running cluster into `to` by `copy`, between `pg_backup_start` and
 * `pg_backup_stop`, with all of the log that recovery needs: a slot keeps it until then. Throws
 * where no server runs on the data folder.
 */
export async function copyCluster(
  dataDir: string,
  to: string,
  copy: CopyFile,
): Promise<ClusterCopy> {
  const access = readAccess(dataDir)
  if (!access) throw new Error(`${dataDir} holds no database of Caudal's own`)
  const from = clusterDir(access.home)
  const client = await connectClient({
    url: databaseUrl(access, SUPERUSER, "postgres"),
    applicationName: "caudal backup",
  })
  try {
    // Checkpoints and copies take as long as they take; ending the session ends the backup.
    await client.query("set statement_timeout = 0")
    await refuseTablespaces(client)
    await client.query("select pg_create_physical_replication_slot($1, true, true)", [
      `caudal_backup_${process.pid}`,
    ])
    const { rows: began } = await client.query(
      "select pg_backup_start($1, true)::text as lsn, current_setting('server_version') as version",
      ["caudal"],
    )
    // The control file is last, as the handbook asks.
    const { files, folders } = contentsOf(from)
    for (const path of folders) await mkdir(join(to, path), { recursive: true, mode: 0o700 })
    await inLanes(files, (path) => copyLiving(copy, join(from, path), path))
    await copy(join(from, "global", "pg_control"), "global/pg_control")
    const { rows: ended } = await client.query(
      `select lsn::text as lsn, labelfile, pg_walfile_name(lsn) as last,
  (select system_identifier::text from pg_control_system()) as system
from pg_backup_stop(false)`,
    )
    const [{ lsn, labelfile, last, system }] = ended
    await writeFile(join(to, "backup_label"), labelfile, { mode: 0o600 })
    await copy(join(to, "backup_label"), "backup_label")
    await copyLog(client, from, began[0].lsn, last, copy)
    const { lsn: startLsn, version } = began[0]
    return { systemIdentifier: system, version, startLsn, stopLsn: lsn, folders }
  } finally {
    await endClient(client)
  }
}

async function refuseTablespaces(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    "select spcname from pg_tablespace where spcname not in ('pg_default', 'pg_global')",
  )
  if (rows.length === 0) return
  throw new Error(
    `the tablespace ${rows[0].spcname} lies outside the data folder: back up with pg_basebackup`,
  )
}

/** Every file of the cluster that belongs into a copy, but control file and log; every folder. */
function contentsOf(from: string): { readonly files: string[]; readonly folders: string[] } {
  const files: string[] = []
  const folders: string[] = []
  const walk = (folder: string, isEmptied: boolean) => {
    for (const entry of entriesOf(join(from, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`
      if (LEFT_OUT.has(path) || path === "global/pg_control") continue
      if (LEFT_OUT_BEGINNINGS.some((beginning) => entry.name.startsWith(beginning))) continue
      if (entry.isDirectory()) {
        // Below a slot's or the log's own folder there is only what a server makes again.
        if (!EMPTIED.has(folder) || folder === "pg_wal") folders.push(path)
        walk(path, isEmptied || EMPTIED.has(path))
      } else if (!isEmptied) files.push(path)
    }
  }
  walk("", false)
  return { files, folders }
}

/** A table that is dropped meanwhile takes its files along: the log knows that, too. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  }
}

async function copyLiving(copy: CopyFile, from: string, path: string): Promise<void> {
  try {
    await copy(from, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
  }
}

/** The log from where recovery begins to where the copy ended, and where timelines came from. */
async function copyLog(
  client: pg.Client,
  from: string,
  startLsn: string,
  last: string,
  copy: CopyFile,
): Promise<void> {
  const { rows } = await client.query("select pg_walfile_name($1::pg_lsn) as first", [startLsn])
  const names = await readdir(join(from, "pg_wal"))
  const wanted = names.filter((name) => {
    // The timeline is the same: none begins while a server works.
    if (LOG_FILE.test(name)) return name >= rows[0].first && name <= last
    return HISTORY.test(name)
  })
  if (!wanted.includes(last)) throw new Error(`the log ${last} isn't there: begin again`)
  for (const name of wanted.sort()) await copy(join(from, "pg_wal", name), `pg_wal/${name}`)
}

/** How many bytes the files of a data folder's cluster have; 0 where there is none. */
export function clusterSize(dataDir: string): number {
  const from = clusterDir(readAccess(dataDir)?.home ?? dataDir)
  return contentsOf(from)
    .files.map((path) => statSync(join(from, path), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0)
}
