/** `npm start` as a person sees it: what it prints works, others are kept out, it ends whole. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { lastFirst } from "../support/cleanup.ts"
import type { Cleanup } from "../support/database.ts"
import { greeted, serverOf, spawnGateway } from "../support/own-process.ts"
import { CLI, caudal, MAIN, run, temporaryFolder } from "./caudal.ts"

/** What a start may take on a quiet machine is 5 s cold and 1.5 s warm; tests share theirs. */
const COLD_MS = 20_000
const WARM_MS = 6_000

/** Starts the gateway in a process of its own and waits until it is ready. */
async function start(
  context: Cleanup,
  dataDir: string,
  command: readonly [string, ...string[]] = [process.execPath, MAIN],
) {
  const startedMs = performance.now()
  // What other tests have compiled would make it quicker than a person's is.
  const gateway = await spawnGateway(context, dataDir, command, { NODE_DISABLE_COMPILE_CACHE: "1" })
  const { child, err, out, url } = gateway
  while (!(await isReady(url))) {
    assert.equal(child.exitCode, null, out() + err())
    assert.ok(performance.now() - startedMs < COLD_MS, `not ready:\n${out()}${err()}`)
    await sleep(20)
  }
  // Scripts rely on it: who sees the gateway ready may read the file.
  assert.ok(existsSync(join(dataDir, "sandbox.json")))
  const tookMs = Math.round(performance.now() - startedMs)
  await greeted(gateway, COLD_MS)
  return { ...gateway, tookMs }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`)
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

/** The commands that a greeting shows, by the dialect above each. */
function curlsIn(greeting: string): ReadonlyMap<string, string> {
  const blocks = greeting.split("\n\n").map((block) => block.trim().split("\n"))
  const shown = blocks.filter((lines) => lines.some((line) => /^(curl|TOKEN=)/.test(line)))
  return new Map(shown.map(([title, ...lines]) => [title!.split(" ")[0]!, lines.join("\n")]))
}

/** A folder for the PATH that has a curl in it, if the machine's own has none. */
function pathWithCurl(context: Cleanup): string {
  const { PATH = "" } = process.env
  if (spawnSync("curl", ["--version"]).error === undefined) return PATH
  const dir = temporaryFolder(context)
  const ours = join(import.meta.dirname, "curl.ts")
  const script = `#!/bin/sh\nexec ${process.execPath} ${ours} "$@"\n`
  writeFileSync(join(dir, "curl"), script)
  chmodSync(join(dir, "curl"), 0o755)
  return `${dir}:${PATH}`
}

