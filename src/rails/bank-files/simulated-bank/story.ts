/** What happened to an order at the bank, told from the lines of its books. Pure. */
import type { Outcome, Reason } from "../../../core/index.ts"
import type { Handed, ToldLine } from "./lines.ts"
import {
  APPROVED,
  declined,
  type OrderedAs,
  returned,
  SETTLED,
  type Step,
  stepsOf,
} from "./magic.ts"

export type Told = Pick<ToldLine, "outcome" | "reason" | "at">

/** An order as it was handed in once. */
export type Instance = {
  readonly order: Handed
  /** ISO 8601: when the bank took its file. */
  readonly at: string
  readonly steps: readonly Step[]
  /** Its outcome was made by hand before it came: nothing changes what it does any more. */
  readonly firm: boolean
}

/** All that the books hold of an order. */
export type Entry = { readonly instances: readonly Instance[]; readonly told: readonly Told[] }

export type Happening = {
  readonly kind: Step["kind"]
  readonly reason: Reason | null
  readonly at: Date
}

/** What becomes of an order that comes now, after what was told of it. */
export function fateOf(
  { batch, digits }: Handed,
  told: readonly Told[],
): Pick<Instance, "steps" | "firm"> {
  const last = told.at(-1)
  if (!last) return { steps: stepsOf(batch.of, digits), firm: false }
  const { outcome } = last
  const reason = reasonFor(outcome, last.reason)
  if (outcome === "declined") return { steps: [declined(reason)], firm: true }
  const back = outcome === "returned" ? [returned(reason)] : []
  return { steps: [APPROVED, SETTLED, ...back], firm: true }
}

/** Whether something that the bank would do at an instant is undone by what was told before. */
export function isUndone(at: Date, told: readonly Told[]): boolean {
  return told.some((each) => new Date(each.at) < at)
}

/**
 * What happened up to `now`, in order: an outcome made by hand comes before whatever would have
 * happened later, and after what had. Null for an order that was never handed in.
 */
export function storyOf(
  instance: Instance | null,
  told: readonly Told[],
  now: Date,
): readonly Happening[] {
  const all = [...byItself(instance, told), ...told.map(byHand)]
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at.getTime() - b.at.getTime())
  const story: Happening[] = []
  for (const next of all) if (canFollow(story, next.kind)) story.push(next)
  return story
}

/** How often the bank moved money for an order up to `now`: once for each time it was handed in. */
export function movesOf({ instances, told }: Entry, now: Date): number {
  const handed = instances.length === 0 ? [null] : instances
  return handed.filter((instance) => storyOf(instance, told, now).some(isMoved)).length
}

/** What the bank tells of an order after an outcome was made by hand; nothing if it can't be. */
export function tellsOf(
  story: readonly Happening[],
  of: OrderedAs,
  outcome: Outcome,
  reason: Reason | null,
): readonly Step[] {
  const kind = KINDS[outcome]
  if (kind === null || !canFollow(story, kind)) return []
  if (kind === "settled") return [SETTLED]
  if (kind === "declined") return [declined(reasonFor("declined", reason))]
  if (of === "transfer") return []
  const back = returned(reasonFor("returned", reason))
  return story.some(isMoved) ? [back] : [SETTLED, back]
}

/** Expired and cancelled are ends that a bank has no part in. */
const KINDS: Readonly<Record<Outcome, Step["kind"] | null>> = {
  approved: "settled",
  declined: "declined",
  returned: "returned",
  expired: null,
  cancelled: null,
}

function reasonFor(outcome: Told["outcome"], reason: Reason | null): Reason {
  return reason ?? (outcome === "returned" ? "returned_by_bank" : "not_enough_funds")
}

function isMoved({ kind }: Happening): boolean {
  return kind === "settled" || kind === "returned"
}

function byItself(instance: Instance | null, told: readonly Told[]): readonly Happening[] {
  if (!instance) return []
  return instance.steps.flatMap(({ afterMs, kind, reason }) => {
    const at = new Date(Date.parse(instance.at) + afterMs)
    return !instance.firm && isUndone(at, told) ? [] : [{ kind, reason, at }]
  })
}

function byHand({ outcome, reason, at }: Told): Happening {
  const kind = outcome === "approved" ? "settled" : outcome
  return { kind, reason: kind === "settled" ? null : reasonFor(outcome, reason), at: new Date(at) }
}

function canFollow(story: readonly Happening[], next: Step["kind"]): boolean {
  const has = (kind: Step["kind"]) => story.some((each) => each.kind === kind)
  if (has(next) || has("declined") || has("returned")) return false
  const agreed = has("approved") || has("settled")
  if (next === "returned") return agreed
  return next === "declined" ? !agreed : true
}
