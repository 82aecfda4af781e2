/** Slows down, and then stops, whoever keeps failing to log in: by user name and by address. */
import type { Clock } from "../../core/index.ts"

/** How many failures a name may have. They wear off one by one, `wearOffMs` apart. */
export type Patience = {
  /** Failures that cost nothing: fingers slip. */
  readonly free: number
  /** Failures after which nothing is tried any more until some have worn off. */
  readonly most: number
  readonly wearOffMs: number
}

/** One person's name, against one guesser. */
export const FOR_USER: Patience = { free: 5, most: 15, wearOffMs: 30_000 }
/** An address may be a whole company's, behind which many log in. */
export const FOR_ADDRESS: Patience = { free: 20, most: 60, wearOffMs: 10_000 }

const FIRST_WAIT_MS = 100
const WAIT_MAX_MS = 3_000
/** Names in memory; past this the one that failed longest ago is forgotten. */
const NAMES_MAX = 10_000

export type Throttle = {
  /** How long to wait before a try, in milliseconds; null when there must be none. */
  waitMs(name: string): number | null
  failed(name: string): void
  /** Forgets a name's failures: it has shown who it is. */
  succeeded(name: string): void
}

/** Makes a throttle, which forgets everything when its process ends. */
export function makeThrottle(clock: Pick<Clock, "elapsedMs">, patience: Patience): Throttle {
  // `until` is when the last failure will have worn off: one number says how many are left.
  const until = new Map<string, number>()

  function failures(name: string): number {
    const leftMs = (until.get(name) ?? 0) - clock.elapsedMs()
    return leftMs > 0 ? Math.ceil(leftMs / patience.wearOffMs) : 0
  }

  return {
    waitMs(name) {
      const count = failures(name)
      if (count >= patience.most) return null
      if (count <= patience.free) return 0
      return Math.min(FIRST_WAIT_MS * 2 ** (count - patience.free - 1), WAIT_MAX_MS)
    },
    failed(name) {
      const from = Math.max(until.get(name) ?? 0, clock.elapsedMs())
      // Put in anew, so that the map stays in the order of the last failure.
      until.delete(name)
      until.set(name, from + patience.wearOffMs)
      if (until.size > NAMES_MAX) until.delete(until.keys().next().value!)
    },
    succeeded: (name) => void until.delete(name),
  }
}

/**
 * Lets the tries of one name happen one after another: those of the same moment would all be made
 * before the first of them has failed.
 */
export function makeTurns(): <T>(name: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (name, work) => {
    const mine = (last.get(name) ?? Promise.resolve()).then(work)
    const over = mine.catch(() => undefined)
    last.set(name, over)
    try {
      return await mine
    } finally {
      if (last.get(name) === over) last.delete(name)
    }
  }
}

/** What is counted of an address: of IPv6 the network, all of which is one host's to use. */
export function addressName(ip: string): string {
  if (!ip.includes(":") || ip.includes(".")) return ip
  const [head = "", tail] = ip.split("::")
  const left = head === "" ? [] : head.split(":")
  const right = tail === undefined || tail === "" ? [] : tail.split(":")
  const zeros = Array<string>(Math.max(8 - left.length - right.length, 0)).fill("0")
  return `${[...left, ...zeros, ...right].slice(0, 4).join(":")}::/64`
}
