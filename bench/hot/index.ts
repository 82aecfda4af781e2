/** Transfers on one merchant's account as fast as they go, each locked, checked and answered. */
import { join } from "node:path"
import type { Database } from "../../src/db/database.ts"
import { migrate } from "../../src/db/migrate.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { astray, readBooks } from "../books.ts"
import { type Child, startChild } from "../children.ts"
import type { Access } from "../controls/server.ts"
import { demoMerchant, startGateway } from "../gateways.ts"
import { none, perSecond } from "../measures.ts"
import { startMeter } from "../meter.ts"
import { measurePair, type Slice } from "../pair.ts"
import { openPlace } from "../place.ts"
import { nativeKeys } from "../sandbox-keys.ts"
import { AMOUNT, ASSET, makeTopUps, type TopUps } from "./top-ups.ts"

const MIGRATIONS = join(import.meta.dirname, "..", "..", "migrations")
const CONNECTIONS = 64
const PER_SECOND_BAR = 15_000
const RATIO_BAR = 8
const SECONDS = 30

type Server = { readonly topUps: TopUps; readonly child: Child; readonly database: Database }

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

  const figures = await measurePair(context, {
    name: "hot",
    request: "hot",
    bars: { ratio: RATIO_BAR, perSecond: PER_SECOND_BAR },
    folder: place.folder,
    gateway: (seconds) => measure(ours, seconds),
    plain: (seconds) => measure(theirs, seconds),
  })
  const { amount, rows } = await bookedOn(database, merchant)
  const their = await bookedOn(control.database, access.merchant)
  const booked = rows - before.rows
  const both = [await readBooks(database), await readBooks(control.database)]
  return [
    ...figures,
    none(
      "hot: transfers without an answer, or the reverse",
      Math.abs(booked - ours.topUps.counts.booked) +
        Math.abs(their.rows - theirs.topUps.counts.booked),
    ),
    none("hot: centavos astray", amount - before.amount - booked * AMOUNT),
    none("hot: books that don't add up", astray(both[0]!) + astray(both[1]!)),
  ]
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
  const used = await stopMeter(load.inTime + load.late)
  return { ...used, load, perSecond: perSecond(load) }
}

export const hot: Bench = {
  about: "transfers on one merchant's account, each checked against its floor, over HTTP",
  seconds: SECONDS,
  run,
}
