/** What is measured and its controls, by turns: disk and machine have moods that hit all alike. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Context } from "./bench.ts"
import { watchDisk } from "./place.ts"

export type Side = {
  readonly name: string
  /** Until functions are compiled and plans are made; what it finds doesn't count. */
  warmUp?(seconds: number): Promise<unknown>
  /** Measures for so long and keeps what it found. */
  measure(seconds: number): Promise<unknown>
}

export type Turns = {
  /** How many times each side measures. */
  readonly slices?: number
  /** All slices of a side together; what the bench was given if nothing is said. */
  readonly seconds?: number
  readonly warmUpSeconds?: number
  /** Between slices: the last batch of the side before and the disk come to rest. */
  readonly restMs?: number
  /** On the disk of the database: what it can do is noted, before and after. */
  readonly folder?: string
}

const SLICES = 5
const SHORT_SLICES = 1
const REST_MS = 300
const SHORT_REST_MS = 20
const WARM_UP_S = 2
const SHORT_WARM_UP_S = 0.2

/** Warms up each side, then lets all of them measure by turns, every other time backwards. */
export async function interleave(
  context: Context,
  sides: readonly Side[],
  turns: Turns = {},
): Promise<void> {
  const { short } = context
  const {
    folder,
    restMs = short ? SHORT_REST_MS : REST_MS,
    seconds = context.seconds,
    slices = short ? SHORT_SLICES : SLICES,
    warmUpSeconds = short ? SHORT_WARM_UP_S : WARM_UP_S,
  } = turns
  for (const side of sides) {
    context.signal.throwIfAborted()
    context.stage(`warming up ${side.name}`)
    await side.warmUp?.(warmUpSeconds)
  }
  const noteDisk = folder === undefined ? () => {} : watchDisk(context, folder)
  for (let turn = 0; turn < slices * sides.length; turn += 1) {
    const slice = Math.floor(turn / sides.length)
    const at = turn % sides.length
    // Whoever comes behind another finds what that left: nobody always comes behind the same.
    const side = (slice % 2 === 0 ? sides : sides.toReversed())[at]!
    await sleep(restMs, undefined, context)
    context.stage(side.name)
    context.progress(turn / (slices * sides.length))
    await side.measure(seconds / slices)
  }
  context.progress(1)
  noteDisk()
}
