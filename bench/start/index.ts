/** How long the server takes from its spawn to its first answers, beside what can't be less. */
import { execFile } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { readyBinaries } from "../../src/db/binaries.ts"
import { prepareAccess, prepareCluster, prepareFolders } from "../../src/db/cluster.ts"
import { choosePlace } from "../../src/db/identity.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import { wrongly } from "../clients.ts"
import { openConnection } from "../connection.ts"
import { makeRequests } from "../create/kinds.ts"
import { pentagooOf } from "../create/targets.ts"
import { none } from "../measures.ts"
import { watchDisk } from "../place.ts"
import { openFolder, type Started, startAsUser } from "../started.ts"

const run = promisify(execFile)

const WARM_BAR_S = 1
const COLD_BAR_S = 4
/** A round starts and stops the gateway twice, and a second database. */
const ROUND_S = 5

async function measure(context: Context): Promise<readonly Measured[]> {
  const folder = openFolder(context)
  const noteDisk = watchDisk(context, folder)
  const times = { cold: [], initdb: [], warm: [], node: [] } as Record<string, number[]>
  const wrong: string[] = []
  let created = 0
  let payments = 0

  /** Seconds from the spawn until it was ready and had made a payment. */
  async function start(dataDir: string, compilesAnew: boolean): Promise<number> {
    const beganMs = performance.now()
    const gateway = await startAsUser(context, { dataDir, compilesAnew })
    const problem = await createOne(gateway, created)
    const tookS = (performance.now() - beganMs) / 1_000
    if (problem === null) created += 1
    else wrong.push(problem)
    payments += await gateway.countPayments()
    await gateway.stop()
    return tookS
  }

  const rounds = context.short ? 1 : Math.max(1, Math.round(context.seconds / ROUND_S))
  for (let round = 0; round < rounds; round += 1) {
    context.stage(`round ${round + 1} of ${rounds}`)
    context.progress(round / rounds)
    const dataDir = join(folder, `data-${round}`)
    times["cold"]!.push(await start(dataDir, true))
    if (!context.short) times["initdb"]!.push(await initdb(join(folder, `initdb-${round}`)))
    // The first warm one may be the first of this version at all: it leaves what was compiled.
    if (round === 0 && !context.short) await start(dataDir, false)
    times["warm"]!.push(await start(dataDir, false))
    times["node"]!.push(await seconds(() => run(process.execPath, ["-e", "0"])))
  }
  noteDisk()
  context.note("Controls: node -e 0 for the warm start, initdb alone for the cold one.")
  for (const sentence of wrong) context.note(sentence)
  const { cold, initdb: alone, node, warm } = times
  // Each folder's payments are counted at each of its starts: 1, 2, and 3 in the first.
  const expected = rounds * 3 + (context.short ? 0 : 3)
  return [
    {
      name: "start.warm",
      unit: "s",
      samples: warm!,
      control: node!,
      bar: { is: "<", limit: WARM_BAR_S },
    },
    {
      name: "start.cold",
      unit: "s",
      samples: cold!,
      control: alone!,
      bar: { is: "<", limit: COLD_BAR_S },
    },
    none("start: wrong answers", wrong.length),
    none("start: payments lost between starts", expected - payments),
  ]
}

async function createOne(gateway: Started, number: number): Promise<string | null> {
  const target = pentagooOf({ pentagoo: gateway.pentagoo() })
  const { problem, request } = makeRequests(target, () => number)()
  const connection = await openConnection(gateway.url)
  const answer = await connection.ask(request)
  connection.close()
  return problem(answer) === null ? null : wrongly(answer)
}

/** What a first start can't do without: a cluster, made with the same words. */
async function initdb(dataDir: string): Promise<number> {
  mkdirSync(dataDir, { mode: 0o700 })
  const place = await choosePlace(dataDir)
  prepareFolders(place, dataDir)
  const binaries = await readyBinaries(place)
  const access = await prepareAccess(dataDir, place.home, false)
  return seconds(() => prepareCluster(place, binaries, access))
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return (performance.now() - beganMs) / 1_000
}

export const start: Bench = {
  about: "from the spawn of the server to its first answers, with and without a database there",
  seconds: 25,
  run: measure,
}
