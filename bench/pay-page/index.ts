/** How soon the payer's page is answered while 200 a second are opened. */
import { cpus } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild, type Usage } from "../children.ts"
import { quantile } from "../figures.ts"
import type { Credentials } from "../gateway.ts"
import { startGateway } from "../gateways.ts"
import { openPlace } from "../place.ts"
import { type Link, makeLinks, readShop } from "./links.ts"
import type { Checked, Load, LoadRequest, Wanted } from "./load.ts"

const LINKS = 2_000
const SHORT_LINKS = 100
const PER_SECOND = 200
const P99_BAR_MS = 10
/** The load must be what was meant, or it proves nothing: so many a second, at their time. */
const ASKED_BAR = 0.95 * PER_SECOND
const LATE_BAR_MS = 5
/** Slices by turns: what else the machine does meanwhile hits both alike. */
const SLICES = 5
const SHORT_SLICES = 2
/** Functions are compiled and statements planned before it counts. */
const WARM_UP_S = 3
const SHORT_WARM_UP_S = 0.5
/** Between slices the last answers' garbage may go. */
const REST_MS = 300

/** What is asked for by turns: pages, and the smallest answer that the same server has. */
type Side = {
  readonly name: string
  readonly urls: readonly string[]
  readonly loads: Load[]
  /** CPU time of the gateway as a share of one core, and for one answer, slice by slice. */
  readonly cpu: number[]
  readonly cpuMs: number[]
}

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateway")
  const place = await openPlace(context)
  const { url } = await place.makeDatabase("pay_page")
  const dataDir = join(place.folder, "data")
  const environment = { CAUDAL_SANDBOX_CHAIN: "0" }
  const gateway = await startGateway(context, { databaseUrl: url, dataDir, environment })
  const load = await startChild(context, {
    file: join(import.meta.dirname, "load.ts"),
    settings: null,
  })
  context.stage("making links")
  const links = await makeLinks(readShop(dataDir), context.short ? SHORT_LINKS : LINKS)
  const { origin } = new URL((await gateway.ask<Credentials>("credentials")).baseUrl)
  const pages = sideOf("page", links.map(wantedOf))
  const control = sideOf("control", [
    { url: `${origin}/health/live`, coding: null, holds: ['"ok"'] },
  ])
  context.stage("opening each once")
  const visited = [await load.ask<Checked>("visit", [...pages.wanted, ...control.wanted])]
  const sides = [pages.side, control.side]
  await warmUp(context, load, sides)

  const idle = watchIdle()
  const slices = context.short ? SHORT_SLICES : SLICES
  for (let slice = 0; slice < slices; slice += 1) {
    for (const [at, side] of sides.entries()) {
      context.stage(side.name)
      context.progress((slice * sides.length + at) / (slices * sides.length))
      await sleep(REST_MS, undefined, context)
      await measure({ gateway, load, side, seconds: context.seconds / slices })
    }
  }
  context.note(`All cores of the machine idled ${Math.round(idle() * 100)} % of the time.`)
  for (const { wrong } of [...visited, ...sides.flatMap(({ loads }) => loads)]) {
    for (const sentence of wrong) context.note(sentence)
  }
  return figuresOf(pages.side, control.side, visited)
}

const wantedOf = ({ holds, url }: Link): Wanted => ({ url, holds, coding: "br" })

function sideOf(name: string, wanted: readonly Wanted[]) {
  const urls = wanted.map(({ url }) => url)
  const side: Side = { name, urls, loads: [], cpu: [], cpuMs: [] }
  return { wanted, side }
}

async function warmUp(context: Context, load: Child, sides: readonly Side[]): Promise<void> {
  context.stage("warming up")
  const seconds = context.short ? SHORT_WARM_UP_S : WARM_UP_S
  for (const { urls } of sides) {
    const wanted: LoadRequest = { urls, seconds, perSecond: PER_SECOND }
    await load.ask<Load>("load", wanted)
  }
}

/** Where others leave nothing idle, pages wait for the machine, and their times say no more. */
function watchIdle(): () => number {
  const before = cpuTimes()
  return () => {
    const after = cpuTimes()
    return (after.idle - before.idle) / Math.max(1, after.all - before.all)
  }
}

function cpuTimes() {
  const times = cpus().map((each) => each.times)
  const sum = (all: readonly number[]) => all.reduce((total, each) => total + each, 0)
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap(Object.values)) }
}

type Slice = Record<"gateway" | "load", Child> & { readonly side: Side; readonly seconds: number }

async function measure({ gateway, load, seconds, side }: Slice): Promise<void> {
  const wanted: LoadRequest = { urls: side.urls, seconds, perSecond: PER_SECOND }
  const before = await gateway.ask<Usage>("usage")
  const done = await load.ask<Load>("load", wanted)
  const after = await gateway.ask<Usage>("usage")
  const cpuMs = after.cpuMs - before.cpuMs
  side.loads.push(done)
  side.cpu.push(cpuMs / done.elapsedMs)
  side.cpuMs.push(cpuMs / Math.max(1, done.asked))
}

function figuresOf(pages: Side, control: Side, visited: readonly Checked[]): readonly Measured[] {
  const both = (name: string, unit: string, samples: (side: Side) => readonly number[]) => ({
    name,
    unit,
    samples: samples(pages),
    control: samples(control),
  })
  const slices = (q: number) => (side: Side) =>
    side.loads.map(({ latenciesMs }) => quantile(latenciesMs, q))
  const together = (q: number) => (side: Side) => [
    quantile(
      side.loads.flatMap(({ latenciesMs }) => latenciesMs),
      q,
    ),
  ]
  const loads = [...pages.loads, ...control.loads]
  const wrong = [...visited, ...loads].reduce((sum, { wrongCount }) => sum + wrongCount, 0)
  const late = loads.flatMap(({ lateMs }) => lateMs)
  return [
    both("page, median", "ms", slices(0.5)),
    { ...both("page, p99", "ms", slices(0.99)), bar: { is: "<", limit: P99_BAR_MS } },
    both("page, p99 of all slices together", "ms", together(0.99)),
    both("page, at the worst", "ms", together(1)),
    both("CPU of the gateway", "of a core", ({ cpu }) => cpu),
    both("CPU of the gateway for one", "ms", ({ cpuMs }) => cpuMs),
    {
      name: "asked",
      unit: "/s",
      samples: pages.loads.map(({ asked, elapsedMs }) => (asked * 1_000) / elapsedMs),
      bar: { is: "≥", limit: ASKED_BAR },
    },
    {
      name: "asked too late, p99",
      unit: "ms",
      samples: [quantile(late, 0.99)],
      bar: { is: "<", limit: LATE_BAR_MS },
    },
    { name: "wrong answers", unit: "", samples: [wrong], bar: { is: "=", limit: 0 } },
  ]
}

export const payPage: Bench = {
  about: "opens payers' pages of 2,000 links, 200 a second, whether they are answered or not",
  seconds: 20,
  run,
}
