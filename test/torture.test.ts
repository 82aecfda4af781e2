/** The torture in short: a seed replays, some seeds break nothing, and none that once failed. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { startTestServer } from "./support/server.ts"
import { type Base, dropOwn, makeBase } from "./torture/base.ts"
import { REGRESSIONS } from "./torture/regressions.ts"
import { type Ran, run } from "./torture/run.ts"
import { story } from "./torture/shrink.ts"
import { closeStage } from "./torture/stage.ts"
import { planOf } from "./torture/workload.ts"

/** As many as fit into the suite's time; `npm run torture` runs them by the thousand. */
const SEEDS = 3
/** Two nodes, and something goes wrong every few gates. */
const REPLAYED = 6

let base: Base
let server: Awaited<ReturnType<typeof startTestServer>> | undefined
let url = process.env.CAUDAL_TEST_DATABASE_URL

before(async () => {
  if (url === undefined) {
    server = await startTestServer()
    url = server.url
  }
  base = await makeBase(url, `torture_${process.pid}`)
})

after(async () => {
  await closeStage(base)
  await dropOwn(url!, base.name)
  await server?.stop()
})

function assertUnbroken(ran: Ran): void {
  assert.equal(ran.violation, null, `seed ${ran.plan.seed}\n${story(ran)}`)
}

test("a seed replays, gate by gate", async () => {
  const [one, other] = [await run(base, planOf(REPLAYED)), await run(base, planOf(REPLAYED))]
  assert.deepEqual(one.history, other.history)
  assert.equal(one.plan.nodes, 2)
  assert.ok(one.fired.length > 5, "something goes wrong in it")
  assertUnbroken(one)
})

test("a plan that is cut is the same elsewhere", () => {
  const whole = planOf(3)
  const short = planOf(3, whole.steps.length - 5)
  assert.deepEqual(short.steps, whole.steps.slice(0, -5))
})

test("seeds break nothing", async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) assertUnbroken(await run(base, planOf(seed)))
})

test("no seed that once failed fails again", async () => {
  for (const { seed } of REGRESSIONS) assertUnbroken(await run(base, planOf(seed)))
})
