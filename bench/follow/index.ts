/** How well a busy chain is followed: how far behind, at what cost, how soon the callback comes. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { hostClock } from "../../src/clock.ts"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import type { Database } from "../../src/db/database.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild, type Usage } from "../children.ts"
import { median, quantile } from "../figures.ts"
import type { GatewaySettings, Opened } from "../gateway.ts"
import { startGateway } from "../gateways.ts"
import { none, one, sum } from "../measures.ts"
import { openPlace, watchDisk } from "../place.ts"
import type { ChainSettings, Mined } from "./chain.ts"
import type { LeastSettings } from "./least.ts"
import { copyOpen, readBooked, readTip } from "./open.ts"
import { type Receiver, startReceiver } from "./receiver.ts"

const CHAIN = {
  chainId: 7_700_001,
  token: `0x${"c0".repeat(20)}`,
  decimals: 6,
  blocksPerSecond: 3,
  logsPerBlock: 2_000,
  paidPerBlock: 2,
  // The 10.00 dollars of the payment that is copied.
  amount: "10000000",
} as const
const NAME = `eip155:${CHAIN.chainId}`
const OPEN = 100_000
const SHORT_OPEN = 2_000

/** Half a second at the least, so more than one block of this chain: see `WATCH_LIMITS`. */
const POLL_MS = 500
/** One: what is measured is the gateway and not the chain. */
const CONFIRMATIONS = 1
const LATENCY_BAR_MS = 2 * POLL_MS + ((CONFIRMATIONS - 1) * 1_000) / CHAIN.blocksPerSecond
const SAMPLE_MS = 250
/** A slice of the figures: long enough for some garbage to be collected in each. */
const SLICE_MS = 5_000
/** Some reads of the control, however short the bench. */
const CONTROL_MIN_MS = 1_200
const MB = 1024 * 1024
/** Caches fill and functions are compiled before it counts. */
const WARM_UP_MS = 3_000
/** After the last transfer: callbacks that come later have failed once already. */
const DRAIN_MS = 20_000

type Story = {
  readonly mined: Mined[]
  /** How many blocks behind, by what was committed, sample by sample. */
  readonly behind: number[]
  /** CPU time as a share of one core, and megabytes, slice by slice. */
  readonly cpu: number[]
  readonly rss: number[]
}

async function run(context: Context): Promise<readonly Measured[]> {
  const open = context.short ? SHORT_OPEN : OPEN
  context.stage("starting the chain and the database")
  const place = await openPlace(context)
  const { database, url } = await place.makeDatabase("follow")
  const noteDisk = watchDisk(context, place.folder)
  const story: Story = { mined: [], behind: [], cpu: [], rss: [] }
  const chainSettings: ChainSettings = { ...CHAIN, open }
  const chain = await startChild(context, {
    file: fileOf("chain.ts"),
    settings: chainSettings,
    hear: (mined: Mined) => story.mined.push(mined),
  })
  const rpcUrl = await chain.ask<string>("url")
  const leastSettings: LeastSettings = { url: rpcUrl, token: CHAIN.token, everyMs: POLL_MS }
  const least = await startChild(context, { file: fileOf("least.ts"), settings: leastSettings })

  context.stage("the control, before")
  const control = [await controlOf(context, least)]
  context.stage("starting the gateway")
  const receiver = await startReceiver(context)
  const gateway = await startGateway(
    context,
    settingsOf({ url, rpcUrl, dataDir: join(place.folder, "data") }),
  )
  const opened = await gateway.ask<Opened>("open", { webhookUrl: receiver.url })
  context.stage(`opening ${open} payments`)
  const { paymentId } = opened
  await copyOpen(database, { paymentId, count: open, now: hostClock().now() })

  await chain.ask("pay", true)
  await untilRead(context, database, story)
  await sleep(context.short ? 0 : WARM_UP_MS, undefined, context)
  await measure(context, { gateway, database, story })
  await chain.ask("pay", false)
  context.stage("waiting for the last callbacks")
  const paid = await drain(context, { database, receiver, story })
  await gateway.stop()
  context.stage("the control, behind")
  control.push(await controlOf(context, least))
  noteDisk()
  context.note(`${paid.size} transfers to ${open} open addresses, in ${story.mined.length} blocks.`)

  const booked = await readBooked(database, { ...CHAIN, ...opened })
  const wrong = await verifyBooks(database)
  return figuresOf(story, { paid, receiver, control, ...booked, wrong: wrong.length })
}

const fileOf = (name: string) => join(import.meta.dirname, name)

type Parts = Record<"dataDir" | "rpcUrl" | "url", string>

function settingsOf({ dataDir, rpcUrl, url }: Parts): GatewaySettings {
  const token = { symbol: "TUSD", address: CHAIN.token, decimals: CHAIN.decimals, peg: "USD" }
  const chain = {
    chainId: CHAIN.chainId,
    name: "Bench",
    rpc: [{ url: rpcUrl, trusted: true }],
    confirmations: CONFIRMATIONS,
    blockMs: Math.round(1_000 / CHAIN.blocksPerSecond),
    tokens: [token],
  }
  return {
    databaseUrl: url,
    dataDir,
    environment: { CAUDAL_SANDBOX_CHAIN: "0" },
    rails: { evm: { chains: [chain] } },
  }
}

