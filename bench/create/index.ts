/** How many payments a second each API creates durably, beside all that could do the same. */
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Bench, Context } from "../bench.ts"
import { type Child, startChild } from "../children.ts"
import type { PlainAccess } from "../controls/plain.ts"
import type { Sandbox } from "../gateway.ts"
import { openPlace } from "../place.ts"
import { interleave } from "../sides.ts"
import { figuresOf } from "./figures.ts"
import type { Target } from "./kinds.ts"
import { countUnknown } from "./rows.ts"
import { type OwnPgbench, type Servers, startPgbench, startServers } from "./servers.ts"
import { type CreateSide, createSide, freeze, pgbenchSide, type Server } from "./sides.ts"
import { pentagooOf, plainTargetsOf, targetsOf } from "./targets.ts"

/** Each API at the gateway, and the same at the plain server. */
export type Pair = { readonly ours: CreateSide; readonly plain: CreateSide }

export type Sides = {
  readonly pairs: Readonly<Record<Target["kind"], Pair>>
  readonly idle: CreateSide
  readonly chain: CreateSide | null
}

/** A handful of payments: pgbench writes what the first of them has. */
const FIRST_S = 0.05
/** A begin that a freeze has cut off is looked up when its lease ends. */
const DRAIN_MS = 30_000
const DRAIN_PAUSE_MS = 20

async function run(context: Context) {
  context.stage("starting the servers")
  const place = await openPlace(context)
  const servers = await startServers(context, place)
  const file = join(import.meta.dirname, "load.ts")
  const load = await startChild(context, { file, settings: null })
  const sides = await sidesOf(context, load, servers)
  const all = Object.values(servers).filter((server) => server !== null)
  for (const server of all) await freeze(server, context)
  await sides.pairs.pentagoo.ours.warmUp?.(FIRST_S)
  const found = await startPgbench(context, place, servers.gateway)
  const pgbench =
    typeof found === "string"
      ? null
      : {
          database: found.database,
          statements: pgbenchSide(found, "statements"),
          one: pgbenchSide(found, "one statement"),
        }
  noteWhatIsThere(context, sides, found)

  const { pairs } = sides
  await interleave(
    context,
    [
      ...[pairs.native, pairs["palomma-pay"], pairs["palomma-direct-debit"], pairs.tapila].flatMap(
        ({ ours, plain }) => [ours, plain],
      ),
      pairs.pentagoo.plain,
      ...(pgbench ? [pgbench.statements] : []),
      pairs.pentagoo.ours,
      ...(pgbench ? [pgbench.one] : []),
      sides.idle,
      ...(sides.chain ? [sides.chain] : []),
    ],
    { folder: place.folder, ...(context.short && shortTurns(context.seconds)) },
  )
  context.stage("counting")
  for (const { child } of all) child.thaw()
  await servers.plain.child.ask("idle")
  await drained(servers.gateway, context)
  return figuresOf({ context, servers, sides, pgbench })
}

/** Of the time that one side is given: there are many. */
const SHORT_SHARE = 0.05

function shortTurns(seconds: number) {
  return { seconds: seconds * SHORT_SHARE, warmUpSeconds: FIRST_S }
}

async function sidesOf(context: Context, load: Child, servers: Servers): Promise<Sides> {
  const { chain, gateway, idle, plain } = servers
  const ours = await targetsOf(gateway.child)
  const theirs = plainTargetsOf(await plain.child.ask<PlainAccess>("access"))
  const at = (name: string, server: Server, target: Target) =>
    createSide(name, context, load, server, target)
  const pairOf = (kind: Target["kind"]): Pair => ({
    ours: at(kind, gateway, ours[kind]),
    plain: at(`${kind}, plain`, plain, theirs[kind]),
  })
  const alone = async (name: string, server: Server) =>
    at(name, server, pentagooOf(await server.child.ask<Sandbox>("sandbox")))
  return {
    pairs: {
      native: pairOf("native"),
      pentagoo: pairOf("pentagoo"),
      "palomma-pay": pairOf("palomma-pay"),
      "palomma-direct-debit": pairOf("palomma-direct-debit"),
      tapila: pairOf("tapila"),
    },
    idle: await alone("pentagoo, storing nothing", idle),
    chain: chain && (await alone("pentagoo over evm", chain)),
  }
}

function noteWhatIsThere(context: Context, { chain }: Sides, pgbench: OwnPgbench | string): void {
  context.note(
    "Nobody listens for payment.created, so no create has a delivery; `life` measures those.",
  )
  if (chain === null) context.note("There is no chain here: create.evm is left out.")
  context.note(
    typeof pgbench === "string"
      ? `${pgbench}: create.vs-pgbench is left out.`
      : `pgbench speaks over ${pgbench.pgbench.over}.`,
  )
}

/** Waits for what the rails have still to say behind the last answers. */
async function drained({ database }: Server, { signal }: Context): Promise<void> {
  for (let waitedMs = 0; waitedMs < DRAIN_MS; waitedMs += DRAIN_PAUSE_MS) {
    if ((await countUnknown(database)) === 0) return
    await sleep(DRAIN_PAUSE_MS, undefined, { signal })
  }
}

export const create: Bench = {
  about: "creates by each API, beside a plain server, pgbench and a store that does nothing",
  seconds: 8,
  run,
}
