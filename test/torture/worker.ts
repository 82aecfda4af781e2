/** One of the torture's processes: runs the seeds that it is given, and tells what came of each. */
import type { Base } from "./base.ts"
import { type Ran, run } from "./run.ts"
import { shrink, story } from "./shrink.ts"
import { closeStage } from "./stage.ts"
import { installTime } from "./time.ts"
import { type Plan, planOf } from "./workload.ts"

export type Order = {
  readonly seed: number
  readonly verbose: boolean
  /** Whether to look for the shortest history that fails. */
  readonly shrink: boolean
}

export type Report = {
  readonly seed: number
  readonly steps: number
  readonly gates: number
  /** How often each fault happened. */
  readonly faults: Readonly<Record<string, number>>
  readonly invariant: number | string | null
  /** What happened, cut down; null where nothing was wrong. */
  readonly story: string | null
}

/** Runs one seed and, where it fails, finds the shortest history that does. */
export async function reportOf(
  base: Base,
  { seed, verbose, shrink: shorter }: Order,
): Promise<Report> {
  const ran = await run(base, planOf(seed))
  const again = (plan: Plan) => run(base, plan)
  const shortest = ran.violation && (shorter ? await shrink(again, ran) : ran)
  const told = verbose ? ran.history.join("\n") : null
  return {
    ...figuresOf(ran),
    seed,
    story: shortest ? `${story(shortest)}\n${dataOf(shortest)}` : told,
  }
}

/** As `regressions.ts` keeps it; a plan whose faults follow from its seed is the seed's. */
function dataOf({ plan }: Ran): string {
  return plan.faults === null ? `Seed ${plan.seed}.` : `As data: ${JSON.stringify(plan)}`
}

function figuresOf({ fired, gates, plan, violation }: Ran): Omit<Report, "seed" | "story"> {
  const byKind = Map.groupBy(fired, ({ fault }) => fault)
  const faults = Object.fromEntries([...byKind].map(([fault, all]) => [fault, all.length]))
  return { steps: plan.steps.length, gates, faults, invariant: violation?.invariant ?? null }
}

if (process.send) {
  installTime()
  process.once("message", (base: Base) => {
    process.on("message", (order: Order) => {
      void reportOf(base, order).then(
        (report) => process.send!(report),
        (error: Error) => {
          console.error(`seed ${order.seed}: ${error.stack}`)
          process.exit(2)
        },
      )
    })
    process.on("disconnect", () => void closeStage(base))
    process.send!("ready")
  })
  // The terminal tells everybody at once: the seed under way is finished, and there are no more.
  process.on("SIGINT", () => undefined)
}
