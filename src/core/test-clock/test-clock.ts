/**
 * The time of a sandbox, which can be moved on: what would happen later happens at once, on every
 * node. It never goes back, for what has happened can't be undone.
 */
import { type Clock, outside } from "../../clock.ts"
import type { Database } from "../../db/database.ts"
import { append } from "../audit/audited.ts"
import { type Actor, differences } from "../audit/entry.ts"
import { type Refusal, refuse } from "../refusal.ts"
import { addMonthsFrom } from "../retention/ahead.ts"
import { lockAheadMs, readAheadMs, writeAheadMs } from "./store.ts"

/** A clock that can be set ahead. */
export type Movable = { aheadMs(): number; setAheadMs(aheadMs: number): void }

export type TestClockParts = {
  readonly mode: "sandbox" | "live"
  readonly database: Database
  readonly clock: Clock
  /** This node's; left out where its time is somebody else's to move. */
  readonly movable?: Movable
  readonly by: Actor | null
}

/** A leap year in one step: enough for whatever has a date, too little to be a slip of digits. */
export const ADVANCE_MAX_S = 366 * 86_400
/** In all: ten years, after which nothing of a sandbox is worth keeping. */
const AHEAD_MAX_MS = 3_653 * 86_400_000
/** A month may be in use for a moment, and can't be made then. */
const TRIES = 5
const LOCK_NOT_AVAILABLE = "55P03"

/** Makes it for one node. */
export function makeTestClock(parts: TestClockParts) {
  const { clock, database, movable, mode } = parts
  const isMovable = mode === "sandbox" && movable !== undefined

  /** What is written first at the new time finds the parts of its month. */
  async function move(byMs: number, by: Actor | null): Promise<number | Refusal> {
    return database.transaction(async (tx) => {
      const before = await lockAheadMs(tx)
      const after = before + byMs
      if (after > AHEAD_MAX_MS) {
        return refuse("simulation_not_possible", "a sandbox's time is at most ten years ahead")
      }
      await addMonthsFrom(tx, new Date(outside(clock).getTime() + after))
      await writeAheadMs(tx, after)
      await append(
        tx,
        { ...parts, by },
        {
          action: "clock.advance",
          merchantId: null,
          subject: null,
          outcome: "done",
          change: differences({ aheadMs: before }, { aheadMs: after }),
        },
      )
      return after
    })
  }

  return {
    /** How many milliseconds this node's time is ahead of the real one. */
    offsetMs: (): number => movable?.aheadMs() ?? 0,
    /**
     * Moves the time of all nodes on by whole seconds, at most 366 days; answers how many
     * milliseconds it is ahead then. This node follows at once, each other within a second. Refused
     * in live, and when it would be ten years ahead; throws `RangeError` for other spans.
     */
    async advance(seconds: number, by: Actor | null = parts.by): Promise<number | Refusal> {
      if (!isMovable) {
        return refuse("simulation_not_possible", "time is moved in a sandbox, and nowhere else")
      }
      if (!(Number.isSafeInteger(seconds) && seconds >= 1 && seconds <= ADVANCE_MAX_S)) {
        throw new RangeError(`time is moved on by 1 to ${ADVANCE_MAX_S} seconds`)
      }
      for (let tries = 1; ; tries += 1) {
        try {
          const after = await move(seconds * 1_000, by)
          if (typeof after === "number") movable.setAheadMs(after)
          return after
        } catch (error) {
          const isBusy = (error as { code?: string }).code === LOCK_NOT_AVAILABLE
          if (!isBusy || tries === TRIES) throw error
        }
      }
    },
    /** Sets this node's clock to what another has moved the time to. */
    async follow(): Promise<void> {
      if (isMovable) movable.setAheadMs(await readAheadMs(database))
    },
  }
}
