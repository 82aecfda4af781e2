/** Plays what a guide says in shell, as somebody would in the project's folder. */
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { TestContext } from "node:test"
import { BIN, environment, listen, temporaryFolder } from "../cli/caudal.ts"

const CURL = join(import.meta.dirname, "..", "cli", "curl.ts")
/** The machine's own is what readers have, and starts ten times as fast as ours. */
const lacksCurl = spawnSync("curl", ["--version"]).status !== 0
/** For the whole script: what it waits for, and some. */
const PLAY_MS = 60_000

/**
 * Runs a script in a folder that has `bin/caudal`, and under the names of `folders` links to these;
 * answers what it printed. Fails where a command does.
 */
export async function play(
  context: TestContext,
  script: string,
  settings: Readonly<Record<string, string>>,
  folders: Readonly<Record<string, string>>,
): Promise<string> {
  const home = temporaryFolder(context)
  const tools = join(home, "tools")
  mkdirSync(join(home, "bin"))
  mkdirSync(tools)
  symlinkSync(BIN, join(home, "bin", "caudal"))
  for (const [name, folder] of Object.entries(folders)) symlinkSync(folder, join(home, name))
  if (lacksCurl) {
    writeFileSync(join(tools, "curl"), `#!/bin/sh\nexec ${process.execPath} ${CURL} "$@"\n`)
    chmodSync(join(tools, "curl"), 0o755)
  }
  const PATH = `${tools}:${dirname(process.execPath)}:${process.env["PATH"]}`
  const child = spawn("sh", ["-eu", "-c", script], {
    cwd: home,
    env: environment({ ...settings, PATH }),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PLAY_MS,
  })
  const said = listen(child)
  const [code] = await once(child, "close")
  assert.equal(code, 0, said.out() + said.err())
  return said.out()
}
