/** Cutting down a failing plan, by runs that are made up. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Fired } from "./scheduler.ts"
import { type Failed, shrink } from "./shrink.ts"
import { type Plan, planOf } from "./workload.ts"

const FAULTS: readonly Fired[] = Array.from({ length: 9 }, (_, at) => ({
  gate: `gate ${at}`,
  fault: at % 2 === 0 ? "crash after" : "disk full",
}))

const WHOLE: Plan = { ...planOf(1), nodes: 2, faults: null }
const PLACES = WHOLE.steps.map(({ at }) => at)

/** A run that goes wrong as `what` says, and counts what it was asked for. */
function world(what: (plan: Plan, faults: readonly Fired[]) => Failed["violation"]) {
  const asked: Plan[] = []
  const run = async (plan: Plan): Promise<Failed> => {
    asked.push(plan)
    const fired = plan.faults ?? FAULTS
    return { plan, fired, violation: what(plan, fired) }
  }
  return { asked, run }
}

const hasSteps = ({ steps }: Plan, ...wanted: readonly number[]) =>
  wanted.every((each) => steps.some(({ at }) => at === each))
const hasFault = (faults: readonly Fired[], wanted: string) =>
  faults.some(({ gate }) => gate === wanted)

test("what is left is what it takes: two steps, one fault, one node", async () => {
  const { run } = world((plan, faults) => {
    const fails = hasSteps(plan, PLACES[2]!, PLACES[9]!) && hasFault(faults, "gate 4")
    return fails ? { invariant: 7, what: "asked twice" } : null
  })
  const { plan } = await shrink(run, await run(WHOLE))
  assert.deepEqual(
    plan.steps.map(({ at }) => at),
    [PLACES[2], PLACES[9]],
  )
  assert.deepEqual(plan.faults, [FAULTS[4]])
  assert.equal(plan.nodes, 1)
})

test("a step that is only needed beside a fault goes with it", async () => {
  const { run } = world((plan, faults) => {
    const needsStep = hasFault(faults, "gate 1")
    const fails = !needsStep || hasSteps(plan, PLACES[5]!)
    return fails ? { invariant: 2, what: "below its floor" } : null
  })
  const { plan } = await shrink(run, await run(WHOLE))
  assert.deepEqual([plan.steps, plan.faults], [[], []])
})

test("it ends with the failure that it began with, and not with another", async () => {
  const { run } = world((plan) => {
    if (hasSteps(plan, PLACES[3]!)) return { invariant: "fault", what: "node 1': lost 17" }
    return { invariant: "fault", what: "node 2: broken" }
  })
  const { plan, violation } = await shrink(run, await run(WHOLE))
  assert.equal(violation?.what, "node 1': lost 17")
  assert.deepEqual(
    plan.steps.map(({ at }) => at),
    [PLACES[3]],
  )
})

test("the same fault of another node, about another row, is the same failure", async () => {
  const { run } = world(({ steps }) => ({
    invariant: "fault",
    what: `node ${steps.length}: row ${steps.length} is lost`,
  }))
  assert.deepEqual((await shrink(run, await run(WHOLE))).plan.steps, [])
})

test("what does not fail again is told as it was, after one go over it", async () => {
  let first = true
  const { asked, run } = world(() => {
    const violation = first ? { invariant: 3, what: "twice" } : null
    first = false
    return violation
  })
  const { plan } = await shrink(run, await run(WHOLE))
  assert.deepEqual([plan.steps, plan.faults], [WHOLE.steps, FAULTS])
  assert.ok(asked.length < 4 * (WHOLE.steps.length + FAULTS.length))
})
