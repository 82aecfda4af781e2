/** `npm run pack:try`: packs the project, installs the tarball elsewhere, and uses it there. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const root = join(import.meta.dirname, "..", "..")
/** A download of some 150 MB, where npm hasn't them yet. */
const INSTALL_MS = 300_000
/** The first start makes a database and compiles everything, on a slow machine too. */
const START_MS = 60_000

const folder = mkdtempSync(join(tmpdir(), "caudal-pack-"))
/** A machine's own programs and none of this project's, as for somebody who has only Node. */
const PATH = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((each) => !each.includes("node_modules"))
  .join(delimiter)
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|CAUDAL_|DATABASE_|NODE_)/i.test(name)),
  ),
  PATH,
  PORT: "0",
}

function run(file: string, words: readonly string[], cwd: string): string {
  const ran = spawnSync(file, words, {
    cwd,
    env: environment,
    encoding: "utf8",
    timeout: INSTALL_MS,
  })
  assert.equal(ran.status, 0, `${file} ${words.join(" ")}\n${ran.stdout}${ran.stderr}`)
  return ran.stdout.trim()
}

function timed<T>(what: string, work: () => T): T {
  const startedMs = performance.now()
  const answer = work()
  console.log(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(6)} s  ${what}`)
  return answer
}

const started: ChildProcess[] = []

/** Starts the gateway in a folder and answers what its sandbox.json says once it is ready. */
async function startIn(cwd: string, file: string, words: readonly string[]) {
  const startedMs = performance.now()
  const child = spawn(file, words, {
    cwd,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  })
  started.push(child)
  let said = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part))
  const path = join(cwd, "data", "sandbox.json")
  while (!existsSync(path) || !said.includes("listens on")) {
    assert.equal(child.exitCode, null, said)
    assert.ok(performance.now() - startedMs < START_MS, said)
    await sleep(50)
  }
  const tookS = ((performance.now() - startedMs) / 1_000).toFixed(1)
  console.log(`${tookS.padStart(6)} s  start, from nothing to the greeting`)
  return { child, sandbox: JSON.parse(readFileSync(path, "utf8")) }
}

/** Ends it as a terminal's Ctrl-C does, which reaches all of it: npm passes no signal on. */
async function stop(child: ChildProcess, cwd: string): Promise<void> {
  const ended = new Promise((resolve) => child.once("close", resolve))
  process.kill(-child.pid!, "SIGINT")
  await ended
  assert.ok(!existsSync(join(cwd, "data", "caudal.pid")), "the gateway ends with all it started")
}

// biome-ignore lint/suspicious/noExplicitAny: whatever sandbox.json and the answers hold.
type Json = any

/** One call of each dialect, as the greeting shows them. */
async function callEach(sandbox: Json): Promise<void> {
  const { pentagoo, tapila, palommaPay, palommaDirectDebit, caudal } = sandbox
  const call = async (url: string, body: object | null, headers: Record<string, string>) => {
    const response = await fetch(url, {
      method: body ? "POST" : "GET",
      headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const answer = (await response.json()) as Json
    assert.ok(response.ok, `${url}: ${response.status} ${JSON.stringify(answer)}`)
    console.log(`          ${new URL(url).pathname} ${response.status}`)
    return answer
  }
  await call(
    `${pentagoo.baseUrl}/api/payment/create`,
    { refId: "try-1", description: "cafe", amount: "25.50" },
    { oauth: `${pentagoo.key}:${pentagoo.secret}` },
  )
  const { clientUsername, password } = tapila
  await call(`${tapila.baseUrl}/login`, { clientUsername, password }, {})
  await call(
    `${palommaPay.baseUrl}/payment-requests`,
    { amount_cents: 1_250_000, description: "cafe", redirect_url: "https://shop.example/" },
    { authorization: palommaPay.privateKey },
  )
  await call(
    `${palommaDirectDebit.baseUrl}/customers`,
    {
      ...{ name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" },
      email: "ana@example.test",
    },
    { authorization: `Bearer ${palommaDirectDebit.apiKey}` },
  )
  const bearer = { authorization: `Bearer ${caudal.apiKey}` }
  const { data } = await call(`${caudal.baseUrl}/payments`, null, bearer)
  assert.equal(data.length, 2)
}

try {
  const packed = timed("npm pack", () =>
    run("npm", ["pack", "--silent", "--pack-destination", folder], root),
  )
  const tarball = join(folder, packed.split("\n").at(-1)!)
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--silent"]

  const project = join(folder, "project")
  mkdirSync(project)
  writeFileSync(join(project, "package.json"), '{"name":"shop","private":true}')
  timed("npm install, as a dependency", () => run("npm", ["install", ...quiet, tarball], project))
  const bin = join(project, "node_modules", ".bin", "caudal")
  assert.equal(run(bin, ["--version"], project), version)
  const { child, sandbox } = await startIn(project, bin, ["start"])
  await callEach(sandbox)
  assert.equal(run(bin, ["verify"], project), "The books are right.")
  await stop(child, project)

  const prefix = join(folder, "global")
  timed("npm install --global", () =>
    run("npm", ["install", "--global", "--prefix", prefix, ...quiet, tarball], folder),
  )
  assert.equal(run(join(prefix, "bin", "caudal"), ["--version"], folder), version)

  const elsewhere = join(folder, "elsewhere")
  mkdirSync(elsewhere)
  // The words after the tarball are left out: what is meant is the gateway.
  copyFileSync(tarball, join(elsewhere, "caudal.tgz"))
  // npm reads `./` from where the next package.json lies, which may be far above this folder.
  writeFileSync(join(elsewhere, "package.json"), '{"private":true}')
  const words = ["--yes", "--prefer-offline", "--loglevel=error", "./caudal.tgz"]
  const npx = await startIn(elsewhere, "npx", words)
  await stop(npx.child, elsewhere)
  const node = run("node", ["--version"], folder)
  console.log(`caudal ${version} runs from its tarball with Node ${node} on the PATH.`)
} finally {
  // What failed half-way leaves nothing running.
  for (const { pid, exitCode, signalCode } of started) {
    if (exitCode === null && signalCode === null) process.kill(-pid!, "SIGTERM")
  }
  rmSync(folder, { recursive: true, force: true })
}
