/** Chance that can be had again: every choice follows from a text. */
import { createHash } from "node:crypto"

export type Random = {
  /** At least 0 and below 1. */
  next(): number
  /** A whole number from 0, below `end`. */
  below(end: number): number
  /** Whether something happens that happens in `share` of all cases. */
  chance(share: number): boolean
  pick<T>(list: readonly T[]): T
  /** One of a table's keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
}

/** Makes the source of a text: sfc32, which passes the usual tests and is four additions long. */
export function makeRandom(text: string): Random {
  const seed = createHash("sha256").update(text).digest()
  let [a, b, c, d] = [0, 4, 8, 12].map((at) => seed.readInt32LE(at)) as [
    number,
    number,
    number,
    number,
  ]
  const random: Random = {
    next() {
      const sum = (((a + b) | 0) + d) | 0
      d = (d + 1) | 0
      a = b ^ (b >>> 9)
      b = (c + (c << 3)) | 0
      c = ((c << 21) | (c >>> 11)) + sum
      c |= 0
      return (sum >>> 0) / 2 ** 32
    },
    below: (end) => Math.floor(random.next() * end),
    chance: (share) => random.next() < share,
    pick: (list) => list[random.below(list.length)]!,
    weighted(weights) {
      const entries = Object.entries<number>(weights)
      const sum = entries.reduce((total, [, weight]) => total + weight, 0)
      let left = random.next() * sum
      for (const [key, weight] of entries) {
        left -= weight
        if (left < 0) return key as keyof typeof weights
      }
      return entries.at(-1)![0] as keyof typeof weights
    },
  }
  return random
}
