/** The files that pages load are whole, small and kept; the script is typed against the browser. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { test } from "node:test"
import { promisify } from "node:util"
import fastify from "fastify"
import { fileRoutes, SCRIPT_ADDRESS, STYLES_ADDRESS } from "./files.ts"

const run = promisify(execFile)
const server = fastify()
fileRoutes(server)

/** A phone on a slow line loads both within half a second. */
const FILES: readonly (readonly [address: string, type: RegExp, bytesMax: number])[] = [
  [SCRIPT_ADDRESS, /^text\/javascript/, 12 * 1_024],
  [STYLES_ADDRESS, /^text\/css/, 20 * 1_024],
]

test("each version of a file is kept for ever, another one is asked for again", async () => {
  for (const [address, type, bytesMax] of FILES) {
    const [name] = address.split("?")
    const rows: [url: string, kept: RegExp][] = [
      [address, /immutable/],
      [name!, /^no-cache$/],
      [`${name}?v=0123456789abcdef`, /^no-cache$/],
    ]
    for (const [url, kept] of rows) {
      const answer = await server.inject(`/${url}`)
      assert.equal(answer.statusCode, 200)
      assert.match(String(answer.headers["content-type"]), type)
      assert.match(String(answer.headers["cache-control"]), kept)
      assert.ok(answer.rawPayload.length <= bytesMax, `${name}: ${answer.rawPayload.length} bytes`)
    }
  }
})

test("the script is one text that parses, without types, imports or addresses", async () => {
  const { body } = await server.inject(`/${SCRIPT_ADDRESS}`)
  assert.doesNotThrow(() => new Function(body))
  assert.doesNotMatch(body, /^\s*(?:import|export)\b/m)
  assert.doesNotMatch(body, /https?:|eval\(|innerHTML\s*=/)
})

test("making the script hides no warning but the one about itself", async () => {
  const module = JSON.stringify(new URL("./files.ts", import.meta.url).href)
  const program = `await import(${module}); process.emitWarning("kept")`
  const { stderr } = await run(process.execPath, ["--input-type=module", "-e", program])
  assert.match(stderr, /Warning: kept/)
  assert.doesNotMatch(stderr, /stripTypeScriptTypes|Experimental/)
})

test("the script's types are right in a browser", async () => {
  const root = join(import.meta.dirname, "..", "..")
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc")
  const project = join(import.meta.dirname, "client")
  await run(process.execPath, [compiler, "--noEmit", "-p", project]).catch(({ stdout }) =>
    assert.fail(stdout),
  )
})
