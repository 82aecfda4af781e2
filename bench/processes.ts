/** What Linux says of processes: whose children they are, what they hold and what they used. */
import { existsSync, readdirSync, readFileSync } from "node:fs"

const KB = 1_024

/** Whether there is anything to read: elsewhere than on Linux there isn't. */
export const isSeen = existsSync("/proc/self/smaps_rollup")

/** A process and its children. */
export function familyOf(pid: number): readonly number[] {
  const children = readdirSync("/proc").flatMap((name) => {
    const other = Number(name)
    return Number.isInteger(other) && parentOf(other) === pid ? [other] : []
  })
  return [pid, ...children]
}

/** Bytes that lie in memory for a process; what it shares with others included. */
export function residentBytes(pid: number): number {
  return kilobytes(`/proc/${pid}/status`, /^VmRSS:\s*(\d+) kB$/m)
}

/** The most of it that there ever was. */
export function peakBytes(pid: number): number {
  return kilobytes(`/proc/${pid}/status`, /^VmHWM:\s*(\d+) kB$/m)
}

/** What lies in memory now, with its share only of what is shared: those of all add up. */
export function ownShareBytes(pid: number): number {
  return kilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s*(\d+) kB$/m)
}

/** Of a process that has ended meanwhile: 0. */
function kilobytes(path: string, line: RegExp): number {
  return Number(line.exec(readIfThere(path))?.[1] ?? 0) * KB
}

/** The second number behind the name, which may hold anything. */
function parentOf(pid: number): number {
  const text = readIfThere(`/proc/${pid}/stat`)
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1] ?? 0)
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}
