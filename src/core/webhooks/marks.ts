/** Writes down how tries went: many at once, so that none of them costs a commit of its own. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Clock } from "../../clock.ts"
import { classify, type Database } from "../../db/database.ts"
import { type Mark, markDeliveries, markGone } from "./store/outbox.ts"

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
    const [gone, others] = [marks.filter(isGone), marks.filter((mark) => !isGone(mark))]
    if (others.length > 0) await attempt(others, markDeliveries)
    if (gone.length > 0) await attempt(gone, markGone)
  }

  /** A mark that was written and whose answer was lost does nothing when it is written again. */
  async function attempt(marks: readonly Mark[], write: typeof markDeliveries): Promise<void> {
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

const isGone = ({ state }: Mark) => state === "cancelled"
