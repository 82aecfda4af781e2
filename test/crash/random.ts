/**
 * Kills a gateway, its database or both at random moments while payments are created by five APIs,
 * and looks after each kill and at the end whether anything was lost or doubled.
 */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { hostClock, makeIds } from "../../src/clock.ts"
import { verifyBooks } from "../../src/core/verify/whole.ts"
import type { Database } from "../../src/db/database.ts"
import { openBooks } from "../../src/rails/simulator/books.ts"
import { lastFirst } from "../support/cleanup.ts"
import type { Cleanup } from "../support/database.ts"
import { type KillLoad, startKillLoad } from "../support/kill-load.ts"
import { type MortalGateway, mortalGateway } from "../support/mortal-gateway.ts"

export type Wanted = {
  readonly kills: number
  /** Chooses victims and moments. */
  readonly seed: number
  /** After so long no more is killed; null: after all kills. */
  readonly seconds: number | null
  /** Hears how it goes, after each kill. */
  readonly progress?: (done: number) => void
  readonly signal?: AbortSignal
}

export const VICTIMS = ["gateway", "database", "both"] as const
type Victim = (typeof VICTIMS)[number]

export type Summary = {
  readonly kills: Readonly<Record<Victim, number>>
  readonly acknowledged: number
  /** Payments that were acknowledged and are gone. */
  readonly lost: number
  /** Requests that made more than one payment, and attempts for which money moved twice. */
  readonly doubled: number
  /** Webhooks that came, their tries together, and those that changed or that never came. */
  readonly told: number
  readonly tries: number
  readonly changed: number
  readonly untold: number
  /** What `verify` has against the books. */
  readonly wrong: number
  /** From each kill until a request that was sent after it was acknowledged. */
  readonly recoveriesMs: readonly number[]
}

/** The moment of a kill: so long after the one before it was recovered from. */
const LIVES_MS = { least: 50, most: 450 }
/** Far more than a request takes of a gateway that is ready, also on a busy machine. */
const RECOVERED_MS = 60_000
/** Webhooks of a dead process wait for their lease, attempts for theirs and for a look. */
const QUIET_MS = 120_000

/** Kills as wanted, and answers what came of it. Throws where the gateway doesn't come back. */
export async function killAtRandom(testContext: Cleanup, wanted: Wanted): Promise<Summary> {
  const context = lastFirst(testContext)
  const receiver = await startReceiver(context)
  const gateway = await mortalGateway(context, receiver.url, { CAUDAL_SANDBOX_CHAIN: "0" })
  await gateway.start()
  const merchantId = await gateway.withDatabase(demoMerchant)
  const load = await startKillLoad(gateway.credentials(), merchantId)
  context.after(() => load.end().catch(() => undefined))
  const random = randomOf(wanted.seed)
  const kills = { gateway: 0, database: 0, both: 0 }
  const recoveriesMs: number[] = []
  const checked = new Set<string>()
  let lost = 0
  const endMs = performance.now() + (wanted.seconds ?? Number.POSITIVE_INFINITY) * 1_000
  for (let done = 1; done <= wanted.kills; done += 1) {
    if (performance.now() > endMs || wanted.signal?.aborted) break
    await sleep(LIVES_MS.least + random() * (LIVES_MS.most - LIVES_MS.least))
    const victim = victimAt(random())
    recoveriesMs.push(await killOnce(gateway, load, victim))
    kills[victim] += 1
    lost += await gateway.withDatabase((database) => missing(database, load, checked))
    wanted.progress?.(done)
  }
  await load.finish()
  await untilQuiet(gateway)
  const found = await gateway.withDatabase((database) => looked(database, load, gateway.dataDir))
  const heard = await gateway.withDatabase((database) => receiver.compare(database))
  return {
    ...{ kills, recoveriesMs, acknowledged: load.acknowledged.size },
    ...found,
    ...heard,
    lost: Math.max(lost, found.lost),
  }
}

/** Kills, starts again what doesn't start by itself, and answers how long nobody was served. */
async function killOnce(gateway: MortalGateway, load: KillLoad, victim: Victim): Promise<number> {
  const killedMs = performance.now()
  const database = victim === "gateway" ? null : gateway.killDatabase()
  if (victim !== "database") {
    await gateway.kill()
    await gateway.start()
  }
  await database?.replaced()
  return (await load.nextAnswer(RECOVERED_MS)) - killedMs
}

