/** Transfers on one merchant's account as fast as they go, each locked, checked and answered. */
import { join } from "node:path"
import type { Database } from "../../src/db/database.ts"
import { migrate } from "../../src/db/migrate.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { astray, readBooks } from "../books.ts"
import { type Child, startChild } from "../children.ts"
import type { Load } from "../clients.ts"
import type { Access } from "../controls/server.ts"
import { quantile } from "../figures.ts"
import { startGateway } from "../gateways.ts"
import { startMeter, type Used } from "../meter.ts"
import { openPlace } from "../place.ts"
import { nativeKeys } from "../sandbox-keys.ts"
import { interleave } from "../sides.ts"
import { AMOUNT, ASSET, makeTopUps, type TopUps } from "./top-ups.ts"

const MIGRATIONS = join(import.meta.dirname, "..", "..", "migrations")
const CONNECTIONS = 64
const PER_SECOND_BAR = 15_000
const RATIO_BAR = 8
const SECONDS = 30

type Server = { readonly topUps: TopUps; readonly child: Child; readonly database: Database }
type Slice = Used & { readonly load: Load }

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateway and its control")
  const place = await openPlace(context)
  const { database, url: databaseUrl } = await place.makeDatabase("hot")
  const dataDir = join(place.folder, "gateway")
  const environment = { CAUDAL_SANDBOX_CHAIN: "0" }
  const gateway = await startGateway(context, { databaseUrl, dataDir, environment })
  const { baseUrl, operatorKey } = nativeKeys(dataDir)
  const url = `${baseUrl}/operator/top-ups`
  const merchant = await demoMerchant(database)
  const ours = { topUps: makeTopUps(url, operatorKey, merchant), child: gateway, database }
  const before = await bookedOn(database, merchant)

  const control = await place.makeDatabase("hot_plain")
  await migrate(control.database, MIGRATIONS)
  const settings = { databaseUrl: control.url, asset: ASSET }
  const plain = await startChild(context, { file: join(import.meta.dirname, "plain.ts"), settings })
  const access = await plain.ask<Access & { merchant: string }>("access")
  const plainUrl = `${access.baseUrl}/v1/operator/top-ups`
  const theirs = {
    topUps: makeTopUps(plainUrl, access.key, access.merchant),
    child: plain,
    database: control.database,
  }

  const slices: Slice[] = []
  const controls: Slice[] = []
  const warmed: Slice[] = []
  const side = (name: string, server: Server, into: Slice[]) => ({
    name,
    warmUp: async (seconds: number) => warmed.push(await measure(server, seconds)),
    measure: async (seconds: number) => into.push(await measure(server, seconds)),
  })
  await interleave(
    context,
    [side("the gateway", ours, slices), side("the plain server", theirs, controls)],
    { folder: place.folder },
  )

  const loads = [...warmed, ...slices, ...controls].map(({ load }) => load)
  for (const wrong of loads.flatMap((load) => load.wrong)) context.note(`wrong answer: ${wrong}`)
  const wrongCount = loads.reduce((sum, load) => sum + load.wrongCount, 0)
  const { amount, rows } = await bookedOn(database, merchant)
  const their = await bookedOn(control.database, access.merchant)
  const booked = rows - before.rows
  const both = [await readBooks(database), await readBooks(control.database)]
  const rates = { samples: perSecond(slices), control: perSecond(controls), unit: "/s" }
  return [
    { name: "hot", ...rates, bar: { is: "≥", limit: RATIO_BAR, of: "ratio" } },
    { name: "hot, a second", ...rates, bar: { is: "≥", limit: PER_SECOND_BAR } },
    latency("hot, median", slices, controls, 0.5),
    latency("hot, p99", slices, controls, 0.99),
    cpu("hot, CPU of the server", slices, controls, ({ serverMs }) => serverMs),
    cpu("hot, CPU of the database", slices, controls, ({ databaseMs }) => databaseMs),
    none("hot: wrong answers", wrongCount),
    none(
      "hot: transfers without an answer, or the reverse",
      Math.abs(booked - ours.topUps.counts.booked) +
        Math.abs(their.rows - theirs.topUps.counts.booked),
    ),
    none("hot: centavos astray", Math.abs(amount - before.amount - booked * AMOUNT)),
    none("hot: books that don't add up", astray(both[0]!) + astray(both[1]!)),
  ]
}

async function demoMerchant(database: Database): Promise<string> {
  const { rows } = await database.query<{ id: string }>("select id from merchants limit 1")
  return rows[0]!.id
}

/** What was paid into a merchant's wallet, by its transfers and by its balance. */
async function bookedOn(database: Database, merchantId: string) {
  const { rows } = await database.query<{ rows: number; amount: number }>(
    `select count(t.id)::int as rows, a.balance::float8 as amount
from accounts a left join transfers t on t.credit_id = a.id
where a.merchant_id = $1 and a.kind = 'available' and a.asset = $2 group by a.id`,
    [merchantId, ASSET],
  )
  return rows[0]!
}

async function measure({ child, database, topUps }: Server, seconds: number): Promise<Slice> {
  const stopMeter = await startMeter(child, database)
  const load = await topUps.run(seconds, CONNECTIONS)
  const { databaseMs, serverMs } = await stopMeter()
  const each = (ms: number) => ms / Math.max(1, load.inTime + load.late)
  return { load, serverMs: each(serverMs), databaseMs: each(databaseMs) }
}

function perSecond(slices: readonly Slice[]): number[] {
  return slices.map(({ load }) => (load.inTime * 1_000) / load.elapsedMs)
}

function latency(name: string, slices: readonly Slice[], controls: readonly Slice[], q: number) {
  const of = (all: readonly Slice[]) =>
    all.map(({ load }) => quantile(Array.from(load.latenciesMs), q))
  return { name, unit: "ms", samples: of(slices), control: of(controls) }
}

function cpu(
  name: string,
  slices: readonly Slice[],
  controls: readonly Slice[],
  of: (slice: Slice) => number,
): Measured {
  return { name, unit: "ms", samples: slices.map(of), control: controls.map(of) }
}

function none(name: string, value: number): Measured {
  return { name, unit: "", samples: [value], bar: { is: "=", limit: 0 } }
}

export const hot: Bench = {
  about: "transfers on one merchant's account, each checked against its floor, over HTTP",
  seconds: SECONDS,
  run,
}
