/**
 * Brings deliveries that are due into the lanes: of every endpoint a few in its turn, and for those
 * that have more as much as they send, before they run dry.
 */
import type { Clock } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import type { Endpoint } from "../webhooks/event.ts"
import { claimFor, claimInTurn, endpointsOf, type Leased } from "../webhooks/store/outbox.ts"
import { HELD_MAX, type Lane, type Lanes } from "./lanes.ts"

export type ClaimsParts<Parcel> = {
  readonly database: Database
  readonly clock: Clock
  readonly node: string
  readonly leaseMs: number
  readonly lanes: Lanes<Parcel>
  /** What lies in a lane; its lease ends at `untilMs`. */
  readonly parcel: (leased: Leased, endpoint: Endpoint, untilMs: number) => Parcel
  /** Sends what has come into a lane. */
  readonly advance: (lane: Lane<Parcel>) => void
}

export type Claims<Parcel> = {
  /** Looks for what is due anywhere; answers how much of it there was. */
  look(): Promise<number>
  /** Claims for the lanes that have more in the database, if this one runs dry; else null. */
  refill(lane: Lane<Parcel>): Promise<unknown> | null
}

/** What a look takes of an endpoint that nothing is in memory of. */
const CLAIM_EACH = 16
/** What one look takes in all. */
const CLAIM_MAX = 500
/** Fewer are not worth a claim. */
const REFILL_LEAST = 4

/** Below every id. */
const FIRST_ID = "00000000-0000-0000-0000-000000000000"

/** Makes the claims of a node. They follow each other, so that each knows what room there is. */
export function makeClaims<Parcel>(parts: ClaimsParts<Parcel>): Claims<Parcel> {
  const { clock, database, lanes, leaseMs, node } = parts
  let last: Promise<unknown> = Promise.resolve()
  let refilling = false
  /** Where the last look ended: the next goes on from there, so that everyone has a turn. */
  let after = FIRST_ID

  function inTurn(work: () => Promise<number>): Promise<number> {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }

  function newLease() {
    const now = clock.now()
    return { node, now, until: new Date(now.getTime() + leaseMs) }
  }

  async function claimMore(): Promise<number> {
    const rooms = new Map<string, number>()
    let left = HELD_MAX - lanes.held()
    for (const { endpointId, more } of lanes.all()) {
      const room = more ? Math.min(left, lanes.room(endpointId)) : 0
      if (room < REFILL_LEAST) continue
      rooms.set(endpointId, room)
      left -= room
    }
    if (rooms.size === 0) return 0
    const lease = newLease()
    return take(await claimFor(database, { ...lease, rooms }), lease.until, rooms)
  }

  async function claimAround(): Promise<number> {
    const most = Math.min(CLAIM_MAX, HELD_MAX - lanes.held())
    if (most <= 0) return 0
    const busy = [...lanes.all()].filter(
      ({ endpointId, more }) => more || lanes.room(endpointId) < CLAIM_EACH,
    )
    const except = busy.map(({ endpointId }) => endpointId)
    const lease = newLease()
    const limits = { perEndpoint: CLAIM_EACH, most, except, after }
    const claimed = await claimInTurn(database, { ...lease, ...limits })
    after = lastInTurn(claimed, after)
    return take(claimed, lease.until, new Map())
  }

  /** An endpoint that gave all there was room for may have more. */
  async function take(
    claimed: readonly Leased[],
    until: Date,
    rooms: ReadonlyMap<string, number>,
  ): Promise<number> {
    const byEndpoint = Map.groupBy(claimed, ({ endpointId }) => endpointId)
    const endpoints =
      byEndpoint.size === 0 ? new Map() : await endpointsOf(database, [...byEndpoint.keys()])
    for (const id of new Set([...rooms.keys(), ...byEndpoint.keys()])) {
      const got = byEndpoint.get(id) ?? []
      const endpoint = endpoints.get(id)
      // Switched off in between: its lease runs out, and it waits for being switched on.
      if (endpoint !== undefined) {
        for (const leased of got) lanes.add(id, parts.parcel(leased, endpoint, until.getTime()))
      }
      lanes.expect(id, got.length >= (rooms.get(id) ?? CLAIM_EACH))
    }
    // Only now: a lane that is sent off at once may ask for more.
    for (const id of byEndpoint.keys()) {
      const lane = lanes.find(id)
      if (lane) parts.advance(lane)
    }
    return claimed.length
  }

  return {
    look: () => inTurn(async () => (await claimMore()) + (await claimAround())),
    refill({ endpointId, more, waiting }) {
      if (!more || refilling || waiting.length * 2 > lanes.room(endpointId)) return null
      refilling = true
      return inTurn(claimMore).finally(() => {
        refilling = false
      })
    },
  }
}

/** The endpoint that a claim came to last, when it began behind `after` and went round. */
function lastInTurn(claimed: readonly Leased[], after: string): string {
  const ids = claimed.map(({ endpointId }) => endpointId).sort()
  return ids.findLast((id) => id <= after) ?? ids.at(-1) ?? after
}
