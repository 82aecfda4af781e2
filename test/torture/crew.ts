/** The torture's processes: each is given one seed after the other, and tells what came of it. */
import { fork } from "node:child_process"
import { join } from "node:path"
import type { Base } from "./base.ts"
import type { Order, Report } from "./worker.ts"

export type Work = {
  /** The folder of the program that is tortured. */
  readonly root: string
  readonly base: Base
  /** What to do next; null for nothing more. */
  readonly more: () => Order | null
  readonly heard: (report: Report) => void
}

/** Runs one process until there is nothing more to do for it. Rejects when it ended before. */
export function work({ base, heard, more, root }: Work): Promise<void> {
  const child = fork(join(root, "test", "torture", "worker.ts"), {
    execArgv: ["--disable-warning=DEP0204"],
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    // The base has dates.
    serialization: "advanced",
  })
  let said = ""
  child.stderr!.on("data", (part: Buffer) => {
    said = (said + part).slice(-2_000)
  })
  return new Promise((resolve, reject) => {
    let done = false
    child.on("message", (message: Report | "ready") => {
      if (message !== "ready") heard(message)
      const order = more()
      if (order) child.send(order)
      else {
        done = true
        child.disconnect()
      }
    })
    child.on("exit", (code) => {
      if (done) resolve()
      else reject(new Error(`a process ended with ${code}: ${said}`))
    })
    child.send(base)
  })
}
