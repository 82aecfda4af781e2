/** How soon a create is answered while 100 a second arrive, beside servers that hardly work. */
import { join } from "node:path"
import type { Bench, Context, Measured } from "../bench.ts"
import { startChild } from "../children.ts"
import type { Target } from "../create/kinds.ts"
import { pentagooOf } from "../create/targets.ts"
import type { Sandbox } from "../gateway.ts"
import { startGateway } from "../gateways.ts"
import { asMeant, beside, latencies, none, sum, together } from "../measures.ts"
import { openPlace } from "../place.ts"
import { nativeKeys, withKey } from "../sandbox-keys.ts"
import { interleave, type Side } from "../sides.ts"
import type { BareSettings } from "./bare.ts"
import type { Load, LoadRequest } from "./load.ts"

const PER_SECOND = 100
const P99_BAR_MS = 10
/** The load must be what was meant, or it proves nothing. */
const ASKED_BAR = 0.9 * PER_SECOND
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
  const bare = async (file: string | null) => {
    const settings: BareSettings = { file }
    const child = await startChild(context, { file: here("bare"), settings })
    return child.ask<string>("url")
  }
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
  const control = sideOf("a server that keeps nothing", await bare(null), [])
  const record = join(place.folder, "record")
  const disk = sideOf("a server that makes each request durable", await bare(record), [])
  await interleave(context, [ours.side, control.side, disk.side], {
    folder: place.folder,
    warmUpSeconds: context.short ? SHORT_WARM_UP_S : WARM_UP_S,
  })
  for (const { wrong } of [...ours.loads, ...control.loads, ...disk.loads]) {
    for (const sentence of wrong) context.note(sentence)
  }
  const { rows } = await database.query<{ all: number }>(
    "select count(*)::int as all from payments",
  )
  return figuresOf({ ours, control, disk }, rows[0]!.all)
}

function figuresOf(
  { ours, control, disk }: Readonly<Record<"ours" | "control" | "disk", Loads>>,
  payments: number,
): readonly Measured[] {
  const both = beside(ours.loads, control.loads)
  const loads = [...ours.loads, ...control.loads, ...disk.loads]
  return [
    both("latency.p50", "ms", (each) => together(each, 0.5)),
    {
      ...both("latency.p99", "ms", (each) => together(each, 0.99)),
      bar: { is: "<", limit: P99_BAR_MS },
    },
    // What the disk alone takes at the same rate: nobody who keeps a promise answers sooner.
    beside(ours.loads, disk.loads)("latency.p99, beside one durable write", "ms", (each) =>
      together(each, 0.99),
    ),
    both("latency, at the worst", "ms", (each) => together(each, 1)),
    both("latency.p99, slice by slice", "ms", (each) => latencies(each, 0.99)),
    ...asMeant("latency: asked", ASKED_BAR, { ours: ours.loads, control: control.loads }),
    none("latency: wrong answers", sum(loads.map(({ wrongCount }) => wrongCount))),
    none("latency: payments without an answer, or the reverse", payments - ours.answered),
  ]
}

export const latency: Bench = {
  about: "creates payments by two APIs, 100 a second, whether they are answered or not",
  seconds: 40,
  run,
}
