/** The `caudal` command: what bin/caudal and the npm scripts run. */
import { run } from "./run.ts"

let isTold = false
// Who reads may leave early, as `head` does, and then wants to hear nothing; a full disk is told.
process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
  process.exitCode = 1
  if (isTold || code === "EPIPE") return
  isTold = true
  process.stderr.write(`What was printed could not be written: ${message}\n`)
})

const code = await run(process.argv.slice(2), { out: process.stdout, err: process.stderr })
// `caudal start` is through once the gateway runs: a 0 would overwrite how that ended.
if (code !== 0) process.exitCode = code
