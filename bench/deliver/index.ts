/** How many signed webhooks a second one process takes out of its outbox, sends and writes down. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Database } from "../../src/db/database.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild, type Usage } from "../children.ts"
import { quantile } from "../figures.ts"
import { startGateway } from "../gateways.ts"
import { beside, none, one } from "../measures.ts"
import { startMeter } from "../meter.ts"
import { openPlace } from "../place.ts"
import { interleave } from "../sides.ts"
import type { BareRun, BareSettings } from "./bare.ts"
import type { Charges, Hooks, NewHooks } from "./hooks.ts"
import { countDue, countRows, fillOutbox, holdBack } from "./outbox.ts"
import type { Received } from "./receiver.ts"

const BAR_PER_SECOND = 15_000
/** Put into the outbox for each second that is to be measured. */
const FILL_PER_SECOND = 15_000
const SHORT_FILL_PER_SECOND = 1_500
/** One receiver each, with an origin and a merchant's endpoint of its own. */
const ENDPOINTS = 4
/** Of the bare loop, to each receiver: as many as the gateway has for one that is quick. */
const BARE_CONNECTIONS = 32
/** Of all seconds: for throughput by three sides, for what a hanging receiver does by two. */
const FULL_SHARE = 0.6
/** Payments a second that everybody is told of while one receiver hangs. */
const CREATES_PER_SECOND = 200
/** How much later the others may hear, at their 99th percentile. */
const HANGING_BAR = 1.1
/** A percentile needs more slices to come to rest than a rate. */
const HANGING_SLICES = 8
const SHORT_SLICES = 1
const POLL_MS = 10
/** Beyond it something is stuck. */
const DRAIN_MS = 60_000
/** The key of all endpoints, as the receivers know it. */
const KEY = Buffer.alloc(32, "caudal").toString("base64")

type Parts = {
  readonly context: Context
  readonly database: Database
  readonly gateway: Child
  readonly receiver: Child
  readonly bare: Child
  readonly hooks: Hooks
}

/** What the slices of a side found. */
type Found = {
  readonly perSecond: number[]
  readonly cpuMs: number[]
  readonly databaseCpuMs: number[]
  readonly p99Ms: number[]
}

/** What was sent in all, and what of it went wrong. */
type Total = { sent: number; again: number; wrongCount: number; missing: number }

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateway")
  const place = await openPlace(context)
  const parts = await startParts(context, place)
  const total: Total = { sent: parts.hooks.endpointIds.length, again: 0, wrongCount: 0, missing: 0 }
  const [all, alone, bare, hanging, without] = [found(), found(), found(), found(), found()]
  const ids = parts.hooks.endpointIds
  const others = ids.slice(0, ENDPOINTS)
  await interleave(
    context,
    [
      outboxSide(parts, total, { name: "four receivers", into: all, endpointIds: others }),
      bareSide(parts, total, bare),
      outboxSide(parts, total, { name: "one receiver", into: alone, endpointIds: ids.slice(0, 1) }),
    ],
    { folder: place.folder, seconds: context.seconds * FULL_SHARE },
  )
  await interleave(
    context,
    [
      besideSide(parts, total, { name: "beside a hanging receiver", into: hanging, hangs: true }),
      besideSide(parts, total, { name: "nobody hangs", into: without, hangs: false }),
    ],
    {
      seconds: (context.seconds * (1 - FULL_SHARE)) / 2,
      slices: context.short ? SHORT_SLICES : HANGING_SLICES,
    },
  )
  const rows = await countRows(parts.database)
  const [ofAll, ofOthers] = [beside(all, bare), beside(hanging, without)]
  return [
    {
      ...ofAll("deliver", "/s", (found) => found.perSecond),
      bar: { is: "≥", limit: BAR_PER_SECOND },
    },
    { name: "deliver, to one receiver", unit: "/s", samples: alone.perSecond },
    {
      ...ofOthers("deliver, beside a hanging receiver: p99", "ms", ({ p99Ms }) => p99Ms),
      bar: { is: "<", limit: HANGING_BAR, of: "ratio" },
    },
    ofAll("deliver, CPU of the gateway for one", "ms", ({ cpuMs }) => cpuMs),
    { name: "deliver, CPU of the database for one", unit: "ms", samples: all.databaseCpuMs },
    one("deliver: delivered in all", "", total.sent, { is: "≥", limit: 1 }),
    none("deliver: not received", total.missing),
    none("deliver: received again", total.again),
    none("deliver: wrong signatures", total.wrongCount),
    none("deliver: received and not marked, or the reverse", rows.delivered - total.sent),
    none("deliver: marked by more tries than one", rows.again + rows.due + rows.others),
  ]
}

async function startParts(
  context: Context,
  place: Awaited<ReturnType<typeof openPlace>>,
): Promise<Parts> {
  const { database, url } = await place.makeDatabase("deliver")
  const gateway = await startGateway(context, {
    databaseUrl: url,
    dataDir: join(place.folder, "gateway"),
    environment: { CAUDAL_SANDBOX_CHAIN: "0" },
  })
  const start = (file: string, settings: unknown) =>
    startChild(context, { file: join(import.meta.dirname, file), settings })
  // The last of them hangs, when one does.
  const receiver = await start("receiver.ts", { count: ENDPOINTS + 1, key: KEY })
  const urls = await receiver.ask<readonly string[]>("urls")
  const wanted: NewHooks = { urls, secret: `whsec_${KEY}` }
  const hooks = await gateway.ask<Hooks>("addHooks", wanted)
  await received(receiver, urls.length)
  await marked(database)
  const body = await receiver.ask<string>("sample")
  const settings: BareSettings = { urls: urls.slice(0, ENDPOINTS), key: KEY, body }
  const parts = { context, database, gateway, receiver, hooks }
  return { ...parts, bare: await start("bare.ts", settings) }
}

