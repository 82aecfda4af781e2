/**
 * Time, randomness and ids: everything else takes them as arguments, so that a test can choose
 * them.
 */
import { randomBytes } from "node:crypto"

/** Where the program gets its time from. */
export type Clock = {
  /** The present instant, truncated to milliseconds as the database stores it. */
  now(): Date
  /** A steadily rising count of milliseconds, for measuring how long something took. */
  elapsedMs(): number
  /** How many milliseconds it is ahead of everybody else's: a sandbox's may be. Left out: none. */
  aheadMs?(): number
}

/** The present instant as others' clocks show it, such as those of receivers. */
export function outside(clock: Clock): Date {
  return new Date(clock.now().getTime() - (clock.aheadMs?.() ?? 0))
}

/** Where the program gets its ids and random bytes from. */
export type Ids = {
  /** A fresh id: see `makeIds`. */
  next(): string
  /** Unpredictable bytes, for secrets. */
  bytes(count: number): Buffer
}

/**
 * The host's clock, corrected by the offset to the database's (`setOffsetMs`), so that several
 * nodes on one database agree about what is due.
 */
export type HostClock = Clock & {
  setOffsetMs(offsetMs: number): void
  offsetMs(): number
  /** Moves all of it, which is no fault of the host's and isn't told as one. */
  setAheadMs(aheadMs: number): void
  aheadMs(): number
}

/** Makes the clock that the running program uses. */
export function hostClock(): HostClock {
  let offsetMs = 0
  let aheadMs = 0
  return {
    now: () => new Date(Date.now() + offsetMs + aheadMs),
    elapsedMs: () => performance.now(),
    setOffsetMs: (value) => {
      offsetMs = Math.round(value)
    },
    offsetMs: () => offsetMs,
    setAheadMs: (value) => {
      aheadMs = Math.round(value)
    },
    aheadMs: () => aheadMs,
  }
}

/** A clock that stands still until a test moves it. */
export type TestClock = Clock & { advance(ms: number): void; set(at: Date): void }

/** Makes a clock for tests that begins at `start`. */
export function testClock(start = new Date("2026-01-05T14:00:00.000Z")): TestClock {
  let at = start.getTime()
  return {
    now: () => new Date(at),
    elapsedMs: () => at,
    advance: (ms) => {
      at += ms
    },
    set: (date) => {
      at = date.getTime()
    },
  }
}

/** Ids of one millisecond that a node can tell apart by their counter alone. */
const COUNTER_END = 0x1000

/**
 * Makes ids in the form of a version 4 UUID: 48 bits of time in milliseconds, a 12-bit counter
 * within the millisecond, 62 random bits.
 *
 * The vendors' pages show version 4, and a strict client may check for it. Ids that rise keep each
 * index's inserts on its last pages, and rows of one commit sort as they were made. The random bits
 * keep an id from being guessed.
 */
export function makeIds(clock: Clock): Ids {
  const pool = { bytes: Buffer.alloc(0), at: 0 }
  let lastMs = 0
  let counter = 0
  let written = { ms: 0, text: "" }
  /** The first two groups of an id and the 4 of its version, made once a millisecond. */
  const timeText = (): string => {
    if (written.ms !== lastMs) {
      const time = lastMs.toString(16).padStart(12, "0")
      written = { ms: lastMs, text: `${time.slice(0, 8)}-${time.slice(8)}-4` }
    }
    return written.text
  }
  return {
    bytes: (count) => randomBytes(count),
    next: () => {
      // One call for many ids: asking the kernel for each costs more than the rest of the function.
      if (pool.at + 8 > pool.bytes.length) {
        pool.bytes = randomBytes(2_048)
        pool.at = 0
      }
      const tail = pool.bytes.subarray(pool.at, pool.at + 8)
      pool.at += 8
      const nowMs = clock.now().getTime()
      counter += 1
      // A clock that went back, or a full millisecond, borrows from the next one.
      if (nowMs > lastMs) {
        lastMs = nowMs
        counter = tail[7]!
      } else if (counter >= COUNTER_END) {
        lastMs += 1
        counter = 0
      }
      tail[0] = (tail[0]! & 0x3f) | 0x80
      const count = counter.toString(16).padStart(3, "0")
      const rest = tail.toString("hex")
      return `${timeText()}${count}-${rest.slice(0, 4)}-${rest.slice(4)}`
    },
  }
}
