/** Recharges out of one wallet at a thousand a second, and look-ups at two thousand. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild, type Usage } from "../children.ts"
import { quantile } from "../figures.ts"
import { startGateway } from "../gateways.ts"
import { openPlace, syncsPerSecond } from "../place.ts"
import type { Client, Load, LoadRequest } from "./load.ts"
import { countRows } from "./rows.ts"

/** How long the simulated operator takes; what lies above is our own share. */
const OPERATOR_MS = 50
const RECHARGES_PER_SECOND = 1_000
const LOOK_UPS_PER_SECOND = 2_000
const OWN_P99_BAR_MS = 25
const LOOK_UP_P99_BAR_MS = 5
/** Of what was to be asked: answers that come behind the time count as not given. */
const KEPT_UP_BAR = 0.98
const WARM_UP_S = 3
const SHORT_WARM_UP_S = 0.3
const SLICES = 5
const SHORT_SLICES = 1
const SHORT_SHARE = 0.2
/** Between slices: the last batch and the disk come to rest. */
const REST_MS = 300
/** In centavos: more than any run spends. */
const WALLET = "100000000000"

/** One kind of request, or its control. */
type Side = {
  readonly wanted: Omit<LoadRequest, "seconds">
  readonly loads: Load[]
  readonly cpuMs: number[]
}

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateway")
  const place = await openPlace(context)
  const { database, url } = await place.makeDatabase("recharges")
  const gateway = await startGateway(context, {
    databaseUrl: url,
    dataDir: join(place.folder, "gateway"),
    environment: { CAUDAL_SANDBOX_CHAIN: "0" },
    rails: { simulator: { answerAfterMs: OPERATOR_MS } },
  })
  await gateway.ask("fillWallet", { asset: "ARS", amount: WALLET })
  const start = (file: string) =>
    startChild(context, { file: join(import.meta.dirname, file), settings: null })
  const [load, idle] = [await start("load.ts"), await start("idle.ts")]
  const client = await gateway.ask<Client>("tapila")
  await load.ask("logIn", client)

  const scale = context.short ? SHORT_SHARE : 1
  const [often, seldom] = [LOOK_UPS_PER_SECOND * scale, RECHARGES_PER_SECOND * scale]
  const control = { what: "wait", baseUrl: await idle.ask<string>("url") } as const
  const { baseUrl } = client
  const recharges = sideOf({ what: "recharge", baseUrl, perSecond: seldom })
  const lookUps = sideOf({ what: "look up", baseUrl, perSecond: often })
  const waits = sideOf({ ...control, waitMs: OPERATOR_MS, perSecond: seldom })
  const nothings = sideOf({ ...control, perSecond: often })
  const sides = [recharges, waits, lookUps, nothings]

  context.stage("warming up")
  const warm = context.short ? SHORT_WARM_UP_S : WARM_UP_S
  const warmed = [await ask(load, recharges, warm), await ask(load, lookUps, warm)]
  const syncs = [syncsPerSecond(context, place.folder)]
  const slices = context.short ? SHORT_SLICES : SLICES
  for (let slice = 0; slice < slices; slice += 1) {
    for (const [at, side] of sides.entries()) {
      context.stage(side.wanted.what)
      context.progress((slice * sides.length + at) / (slices * sides.length))
      await sleep(REST_MS, undefined, context)
      await measure({ gateway, load, side, seconds: context.seconds / slices / sides.length })
    }
  }
  syncs.push(syncsPerSecond(context, place.folder))
  context.note(`The disk makes ${syncs.map(Math.round).join(", then ")} writes/s durable.`)
  for (const { wrong } of [...warmed, ...sides.flatMap(({ loads }) => loads)]) {
    for (const sentence of wrong) context.note(sentence)
  }
  const rows = await countRows(database)
  const answered = [warmed[0]!, ...recharges.loads].reduce((sum, each) => sum + each.answered, 0)
  const wrong = [...warmed, ...sides.flatMap(({ loads }) => loads)]
  return [
    keptUp("recharges", recharges),
    own("recharge, our own share, median", recharges, waits, 0.5),
    { ...own("recharge, our own share, p99", recharges, waits, 0.99), bar: below(OWN_P99_BAR_MS) },
    cpu("CPU of the gateway for a recharge", recharges),
    keptUp("look-ups", lookUps),
    own("look-up, median", lookUps, nothings, 0.5),
    { ...own("look-up, p99", lookUps, nothings, 0.99), bar: below(LOOK_UP_P99_BAR_MS) },
    cpu("CPU of the gateway for a look-up", lookUps),
    none(
      "wrong answers",
      wrong.reduce((sum, { wrongCount }) => sum + wrongCount, 0),
    ),
    none("confirmed without an answer, or the reverse", Math.abs(rows.confirmed - answered)),
    none("recharges without an end", rows.others),
    none("centavos astray", Math.abs(rows.astray)),
  ]
}

const below = (limit: number) => ({ is: "<", limit }) as const
const sideOf = (wanted: Side["wanted"]): Side => ({ wanted, loads: [], cpuMs: [] })

function ask(load: Child, { wanted }: Side, seconds: number): Promise<Load> {
  return load.ask<Load>("load", { ...wanted, seconds })
}

type Slice = Record<"gateway" | "load", Child> & { readonly side: Side; readonly seconds: number }

async function measure({ gateway, load, side, seconds }: Slice): Promise<void> {
  const before = await gateway.ask<Usage>("usage")
  const done = await ask(load, side, seconds)
  const after = await gateway.ask<Usage>("usage")
  side.loads.push(done)
  side.cpuMs.push((after.cpuMs - before.cpuMs) / Math.max(1, done.answered))
}

/** Answers in the time from the first question to the last answer, less what no server can save. */
function keptUp(name: string, { wanted, loads }: Side): Measured {
  const leastMs = wanted.what === "recharge" ? OPERATOR_MS : 0
  const samples = loads.map(({ answered, elapsedMs }) => (answered * 1_000) / (elapsedMs - leastMs))
  const limit = wanted.perSecond * KEPT_UP_BAR
  return { name, unit: "/s", samples, bar: { is: "≥", limit } }
}

/** How long answers took beside the operator, slice by slice. */
function own(name: string, side: Side, control: Side, q: number): Measured {
  const operatorMs = control.wanted.waitMs ?? 0
  const shares = ({ loads }: Side) =>
    loads.map(({ latenciesMs }) => quantile(latenciesMs, q) - operatorMs)
  return { name, unit: "ms", samples: shares(side), control: shares(control) }
}

function cpu(name: string, { cpuMs }: Side): Measured {
  return { name, unit: "ms", samples: cpuMs }
}

function none(name: string, value: number): Measured {
  return { name, unit: "", samples: [value], bar: { is: "=", limit: 0 } }
}

export const recharges: Bench = {
  about: "recharges out of one wallet, 1,000 a second, and look-ups, 2,000 a second",
  seconds: 40,
  run,
}
