/** Takes a cluster's leader away again and again under load, and looks what became of the money. */
import { setTimeout as sleep } from "node:timers/promises"
import { hostClock, makeIds } from "../../src/clock.ts"
import { type Database, openDatabase } from "../../src/db/database.ts"
import { openBooks } from "../../src/rails/simulator/books.ts"
import { demoMerchant, startReceiver } from "../crash/random.ts"
import { lastFirst } from "../support/cleanup.ts"
import type { Cleanup } from "../support/database.ts"
import { startKillLoad } from "../support/kill-load.ts"
import { type Backups, tryBackups } from "./backups.ts"
import { buildCluster, type Cluster, type ClusterParts, type Name } from "./cluster.ts"
import { type Gateway, startFailoverGateway } from "./gateway.ts"
import { type Probe, startProbe } from "./probe.ts"
import { until, within } from "./processes.ts"

/** Longer than anybody waits for an answer of the database. */
const HUNG_MS = 30_000

/** What happens to the leader; each answers how it is brought back. */
export const EVENTS = {
  /** Patroni and PostgreSQL die, as with their machine. */
  killed: async (cluster, leader) => {
    await cluster.kill(leader)
    return async () => cluster.revive(leader)
  },
  /** All of it stands still and answers nobody, with every connection open; later it goes on. */
  frozen: async (cluster, leader) => {
    const thaw = cluster.freeze(leader)
    return async () => thaw()
  },
  /** Planned, as for an upgrade of the machine. */
  switchover: async (cluster, leader) => {
    await cluster.switchover(leader)
    return async () => undefined
  },
  /** PostgreSQL dies and its Patroni starts it again. */
  crashed: async (cluster, leader) => {
    cluster.crash(leader)
    return async () => undefined
  },
  /** Every connection stays, and nothing comes over any: a network that swallows all. */
  hung: async (cluster) => {
    const goOn = cluster.hangProxy()
    await sleep(HUNG_MS)
    goOn()
    return async () => undefined
  },
  /** haproxy dies with all connections; the leader stays. */
  cut: async (cluster) => {
    await cluster.cutProxy()
    return async () => undefined
  },
} as const satisfies Record<
  string,
  (cluster: Cluster, leader: Name) => Promise<() => Promise<void>>
>
export type Event = keyof typeof EVENTS
/** What happens here is over when it is done: it is counted from its beginning. */
const LASTS: ReadonlySet<Event> = new Set(["hung"])
/** After these somebody else leads. */
const MOVES: ReadonlySet<Event> = new Set(["killed", "frozen", "switchover"])

/** What one event did. */
export type Outcome = {
  readonly event: Event
  readonly from: Name
  readonly to: Name
  /** The longest time in which nothing was acknowledged. */
  readonly gapMs: number
  /**
   * From when it was done to the leader to the first acknowledgement of what was sent after that;
   * of what lasts, from when it began.
   */
  readonly firstWriteMs: number
  /** The longest that a request waited for its answer. */
  readonly longestWaitMs: number
  /** Requests answered with 503 and Retry-After; and all other failures by status. */
  readonly later: number
  readonly other: Readonly<Record<string, number>>
  /** Acknowledged payments that weren't there afterwards. */
  readonly lost: number
}

/** Nothing was proved, nor disproved. */
export class NotBuilt extends Error {
  override name = "NotBuilt"
}

export type Report = {
  readonly server: string
  readonly outcomes: readonly Outcome[]
  /** It was told to end before all events had come. */
  readonly stopped: boolean
  readonly backups: Backups | null
  readonly acknowledged: number
  readonly lost: number
  readonly doubled: number
  readonly approvals: number
  readonly approvalsLost: number
  readonly webhooks: Readonly<Record<"told" | "tries" | "changed" | "untold", number>>
  /** Recharges that were refused after all, and those of them that the operator made. */
  readonly refused: number
  readonly refusedMade: number
  /** Answers of all five APIs that say that something of ours failed, by status and route. */
  readonly failures: Readonly<Record<string, number>>
  readonly errors: Readonly<Record<string, number>>
  readonly verify: { readonly code: number; readonly said: string }
  /** What is wrong, as sentences; none: all is right. */
  readonly wrong: readonly string[]
}

export type Wanted = ClusterParts & {
  /** The gateway's folder. */
  readonly dataDir: string
  readonly events: readonly Event[]
  /** Also backs up under load, restores and checks. */
  readonly withBackups: boolean
  readonly progress: (line: string) => void
  readonly signal: AbortSignal
}

/** Load before an event, and after the cluster is whole again. */
const STEADY_MS = 3_000
/** Fail-over by a time to live of 20 s, on a machine that has other things to do. */
const SERVED_MS = 120_000
/** Longer than a request waits that was sent while nobody led; then something asks for ever. */
const FINISHED_MS = 180_000
/** Webhooks of before wait for a lease, attempts without an answer for a look after a minute. */
const QUIET_MS = 180_000

