/** `npm run failover`: a real cluster fails over under load; what became of the money is told. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { Cleanup } from "../support/database.ts"
import { accountOf, findPrograms, missingPrograms, type Programs, versionsOf } from "./programs.ts"
import { EVENTS, type Event, NotBuilt, proveFailover, type Report, verdictOf } from "./proof.ts"

const NAMES = Object.keys(EVENTS) as readonly Event[]
const USUAL = "killed,frozen,switchover,crashed,cut,hung,killed,killed"

const USAGE = `Usage: npm run failover -- [--events LIST] [--no-backups] [--etcd3] [--keep] [--json]

Builds a cluster of two PostgreSQL, Patroni, etcd and haproxy on loopback, in a temporary folder,
with a gateway before it; makes payments and does to the leader what LIST says, in this order.

  --events LIST  of ${NAMES.join(", ")}, with commas;
                 ${USUAL} when left out
  --etcd3        with etcd's newer protocol, in which Patroni 3.0.2 loses payments
  --no-backups   leaves out backing up under load, and restoring
  --keep         leaves the folder with its logs
  --json         prints the report as JSON, and nothing else on standard output

It ends with 0 when nothing was lost or doubled, with 1 when something was, with 2 when it could
not be tried, or was stopped before all was.`

const stopping = new AbortController()
// A terminal that is closed tells only us: what was started has groups of its own.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => stopping.abort())
}

/** Nothing was tried: another end than that of a proof that failed. */
function stop(sentence: string): never {
  console.error(sentence)
  process.exit(2)
}

function options() {
  try {
    return parseArgs({
      allowNegative: true,
      options: {
        events: { type: "string", default: USUAL },
        backups: { type: "boolean", default: true },
        etcd3: { type: "boolean", default: false },
        keep: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values
  } catch (error) {
    return stop(`${(error as Error).message}\n${USAGE}`)
  }
}

function eventsOf(list: string): Event[] {
  return list.split(",").map((name) => {
    const event = NAMES.find((each) => each === name)
    return event ?? stop(`--events: "${name}" is none of ${NAMES.join(", ")}\n${USAGE}`)
  })
}

/** What was set up is undone, last first, whatever became of the work. */
async function withCleanup<Answer>(work: (context: Cleanup) => Promise<Answer>): Promise<Answer> {
  const steps: (() => Promise<void>)[] = []
  try {
    return await work({ after: (step) => void steps.push(step) })
  } finally {
    for (const step of steps.toReversed()) await step().catch((error) => console.error(error))
  }
}

function linesOf(report: Report): string[] {
  const { acknowledged, approvals, approvalsLost, doubled, errors, lost, webhooks } = report
  const { changed, told, tries, untold } = webhooks
  return [
    `payments: acknowledged ${acknowledged}, lost ${lost}, doubled ${doubled}`,
    `approvals: acknowledged ${approvals}, lost ${approvalsLost}`,
    `recharges: refused ${report.refused}, of which made all the same ${report.refusedMade}`,
    `webhooks: told ${told} in ${tries} tries, with a new id or body ${changed}, never ${untold}`,
    `verify: ${report.verify.said}`,
    ...Object.entries(errors).map(([about, count]) => `logged ${count} times: ${about}`),
    verdictOf(report).said,
  ]
}

const { backups, etcd3, events: list, help, json, keep } = options()
if (help) {
  console.log(USAGE)
  process.exit(0)
}
const events = eventsOf(list)
if (process.platform !== "linux") stop("This needs Linux, its loopback addresses and /proc.")
const found = findPrograms(process.env.PATH ?? "")
const missing = missingPrograms(found)
if (missing !== null) stop(missing)
const programs = found as Programs
const versions = versionsOf(programs)
const beganMs = performance.now()
const progress = (line: string) => {
  const seconds = ((performance.now() - beganMs) / 1_000).toFixed(0).padStart(4)
  if (json) console.error(`${seconds} s  ${line}`)
  else console.log(`${seconds} s  ${line}`)
}

const folder = mkdtempSync(join(tmpdir(), "caudal-failover-"))
try {
  // Another account works in the cluster's folder.
  chmodSync(folder, 0o711)
  const [clusterDir, dataDir] = [join(folder, "cluster"), join(folder, "gateway")]
  for (const dir of [clusterDir, dataDir]) mkdirSync(dir)
  const account = accountOf(process.getuid!())
  progress(
    Object.entries(versions)
      .map((part) => part.join(" "))
      .join(", "),
  )
  const report = await withCleanup((context) =>
    proveFailover(context, {
      ...{ programs, account, folder: clusterDir, etcd3, dataDir, events, progress },
      ...{ withBackups: backups, signal: stopping.signal },
    }),
  )
  if (json) console.log(JSON.stringify({ versions, ...report }, null, 2))
  else for (const line of linesOf(report)) console.log(line)
  process.exitCode = verdictOf(report).code
} catch (error) {
  console.error(error)
  process.exitCode = error instanceof NotBuilt || stopping.signal.aborted ? 2 : 1
} finally {
  if (keep) console.error(`kept: ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}
