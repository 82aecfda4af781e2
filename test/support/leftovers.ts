/** Ends what tests may have left running: a server that was begun as its keeper was killed. */
import { readdirSync, readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"

/** A server that is told to quit gives its shared memory back, which takes it a moment. */
const QUIT_MS = 1_000
/** Longer than the kernel needs to take a killed process away. */
const GONE_MS = 5_000

/** The processes that were started with something below `folder`; only Linux can say. */
export function processesOf(folder: string): number[] {
  if (process.platform !== "linux") return []
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => commandOf(name).includes(`${folder}/`))
    .map(Number)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
  } catch {
    // It ended meanwhile.
    return ""
  }
}

/** Ends every process that works in `folder`, politely first, as long as there are any. */
export async function endProcessesIn(folder: string): Promise<void> {
  const killAt = performance.now() + QUIT_MS
  const giveUpAt = performance.now() + GONE_MS
  for (;;) {
    const left = processesOf(folder)
    if (left.length === 0) return
    if (performance.now() > giveUpAt) throw new Error(`still running: ${left.join(", ")}`)
    for (const pid of left) {
      try {
        process.kill(pid, performance.now() < killAt ? "SIGQUIT" : "SIGKILL")
      } catch {
        // It ended by itself.
      }
    }
    await sleep(20)
  }
}
