/** The background work of a node: rows that are due, claimed with a lease, done, and reported. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock, Ids } from "../../clock.ts"
import { classify, type Database } from "../../db/database.ts"
import type { Log, Metrics } from "../core.ts"
import { releaseCursors } from "../cursors/store.ts"
import type { Instrument } from "../customers/customer.ts"
import { endPayment } from "../decide/end-payment.ts"
import { reportAttempt } from "../decide/report-attempt.ts"
import { type ReportInstrument, reportInstrument } from "../decide/report-instrument.ts"
import type { Engine } from "../engine.ts"
import { exchangePasses } from "../exchange/passes.ts"
import { type Attempt, isAtBank } from "../payments/attempt.ts"
import { nextLook } from "../payments/look-ups.ts"
import { orderOf } from "../payments/prepare.ts"
import type { Order, Rail, Sighting } from "../rail.ts"
import type { Keyring } from "../seal.ts"
import { withDueSightings } from "../sightings/store.ts"
import { openInstrument } from "../store/sealed.ts"
import type { Keys } from "../xpubs/keys.ts"
import { dueNowOf } from "./apply.ts"
import type { Beginner } from "./begin.ts"
import { withTimeout } from "./begin.ts"
import type { Courier } from "./deliver.ts"
import { reportOf } from "./report.ts"
import * as store from "./store.ts"
import { watchPasses } from "./watch.ts"

export type LoopParts = {
  readonly database: Database
  readonly clock: Clock
  readonly ids: Ids
  readonly keyring: Keyring
  readonly node: string
  readonly rails: ReadonlyMap<string, Rail>
  readonly engine: Engine
  readonly beginner: Beginner
  readonly courier: Courier
  readonly keys: Keys
  /** Chains that another node was reading when this one last asked for them. */
  readonly readElsewhere: Set<string>
  readonly log: Log
  readonly metrics: Metrics
}

/**
 * A pass of work; it answers how much it found, so that a full plate is followed by the next. One
 * that may take long breaks off soon after `signal`.
 */
export type Pass = {
  readonly name: string
  readonly everyMs: number
  run(signal?: AbortSignal): Promise<number>
}

/** What one pass takes: small enough to be reported well within its lease. */
const CLAIM_MAX = 200
const LEASE_MS = 30_000
/** A rail that doesn't answer a look-up in this time is asked again later. */
const OBSERVE_TIMEOUT_MS = 20_000
/** How long a pass waits for what it has begun: the rest of it goes on by itself. */
const BEGINS_MS = 1_000
const WITHDRAW_TIMEOUT_MS = 5_000
const VERIFY_TIMEOUT_MS = 10_000
const VERIFY_AGAIN_MS = 5_000
const BODIES_KEPT_MS = 30 * 86_400_000
/** After a failed pass, so that a database that is away isn't asked in a tight circle. */
const AFTER_FAULT_MS = 1_000

/** All background work of a node, as passes that can be run one by one. */
export function makePasses(parts: LoopParts): Pass[] {
  return [
    ...[...parts.rails.values()].flatMap((rail) => passesOf(parts, rail)),
    { name: "verify", everyMs: 250, run: () => verify(parts) },
    { name: "expire", everyMs: 500, run: () => expire(parts) },
    { name: "deliver", everyMs: 500, run: () => parts.courier.claim() },
    { name: "analyze", everyMs: 2_000, run: () => store.analyzeYoung(parts.database) },
    { name: "clean", everyMs: 60_000, run: () => clean(parts) },
  ]
}

function passesOf(parts: LoopParts, rail: Rail): Pass[] {
  const { receiving, exchange } = rail
  // Its orders leave together, and only files say what became of them.
  if (exchange) return exchangePasses(parts, rail, exchange)
  const observed = { name: `observe ${rail.name}`, everyMs: 500, run: () => observe(parts, rail) }
  const told = { name: `health ${rail.name}`, everyMs: 5_000, run: () => tell(parts, rail) }
  if (!receiving) return rail.health ? [observed, told] : [observed]
  const vet = { name: `vet ${rail.name}`, everyMs: 500, run: () => parts.keys.vet(rail) }
  const vetting = receiving.needsNewAddresses ? [vet] : []
  return [observed, ...watchPasses(parts, rail, receiving), ...vetting]
}

