/** How many Pentagoo payments a second are created with an address on a chain each. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Database } from "../../src/db/database.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild, type Usage } from "../children.ts"
import { quantile } from "../figures.ts"
import type { Credentials } from "../gateway.ts"
import { startGateway } from "../gateways.ts"
import { openPlace, type Place, syncsPerSecond } from "../place.ts"
import type { Load, LoadRequest } from "./load.ts"
import { countRows } from "./rows.ts"

const CONNECTIONS = 64
const PER_SECOND = 1_000
/** Functions are compiled and addresses derived ahead before it counts. */
const WARM_UP_S = 2
const SHORT_WARM_UP_S = 0.5
/** Slices of each gateway, by turns: what the disk does meanwhile hits both alike. */
const SLICES = 5
const SHORT_SLICES = 2
/** Between slices: the other gateway's last batch and the disk come to rest. */
const REST_MS = 300

/** One of the two that are compared. */
type Side = {
  readonly name: string
  readonly gateway: Child
  readonly database: Database
  readonly credentials: Credentials
  readonly loads: Load[]
  /** All that was answered, warm-up and stragglers included. */
  answers: number
  /** CPU time for one create, slice by slice. */
  readonly cpuMs: number[]
}

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting two gateways")
  const place = await openPlace(context)
  const evm = await startSide(context, place, "evm", { CAUDAL_SANDBOX_CHAIN: "1" })
  const control = await startSide(context, place, "simulator", { CAUDAL_SANDBOX_CHAIN: "0" })
  if (!(await evm.gateway.ask<boolean>("hasChain"))) {
    throw new Error("there is no sandbox chain here: run npm ci on Linux (x64)")
  }
  const loadFile = join(import.meta.dirname, "load.ts")
  const load = await startChild(context, { file: loadFile, settings: null })
  const sides = [evm, control]
  context.stage("warming up")
  for (const side of sides) {
    const { inTime, late } = await ask(load, side, context.short ? SHORT_WARM_UP_S : WARM_UP_S)
    side.answers += inTime + late
  }
  const syncs = [syncsPerSecond(context, place.folder)]
  const slices = context.short ? SHORT_SLICES : SLICES
  for (let slice = 0; slice < slices; slice += 1) {
    for (const [at, side] of sides.entries()) {
      context.stage(side.name)
      context.progress((slice * sides.length + at) / (slices * sides.length))
      await sleep(REST_MS, undefined, context)
      await measure(load, side, context.seconds / slices)
    }
  }
  syncs.push(syncsPerSecond(context, place.folder))
  context.stage("counting")
  context.note(`The disk makes ${syncs.map(Math.round).join(", then ")} writes/s durable.`)
  for (const { loads, name } of sides) {
    for (const sentence of loads.flatMap(({ wrong }) => wrong)) context.note(`${name}: ${sentence}`)
  }
  return figuresOf(evm, control)
}

async function startSide(
  context: Context,
  place: Place,
  name: string,
  environment: Readonly<Record<string, string>>,
): Promise<Side> {
  const { database, url } = await place.makeDatabase(name)
  const dataDir = join(place.folder, name)
  const gateway = await startGateway(context, { databaseUrl: url, dataDir, environment })
  const credentials = await gateway.ask<Credentials>("credentials")
  return { name, gateway, database, credentials, loads: [], answers: 0, cpuMs: [] }
}

function ask(load: Child, { credentials }: Side, seconds: number): Promise<Load> {
  const wanted: LoadRequest = { ...credentials, seconds, connections: CONNECTIONS }
  return load.ask<Load>("load", wanted)
}

async function measure(load: Child, side: Side, seconds: number): Promise<void> {
  const before = await side.gateway.ask<Usage>("usage")
  const done = await ask(load, side, seconds)
  const after = await side.gateway.ask<Usage>("usage")
  const created = done.inTime + done.late
  side.loads.push(done)
  side.answers += created
  side.cpuMs.push((after.cpuMs - before.cpuMs) / Math.max(1, created))
}

const perSecond = ({ elapsedMs, inTime }: Load) => (inTime * 1_000) / elapsedMs

async function figuresOf(evm: Side, control: Side): Promise<readonly Measured[]> {
  const rows = await countRows(evm.database)
  const latency = (q: number) => (side: Side) =>
    side.loads.map(({ latenciesMs }) => quantile(latenciesMs, q))
  const both = (name: string, unit: string, samples: (side: Side) => number[]) => ({
    name,
    unit,
    samples: samples(evm),
    control: samples(control),
  })
  const count = (name: string, value: number): Measured => ({
    name,
    unit: "",
    samples: [value],
    bar: { is: "=", limit: 0 },
  })
  const wrong = [evm, control].flatMap(({ loads }) => loads.map(({ wrongCount }) => wrongCount))
  return [
    {
      ...both("creates", "/s", (side) => side.loads.map(perSecond)),
      bar: { is: "≥", limit: PER_SECOND },
    },
    both("answer, median", "ms", latency(0.5)),
    both("answer, p99", "ms", latency(0.99)),
    both("CPU of the gateway for one", "ms", ({ cpuMs }) => [...cpuMs]),
    { name: "creates in all", unit: "", samples: [evm.answers], bar: { is: "≥", limit: 1 } },
    count(
      "wrong answers",
      wrong.reduce((sum, each) => sum + each, 0),
    ),
    count("payments without an answer, or the reverse", Math.abs(rows.payments - evm.answers)),
    count("payments without an address", Math.abs(rows.payments - rows.addresses)),
    count("addresses given twice", rows.twice),
    count("indexes left out", rows.gaps),
  ]
}

export const createEvm: Bench = {
  about: "creates Pentagoo payments with an address each, over HTTP, beside simulated ones",
  seconds: 20,
  run,
}
