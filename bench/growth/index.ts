/** What a year of payments does to a gateway: creates and lists, beside a gateway that is new. */
import { join } from "node:path"
import { hostClock } from "../../src/clock.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { type Child, startChild } from "../children.ts"
import type { Target } from "../create/kinds.ts"
import { type CreateSide, createSide, freeze, type Server } from "../create/sides.ts"
import type { Sandbox } from "../gateway.ts"
import { demoMerchant, startGateway } from "../gateways.ts"
import { beside, latencies, none, one, perSecond, sum } from "../measures.ts"
import { openPlace, type Place } from "../place.ts"
import { interleave, type Side } from "../sides.ts"
import { fill } from "./fill.ts"
import { type Listed, listNewest } from "./list.ts"
import { countSince, gigabytes } from "./rows.ts"

/** A year of a gateway with a payment every six seconds; on a small scale, of an hour. */
const PAYMENTS = 5_000_000
const SHORT_PAYMENTS = 5_000
/** Lists a second: merchants who look, not a load. */
const LISTS_PER_SECOND = 200
const LIST_CONNECTIONS = 8
const SHORT_WARM_UP_S = 0.2

type Grown = Server & { readonly target: Target }
type ListSide = Side & { readonly listed: Listed[] }

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateways")
  const place = await openPlace(context)
  const full = await start(context, place, "full")
  const empty = await start(context, place, "empty")
  const clock = hostClock()
  const count = context.short ? SHORT_PAYMENTS : PAYMENTS
  const merchantId = await demoMerchant(full.database)
  const beganMs = clock.elapsedMs()
  await fill(context, full.database, { merchantId, count, now: clock.now() })
  const seconds = Math.round((clock.elapsedMs() - beganMs) / 1_000)
  const size = (await gigabytes(full.database)).toFixed(1)
  context.note(`${count} payments of a year, ${size} GB, written in ${seconds} s.`)

  const file = join(import.meta.dirname, "..", "create", "load.ts")
  const load = await startChild(context, { file, settings: null })
  const since = clock.now()
  const creates = {
    full: createSide("creates, full", context, load, full, full.target),
    empty: createSide("creates, empty", context, load, empty, empty.target),
  }
  const lists = { full: listSide(context, full), empty: listSide(context, empty) }
  const sides = [analyzed(creates.full), creates.empty, lists.full, lists.empty]
  await interleave(context, sides, {
    folder: place.folder,
    ...(context.short && { warmUpSeconds: SHORT_WARM_UP_S }),
  })
  context.stage("counting")
  const astray = [
    await astrayOf(full, creates.full, since),
    await astrayOf(empty, creates.empty, since),
  ]
  return figures(context, { creates, lists, astray })
}

async function start(context: Context, place: Place, name: string): Promise<Grown> {
  const { database, url } = await place.makeDatabase(name)
  const child: Child = await startGateway(context, {
    databaseUrl: url,
    dataDir: join(place.folder, name),
    environment: { CAUDAL_SANDBOX_CHAIN: "0" },
  })
  const { caudal } = await child.ask<Sandbox>("sandbox")
  const headers = { authorization: `Bearer ${caudal.apiKey}` }
  const target: Target = { kind: "native", baseUrl: caudal.baseUrl, headers }
  await freeze({ child, database }, context)
  return { child, database, target }
}

/** Warms up by a slice that isn't kept: its tables are known, and looking again takes a minute. */
function analyzed(side: CreateSide): Side {
  return {
    ...side,
    async warmUp(seconds) {
      await side.measure(seconds)
      side.loads.length = 0
      side.used.length = 0
    },
  }
}

function listSide(context: Context, server: Grown): ListSide {
  const listed: Listed[] = []
  const { baseUrl, headers } = server.target
  async function measure(seconds: number): Promise<Listed> {
    server.child.thaw()
    const often = { perSecond: LISTS_PER_SECOND, connections: LIST_CONNECTIONS }
    const done = await listNewest({ baseUrl, headers, seconds, ...often })
    await freeze(server, context)
    return done
  }
  return {
    name: "lists",
    listed,
    warmUp: measure,
    measure: async (seconds) => listed.push(await measure(seconds)),
  }
}

/** Answers without a row, or rows without an answer. */
async function astrayOf({ database }: Grown, { counts }: CreateSide, since: Date): Promise<number> {
  const { events, payments } = await countSince(database, since)
  return Math.abs(payments - counts.right) + Math.abs(events - counts.right)
}

function figures(
  context: Context,
  {
    astray,
    creates,
    lists,
  }: {
    readonly creates: Readonly<Record<"full" | "empty", CreateSide>>
    readonly lists: Readonly<Record<"full" | "empty", ListSide>>
    readonly astray: readonly number[]
  },
): readonly Measured[] {
  const created = [creates.full, creates.empty]
  const listed = [lists.full, lists.empty].flatMap((side) => side.listed)
  const wrong = [
    ...created.flatMap(({ counts }) => counts.shown),
    ...listed.flatMap((each) => each.wrong),
  ]
  for (const each of wrong.slice(0, WRONG_SHOWN)) context.note(`wrong: ${each}`)
  const wrongCounts = [
    ...created.map(({ counts }) => counts.wrong),
    ...listed.map((each) => each.wrong.length),
  ]
  const ofCreates = beside(creates.full, creates.empty)
  const ofLists = beside(lists.full.listed, lists.empty.listed)
  return [
    {
      ...ofCreates("growth.create", "/s", ({ loads }) => loads.map(perSecond)),
      bar: { is: "≥", limit: CREATE_RATIO, of: "ratio" },
    },
    ofCreates("growth.create, CPU of the database", "ms", ({ used }) =>
      used.map(({ databaseMs }) => databaseMs),
    ),
    {
      ...ofLists("growth.list, p99", "ms", (all) => latencies(all, 0.99)),
      bar: { is: "<", limit: LIST_P99_MS },
    },
    ofLists("growth.list, median", "ms", (all) => latencies(all, 0.5)),
    one("growth: lists", "", sum(listed.map((each) => each.latenciesMs.length))),
    one("growth: creates", "", sum(created.map(({ counts }) => counts.right))),
    none("growth: wrong answers", sum(wrongCounts)),
    none("growth: rows without an answer, or the reverse", sum(astray)),
  ]
}

const CREATE_RATIO = 0.6
const LIST_P99_MS = 5
const WRONG_SHOWN = 3

export const growth: Bench = {
  about: "creates and lists at 5 million payments, beside a gateway that is new",
  seconds: 20,
  run,
}
