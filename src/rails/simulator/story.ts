/** What happened to an order in the simulated world, told from the lines of its books. Pure. */
import type { Reason } from "../../core/index.ts"
import type { Fate } from "./magic.ts"

/** One line of the books. `id` tells a line from a copy of it that a rotation carried over. */
export type Line = {
  readonly attemptId: string
  readonly id: string
  /** ISO 8601, UTC. */
  readonly at: string
  /** The simulator was asked to move money: each time it is, it does. */
  readonly ask?: Fate
  /** Its payer has to agree at the bank, until then (ISO 8601). */
  readonly offered?: { readonly until: string }
  /** The payer agreed: what then happens. The first time counts. */
  readonly agreed?: Fate
  /** Somebody made an outcome happen by hand. */
  readonly told?: Told
  /** Nothing was known of the order before. */
  readonly first?: boolean
}

export type Told = {
  readonly outcome: "approved" | "declined" | "returned"
  readonly reason: Reason | null
}

/** All lines of one order, oldest first. */
export type Entry = { readonly attemptId: string; readonly lines: readonly Line[] }

/** Something that happened to an order. */
export type Happening = {
  readonly kind: "accepted" | "approved" | "settled" | "declined" | "returned"
  readonly reason: Reason | null
  readonly at: Date
}

/** Adds a line to its order; a copy of one that is there changes nothing. */
export function withLine(entry: Entry | undefined, line: Line): Entry {
  const lines = entry?.lines ?? []
  if (entry && lines.some((each) => each.id === line.id)) return entry
  return { attemptId: line.attemptId, lines: [...lines, line] }
}

/**
 * What happened to an order up to `now`, in order. The first of settled and declined is final: an
 * outcome made by hand comes before whatever would have happened later, and after what had.
 */
export function storyOf(entry: Entry, now: Date): readonly Happening[] {
  const told = new Set(entry.lines.flatMap(happeningTold))
  const all = [...happeningsAsked(entry), ...told]
    .filter((each) => each.at <= now)
    .sort((a, b) => a.at.getTime() - b.at.getTime())
  const story: Happening[] = []
  let byHand = false
  for (const next of all) {
    if ((byHand && !told.has(next)) || !canFollow(story, next)) continue
    story.push(next)
    byHand ||= told.has(next)
  }
  return story
}

/** How often money moved for an order up to `now`: once for each time that it was asked to. */
export function movesOf(entry: Entry, now: Date): number {
  const others = entry.lines.filter((line) => !line.ask && !line.offered)
  const asks = entry.lines.filter((line) => line.ask ?? line.offered)
  if (asks.length === 0) return moves(storyOf(entry, now))
  return asks
    .map((ask) => moves(storyOf({ ...entry, lines: [ask, ...others] }, now)))
    .reduce((sum, each) => sum + each, 0)
}

/** Whether nothing more will happen to an order by itself. */
export function isOver(entry: Entry, now: Date): boolean {
  const asked = begunLine(entry)
  const last = storyOf(entry, now).at(-1)
  if (!asked) return last !== undefined
  const lastStepMs = Math.max(...asked.fate.steps.map((step) => step.afterMs), 0)
  const passed = Date.parse(asked.at) + lastStepMs <= now.getTime()
  return passed && last !== undefined && last.kind !== "accepted"
}

/** When something happens to an order by itself after `now`; null if nothing does. */
export function nextStep(entry: Entry, now: Date): Date | null {
  const later = happeningsAsked(entry).filter(({ at }) => at > now)
  return later.length === 0 ? null : new Date(Math.min(...later.map(({ at }) => at.getTime())))
}

function moves(story: readonly Happening[]): number {
  return story.some((each) => each.kind === "approved" || each.kind === "settled") ? 1 : 0
}

/** From when on the rail is at work, and how that goes: when it was asked, or its payer agreed. */
function begunLine({ lines }: Entry): { readonly at: string; readonly fate: Fate } | null {
  const line = lines.find(({ ask, agreed }) => ask ?? agreed)
  return line ? { at: line.at, fate: (line.ask ?? line.agreed)! } : null
}

function happeningsAsked(entry: Entry): Happening[] {
  const begun = begunLine(entry)
  const offered = entry.lines.find((line) => line.offered)?.offered
  if (offered && (begun === null || begun.at > offered.until)) {
    return [{ kind: "declined", reason: "expired", at: new Date(offered.until) }]
  }
  if (begun === null) return []
  const { at, fate } = begun
  const steps = fate.steps.map((step) => ({
    kind: step.kind,
    reason: "reason" in step ? step.reason : null,
    at: new Date(Date.parse(at) + step.afterMs),
  }))
  if (fate.answer !== "accepted") return steps
  return [{ kind: "accepted", reason: null, at: new Date(at) }, ...steps]
}

function happeningTold({ at, told }: Line): Happening[] {
  if (!told) return []
  const kind = told.outcome === "approved" ? "settled" : told.outcome
  return [{ kind, reason: told.reason, at: new Date(at) }]
}

function canFollow(story: readonly Happening[], next: Happening): boolean {
  const has = (kind: Happening["kind"]) => story.some((each) => each.kind === kind)
  if (has(next.kind) || has("declined") || has("returned")) return false
  const moved = moves(story) > 0
  if (next.kind === "returned") return moved
  return next.kind === "declined" ? !moved : true
}
