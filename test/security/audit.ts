/**
 * Asks the registry which packages of ours have known weaknesses: `npm run audit`. It ends with 0
 * where none of them is high or critical, with 1 where one is, with 2 where nothing was found out.
 */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { advisoriesIn, type Report, unknownFrom } from "./advisories.ts"

const root = join(import.meta.dirname, "..", "..")
/** The registry answers within seconds; a network that swallows packets never does. */
const TIMEOUT_MS = 120_000
/** A report names each package with all its advisories. */
const REPORT_BYTES = 64 * 1_048_576

/** Nothing was found out: another end than that of an audit that found something. */
function stop(sentence: string): never {
  console.error(sentence)
  process.exit(2)
}

function ask(): Report {
  const { stdout, error } = spawnSync("npm", ["audit", "--json"], {
    cwd: root,
    encoding: "utf8",
    timeout: TIMEOUT_MS,
    maxBuffer: REPORT_BYTES,
  })
  if (error) stop(`npm could not be run: ${error.message}`)
  try {
    return JSON.parse(stdout)
  } catch {
    return stop("npm answered nothing that can be read.")
  }
}

const report = ask()
const unknown = unknownFrom(report)
if (unknown !== null) stop(unknown)
const { lines, fails } = advisoriesIn(report)
for (const line of lines) console.log(line)
const { total } = report.metadata!.dependencies
console.log(`${total} packages were asked about; ${lines.length} have known weaknesses.`)
process.exit(fails ? 1 : 0)
