/**
 * Runs the tests: starts one PostgreSQL for all of them, then Node's own runner, then cleans up.
 */
import { spawn } from "node:child_process"
import { globSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { findPostmaster, stopPostmaster } from "../src/db/postmaster.ts"
import { endProcessesIn } from "./support/leftovers.ts"
import { dropDatabase, makeTemplate, startTestServer, TEMPLATE } from "./support/server.ts"
import { makeRunFolders } from "./support/temporary.ts"

const root = join(import.meta.dirname, "..")
/**
 * One more than the smallest machine we build on has cores: a quarter of the time tests only wait.
 * Tests of time-outs suffer from more.
 */
const CONCURRENCY = 3
/**
 * No test waits for anything longer; one that hangs should say so before the build is cancelled.
 */
const TEST_TIMEOUT_MS = 180_000

/** Arguments with a dash go to Node's runner, folders stand for all tests in them. */
const flags = process.argv.slice(2).filter((argument) => argument.startsWith("-"))
const paths = process.argv.slice(2).filter((argument) => !argument.startsWith("-"))
const files =
  paths.length > 0
    ? paths.flatMap(testsAt)
    : ["src", "test", "sdk"].flatMap((dir) => testsIn(root, dir))

/** Only all tests together exercise everything; a flag may leave some out. */
const isWhole = paths.length === 0 && flags.length === 0

function testsAt(path: string): string[] {
  return statSync(path).isDirectory() ? testsIn(process.cwd(), path) : [path]
}

function testsIn(base: string, dir: string): string[] {
  return globSync(`${dir}/**/*.test.ts`, { cwd: base })
    .sort()
    .map((file) => join(base, file))
}

if (files.length === 0) {
  console.error("No tests match.")
  process.exit(1)
}

/** All folders that tests make lie in here, so that nothing of theirs can be left. */
const { folder, temporary, disk, compiled, exercised, remove } = makeRunFolders()

async function testServer() {
  const url = process.env.CAUDAL_TEST_DATABASE_URL
  if (url === undefined) return startTestServer(join(folder, "server"))
  await makeTemplate(url)
  return { url, stop: () => dropDatabase(url, TEMPLATE) }
}

/** Every operation of every API's document is exercised by some test, or the build fails. */
async function tellMissed(): Promise<void> {
  const { missedIn } = await import("./support/exercised.ts")
  const missed = missedIn(exercised)
  if (missed.length === 0) return
  console.error(`No test had an answer (below 400) of:\n  ${missed.join("\n  ")}`)
  process.exitCode = 1
}

/** A test that was killed may have left a server of its own running. */
async function stopLeftovers(): Promise<void> {
  for (const cwd of [temporary, disk]) {
    for (const pidFile of globSync("**/postgres/postmaster.pid", { cwd })) {
      const left = findPostmaster(join(cwd, dirname(dirname(pidFile))))
      if (left) await stopPostmaster(left)
    }
  }
}

function runTests(url: string): Promise<number> {
  const options = [
    "--test",
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    "--test-reporter=spec",
  ]
  const runner = spawn(process.execPath, [...options, ...flags, ...files], {
    stdio: "inherit",
    env: {
      ...process.env,
      CAUDAL_TEST_DATABASE_URL: url,
      TMPDIR: temporary,
      CAUDAL_TEST_DISK: disk,
      // Some hundred processes load the same program: half of what that costs is compiling it.
      NODE_COMPILE_CACHE: compiled,
      CAUDAL_TEST_EXERCISED: exercised,
    },
  })
  // The first Ctrl-C reaches the runner from the terminal, too; we stay to clean up after it.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => runner.kill(signal))
  return new Promise((resolve) => {
    runner.once("error", () => resolve(1))
    runner.once("close", (code) => resolve(code ?? 1))
  })
}

try {
  const server = await testServer()
  try {
    process.exitCode = await runTests(server.url)
    if (process.exitCode === 0 && isWhole) await tellMissed()
  } finally {
    await server.stop()
    await stopLeftovers()
    for (const each of [temporary, disk]) await endProcessesIn(each)
  }
} finally {
  remove()
}
