/** The API's client as it is published: compiled into a folder that ends with the test. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Cleanup } from "./database.ts"

const root = join(import.meta.dirname, "..", "..")

/** The compiler that `npm pack` uses. */
export const TSC = join(root, "node_modules", ".bin", "tsc")

/** Compiles the client; answers the folder that its package would have as `dist`. */
export function compileClient(context: Cleanup): string {
  const dist = mkdtempSync(join(tmpdir(), "caudal-client-"))
  context.after(async () => rmSync(dist, { recursive: true }))
  execFileSync(TSC, ["-p", join(root, "sdk"), "--outDir", dist])
  return dist
}
