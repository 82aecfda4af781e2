/**
 * The simulated world's memory: each order it was asked for and each outcome made by hand, in a
 * file that outlives the gateway and that the processes of one machine may share.
 *
 * Memory changes only by reading back what was written, so that all processes see one order of
 * things. It holds the newest orders; older ones are looked up in the file.
 */
import type { Clock, Ids, Order } from "../../core/index.ts"
import { type Entry, isOver, type Line, movesOf, withLine } from "./story.ts"
import { fileTape, memoryTape } from "./tape.ts"

export type Books = {
  /** Writes a line down before it answers. */
  add(line: Omit<Line, "id" | "at">): void
  /** Those of these orders that the books know. */
  find(orders: readonly Pick<Order, "attemptId" | "begunAt">[]): ReadonlyMap<string, Entry>
  /** How often money moved for an attempt. More than once is a fault of the gateway. */
  moved(attemptId: string): number
  /** Every order in the books. */
  all(): readonly Entry[]
}

export type BookParts = {
  readonly clock: Clock
  readonly ids: Pick<Ids, "next">
  /** The folder, made if need be; null keeps the books in memory only. */
  readonly dir: string | null
  readonly rememberedMax?: number
  readonly rotateBytes?: number
}

/** Orders kept in memory, about 30 MB. */
const REMEMBERED_MAX = 50_000
const LOOKED_UP_MAX = 5_000
/** A larger file is set aside when the books are opened; some 300,000 orders. */
const ROTATE_BYTES = 64 * 1_048_576
/** How far the clocks of a machine's processes may differ. */
const SKEW_MS = 60_000

/** Opens the books. */
export function openBooks(parts: BookParts): Books {
  const { clock, ids, dir } = parts
  const tape = dir === null ? memoryTape<Line>() : fileTape<Line>(dir, "simulator-books")
  const most = dir === null ? Infinity : (parts.rememberedMax ?? REMEMBERED_MAX)
  const entries = new Map<string, Entry>()
  /** What was looked up in the file, null for nothing: somebody may ask again and again. */
  const lookedUp = new Map<string, Entry | null>()
  /** Orders begun up to here may be in the file alone. */
  let forgottenUpToMs = tape.hasOld() ? clock.now().getTime() : -Infinity

  function catchUp(): void {
    tape.readOn((line) => {
      const entry = entries.get(line.attemptId)
      const old = lookedUp.get(line.attemptId)
      if (!entry && old) lookedUp.set(line.attemptId, withLine(old, line))
      // The rest of an order that was forgotten would be half a story; the file has it whole.
      if (!entry && !line.first) return
      entries.set(line.attemptId, withLine(entry, line))
      if (entries.size <= most) return
      const [oldest] = entries.values()
      entries.delete(oldest!.attemptId)
      forgottenUpToMs = Math.max(forgottenUpToMs, Date.parse(oldest!.lines[0]!.at))
    })
  }

  function scan(isWanted: (attemptId: string) => boolean): Map<string, Entry> {
    const found = new Map<string, Entry>()
    tape.readAll((line) => {
      if (!isWanted(line.attemptId)) return
      found.set(line.attemptId, withLine(found.get(line.attemptId), line))
    })
    return found
  }

  function setAside(): void {
    const now = clock.now()
    const open = [...entries.values()].filter((entry) => !isOver(entry, now))
    tape.rotate(open.flatMap((entry) => entry.lines))
    forgottenUpToMs = now.getTime()
  }

  catchUp()
  if (tape.bytes() > (parts.rotateBytes ?? ROTATE_BYTES)) setAside()

  return {
    add: (line) => tape.append([{ ...line, id: ids.next(), at: clock.now().toISOString() }]),
    find(orders) {
      catchUp()
      const found = new Map<string, Entry>()
      const missing = new Set<string>()
      for (const { attemptId, begunAt } of orders) {
        const entry = entries.get(attemptId)
        const old = lookedUp.get(attemptId)
        if (entry ?? old) found.set(attemptId, (entry ?? old)!)
        else if (old === undefined && begunAt.getTime() <= forgottenUpToMs + SKEW_MS)
          missing.add(attemptId)
      }
      if (missing.size === 0) return found
      const scanned = scan((id) => missing.has(id))
      if (lookedUp.size + missing.size > LOOKED_UP_MAX) lookedUp.clear()
      for (const id of missing) lookedUp.set(id, scanned.get(id) ?? null)
      return new Map([...found, ...scanned])
    },
    moved(attemptId) {
      const entry = scan((id) => id === attemptId).get(attemptId)
      return entry ? movesOf(entry, clock.now()) : 0
    },
    all: () => [...scan(() => true).values()],
  }
}
