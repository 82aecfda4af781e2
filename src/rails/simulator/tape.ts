/** A file of JSON lines: only appended to, read on from where it was left, set aside when big. */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs"
import { join } from "node:path"

export type Tape<T> = {
  /** Writes lines in one go; they are in the file when it returns (not on the disk: no fsync). */
  append(lines: readonly T[]): void
  /** Visits the lines that came since it was last called, by whoever they were written. */
  readOn(visit: (line: T) => void): void
  /** Visits all lines, those set aside first. */
  readAll(visit: (line: T) => void): void
  /** The size of the present file. */
  bytes(): number
  /** Sets the file aside, in place of the one set aside before, and begins a new one. */
  rotate(carried: readonly T[]): void
  /** Whether a file was set aside. */
  hasOld(): boolean
}

const CHUNK_BYTES = 1_048_576
const LINE_END = 0x0a

/** Keeps the lines of `<name>.jsonl` in a folder, which is made if need be. */
export function fileTape<T>(dir: string, name: string): Tape<T> {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, `${name}.jsonl`)
  const oldPath = join(dir, `${name}.1.jsonl`)
  let file = open()
  let offset = 0

  function open(): { fd: number; ino: number } {
    // Accounts never stand in it, but what a merchant sells is nobody else's business.
    const fd = openSync(path, "a+", 0o600)
    const { ino, size } = fstatSync(fd)
    // A line that was cut short by a crash must not swallow the next.
    if (size > 0 && lastByte(fd, size) !== LINE_END) writeSync(fd, "\n")
    return { fd, ino }
  }

  /**
   * Another process may have set the file aside: then its rest is read and the new one opened.
   * Answers how long the present one is.
   */
  function follow(visit: ((line: T) => void) | null): number {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.ino === file.ino) return stats.size
    if (visit) offset = readFrom(file.fd, offset, visit)
    closeSync(file.fd)
    file = open()
    offset = 0
    return Number.POSITIVE_INFINITY
  }

  return {
    append(lines) {
      if (statSync(path, { throwIfNoEntry: false })?.ino !== file.ino) {
        // Only reading may move on; what is written belongs into the new file at once.
        const fd = openSync(path, "a", 0o600)
        writeSync(fd, textOf(lines))
        closeSync(fd)
        return
      }
      writeSync(file.fd, textOf(lines))
    },
    readOn(visit) {
      // Asked before every look, and hardly ever is there anything new.
      const end = follow(visit)
      if (end > offset) offset = readFrom(file.fd, offset, visit, end)
    },
    readAll(visit) {
      for (const each of [oldPath, path]) {
        if (!existsSync(each)) continue
        const fd = openSync(each, "r")
        readFrom(fd, 0, visit)
        closeSync(fd)
      }
    },
    bytes: () => fstatSync(file.fd).size,
    rotate(carried) {
      renameSync(path, oldPath)
      const fd = openSync(path, "a", 0o600)
      writeSync(fd, textOf(carried))
      closeSync(fd)
      follow(null)
    },
    hasOld: () => existsSync(oldPath),
  }
}

/** The same without a file: what is written is forgotten with the process. */
export function memoryTape<T>(): Tape<T> {
  const all: T[] = []
  let read = 0
  return {
    append: (lines) => void all.push(...lines),
    readOn(visit) {
      for (; read < all.length; read += 1) visit(all[read]!)
    },
    readAll(visit) {
      for (const line of all) visit(line)
    },
    bytes: () => 0,
    rotate: () => undefined,
    hasOld: () => false,
  }
}

function textOf<T>(lines: readonly T[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("")
}

/**
 * Visits the whole lines from `offset` on and answers where the next one begins. `end`: as far as
 * the file was seen to go, so that a short rest doesn't take the memory of a long one.
 */
function readFrom<T>(
  fd: number,
  offset: number,
  visit: (line: T) => void,
  end = Number.POSITIVE_INFINITY,
): number {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - offset))
  let next = offset
  while (next < end) {
    const length = readSync(fd, chunk, 0, chunk.length, next)
    const last = chunk.subarray(0, length).lastIndexOf(LINE_END)
    if (last < 0) break
    for (const text of chunk.toString("utf8", 0, last).split("\n")) {
      const line = parse<T>(text)
      if (line !== null) visit(line)
    }
    next += last + 1
  }
  return next
}

/** A line that a crash cut short was never answered for: it is passed over. */
function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T
  } catch {
    return null
  }
}

function lastByte(fd: number, size: number): number {
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, size - 1)
  return byte[0]!
}
