/**
 * The process and the database are killed in the middle of work: no answer that was sent is lost.
 */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { lastFirst } from "../support/cleanup.ts"
import { ask, type Credentials, startReceiver } from "../support/gateway.ts"
import { mortalGateway, READY_MS } from "../support/mortal-gateway.ts"

const CLIENTS = 16
/** Before a kill, on a machine however slow: enough to lose some. */
const ANSWERED_LEAST = 20

// One for both: making a cluster takes longer than all the kills.
const context = lastFirst({ after })
const receiver = await startReceiver(context)
// Chains are broken off in chain.test.ts: here an approval must not wait for one to be read again.
const node = await mortalGateway(context, receiver.url, { CAUDAL_SANDBOX_CHAIN: "0" })
await node.start()
const { pentagoo, caudal } = node.credentials()

/** Clients that create payments one after the other until told to end. */
function burst(credentials: Credentials, round: string) {
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
  const { baseUrl, key, secret } = credentials
  const left = answered.entries()
  // All of them take from the same iterator.
  const readers = Array.from({ length: CLIENTS }, async () => {
    for (const [refId, paymentId] of left) {
      const url = `${baseUrl}/api/payment/${paymentId}`
      const found = await ask("GET", url, { headers: { OAuth: `${key}:${secret}` } })
      assert.equal(found.status, 200, `${refId} was answered and is gone`)
      assert.equal(found.body.refId, refId)
    }
  })
  await Promise.all(readers)
}

/** Every event came under one id only, however often it was sent. */
function assertOneIdEach(): void {
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
  const approved = new Set<string>()
  const answered = new Map<string, string>()
  for (let round = 0; round < 3; round += 1) {
    const load = burst(pentagoo, `gateway-${round}`)
    t.after(load.end)
    await sleep(600)
    while (load.answered.size < ANSWERED_LEAST) await sleep(10)
    const ids = [...load.answered.values()].slice(0, 12)
    for (const id of ids) approved.add(id)
    // The kill falls among approvals, their webhooks and more creates.
    const approving = approve(caudal, ids)
    await sleep(30 + round * 40)
    await node.kill()
    await approving
    await load.end()
    for (const [refId, id] of load.answered) answered.set(refId, id)
    await node.passLeases()
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
  assertOneIdEach()
})

test("kill -9 of PostgreSQL in a burst: 503, ready again, nothing lost", async (t) => {
  for (let round = 0; round < 3; round += 1) {
    const load = burst(pentagoo, `database-${round}`)
    t.after(load.end)
    await sleep(400)
    const before = load.answered.size
    node.killDatabase()
    const downMs = performance.now()
    await sleep(100)
    while (!(await node.isReady())) {
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
