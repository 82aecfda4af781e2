/** Gives a data folder a real PostgreSQL: starts or adopts it, brings it back, stops it last. */
import { existsSync, mkdirSync, realpathSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { type Binaries, readyBinaries } from "./binaries.ts"
import { classify } from "./classify.ts"
import {
  type Access,
  clusterDir,
  DATABASE,
  databaseUrl,
  logFile,
  prepareAccess,
  prepareCluster,
  prepareFolders,
  ROLE,
  readAccess,
  SUPERUSER,
  writeSettings,
} from "./cluster.ts"
import { connectClient, endClient } from "./connection.ts"
import { choosePlace, type Place } from "./identity.ts"
import { lockFolder } from "./lock.ts"
import { keepLogSmall, logSince, logSize } from "./log.ts"
import {
  clearStaleLocks,
  findPostmaster,
  killOrphans,
  type Postmaster,
  startPostmaster,
  stopPostmaster,
} from "./postmaster.ts"

/** What an embedded server needs to know and whom it tells. */
export type EmbeddedOptions = {
  dataDir: string
  /** Hears what an operator should know once, at the start: who runs the server, and where. */
  notice?: (text: string) => void
  /** The server ended by itself or was killed; it is being started again. */
  onDown?: (reason: string) => void
  /** It answers again, after `downMs`. */
  onUp?: (downMs: number) => void
  /** For tests: where root keeps clusters that belong to another account. */
  systemDir?: string
}

/** A running embedded server. */
export type Embedded = {
  /** Connects to Caudal's database as its owner; contains the password: not for logs. */
  url: string
  /** The server process; changes when it had to be started again. */
  pid(): number
  /** Whether it was running already, left behind by a Caudal that was killed. */
  adopted: boolean
  /** Stops the server, waiting for it, and gives the folder free; may be called again. */
  stop(): Promise<void>
}

/** Recovery after a crash reads up to 1 GB of log, on a slow disk too. */
const READY_TIMEOUT_MS = 120_000
/** One that was left behind is ready, or it is simpler to start anew. */
const ADOPT_TIMEOUT_MS = 10_000
const PROBE_EVERY_MS = 15
/** What a killed server left (its socket's lock, shared memory, children) is gone by then. */
const LEFTOVERS_TIMEOUT_MS = 15_000
/** Children of a dead server leave within a fraction of this; then they are stuck. */
const ORPHANS_AFTER_MS = 2_000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 2_000

/**
 * Starts PostgreSQL in a data folder, which is made if need be, or adopts the one that runs there.
 *
 * Throws, saying what to do, if another Caudal uses the folder, if PostgreSQL can't run here, or if
 * it doesn't get ready. Later deaths of the server are repaired until `stop`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const dataDir = realpathSync(options.dataDir)
  const locks = [lockFolder(dataDir)]
  const release = () => {
    for (const lock of locks) lock.release()
  }
  try {
    const place = await choosePlace(dataDir, readAccess(dataDir)?.home, options.systemDir)
    prepareFolders(place, dataDir)
    // A copy of a data folder would lead to the same cluster elsewhere.
    if (place.home !== dataDir) locks.push(lockFolder(place.home))
    tellPlace(place, dataDir, options)
    const binaries = await readyBinaries(place)
    const left = findPostmaster(place.home)
    const access = await prepareAccess(dataDir, place.home, left !== undefined)
    const adopted = left && (await adopt(left, binaries, access))
    const postmaster = adopted ?? (await startNew(place, binaries, access))
    const supervisor = supervise({ place, binaries, access, options }, postmaster)
    let stopping: Promise<void> | undefined
    return {
      url: databaseUrl(access),
      pid: supervisor.pid,
      adopted: adopted !== undefined,
      stop() {
        stopping ??= supervisor.stop().finally(release)
        return stopping
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

/** How to connect to the server that runs in a data folder, or null if none answers there. */
export async function embeddedConnection(dataDir: string): Promise<{ url: string } | null> {
  if (!existsSync(dataDir)) return null
  const access = readAccess(realpathSync(dataDir))
  if (access === undefined) return null
  const url = databaseUrl(access)
  try {
    await probe(url)
    return { url }
  } catch {
    return null
  }
}

function tellPlace({ identity, home }: Place, dataDir: string, options: EmbeddedOptions): void {
  if (identity.kind !== "user") return
  const where = home === dataDir ? "" : ` and its files lie in ${home}`
  options.notice?.(`PostgreSQL doesn't run as root: it runs as ${identity.name}${where}`)
}

/** Takes over a server that was left running, or ends it when it isn't what we would start. */
async function adopt(
  left: Postmaster,
  binaries: Binaries,
  access: Access,
): Promise<Postmaster | undefined> {
  try {
    await untilReady(left, access, ADOPT_TIMEOUT_MS)
    if ((await probe(databaseUrl(access))) === binaries.version) return left
  } catch {
    // It is stopping, or stuck, or of another time: a fresh one will do.
  }
  await stopPostmaster(left)
  return undefined
}

/** Starts a server; what a killed one left behind may stand in the way for a moment. */
async function startNew(place: Place, binaries: Binaries, access: Access): Promise<Postmaster> {
  await prepareCluster(place, binaries, access)
  writeSettings(place.home, access)
  const giveUpAt = performance.now() + LEFTOVERS_TIMEOUT_MS
  const orphansAt = performance.now() + ORPHANS_AFTER_MS
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)) {
    clearStaleLocks(place.home)
    const before = logSize(place.home)
    const postmaster = startPostmaster(place, binaries)
    try {
      await untilReady(postmaster, access)
      return postmaster
    } catch (cause) {
      if (postmaster.alive()) await stopPostmaster(postmaster)
      const log = logSince(place.home, before)
      if (!/lock file|shared memory block/.test(log) || performance.now() > giveUpAt) {
        throw new Error(
          `PostgreSQL did not start in ${clusterDir(place.home)}: ${log || String(cause)} ` +
            `(more in ${logFile(place.home)})`,
          { cause },
        )
      }
      if (performance.now() > orphansAt) killOrphans(place.home)
      await sleep(pauseMs)
    }
  }
}

