/** What a command works with: the settings, the core while it needs one, and where it prints. */
import { EventEmitter, once } from "node:events"
import { styleText } from "node:util"
import type { Config } from "../config.ts"
import type { Core } from "../core/index.ts"
import { OutputGone } from "./command.ts"
import type { Language } from "./language.ts"
import { makeProgress, type Progress } from "./progress.ts"

export type Shell = {
  /** Whether a program reads what is printed. */
  readonly json: boolean
  /** Where results go, for what shows them as they come. */
  readonly out: Outside["out"]
  /** Reads the settings; throws `ConfigError`. */
  config(): Promise<Config>
  /** Opens the core for as long as `work` takes. Nothing runs in it by itself. */
  withCore<T>(work: (core: Core, config: Config) => Promise<T>): Promise<T>
  /** Prints a result: `data` as one line of JSON, or else `text`. */
  show(data: object, text: () => string): void
  /**
   * Prints a part of a result that is too long for memory, and waits until it was taken. Throws
   * `OutputGone` when it never will be.
   */
  print(text: string): Promise<void>
  /** Says something to a person that is no part of the result. */
  note(text: string): void
  /** Shows a person how far long work is, on a terminal only. */
  progress(what: string): Progress
  /** Ends the process with this, once the command is through. */
  exitCode(code: number): void
}

/** What surrounds a command: where it prints, and its settings, if not the process's own. */
export type Outside = {
  readonly out: {
    write(text: string): unknown
    readonly isTTY?: boolean
    readonly columns?: number
  }
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean }
  /** Of the help; without it the machine's own. */
  readonly language?: Language
  readonly environment?: Readonly<Record<string, string>>
}

export type OwnShell = Shell & {
  readonly code: () => number
}

/** Makes the shell of one command. What it doesn't need isn't even imported. */
export function makeShell(json: boolean, { out, err, environment }: Outside): OwnShell {
  let code = 0
  const shell: OwnShell = {
    json,
    out,
    code: () => code,
    exitCode: (value) => {
      code = value
    },
    async config() {
      const { readConfig } = await import("../config.ts")
      return readConfig(environment)
    },
    async withCore(work) {
      const config = await shell.config()
      const { withCore } = await import("./core.ts")
      return withCore(config, shell.note, (core) => work(core, config))
    },
    show(data, text) {
      out.write(`${json ? JSON.stringify(data) : text()}\n`)
    },
    async print(text) {
      const flowed = out.write(text)
      // A slow reader of a pipe must not fill the memory.
      if (flowed !== false || !(out instanceof EventEmitter)) return
      await once(out, "drain").catch(() => {
        throw new OutputGone()
      })
    },
    note(text) {
      if (!json) err.write(`${text}\n`)
    },
    progress: (what) => makeProgress(err, what),
  }
  return shell
}

/** Aligned columns, the first row as their heads. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, at) =>
    Math.max(...[title, ...rows.map((row) => row[at] ?? "")].map((cell) => cell.length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd()
  return [styleText("bold", line(head)), ...rows.map(line)].join("\n")
}

/** Names and values below one another. */
export function list(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(0, ...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join("\n")
}

/** An instant as people in an office write it, in UTC like everything that is stored. */
export function instant(at: Date | null): string {
  return at === null ? "-" : `${at.toISOString().slice(0, 16).replace("T", " ")}Z`
}
