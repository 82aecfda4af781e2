/** Brings one server up: adopts the one that runs already, or starts one, until it can be used. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Binaries } from "./binaries.ts"
import { classify } from "./classify.ts"
import {
  type Access,
  clusterDir,
  DATABASE,
  databaseUrl,
  logFile,
  ROLE,
  SUPERUSER,
  writeSettings,
} from "./cluster.ts"
import { connectClient, endClient } from "./connection.ts"
import type { Place } from "./identity.ts"
import { logSince, logSize } from "./log.ts"
import {
  clearStaleLocks,
  killOrphans,
  type Postmaster,
  startPostmaster,
  stopPostmaster,
} from "./postmaster.ts"

/** All that is known about a server before it runs. */
export type Server = { place: Place; binaries: Binaries; access: Access }

/** Recovery after a crash reads up to 1 GB of log, on a slow disk too. */
const READY_TIMEOUT_MS = 120_000
/** One that was left behind is ready, or it is simpler to start anew. */
const ADOPT_TIMEOUT_MS = 10_000
const FIRST_PROBE_MS = 10
/** Each refused probe leaves a line in the server's log. */
const LONGEST_PROBE_MS = 200
/** What a killed server left (its socket's lock, shared memory, children) is gone by then. */
const LEFTOVERS_TIMEOUT_MS = 15_000
/** Children of a dead server leave within a fraction of this; then they are stuck. */
const ORPHANS_AFTER_MS = 2_000
const FIRST_RETRY_MS = 50
const LONGEST_RETRY_MS = 2_000

/** Takes over a server that was left running, or ends it when it isn't what we would start. */
export async function adopt(server: Server, left: Postmaster): Promise<Postmaster | undefined> {
  const { binaries, access } = server
  try {
    await untilReady(left, access, ADOPT_TIMEOUT_MS)
    if ((await probe(databaseUrl(access))) === binaries.version) return left
  } catch {
    // It is stopping, or stuck, or of another time: a fresh one will do.
  }
  await stopPostmaster(left)
  return undefined
}

/**
 * Starts a server and waits until it can be used; what a killed one left behind may stand in the
 * way for a moment. When `stopped` is told, it ends what it has begun and throws.
 */
export async function startNew(server: Server, stopped?: AbortSignal): Promise<Postmaster> {
  const { place, binaries, access } = server
  writeSettings(place.home, access)
  const giveUpAt = performance.now() + LEFTOVERS_TIMEOUT_MS
  const orphansAt = performance.now() + ORPHANS_AFTER_MS
  for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS)) {
    clearStaleLocks(place.home)
    const before = logSize(place.home)
    const postmaster = startPostmaster(place, binaries)
    try {
      await untilReady(postmaster, access, READY_TIMEOUT_MS, stopped)
      return postmaster
    } catch (cause) {
      const killed = postmaster.killed()
      if (postmaster.alive()) await stopPostmaster(postmaster)
      const log = logSince(place.home, before)
      const mayPass = killed || /lock file|shared memory block/.test(log)
      if (!mayPass || performance.now() > giveUpAt || stopped?.aborted) {
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
  timeoutMs: number,
  stopped?: AbortSignal,
): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs
  for (let pauseMs = FIRST_PROBE_MS; ; pauseMs = Math.min(pauseMs * 1.2, LONGEST_PROBE_MS)) {
    try {
      await probe(databaseUrl(access))
      return
    } catch (error) {
      // No such role, no such database: initdb ran, but Caudal never came further.
      const code = (error as { code?: string }).code ?? ""
      if (["28P01", "28000", "3D000"].includes(code)) await makeDatabase(access)
      // It serves already, and has no place left for us.
      else if (code === "53300") return
      else if (classify(error) !== "connection") throw error
      if (performance.now() > giveUpAt) throw error
    }
    stopped?.throwIfAborted()
    if (!postmaster.alive()) throw new Error("the server ended before it was ready")
    await sleep(pauseMs)
  }
}

/** Answers the server's version. */
export async function probe(url: string): Promise<string> {
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
