/** Runs the `caudal` command: in this process, or in one of its own as a terminal would. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { run as runCommand } from "../../src/cli/run.ts"
import type { Cleanup } from "../support/database.ts"

const root = join(import.meta.dirname, "..", "..")
export const BIN = join(root, "bin", "caudal")
export const CLI = join(root, "src", "cli", "main.ts")
export const MAIN = join(root, "src", "main.ts")

/** What a command came to. */
export type Ran = {
  readonly code: number | null
  readonly out: string
  readonly err: string
  /** The one line of JSON that was printed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came and asserts on it.
  json(): any
}

/** Settings that stand for a process's whole environment, as far as Caudal looks at it. */
export type Settings = Readonly<Record<string, string>>

/** No colours, and English on every machine. */
const PLAIN = { NO_COLOR: "1", FORCE_COLOR: undefined, LC_ALL: "C" }

/** Where a command's settings come from: nothing of the machine's own may show through. */
export function environment(settings: Settings): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(CAUDAL_|DATABASE_)/.test(name))
  return { ...Object.fromEntries(kept), ...PLAIN, ...settings }
}

/** Runs `caudal` with these words, in this process. */
export async function caudal(words: readonly string[], settings: Settings): Promise<Ran> {
  let out = ""
  let err = ""
  const code = await runCommand(words, {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    environment: settings,
    language: "en",
  })
  return { code, out, err, json: () => JSON.parse(out) }
}

/** Commands that must succeed: what they come to, and what they print for programs. */
export function operator(settings: Settings) {
  const does = async (...words: string[]): Promise<Ran> => {
    const ran = await caudal(words, settings)
    assert.equal(ran.code, 0, ran.err)
    return ran
  }
  return { does, asked: async (...words: string[]) => (await does(...words, "--json")).json() }
}

/** The settings of commands on a database that a test's own core works on, whose key it has. */
export function besideCore(url: string, folder: string): Settings {
  const CAUDAL_MASTER_KEY = Buffer.alloc(32, 7).toString("base64")
  return { DATABASE_URL: url, CAUDAL_DATA_DIR: folder, CAUDAL_MASTER_KEY }
}

/** Runs a program in an empty folder and waits for its end. */
export async function run(
  file: string,
  words: readonly string[],
  settings: Settings,
): Promise<Ran> {
  const child = spawn(file, words, {
    cwd: settings["CAUDAL_DATA_DIR"] ?? root,
    env: environment(settings),
    stdio: ["ignore", "pipe", "pipe"],
  })
  const said = listen(child)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", resolve)
  })
  return { code, out: said.out(), err: said.err(), json: () => JSON.parse(said.out()) }
}

/** Gathers what a process prints. */
export function listen(child: ChildProcess): { out(): string; err(): string } {
  let out = ""
  let err = ""
  child.stdout?.setEncoding("utf8").on("data", (part: string) => {
    out += part
  })
  child.stderr!.setEncoding("utf8").on("data", (part: string) => {
    err += part
  })
  return { out: () => out, err: () => err }
}

/** A folder that goes with the test. */
export function temporaryFolder(context: Cleanup): string {
  const dir = mkdtempSync(join(tmpdir(), "caudal-cli-"))
  context.after(async () => rmSync(dir, { recursive: true, force: true }))
  return dir
}
