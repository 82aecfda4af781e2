/** `npm run mutants`: changes the decisions in small ways, and counts what tests notice of it. */
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { startTestServer } from "../support/server.ts"
import { type Copy, filesUnderTest, groupsOf, makeCopy } from "./copy.ts"
import { EQUIVALENT } from "./equivalent.ts"
import { tryAll } from "./pool.ts"
import { describe, findListed, isSurvivor, ofAll, type Result, score, table } from "./report.ts"
import type { Verdict } from "./worker.ts"

const USAGE = `npm run mutants -- [--file PART] [--mutant N] [--list]
  --file PART   only files whose path has this part
  --mutant N    only this one, by its number as it is printed with the same --file, and what
                notices it
  --list        prints all mutants and tries none`
/** Below this the command fails. */
const SCORE_MIN = 90
/** More of them are no faster where tests run meanwhile. */
const PROCESSES_MAX = 2

const { values: given } = parseArgs({
  options: {
    file: { type: "string" },
    mutant: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
})

if (given.help) console.log(USAGE)
else process.exitCode = await run(given.file ?? null, given.mutant ?? null)

async function run(part: string | null, number: string | null): Promise<number> {
  const files = filesUnderTest(part)
  if (files.length === 0) return wrong(`no file under test has ${part} in its path`)
  const startedMs = performance.now()
  let copy: Copy | null = null
  let server: ReturnType<typeof startTestServer> | null = null
  let ending: Promise<void> | null = null
  const end = (): Promise<void> => {
    ending ??= (async () => {
      // One that is being started is waited for, or it would be left behind.
      await server?.then(
        (started) => started.stop(),
        () => undefined,
      )
      copy?.remove()
    })()
    return ending
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      console.error("it was stopped")
      void end().finally(() => process.exit(2))
    })
  }
  try {
    copy = makeCopy(files)
    const { mutants: all } = copy
    const wanted = all
      .map(({ atLoad }, id) => ({ id, atLoad }))
      .filter(({ id }) => number === null || String(id) === number)
    if (wanted.length === 0) return wrong(`there is no mutant ${number}`)
    if (given.list) {
      for (const each of wanted) console.log(describe(each, all[each.id]!))
      return 0
    }
    const results: Result[] = []
    const heard = (verdict: Verdict): void => {
      const mutant = all[verdict.id]!
      const equivalent = findListed(EQUIVALENT, mutant, all)
      const result = { mutant, verdict, equivalent }
      results.push(result)
      if (isSurvivor(result)) console.log(describe(verdict, mutant), notReached(verdict.reached))
      if (number !== null) console.log(`noticed by: ${verdict.noticedBy ?? "nobody"}`)
    }
    for (const { tests, needsDatabase, tries } of groupsOf(copy)) {
      const mutants = wanted.filter(({ id }) => tries(all[id]!))
      if (mutants.length === 0) continue
      if (needsDatabase) {
        server = startTestServer()
        process.env.CAUDAL_TEST_DATABASE_URL = (await server).url
      }
      const processes = Math.min(PROCESSES_MAX, availableParallelism())
      await tryAll({ folder: copy.folder, tests, mutants }, processes, heard)
    }
    return summary(results, performance.now() - startedMs, part === null && number === null)
  } finally {
    await end()
  }
}

function notReached(reached: number): string {
  return reached === 0 ? "\n    no test reaches it" : ""
}

function summary(results: readonly Result[], tookMs: number, isWhole: boolean): number {
  const total = score(results)
  const seconds = Math.round(tookMs / 1_000)
  console.log(`\n${table(results)}\nscore     ${total} %, in ${seconds} s`)
  console.log(`of all    ${ofAll(results)} %, with those that change nothing`)
  const stale = EQUIVALENT.filter((each) => {
    const own = results.filter(({ equivalent }) => equivalent === each)
    const isNoticed = own.some(({ verdict }) => verdict.noticedBy !== null)
    return isNoticed || (isWhole && own.length !== each.changes.length)
  })
  for (const { file, line } of stale)
    console.log(`listed as changing nothing, but noticed or gone: ${file}: ${line}`)
  return total >= SCORE_MIN && stale.length === 0 ? 0 : 1
}

function wrong(message: string): number {
  console.error(`${message}\n${USAGE}`)
  return 2
}
