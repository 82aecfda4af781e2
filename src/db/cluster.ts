/** The embedded cluster's files: where they lie, how they are made, what the server is told. */
import { randomBytes } from "node:crypto"
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { createServer } from "node:net"
import { dirname, join } from "node:path"
import type { Binaries } from "./binaries.ts"
import { type Identity, type Place, runAs } from "./identity.ts"
import { giveToFolderOwner } from "./owner.ts"

/**
 * The role that owns Caudal's database; it isn't a superuser, so no SQL of ours can touch files.
 */
export const ROLE = "caudal"
export const DATABASE = "caudal"
/** Made by initdb, used once to make the role and its database. */
export const SUPERUSER = "postgres"

/** What a client must know. */
export type Access = {
  password: string
  /** The folder that holds cluster, socket and log. */
  home: string
  /** Set where the socket's path would be too long: then the server listens on 127.0.0.1. */
  tcpPort?: number
}

/** The same in `postgres.json`, which only the folder's owner may read; a folder can be moved. */
type AccessFile = { password: string; tcpPort?: number; elsewhere?: string }

/** A socket's address holds 108 bytes on Linux, 104 on macOS, with a zero at the end. */
const LONGEST_SOCKET_PATH = 103
const SOCKET_PORT = 5432

export const clusterDir = (home: string) => join(home, "postgres")
const settingsFile = (home: string) => join(home, "postgres.conf")
export const logFile = (home: string) => join(home, "postgres.log")
const socketDir = (home: string) => join(home, "socket")
const socketFile = (home: string) => join(socketDir(home), `.s.PGSQL.${SOCKET_PORT}`)
export const socketLock = (home: string) => `${socketFile(home)}.lock`
const accessFile = (dataDir: string) => join(dataDir, "postgres.json")

/** The URL of a database on the embedded server. */
export function databaseUrl(access: Access, role = ROLE, database = DATABASE): string {
  const { password, home, tcpPort } = access
  const place =
    tcpPort === undefined
      ? `localhost:${SOCKET_PORT}/${database}?host=${encodeURIComponent(socketDir(home))}&`
      : `127.0.0.1:${tcpPort}/${database}?`
  return `postgres://${role}:${password}@${place}sslmode=disable`
}

/** How the server of a data folder is reached, or undefined if none was ever started here. */
export function readAccess(dataDir: string): Access | undefined {
  const file = accessFile(dataDir)
  try {
    const { elsewhere, ...rest } = JSON.parse(readFileSync(file, "utf8")) as AccessFile
    return { ...rest, home: elsewhere ?? dataDir }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new Error(`Can't read ${file}: run this as the user that started Caudal.`, { cause })
  }
}

/**
 * Decides how the server is to be reached, the same as before if it `runs` already, and keeps it.
 */
export async function prepareAccess(dataDir: string, home: string, runs: boolean): Promise<Access> {
  const file = accessFile(dataDir)
  const known = readAccess(dataDir)
  if (known === undefined && existsSync(clusterDir(home))) {
    throw new Error(
      `${file} with the database's password is missing: restore it from your backup, ` +
        `or move ${clusterDir(home)} away to begin with an empty database.`,
    )
  }
  const password = known?.password ?? randomBytes(24).toString("base64url")
  const tcpPort =
    Buffer.byteLength(socketFile(home)) <= LONGEST_SOCKET_PATH
      ? undefined
      : runs
        ? known?.tcpPort
        : ((await freePort(known?.tcpPort ?? 0)) ?? (await freePort(0)))
  const elsewhere = home === dataDir ? undefined : home
  const text = JSON.stringify({ password, tcpPort, elsewhere } satisfies AccessFile)
  writeAtomically(file, text, 0o600)
  return { password, home, tcpPort }
}

/** The wanted port (0: any) if it is free, or undefined. */
function freePort(wanted: number): Promise<number | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once("error", () => resolve(undefined))
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" ? address?.port : undefined
      server.close(() => resolve(port))
    })
  })
}

/**
 * Makes the folders. Another account gets its own cluster and socket, but can't put links beside.
 */
export function prepareFolders({ identity, home }: Place, dataDir: string): void {
  if (home !== dataDir) {
    for (const dir of [dirname(home), home]) {
      mkdirSync(dir, { recursive: true })
      // The account must come through, whatever our umask is.
      chmodSync(dir, 0o711)
    }
  }
  makeFolder(identity, socketDir(home))
}

function makeFolder(identity: Identity, dir: string): void {
  mkdirSync(dir, { recursive: true })
  chmodSync(dir, 0o700)
  give(identity, dir)
}

/** Gives a path to who runs the server: root in a namespace has no rights on what others own. */
function give(identity: Identity, path: string): void {
  if (identity.kind === "user") chownSync(path, identity.uid, identity.gid)
  else if (process.getuid?.() === 0) chownSync(path, 0, 0)
}

