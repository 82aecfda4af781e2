/** A file of JSON lines: only appended to, and read on from where it was left. */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs"
import { open } from "node:fs/promises"
import { dirname } from "node:path"

export type Tape<T> = {
  /** Writes a line; it is in the file when this returns (not on the disk: no fsync). */
  append(line: T): void
  /**
   * The whole lines from a byte on, by whichever process they were written, each with the byte
   * behind it. One that was cut short by a crash is passed over.
   */
  from(offset: number): AsyncGenerator<{ readonly line: T; readonly next: number }>
}

/** Read between two turns of the event loop: some thousand orders, 2 ms. No line is as long. */
const CHUNK_BYTES = 65_536
const LINE_END = 0x0a

/** Keeps lines in a file, which is made with its folder by the first. */
export function openTape<T>(path: string): Tape<T> {
  return {
    append(line) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const fd = openSync(path, "a+", 0o600)
      try {
        // What a crash cut short must not swallow this line.
        writeSync(fd, `${isTorn(fd) ? "\n" : ""}${JSON.stringify(line)}\n`)
      } finally {
        closeSync(fd)
      }
    },
    from: (offset) => linesFrom<T>(path, offset),
  }
}

async function* linesFrom<T>(path: string, offset: number) {
  const file = await open(path, "r").catch(orNothing)
  if (file === null) return
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    let at = offset
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at)
      const end = chunk.subarray(0, bytesRead).lastIndexOf(LINE_END)
      if (end < 0) return
      for (const text of chunk.toString("utf8", 0, end).split("\n")) {
        at += Buffer.byteLength(text) + 1
        const line = parse<T>(text)
        if (line !== null) yield { line, next: at }
      }
    }
  } finally {
    await file.close()
  }
}

/** Answers null for a file or folder that isn't there. */
export function orNothing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null
  throw error
}

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T
  } catch {
    return null
  }
}

function isTorn(fd: number): boolean {
  const { size } = fstatSync(fd)
  const byte = Buffer.alloc(1)
  return size > 0 && readSync(fd, byte, 0, 1, size - 1) === 1 && byte[0] !== LINE_END
}
