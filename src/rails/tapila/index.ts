/** Recharges sold on: any provider that speaks Tapila's API, with this gateway as its client. */
import type { Clock, Company, Order, Rail, Sighting } from "../../core/index.ts"
import { makeAbsences } from "./absences.ts"
import { balancesOf } from "./balances.ts"
import { begin } from "./begin.ts"
import { CATALOGUE_LIMITS, companiesOf } from "./catalogue.ts"
import { type Connection, type Log, openConnection } from "./connection.ts"
import { type LookLimits, lookUp, lost, sightingsOf } from "./look.ts"
import { makeNames } from "./names.ts"
import { readNotice } from "./notice.ts"
import { sells, type TapilaSettings } from "./settings.ts"

export { readSettings, type TapilaSettings } from "./settings.ts"

export type TapilaRail = Rail &
  Required<
    Pick<Rail, "balances" | "check" | "close" | "countries" | "farSideOf" | "health" | "sells">
  >

export type TapilaParts = {
  readonly clock: Clock
  readonly log: Log
  readonly settings: TapilaSettings
  /** For tests. */
  readonly limits?: Partial<LookLimits>
}

const LOOK_LIMITS: LookLimits = { askAgainForMs: 60_000, lostAfterMs: 600_000, absentForMs: 60_000 }

/** Beside the recharge itself: a login, a company's name, and a look-up of what came of it. */
const BESIDE_MS = 10_000

/** Look-ups at once: a provider's limits are not for its clients' loops to use up. */
const LOOKS_AT_ONCE = 16
/** All look-ups of one pass together, within what the core waits for them. */
const LOOKS_MS = 15_000
const LOOK_TIMEOUT_MS = 8_000
const BALANCE_MS = 20_000

/** Waits between looks: quick while somebody waits, then as the vendor advises, without end. */
const LOOKS_DELAYS_MS: readonly number[] = [
  2_000, 2_000, 2_000, 2_000, 2_000, 30_000, 30_000, 60_000, 120_000, 180_000, 300_000,
]

/** Makes the rail. Nothing is asked before the first use, or check. */
export function makeTapila({ clock, log, settings, limits: over }: TapilaParts): TapilaRail {
  const limits = { ...LOOK_LIMITS, ...over }
  const connections = settings.connections.map((each) =>
    openConnection({ clock, log, settings: each }),
  )
  const timeouts = settings.connections.map(({ timeoutMs }) => timeoutMs)
  const beginTimeoutMs = Math.max(...timeouts) + BESIDE_MS
  const names = makeNames(clock)
  const missedSince = makeAbsences()
  const inMs = (ms: number) => new Date(clock.now().getTime() + ms)

  /**
   * The connection to the provider that an order was made for, whoever sells in its country by
   * now: to another its id says nothing, so that it would be delivered there once more.
   */
  function connectionOf({ attemptId, target }: Order): Connection | null {
    const same = connections.filter(({ settings }) => settings.farSide === target.farSide)
    const connection = same.find((each) => sells(each.settings, target)) ?? same[0]
    if (connection) return connection
    const { companyCode, farSide } = target
    const problem =
      farSide === null
        ? "no connection sold in this country when this was ordered"
        : "the provider that has this recharge isn't configured any more"
    log.error({ rail: "tapila", attemptId, companyCode }, problem)
    return null
  }

  async function look(order: Order, untilAt: Date): Promise<readonly Sighting[]> {
    const connection = connectionOf(order)
    // What belongs to nobody was never sent, nor ever is.
    if (order.target.farSide === null) return [lost(order, clock.now())]
    if (connection === null) return []
    const leftMs = Math.min(LOOK_TIMEOUT_MS, untilAt.getTime() - clock.now().getTime())
    const found = await lookUp(connection, order, inMs(leftMs))
    if (found.kind === "absent" && order.railReference !== null) {
      const { attemptId } = order
      connection.complain("knows nothing of a recharge that it had taken", { attemptId })
    }
    const now = clock.now()
    const absentSince = found.kind === "absent" ? missedSince(order, now) : now
    return sightingsOf(order, found, { now, absentSince }, limits)
  }

  return {
    name: "tapila",
    displayName: "Tapila",
    methods: ["recharge"],
    custodian: "gateway",
    // A second request under the same externalPaymentId is refused by the provider.
    beginIsIdempotent: true,
    absenceIsProof: false,
    beginTimeoutMs,
    lookDelayMs: (looks) => LOOKS_DELAYS_MS[looks] ?? LOOKS_DELAYS_MS.at(-1)!,
    noticeAnswer: { status: 200, body: { status: "Confirm" } },
    farSideOf(target) {
      return connections.find((each) => sells(each.settings, target))?.settings.farSide ?? null
    },
    begin: (order) =>
      begin({ clock, names, connectionOf, beginTimeoutMs, lostAfterMs: limits.lostAfterMs }, order),
    async observe(open) {
      const untilAt = inMs(LOOKS_MS)
      const sightings = await inParallel(open, LOOKS_AT_ONCE, (order) => look(order, untilAt))
      return { sightings: sightings.flat(), cursor: null }
    },
    receive(name, headers, body) {
      const connection = connections.find((each) => each.name === name)
      return connection ? readNotice(connection.settings, headers, body) : null
    },
    countries: settings.connections.flatMap(({ countries }) => countries),
    async sells(): Promise<readonly Company[]> {
      const untilAt = inMs(CATALOGUE_LIMITS.timeoutMs)
      const selling = connections.filter(({ settings }) => settings.countries.length > 0)
      const lists = await Promise.all(
        selling.map((each) => named(each, companiesOf(each, untilAt))),
      )
      return lists.flat()
    },
    async check() {
      await Promise.all(connections.map((each) => each.check()))
    },
    health: () => connections.map((each) => each.health()),
    async balances() {
      const asked = connections.filter(({ settings: { hosts } }) => hosts.tools !== null)
      const untilAt = inMs(BALANCE_MS)
      return (await Promise.all(asked.map((each) => named(each, balancesOf(each, untilAt))))).flat()
    },
    async close() {
      await Promise.all(connections.map((each) => each.close()))
    },
  }
}

/** Does it for one connection; a fault says whose it is. */
async function named<T>({ name }: Connection, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
  }
}

/** Does `work` for all, at most `most` at once; answers in their order. */
async function inParallel<T, R>(
  all: readonly T[],
  most: number,
  work: (each: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    while (next < all.length) {
      const at = next
      next += 1
      results[at] = await work(all[at]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, worker))
  return results
}
