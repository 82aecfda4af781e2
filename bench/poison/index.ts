/** Creates of which the database refuses some: what that costs those that came along with them. */
import { join } from "node:path"
import type { Database } from "../../src/db/database.ts"
import type { Bench, Context, Measured } from "../bench.ts"
import type { Load } from "../clients.ts"
import { startGateway } from "../gateways.ts"
import { beside, latencies, none, one, perSecond } from "../measures.ts"
import { openPlace } from "../place.ts"
import { nativeKeys } from "../sandbox-keys.ts"
import { interleave } from "../sides.ts"
import { makeCreates, POISON } from "./creates.ts"

const CONNECTIONS = 64
const SECONDS = 30
/** One in so many, as it is printed, and what has to be left of the speed without any. */
const SHARES = [
  { every: 1_000, shown: "0.1 %", bar: 0.8 },
  { every: 100, shown: "1 %", bar: 0.4 },
] as const

async function run(context: Context): Promise<readonly Measured[]> {
  context.stage("starting the gateway")
  const place = await openPlace(context)
  const { database, url: databaseUrl } = await place.makeDatabase("poison")
  const dataDir = join(place.folder, "gateway")
  const gateway = await startGateway(context, {
    databaseUrl,
    dataDir,
    // Each refused row is an error of the gateway's, which would say so each time.
    environment: { CAUDAL_SANDBOX_CHAIN: "0", CAUDAL_LOG_LEVEL: "silent" },
  })
  await refusePoison(database)
  const { apiKey, baseUrl } = nativeKeys(dataDir)
  const creates = makeCreates(baseUrl, apiKey)
  const sideOf = (name: string, every: number | null) => {
    const loads: Load[] = []
    const take = async (seconds: number) => {
      const load = await creates.run(seconds, CONNECTIONS, every)
      for (const wrong of load.wrong) context.note(`wrong answer: ${wrong}`)
      return load
    }
    return { name, loads, warmUp: take, measure: async (s: number) => loads.push(await take(s)) }
  }
  const clean = sideOf("clean", null)
  const sides = SHARES.map(({ every, shown }) => sideOf(`${shown} poisoned`, every))
  await interleave(context, [clean, ...sides], { folder: place.folder })
  await gateway.ask("ready")

  const { counts } = creates
  context.note(`Poisoned creates that were refused: ${counts.refused}.`)
  const rows = await countRows(database)
  const besideClean = sides.map(({ loads }) => beside(loads, clean.loads))
  return [
    ...SHARES.map(({ bar, shown }, at): Measured => {
      const judged = { is: "≥", limit: bar, of: "ratio" } as const
      return {
        ...besideClean[at]!(`poison, ${shown}`, "/s", (loads) => loads.map(perSecond)),
        bar: judged,
      }
    }),
    ...SHARES.map(({ shown }, at) =>
      besideClean[at]!(`poison, ${shown}, p99`, "ms", (loads) => latencies(loads, 0.99)),
    ),
    one("poison: refused", "", counts.refused),
    none("poison: neighbours hurt", counts.hurt),
    none("poison: poisoned that got through", counts.gotThrough + rows.poisoned),
    none("poison: payments without an answer, or the reverse", rows.payments - counts.created),
  ]
}

/** No validation knows of it, as none would know of a row that a fault of ours makes. */
async function refusePoison(database: Database): Promise<void> {
  await database.query(
    `alter table payments add constraint no_poison
check (description is distinct from '${POISON}')`,
  )
}

async function countRows(database: Database) {
  const { rows } = await database.query<{ payments: number; poisoned: number }>(
    `select count(*)::int as payments,
  count(*) filter (where description = '${POISON}')::int as poisoned from payments`,
  )
  return rows[0]!
}

export const poison: Bench = {
  about: "creates of which the database refuses a few: what is left for all the others",
  seconds: SECONDS,
  run,
}
