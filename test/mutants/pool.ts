/** Hands mutants to processes, and starts another one where a mutant never ends. */
import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import type { News, Order, Verdict } from "./worker.ts"

/** A test takes some milliseconds; what loops for so long does so for ever. */
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
      while (left.length > 0) left = await tryShare({ folder, tests, mutants: left }, heard)
    }),
  )
}

/** Tries mutants in one process until it is done or hangs; answers those that are left. */
function tryShare(order: Order, heard: (verdict: Verdict) => void): Promise<Order["mutants"]> {
  const child: ChildProcess = fork(join(import.meta.dirname, "worker.ts"), { stdio: "inherit" })
  let trying: number | null = null
  let done = 0
  let isHanging = false
  const timer = setTimeout(() => {
    isHanging = true
    child.kill("SIGKILL")
  }, ENDLESS_MS)
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
      if (isHanging && trying !== null) {
        heard({ id: trying, noticedBy: "it never ends", reached: 1 })
        resolve(order.mutants.slice(done + 1))
      } else if (code === 0) resolve([])
      else reject(new Error("the tests fail without any mutant: see above"))
    })
    child.send(order)
  })
}
