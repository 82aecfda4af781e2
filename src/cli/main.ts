/** The `caudal` command: what bin/caudal and the npm scripts run. */
import { run } from "./run.ts"

const code = await run(process.argv.slice(2), { out: process.stdout, err: process.stderr })
// `caudal start` is through once the gateway runs: a 0 would overwrite how that ended.
if (code !== 0) process.exitCode = code
