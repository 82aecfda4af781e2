/** What a server and the processes of its database use of the CPU: noise hardly changes that. */
import { existsSync, readFileSync } from "node:fs"
import type { Database } from "../src/db/database.ts"
import type { Child, Usage } from "./children.ts"
import { sum } from "./measures.ts"

/** Milliseconds of CPU for one. `databaseMs` is 0 where the database's processes can't be seen. */
export type Used = { readonly serverMs: number; readonly databaseMs: number }

/** Linux counts in hundredths of a second, whatever its own clock does. */
const TICK_MS = 10
/** Counted from behind the name: user time is the line's 14th field, system time the next. */
const USER_AT = 11
const SYSTEM_AT = 12

/** Starts to count; what it answers says what each of so many things used since. */
export async function startMeter(
  child: Child,
  database: Database,
): Promise<(count: number) => Promise<Used>> {
  const [serverMs, backends] = await Promise.all([serverUsed(child), backendsUsed(database)])
  return async (count) => {
    const [serverMsNow, now] = await Promise.all([serverUsed(child), backendsUsed(database)])
    const each = (ms: number) => ms / Math.max(1, count)
    const databaseMs = sum([...now].map(([pid, ms]) => ms - (backends.get(pid) ?? 0)))
    return { serverMs: each(serverMsNow - serverMs), databaseMs: each(databaseMs) }
  }
}

async function serverUsed(child: Child): Promise<number> {
  return (await child.ask<Usage>("usage")).cpuMs
}

/** By process, for all that are connected now. */
async function backendsUsed(database: Database): Promise<ReadonlyMap<number, number>> {
  const { rows } = await database.query<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database()",
  )
  return new Map(rows.flatMap(({ pid }) => (isPostgres(pid) ? [[pid, usedMs(pid)]] : [])))
}

/** On another machine it would be another process's number here. */
function isPostgres(pid: number): boolean {
  const path = `/proc/${pid}/comm`
  return existsSync(path) && readFileSync(path, "utf8").trim() === "postgres"
}

function usedMs(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[USER_AT]) + Number(fields[SYSTEM_AT])) * TICK_MS
}
