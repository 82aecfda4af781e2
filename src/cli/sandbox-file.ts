/** What a sandbox's gateway writes down at its start: where it is, and the demo's credentials. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Config } from "../config.ts"
import { CommandError } from "./command.ts"

export type SandboxFile = { readonly url: string } & Readonly<Record<string, unknown>>

/** Where a gateway of these settings writes it. */
export function sandboxPath({ dataDir }: Pick<Config, "dataDir">): string {
  return join(dataDir, "sandbox.json")
}

/** Reads it; null where it can't be and needn't. Throws `CommandError`. */
export function readSandbox(path: string, isNeeded: boolean): SandboxFile | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as SandboxFile
  } catch (error) {
    if (!isNeeded) return null
    const why = (error as Error).message
    throw new CommandError(`The credentials can't be read (a sandbox writes them): ${why}`)
  }
}
