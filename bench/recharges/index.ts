/** Recharges out of one wallet at a thousand a second, and look-ups at two thousand. */
import { join } from "node:path"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild, type Usage } from "../children.ts"
import { startGateway } from "../gateways.ts"
import { beside, latencies, none, sum } from "../measures.ts"
import { openPlace } from "../place.ts"
import { interleave, type Side } from "../sides.ts"
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
const SHORT_SHARE = 0.2
/** In centavos: more than any run spends. */
const WALLET = "100000000000"

/** One kind of request, or its control. */
type Asking = Side & {
  readonly wanted: Omit<LoadRequest, "seconds">
  readonly loads: Load[]
  readonly warmed: Load[]
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
  const sideOf = (wanted: Asking["wanted"]) => makeSide({ gateway, load }, wanted)
  const recharges = sideOf({ what: "recharge", baseUrl, perSecond: seldom })
  const lookUps = sideOf({ what: "look up", baseUrl, perSecond: often })
  const waits = sideOf({ ...control, waitMs: OPERATOR_MS, perSecond: seldom })
  const nothings = sideOf({ ...control, perSecond: often })
  const sides = [recharges, waits, lookUps, nothings]
  await interleave(context, sides, {
    folder: place.folder,
    seconds: context.seconds / sides.length,
    warmUpSeconds: context.short ? SHORT_WARM_UP_S : WARM_UP_S,
  })
  const loads = sides.flatMap((side) => [...side.warmed, ...side.loads])
  for (const sentence of loads.flatMap(({ wrong }) => wrong)) context.note(sentence)
  const rows = await countRows(database)
  const answered = [...recharges.warmed, ...recharges.loads].map((each) => each.answered)
  return [
    keptUp("recharges", recharges),
    own("recharge, our own share, median", recharges, waits, 0.5),
    { ...own("recharge, our own share, p99", recharges, waits, 0.99), bar: below(OWN_P99_BAR_MS) },
    cpu("CPU of the gateway for a recharge", recharges),
    keptUp("look-ups", lookUps),
    own("look-up, median", lookUps, nothings, 0.5),
    { ...own("look-up, p99", lookUps, nothings, 0.99), bar: below(LOOK_UP_P99_BAR_MS) },
    cpu("CPU of the gateway for a look-up", lookUps),
    none("wrong answers", sum(loads.map(({ wrongCount }) => wrongCount))),
    none("confirmed without an answer, or the reverse", rows.confirmed - sum(answered)),
    none("recharges without an end", rows.others),
    none("centavos astray", rows.astray),
  ]
}

const below = (limit: number) => ({ is: "<", limit }) as const

function makeSide(
  { gateway, load }: Record<"gateway" | "load", Child>,
  wanted: Asking["wanted"],
): Asking {
  const loads: Load[] = []
  const warmed: Load[] = []
  const cpuMs: number[] = []
  const ask = (seconds: number) => load.ask<Load>("load", { ...wanted, seconds })
  return {
    name: wanted.what,
    wanted,
    loads,
    warmed,
    cpuMs,
    warmUp: async (seconds) => warmed.push(await ask(seconds)),
    async measure(seconds) {
      const before = await gateway.ask<Usage>("usage")
      const done = await ask(seconds)
      const after = await gateway.ask<Usage>("usage")
      loads.push(done)
      cpuMs.push((after.cpuMs - before.cpuMs) / Math.max(1, done.answered))
    },
  }
}

/** Answers in the time from the first question to the last answer, less what no server can save. */
function keptUp(name: string, { wanted, loads }: Asking): Measured {
  const leastMs = wanted.what === "recharge" ? OPERATOR_MS : 0
  const samples = loads.map(({ answered, elapsedMs }) => (answered * 1_000) / (elapsedMs - leastMs))
  const limit = wanted.perSecond * KEPT_UP_BAR
  return { name, unit: "/s", samples, bar: { is: "≥", limit } }
}

/** How long answers took beside the operator, slice by slice. */
function own(name: string, side: Asking, control: Asking, q: number): Measured {
  const operatorMs = control.wanted.waitMs ?? 0
  const shares = ({ loads }: Asking) => latencies(loads, q).map((ms) => ms - operatorMs)
  return beside(side, control)(name, "ms", shares)
}

function cpu(name: string, { cpuMs }: Asking): Measured {
  return { name, unit: "ms", samples: cpuMs }
}

export const recharges: Bench = {
  about: "recharges out of one wallet, 1,000 a second, and look-ups, 2,000 a second",
  seconds: 40,
  run,
}
