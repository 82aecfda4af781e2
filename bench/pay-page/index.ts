/** How soon the payer's page is answered while 200 a second are opened. */
import { cpus } from "node:os"
import { join } from "node:path"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild, type Usage } from "../children.ts"
import type { Credentials } from "../gateway.ts"
import { startGateway } from "../gateways.ts"
import { asMeant, beside, latencies, none, sum, together } from "../measures.ts"
import { openPlace } from "../place.ts"
import { interleave, type Side } from "../sides.ts"
import type { Wrong } from "../wrong.ts"
import { type Link, makeLinks, readShop } from "./links.ts"
import type { Load, LoadRequest, Wanted } from "./load.ts"

const LINKS = 2_000
const SHORT_LINKS = 100
const PER_SECOND = 200
const P99_BAR_MS = 10
/** The load must be what was meant, or it proves nothing. */
const ASKED_BAR = 0.95 * PER_SECOND
/** Functions are compiled and statements planned before it counts. */
const WARM_UP_S = 3
const SHORT_WARM_UP_S = 0.5

/** What is asked for by turns: pages, and the smallest answer that the same server has. */
type Asking = Side & {
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
  const pages = links.map(wantedOf)
  const smallest: Wanted = { url: `${origin}/health/live`, coding: null, holds: ['"ok"'] }
  context.stage("opening each once")
  const visited = await load.ask<Wrong>("visit", [...pages, smallest])
  const parts = { gateway, load }
  const ours = sideOf(parts, "page", pages)
  const control = sideOf(parts, "control", [smallest])
  const idle = watchIdle()
  await interleave(context, [ours, control], {
    warmUpSeconds: context.short ? SHORT_WARM_UP_S : WARM_UP_S,
  })
  context.note(`All cores of the machine idled ${Math.round(idle() * 100)} % of the time.`)
  const checked = [visited, ...ours.loads, ...control.loads]
  for (const sentence of checked.flatMap(({ wrong }) => wrong)) context.note(sentence)
  return figuresOf(ours, control, sum(checked.map(({ wrongCount }) => wrongCount)))
}

const wantedOf = ({ holds, url }: Link): Wanted => ({ url, holds, coding: "br" })

function sideOf(
  { gateway, load }: Record<"gateway" | "load", Child>,
  name: string,
  wanted: readonly Wanted[],
): Asking {
  const urls = wanted.map(({ url }) => url)
  const loads: Load[] = []
  const cpu: number[] = []
  const cpuMs: number[] = []
  const ask = (seconds: number) => {
    const request: LoadRequest = { urls, seconds, perSecond: PER_SECOND }
    return load.ask<Load>("load", request)
  }
  async function measure(seconds: number): Promise<void> {
    const before = await gateway.ask<Usage>("usage")
    const done = await ask(seconds)
    const usedMs = (await gateway.ask<Usage>("usage")).cpuMs - before.cpuMs
    loads.push(done)
    cpu.push(usedMs / done.elapsedMs)
    cpuMs.push(usedMs / Math.max(1, done.asked))
  }
  return { name, warmUp: ask, measure, loads, cpu, cpuMs }
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
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap(Object.values)) }
}

function figuresOf(ours: Asking, control: Asking, wrongCount: number): readonly Measured[] {
  const both = beside(ours, control)
  return [
    both("page, median", "ms", ({ loads }) => latencies(loads, 0.5)),
    {
      ...both("page, p99", "ms", ({ loads }) => latencies(loads, 0.99)),
      bar: { is: "<", limit: P99_BAR_MS },
    },
    both("page, p99 of all slices together", "ms", ({ loads }) => together(loads, 0.99)),
    both("page, at the worst", "ms", ({ loads }) => together(loads, 1)),
    both("CPU of the gateway", "of a core", ({ cpu }) => cpu),
    both("CPU of the gateway for one", "ms", ({ cpuMs }) => cpuMs),
    ...asMeant("asked", ASKED_BAR, { ours: ours.loads, control: control.loads }),
    none("wrong answers", wrongCount),
  ]
}

export const payPage: Bench = {
  about: "opens payers' pages of 2,000 links, 200 a second, whether they are answered or not",
  seconds: 20,
  run,
}
