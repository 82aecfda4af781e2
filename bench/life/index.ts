/** Whole lives: payments are created, approved and booked, and their merchant is told. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Database } from "../../src/db/database.ts"
import { migrate } from "../../src/db/migrate.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { astray, readBooks } from "../books.ts"
import { type Child, startChild } from "../children.ts"
import type { Access } from "../controls/server.ts"
import type { Sandbox } from "../gateway.ts"
import { startGateway } from "../gateways.ts"
import { none, sum } from "../measures.ts"
import { startMeter } from "../meter.ts"
import { measurePair, type Slice } from "../pair.ts"
import { openPlace } from "../place.ts"
import { withKey } from "../sandbox-keys.ts"
import { type Api, type Lives, makeLives } from "./lives.ts"
import type { Received } from "./receiver.ts"
import { countRows, isDrained } from "./rows.ts"

const MIGRATIONS = join(import.meta.dirname, "..", "..", "migrations")
const CONNECTIONS = 64
const PER_SECOND_BAR = 3_500
const RATIO_BAR = 4
const SECONDS = 30
const POLL_MS = 10
/** Beyond it something is stuck. */
const DRAIN_MS = 60_000
const JSON_ONLY = { "content-type": "application/json" }

/** The gateway, or its control. `isTold`: a slice is over when all of it is delivered. */
type Server = {
  readonly lives: Lives
  readonly child: Child
  readonly database: Database
  readonly isTold: boolean
}

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateway and its control")
  const place = await openPlace(context)
  const { database, url: databaseUrl } = await place.makeDatabase("life")
  const gateway = await startGateway(context, {
    databaseUrl,
    dataDir: join(place.folder, "gateway"),
    environment: { CAUDAL_SANDBOX_CHAIN: "0" },
  })
  const { caudal, pentagoo } = await gateway.ask<Sandbox>("sandbox")
  const oauth = `${pentagoo.key}:${pentagoo.secret}`
  const vendor = { baseUrl: pentagoo.baseUrl, headers: { ...JSON_ONLY, oauth } }
  const native = { baseUrl: caudal.baseUrl, headers: withKey(caudal.apiKey) }
  const child = (file: string, settings: unknown) =>
    startChild(context, { file: join(import.meta.dirname, file), settings })
  const receiver = await child("receiver.ts", null)
  await listen(receiver, native)

  const control = await place.makeDatabase("life_plain")
  await migrate(control.database, MIGRATIONS)
  const plain = await child("plain.ts", { databaseUrl: control.url })
  const access = await plain.ask<Access>("access")
  const plainly = (path: string) => ({
    baseUrl: access.baseUrl + path,
    headers: withKey(access.key),
  })
  const ours = { lives: makeLives(vendor, native), child: gateway, database, isTold: true }
  const theirs = {
    lives: makeLives(plainly("/pentagoo"), plainly("/v1")),
    child: plain,
    database: control.database,
    isTold: false,
  }
  const figures = await measurePair(context, {
    name: "life",
    request: "life, a request",
    bars: { ratio: RATIO_BAR, perSecond: PER_SECOND_BAR },
    folder: place.folder,
    gateway: (seconds) => measure(ours, seconds),
    plain: (seconds) => measure(theirs, seconds),
  })
  const received = await receiver.ask<Received>("received")
  for (const wrong of received.wrong) context.note(`wrong message: ${wrong}`)
  const both = [await counted(ours), await counted(theirs)]
  const { deliveries, delivered, tries } = await countRows(database)
  const { approved } = ours.lives.counts
  return [
    ...figures,
    none("life: payments without an answer, or the reverse", sum(both.map(({ off }) => off))),
    none("life: books that don't add up", sum(both.map(({ books }) => books))),
    none("life: payments without their two events", sum(both.map(({ gaps }) => gaps))),
    none("life: ends without their delivery, or the reverse", sum(both.map(({ owed }) => owed))),
    none("life: not told", approved - received.ids - received.wrongCount),
    none("life: not marked as told", approved - delivered),
    none("life: told otherwise than once", tries - deliveries + received.again),
    none("life: ends that were not heard of", approved - received.payments),
    none("life: messages that are not signed right", received.wrongCount),
  ]
}

/** Has the demo merchant be told at one address, as the vendor tells: of approvals alone. */
async function listen(receiver: Child, { baseUrl, headers }: Api): Promise<void> {
  const url = await receiver.ask<string>("url")
  const response = await fetch(`${baseUrl}/endpoints`, {
    method: "POST",
    headers,
    body: JSON.stringify({ url, dialect: "pentagoo" }),
  })
  const answer = await response.text()
  if (response.status !== 201) throw new Error(answer)
  await receiver.ask("trust", JSON.parse(answer).secret)
}

/** One slice: lives for so long, until the last of them is told of. */
async function measure(server: Server, seconds: number): Promise<Slice> {
  const { child, database, isTold, lives } = server
  const before = lives.counts.approved
  const stopMeter = await startMeter(child, database)
  const beganMs = performance.now()
  const load = await lives.run(seconds, CONNECTIONS)
  const endsMs = performance.now() + DRAIN_MS
  while (isTold && !(await isDrained(database))) {
    if (performance.now() > endsMs) throw new Error(`not told within ${DRAIN_MS} ms`)
    await sleep(POLL_MS)
  }
  const elapsedMs = performance.now() - beganMs
  const count = lives.counts.approved - before
  return { ...(await stopMeter(count)), load, perSecond: (count * 1_000) / elapsedMs }
}

/** What a server answered beside what its database has. */
async function counted({ database, lives }: Server) {
  const { approved, created, gaps, owed } = await countRows(database)
  const { counts } = lives
  return {
    off: Math.abs(created - counts.created) + Math.abs(approved - counts.approved),
    gaps,
    owed,
    books: astray(await readBooks(database)),
  }
}

export const life: Bench = {
  about:
    "payments created, approved, booked, and told of by a signed webhook that is marked as told",
  seconds: SECONDS,
  run,
}
