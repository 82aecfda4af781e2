/** Every gate of every life: lists them, and has a core killed at each. */
import { LIVES } from "../support/lives.ts"
import type { PointWorld } from "../support/point-world.ts"

/** A place to die at: a life, and a gate of it. */
export type Point = { readonly life: string; readonly gate: string }

export type Points = {
  /** Where it was died, and all went well. */
  readonly died: readonly Point[]
  /** Where a life went another way, each time. */
  readonly unreached: readonly Point[]
  readonly failed: readonly (Point & { readonly error: unknown })[]
}

/** A life may take another way: two calls that are under way at once end in any order. */
const TRIES = 3

/** Lives each life through, and answers its gates in the order in which they are come to. */
export async function listPoints(worlds: readonly PointWorld[]): Promise<Point[]> {
  const gates = new Map<string, readonly string[]>(LIVES.map(({ name }) => [name, []]))
  const left = [...gates.keys()]
  await Promise.all(
    worlds.map(async (world) => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) {
        gates.set(name, (await world.live(name, null)).met)
      }
    }),
  )
  return [...gates].flatMap(([life, met]) => met.map((gate) => ({ life, gate })))
}

/** Dies at each point, in as many worlds at once as there are. */
export async function dieAt(
  worlds: readonly PointWorld[],
  points: readonly Point[],
  progress: (done: number) => void = () => {},
  signal?: AbortSignal,
): Promise<Points> {
  const [died, unreached]: [Point[], Point[]] = [[], []]
  const failed: (Point & { error: unknown })[] = []
  const left = [...points]
  let done = 0

  /** Whether this world can be lived in after that. */
  async function at(world: PointWorld, point: Point): Promise<boolean> {
    try {
      for (let tries = 0; tries < TRIES; tries += 1) {
        const lived = await world.live(point.life, point.gate)
        if (!lived.died) continue
        died.push(point)
        return true
      }
      unreached.push(point)
      return true
    } catch (error) {
      failed.push({ ...point, error })
      return false
    }
  }

  await Promise.all(
    worlds.map(async (world) => {
      let goesOn = true
      while (goesOn && !signal?.aborted) {
        const point = left.shift()
        if (!point) return
        goesOn = await at(world, point)
        done += 1
        progress(done)
      }
    }),
  )
  return { died, unreached, failed }
}