/** Builds a cluster, puts a gateway before it and does what is wanted. Throws where it can't. */
export async function proveFailover(testContext: Cleanup, wanted: Wanted): Promise<Report> {
  const context = lastFirst(testContext)
  const { progress } = wanted
  progress("building the cluster")
  const cluster = await buildCluster(context, wanted).catch((cause) => {
    throw new NotBuilt("the cluster could not be built", { cause })
  })
  const receiver = await startReceiver(context)
  const gateway = await startFailoverGateway(context, {
    ...{ dataDir: wanted.dataDir, databaseUrl: cluster.url, webhookUrl: receiver.url },
  })
  const database = openDatabase({ url: cluster.url, applicationName: "caudal failover" })
  context.after(() => database.close())
  const server = await serverOf(database)
  progress(`PostgreSQL ${server} is led by ${await cluster.leader()}; the gateway is ready`)
  const load = await startKillLoad(gateway.credentials(), await demoMerchant(database))
  context.after(() => load.end().catch(() => undefined))
  const probe = startProbe(gateway.credentials().caudal)
  context.after(() => probe.end())
  const all = () => new Map([...load.acknowledged, ...withoutPrefix(probe.acknowledged)])

  await sleep(STEADY_MS)
  const backups = wanted.withBackups
    ? await tryBackups({ ...wanted, cluster, gateway, all, missing })
    : null
  if (backups) for (const { kind, said } of backups) progress(`back-up by ${kind}: ${said}`)
  const outcomes: Outcome[] = []
  for (const event of wanted.events) {
    if (wanted.signal.aborted) break
    const outcome = await undergo(event, { cluster, database, probe, all })
    outcomes.push(outcome)
    progress(lineOf(outcome))
  }
  const finished = Promise.all([load.finish(), probe.finish()])
  await within(finished, FINISHED_MS, "all that was asked for is answered")
  progress("nothing new is asked for; what is under way ends")
  await untilQuiet(database)
  const found = await looked(database, { all: all(), approved: probe.approved, gateway })
  const webhooks = await receiver.compare(database)
  const verify = await gateway.command(["verify"])
  const report = {
    ...{ server, outcomes, backups, ...found, webhooks, verify },
    stopped: outcomes.length < wanted.events.length,
    ...{ acknowledged: all().size, approvals: probe.approved.size, errors: gateway.errors() },
    failures: withoutRefused(await gateway.failures(), found.refused),
  }
  return { ...report, wrong: wrongIn(report, gateway.isAlive()) }
}

type Scene = {
  readonly cluster: Cluster
  readonly database: Database
  readonly probe: Probe
  readonly all: () => ReadonlyMap<string, string>
}

async function undergo(event: Event, scene: Scene): Promise<Outcome> {
  const { cluster, database, probe, all } = scene
  const from = await cluster.untilWhole()
  await sleep(STEADY_MS)
  probe.refusals()
  const atMs = performance.now()
  const bringBack = await EVENTS[event](cluster, from)
  const sinceMs = LASTS.has(event) ? atMs : performance.now()
  const servedMs = await probe.nextAnswer(sinceMs, SERVED_MS)
  if (MOVES.has(event)) await cluster.untilLedByOther(from)
  await bringBack()
  const to = await cluster.untilWhole()
  await sleep(STEADY_MS)
  const { later, other } = probe.refusals()
  const lost = (await missing(database, [...all().values()])).length
  return {
    ...{ event, from, to, later, other, lost },
    gapMs: Math.round(probe.gapMs(atMs)),
    firstWriteMs: Math.round(servedMs - sinceMs),
    longestWaitMs: Math.round(probe.longestWaitMs(atMs)),
  }
}

/** One event as a line. */
export function lineOf(outcome: Outcome): string {
  const { event, firstWriteMs, from, gapMs, later, longestWaitMs, lost, other, to } = outcome
  const more = Object.entries(other).map(([status, count]) => `, ${count} of status ${status}`)
  return (
    `${event}: ${from} -> ${to}, write gap ${gapMs} ms, first write after ${firstWriteMs} ms, ` +
    `longest wait ${longestWaitMs} ms, ${later} told to come later${more.join("")}, lost ${lost}`
  )
}

async function serverOf(database: Database): Promise<string> {
  const { rows } = await database.query<{ version: string }>(
    "select current_setting('server_version') as version",
  )
  return rows[0]!.version
}

/** As the other load has them, and the table. */
function withoutPrefix(ids: ReadonlyMap<string, string>): [string, string][] {
  const plain = (id: string) => id.replace(/^[a-z]+_/, "").replaceAll("-", "")
  return [...ids].map(([reference, id]) => [reference, plain(id)])
}

