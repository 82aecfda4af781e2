/** Cuts a failing plan down: leaves out faults and steps for as long as it still fails alike. */
import type { Base } from "./base.ts"
import { type Cut, type Ran, run } from "./run.ts"
import type { Plan } from "./workload.ts"

/** Runs that one cutting down may take; some 5 minutes. */
const RUNS_MAX = 300

/** The shortest history that was found to break the same invariant. */
export async function shrink(base: Base, failed: Ran): Promise<Ran> {
  const broken = failed.violation?.invariant
  let best = failed
  let cut: Cut = { only: new Set(failed.fired.map(({ gate }) => gate)) }
  let runs = 0

  async function fails(plan: Plan, only: ReadonlySet<string>): Promise<boolean> {
    if (runs >= RUNS_MAX) return false
    runs += 1
    const ran = await run(base, plan, { only })
    if (ran.violation?.invariant !== broken) return false
    best = ran
    cut = { only: new Set(ran.fired.map(({ gate }) => gate)) }
    return true
  }

  /** Leaves out as much at once as can be: halves, quarters, and single ones in the end. */
  async function without<T>(
    all: () => readonly T[],
    attempt: (kept: readonly T[]) => Promise<boolean>,
  ): Promise<void> {
    for (let size = Math.ceil(all().length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let at = all().length - size; at > -size; at -= size) {
        const from = Math.max(0, at)
        if (from >= all().length) continue
        await attempt(all().filter((_, place) => place < from || place >= at + size))
      }
    }
  }

  for (let before = -1; before !== runs && runs < RUNS_MAX; ) {
    const size = best.plan.steps.length + best.fired.length
    before = runs
    const gates = () => [...cut.only!]
    await without(gates, (kept) => fails(best.plan, new Set(kept)))
    const steps = () => best.plan.steps
    await without(steps, (kept) => fails({ ...best.plan, steps: kept }, cut.only!))
    if (best.plan.nodes > 1) await fails({ ...best.plan, nodes: 1 }, cut.only!)
    if (best.plan.steps.length + best.fired.length === size) break
  }
  return best
}

/** What happened, as sentences: what clients did and heard, and what went wrong. */
export function story({ fired, history, violation }: Ran): string {
  const faults = new Set(fired.map(({ fault, gate }) => `  ${gate}: ${fault}`))
  const told = history.filter((line) => !line.startsWith("  ") || faults.has(line))
  const end = violation ? [`Broken: invariant ${violation.invariant}: ${violation.what}`] : []
  return [...told, ...end].join("\n")
}