/** The control's share of a core: a quarter of the time before, and a quarter behind. */
async function controlOf(context: Context, least: Child): Promise<number> {
  await least.ask("run", true)
  const before = await least.ask<Usage>("usage")
  const beganMs = performance.now()
  await sleep(Math.max(CONTROL_MIN_MS, (context.seconds * 1_000) / 4), undefined, context)
  const after = await least.ask<Usage>("usage")
  const share = (after.cpuMs - before.cpuMs) / (performance.now() - beganMs)
  const { logs } = await least.ask<{ logs: number }>("run", false)
  if (logs === 0) throw new Error("the control read nothing")
  return share
}

/** The first read begins at the head; what is paid before isn't measured, but it must be booked. */
async function untilRead(context: Context, database: Database, { mined }: Story): Promise<void> {
  const giveUpMs = performance.now() + DRAIN_MS
  while (performance.now() < giveUpMs) {
    const tip = await readTip(database, NAME)
    if (tip !== null && mined.at(-1)!.number - tip <= 3) return
    await sleep(SAMPLE_MS, undefined, context)
  }
  throw new Error("the gateway doesn't read the chain")
}

type Followed = { readonly gateway: Child; readonly database: Database; readonly story: Story }

async function measure(context: Context, { database, gateway, story }: Followed): Promise<void> {
  context.stage("following")
  const beganMs = performance.now()
  const endsMs = beganMs + context.seconds * 1_000
  const sliceMs = Math.min(SLICE_MS, (context.seconds * 1_000) / 3)
  let before = await gateway.ask<Usage>("usage")
  let beforeMs = beganMs
  while (performance.now() < endsMs) {
    await sleep(SAMPLE_MS, undefined, context)
    const head = story.mined.at(-1)!.number
    story.behind.push(Math.max(0, head - ((await readTip(database, NAME)) ?? 0)))
    const nowMs = performance.now()
    context.progress((nowMs - beganMs) / (endsMs - beganMs))
    if (nowMs - beforeMs < sliceMs) continue
    const after = await gateway.ask<Usage>("usage")
    story.cpu.push((after.cpuMs - before.cpuMs) / (performance.now() - beforeMs))
    story.rss.push(after.rssBytes / MB)
    before = after
    beforeMs = performance.now()
  }
  const { peakRssBytes } = await gateway.ask<Usage>("usage")
  story.rss.push(peakRssBytes / MB)
}

/** Waits until everything that was paid was called back, and is written down as called back. */
async function drain(
  context: Context,
  { database, receiver, story }: Omit<Followed, "gateway"> & { readonly receiver: Receiver },
): Promise<ReadonlyMap<string, number>> {
  const paid = new Map(story.mined.flatMap(({ atMs, paid }) => paid.map((hash) => [hash, atMs])))
  const giveUpMs = performance.now() + DRAIN_MS
  while (performance.now() < giveUpMs) {
    const isTold = [...paid.keys()].every((hash) => receiver.calls.has(hash))
    if (isTold && (await dueDeliveries(database)) === 0) break
    await sleep(SAMPLE_MS, undefined, context)
  }
  return paid
}

async function dueDeliveries(database: Database): Promise<number> {
  const { rows } = await database.query<{ due: number }>(
    "select count(*)::int as due from deliveries where state = 'due'",
  )
  return rows[0]!.due
}

type Found = {
  readonly paid: ReadonlyMap<string, number>
  readonly receiver: Receiver
  readonly control: readonly number[]
  readonly right: number
  readonly touched: number
  readonly sightings: number
  readonly wrong: number
}

function figuresOf({ behind, cpu, rss }: Story, found: Found): readonly Measured[] {
  const { control, paid, receiver, right, sightings, touched, wrong } = found
  const latencies = [...paid].flatMap(([hash, atMs]) => {
    const [firstMs] = receiver.calls.get(hash) ?? []
    return firstMs === undefined ? [] : [firstMs - atMs]
  })
  const told = sum([...receiver.calls.values()].map((calls) => calls.length))
  const third = Math.ceil(behind.length / 3)
  const mean = (samples: readonly number[]) => sum(samples) / Math.max(1, samples.length)
  const growth = mean(behind.slice(-third)) - mean(behind.slice(0, third))
  return [
    one("behind, at the end", "blocks", behind.at(-1)!, { is: "≤", limit: 3 }),
    one("behind, at the worst", "blocks", Math.max(...behind), { is: "≤", limit: 3 }),
    // A trend of less than a block is noise of when one looks.
    one("behind, last third more than first", "blocks", growth, { is: "≤", limit: 1 }),
    { name: "CPU", unit: "of a core", samples: cpu, control, bar: { is: "<", limit: 0.5 } },
    { name: "memory", unit: "MB", samples: rss },
    one("memory, at the worst", "MB", Math.max(...rss), { is: "<", limit: 300 }),
    one("block to callback, median", "ms", median(latencies)),
    one("block to callback, p99", "ms", quantile(latencies, 0.99), {
      is: "<",
      limit: LATENCY_BAR_MS,
    }),
    one("transfers that paid", "", paid.size, { is: "≥", limit: 1 }),
    none("not booked exactly once", paid.size - right),
    none("booked otherwise", Math.abs(touched - right) + Math.abs(sightings - right)),
    none("not called back exactly once", callsWrong(paid, receiver, told)),
    none("rows that the books disagree on", wrong),
  ]
}

function callsWrong(paid: ReadonlyMap<string, number>, { calls }: Receiver, told: number): number {
  const once = [...paid.keys()].filter((hash) => calls.get(hash)?.length === 1).length
  return Math.max(paid.size, told) - once
}

export const follow: Bench = {
  about: "follows 3 blocks/s of 2,000 transfers each, with 100,000 open addresses",
  seconds: 60,
  run,
}
