/** What a start reads: half of its time, and a fifth of the memory, went into parts never used. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { promisify } from "node:util"

const run = promisify(execFile)
const root = join(import.meta.dirname, "..")
const cache = mkdtempSync(join(tmpdir(), "caudal-loaded-"))
after(() => rmSync(cache, { recursive: true, force: true }))

/** The parts of Node itself that are there once all of the gateway was imported. */
async function loaded(): Promise<readonly string[]> {
  const system = JSON.stringify(new URL("../src/system.ts", import.meta.url))
  const program = `await import(${system}); console.log(process.moduleLoadList.join())`
  const words = ["--input-type=module", "-e", program]
  const { stdout } = await run(process.execPath, words, {
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  })
  return stdout.trim().split(",")
}

test("a second start compiles nothing, nor reads what Node has beside its server", async () => {
  const unwanted = {
    "internal/deps/undici/undici": "node:http was imported: see src/http/problem.ts",
    "internal/deps/amaro/dist/index": "types were taken out of a source",
  }
  const has = (names: readonly string[], part: string) => names.some((name) => name.endsWith(part))
  const first = await loaded()
  assert.ok(has(first, "internal/deps/amaro/dist/index"), "nothing was kept before the first start")
  const second = await loaded()
  for (const [part, why] of Object.entries(unwanted)) assert.ok(!has(second, part), why)
})

test("each way to start the gateway keeps what was compiled beside the code", () => {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  )
  const ways = [scripts.start, scripts.caudal, readFileSync(join(root, "bin", "caudal"), "utf8")]
  for (const way of ways)
    assert.match(way!, /NODE_COMPILE_CACHE=\S*node_modules\/\.cache\/caudal\b/)
})
