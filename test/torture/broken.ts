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
 * Tries those whose words match `named`, prints a table, and answers whether each was
 * noticed and a sound build passes the same seeds. With `shrinks`, tells the shortest histories.
 */
export async function tryAll(named = "", shrinks = false): Promise<boolean> {
  const server = await startTestServer()
  const folder = mkdtempSync(join(tmpdir(), "caudal-broken-"))
  try {
    // Made by a sound build: what is broken has to show while it is used.
    const base = await makeBase(server.url, "torture")
    const names = new RegExp(named)
    const queue = BREAKS.filter((each) => names.test(`${each.invariant}: ${each.what}`))
    const tried: Tried[] = []
    let isTold = false
    // Whoever stops it waits for the builds under way, and no server is left behind.
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        isTold = true
        queue.length = 0
      })
    }
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const copy = copyTo(join(folder, String(lane)))
      for (let next = queue.shift(); next; next = queue.shift()) {
        const came = await tryOne(copy, base, next, shrinks)
        tell(came)
        tried.push(came)
      }
    })
    await Promise.all(lanes)
    const most = Math.max(1, ...tried.map(({ seeds }) => seeds ?? SEEDS))
    const isSound = !isTold && (await passes(base, most))
    console.log(`${isSound ? "passes" : "FAILS "}  ${most} seeds of a build that is not broken`)
    return isSound && tried.every(({ seeds }) => seeds !== null)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function copyTo(folder: string): string {
  for (const part of ["src", "test", "migrations", "package.json"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  return folder
}

async function tryOne(copy: string, base: Base, of: Break, shrinks: boolean): Promise<Tried> {
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
        if (found || seeds === SEEDS) return null
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
  console.log(`${took.padEnd(10)} ${of.invariant}: ${of.what}`)
  if (!report) return
  const [, said] = /^Broken: (.*)$/m.exec(report.story ?? "") ?? []
  console.log(`           seed ${report.seed}: ${said?.slice(0, 160)}`)
}

async function passes(base: Base, seeds: number): Promise<boolean> {
  let next = 0
  let failed = 0
  const more = () => {
    if (next === seeds) return null
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
