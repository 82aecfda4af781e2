/** The servers of the bench: the gateway in three ways, and the plain server. */
import { join } from "node:path"
import { findAnvil } from "../../src/anvil/index.ts"
import { hostClock, makeIds } from "../../src/clock.ts"
import type { Database } from "../../src/db/database.ts"
import { migrate } from "../../src/db/migrate.ts"
import type { Context } from "../bench.ts"
import { startChild } from "../children.ts"
import { findPgbench, type Pgbench } from "../controls/pgbench.ts"
import type { PlainSettings } from "../controls/plain.ts"
import { startGateway } from "../gateways.ts"
import type { Place } from "../place.ts"
import { addMerchant, samplePayment } from "./rows.ts"
import type { Server } from "./sides.ts"
import { ACCOUNT, PERSON, WALLET } from "./targets.ts"

export type Servers = {
  readonly gateway: Server
  /** The gateway with a store that does nothing. */
  readonly idle: Server
  /** The gateway with a chain of its own; null where there is no program for one. */
  readonly chain: Server | null
  readonly plain: Server
}

const MIGRATIONS = join(import.meta.dirname, "..", "..", "migrations")
const NO_CHAIN = { CAUDAL_SANDBOX_CHAIN: "0" }

/** Starts all of them, each with a database of its own. */
export async function startServers(context: Context, place: Place): Promise<Servers> {
  const databases = {
    gateway: await place.makeDatabase("gateway"),
    idle: await place.makeDatabase("idle"),
    chain: findAnvil() === null ? null : await place.makeDatabase("chain"),
    plain: await place.makeDatabase("plain"),
  }
  const gatewayOn = async (
    { database, url }: { readonly database: Database; readonly url: string },
    name: string,
    more: Pick<Parameters<typeof startGateway>[1], "environment" | "storesNothing">,
  ): Promise<Server> => {
    const dataDir = join(place.folder, name)
    const child = await startGateway(context, { databaseUrl: url, dataDir, ...more })
    return { child, database }
  }
  const [gateway, idle, chain, plain] = await Promise.all([
    gatewayOn(databases.gateway, "gateway", { environment: NO_CHAIN }),
    gatewayOn(databases.idle, "idle", { environment: NO_CHAIN, storesNothing: true }),
    databases.chain &&
      gatewayOn(databases.chain, "chain", { environment: { CAUDAL_SANDBOX_CHAIN: "1" } }),
    startPlain(context, databases.plain),
  ])
  return { gateway, idle, chain, plain }
}

async function startPlain(
  context: Context,
  { database, url }: { readonly database: Database; readonly url: string },
): Promise<Server> {
  await migrate(database, MIGRATIONS)
  const settings: PlainSettings = {
    databaseUrl: url,
    person: PERSON,
    account: ACCOUNT,
    wallet: WALLET,
  }
  const file = join(import.meta.dirname, "..", "controls", "plain.ts")
  return { child: await startChild(context, { file, settings }), database }
}

export type OwnPgbench = { readonly pgbench: Pgbench; readonly database: Database }

/** pgbench on a database of its own, writing what the gateway wrote; or why there is none. */
export async function startPgbench(
  { short }: Context,
  place: Place,
  gateway: Server,
): Promise<OwnPgbench | string> {
  const { database, url } = await place.makeDatabase("pgbench")
  await migrate(database, MIGRATIONS)
  const merchant = await addMerchant(database, makeIds(hostClock()).next())
  const sample = { merchant, ...(await samplePayment(gateway.database)) }
  const { folder } = place
  const pgbench = await findPgbench({ database, url, folder, sample, short })
  return typeof pgbench === "string" ? pgbench : { pgbench, database }
}
