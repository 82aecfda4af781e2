/** Tells the engine what files say, many payments at once but never so many that others wait. */
import { type Reported, reportAttempt } from "../decide/report-attempt.ts"
import type { LoopParts } from "../loops/loops.ts"
import { reportOf } from "../loops/report.ts"
import type { Fact, Rail } from "../rail.ts"
import { isRefusal, type Refusal } from "../refusal.ts"
import type { Exchange } from "./exchange.ts"
import type { Held } from "./lease.ts"
import type { OwnedAttempt } from "./store/orders.ts"

/** What the work on a folder is done with, under one lease. */
export type Work = {
  readonly parts: Pick<
    LoopParts,
    "clock" | "database" | "engine" | "ids" | "keyring" | "log" | "metrics"
  >
  readonly rail: Rail
  readonly exchange: Exchange
  readonly held: Held
  /** Makes sure that the folder is still the one. Throws `FolderLost`. */
  checkFolder(): Promise<void>
}

/** One thing to be told of an attempt. */
export type Telling = {
  readonly attempt: OwnedAttempt
  readonly fact: Fact
  readonly place: string | null
  readonly at: Date
  readonly railReference?: string
  /** The line that says it. */
  readonly reference?: string
}

/** A batch of the engine's; behind so many a call of the API waits for one commit at most. */
export const AT_ONCE = 200

/** Tells all of it, in its order; answers for each whether the engine took it, or its fault. */
export async function tellAll(
  { parts, rail, held }: Work,
  tellings: readonly Telling[],
): Promise<PromiseSettledResult<Reported | Refusal>[]> {
  const outcomes: PromiseSettledResult<Reported | Refusal>[] = []
  for (let at = 0; at < tellings.length; at += AT_ONCE) {
    await held.keep()
    const commands = tellings
      .slice(at, at + AT_ONCE)
      .map(({ attempt, ...sighting }) =>
        reportOf(rail, attempt, attempt, { sightings: [sighting], fence: null }),
      )
    const told = commands.map((command) => parts.engine.submit(reportAttempt, command))
    outcomes.push(...(await Promise.allSettled(told)))
  }
  return outcomes
}

/** The first of these that went wrong; null when none did. */
export function faultIn(
  outcomes: readonly PromiseSettledResult<Reported | Refusal>[],
): unknown | null {
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") return outcome.reason
    if (isRefusal(outcome.value)) return new Error(outcome.value.message)
  }
  return null
}
