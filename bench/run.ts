/** Runs a bench: `npm run bench -- NAME [--seconds N] [--short] [--json]`; 1 if it misses a bar. */
import { parseArgs } from "node:util"
import { bankFiles } from "./bank-files/index.ts"
import type { Bench, Context, Measured } from "./bench.ts"
import { createEvm } from "./create-evm/index.ts"
import { figureOf, tableOf } from "./figures.ts"
import { firstLoads } from "./first-load/index.ts"
import { follow } from "./follow/index.ts"
import { payPage } from "./pay-page/index.ts"
import { recharges } from "./recharges/index.ts"

const BENCHES: Readonly<Record<string, Bench>> = {
  follow,
  "create-evm": createEvm,
  "pay-page": payPage,
  "first-load": firstLoads,
  "bank-files": bankFiles,
  recharges,
}

/** Longer runs say no more, and a typing error shouldn't take the night. */
const SECONDS_MAX = 3_600
const SHORT_SECONDS = 2
const BAR_WIDTH = 30

class UsageError extends Error {
  override readonly name = "UsageError"
}

function readArguments() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string" },
      short: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  })
  const [name = "", ...more] = positionals
  const bench = BENCHES[name]
  if (!bench || more.length > 0) {
    const list = Object.entries(BENCHES).map(([each, { about }]) => `  ${each.padEnd(12)}${about}`)
    throw new UsageError(
      `Usage: npm run bench -- NAME [--seconds N] [--short] [--json]\n\n${list.join("\n")}`,
    )
  }
  const { json, short } = values
  const seconds = Number(values.seconds ?? (short ? SHORT_SECONDS : bench.seconds))
  if (!(seconds >= 1 && seconds <= SECONDS_MAX)) {
    throw new UsageError(`--seconds must be a number from 1 to ${SECONDS_MAX}`)
  }
  return { name, bench, json, short, seconds }
}

/** Writes over one line of a terminal; elsewhere it says nothing. */
function makeScreen(name: string) {
  const { isTTY } = process.stderr
  let stage = ""
  const draw = (text: string) => isTTY && process.stderr.write(`\r\x1b[K${text}`)
  return {
    stage(text: string) {
      stage = text
      draw(`${name}: ${text}`)
    },
    progress(done: number) {
      const filled = Math.round(Math.min(1, done) * BAR_WIDTH)
      const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled)
      draw(`${name}: ${bar} ${String(Math.floor(done * 100)).padStart(3)} % ${stage}`)
    },
    clear: () => draw(""),
  }
}

type Wanted = Pick<Context, "seconds" | "short"> & { readonly name: string; readonly bench: Bench }

/** Runs it to its end, or until a signal; whatever it started is stopped then. */
async function run({ bench, name, seconds, short }: Wanted) {
  const undo: (() => Promise<unknown>)[] = []
  const notes: string[] = []
  const ended = new AbortController()
  const screen = makeScreen(name)
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Whoever asks twice doesn't want to wait for what is being stopped.
      if (ended.signal.aborted) process.exit(1)
      screen.stage("stopping")
      ended.abort(new Error("stopped"))
    })
  }
  try {
    const figures = await bench.run({
      ...screen,
      seconds,
      short,
      signal: ended.signal,
      after: (work) => undo.push(work),
      note: (text) => notes.push(text),
    })
    return { figures, notes }
  } finally {
    screen.stage("stopping")
    while (undo.length > 0) await undo.pop()!().catch((error) => console.error(error))
    screen.clear()
  }
}

function print(figures: readonly Measured[], notes: readonly string[], json: boolean): void {
  const judged = figures.map(figureOf)
  if (json) console.log(JSON.stringify(judged, null, 2))
  else console.log(`${notes.map((note) => `${note}\n`).join("")}\n${tableOf(figures)}`)
  if (judged.some(({ met }) => met === false)) process.exitCode = 1
}

try {
  const { json, ...wanted } = readArguments()
  const { figures, notes } = await run(wanted)
  print(figures, notes, json)
} catch (error) {
  const { code, message, name } = error as Error & { code?: string }
  // A wait that was broken off says so in words of its own.
  const isStopped = message === "stopped" || code === "ABORT_ERR"
  const isUsage = name === "UsageError" || code?.startsWith("ERR_PARSE_ARGS") === true
  console.error(isStopped ? "stopped" : isUsage ? message : error)
  process.exitCode = isUsage ? 2 : 1
}
