/**
 * The process and the database are killed in the middle of work: no answer that was sent is lost.
 */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { clusterDir, databaseUrl, readAccess } from "../../src/db/cluster.ts"
import { openDatabase } from "../../src/db/database.ts"
import { lastFirst } from "../support/cleanup.ts"
import type { Cleanup } from "../support/database.ts"
import {
  ask,
  type Credentials,
  freePort,
  type Receiver,
  startReceiver,
} from "../support/gateway.ts"
import { endProcessesIn } from "../support/leftovers.ts"
import { onDisk } from "../support/temporary.ts"

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts")
/** What the embedded database and all of the gateway may take to be back. */
const READY_MS = 10_000
const CLIENTS = 16
/** Before a kill, on a machine however slow: enough to lose some. */
const ANSWERED_LEAST = 20

type Node = {
  readonly url: string
  start(): Promise<void>
  kill(): Promise<void>
  stop(): Promise<void>
}

/** A gateway in a process of its own, with an embedded database in a folder of its own. */
async function makeNode(context: Cleanup, receiver: Receiver): Promise<Node & { dataDir: string }> {
  const dataDir = mkdtempSync(join(onDisk(), "caudal-crash-"))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | null = null
  let said = ""
  const ended = (signal: NodeJS.Signals) => async () => {
    const gone = child
    child = null
    if (!gone || gone.exitCode !== null || gone.signalCode !== null) return
    const over = new Promise((resolve) => gone.once("exit", resolve))
    gone.kill(signal)
    await over
  }
  const node = {
    url,
    dataDir,
    async start() {
      said = ""
      child = spawn(process.execPath, [MAIN], {
        cwd: dataDir,
        env: {
          ...process.env,
          PORT: String(port),
          DATABASE_URL: "",
          CAUDAL_DATA_DIR: dataDir,
          CAUDAL_SANDBOX_WEBHOOK_URL: receiver.url,
        },
        stdio: ["ignore", "pipe", "pipe"],
      })
      for (const stream of [child.stdout!, child.stderr!]) {
        stream.on("data", (part: Buffer) => {
          said += part
        })
      }
      const startedMs = performance.now()
      while (!(await isReady(url))) {
        assert.equal(child.exitCode, null, said)
        assert.ok(performance.now() - startedMs < 3 * READY_MS, `not ready:\n${said}`)
        await sleep(25)
      }
    },
    kill: ended("SIGKILL"),
    stop: ended("SIGTERM"),
  }
  context.after(async () => {
    // One that was killed leaves its database behind: the next start takes it over and stops it.
    if (!child) await node.start().catch(() => undefined)
    await node.stop()
    await endProcessesIn(dataDir)
    rmSync(dataDir, { recursive: true, force: true })
  })
  return node
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    async (response) => {
      await response.text()
      return response.status === 200
    },
    () => false,
  )
}

/** Clients that create payments one after the other until told to end. */
function burst(credentials: Credentials, round: number) {
  const answered = new Map<string, string>()
  const otherStatuses = new Map<number, unknown>()
  let running = true
  let made = 0
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (running) {
      made += 1
      const refId = `crash-${round}-${made}`
      const body = { refId, description: "burst", amount: "12.50" }
      const { key, secret } = credentials
      try {
        const answer = await ask("POST", `${credentials.baseUrl}/api/payment/create`, {
          headers: { OAuth: `${key}:${secret}` },
          body,
        })
        if (answer.status === 200) answered.set(refId, answer.body.paymentId)
        else {
          otherStatuses.set(answer.status, answer.body)
          await sleep(20)
        }
      } catch {
        // No answer: nothing was promised.
        await sleep(20)
      }
    }
  })
  return {
    answered,
    otherStatuses,
    async end() {
      running = false
      await Promise.all(clients)
    },
  }
}

async function assertAllThere(credentials: Credentials, answered: ReadonlyMap<string, string>) {
  for (const [refId, paymentId] of answered) {
    const { key, secret } = credentials
    const found = await ask("GET", `${credentials.baseUrl}/api/payment/${paymentId}`, {
      headers: { OAuth: `${key}:${secret}` },
    })
    assert.equal(found.status, 200, `${refId} was answered and is gone`)
    assert.equal(found.body.refId, refId)
  }
}

