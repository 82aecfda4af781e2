/** Randomness that a seed replays: each choice follows from the seed and a name. */
import { hash } from "node:crypto"
import type { Clock, Ids } from "../../src/clock.ts"

/** A stream of choices. */
export type Random = {
  /** A number in [0, 1). */
  next(): number
  /** A whole number from 0 to `end`, without `end`. */
  below(end: number): number
  pick<T>(from: readonly T[]): T
  chance(probability: number): boolean
  bytes(count: number): Buffer
}

/**
 * The stream that a name has under a seed. Choices with names of their own stay as they are when
 * others are left out: a history can be cut down without becoming another one.
 */
export function randomOf(seed: number, name: string): Random {
  const digest = hash("sha256", `${seed}|${name}`, "buffer")
  // xoshiro128**: small, quick and even enough. https://prng.di.unimi.it/
  const s = new Uint32Array([0, 4, 8, 12].map((at) => digest.readUInt32LE(at)))
  const turned = (value: number, by: number) => (value << by) | (value >>> (32 - by))
  const word = (): number => {
    const out = Math.imul(turned(Math.imul(s[1]!, 5), 7), 9) >>> 0
    const kept = s[1]! << 9
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= kept
    s[3] = turned(s[3]!, 11)
    return out
  }
  const next = () => word() / 2 ** 32
  const below = (end: number) => Math.floor(next() * end)
  return {
    next,
    below,
    pick: (from) => from[below(from.length)]!,
    chance: (probability) => next() < probability,
    bytes(count) {
      const out = Buffer.alloc(count)
      for (let at = 0; at < count; at += 1) out[at] = word() >>> 24
      return out
    },
  }
}

/** One number in [0, 1) for a name: for choices that are made once. */
export function chosen(seed: number, name: string): number {
  return hash("sha256", `${seed}|${name}`, "buffer").readUInt32LE(0) / 2 ** 32
}

/** Ids in the program's own form (see `makeIds`), from the simulated clock and the seed. */
export function seededIds(clock: Pick<Clock, "now">, seed: number, name: string): Ids {
  const random = randomOf(seed, `ids ${name}`)
  let lastMs = 0
  let counter = 0
  return {
    bytes: (count) => random.bytes(count),
    next() {
      const nowMs = clock.now().getTime()
      counter += 1
      if (nowMs > lastMs) {
        lastMs = nowMs
        counter = random.below(256)
      }
      const time = lastMs.toString(16).padStart(12, "0")
      const tail = random.bytes(8)
      tail[0] = (tail[0]! & 0x3f) | 0x80
      const rest = tail.toString("hex")
      const count = counter.toString(16).padStart(3, "0")
      const head = `${time.slice(0, 8)}-${time.slice(8)}-4${count}`
      return `${head}-${rest.slice(0, 4)}-${rest.slice(4)}`
    },
  }
}
