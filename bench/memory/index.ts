/** What the gateway and its database hold in memory: idle, and under full load for long. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Bench, Context, Measured } from "../bench.ts"
import { startChild, type Usage } from "../children.ts"
import type { Load } from "../clients.ts"
import type { LoadRequest } from "../create/load.ts"
import { pentagooOf } from "../create/targets.ts"
import type { BareSettings } from "../latency/bare.ts"
import { none, one, perSecond, sum } from "../measures.ts"
import { watchDisk } from "../place.ts"
import { familyOf, isSeen, ownShareBytes, peakBytes, residentBytes } from "../processes.ts"
import { openFolder, type Started, startAsUser } from "../started.ts"

const IDLE_BAR_MB = 256
const LOAD_BAR_MB = 400
const GROWTH_BAR = 5
const IDLE_S = 30
const SHORT_IDLE_S = 0.5
const CONNECTIONS = 64
/** One after the other: the clients' own figures of ten minutes would fill their memory. */
const SLICE_S = 20
const LOOK_MS = 250
const MB = 2 ** 20

async function run(context: Context): Promise<readonly Measured[]> {
  if (!isSeen) throw new Error("what processes hold is read from Linux's /proc, which isn't here")
  const folder = openFolder(context)
  context.stage("idling")
  const gateway = await startAsUser(context, { dataDir: join(folder, "data") })
  const bare = join(import.meta.dirname, "..", "latency", "bare.ts")
  const settings: BareSettings = { file: null }
  const control = await startChild(context, { file: bare, settings })
  await sleep(context.short ? SHORT_IDLE_S * 1_000 : IDLE_S * 1_000, undefined, context)
  const idle = { node: residentBytes(gateway.pid), database: databaseBytes(gateway) }
  const bareBytes = (await control.ask<Usage>("usage")).rssBytes
  const noteDisk = watchDisk(context, folder)
  const load = await underLoad(context, gateway)
  noteDisk()
  const atEnd = databaseBytes(gateway)
  const payments = await gateway.countPayments()
  context.note("Control: a bare node:http server. What processes share counts once.")
  for (const sentence of load.wrong) context.note(sentence)
  return [
    {
      name: "memory.idle",
      unit: "MB",
      samples: [(idle.node + idle.database) / MB],
      control: [bareBytes / MB],
      bar: { is: "≤", limit: IDLE_BAR_MB },
    },
    one("memory.idle, Node", "MB", idle.node / MB),
    one("memory.idle, database", "MB", idle.database / MB),
    one("memory.load", "MB", load.peakBytes / MB, { is: "≤", limit: LOAD_BAR_MB }),
    one("memory.growth", "%", growth(load.seenBytes), { is: "<", limit: GROWTH_BAR }),
    one("memory.load, database", "MB", atEnd / MB),
    { name: "memory: creates", unit: "/s", samples: load.rates },
    none("memory: wrong answers", load.wrongCount),
    none("memory: payments without an answer, or the reverse", payments - load.answered),
  ]
}

function databaseBytes(gateway: Started): number {
  return sum(familyOf(gateway.postmaster()).map(ownShareBytes))
}

/** Creates without a pause, and looks at the gateway's process meanwhile. */
async function underLoad(context: Context, gateway: Started) {
  const file = join(import.meta.dirname, "..", "create", "load.ts")
  const clients = await startChild(context, { file, settings: null })
  const target = pentagooOf({ pentagoo: gateway.pentagoo() })
  const seenBytes = [residentBytes(gateway.pid)]
  const timer = setInterval(() => seenBytes.push(residentBytes(gateway.pid)), LOOK_MS)
  const loads: Load[] = []
  context.stage("under load")
  try {
    for (let done = 0; done < context.seconds; done += SLICE_S) {
      context.signal.throwIfAborted()
      context.progress(done / context.seconds)
      const seconds = Math.min(SLICE_S, context.seconds - done)
      const wanted: LoadRequest = { target, connections: CONNECTIONS, seconds }
      loads.push(await clients.ask<Load>("load", wanted))
    }
  } finally {
    clearInterval(timer)
  }
  return {
    seenBytes,
    peakBytes: peakBytes(gateway.pid),
    rates: loads.map(perSecond),
    answered: sum(loads.map(({ inTime, late }) => inTime + late)),
    wrong: loads.flatMap(({ wrong }) => wrong),
    wrongCount: sum(loads.map(({ wrongCount }) => wrongCount)),
  }
}

/** By how many percent the last third's mean is above the second's: the first one only warms up. */
function growth(samples: readonly number[]): number {
  const third = Math.ceil(samples.length / 3)
  const mean = (some: readonly number[]) => sum(some) / Math.max(1, some.length)
  const [second, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)]
  return last.length === 0 ? 0 : (mean(last) / mean(second) - 1) * 100
}

export const memory: Bench = {
  about: "what gateway and database hold in memory: idle, and under full load for 10 minutes",
  seconds: 600,
  run,
}
