/** Processes that are started to be killed: what they said, their children, how they end. */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import type { Account } from "./programs.ts"

export type Running = {
  readonly pid: number
  readonly isAlive: () => boolean
  /** Resolves when it has ended. */
  signal(name: NodeJS.Signals): Promise<void>
  /** Its exit code; -1 where a signal ended it or it never began. */
  readonly ended: Promise<number>
  /** The end of what it wrote. */
  said(): string
}

/** As much of a log as helps whoever reads an error. */
const SAID_MAX = 4_000
/** Who is told to end has so long. */
const END_MS = 15_000

/** Starts a program with its log in a file; `log` is added to. It doesn't hear a terminal. */
export function start(
  [file, ...words]: readonly [string, ...string[]],
  options: {
    readonly log: string
    readonly cwd: string
    readonly account?: Account | null
    /** Instead of this process's own. */
    readonly env?: NodeJS.ProcessEnv
  },
): Running {
  const descriptor = openSync(options.log, "a", 0o644)
  const child = spawn(file, words, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["ignore", descriptor, descriptor],
    // Ctrl-C is for who started it all: a cluster that dies with it proves nothing.
    detached: true,
    ...options.account,
  })
  closeSync(descriptor)
  const ended = new Promise<number>((resolve) => {
    child.once("exit", (code) => resolve(code ?? -1))
    child.once("error", () => resolve(-1))
  })
  const isAlive = () => alive(child)
  return {
    pid: child.pid ?? 0,
    isAlive,
    ended,
    async signal(name) {
      if (isAlive()) child.kill(name)
      const timer = setTimeout(() => child.kill("SIGKILL"), END_MS)
      await ended
      clearTimeout(timer)
    },
    said: () => readFileSync(options.log, "utf8").slice(-SAID_MAX),
  }
}

function alive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

/** Sends a signal to a process of anybody's; one that is gone is no error. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
  }
}

/** The children of a process; only Linux can say. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => parentOf(each) === pid)
}

function parentOf(pid: number): number | null {
  try {
    // The name stands in brackets and may hold anything.
    const [, rest] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? []
    return rest === undefined ? null : Number(rest)
  } catch {
    // It ended meanwhile.
    return null
  }
}

/** Asks until there is an answer; throws with `about` when there is none in time. */
export async function until<Answer>(
  about: string | (() => string),
  timeoutMs: number,
  look: () => Promise<Answer | null | false> | Answer | null | false,
  everyMs = 100,
): Promise<Answer> {
  const giveUpMs = performance.now() + timeoutMs
  for (;;) {
    const answer = await look()
    if (answer !== null && answer !== false) return answer
    if (performance.now() > giveUpMs) {
      const what = typeof about === "string" ? about : about()
      throw new Error(`waited ${timeoutMs / 1_000} s in vain: ${what}`)
    }
    await sleep(everyMs)
  }
}

/** What `work` comes to; throws with `about` when that isn't there in time. */
export async function within<Answer>(
  work: Promise<Answer>,
  timeoutMs: number,
  about: string,
): Promise<Answer> {
  const done = new AbortController()
  const late = sleep(timeoutMs, null, { signal: done.signal }).then(() => {
    throw new Error(`waited ${timeoutMs / 1_000} s in vain: ${about}`)
  })
  // When the work is done first, nobody hears that the wait was given up.
  late.catch(() => undefined)
  return Promise.race([work, late]).finally(() => done.abort())
}
