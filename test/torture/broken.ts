/**
 * Breaks each invariant on purpose, in copies of the program, and tortures each of them: a build
 * that is not noticed within so many seeds would show that the torture looks at nothing.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startTestServer } from "../support/server.ts"
import { type Base, makeBase } from "./base.ts"
import { BREAKS, type Break } from "./breaks.ts"
import { work } from "./crew.ts"
import type { Report } from "./worker.ts"
import { ROUGH_FROM } from "./workload.ts"

/** Within so many seeds each of them has to be noticed; every other one is a rough one. */
const SEEDS = 100
/** Both cores of the smallest machine. */
const LANES = 2

const root = join(import.meta.dirname, "..", "..")

const seedAt = (place: number) => (place % 2 === 0 ? 1 + place / 2 : ROUGH_FROM + place)

export type Tried = {
  readonly of: Break
  /** How many seeds it took; null where none noticed it. */
  readonly seeds: number | null
  readonly report: Report | null
}

/**
 * Tries those whose words match `named`, and prints a table. Answers 0 when each was noticed and a
 * sound build passes the same seeds, 1 when not, 2 when it was stopped or none has such words.
 * With `shrinks`, tells the shortest histories.
 */
export async function tryAll(named = "", shrinks = false): Promise<number> {
  const queue = BREAKS.filter((each) => nameOf(each).match(named))
  if (queue.length === 0) {
    const names = BREAKS.map((each) => `  ${nameOf(each)}`)
    console.error(`--only: nothing matches ${named}, of\n${names.join("\n")}`)
    return 2
  }
  let isTold = false
  // Whoever stops it waits for the seeds under way, and no server is left behind.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => (isTold = true))
  const stopped = () => isTold
  const server = await startTestServer()
  const folder = mkdtempSync(join(tmpdir(), "caudal-broken-"))
  try {
    // Made by a sound build: what is broken has to show while it is used.
    const base = await makeBase(server.url, "torture")
    const tried: Tried[] = []
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const copy = copyTo(join(folder, String(lane)))
      for (let next = queue.shift(); next && !isTold; next = queue.shift()) {
        const came = await tryOne({ copy, base, shrinks, stopped }, next)
        // One that was stopped may have been noticed a seed later.
        if (came.seeds === null && isTold) continue
        tell(came)
        tried.push(came)
      }
    })
    await Promise.all(lanes)
    const most = Math.max(1, ...tried.map(({ seeds }) => seeds ?? SEEDS))
    const isSound = await passes(base, most, stopped)
    if (isTold) {
      console.log("it was stopped")
      return 2
    }
    console.log(`${isSound ? "passes" : "FAILS "}  ${most} seeds of a build that is not broken`)
    return isSound && tried.every(({ seeds }) => seeds !== null) ? 0 : 1
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const nameOf = ({ invariant, what }: Break) => `${invariant}: ${what}`

function copyTo(folder: string): string {
  for (const part of ["src", "test", "migrations", "package.json"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  return folder
}

type Trial = {
  readonly copy: string
  readonly base: Base
  readonly shrinks: boolean
  readonly stopped: () => boolean
}

async function tryOne({ copy, base, shrinks, stopped }: Trial, of: Break): Promise<Tried> {
  const sound = of.edits.map(({ file }) => [file, readFileSync(join(root, file), "utf8")] as const)
  for (const { by, file, what } of of.edits) {
    const text = readFileSync(join(copy, file), "utf8")
    if (text.split(what).length !== 2) throw new Error(`"${what}" must stand once in ${file}`)
    writeFileSync(
      join(copy, file),
      text.replace(what, () => by),
    )
  }
  let seeds = 0
  let found: Report | null = null
  try {
    await work({
      root: copy,
      base,
      more() {
        if (found || seeds === SEEDS || stopped()) return null
        seeds += 1
        return { seed: seedAt(seeds - 1), verbose: false, shrink: shrinks }
      },
      heard(report) {
        if (report.invariant !== null) found = report
      },
    })
  } finally {
    for (const [file, text] of sound) writeFileSync(join(copy, file), text)
  }
  return { of, seeds: found && seeds, report: found }
}

/** A line of the table: how many seeds it took, what was broken, and how that was said. */
function tell({ of, report, seeds }: Tried): void {
  const took = seeds === null ? "UNNOTICED" : `${seeds} seed${seeds === 1 ? "" : "s"}`
  console.log(`${took.padEnd(10)} ${nameOf(of)}`)
  if (!report) return
  const [, said] = /^Broken: (.*)$/m.exec(report.story ?? "") ?? []
  console.log(`           seed ${report.seed}: ${said?.slice(0, 160)}`)
}

async function passes(base: Base, seeds: number, stopped: () => boolean): Promise<boolean> {
  let next = 0
  let failed = 0
  const more = () => {
    if (next === seeds || stopped()) return null
    next += 1
    return { seed: seedAt(next - 1), verbose: false, shrink: false }
  }
  const heard = ({ invariant, seed, story }: Report) => {
    if (invariant === null) return
    failed += 1
    console.log(`seed ${seed} of a sound build: ${story}`)
  }
  await Promise.all(Array.from({ length: LANES }, () => work({ root, base, more, heard })))
  return failed === 0
}
