/** `npm run scenarios`: starts a gateway with a chain and plays every case of `caudal trigger`. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SCENARIOS } from "../../src/cli/trigger.ts"
import { environment, listen, MAIN, run } from "./caudal.ts"

const START_MS = 60_000
const CLI = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts")

const dataDir = mkdtempSync(join(tmpdir(), "caudal-scenarios-"))
const settings = { CAUDAL_DATA_DIR: dataDir, PORT: "0" }
const gateway = spawn(process.execPath, [MAIN], {
  env: environment(settings),
  stdio: ["ignore", "pipe", "pipe"],
})
const said = listen(gateway)
try {
  const startedMs = performance.now()
  while (!said.out().includes("listens on")) {
    if (gateway.exitCode !== null || performance.now() - startedMs > START_MS) {
      throw new Error(`the gateway didn't start:\n${said.out()}${said.err()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  let failed = 0
  for (const { name, onChain } of SCENARIOS) {
    const ran = await run(process.execPath, [CLI, "trigger", name, "--json"], settings)
    const [mark, why] = ran.code === 0 ? ["ok  ", ""] : ["FAIL", `\n${ran.out}${ran.err}`]
    if (ran.code !== 0) failed += 1
    console.log(`${mark} ${name}${onChain ? " (chain)" : ""}${why}`)
  }
  console.log(`${SCENARIOS.length - failed} of ${SCENARIOS.length} cases went as expected.`)
  if (failed > 0) process.exitCode = 1
} finally {
  const ended = new Promise((resolve) => gateway.once("close", resolve))
  gateway.kill("SIGTERM")
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}
