/** One kind of create at one server, as a side that measures by turns with others. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Database } from "../../src/db/database.ts"
import type { Context } from "../bench.ts"
import type { Child } from "../children.ts"
import type { Load } from "../clients.ts"
import type { Pgbench } from "../controls/pgbench.ts"
import { startMeter, type Used } from "../meter.ts"
import type { Side } from "../sides.ts"
import type { Target } from "./kinds.ts"
import type { LoadRequest } from "./load.ts"
import { isBusy } from "./rows.ts"
import type { OwnPgbench } from "./servers.ts"

const CONNECTIONS = 64
/** A small scale shares its machine with others. */
const SHORT_CONNECTIONS = 16
/** What goes on behind the last answers of a slice takes no longer. */
const SETTLE_MS = 50
/** How long a server's loops may keep a transaction open before the bench gives up waiting. */
const BUSY_TRIES = 1_000
const BUSY_MS = 2
/** Until PostgreSQL has read what was sent to it, on a machine where nobody else is measured. */
const ARRIVE_MS = 25

/** A server in a process of its own, which runs only while it is measured. */
export type Server = { readonly child: Child; readonly database: Database }

export type CreateSide = Side & {
  readonly target: Target
  readonly loads: Load[]
  /** CPU time for one create, slice by slice. */
  readonly used: Used[]
  /** All right answers, and all wrong ones, warm-up included. */
  readonly counts: { right: number; wrong: number; readonly shown: string[] }
}

/** Makes the side; `load` are the clients. */
export function createSide(
  name: string,
  context: Context,
  load: Child,
  { child, database }: Server,
  target: Target,
): CreateSide {
  const loads: Load[] = []
  const used: Used[] = []
  const counts = { right: 0, wrong: 0, shown: [] as string[] }
  const connections = context.short ? SHORT_CONNECTIONS : CONNECTIONS

  async function ask(seconds: number): Promise<Load> {
    child.thaw()
    const wanted: LoadRequest = { target, seconds, connections }
    const done = await load.ask<Load>("load", wanted)
    counts.right += done.inTime + done.late
    counts.wrong += done.wrongCount
    counts.shown.push(...done.wrong)
    return done
  }

  return {
    name,
    target,
    loads,
    used,
    counts,
    async warmUp(seconds) {
      await ask(seconds)
      // Plans that were made for empty tables would be a handicap.
      await database.query("analyze")
      await freeze({ child, database }, context)
    },
    async measure(seconds) {
      child.thaw()
      const meter = await startMeter(child, database)
      const done = await ask(seconds)
      used.push(await meter(done.inTime + done.late))
      loads.push(done)
      await freeze({ child, database }, context)
    },
  }
}

/**
 * Freezes a server between two transactions: what its loops do on their own would burden the side
 * that comes next. A transaction that stays open would be taken for a lost one, and what waits in a
 * queue is refused when it is old.
 */
export async function freeze(server: Server, { signal }: Pick<Context, "signal">): Promise<void> {
  const { child, database } = server
  await sleep(SETTLE_MS)
  for (let tries = 0; tries < BUSY_TRIES; tries += 1) {
    signal.throwIfAborted()
    if ((await child.ask<number>("queued")) === 0) {
      child.freeze()
      // A begin that was sent just before may still be on its way to a session that looks idle.
      await sleep(ARRIVE_MS)
      if (!(await isBusy(database))) return
      child.thaw()
    }
    await sleep(BUSY_MS)
  }
  throw new Error("a server is never between two transactions")
}

export type PgbenchSide = Side & { readonly perSecond: number[]; readonly counts: { rows: number } }

/** pgbench writing the rows in one of its forms. */
export function pgbenchSide(
  { database, pgbench }: OwnPgbench,
  form: Parameters<Pgbench["run"]>[0],
): PgbenchSide {
  const perSecond: number[] = []
  const counts = { rows: 0 }
  async function run(seconds: number): Promise<number> {
    const done = await pgbench.run(form, seconds)
    counts.rows += done.transactions
    return done.perSecond
  }
  return {
    name: `pgbench, ${form}`,
    perSecond,
    counts,
    async warmUp(seconds) {
      await run(seconds)
      await database.query("analyze")
    },
    async measure(seconds) {
      perSecond.push(await run(seconds))
    },
  }
}
