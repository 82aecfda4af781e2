/**
 * The gateway, its database and both at once are killed at random while payments are created. Far
 * more of the same: `npm run kill -- --random`.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { killAtRandom } from "./random.ts"

/** Chosen so that each victim has its turn. */
const SEED = 10
const KILLS = 3

test("killed at random under load, it comes back with all that it acknowledged", async (t) => {
  const summary = await killAtRandom(t, { kills: KILLS, seed: SEED, seconds: null })
  const { acknowledged, changed, doubled, kills, lost, told, untold, wrong } = summary
  assert.deepEqual(kills, { gateway: 1, database: 1, both: 1 })
  assert.ok(acknowledged > KILLS && told > 0)
  const bad = { lost, doubled, changed, untold, wrong }
  assert.deepEqual(bad, { lost: 0, doubled: 0, changed: 0, untold: 0, wrong: 0 })
  assert.equal(summary.recoveriesMs.length, KILLS)
})
