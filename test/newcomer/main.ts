/** `npm run newcomer`: times what a newcomer does, from the clone to the first webhook received. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const root = join(import.meta.dirname, "..", "..")
/** What is promised, from the end of `npm ci` on. */
const PROMISED_S = 60
const STEP_MS = 600_000

const folder = mkdtempSync(join(tmpdir(), "caudal-newcomer-"))
const clone = join(folder, "caudal")
const environment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|CAUDAL_|DATABASE_|NODE_)/i.test(name)),
  ),
  // A newcomer's own programs: nothing of this project's.
  PATH: (process.env.PATH ?? "")
    .split(delimiter)
    .filter((each) => !each.includes("node_modules"))
    .join(delimiter),
}

function step(what: string, file: string, words: readonly string[], cwd: string): number {
  const startedMs = performance.now()
  const ran = spawnSync(file, words, { cwd, env: environment, encoding: "utf8", timeout: STEP_MS })
  assert.equal(ran.status, 0, `${what}\n${ran.stdout}${ran.stderr}`)
  return told(what, performance.now() - startedMs)
}

function told(what: string, tookMs: number): number {
  console.log(`${(tookMs / 1_000).toFixed(1).padStart(7)} s  ${what}`)
  return tookMs
}

/** A shop's server: it resolves with the first webhook. */
async function startShop() {
  const first = Promise.withResolvers<string>()
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (part) => (body += part))
    request.on("end", () => {
      response.writeHead(200).end('{"status":"Confirm"}')
      first.resolve(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}/hook`, first: first.promise, stop }
}

async function started(child: ChildProcess, path: string): Promise<void> {
  let said = ""
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (part) => (said += part))
  const giveUpAtMs = performance.now() + PROMISED_S * 1_000
  while (!existsSync(path) || !said.includes("listens on")) {
    assert.equal(child.exitCode, null, said)
    assert.ok(performance.now() < giveUpAtMs, `not ready:\n${said}`)
    await sleep(20)
  }
}

const shop = await startShop()
let gateway: ChildProcess | null = null
try {
  step("git clone", "git", ["clone", "--quiet", root, clone], folder)
  step("npm ci", "npm", ["ci", "--silent", "--prefer-offline", "--no-audit", "--no-fund"], clone)

  const ciEndedMs = performance.now()
  const env = { ...environment, PORT: "0", CAUDAL_SANDBOX_WEBHOOK_URL: shop.url }
  gateway = spawn("npm", ["start"], { cwd: clone, env, stdio: ["ignore", "pipe", "pipe"] })
  const path = join(clone, "data", "sandbox.json")
  await started(gateway, path)
  told("npm start, until the greeting", performance.now() - ciEndedMs)

  const askedMs = performance.now()
  const { palommaPay, caudal } = JSON.parse(readFileSync(path, "utf8"))
  const post = async (url: string, authorization: string, body: object) => {
    const headers = { authorization, "content-type": "application/json" }
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })
    assert.ok(response.ok, `${url}: ${response.status} ${await response.clone().text()}`)
    return (await response.json()) as { id: string }
  }
  const { id } = await post(`${palommaPay.baseUrl}/payment-requests`, palommaPay.privateKey, {
    ...{ amount_cents: 1_250_000, description: "Pedido 1" },
    redirect_url: "https://tienda.example/gracias",
  })
  told("a payment is created", performance.now() - askedMs)
  await post(`${caudal.baseUrl}/payments/${id}/simulate`, `Bearer ${caudal.apiKey}`, {
    outcome: "approved",
  })
  await shop.first
  told("its first webhook was received", performance.now() - askedMs)

  const tookS = (performance.now() - ciEndedMs) / 1_000
  const within = tookS <= PROMISED_S
  console.log(`${tookS.toFixed(1)} s from npm ci to the first webhook; promised: ${PROMISED_S} s.`)
  if (!within) process.exitCode = 1
} finally {
  shop.stop()
  if (gateway !== null && gateway.exitCode === null) {
    const ended = new Promise((resolve) => gateway!.once("close", resolve))
    gateway.kill("SIGTERM")
    await ended
  }
  rmSync(folder, { recursive: true, force: true })
}
