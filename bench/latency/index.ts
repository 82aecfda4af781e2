/** How soon a create is answered while 100 a second arrive, beside a server that stores nothing. */
import { join } from "node:path"
import type { Bench, Context, Measured } from "../bench.ts"
import { startChild } from "../children.ts"
import type { Target } from "../create/kinds.ts"
import { pentagooOf } from "../create/targets.ts"
import { quantile } from "../figures.ts"
import type { Sandbox } from "../gateway.ts"
import { startGateway } from "../gateways.ts"
import { openPlace } from "../place.ts"
import { nativeKeys, withKey } from "../sandbox-keys.ts"
import { interleave, type Side } from "../sides.ts"
import type { Load, LoadRequest } from "./load.ts"

const PER_SECOND = 100
const P99_BAR_MS = 10
/** The load must be what was meant, or it proves nothing: so many a second, at their time. */
const ASKED_BAR = 0.9 * PER_SECOND
const LATE_BAR_MS = 5
/** Until plans are made of the statements that creates and their loops run. */
const WARM_UP_S = 5
const SHORT_WARM_UP_S = 0.2

type Loads = { readonly side: Side; readonly loads: Load[]; answered: number }

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateway and its control")
  const place = await openPlace(context)
  const { database, url: databaseUrl } = await place.makeDatabase("latency")
  const dataDir = join(place.folder, "latency")
  const environment = { CAUDAL_SANDBOX_CHAIN: "0" }
  const gateway = await startGateway(context, { databaseUrl, dataDir, environment })
  const here = (name: string) => join(import.meta.dirname, `${name}.ts`)
  const bare = await startChild(context, { file: here("bare"), settings: null })
  const clients = await startChild(context, { file: here("load"), settings: null })

  const ask = async (wanted: Omit<LoadRequest, "perSecond">) =>
    clients.ask<Load>("load", { ...wanted, perSecond: PER_SECOND })
  const sideOf = (name: string, url: string, targets: readonly Target[]): Loads => {
    const loads: Load[] = []
    const self: Loads = {
      loads,
      answered: 0,
      side: {
        name,
        warmUp: async (seconds) => {
          self.answered += (await ask({ url, targets, seconds })).answered
        },
        measure: async (seconds) => {
          const done = await ask({ url, targets, seconds })
          self.answered += done.answered
          loads.push(done)
        },
      },
    }
    return self
  }
  const pentagoo = pentagooOf(await gateway.ask<Sandbox>("sandbox"))
  const { apiKey, baseUrl } = nativeKeys(dataDir)
  const native: Target = { kind: "native", baseUrl, headers: withKey(apiKey) }
  const ours = sideOf("gateway", new URL(baseUrl).origin, [pentagoo, native])
  const control = sideOf("control", await bare.ask<string>("url"), [])
  await interleave(context, [ours.side, control.side], {
    folder: place.folder,
    warmUpSeconds: context.short ? SHORT_WARM_UP_S : WARM_UP_S,
  })
  for (const { wrong } of [...ours.loads, ...control.loads]) {
    for (const sentence of wrong) context.note(sentence)
  }
  const { rows } = await database.query<{ all: number }>(
    "select count(*)::int as all from payments",
  )
  return figuresOf(ours, control, rows[0]!.all)
}

function figuresOf(ours: Loads, control: Loads, payments: number): readonly Measured[] {
  const all = ({ loads }: Loads) => loads.flatMap(({ latenciesMs }) => latenciesMs)
  const both = (name: string, q: number) => ({
    name,
    unit: "ms",
    samples: [quantile(all(ours), q)],
    control: [quantile(all(control), q)],
  })
  const loads = [...ours.loads, ...control.loads]
  const wrong = loads.reduce((sum, { wrongCount }) => sum + wrongCount, 0)
  const late = loads.flatMap(({ lateMs }) => lateMs)
  const zero = { is: "=", limit: 0 } as const
  return [
    both("latency.p50", 0.5),
    { ...both("latency.p99", 0.99), bar: { is: "<", limit: P99_BAR_MS } },
    both("latency, at the worst", 1),
    {
      name: "latency.p99, slice by slice",
      unit: "ms",
      samples: ours.loads.map(({ latenciesMs }) => quantile(latenciesMs, 0.99)),
      control: control.loads.map(({ latenciesMs }) => quantile(latenciesMs, 0.99)),
    },
    {
      name: "latency: asked",
      unit: "/s",
      samples: ours.loads.map(({ asked, elapsedMs }) => (asked * 1_000) / elapsedMs),
      bar: { is: "≥", limit: ASKED_BAR },
    },
    {
      name: "latency: asked too late, p99",
      unit: "ms",
      samples: [quantile(late, 0.99)],
      bar: { is: "<", limit: LATE_BAR_MS },
    },
    { name: "latency: wrong answers", unit: "", samples: [wrong], bar: zero },
    {
      name: "latency: payments without an answer, or the reverse",
      unit: "",
      samples: [Math.abs(payments - ours.answered)],
      bar: zero,
    },
  ]
}

export const latency: Bench = {
  about: "creates payments by two APIs, 100 a second, whether they are answered or not",
  seconds: 40,
  run,
}
