/** Gives a data folder a real PostgreSQL: starts or adopts it, brings it back, stops it last. */
import { accessSync, constants, existsSync, mkdirSync, realpathSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { readyBinaries } from "./binaries.ts"
import {
  databaseUrl,
  prepareAccess,
  prepareCluster,
  prepareFolders,
  readAccess,
} from "./cluster.ts"
import { choosePlace, type Place } from "./identity.ts"
import { lockFolder } from "./lock.ts"
import { keepLogSmall } from "./log.ts"
import { findPostmaster, type Postmaster, stopPostmaster } from "./postmaster.ts"
import { adopt, probe, type Server, startNew } from "./server.ts"

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

const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 2_000

/**
 * Starts PostgreSQL in a data folder, which is made if need be, or adopts the one that runs there.
 *
 * Throws, saying what to do, if another Caudal uses the folder, if PostgreSQL can't run here, or if
 * it doesn't get ready. Later deaths of the server are repaired until `stop`.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = openFolder(options.dataDir)
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
    const server = { place, binaries, access }
    const adopted = left && (await adopt(server, left))
    // Only here: a cluster that vanishes later is never replaced by an empty one.
    if (!adopted) await prepareCluster(place, binaries, access)
    const supervisor = supervise(server, adopted ?? (await startNew(server)), options)
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

function openFolder(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    accessSync(dir, constants.W_OK | constants.X_OK)
    return realpathSync(dir)
  } catch (cause) {
    throw new Error(
      `Can't write to the data folder ${dir}: start Caudal as the folder's owner, ` +
        "or choose another one with CAUDAL_DATA_DIR.",
      { cause },
    )
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

/** Watches over a server and starts it again whenever it ends, until told to stop. */
function supervise(server: Server, first: Postmaster, options: EmbeddedOptions) {
  const stopped = new AbortController()
  const log = keepLogSmall(server.place.home)
  let current = first
  const running = watch()

  async function watch(): Promise<void> {
    for (;;) {
      await current.ended
      if (stopped.signal.aborted) return
      const downAt = performance.now()
      options.onDown?.(`PostgreSQL (pid ${current.pid}) ended`)
      if (!(await startAgain()) || stopped.signal.aborted) return
      options.onUp?.(performance.now() - downAt)
    }
  }

  async function startAgain(): Promise<boolean> {
    for (let pauseMs = FIRST_RETRY_MS; !stopped.signal.aborted; ) {
      try {
        current = await startNew(server, stopped.signal)
        return true
      } catch (error) {
        if (stopped.signal.aborted) break
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
