/** Finds the program that is the sandbox's chain. */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"

const PROJECT = join(import.meta.dirname, "../..")

/**
 * The one package that is in the lock file; on other machines anvil has to be on the PATH. npm puts
 * it below us, or beside us where we are a dependency ourselves.
 */
const PACKAGED = ["node_modules", ".."].map(
  (folder) => `${folder}/@foundry-rs/anvil-linux-amd64/bin/anvil`,
)

/** A search of the PATH is over at once, unless a folder on it lies on a dead network drive. */
const SEARCH_MS = 2_000

/** Where to look, for tests; without it in this project and on this process's own PATH. */
export type Places = { readonly project?: string; readonly path?: string }

/**
 * The path of an anvil that can be run here: the npm package's, else one on the PATH. Null where
 * there is none, and outside Linux, since a running one is recognised by what /proc says.
 */
export function findAnvil({ project = PROJECT, path }: Places = {}): string | null {
  if (process.platform !== "linux") return null
  const packaged = PACKAGED.map((path) => join(project, path)).find(existsSync)
  if (process.arch === "x64" && packaged !== undefined) return packaged
  try {
    const found = execFileSync("/bin/sh", ["-c", "command -v anvil"], {
      encoding: "utf8",
      timeout: SEARCH_MS,
      ...(path === undefined ? {} : { env: { PATH: path } }),
    })
    return found.trim() || null
  } catch {
    // The shell says by its exit code that there is none.
    return null
  }
}
