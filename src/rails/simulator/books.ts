/**
 * The simulated world's memory: each order it was asked for and each outcome made by hand, in a file
 * that outlives the gateway and that several processes may share.
 *
 * Lines are only appended, and memory changes only by reading them back, so that all processes see
 * one order of things. The newest orders are kept in memory; older ones are looked up in the file.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs"
import { writeSync } from "node:fs"
import { join } from "node:path"
import type { Clock, Ids } from "../../core/index.ts"
import { type Entry, isOver, type Line, movesOf, withLine } from "./story.ts"

export type Books = {
  /** Writes a line down before it answers. */
  add(line: Pick<Line, "attemptId" | "ask" | "told">): void
  /** The orders among these that the books know. */
  find(attemptIds: readonly string[]): ReadonlyMap<string, Entry>
  /** How often money moved for an attempt. More than once is a fault of the gateway. */
  moved(attemptId: string): number
  /** Every order in the books. */
  all(): readonly Entry[]
}

/** About 20 MB of memory. */
const REMEMBERED_MAX = 50_000
/** A larger file is set aside when the books are opened; half a million orders or so. */
const ROTATE_BYTES = 64 * 1_048_576
const CHUNK_BYTES = 1_048_576

const NAME = "simulator-books.jsonl"
const OLD_NAME = "simulator-books.1.jsonl"

/** Opens the books in a folder, which is made if need be; null keeps them in memory only. */
export function openBooks(parts: {
  readonly clock: Clock
  readonly ids: Pick<Ids, "next">
  readonly dir: string | null
  readonly rememberedMax?: number
  readonly rotateBytes?: number
}): Books {
  const { clock, ids, dir } = parts
  const rememberedMax = dir === null ? Number.POSITIVE_INFINITY : (parts.rememberedMax ?? REMEMBERED_MAX)
  const entries = new Map<string, Entry>()
  const tape = dir === null ? memoryTape() : fileTape(dir)
  /** Whether an order was dropped from memory: then only the file can say that it knows nothing. */
  let forgetful = false

  function catchUp(): void {
    tape.readOn((line) => {
      const entry = entries.get(line.attemptId)
      // Half a story would be a wrong one; the file has it whole.
      if (!entry && forgetful && !line.ask) return
      entries.set(line.attemptId, withLine(entry, line))
      if (entries.size > rememberedMax) {
        entries.delete(entries.keys().next().value!)
        forgetful = true
      }
    })
  }

  function scan(wanted: ReadonlySet<string> | null): Map<string, Entry> {
    const found = new Map<string, Entry>()
    tape.readAll((line) => {
      if (wanted && !wanted.has(line.attemptId)) return
      found.set(line.attemptId, withLine(found.get(line.attemptId), line))
    })
    return found
  }

  function find(attemptIds: readonly string[]): ReadonlyMap<string, Entry> {
    catchUp()
    const missing = forgetful ? attemptIds.filter((id) => !entries.has(id)) : []
    const found = missing.length > 0 ? scan(new Set(missing)) : new Map<string, Entry>()
    for (const id of attemptIds) {
      const entry = entries.get(id)
      if (entry) found.set(id, entry)
    }
    return found
  }

  catchUp()
  if (dir !== null && tape.bytes() > (parts.rotateBytes ?? ROTATE_BYTES)) {
    const now = clock.now()
    const open = [...entries.values()].filter((entry) => !isOver(entry, now))
    tape.rotate(open.flatMap((entry) => entry.lines))
    forgetful = true
  }

  return {
    add: (line) => tape.append([{ ...line, id: ids.next(), at: clock.now().toISOString() }]),
    find,
    moved: (attemptId) => {
      const entry = scan(new Set([attemptId])).get(attemptId)
      return entry ? movesOf(entry, clock.now()) : 0
    },
    all: () => [...scan(null).values()],
  }
}