const found = (): Found => ({ perSecond: [], cpuMs: [], databaseCpuMs: [], p99Ms: [] })

/** Fills the outbox while its endpoints are switched off, then lets it flow. */
function outboxSide(
  parts: Parts,
  total: Total,
  side: { readonly name: string; readonly into: Found; readonly endpointIds: readonly string[] },
) {
  const { database, gateway, receiver } = parts
  const { endpointIds, into, name } = side
  async function measure(seconds: number): Promise<Found> {
    const count = countFor(parts, seconds)
    await holdBack(database, endpointIds, true)
    await fillOutbox(database, endpointIds, count)
    await receiver.ask("reset")
    const used = await startMeter(gateway, database)
    await holdBack(database, endpointIds, false)
    await received(receiver, count)
    await marked(database)
    const markedMs = performance.timeOrigin + performance.now()
    const { databaseMs, serverMs } = await used(count)
    into.cpuMs.push(serverMs)
    into.databaseCpuMs.push(databaseMs)
    const { firstMs, ids } = await counted(parts, total, count)
    // One that isn't written down would be sent again: it isn't delivered before.
    into.perSecond.push((ids * 1_000) / (markedMs - firstMs))
    total.sent += count
    return into
  }
  return { name, measure, warmUp: (seconds: number) => measure(seconds).then(forget) }
}

/** What the receivers themselves can take, and what a client costs that does nothing else. */
function bareSide(parts: Parts, total: Total, into: Found) {
  const { bare, receiver } = parts
  async function measure(seconds: number): Promise<Found> {
    const count = countFor(parts, seconds)
    await receiver.ask("reset")
    await bare.ask("prepare", count)
    const before = await bare.ask<Usage>("usage")
    const wanted: BareRun = { connections: BARE_CONNECTIONS }
    await bare.ask("run", wanted)
    const usedMs = (await bare.ask<Usage>("usage")).cpuMs - before.cpuMs
    into.cpuMs.push(usedMs / count)
    const { elapsedMs, ids } = await counted(parts, total, count)
    into.perSecond.push((ids * 1_000) / elapsedMs)
    return into
  }
  return {
    name: "a bare loop",
    measure,
    warmUp: (seconds: number) => measure(seconds).then(forget),
  }
}

/** Payments come by and by; everybody is told of each, and one of them hangs or doesn't. */
function besideSide(
  parts: Parts,
  total: Total,
  { hangs, into, name }: { readonly name: string; readonly into: Found; readonly hangs: boolean },
) {
  const { database, gateway, hooks, receiver } = parts
  async function measure(seconds: number): Promise<Found> {
    await receiver.ask("reset")
    await receiver.ask("hang", { place: hangs ? ENDPOINTS : null })
    const { merchantName } = hooks
    const wanted: Charges = { merchantName, perSecond: CREATES_PER_SECOND, seconds }
    const count = await gateway.ask<number>("charge", wanted)
    await received(receiver, count * ENDPOINTS)
    const { latenciesMs } = await receiver.ask<Received>("received")
    into.p99Ms.push(quantile(latenciesMs.slice(0, count * ENDPOINTS), 0.99))
    // Who hung answers now, and is told the rest.
    await receiver.ask("hang", { place: null })
    await received(receiver, count * (ENDPOINTS + 1))
    await marked(database)
    await counted(parts, total, count * (ENDPOINTS + 1))
    total.sent += count * (ENDPOINTS + 1)
    return into
  }
  return { name, measure, warmUp: (seconds: number) => measure(seconds).then(forget) }
}

/** What a warm-up found doesn't count. */
function forget({ cpuMs, databaseCpuMs, p99Ms, perSecond }: Found): void {
  for (const samples of [cpuMs, databaseCpuMs, p99Ms, perSecond]) samples.length = 0
}

function countFor({ context }: Parts, seconds: number): number {
  return Math.ceil(seconds * (context.short ? SHORT_FILL_PER_SECOND : FILL_PER_SECOND))
}

/** What was received in a slice, added to the whole; what was wrong is said. */
async function counted(parts: Parts, total: Total, count: number): Promise<Received> {
  const got = await parts.receiver.ask<Received>("received")
  total.again += got.again
  total.wrongCount += got.wrongCount
  total.missing += Math.abs(count - got.ids)
  for (const sentence of got.wrong) parts.context.note(sentence)
  return got
}

function received(receiver: Child, count: number): Promise<void> {
  return until(`${count} are received`, async () => (await receiver.ask<number>("count")) >= count)
}

function marked(database: Database): Promise<void> {
  return until("all are marked", async () => (await countDue(database)) === 0)
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + DRAIN_MS
  while (!(await holds())) {
    if (performance.now() > giveUpMs) throw new Error(`waited in vain until ${what}`)
    await sleep(POLL_MS)
  }
}

export const deliver: Bench = {
  about: "signed webhooks out of the outbox, sent and written down by one process",
  seconds: 60,
  run,
}
