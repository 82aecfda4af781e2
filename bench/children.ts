/** Processes of a bench: what is measured, what loads it and what it reads share no CPU time. */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import type { Context } from "./bench.ts"

export type Child = {
  /** Asks the process for something and waits for the answer; rejects with its words. */
  ask<Answer>(what: string, value?: unknown): Promise<Answer>
  /** Takes all CPU time from it until it is thawed: what it does by itself burdens nobody. */
  freeze(): void
  thaw(): void
  /** Asks it to stop what it has started, and waits until it has ended. */
  stop(): Promise<void>
}

/** What a process may have used so far. */
export type Usage = {
  readonly cpuMs: number
  readonly rssBytes: number
  readonly peakRssBytes: number
}

type Reply = { readonly id: number; readonly answer?: unknown; readonly error?: string }
type Told = { readonly told: unknown }

/** A gateway finishes what is under way; PostgreSQL writes what it holds, for a minute at most. */
const STOP_MS = 90_000

export type Started = {
  readonly file: string
  readonly settings: unknown
  /** For Node, beside those that this process was given. */
  readonly flags?: readonly string[]
  /** Gets what the process tells by itself. */
  hear?(told: never): void
}

/** Starts a file as a process; it ends with the bench. Who asks when that is told to end, fails. */
export async function startChild(
  context: Pick<Context, "after" | "note" | "signal">,
  { file, flags = [], hear, settings }: Started,
): Promise<Child> {
  const { signal: told } = context
  told.throwIfAborted()
  const child = fork(file, [JSON.stringify(settings)], {
    execArgv: [...process.execArgv, ...flags],
    // Its words go where ours go that are not figures.
    stdio: ["ignore", 2, 2, "ipc"],
    serialization: "advanced",
  })
  const open = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>()
  let asked = 0
  let stopping = false
  child.on("message", (message: Reply | Told) => {
    if ("told" in message) return hear?.(message.told as never)
    const waiting = open.get(message.id)
    open.delete(message.id)
    if (message.error !== undefined) waiting?.reject(new Error(message.error))
    else waiting?.resolve(message.answer as never)
  })
  child.on("exit", (code, signal) => {
    if (!stopping) context.note(`${file} ended by itself (${signal ?? code})`)
    fail(new Error(`${file} ended (${signal ?? code})`))
  })

  function fail(why: Error): void {
    for (const { reject } of open.values()) reject(why)
    open.clear()
  }

  function ask<Answer>(what: string, value?: unknown): Promise<Answer> {
    asked += 1
    const id = asked
    return new Promise<Answer>((resolve, reject) => {
      if (told.aborted) return reject(told.reason)
      if (!child.connected) return reject(new Error(`${file} has ended`))
      open.set(id, { resolve, reject })
      child.send({ id, what, value })
    })
  }

  async function stop(): Promise<void> {
    if (stopping) return
    stopping = true
    thaw()
    await endChild(child)
    told.removeEventListener("abort", giveUp)
    process.off("exit", thaw)
  }

  const freeze = () => void child.kill("SIGSTOP")
  const thaw = () => void child.kill("SIGCONT")
  const giveUp = () => fail(told.reason)

  context.after(stop)
  told.addEventListener("abort", giveUp)
  // A bench that ends without waiting leaves it to end by itself, which nobody frozen can.
  process.on("exit", thaw)
  await ask("ready")
  return { ask, freeze, thaw, stop }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, "exit")
  if (child.connected) child.disconnect()
  const inTime = new AbortController()
  const late = sleep(STOP_MS, "late", { signal: inTime.signal }).catch(() => "ended")
  if ((await Promise.race([ended, late])) === "late") child.kill("SIGKILL")
  await ended
  inTime.abort()
}
