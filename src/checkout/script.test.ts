/** The script that pages load is whole, small and kept, and typed against the browser. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { join } from "node:path"
import { test } from "node:test"
import { promisify } from "node:util"
import { gzipSync } from "node:zlib"
import fastify from "fastify"
import { SCRIPT } from "./script.ts"
import { STYLES } from "./styles.ts"

const run = promisify(execFile)
const server = fastify()
SCRIPT.mount(server)

/** A phone on a slow line loads it within half a second. */
const SCRIPT_MAX_BYTES = 5 * 1_024
/** A page's styles are the largest part of its first and only request. */
const STYLES_MAX_BYTES = 4 * 1_024

test("each version of the script is kept for ever, another one is asked for again", async () => {
  const [name] = SCRIPT.address.split("?")
  const rows: [url: string, kept: RegExp][] = [
    [SCRIPT.address, /immutable/],
    [name!, /^no-cache$/],
    [`${name}?v=0123456789abcdef`, /^no-cache$/],
  ]
  for (const [url, kept] of rows) {
    const answer = await server.inject(`/${url}`)
    assert.equal(answer.statusCode, 200)
    assert.match(String(answer.headers["content-type"]), /^text\/javascript/)
    assert.equal(answer.headers["x-content-type-options"], "nosniff")
    assert.match(String(answer.headers["cache-control"]), kept)
  }
})

test("script and styles are small when they travel", async () => {
  const headers = { "accept-encoding": "gzip" }
  const { rawPayload } = await server.inject({ url: `/${SCRIPT.address}`, headers })
  assert.ok(rawPayload.length <= SCRIPT_MAX_BYTES, `${rawPayload.length} bytes of script`)
  const styles = gzipSync(STYLES.text).length
  assert.ok(styles <= STYLES_MAX_BYTES, `${styles} bytes of styles`)
})

test("the script is one text that parses, without types, imports or addresses", async () => {
  const { body } = await server.inject(`/${SCRIPT.address}`)
  assert.doesNotThrow(() => new Function(body))
  assert.doesNotMatch(body, /^\s*(?:import|export)\b/m)
  assert.doesNotMatch(body, /https?:|eval\(|innerHTML\s*=/)
})

test("making the script hides no warning but the one about itself", async () => {
  const module = JSON.stringify(new URL("./script.ts", import.meta.url).href)
  const fastify = JSON.stringify(import.meta.resolve("fastify"))
  const program = `
    const { fastify } = await import(${fastify})
    const { SCRIPT } = await import(${module})
    const server = fastify()
    SCRIPT.mount(server)
    const { body } = await server.inject("/page.js")
    process.emitWarning(body.length > 0 ? "kept" : "no script")`
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
