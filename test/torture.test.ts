/** The torture in short: a seed replays, some seeds break nothing, and none that once failed. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { startTestServer } from "./support/server.ts"
import { type Base, dropOwn, makeBase } from "./torture/base.ts"
import { REGRESSIONS } from "./torture/regressions.ts"
import { type Ran, run } from "./torture/run.ts"
import { story } from "./torture/shrink.ts"
import { closeStage } from "./torture/stage.ts"
import { planOf, ROUGH_FROM } from "./torture/workload.ts"

/** `npm run torture` runs them by the thousand. */
const SEEDS = 50
/** A machine that has other work does fewer: the suite has its own limit. */
const SEEDS_MS = 25_000
/** So many it does in any case: fewer would show nothing. */
const SEEDS_MIN = 5
/** Two nodes, and something goes wrong every few gates. */
const REPLAYED = 6

const NAME = `torture_${process.pid}`
let base: Base
let server: Awaited<ReturnType<typeof startTestServer>> | undefined
let url = process.env.CAUDAL_TEST_DATABASE_URL

before(async () => {
  if (url === undefined) {
    server = await startTestServer()
    url = server.url
  }
  base = await makeBase(url, NAME)
})

after(async () => {
  // What failed before has less to undo, and must be what is told.
  if (base !== undefined) await closeStage(base)
  if (url !== undefined) await dropOwn(url, NAME)
  await server?.stop()
})

function assertUnbroken(ran: Ran): void {
  assert.equal(ran.violation, null, `seed ${ran.plan.seed}\n${story(ran)}`)
}

test("seeds break nothing, and one replays gate by gate whatever ran before it", async (t) => {
  const one = await run(base, planOf(REPLAYED))
  assertUnbroken(one)
  assert.equal(one.plan.nodes, 2)
  assert.ok(one.fired.length > 5, "something goes wrong in it")

  const startedMs = performance.now()
  let seed = 0
  while (seed < SEEDS && (seed < SEEDS_MIN || performance.now() - startedMs < SEEDS_MS)) {
    seed += 1
    assertUnbroken(await run(base, planOf(seed)))
  }
  t.diagnostic(`${seed} seeds`)

  const again = await run(base, planOf(REPLAYED))
  assert.deepEqual(again.history, one.history)
})

test("a plan that is cut is the same elsewhere", () => {
  const whole = planOf(3)
  const short = planOf(3, whole.steps.length - 5)
  assert.deepEqual(short.steps, whole.steps.slice(0, -5))
})

test("what goes wrong can be named gate by gate, and goes wrong alike", async () => {
  const rough = await run(base, planOf(ROUGH_FROM + 3))
  const named = await run(base, { ...rough.plan, rate: 0, faults: rough.fired })
  assert.deepEqual(named.history, rough.history)
})

for (const { plan, why } of REGRESSIONS) {
  test(`no longer: ${why}`, async () => {
    const ran = await run(base, plan)
    assertUnbroken(ran)
    // A gate that is called otherwise now would let this pass for nothing.
    assert.deepEqual(ran.fired, plan.faults)
  })
}
