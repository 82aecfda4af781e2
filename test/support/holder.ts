/** Starts, hears and kills processes that keep an embedded server, as different users. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { endProcessesIn } from "./leftovers.ts"
import { inSharedTree } from "./tree.ts"

/** Who starts Caudal: whoever runs the tests, or what only root can try. */
export type Who = "this user" | "an ordinary user" | "root without namespaces"

const isRoot = process.getuid?.() === 0
/** The users that can be tried here. */
export const everybody: Who[] =
  isRoot && process.platform === "linux"
    ? ["this user", "an ordinary user", "root without namespaces"]
    : ["this user"]

/** An account without any rights. */
const NOBODY = 65_534
const become: Record<Who, string[]> = {
  "this user": [],
  "an ordinary user": [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
  // Without this capability the kernel refuses to map root into a new namespace.
  "root without namespaces": ["--bounding-set=-setfcap"],
}

/** What a holder says of its server. */
export type Said = {
  event: "ready" | "down" | "up" | "notice" | "failed"
  text?: string
  url?: string
  pid?: number
  adopted?: boolean
  downMs?: number
}

/** A process that keeps an embedded server. */
export type Holder = {
  pid: number
  /** Waits for the next thing of this kind; fails when the process ends instead. */
  next(event: Said["event"]): Promise<Said>
  /** Lets it stop its server and end. */
  stop(): Promise<void>
  /** As if the machine's memory ran out: no time to stop anything. */
  kill(): Promise<void>
}

/**
 * A folder with a data folder in it that `who` can use, removed with all its servers at the end.
 */
export type Playground = { dataDir: string; hold(): Holder }

type Cleanup = { after(work: () => Promise<void>): void }

/** Makes a playground; `below` may make the data folder's path long or odd. */
export function playground(context: Cleanup, who: Who, below = "data"): Playground {
  const root = mkdtempSync(join(tmpdir(), "caudal-embedded-"))
  const dataDir = join(root, below)
  const systemDir = join(root, "system")
  // Other users must come through to where their files lie.
  chmodSync(root, 0o711)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  if (who === "an ordinary user") chownSync(dataDir, NOBODY, NOBODY)
  const holders: Holder[] = []
  context.after(async () => {
    for (const holder of holders) await holder.kill()
    // Whatever they left is adopted once more and then stopped in order.
    const last = hold(who, dataDir, systemDir)
    await last.next("ready").catch(() => {})
    await last.stop()
    await endProcessesIn(root)
    rmSync(root, { recursive: true, force: true })
  })
  return {
    dataDir,
    hold() {
      const holder = hold(who, dataDir, systemDir)
      holders.push(holder)
      return holder
    },
  }
}

function hold(who: Who, dataDir: string, systemDir: string): Holder {
  const own = join(import.meta.dirname, "hold-embedded.ts")
  const other = who === "an ordinary user"
  const [program, script] = other
    ? [inSharedTree(process.execPath), inSharedTree(own)]
    : [process.execPath, own]
  const node = [program, script, dataDir, systemDir]
  const [file, ...args] = become[who].length > 0 ? ["setpriv", ...become[who], ...node] : node
  const child = spawn(file!, args, { cwd: "/", stdio: ["ignore", "pipe", "inherit"] })
  const ended = once(child, "close")
  const said: Said[] = []
  let wake = Promise.withResolvers<void>()
  createInterface({ input: child.stdout! }).on("line", (line) => {
    said.push(JSON.parse(line) as Said)
    wake.resolve()
    wake = Promise.withResolvers<void>()
  })
  return {
    pid: child.pid!,
    async next(event) {
      for (;;) {
        while (said.length > 0) {
          const one = said.shift()!
          if (one.event === event) return one
        }
        const over = await Promise.race([wake.promise, ended.then(() => true)])
        if (over && said.length === 0) throw new Error(`the holder ended before it said ${event}`)
      }
    },
    stop: () => end(child, ended, "SIGTERM"),
    kill: () => end(child, ended, "SIGKILL"),
  }
}

async function end(
  child: ChildProcess,
  ended: Promise<unknown>,
  signal: NodeJS.Signals,
): Promise<void> {
  child.kill(signal)
  await ended
}

/** Kills a server like the kernel does, and waits until it is gone. */
export async function killServer(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL")
  await gone(pid)
}

/** Waits until no such process runs; one that nobody has waited for yet has ended, too. */
export async function gone(pid: number): Promise<void> {
  while (runs(pid)) await sleep(5)
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch (error) {
    // No /proc: the signal reached somebody.
    return (error as NodeJS.ErrnoException).code === "ENOENT" && process.platform !== "linux"
  }
}
