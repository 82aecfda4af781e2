/** The embedded server's log file: kept small, and read when the server doesn't start. */
import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from "node:fs"
import { logFile } from "./cluster.ts"

/** The server says little; a file of this size means something repeats, and its end tells it. */
const MAX_LOG_BYTES = 10_000_000
const LOOK_EVERY_MS = 60_000
/** As much of a failed start as fits into an error message. */
const MAX_QUOTED_BYTES = 2_000

/** What each start says, and what our own probes bring about. */
const routine =
  /^LOG: {2}(skipping|starting|listening|database system)|^FATAL: {2}the database system is /

/** The log's present length in bytes. */
export function logSize(home: string): number {
  return statSync(logFile(home), { throwIfNoEntry: false })?.size ?? 0
}

/** What was written since the log had a length, without the server's date and process number. */
export function logSince(home: string, size: number): string {
  const now = logSize(home)
  const from = Math.max(size, now - MAX_QUOTED_BYTES)
  if (now <= from) return ""
  const descriptor = openSync(logFile(home), "r")
  try {
    const bytes = Buffer.alloc(now - from)
    const length = readSync(descriptor, bytes, 0, bytes.length, from)
    const lines = bytes.toString("utf8", 0, length).trim().split("\n")
    return lines
      .map((line) => line.replace(/^\S+ \S+ \S+ \[\d+\] /, ""))
      .filter((line) => !routine.test(line))
      .join("; ")
  } finally {
    closeSync(descriptor)
  }
}

/** Keeps the log and one older part of it; the server appends, so its file can be emptied. */
export function keepLogSmall(home: string): { stop(): void } {
  const look = () => {
    try {
      if (logSize(home) < MAX_LOG_BYTES) return
      copyFileSync(logFile(home), `${logFile(home)}.1`)
      truncateSync(logFile(home))
    } catch {
      // A full disk: the next look may have more luck, and the server's health says it too.
    }
  }
  look()
  const timer = setInterval(look, LOOK_EVERY_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