/** Starts all loops; the function it answers stops them and resolves when they rest. */
export function startLoops(parts: LoopParts, passes: readonly Pass[]): () => Promise<void> {
  const ended = new AbortController()
  const running = passes.map((pass) => loop(parts, pass, ended.signal))
  return async () => {
    ended.abort()
    await Promise.all(running)
    await parts.beginner.idle()
    await parts.courier.stop()
    // The next node need not wait for what this one no longer reads.
    await releaseCursors(parts.database, parts.node).catch(() => undefined)
  }
}

async function loop(parts: LoopParts, pass: Pass, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let pauseMs = pass.everyMs
    try {
      if ((await pass.run(signal)) > 0) pauseMs = 0
    } catch (error) {
      pauseMs = Math.max(pass.everyMs, AFTER_FAULT_MS)
      parts.metrics.count("loop_faults", { loop: pass.name })
      // A server that is away is told by health; one that takes no writes isn't.
      if (classify(error) !== "connection") parts.log.error({ err: error }, `${pass.name} failed`)
    }
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

/** Looks up the attempts of a rail that are due, and begins those that wait for it. */
export async function observe(parts: LoopParts, rail: Rail): Promise<number> {
  const now = parts.clock.now()
  const leaseMs = Math.max(LEASE_MS, rail.beginTimeoutMs * 2)
  const claimed = await store.claimAttempts(parts.database, rail.name, {
    node: parts.node,
    now,
    until: new Date(now.getTime() + leaseMs),
    most: CLAIM_MAX,
  })
  const begun = claimed.filter((each) => each.begin)
  const open = claimed.filter((each) => !each.begin)
  const begins = begun.map(({ attempt, owner }) => parts.beginner.begin(attempt, owner))
  if (open.length > 0) await look(parts, rail, open)
  // A provider that is slow to begin must not keep back what others are looked up for.
  await Promise.race([Promise.all(begins), sleep(BEGINS_MS, undefined, { ref: false })])
  return claimed.length
}

/** Finds out and shows how it stands with a rail's far sides. */
async function tell({ metrics }: LoopParts, rail: Rail): Promise<number> {
  await rail.check?.()
  for (const { name, ok } of rail.health?.() ?? []) {
    metrics.gauge("rail_ok", ok ? 1 : 0, { far_side: name })
  }
  return 0
}

async function look(
  parts: LoopParts,
  rail: Rail,
  open: readonly store.ClaimedAttempt[],
): Promise<void> {
  const ready = rail.receiving ? await booked(parts, open) : open
  const orders = ready.flatMap(({ attempt }) => ordered(parts, attempt) ?? [])
  const { sightings, quietUntil } = await withTimeout(seen(rail, ready, orders), OBSERVE_TIMEOUT_MS)
  const told = rail.receiving ? await priced(rail, ready, sightings) : sightings
  const byAttempt = Map.groupBy(told, (sighting) => sighting.attemptId)
  const quiet: store.Looked[] = []
  const reports: Promise<unknown>[] = []
  for (const { attempt, owner } of ready) {
    const { id, fence, begunAt, createdAt, looks, method } = attempt
    const looked = { begunAt: begunAt ?? createdAt, looks: looks + 1, method }
    const lookAt = quietUntil?.get(id) ?? nextLook(rail, looked, parts.clock.now())
    const facts = byAttempt.get(id)
    if (!facts) quiet.push({ id, fence, lookAt })
    else {
      const report = reportOf(rail, attempt, owner, { sightings: facts, fence, lookAt })
      reports.push(parts.engine.submit(reportAttempt, report))
    }
  }
  if (quiet.length > 0) reports.push(store.putOff(parts.database, quiet, parts.clock.now()))
  for (const outcome of await Promise.allSettled(reports)) {
    if (outcome.status === "rejected") throw outcome.reason
  }
}

/** What became of them; what nobody wants any more is withdrawn from its bank first. */
async function seen(
  rail: Rail,
  claimed: readonly store.ClaimedAttempt[],
  orders: readonly Order[],
): ReturnType<Rail["observe"]> {
  const unwanted = new Set(
    claimed.flatMap(({ attempt, wanted }) => (isAtBank(attempt) && !wanted ? [attempt.id] : [])),
  )
  // One that the bank does not answer for must not keep back what it says of the others.
  await Promise.allSettled(
    orders.flatMap((order) => {
      if (!rail.withdraw || !unwanted.has(order.attemptId)) return []
      return [withTimeout(rail.withdraw(order, "other"), WITHDRAW_TIMEOUT_MS)]
    }),
  )
  return rail.observe(orders, null)
}

/** Without those that have money to be booked: it would be taken for what nobody saw. */
async function booked(
  parts: LoopParts,
  open: readonly store.ClaimedAttempt[],
): Promise<store.ClaimedAttempt[]> {
  const ids = open.map(({ attempt }) => attempt.id)
  const waiting = await withDueSightings(parts.database, ids)
  return open.filter(({ attempt }) => !waiting.has(attempt.id))
}

/** Late money counts by the rate of its moment; without one it is looked at again. */
async function priced(
  rail: Rail,
  open: readonly store.ClaimedAttempt[],
  sightings: readonly Sighting[],
): Promise<Sighting[]> {
  const told = await Promise.all(
    sightings.map(async (sighting) => {
      const { attemptId, fact, at } = sighting
      const claimed = open.find(({ attempt }) => attempt.id === attemptId)
      if (!claimed || fact.kind !== "received") return [sighting]
      const { attempt, expiresAt } = claimed
      const came = { order: attempt, asset: fact.asset, expiresAt, at }
      const dueNow = await dueNowOf(rail, attempt, came)
      if (dueNow === "wait") throw new Error(`no rate for ${fact.asset} now`)
      return [{ ...sighting, fact: { ...fact, dueNow } }]
    }),
  )
  return told.flat()
}

/** One that doesn't open must not keep back those that were claimed with it. */
function ordered(parts: LoopParts, attempt: Attempt): Order | null {
  try {
    return orderOf(attempt, parts.keyring)
  } catch (error) {
    parts.log.error({ err: error, attemptId: attempt.id }, "an attempt can't be read")
    return null
  }
}

/** Has stored accounts verified by their rails. */
export async function verify(parts: LoopParts): Promise<number> {
  const now = parts.clock.now()
  const until = new Date(now.getTime() + LEASE_MS)
  const claim = { node: parts.node, now, until, most: CLAIM_MAX }
  const claimed = await store.claimInstruments(parts.database, claim)
  await Promise.all(
    claimed.map(async (instrument) => {
      await parts.engine.submit(reportInstrument, {
        instrumentId: instrument.id,
        customerId: instrument.customerId,
        merchantId: instrument.merchantId,
        fence: instrument.fence,
        outcome: await verdictOn(parts, instrument),
      })
    }),
  )
  return claimed.length
}

async function verdictOn(
  parts: LoopParts,
  instrument: Instrument,
): Promise<ReportInstrument["outcome"]> {
  const rail = parts.rails.get(instrument.rail)
  // A rail that can't verify takes every account as it is; its first charge will tell.
  if (!rail?.verify) return { state: "active" }
  try {
    const { details } = openInstrument(instrument, parts.keyring)
    return await withTimeout(rail.verify(details), VERIFY_TIMEOUT_MS)
  } catch (error) {
    parts.log.warn({ err: error, instrumentId: instrument.id }, "a verification has no answer")
    return {
      state: "pending",
      lookAt: new Date(parts.clock.now().getTime() + VERIFY_AGAIN_MS),
    }
  }
}

/** Ends the payments whose payer ran out of time. */
export async function expire(parts: LoopParts): Promise<number> {
  const overdue = await store.overduePayments(parts.database, parts.clock.now(), CLAIM_MAX)
  await Promise.all(
    overdue.map(({ id: paymentId, merchantId }) =>
      parts.engine.submit(endPayment, { paymentId, merchantId, how: { kind: "expire" } }),
    ),
  )
  return overdue.length
}

async function clean(parts: LoopParts): Promise<number> {
  const now = parts.clock.now()
  return store.deleteOld(parts.database, now, new Date(now.getTime() - BODIES_KEPT_MS))
}
