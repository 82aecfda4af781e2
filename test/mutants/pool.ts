/** Hands mutants to processes, and starts another one where a mutant never ends. */
import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import type { News, Order, Verdict } from "./worker.ts"

/** A test takes some milliseconds; what loops for so long, twice, does so for ever. */
const ENDLESS_MS = 10_000

/**
 * Tries these mutants in so many processes; `heard` is told of each verdict as it comes. Rejects
 * where the tests fail without any mutant, or a process can't be kept up.
 */
export async function tryAll(
  { folder, tests, mutants }: Order,
  processes: number,
  heard: (verdict: Verdict) => void,
): Promise<void> {
  const shares = Array.from({ length: processes }, (_, at) =>
    mutants.filter((_mutant, index) => index % processes === at),
  )
  await Promise.all(
    shares.map(async (share) => {
      let left: Order["mutants"] = share
      // A process that had to wait may be as silent as one that loops: only the second counts.
      const silent = new Set<number>()
      while (left.length > 0) {
        const order = { folder, tests, mutants: left }
        const { id, done } = await tryShare(order, heard)
        if (id !== null && silent.has(id)) heard({ id, noticedBy: "it never ends", reached: 1 })
        left = id === null ? [] : left.slice(silent.has(id) ? done + 1 : done)
        if (id !== null) silent.add(id)
      }
    }),
  )
}

/** At which mutant a process hung, or null; and how many it was done with. */
type Tried = { readonly id: number | null; readonly done: number }

/** Tries mutants in one process until it is done or hangs. */
function tryShare(order: Order, heard: (verdict: Verdict) => void): Promise<Tried> {
  const child: ChildProcess = fork(join(import.meta.dirname, "worker.ts"), { stdio: "inherit" })
  let trying: number | null = null
  let done = 0
  let isHanging = false
  const timer = setTimeout(() => {
    isHanging = true
    end()
  }, ENDLESS_MS)
  // One that loops would not hear that nobody waits for it any more.
  const end = () => void child.kill("SIGKILL")
  process.once("exit", end)
  return new Promise((resolve, reject) => {
    child.on("message", (news: News) => {
      timer.refresh()
      if (news.kind === "trying") trying = news.id
      if (news.kind !== "verdict") return
      trying = null
      done += 1
      heard(news)
    })
    child.on("exit", (code) => {
      clearTimeout(timer)
      process.off("exit", end)
      if (isHanging && trying !== null) resolve({ id: trying, done })
      else if (code === 0) resolve({ id: null, done })
      else reject(new Error("the tests fail without any mutant: see above"))
    })
    child.send(order)
  })
}
