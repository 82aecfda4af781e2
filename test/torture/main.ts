/** `npm run torture`: runs seeds in two processes on a PostgreSQL of its own, and sums up. */
import { join } from "node:path"
import { parseArgs } from "node:util"
import { startTestServer } from "../support/server.ts"
import { makeBase } from "./base.ts"
import { work } from "./crew.ts"
import type { Order, Report } from "./worker.ts"

const USAGE = `npm run torture -- [--seeds N] [--from S] [--workers N] [--stop] [--long]
npm run torture -- --seed S     one seed, with all that happened
npm run torture -- --broken     breaks each invariant on purpose; see breaks.ts
                                [--only PATTERN] [--shrink]`
/** A line now and then: a long run shows that it goes on. */
const TELL_EVERY = 100

const { values: given } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    workers: { type: "string", default: "2" },
    /** Ends at the first seed that fails. */
    stop: { type: "boolean", default: false },
    /** Tells of a failing seed all that it did, and not the shortest that still fails. */
    long: { type: "boolean", default: false },
    broken: { type: "boolean", default: false },
    /** Of the broken builds only those whose names match this. */
    only: { type: "string", default: "" },
    /** Cuts down what broken builds did, too. */
    shrink: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
})

function whole(name: "seeds" | "from" | "seed" | "workers"): number {
  const number = Number(given[name])
  if (Number.isSafeInteger(number) && number >= (name === "from" ? 0 : 1)) return number
  console.error(`--${name} must be a whole number above zero\n${USAGE}`)
  process.exit(2)
}

if (given.help) console.log(USAGE)
else if (given.broken)
  process.exitCode = await (await import("./broken.ts")).tryAll(given.only, given.shrink)
else process.exitCode = await runAll()

async function runAll(): Promise<number> {
  const one = given.seed === undefined ? null : whole("seed")
  const from = one ?? whole("from")
  const end = from + (one === null ? whole("seeds") : 1)
  const workers = one === null ? Math.min(whole("workers"), end - from) : 1
  const reports: Report[] = []
  const startedMs = performance.now()
  let next = from
  let failed = 0
  let told = false
  // Whoever stops it still gets the sum, and no server is left behind.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => (told = true))
  const server = await startTestServer()
  const more = (): Order | null => {
    if (told || next >= end || (given.stop && failed > 0)) return null
    next += 1
    return { seed: next - 1, verbose: one !== null, shrink: !given.long }
  }
  const heard = (report: Report): void => {
    reports.push(report)
    if (report.invariant !== null) {
      failed += 1
      console.log(`\nSeed ${report.seed} breaks invariant ${report.invariant}:`)
    }
    if (report.story !== null) console.log(report.story)
    if (reports.length % TELL_EVERY === 0) console.log(`${reports.length} seeds, ${failed} failed`)
  }
  try {
    const base = await makeBase(server.url, "torture")
    const crew = { root: join(import.meta.dirname, "..", ".."), base, more, heard }
    await Promise.all(Array.from({ length: workers }, () => work(crew)))
  } finally {
    await server.stop()
  }
  console.log(summary(reports, performance.now() - startedMs))
  if (failed > 0) return 1
  if (!told) return reports.length === next - from ? 0 : 1
  console.log("it was stopped")
  return 2
}

function summary(reports: readonly Report[], tookMs: number): string {
  const sum = (of: (report: Report) => number) => reports.reduce((all, each) => all + of(each), 0)
  const kinds = new Map<string, number>()
  for (const { faults } of reports) {
    for (const [fault, times] of Object.entries(faults)) {
      kinds.set(fault, (kinds.get(fault) ?? 0) + times)
    }
  }
  const failed = reports.filter(({ invariant }) => invariant !== null).map(({ seed }) => seed)
  const perHour = Math.round((reports.length * 3_600_000) / tookMs)
  return [
    "",
    `seeds        ${reports.length}, ${perHour} an hour`,
    `steps        ${sum(({ steps }) => steps)}`,
    `gates        ${sum(({ gates }) => gates)}`,
    `faults       ${sum(({ faults }) => Object.values(faults).reduce((a, b) => a + b, 0))}`,
    ...[...kinds].sort().map(([fault, times]) => `  ${String(times).padStart(7)}  ${fault}`),
    `failed       ${[failed.length, ...failed].join(" ")}`,
  ].join("\n")
}