/** Resolves when Caudal's database can be used, whatever the log says. */
async function untilReady(
  postmaster: Postmaster,
  access: Access,
  timeoutMs = READY_TIMEOUT_MS,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    try {
      await probe(databaseUrl(access))
      return
    } catch (error) {
      // No such role, no such database: initdb ran, but Caudal never came further.
      const code = (error as { code?: string }).code ?? ""
      if (["28P01", "28000", "3D000"].includes(code)) await makeDatabase(access)
      else if (classify(error) !== "connection") throw error
      if (performance.now() > giveUpAt) throw error
    }
    if (!postmaster.alive()) throw new Error("the server ended before it was ready")
    await sleep(PROBE_EVERY_MS)
  }
}

/** Answers the server's version. */
async function probe(url: string): Promise<string> {
  const client = await connectClient({ url, applicationName: "caudal probe" })
  try {
    const { rows } = await client.query("select current_setting('server_version') as version")
    return rows[0].version
  } finally {
    await endClient(client)
  }
}

async function makeDatabase(access: Access): Promise<void> {
  const client = await connectClient({ url: databaseUrl(access, SUPERUSER, "postgres") })
  try {
    const role = await client.query("select from pg_roles where rolname = $1", [ROLE])
    if (role.rowCount === 0) {
      // The password is of letters, digits, - and _ only.
      await client.query(`create role ${ROLE} login createdb password '${access.password}'`)
    }
    const database = await client.query("select from pg_database where datname = $1", [DATABASE])
    if (database.rowCount === 0) await client.query(`create database ${DATABASE} owner ${ROLE}`)
  } finally {
    await endClient(client)
  }
}

type Server = { place: Place; binaries: Binaries; access: Access; options: EmbeddedOptions }

/** Watches over a server and starts it again whenever it ends, until told to stop. */
function supervise(server: Server, first: Postmaster) {
  const { place, binaries, access, options } = server
  const stopped = new AbortController()
  const log = keepLogSmall(place.home)
  let current = first
  const running = watch()

  async function watch(): Promise<void> {
    for (;;) {
      await current.ended
      if (stopped.signal.aborted) return
      const downAt = performance.now()
      options.onDown?.(`PostgreSQL (pid ${current.pid}) ended`)
      if (!(await startAgain())) return
      options.onUp?.(performance.now() - downAt)
    }
  }

  async function startAgain(): Promise<boolean> {
    for (let pauseMs = FIRST_RETRY_MS; !stopped.signal.aborted; ) {
      try {
        current = await startNew(place, binaries, access)
        return true
      } catch (error) {
        options.onDown?.((error as Error).message)
        await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => {})
        pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)
      }
    }
    return false
  }

  return {
    pid: () => current.pid,
    async stop() {
      stopped.abort()
      log.stop()
      await stopPostmaster(current)
      // It may have been in the middle of starting another one.
      await running
      await stopPostmaster(current)
    },
  }
}
