/** Writes down how tries went: many at once, so that none of them costs a commit of its own. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock } from "../../clock.ts"
import { classify, type Database } from "../../db/database.ts"
import { type Mark, markDelivered, markFailed, markGone } from "./store/outbox.ts"

export type MarksParts = {
  readonly database: Database
  readonly clock: Clock
  readonly node: string
  /** Hears of marks that could not be written: those deliveries are sent again. */
  readonly onFault: (error: unknown, count: number) => void
}

export type Marks = {
  /** Calls `done` when the mark is durable, or can't be written. */
  write(mark: Mark, done: () => void): void
}

/** What one statement takes: beyond it the rows cost more than the commit that they share. */
const MARKS_MAX = 1_000
/** Nobody waits for a mark, and those of the next few milliseconds share its commit. */
const GATHER_MS = 4
/** Tries of one statement; in between a lost connection is made anew. */
const TRIES_MAX = 3

/** Makes the writer of a node's marks. */
export function makeMarks(parts: MarksParts): Marks {
  const { clock, database, node, onFault } = parts
  let waiting: { readonly mark: Mark; readonly done: () => void }[] = []
  let writing = false

  async function writeAll(): Promise<void> {
    writing = true
    while (waiting.length > 0) {
      await sleep(GATHER_MS)
      const now = waiting.slice(0, MARKS_MAX)
      waiting = waiting.slice(MARKS_MAX)
      await written(now.map(({ mark }) => mark))
      for (const { done } of now) done()
    }
    writing = false
  }

  async function written(marks: readonly Mark[]): Promise<void> {
    // Most often all went well, and all there is to write is one statement.
    for (const [state, write] of WRITERS) {
      const those = marks.filter((mark) => stateOf(mark) === state)
      if (those.length > 0) await attempt(those, write)
    }
  }

  /** A mark that was written and whose answer was lost does nothing when it is written again. */
  async function attempt(marks: readonly Mark[], write: typeof markDelivered): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await write(database, marks, { node, now: clock.now() })
      } catch (error) {
        const fault = classify(error)
        const again = fault === "retry" || fault === "connection"
        if (again && tries < TRIES_MAX) continue
        return onFault(error, marks.length)
      }
    }
  }

  return {
    write(mark, done) {
      waiting.push({ mark, done })
      if (!writing) void writeAll()
    },
  }
}

const WRITERS = [
  ["delivered", markDelivered],
  ["failed", markFailed],
  ["gone", markGone],
] as const

/** A try whose delivery is due again has failed, and only a receiver that is gone cancels one. */
function stateOf({ state }: Mark): "delivered" | "failed" | "gone" {
  if (state === "cancelled") return "gone"
  return state === "delivered" ? state : "failed"
}
