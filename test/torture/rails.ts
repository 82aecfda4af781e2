/** The far sides: one simulated bank for all nodes, whose own books say what money moved. */
import type { Clock, Rail } from "../../src/core/index.ts"
import { makeSimulator, type Simulator } from "../../src/rails/simulator/index.ts"
import { type ChainSide, openChainSide } from "./chain-far-side.ts"
import type { ChainPlan } from "./chain-steps.ts"
import { type Fault, planted } from "./faults.ts"
import { seededIds } from "./random.ts"
import type { Scheduler } from "./scheduler.ts"
import type { SimulatedTime } from "./time.ts"

export type Rails = {
  readonly simulator: Simulator
  /** Where the run has one: then all crypto is paid there. */
  readonly chain: ChainSide | null
  /** The same far sides, as one node calls them. */
  forNode(clock: Clock): readonly Rail[]
}

/** Opens the far sides of one run. They have the true time. */
export function openRails(
  scheduler: Scheduler,
  time: SimulatedTime,
  seed: number,
  publicUrl: string,
  plan: ChainPlan | null,
): Rails {
  const clock = time.clockOf({ skewMs: 0 })
  const ids = seededIds(clock, seed, "the bank")
  const simulator = makeSimulator({ clock, ids, dir: null, publicUrl })
  const chain = plan ? openChainSide(plan, scheduler, time) : null
  const bank = gated(scheduler, simulator)
  return {
    simulator,
    chain,
    forNode: (own) => (chain ? [chain.railFor(own), bank] : [bank]),
  }
}

/** What became of a call, whatever became of its answer. */
async function call<T>(fault: Fault | null, work: () => Promise<T>): Promise<T> {
  if (fault === "never arrived") throw planted(new Error("connect ECONNREFUSED"))
  const answer = await work()
  if (fault === "answer lost") throw planted(new Error("the connection was lost before the answer"))
  return answer
}

function gated(scheduler: Scheduler, rail: Simulator): Rail {
  return {
    ...rail,
    begin: (order) =>
      scheduler.pass("rail", `begin ${order.kind}`, (fault) =>
        call(fault, () => rail.begin(order)),
      ),
    observe: (open, cursor) =>
      scheduler.pass("look", `observe ${open.length}`, async (fault) => {
        const seen = await call(fault, () => rail.observe(open, cursor))
        if (fault !== "doubled") return seen
        // The same news twice, and the second time in another order.
        return { ...seen, sightings: [...seen.sightings, ...seen.sightings.toReversed()] }
      }),
    verify: (target) =>
      scheduler.pass("look", "verify", (fault) => call(fault, () => rail.verify!(target))),
    withdraw: (order, why) =>
      scheduler.pass("rail", "withdraw", (fault) => call(fault, () => rail.withdraw!(order, why))),
    simulate: (order, outcome, reason) =>
      scheduler.pass("rail", `simulate ${outcome}`, (fault) =>
        call(fault, () => rail.simulate!(order, outcome, reason)),
      ),
  }
}
