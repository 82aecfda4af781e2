/** One PostgreSQL server process: started, found again, watched, stopped. */
import { execFileSync, spawn } from "node:child_process"
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Binaries } from "./binaries.ts"
import { clusterDir, logFile, serverArguments, socketLock } from "./cluster.ts"
import { commandAs, environment, type Place } from "./identity.ts"
import { giveToFolderOwner } from "./owner.ts"

/** A running server process, ours or one that an earlier Caudal left behind. */
export type Postmaster = {
  pid: number
  /** Whether it still runs. */
  alive(): boolean
  /** Whether somebody else killed it, so that it isn't its own fault that it ended. */
  killed(): boolean
  /** Resolves when it has ended. */
  ended: Promise<void>
  signal(name: "SIGINT" | "SIGQUIT" | "SIGKILL"): void
}

/** How often a process that isn't our child is looked at; a child tells by itself. */
const LOOK_EVERY_MS = 200

/** Starts the server; it may take a while until it answers, or it may end at once. */
export function startPostmaster(place: Place, binaries: Binaries): Postmaster {
  const command = commandAs(place.identity, binaries.postgres, serverArguments(place.home))
  // The server writes into the file itself: it must not lose its voice when this process dies.
  const log = openSync(logFile(place.home), "a", 0o600)
  try {
    giveToFolderOwner(logFile(place.home))
    const child = spawn(command.file, command.args, {
      cwd: "/",
      env: { ...environment, ...binaries.env },
      // A session of its own, so that Ctrl-C in a terminal reaches us only and we stop it last.
      detached: true,
      stdio: ["ignore", log, log],
      ...(command.uid === undefined ? {} : { uid: command.uid, gid: command.gid }),
    })
    child.unref()
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => resolve())
      child.once("error", () => resolve())
    })
    const { pid } = child
    if (pid === undefined) throw new Error(`Can't run ${command.file}: does the file exist?`)
    const alive = () => child.exitCode === null && child.signalCode === null
    const killed = () => child.signalCode !== null
    return { pid, alive, killed, ended, signal: (name) => void child.kill(name) }
  } finally {
    closeSync(log)
  }
}

/** Finds the server process that runs on a cluster already, if there is one. */
export function findPostmaster(home: string): Postmaster | undefined {
  const dir = clusterDir(home)
  const pid = readPostmasterPid(dir)
  if (pid === undefined || !runsOn(pid, dir)) return undefined
  const alive = () => runsOn(pid, dir)
  const killed = () => false
  return { pid, alive, killed, ended: whenGone(alive), signal: (name) => kill(pid, name) }
}

async function whenGone(alive: () => boolean): Promise<void> {
  while (alive()) await sleep(LOOK_EVERY_MS, undefined, { ref: false })
}

/**
 * Removes the server's own lock files where the process number in them was given to another process
 * (after a restart of the machine or a container): the server would believe that it still runs.
 */
export function clearStaleLocks(home: string): void {
  const dir = clusterDir(home)
  const pid = readPostmasterPid(dir)
  if (pid === undefined || !exists(pid) || runsOn(pid, dir)) return
  killOrphans(home)
  rmSync(join(dir, "postmaster.pid"), { force: true })
  rmSync(socketLock(home), { force: true })
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

function readPostmasterPid(dir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dir, "postmaster.pid"), "utf8").split("\n")[0])
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a process is a PostgreSQL on this cluster and not another one that was given its number:
 * a server's working directory is its cluster. A process that died but wasn't waited for has none.
 */
function runsOn(pid: number, dir: string): boolean {
  if (process.platform !== "linux") return runsOnByName(pid, dir)
  try {
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim()
    return name === "postgres" && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dir)
  } catch {
    return false
  }
}

function runsOnByName(pid: number, dir: string): boolean {
  try {
    const command = execFileSync("ps", ["-o", "command=", "-p", String(pid)], {
      encoding: "utf8",
      timeout: 2_000,
    })
    return command.includes("postgres") && command.includes(dir)
  } catch {
    return false
  }
}

/**
 * Ends the processes that a killed server left behind. They notice by themselves and leave; one
 * that is stuck would keep the next server from starting. Only for a cluster without a live server.
 */
export function killOrphans(home: string): void {
  if (process.platform !== "linux") return
  const dir = clusterDir(home)
  for (const name of readdirSync("/proc")) {
    const pid = Number(name)
    if (Number.isSafeInteger(pid) && runsOn(pid, dir)) kill(pid, "SIGKILL")
  }
}

function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has gone meanwhile.
  }
}

/** A quick stop writes all changed pages first, at most 128 MB: seconds on a slow disk. */
const FAST_STOP_MS = 60_000
/** At this signal the server itself kills what is left after five seconds. */
const IMMEDIATE_STOP_MS = 8_000

/** Stops a server: orderly, then at once (the next start recovers from its log), then by force. */
export async function stopPostmaster(postmaster: Postmaster): Promise<void> {
  const steps = [
    ["SIGINT", FAST_STOP_MS],
    ["SIGQUIT", IMMEDIATE_STOP_MS],
    ["SIGKILL", IMMEDIATE_STOP_MS],
  ] as const
  for (const [name, waitMs] of steps) {
    if (!postmaster.alive()) return
    postmaster.signal(name)
    if (await endsWithin(postmaster, waitMs)) return
  }
  throw new Error(`PostgreSQL (pid ${postmaster.pid}) doesn't end: its disk may be stuck.`)
}

/** Whether the server ends in time. */
export async function endsWithin(postmaster: Postmaster, waitMs: number): Promise<boolean> {
  const timer = new AbortController()
  const late = sleep(waitMs, false, { signal: timer.signal }).catch(() => false)
  const inTime = await Promise.race([postmaster.ended.then(() => true), late])
  timer.abort()
  return inTime
}
