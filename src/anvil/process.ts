/** One anvil process: started, found again, ended. Only Linux, whose /proc says who is who. */
import { spawn } from "node:child_process"
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
import { giveToFolderOwner } from "../db/owner.ts"
import { call } from "./rpc.ts"

/** A running chain, ours or one that an earlier Caudal left behind. */
export type Anvil = {
  readonly pid: number
  readonly port: number
  readonly url: string
  /** Whether it still runs. */
  alive(): boolean
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
  kill(): void
}

/** What a chain is started with. */
export type Start = {
  readonly binary: string
  /** The folder it works in, which also says later whose it is. */
  readonly folder: string
  readonly chainId: number
  /** Null lets the kernel choose a free one. */
  readonly port: number | null
  /** A file with the state to go on from. */
  readonly state: string | null
}

/** It ended before it answered; `refused` when it didn't like what it was given. */
export class StartFailed extends Error {
  readonly refused: boolean
  constructor(message: string, refused: boolean) {
    super(message)
    this.name = "StartFailed"
    this.refused = refused
  }
}

/**
 * States of earlier blocks that are kept in memory. Nobody asks for a balance of long ago; with no
 * bound each block's state is written to the disk, 4.7 GB in the first 10,000 blocks.
 */
const STATES_KEPT = 32
/** It answers within 0.1 s, with a long history to read 0.3 s; a busy machine gets time. */
const START_MS = 30_000
/** How often a starting process is looked at: the start of Caudal waits for it. */
const START_LOOK_MS = 5
/** How often a process that isn't our child is looked at; a child tells by itself. */
const LOOK_EVERY_MS = 200
/** How much of a failed start's words an error repeats. */
const WORDS_MAX = 500
/** The exit code for arguments that it can't use, among them an unreadable state. */
const BAD_ARGUMENTS = 2

/** Starts a chain and waits until it answers. Throws `StartFailed` when it ends before. */
export async function startProcess(start: Start): Promise<Anvil> {
  const log = join(start.folder, "anvil.log")
  // An earlier start's may belong to another user, unlike its folder.
  rmSync(log, { force: true })
  const file = openSync(log, "wx", 0o644)
  giveToFolderOwner(log)
  const child = spawn(start.binary, argumentsOf(start), {
    cwd: start.folder,
    // No environment of ours: it could hold secrets, or settings for another anvil.
    env: { PATH: "/usr/bin:/bin", TZ: "UTC" },
    // A session of its own, so that Ctrl-C in a terminal reaches us only and we stop it last.
    detached: true,
    stdio: ["ignore", file, file],
  })
  closeSync(file)
  child.unref()
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve())
    child.once("error", () => resolve())
  })
  const { pid } = child
  if (pid === undefined) {
    throw new StartFailed(`Can't run ${start.binary}: is it a program for this machine?`, false)
  }
  const alive = () => child.exitCode === null && child.signalCode === null
  const attempts = START_MS / START_LOOK_MS
  for (let attempt = 0; alive() && attempt < attempts; attempt += 1) {
    const port = listeningPort(pid)
    if (port !== null) {
      const url = `http://127.0.0.1:${port}`
      await call(url, "eth_chainId")
      return { pid, port, url, alive, ended, kill: () => void child.kill("SIGKILL") }
    }
    await sleep(START_LOOK_MS)
  }
  const refused = child.exitCode === BAD_ARGUMENTS
  // One that never answered is still there.
  child.kill("SIGKILL")
  const words = readFileSync(log, "utf8").trim().slice(0, WORDS_MAX)
  throw new StartFailed(`The sandbox chain didn't start: ${words || "it said nothing"}`, refused)
}

function argumentsOf({ folder, chainId, port, state }: Start): string[] {
  return [
    ...["--host", "127.0.0.1", "--port", String(port ?? 0), "--chain-id", String(chainId)],
    ...["--no-mining", "--accounts", "10"],
    ...["--mnemonic", "test test test test test test test test test test test junk"],
    // Later forks write into system contracts with each block: that makes blocks ten times as
    // dear and doubles the dumps, and nothing in a payment needs them.
    ...["--hardfork", "shanghai"],
    ...["--prune-history", String(STATES_KEPT)],
    // Nothing is written there; it keeps the folder's name in the process's own command line.
    ...["--cache-path", join(folder, "cache")],
    // No web page that somebody visits meanwhile may use the chain; wallets don't need the leave.
    ...["--no-cors", "--quiet"],
    ...(state === null ? [] : ["--load-state", state]),
  ]
}

/** The chains that run in a folder: at most one, unless a Caudal was killed as it began one. */
export function findProcesses(folder: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isSafeInteger(pid) && runsIn(pid, folder))
}

/** Takes over a chain that runs already; null when it doesn't listen. */
export function adoptProcess(pid: number, folder: string): Anvil | null {
  const port = listeningPort(pid)
  if (port === null) return null
  const alive = () => runsIn(pid, folder)
  const url = `http://127.0.0.1:${port}`
  return { pid, port, url, alive, ended: whenGone(alive), kill: () => killProcess(pid) }
}

async function whenGone(alive: () => boolean): Promise<void> {
  while (alive()) await sleep(LOOK_EVERY_MS, undefined, { ref: false })
}

/**
 * Whether a process is an anvil of this folder and not another one that was given its number. One
 * that died but wasn't waited for has no working directory.
 */
function runsIn(pid: number, folder: string): boolean {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, "utf8").trim()
    return name === "anvil" && readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder)
  } catch {
    return false
  }
}

/** Kills a process; it has nothing to save that we haven't. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It has gone meanwhile.
  }
}

/** A killed process has gone at once, unless its disk is stuck. */
const END_MS = 5_000

/** Kills a chain and waits until it has gone, its port free. */
export async function endAnvil(anvil: Anvil): Promise<void> {
  const late = new AbortController()
  anvil.kill()
  // The timer also keeps this process running, which a child that was let go doesn't.
  const timer = sleep(END_MS, undefined, { signal: late.signal }).catch(() => {})
  await Promise.race([anvil.ended, timer])
  late.abort()
}

/** The state of a listening socket in the kernel's table. */
const LISTENING = "0A"

/**
 * The port a process itself listens on. An answer at the port alone wouldn't prove that it comes
 * from this process: another one may have been there first.
 */
function listeningPort(pid: number): number | null {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))
    const rows = readFileSync(`/proc/${pid}/net/tcp`, "utf8").trim().split("\n").slice(1)
    for (const row of rows) {
      const columns = row.trim().split(/\s+/)
      if (columns[3] !== LISTENING || !links.includes(`socket:[${columns[9]}]`)) continue
      return Number.parseInt(columns[1]!.split(":")[1]!, 16)
    }
  } catch {
    // It has gone meanwhile.
  }
  return null
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ""
  }
}
