/** Starts gateways for benches, by the same Node and with the same flags as `npm start`. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Database } from "../src/db/database.ts"
import type { Context } from "./bench.ts"
import { type Child, startChild } from "./children.ts"
import type { GatewaySettings } from "./gateway.ts"

/** Starts one and waits until it answers. */
export function startGateway(context: Context, settings: GatewaySettings): Promise<Child> {
  const file = join(import.meta.dirname, "gateway.ts")
  return startChild(context, { file, settings, flags: flagsOfStart() })
}

/** The merchant whose key a sandbox gives away, by its id. */
export async function demoMerchant(database: Database): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    "select id from merchants where name = 'Demo'",
  )
  return rows[0]!.id
}

/** What stands before the program in the script that starts it. */
function flagsOfStart(): readonly string[] {
  const path = join(import.meta.dirname, "..", "package.json")
  const { scripts }: { scripts: { start: string } } = JSON.parse(readFileSync(path, "utf8"))
  return scripts.start.split(" ").filter((word) => word.startsWith("--"))
}