const INITDB_TIMEOUT_MS = 60_000
const UNFINISHED = "postgres.unfinished-"

/** Makes the cluster if there is none. One that was interrupted in the making is made anew. */
export async function prepareCluster(
  place: Place,
  binaries: Binaries,
  access: Access,
): Promise<void> {
  for (const name of readdirSync(place.home)) {
    if (name.startsWith(UNFINISHED))
      rmSync(join(place.home, name), { recursive: true, force: true })
  }
  const dir = clusterDir(place.home)
  if (existsSync(dir)) {
    checkVersion(dir, binaries.version)
    return
  }
  // A name of its own: an initdb whose Caudal was killed may still be writing into the last one.
  const unfinished = join(place.home, `${UNFINISHED}${process.pid}`)
  const passwordFile = `${unfinished}.password`
  makeFolder(place.identity, unfinished)
  writeFileSync(passwordFile, access.password, { mode: 0o600 })
  give(place.identity, passwordFile)
  const { code, output } = await runAs(
    place.identity,
    binaries.initdb,
    [
      ...["-D", unfinished, "-U", SUPERUSER, `--pwfile=${passwordFile}`, "--encoding=UTF8"],
      // The same order of words on every machine, whatever its C library.
      ...["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
      ...["--data-checksums", "--auth=scram-sha-256", "--no-instructions"],
    ],
    { timeoutMs: INITDB_TIMEOUT_MS, env: binaries.env },
  )
  rmSync(passwordFile, { force: true })
  if (code !== 0) {
    throw new Error(
      `initdb could not make ${dir}: ${output}. Is there room on the disk, and may ` +
        "the user that runs Caudal write there?",
    )
  }
  renameSync(unfinished, dir)
  syncFolder(place.home)
}

function checkVersion(dir: string, version: string): void {
  const made = readFileSync(join(dir, "PG_VERSION"), "utf8").trim()
  if (version.startsWith(`${made}.`)) return
  throw new Error(
    `${dir} was made by PostgreSQL ${made}, and Caudal comes with ${version}. Start the Caudal ` +
      "that made it, export the database with pg_dump, and import it into a new data folder.",
  )
}

/** Never off, whatever a file says: the command line is above every file. */
const durable = ["fsync", "full_page_writes", "synchronous_commit"]

/** The server's command line. */
export function serverArguments(home: string): string[] {
  const settings = [`config_file=${settingsFile(home)}`, ...durable.map((name) => `${name}=on`)]
  return ["-D", clusterDir(home), ...settings.flatMap((setting) => ["-c", setting])]
}

const quote = (text: string) => `'${text.replace(/['\\]/g, "$&$&")}'`

/** Writes the server's settings; `postgres.local.conf` beside them is the operator's and wins. */
export function writeSettings(home: string, access: Access): void {
  // In the list of folders a comma separates, and double quotes hold a folder together.
  const socket = quote(`"${socketDir(home).replaceAll('"', '""')}"`)
  const tcp = access.tcpPort !== undefined
  const settings = `# Written at each start. Your own settings go into postgres.local.conf.
listen_addresses = ${tcp ? "'127.0.0.1'" : "''"}
port = ${access.tcpPort ?? SOCKET_PORT}
unix_socket_directories = ${tcp ? "''" : socket}
unix_socket_permissions = 0700
password_encryption = scram-sha-256
# Eight processes of nine connections each, their first one's own, and an operator.
max_connections = 100
shared_buffers = 128MB
wal_level = replica
# Recovery reads what was written since the last checkpoint: 1 GB takes some seconds.
max_wal_size = 1GB
# Files of old log are used again, which is quicker than filling new ones with zeros.
min_wal_size = 1GB
# Workers that read ahead help large scans on slow disks; here they only take memory.
io_method = sync
jit = off
autovacuum = on
dynamic_shared_memory_type = posix
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'ISO'
lc_messages = 'C'
# What the server itself has to say. Failed statements come to Caudal as errors; here they would
# leave payers' data in a file.
log_destination = 'stderr'
logging_collector = off
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_autovacuum_min_duration = -1
include_if_exists = 'postgres.local.conf'
`
  writeAtomically(settingsFile(home), settings, 0o644)
}

/**
 * Writes a file that is either the old or the new one after a crash; the same text isn't written.
 */
function writeAtomically(file: string, text: string, mode: number): void {
  if (existsSync(file) && readFileSync(file, "utf8") === text) return
  const draft = `${file}.new`
  rmSync(draft, { force: true })
  const descriptor = openSync(draft, "wx", mode)
  try {
    fchmodSync(descriptor, mode)
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  giveToFolderOwner(draft)
  renameSync(draft, file)
  syncFolder(dirname(file))
}

function syncFolder(dir: string): void {
  const descriptor = openSync(dir, "r")
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
