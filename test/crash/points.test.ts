/**
 * A core is killed before, during and after what it waits for, and started again: nothing that was
 * answered is lost, nothing is done twice, and everybody is told. All points: `npm run kill`.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { LIVES } from "../support/lives.ts"
import { openPointWorld } from "../support/point-world.ts"
import { dieAt, listPoints } from "./points.ts"

/** Of all points, as many as there is time for; those of `npm run kill -- --points` are all. */
const EACH = 100
/** Far fewer than there are: a seam that lost its gates would be seen here. */
const POINTS_LEAST = 500

test("killed all over its work, a core loses nothing and does nothing twice", async (t) => {
  const worlds = await Promise.all([openPointWorld(t), openPointWorld(t)])
  const all = await listPoints(worlds)
  assert.ok(all.length >= POINTS_LEAST, `there are only ${all.length} points`)
  const lives = new Set(all.map(({ life }) => life))
  assert.deepEqual(
    [...lives],
    LIVES.map(({ name }) => name),
  )
  const some = all.filter((_, at) => at % EACH === 0)
  const { died, failed, unreached } = await dieAt(worlds, some)
  for (const { error, gate, life } of failed) throw new Error(`${life}: ${gate}`, { cause: error })
  assert.deepEqual(unreached, [], "each of them is come to again")
  assert.equal(died.length, some.length)
})
