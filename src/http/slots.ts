/** Bounds what runs at once, in all and for each key, and serves waiting keys in turn. */

/** Gives a slot back; calling it twice does nothing. */
export type Release = () => void

export type Slots = {
  /** A slot that is free at this moment and that nobody waits for; null when there is none. */
  takeNow(key: string): Release | null
  /**
   * Waits for a slot. Answers null at once when `waitingMax` wait already, when the signal aborts
   * or the slots are closed while waiting, and after `turnWithinMs`.
   */
  take(key: string, until?: Patience): Promise<Release | null>
  /** How many slots are taken. */
  running(): number
  /** Sends away all who wait and everyone who comes. */
  close(): void
}

/** How long somebody waits. */
export type Patience = {
  readonly signal?: AbortSignal | undefined
  readonly turnWithinMs?: number | undefined
}

type Waiter = (release: Release | null) => void
type Lane = { running: number; readonly waiting: Set<Waiter> }

/** Makes slots: `total` in all, `perKey` for one key, `waitingMax` waiting. */
export function makeSlots(limits: {
  readonly total: number
  readonly perKey: number
  readonly waitingMax: number
}): Slots {
  const lanes = new Map<string, Lane>()
  // The keys whose next waiter may go as soon as there is a slot; a set keeps them in turn.
  const ready = new Set<string>()
  let running = 0
  let waiting = 0
  let closed = false

  function laneOf(key: string): Lane {
    const known = lanes.get(key)
    if (known) return known
    const lane: Lane = { running: 0, waiting: new Set() }
    lanes.set(key, lane)
    return lane
  }

  function start(key: string, lane: Lane): Release {
    lane.running += 1
    running += 1
    let released = false
    return () => {
      if (released) return
      released = true
      lane.running -= 1
      running -= 1
      settle(key, lane)
      while (running < limits.total && ready.size > 0) serveNext()
    }
  }

  /** Keeps what is known of a lane in step with what happened to it. */
  function settle(key: string, lane: Lane): void {
    if (lane.waiting.size > 0 && lane.running < limits.perKey) ready.add(key)
    else ready.delete(key)
    if (lane.running === 0 && lane.waiting.size === 0) lanes.delete(key)
  }

  function serveNext(): void {
    const [key] = ready
    const lane = lanes.get(key!)!
    const [waiter] = lane.waiting
    lane.waiting.delete(waiter!)
    waiting -= 1
    const release = start(key!, lane)
    // To the end of the line: one key with a thousand waiters must not starve the others.
    ready.delete(key!)
    settle(key!, lane)
    waiter!(release)
  }

  return {
    running: () => running,
    takeNow: (key) => {
      if (closed || running >= limits.total) return null
      const lane = lanes.get(key)
      if (lane === undefined) return start(key, laneOf(key))
      return lane.running < limits.perKey && lane.waiting.size === 0 ? start(key, lane) : null
    },
    take: async (key, until = {}) => {
      if (closed || until.signal?.aborted) return null
      const lane = laneOf(key)
      const free = running < limits.total && lane.running < limits.perKey
      if (free && lane.waiting.size === 0) return start(key, lane)
      if (waiting >= limits.waitingMax) {
        settle(key, lane)
        return null
      }
      return waitIn(key, lane, until)
    },
    close: () => {
      closed = true
      ready.clear()
      for (const lane of lanes.values()) {
        for (const waiter of lane.waiting) waiter(null)
        lane.waiting.clear()
      }
      waiting = 0
    },
  }

  function waitIn(key: string, lane: Lane, until: Patience): Promise<Release | null> {
    const { signal, turnWithinMs } = until
    return new Promise((resolve) => {
      const leave = () => {
        if (!lane.waiting.delete(waiter)) return
        waiting -= 1
        settle(key, lane)
        done(null)
      }
      const done = (release: Release | null) => {
        signal?.removeEventListener("abort", leave)
        clearTimeout(timer)
        resolve(release)
      }
      const waiter: Waiter = done
      const timer = turnWithinMs === undefined ? undefined : setTimeout(leave, turnWithinMs)
      signal?.addEventListener("abort", leave, { once: true })
      lane.waiting.add(waiter)
      waiting += 1
      settle(key, lane)
    })
  }
}
