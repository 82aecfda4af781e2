/** Cuts a failing plan down: leaves out faults and steps for as long as it still fails alike. */
import type { Ran } from "./run.ts"
import type { Violation } from "./violation.ts"
import type { Plan } from "./workload.ts"

/** Runs that one cutting down may take: a minute or so. */
const RUNS_MAX = 300

/** What is cut down, and what came of it. */
export type Failed = Pick<Ran, "plan" | "fired" | "violation">

/**
 * The shortest history that was found to fail as this one did. What goes wrong stands in its plan
 * by name. `run` runs a plan; what it throws is thrown on.
 */
export async function shrink<R extends Failed>(
  run: (plan: Plan) => Promise<R>,
  failed: R,
): Promise<R> {
  const how = likeness(failed.violation)
  let best = failed
  let runs = 0

  async function fails(change: Partial<Plan>): Promise<boolean> {
    if (runs >= RUNS_MAX) return false
    runs += 1
    const ran = await run({ ...best.plan, faults: best.fired, ...change })
    if (likeness(ran.violation) !== how) return false
    best = ran
    return true
  }

  /** Leaves out as much at once as can be: halves, quarters, and single ones in the end. */
  async function without<T>(
    all: () => readonly T[],
    attempt: (kept: readonly T[]) => Promise<boolean>,
  ): Promise<void> {
    for (let size = Math.ceil(all().length / 2); size >= 1; size = Math.floor(size / 2)) {
      // From the end on: what came last is seldom what it takes.
      for (let to = all().length; to > 0; to = Math.min(to - size, all().length)) {
        const from = Math.max(0, to - size)
        await attempt(all().filter((_, place) => place < from || place >= to))
      }
    }
  }

  for (let before = Number.POSITIVE_INFINITY; sizeOf(best) < before && runs < RUNS_MAX; ) {
    before = sizeOf(best)
    await without(
      () => best.fired,
      (faults) => fails({ faults }),
    )
    await without(
      () => best.plan.steps,
      (steps) => fails({ steps }),
    )
    if (best.plan.nodes > 1) await fails({ nodes: 1 })
  }
  // Its plan says by name what went wrong, and nothing of what had no part in it.
  return { ...best, plan: { ...best.plan, faults: best.fired } }
}

const sizeOf = ({ fired, plan }: Failed) => plan.steps.length + fired.length + plan.nodes

/**
 * What two failures have to share to be of one kind: the invariant, and where that is a word only
 * ("fault"), what was said, but for whom it was said of.
 */
function likeness(violation: Violation | null): string | null {
  if (violation === null) return null
  const { invariant, what } = violation
  if (typeof invariant === "number") return String(invariant)
  return `${invariant}: ${what.replace(/^node [^:]*/, "node").replace(/[0-9a-f-]{36}|\d+/g, "…")}`
}

/** What happened, as sentences: what clients did and heard, what went wrong, what logs said. */
export function story({ fired, history, violation }: Ran): string {
  const faults = new Set(fired.map(({ fault, gate }) => `  ${gate}: ${fault}`))
  const isTold = (line: string) => faults.has(line) || line.includes(" says: ")
  const told = history.filter((line) => !line.startsWith("  ") || isTold(line))
  const end = violation ? [`Broken: invariant ${violation.invariant}: ${violation.what}`] : []
  return [...told, ...end].join("\n")
}
