/**
 * What a node has in memory to be sent, a lane for each endpoint: how many tries run in it at once
 * and how many wait behind them, so that no receiver takes what the others need.
 */

/** `more`: the database has more that is due than there was room for. */
export type Lane<Parcel> = {
  readonly endpointId: string
  /** Tries that may run at once; it grows with quick answers and shrinks without. */
  width: number
  running: number
  readonly waiting: Parcel[]
  more: boolean
}

export type Lanes<Parcel> = {
  /** The lane of an endpoint; null where nothing runs or waits. */
  find(endpointId: string): Lane<Parcel> | null
  all(): Iterable<Lane<Parcel>>
  /** Puts a parcel behind the others and answers its lane. */
  add(endpointId: string, parcel: Parcel): Lane<Parcel>
  /** Takes the next parcel, if one may run. */
  next(lane: Lane<Parcel>): Parcel | null
  /** Ends a try: how it went widens or narrows the lane. The next may run. */
  ended(lane: Lane<Parcel>, how: "quick" | "slow" | "failed"): void
  /** Lets go of a parcel that was ended: how it went is written down. */
  leave(): void
  /** Empties a lane of what waits. */
  drop(lane: Lane<Parcel>): void
  /** Says whether an endpoint has more in the database than was taken. */
  expect(endpointId: string, more: boolean): void
  /** How many more may wait for an endpoint whose deliveries are claimed. */
  room(endpointId: string): number
  /** Whether one more may wait that has just been written: nobody else would send it sooner. */
  takes(endpointId: string): boolean
  /** How many there are in memory: waiting, running, and not yet written down. */
  held(): number
}

/** Tries at once before anything is known: one dead receiver holds no more than these. */
const WIDTH_FIRST = 8
/** A receiver that answers each in 2 ms is told 15,000 a second by so many. */
const WIDTH_MAX = 32
/** A receiver that doesn't answer is asked by few, and by more than one lest one hangs alone. */
const WIDTH_LEAST = 2
/** Behind a lane that isn't at its widest; a claim brings them in time. */
const WAITING_FOR_WIDTH = 2
/** New ones of an endpoint that nothing is known of: those of one batch. */
const WAITING_NEW = 500
/** Waiting for one endpoint, however quick: at 200 ms a try they are gone well within a lease. */
const WAITING_MAX = 2_000
/** In memory in all; beyond it they wait in the database. */
export const HELD_MAX = 8_000

/** Makes lanes. A lane is forgotten when it is empty. */
export function makeLanes<Parcel>(): Lanes<Parcel> {
  const lanes = new Map<string, Lane<Parcel>>()
  let held = 0

  /** Several slow receivers must not fill the memory that those who answer need. */
  const isRoomy = () => held < HELD_MAX / 2

  function share({ width }: Lane<Parcel>): number {
    const least = WAITING_FOR_WIDTH * width
    if (width < WIDTH_MAX || !isRoomy()) return least
    return Math.max(least, Math.min(WAITING_MAX, Math.floor(HELD_MAX / 2 / lanes.size)))
  }

  function forget(lane: Lane<Parcel>): void {
    if (lane.running === 0 && lane.waiting.length === 0 && !lane.more) {
      lanes.delete(lane.endpointId)
    }
  }

  return {
    find: (endpointId) => lanes.get(endpointId) ?? null,
    all: () => lanes.values(),
    held: () => held,
    add(endpointId, parcel) {
      let lane = lanes.get(endpointId)
      if (lane === undefined) {
        lane = { endpointId, width: WIDTH_FIRST, running: 0, waiting: [], more: false }
        lanes.set(endpointId, lane)
      }
      lane.waiting.push(parcel)
      held += 1
      return lane
    },
    next(lane) {
      if (lane.running >= lane.width) return null
      const parcel = lane.waiting.shift()
      if (parcel === undefined) return null
      lane.running += 1
      return parcel
    },
    ended(lane, how) {
      lane.running -= 1
      if (how === "quick") lane.width = Math.min(WIDTH_MAX, lane.width + 1)
      if (how === "failed") lane.width = Math.max(WIDTH_LEAST, lane.width >> 1)
      forget(lane)
    },
    leave() {
      held -= 1
    },
    drop(lane) {
      held -= lane.waiting.splice(0).length
      lane.more = false
      forget(lane)
    },
    expect(endpointId, more) {
      const lane = lanes.get(endpointId)
      if (lane === undefined) return
      lane.more = more
      forget(lane)
    },
    room(endpointId) {
      const lane = lanes.get(endpointId)
      if (lane === undefined) return WAITING_FOR_WIDTH * WIDTH_FIRST
      return Math.max(0, share(lane) - lane.waiting.length)
    },
    takes(endpointId) {
      const lane = lanes.get(endpointId)
      if (held >= HELD_MAX) return false
      if (lane === undefined) return true
      const most = isRoomy() ? Math.max(WAITING_NEW, share(lane)) : WIDTH_FIRST
      if (lane.waiting.length < most) return true
      lane.more = true
      return false
    },
  }
}
