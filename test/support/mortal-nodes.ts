/** Gateways in processes of their own, of which one lives at a time, over one folder and time. */
import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { BankNode } from "./bank-node.ts"
import { type Pace, runningClock, SPEED } from "./running-clock.ts"

/** On a busy machine; a node is there, or dead, within two seconds. */
export const PATIENCE_MS = 30_000
/** Longer than a dead node's lease on anything, and than any operator of the sandbox takes. */
const TAKEN_OVER_MS = 61_000

type Given = Pick<BankNode, "dataDir" | "pace">

/** Those of a program of this folder, which is told by JSON what it is, and says when it is up. */
export function mortalNodes<About extends Given>(program: string, dataDir: string) {
  const hostMs = () => performance.timeOrigin + performance.now()
  let pace: Pace = { at: runningClock().now().toISOString(), hostMs: hostMs(), speed: SPEED }
  let child: ChildProcess | null = null
  let over: Promise<NodeJS.Signals | null> = Promise.resolve(null)
  return {
    /** Resolves when the node is up, or has died on its way there. */
    async start(about: Omit<About, keyof Given>): Promise<void> {
      const given = JSON.stringify({ ...about, dataDir, pace })
      const node = spawn(process.execPath, [join(import.meta.dirname, program), given], {
        cwd: dataDir,
        env: { ...process.env, NODE_COMPILE_CACHE: join(dataDir, "compiled") },
        stdio: ["ignore", "pipe", "inherit"],
      })
      child = node
      over = new Promise((resolve) => node.once("exit", (_code, signal) => resolve(signal)))
      const ready = new Promise((resolve) => node.stdout.once("data", resolve))
      await inTime("a node is ready, or dead", Promise.race([ready, over]))
    },
    clock: () => runningClock(pace),
    /** Moves the clock on after a death, until nobody holds what the dead one held. */
    pass(): void {
      const at = new Date(runningClock(pace).now().getTime() + TAKEN_OVER_MS).toISOString()
      pace = { ...pace, at, hostMs: hostMs() }
    },
    /** Answers by which signal the node ended. */
    died: () => inTime("the node dies", over),
    async end(signal: NodeJS.Signals): Promise<void> {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await over
    },
  }
}

async function inTime<Answer>(what: string, promise: Promise<Answer>): Promise<Answer> {
  const ended = new AbortController()
  const late = sleep(PATIENCE_MS, null, { signal: ended.signal }).then(() => {
    throw new Error(`waited in vain: ${what}`)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    ended.abort()
    late.catch(() => undefined)
  }
}
