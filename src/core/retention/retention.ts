/** How long events and deliveries are kept: what there is, and dropping what is old, by months. */
import type { Queries } from "../../db/database.ts"
import { type AuditParts, append } from "../audit/audited.ts"
import { beginOfMonth, type Month, monthOf, monthsLater } from "./months.ts"
import {
  countRows,
  type Dropped,
  dropPart,
  droppedMonths,
  LONG,
  oldestOf,
  type Part,
  partsOf,
  type Unfinished,
  unfinishedBefore,
} from "./store.ts"

/**
 * Whole months that are always kept beside the current one: a year that an auditor or a merchant
 * asks about, and the month in which they ask.
 */
export const KEPT_MONTHS = 13
/** Each try may hold commits up for half a second; reports that are in the way end soon. */
const TRIES = 5

export type Kept = {
  readonly parts: readonly (Part & { readonly oldestAt: Date | null })[]
  readonly dropped: readonly Dropped[]
  /** Nothing from this month on may be dropped. */
  readonly keptFrom: Month
}

/** A month that goes, or went. */
export type Going = Part & { readonly month: Month; readonly count: bigint }

/** Why nothing was dropped. */
export type Held =
  | { readonly why: "too_young"; readonly keptFrom: Month }
  | ({ readonly why: "unfinished" } & Unfinished)
  | { readonly why: "busy"; readonly went: readonly Going[] }

/** Makes what one may ask of, and do with, what is old. */
export function makeRetention(parts: AuditParts) {
  const { database, clock } = parts
  const keptFrom = () => monthsLater(monthOf(clock.now()), -KEPT_MONTHS)

  async function going(before: Month): Promise<Going[]> {
    const old = (await partsOf(database)).filter(isBefore(before))
    const counted: Going[] = []
    for (const part of old) {
      const count = await database.transaction((each) => countRows(each, part), LONG)
      counted.push({ ...part, count })
    }
    return counted
  }

  async function dropOne(part: Going): Promise<boolean> {
    for (let tries = 1; ; tries += 1) {
      try {
        const dropped = { rows: part.count, now: clock.now() }
        await database.transaction(async (each) => {
          if (!(await dropPart(each, part, dropped))) return
          await append(each, parts, {
            action: "retention.drop",
            merchantId: null,
            subject: part.name,
            outcome: "done",
            change: { rows: { old: Number(part.count), new: null } },
          })
        })
        return true
      } catch (error) {
        if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE) throw error
        if (tries === TRIES) return false
      }
    }
  }

  return {
    /** What there is, and what there was. */
    async show(): Promise<Kept> {
      const kept = []
      for (const part of await partsOf(database)) {
        kept.push({ ...part, oldestAt: await oldestOf(database, part) })
      }
      return { parts: kept, dropped: await droppedMonths(database), keptFrom: keptFrom() }
    },
    /**
     * Drops events and deliveries of all months before one; answers which went, or with `dryRun`
     * which would go. Payments, attempts and transfers stay. What was begun may be repeated.
     */
    async drop(before: Month, { dryRun }: { dryRun: boolean }): Promise<readonly Going[] | Held> {
      if (before > keptFrom()) return { why: "too_young", keptFrom: keptFrom() }
      const unfinished = await unfinishedBefore(database, before)
      if (unfinished.deliveries + unfinished.attempts > 0) {
        return { why: "unfinished", ...unfinished }
      }
      const gone = await going(before)
      if (dryRun) return gone
      const went: Going[] = []
      for (const part of gone) {
        if (!(await dropOne(part))) return { why: "busy", went }
        went.push(part)
      }
      return went
    },
  }
}

const LOCK_NOT_AVAILABLE = "55P03"

function isBefore(before: Month) {
  return (part: Part): part is Part & { readonly month: Month } =>
    part.month !== null && part.month < before
}

/** From when on everything that was told is still there; null when nothing was ever dropped. */
export async function keptSince(db: Queries): Promise<Date | null> {
  const last = (await droppedMonths(db)).at(-1)
  return last ? beginOfMonth(monthsLater(last.month, 1)) : null
}