/** Half of the kills each, and now and then both at once. */
function victimAt(chance: number): Victim {
  if (chance < 0.45) return "gateway"
  return chance < 0.9 ? "database" : "both"
}

/** Numbers in [0, 1) that follow from a seed: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export async function demoMerchant(database: Database): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    "select id from merchants where name = 'Demo'",
  )
  return rows[0]!.id
}

/** How many of those that were acknowledged since the last look aren't there. */
async function missing(
  database: Database,
  { acknowledged }: KillLoad,
  checked: Set<string>,
): Promise<number> {
  const fresh = [...acknowledged].filter(([request]) => !checked.has(request))
  for (const [request] of fresh) checked.add(request)
  return gone(
    database,
    fresh.map(([, id]) => id),
  )
}

async function gone(database: Database, ids: readonly string[]): Promise<number> {
  const { rows } = await database.query<{ gone: number }>(
    `select count(*)::int as gone from unnest($1::uuid[]) as a (id)
where not exists (select from payments p where p.id = a.id)`,
    [ids],
  )
  return rows[0]!.gone
}

/** Waits until nothing is under way any more. */
async function untilQuiet(gateway: MortalGateway): Promise<void> {
  await gateway.passLeases()
  const giveUpMs = performance.now() + QUIET_MS
  for (;;) {
    const busy = await gateway.withDatabase(async (database) => {
      const { rows } = await database.query<{ busy: number }>(
        `select (select count(*) from deliveries where state = 'due')::int
  + (select count(*) from attempts where state in ('waiting', 'unknown', 'approved'))::int as busy`,
      )
      return rows[0]!.busy
    })
    if (busy === 0) return
    assert.ok(performance.now() < giveUpMs, `${busy} things are still under way`)
    await sleep(250)
  }
}

/** Compares all that is there with what was asked for, and with the simulated world's books. */
async function looked(database: Database, load: KillLoad, dataDir: string) {
  const ids = [...load.acknowledged.values()]
  const lost = await gone(database, ids)
  const { rows } = await database.query<{ all: number; attempts: string[] }>(
    `select (select count(*) from payments)::int as all,
  array(select id::text from attempts where state = 'settled') as attempts`,
  )
  const { all, attempts } = rows[0]!
  const clock = hostClock()
  const world = openBooks({ clock, ids: makeIds(clock), dir: dataDir })
  const asked = world.all().map(({ lines }) => lines.filter(({ ask }) => ask).length)
  const twice = asked.filter((times) => times > 1).length
  // Each request was answered in the end, so whatever is beyond them is a second one.
  const more = all - new Set(ids).size + (load.acknowledged.size - new Set(ids).size)
  const moved = new Set(world.all().map(({ attemptId }) => attemptId))
  const unmoved = attempts.filter((id) => !moved.has(id)).length
  const wrong = (await verifyBooks(database)).length
  return { lost, doubled: more + twice, wrong: wrong + unmoved }
}

/** A merchant's server, which keeps of each webhook what tells one form of it from another. */
export async function startReceiver(context: Cleanup) {
  const forms = new Map<string, string>()
  let tries = 0
  let changed = 0
  const server = createServer((request, response) => {
    const hash = createHash("sha256")
    request.on("data", (part: Buffer) => hash.update(part))
    request.on("end", () => {
      const id = String(request.headers["webhook-id"])
      const form = hash.digest("base64")
      tries += 1
      if ((forms.get(id) ?? form) !== form) changed += 1
      forms.set(id, form)
      response.writeHead(200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  context.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    /** A delivery's id is that of its webhook. */
    async compare(database: Database) {
      const { rows } = await database.query<{ id: string }>("select id from deliveries")
      const ids = new Set(rows.map(({ id }) => id))
      const untold = [...ids].filter((id) => !forms.has(id)).length
      const strange = [...forms.keys()].filter((id) => !ids.has(id)).length
      return { told: forms.size, tries, changed: changed + strange, untold }
    },
  }
}
