/** Two nodes on one database, asked for the same things at once and in crossing orders. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Bench, Context, Measured } from "../bench.ts"
import { astray, readBooks } from "../books.ts"
import { demoMerchant, startGateway } from "../gateways.ts"
import { none } from "../measures.ts"
import { openPlace } from "../place.ts"
import { nativeKeys } from "../sandbox-keys.ts"
import { interleave } from "../sides.ts"
import { type Crowd, openCrowd } from "./crowd.ts"
import { makeRounds, type Round, TOP_UP } from "./rounds.ts"
import { countRows } from "./rows.ts"

/** To each node; both together are as many as one has in other benches. */
const CONNECTIONS = 32
const SECONDS = 20
/** Payments of a round: as many as fill some batches of each node. */
const SIZE = 256
const SHORT_SIZE = 64
/** PostgreSQL's counters are behind by a second at most. */
const COUNTED_MS = 1_100

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting two nodes")
  const place = await openPlace(context)
  const { database, url: databaseUrl } = await place.makeDatabase("two_nodes")
  // Nodes of a sandbox share its folder: the simulated rail's books lie there.
  const dataDir = join(place.folder, "gateway")
  const environment = { CAUDAL_SANDBOX_CHAIN: "0" }
  const urls: string[] = []
  for (const _ of ["one", "two"]) {
    await startGateway(context, { databaseUrl, dataDir, environment })
    urls.push(nativeKeys(dataDir).baseUrl)
  }
  const size = context.short ? SHORT_SIZE : SIZE
  const rounds = makeRounds(nativeKeys(dataDir), await demoMerchant(database), size)
  const crowds: Crowd[] = []
  context.after(async () => {
    for (const crowd of crowds) crowd.close()
  })
  const [one, two] = urls as [string, string]
  for (const url of [one, one, two]) crowds.push(await openCrowd(url, CONNECTIONS))
  const [first, second, third] = crowds as [Crowd, Crowd, Crowd]
  const before = await countRows(database)

  const both: number[] = []
  const alone: number[] = []
  const side = (name: string, pair: readonly [Crowd, Crowd], into: number[]) => ({
    name,
    warmUp: (seconds: number) => measure(() => rounds.run(pair), seconds),
    measure: async (seconds: number) => into.push(await measure(() => rounds.run(pair), seconds)),
  })
  await interleave(
    context,
    [side("two nodes", [first, third], both), side("one node", [first, second], alone)],
    { folder: place.folder },
  )

  await sleep(COUNTED_MS, undefined, context)
  const { counts } = rounds
  for (const text of counts.shown) context.note(`wrong: ${text}`)
  const after = await countRows(database)
  const amount = after.amount - before.amount
  return [
    { name: "two-nodes", unit: "/s", samples: both, control: alone },
    none("two-nodes: errors", counts.errors),
    none("two-nodes: deadlocks", after.deadlocks - before.deadlocks),
    none("two-nodes: differing answers", counts.differing),
    none(
      "two-nodes: payments without an answer, or the reverse",
      Math.abs(after.payments - counts.created) + after.doubled,
    ),
    none(
      "two-nodes: top-ups without an answer, or the reverse",
      Math.abs(after.topUps - before.topUps - counts.toppedUp) +
        Math.abs(amount - counts.toppedUp * TOP_UP),
    ),
    none("two-nodes: payments with a gap in their events", after.gaps),
    none("two-nodes: books that don't add up", astray(await readBooks(database))),
  ]
}

/** Requests a second, in rounds that are begun for so long. */
async function measure(round: () => Promise<Round>, seconds: number): Promise<number> {
  const untilMs = performance.now() + seconds * 1_000
  let [requests, elapsedMs] = [0, 0]
  do {
    const done = await round()
    requests += done.requests
    elapsedMs += done.elapsedMs
  } while (performance.now() < untilMs)
  return (requests * 1_000) / elapsedMs
}

export const twoNodes: Bench = {
  about: "the same keys, payments and accounts by two nodes at once, in crossing orders",
  seconds: SECONDS,
  run,
}
