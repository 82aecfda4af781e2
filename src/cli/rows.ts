/** Prints rows that are too many for memory: as CSV, or as the array of a JSON object. */
import { once } from "node:events"
import { createWriteStream, lstatSync, renameSync, rmSync } from "node:fs"
import { finished } from "node:stream/promises"
import { CommandError, UsageError } from "./command.ts"
import type { Shell } from "./shell.ts"

export { type Cell, csvLine } from "../core/index.ts"

const FORMATS = ["csv", "json"] as const
type Format = (typeof FORMATS)[number]

/** The options of commands whose result may be long. */
export const OUTPUT = {
  format: { value: "csv|json", about: "csv when left out; --json is the same as json" },
  out: { value: "FILE", about: "writes it there, when it is whole, instead of printing it" },
} as const

/** Where a long result goes. */
export type Sink = {
  write(text: string): Promise<void>
  /** The result is whole. */
  end(): Promise<void>
  /** It never will be: what was written goes. */
  discard(): Promise<void>
}

/**
 * A file that appears under its name when it is whole, or without a name what the command prints.
 * Others may not read it: a report says who was paid how much.
 */
export async function openSink(shell: Shell, path: string | undefined): Promise<Sink> {
  if (path === undefined) {
    return { write: (text) => shell.print(text), end: async () => {}, discard: async () => {} }
  }
  const failed = (error: Error) => new CommandError(`--out ${path}: ${error.message}`)
  if (isTaken(path)) throw failed(new Error("what is there is no ordinary file"))
  // Of this process alone: the same report may be written twice at once.
  const part = `${path}.${process.pid}.part`
  const file = createWriteStream(part, { mode: 0o600, flags: "wx" })
  const opened = Promise.withResolvers<void>()
  file.once("open", () => opened.resolve())
  // Also later: a disk that is full is told by the next write.
  file.on("error", (error) => opened.reject(failed(error)))
  await opened.promise
  return {
    async write(text) {
      if (file.errored) throw failed(file.errored)
      if (file.write(text)) return
      await once(file, "drain").catch((error: Error) => {
        throw failed(error)
      })
    },
    async end() {
      file.end()
      try {
        await finished(file)
        renameSync(part, path)
      } catch (error) {
        throw failed(error as Error)
      }
    },
    async discard() {
      file.destroy()
      rmSync(part, { force: true })
    },
  }
}

/** Whether a folder, a link or a device is there: a file would fail to take its place, or do it. */
function isTaken(path: string): boolean {
  try {
    return !lstatSync(path).isFile()
  } catch {
    // Nothing is there, or opening it says why that can't be known.
    return false
  }
}

/** The format that was asked for; throws `UsageError`. */
export function readFormat(text: string | undefined, shell: Shell): Format {
  const format = text ?? (shell.json ? "json" : "csv")
  const known = FORMATS.find((each) => each === format)
  if (known) return known
  throw new UsageError(`--format ${format}: there are ${FORMATS.join(" and ")}`)
}

/** Writes a result where it is to go; without its end, none of it stays in a file. */
export async function written<Summary>(
  shell: Shell,
  path: string | undefined,
  write: (sink: Sink) => Promise<Summary>,
): Promise<Summary> {
  const sink = await openSink(shell, path)
  try {
    const summary = await write(sink)
    await sink.end()
    return summary
  } catch (error) {
    await sink.discard()
    throw error
  }
}

/** Writes the members of an object around an array whose elements come in parts. */
export function makeJson(sink: Sink, name: string) {
  let count = 0
  return {
    /** Begins the object with what is known beforehand. */
    async begin(head: object): Promise<void> {
      const members = JSON.stringify(head).slice(1, -1)
      await sink.write(`{${members}${members === "" ? "" : ","}"${name}":[`)
    },
    async add(rows: readonly object[]): Promise<void> {
      const text = rows.map((row) => JSON.stringify(row)).join(",")
      await sink.write(count > 0 && text !== "" ? `,${text}` : text)
      count += rows.length
    },
    async end(tail: object): Promise<void> {
      const members = JSON.stringify(tail).slice(1, -1)
      await sink.write(`]${members === "" ? "" : ","}${members}}\n`)
    },
  }
}
