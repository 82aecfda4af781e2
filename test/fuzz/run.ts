/** The fuzzer: reads what is asked for, shares it among processes, says what they found. */
import { fork } from "node:child_process"
import { randomBytes } from "node:crypto"
import { parseArgs } from "node:util"
import { dialects } from "../../src/dialects/index.ts"
import { startTestServer } from "../support/server.ts"
import { summary } from "./report.ts"
import { LENGTH, type Outcome } from "./sequence.ts"

const USAGE = `Usage: npm run fuzz -- [--requests N] [--seed S] [--dialect D] [--processes P]
       npm run fuzz -- --seed S --sequence N [--dialect D]   sends one sequence again
D is one of ${dialects.map(({ name }) => name).join(", ")}.`
const REQUESTS_DEFAULT = "100000"
const PROCESSES_DEFAULT = "2"
/** More processes than this share no machine that this is run on. */
const PROCESSES_MAX = 16

/** What a process is told to do. */
export type Order = {
  readonly seed: string
  readonly dialect: string | null
  /** The first sequence, the step to the next, and how many. */
  readonly from: number
  readonly step: number
  readonly count: number
}

function stop(sentence: string): never {
  console.error(`${sentence}\n${USAGE}`)
  process.exit(2)
}

function asked() {
  const options = {
    requests: { type: "string", default: REQUESTS_DEFAULT },
    seed: { type: "string", default: randomBytes(4).toString("hex") },
    dialect: { type: "string" },
    processes: { type: "string", default: PROCESSES_DEFAULT },
    sequence: { type: "string" },
  } as const
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return stop((error as Error).message)
  }
}

function whole(name: string, text: string, most: number): number {
  const isWhole = /^\d{1,9}$/.test(text) && Number(text) <= most
  return isWhole ? Number(text) : stop(`--${name} must be a whole number up to ${most}.`)
}

function ordersOf(values: ReturnType<typeof asked>): Order[] {
  const { seed, dialect = null, sequence } = values
  if (dialect !== null && !dialects.some(({ name }) => name === dialect)) {
    stop(`There is no dialect ${dialect}.`)
  }
  const about = { seed, dialect }
  if (sequence !== undefined) {
    return [{ ...about, from: whole("sequence", sequence, 1e9), step: 1, count: 1 }]
  }
  const processes = Math.max(whole("processes", values.processes, PROCESSES_MAX), 1)
  const sequences = Math.ceil(whole("requests", values.requests, 1e9) / LENGTH)
  return Array.from({ length: processes }, (_, from) => {
    const count = Math.max(Math.ceil((sequences - from) / processes), 0)
    return { ...about, from, step: processes, count }
  })
}

/** Runs one process's share; answers what it found. */
function runShare(order: Order, databaseUrl: string): Promise<Outcome> {
  const child = fork(`${import.meta.dirname}/share.ts`, [], {
    env: { ...process.env, CAUDAL_TEST_DATABASE_URL: databaseUrl },
  })
  // Who ends the run early hears what it came to so far.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    let outcome: Outcome | null = null
    child.on("message", (message) => {
      outcome = message as Outcome
    })
    child.on("exit", (code) => {
      if (outcome) resolve(outcome)
      else reject(new Error(`a process of the fuzzer ended with ${code} and said nothing`))
    })
    child.send(order)
  })
}

const values = asked()
const orders = ordersOf(values)
const server = await startTestServer()
try {
  const startedMs = performance.now()
  const outcomes = await Promise.all(orders.map((order) => runShare(order, server.url)))
  const tookMs = performance.now() - startedMs
  console.log(summary(outcomes, { seed: values.seed, dialect: values.dialect ?? null, tookMs }))
  process.exitCode = outcomes.some(({ found }) => found > 0) ? 1 : 0
} finally {
  await server.stop()
}
