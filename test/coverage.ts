/** `npm run coverage`: which branches of the core no test takes, by file and line. */
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"

const USAGE = `npm run coverage -- [paths of tests]
  Without paths: all suites that run the core, with whatever processes they start.`
/** The suites whose subject is the core, or who speak to it as a client does. */
const SUITES = ["src/core", "test/engine", "test/conformance", "test/journeys", "test/cli"]
const SUBJECT = "src/core/"
/** Below so many of a hundred branches the command fails. */
const BRANCHES_MIN = 95

/** The branches of one file, and the lines on which one was not taken. */
export type Covered = {
  readonly file: string
  readonly branches: number
  readonly taken: number
  readonly missing: readonly number[]
}

/** Reads what Node's own reporter says in the lcov format: of branches, files and lines. */
export function readCoverage(lcov: string): Covered[] {
  return lcov
    .split("end_of_record")
    .map((record) => {
      const branches = [...record.matchAll(/^BRDA:(\d+),\d+,\d+,(\d+)$/gm)]
      const missing = branches
        .filter(([, , count]) => count === "0")
        .map(([, line]) => Number(line))
      return {
        file: /^SF:(.+)$/m.exec(record)?.[1] ?? "",
        branches: branches.length,
        taken: branches.length - missing.length,
        missing: [...new Set(missing)].sort((a, b) => a - b),
      }
    })
    .filter(({ file }) => file.startsWith(SUBJECT))
    .sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** Of a hundred branches so many are taken, cut to a tenth. */
export function percent(files: readonly Covered[]): number {
  const sum = (of: (file: Covered) => number) => files.reduce((all, each) => all + of(each), 0)
  const branches = sum((file) => file.branches)
  return branches === 0 ? 0 : Math.floor((sum((file) => file.taken) / branches) * 1_000) / 10
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", default: false } },
  })
  if (values.help) console.log(USAGE)
  else process.exitCode = await measure(positionals.length > 0 ? positionals : SUITES)
}

async function measure(suites: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "caudal-coverage-"))
  try {
    const lcov = join(folder, "lcov.info")
    const code = await runTests(suites, lcov)
    const files = readCoverage(readFileSync(lcov, "utf8"))
    for (const { file, branches, taken, missing } of files) {
      if (missing.length > 0) console.log(`${taken}/${branches}  ${file}:${missing.join(",")}`)
    }
    console.log(`branches  ${percent(files)} % of those of ${SUBJECT}`)
    // Measuring slows all down, and some tests have time-outs: `npm test` says whether they pass.
    if (code !== 0) console.log("some tests failed: see above")
    return percent(files) >= BRANCHES_MIN ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs tests with Node's own coverage; processes that they start are counted, too. */
function runTests(suites: readonly string[], lcov: string): Promise<number> {
  const flags = [
    "--experimental-test-coverage",
    `--test-coverage-include=${SUBJECT}**/*.ts`,
    "--test-coverage-exclude=**/*.test.ts",
    "--test-reporter-destination=stdout",
    "--test-reporter=lcov",
    `--test-reporter-destination=${lcov}`,
  ]
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "run.ts"), ...flags, ...suites],
    {
      cwd: join(import.meta.dirname, ".."),
      stdio: "inherit",
    },
  )
  // The first Ctrl-C reaches the tests from the terminal, too; the folder is removed after them.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => resolve(code ?? 1))
  })
}