async function missing(database: Database, ids: readonly string[]): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select a.id::text from unnest($1::uuid[]) as a (id)
where not exists (select from payments p where p.id = a.id)`,
    [ids],
  )
  return rows.map(({ id }) => id)
}

const REFUSED = "500 /tapila/payment"

/** Waits until nothing is under way any more. */
async function untilQuiet(database: Database): Promise<void> {
  let busy = 0
  await until(
    () => `${busy} things are still under way`,
    QUIET_MS,
    async () => {
      const { rows } = await database.query<{ busy: number }>(
        `select (select count(*) from deliveries where state = 'due')::int
  + (select count(*) from attempts where state in ('waiting', 'unknown', 'approved'))::int as busy`,
      )
      busy = rows[0]!.busy
      return busy === 0
    },
  )
}

/** Compares what is there with what was acknowledged, and with the simulated world's books. */
async function looked(
  database: Database,
  {
    all,
    approved,
    gateway,
  }: {
    readonly all: ReadonlyMap<string, string>
    readonly approved: ReadonlySet<string>
    readonly gateway: Gateway
  },
) {
  const lost = (await missing(database, [...all.values()])).length
  const ids = new Set(all.values())
  const { rows } = await database.query<Record<"approved" | "refused", string[]> & { all: number }>(
    `select (select count(*) from payments)::int as all,
  array(select replace(id::text, '-', '') from payments where state = 'approved') as approved,
  array(select a.id::text from attempts a join payments p on p.id = a.payment_id
    where p.kind = 'recharge' and p.state = 'declined') as refused`,
  )
  const { refused } = rows[0]!
  const clock = hostClock()
  const world = openBooks({ clock, ids: makeIds(clock), dir: gateway.dataDir })
  const asked = world.all().map(({ lines }) => lines.filter(({ ask }) => ask).length)
  const twice = asked.filter((times) => times > 1).length
  // Each request was repeated until it was answered: what is beyond them is a second one.
  const more = rows[0]!.all - (ids.size - lost) + (all.size - ids.size)
  const isApproved = new Set(rows[0]!.approved)
  const kept = withoutPrefix(new Map([...approved].map((id) => [id, id])))
  const approvalsLost = kept.filter(([, id]) => !isApproved.has(id)).length
  const refusedMade = refused.filter((attemptId) => world.moved(attemptId) > 0).length
  return {
    ...{ lost, doubled: more + twice, approvalsLost },
    ...{ refused: refused.length, refusedMade },
  }
}

/**
 * Who was about to ask the operator as the database went leaves a recharge that nobody asked for;
 * that is found and refused, and its vendor's answer to a refused one is 500.
 */
export function withoutRefused(failures: Report["failures"], refused: number): Report["failures"] {
  const left = (failures[REFUSED] ?? 0) - refused
  const { [REFUSED]: _refused, ...others } = failures
  return left > 0 ? { ...others, [REFUSED]: left } : others
}

/** What must not be, each as a sentence. */
export function wrongIn(report: Omit<Report, "wrong">, isAlive: boolean): string[] {
  const { approvalsLost, backups, doubled, failures, lost, outcomes, verify, webhooks } = report
  const { refusedMade } = report
  const during = outcomes.reduce((sum, each) => sum + each.lost, 0)
  const others = outcomes.flatMap(({ other }) => Object.keys(other))
  const problems: (string | false)[] = [
    !isAlive && "the gateway ended",
    lost > 0 && `${lost} acknowledged payments are lost`,
    during > 0 && `${during} acknowledged payments were not there right after an event`,
    doubled !== 0 && `${doubled} payments are doubled`,
    refusedMade > 0 && `${refusedMade} refused recharges were made all the same`,
    approvalsLost > 0 && `${approvalsLost} acknowledged approvals are lost`,
    webhooks.changed > 0 && `${webhooks.changed} webhooks changed their id or body`,
    webhooks.untold > 0 && `${webhooks.untold} webhooks never came`,
    others.length > 0 && `answers that are no "come later": ${[...new Set(others)].join(", ")}`,
    ...Object.entries(failures).map(([which, count]) => `${count} answers ${which}`),
    verify.code !== 0 && `verify: ${verify.said}`,
    ...outcomes
      .filter(({ event, from, to }) => MOVES.has(event) && from === to)
      .map(({ event }) => `${event}: nobody else came to lead`),
    ...(backups ?? []).filter(({ right }) => !right).map(({ kind }) => `back-up by ${kind}`),
  ]
  return problems.filter((problem) => problem !== false)
}

/** How a proof ends, and in which words: only where all was tried may all be right. */
export function verdictOf({ stopped, wrong }: Pick<Report, "stopped" | "wrong">) {
  if (wrong.length > 0) return { code: 1, said: `wrong: ${wrong.join("; ")}` }
  if (stopped) return { code: 2, said: "it was stopped: not all was tried" }
  return { code: 0, said: "all is right" }
}