test("a start prints what works, keeps others out, ends with all it started", async (t) => {
  const context = lastFirst(t)
  const dataDir = temporaryFolder(context)
  const first = await start(context, dataDir)
  t.diagnostic(`cold start: ${first.tookMs} ms`)

  const file = join(dataDir, "sandbox.json")
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const sandbox = JSON.parse(readFileSync(file, "utf8"))
  assert.equal(sandbox.url, first.url)
  assert.ok(first.out().includes(first.url), first.out())
  assert.ok(first.out().includes("sandbox.json"), first.out())
  assert.ok(first.out().includes(`${first.url}/pay/`), first.out())
  assert.equal(first.err(), "")

  await t.test("each curl that it shows is answered as its page promises", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any dialect.
    const answers: Record<string, (body: any) => boolean> = {
      pentagoo: ({ paymentId, status }) => paymentId !== "" && status === "pending",
      tapila: ({ operationId, status }) => operationId !== "" && status === "confirmed",
      "palomma-pay": ({ payment_url }) => payment_url.startsWith(`${first.url}/pay/`),
      "palomma-direct-debit": ({ id, documentType }) => id !== "" && documentType === "cc",
      caudal: ({ object, data }) => object === "list" && data.length === 3,
    }
    const curls = curlsIn(first.out())
    assert.deepEqual([...curls.keys()], Object.keys(answers))
    const settings = { PATH: pathWithCurl(context) }
    for (const [dialect, curl] of curls) {
      const ran = await run("sh", ["-c", curl], settings)
      assert.equal(ran.code, 0, `${curl}\n${ran.err}`)
      const body = ran.json()
      assert.ok(answers[dialect]!(body), `${curl}\n${ran.out}`)
    }
  })

  await t.test("commands work on the database of the gateway that runs", async () => {
    const settings = { CAUDAL_DATA_DIR: dataDir }
    const { merchants } = (await caudal(["merchant", "list", "--json"], settings)).json()
    assert.equal(merchants[0].name, "Demo")
    // The key that it makes is one that the gateway takes at once: they share the master key.
    const key = ["key", "add", "--merchant", "Demo", "--dialect", "caudal", "--json"]
    const { credentials, baseUrl } = (await caudal(key, settings)).json()
    assert.equal(baseUrl, `${first.url}/v1`)
    const response = await fetch(`${first.url}/v1/balances`, {
      headers: { authorization: `Bearer ${credentials.apiKey}` },
    })
    assert.equal(response.status, 200)
    assert.equal((await caudal(["verify"], settings)).out, "The books are right.\n")
    assert.ok(await isReady(first.url))
  })

  await t.test("a second start on the folder says who uses it", async () => {
    const ran = await run(process.execPath, [MAIN], { CAUDAL_DATA_DIR: dataDir, PORT: "0" })
    assert.equal(ran.code, 1)
    assert.match(
      ran.err,
      new RegExp(`^Another Caudal \\(pid ${first.child.pid}\\) is using [^\\n]+\\n$`),
    )
    assert.ok(await isReady(first.url))
  })

  await t.test("a start on a port that is taken says so, and leaves nothing running", async () => {
    const elsewhere = temporaryFolder(context)
    const { port } = new URL(first.url)
    const ran = await run(process.execPath, [MAIN], { CAUDAL_DATA_DIR: elsewhere, PORT: port })
    assert.equal(ran.code, 1)
    assert.match(ran.err, new RegExp(`^PORT: ${port} is in use`))
    assert.equal(serverOf(elsewhere), undefined)
  })

  const server = serverOf(dataDir)!
  assert.ok(server.alive())
  assert.equal(await first.end("SIGTERM"), 0, first.err())
  assert.equal(first.err(), "")
  assert.ok(!server.alive(), "PostgreSQL still runs")

  await t.test("a command without a gateway starts the database and stops it again", async () => {
    const ran = await run(process.execPath, [CLI, "merchant", "list", "--json"], {
      CAUDAL_DATA_DIR: dataDir,
    })
    assert.equal(ran.code, 0, ran.err)
    assert.equal(ran.json().merchants[0].name, "Demo")
    assert.equal(serverOf(dataDir), undefined)
  })

  await t.test("caudal start is the same gateway, with the credentials it had", async () => {
    const second = await start(context, dataDir, [process.execPath, CLI, "start"])
    t.diagnostic(`warm start: ${second.tookMs} ms`)
    assert.ok(second.tookMs < WARM_MS, `${second.tookMs} ms`)
    const { url, ...entries } = JSON.parse(readFileSync(file, "utf8"))
    assert.equal(url, second.url)
    assert.equal(entries.pentagoo.secret, sandbox.pentagoo.secret)
    assert.equal(entries.tapila.password, sandbox.tapila.password)
    assert.equal(await second.end("SIGINT"), 0, second.err())
    assert.equal(serverOf(dataDir), undefined)
  })

  await t.test("a signal to npm start reaches the gateway behind it", async () => {
    const root = join(import.meta.dirname, "..", "..")
    const third = await start(context, dataDir, ["npm", "--prefix", root, "start"])
    assert.equal(await third.end("SIGTERM"), 0, third.err())
    assert.equal(await isReady(third.url), false)
    assert.equal(serverOf(dataDir), undefined)
  })
})