/** Every event came under one id only, however often it was sent. */
function assertOneIdEach(receiver: Receiver): void {
  const idByEvent = new Map<string, string>()
  for (const { body, headers } of receiver.received) {
    // Pentagoo's callback comes once a payment; the native one names its event.
    const message = JSON.parse(body)
    const event: string = message.paymentId ?? message.id
    const id = String(headers["webhook-id"])
    assert.equal(idByEvent.get(event) ?? id, id, `a second webhook for ${event}`)
    idByEvent.set(event, id)
  }
}

function credentialsIn(dataDir: string): Record<"pentagoo" | "caudal", Credentials> {
  return JSON.parse(readFileSync(join(dataDir, "sandbox.json"), "utf8"))
}

/** Approves payments, so that there are webhooks to be sent when the process dies. */
async function approve(credentials: Credentials, ids: readonly string[]): Promise<void> {
  await Promise.all(
    ids.map((id) =>
      ask("POST", `${credentials.baseUrl}/payments/${id}/simulate`, {
        headers: { authorization: `Bearer ${credentials.apiKey}` },
        body: { outcome: "approved" },
      }).catch(() => undefined),
    ),
  )
}

test("kill -9 of the gateway in a burst: nothing lost, nothing told twice", async (t) => {
  const context = lastFirst(t)
  const receiver = await startReceiver(context)
  const node = await makeNode(context, receiver)
  await node.start()
  const { pentagoo, caudal } = credentialsIn(node.dataDir)
  const approved = new Set<string>()
  const answered = new Map<string, string>()
  for (let round = 0; round < 3; round += 1) {
    const load = burst(pentagoo, round)
    context.after(load.end)
    await sleep(600)
    while (load.answered.size < ANSWERED_LEAST) await sleep(10)
    const ids = [...load.answered.values()].slice(0, 40)
    for (const id of ids) approved.add(id)
    // The kill falls among approvals, their webhooks and more creates.
    const approving = approve(caudal, ids)
    await sleep(30 + round * 40)
    await node.kill()
    await approving
    await load.end()
    for (const [refId, id] of load.answered) answered.set(refId, id)
    await passLeases(node.dataDir)
    await node.start()
  }
  assert.ok(answered.size > 50, `only ${answered.size} payments were answered`)
  await assertAllThere(pentagoo, answered)
  // What was cut off is approved now; each payment's webhook arrives, under one id.
  await approve(caudal, [...approved])
  for (const id of approved) {
    // A try that the kill interrupted is sent by the next process once its lease has run out.
    await receiver.next((message) => JSON.parse(message.body).paymentId === id, 90_000)
  }
  assertOneIdEach(receiver)
})

test("kill -9 of PostgreSQL in a burst: 503, ready again, nothing lost", async (t) => {
  const context = lastFirst(t)
  const receiver = await startReceiver(context)
  const node = await makeNode(context, receiver)
  await node.start()
  const { pentagoo } = credentialsIn(node.dataDir)
  for (let round = 0; round < 3; round += 1) {
    const load = burst(pentagoo, round)
    context.after(load.end)
    await sleep(400)
    const before = load.answered.size
    process.kill(postmasterPid(node.dataDir), "SIGKILL")
    const downMs = performance.now()
    await sleep(100)
    while (!(await isReady(node.url))) {
      assert.ok(performance.now() - downMs < READY_MS, "not ready within 10 s")
      await sleep(25)
    }
    await sleep(300)
    await load.end()
    assert.ok(load.answered.size > before, "creates work again")
    for (const [status, body] of load.otherStatuses) {
      assert.equal(status, 503)
      assert.deepEqual(body, { code: "503", message: "Service Unavailable" })
    }
    await assertAllThere(pentagoo, load.answered)
  }
})

/** As if the time had passed for which a dead process keeps the webhooks that it was sending. */
async function passLeases(dataDir: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl(readAccess(dataDir)!) })
  try {
    await database.query("update deliveries set due_at = created_at where state = 'due'")
  } finally {
    await database.close()
  }
}

function postmasterPid(dataDir: string): number {
  const [first] = readFileSync(
    join(clusterDir(readAccess(dataDir)!.home), "postmaster.pid"),
    "utf8",
  ).split("\n")
  return Number(first)
}
