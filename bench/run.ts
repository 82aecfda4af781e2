/** Runs benches: `npm run bench -- [NAME…] [--seconds N] [--short] [--json]`; 1 if one misses. */
import { parseArgs } from "node:util"
import type { Bench, Measured } from "./bench.ts"
import { PARTS, WHOLE } from "./benches.ts"
import { figureOf, tableOf } from "./figures.ts"
import { makeScreen } from "./screen.ts"

/** Longer runs say no more, and a typing error shouldn't take the night. */
const SECONDS_MAX = 3_600
const SHORT_SECONDS = 1
/** npm passes a terminal's Ctrl-C on to us, and `timeout` tells twice: that is no second one. */
const ECHO_MS = 500

class UsageError extends Error {
  override readonly name = "UsageError"
}

type Wanted = {
  readonly name: string
  readonly bench: Bench
  readonly seconds: number
  readonly short: boolean
  /** How it is called while it runs. */
  readonly title: string
}

function readArguments() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: "string" },
      short: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  })
  if (values.help) return { wanted: [], json: false, help: true }
  const benches = { ...WHOLE, ...PARTS }
  const names = positionals.length > 0 ? [...new Set(positionals)] : Object.keys(WHOLE)
  const unknown = names.find((name) => !Object.hasOwn(benches, name))
  if (unknown !== undefined) throw new UsageError(`There is no bench "${unknown}".\n\n${usage()}`)
  const { json, short } = values
  const wanted = names.map((name, at): Wanted => {
    const bench = benches[name]!
    const seconds = Number(values.seconds ?? (short ? SHORT_SECONDS : bench.seconds))
    if (!(seconds >= 1 && seconds <= SECONDS_MAX)) {
      throw new UsageError(`--seconds must be a number from 1 to ${SECONDS_MAX}`)
    }
    const title = names.length > 1 ? `${name} (${at + 1} of ${names.length})` : name
    return { name, bench, seconds, short, title }
  })
  return { wanted, json, help: false }
}

function usage(): string {
  const list = (benches: Readonly<Record<string, Bench>>) =>
    Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(12)}${about}`)
  return [
    "Usage: npm run bench -- [NAME…] [--seconds N] [--short] [--json]",
    "",
    "  --seconds N  how long each is measured, from 1 to 3600; a default of its own if left out",
    "  --short      a small scale, which shows whether the benches work; its bars mean nothing",
    "  --json       print one array of {name, value, unit, control, ratio, bar, met}",
    "",
    "Without a name these run, one after the other:",
    ...list(WHOLE),
    "",
    "By name only:",
    ...list(PARTS),
  ].join("\n")
}

/** Aborted by the first signal, after which whatever was started is stopped. */
function untilSignal(): AbortSignal {
  const ended = new AbortController()
  let toldAtMs = 0
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (!ended.signal.aborted) {
        toldAtMs = performance.now()
        ended.abort(new Error("stopped"))
        // Whoever asks again doesn't want to wait for what is being stopped.
      } else if (performance.now() - toldAtMs > ECHO_MS) process.exit(1)
    })
  }
  return ended.signal
}

/** Runs one to its end, or until the signal; whatever it started is stopped then. */
async function run({ bench, seconds, short, title }: Wanted, signal: AbortSignal) {
  const undo: (() => Promise<unknown>)[] = []
  const notes: string[] = []
  const screen = makeScreen(title)
  const stopping = () => screen.stage("stopping")
  signal.addEventListener("abort", stopping)
  try {
    const figures = await bench.run({
      ...screen,
      seconds,
      short,
      signal,
      after: (work) => undo.push(work),
      note: (text) => notes.push(text),
    })
    return { figures, notes }
  } finally {
    signal.removeEventListener("abort", stopping)
    stopping()
    while (undo.length > 0) await undo.pop()!().catch((error) => console.error(error))
    screen.clear()
  }
}

/** Runs all that is wanted; one that fails is told of, and keeps back none of the others. */
async function runAll(wanted: readonly Wanted[], json: boolean): Promise<readonly Measured[]> {
  const signal = untilSignal()
  const all: Measured[] = []
  for (const each of wanted) {
    try {
      const { figures, notes } = await run(each, signal)
      all.push(...figures)
      if (json) continue
      const title = wanted.length > 1 ? `${each.name}: ${each.bench.about}\n` : ""
      console.log(`${title}${notes.map((note) => `${note}\n`).join("")}\n${tableOf(figures)}\n`)
    } catch (error) {
      if (signal.aborted) throw signal.reason
      console.error(`${each.name} failed:`, error)
      process.exitCode = 1
    }
  }
  return all
}

try {
  const { help, json, wanted } = readArguments()
  if (help) console.log(usage())
  const figures = (await runAll(wanted, json)).map(figureOf)
  if (json) console.log(JSON.stringify(figures, null, 2))
  if (figures.some(({ met }) => met === false)) process.exitCode = 1
} catch (error) {
  const { code, message, name } = error as Error & { code?: string }
  const isUsage = name === "UsageError" || code?.startsWith("ERR_PARSE_ARGS") === true
  const isStopped = message === "stopped"
  if (code?.startsWith("ERR_PARSE_ARGS")) console.error(`${message}\n\n${usage()}`)
  else console.error(isUsage || isStopped ? message : error)
  process.exitCode = isUsage ? 2 : 1
}
