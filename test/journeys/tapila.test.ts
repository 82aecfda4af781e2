/** Recharges from the login to the webhook: answered at once, later, never, and refused. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { after, test } from "node:test"
import { Webhook } from "standardwebhooks"
import type { Outcome } from "../../src/core/index.ts"
import { confirmPayment } from "../../src/dialects/tapila/answers.ts"
import { ask, type Received, startGateway } from "../support/gateway.ts"
import { addClient, type Client, demoClient, recharge } from "../support/tapila.ts"

const gateway = await startGateway({ after })
const { core, receiver, credentials } = gateway
const demo = await demoClient(gateway)

/** The client's own API key at its receiver, and an operator's answer awaited hardly at all. */
const OWN_KEY = { "x-api-key": "chosen by the client" }
const HASTY = { answerWithinMs: 100 }

/** Adds a client that is told at the receiver, and answers the secret of its webhooks as well. */
async function listening(name: string, settings: object): Promise<Client & { secret: string }> {
  const client = await addClient(gateway, name, settings)
  const { merchantId } = client
  const { url } = receiver
  const endpoint = { merchantId, dialect: "tapila", url, headers: OWN_KEY } as const
  return { ...client, secret: (await core.merchants.addEndpoint(endpoint)).secret }
}

function told(id: string): Promise<Received> {
  return receiver.next(({ body }) => JSON.parse(body).externalPaymentId === id)
}

function timesTold(id: string): number {
  return receiver.received.filter(({ body }) => JSON.parse(body).externalPaymentId === id).length
}

async function wallet(client: Client): Promise<{ available: number; held: number }> {
  const { balances } = (await client.call("POST", "/wallet/balance")).body
  const { available, held } = balances.find((each: { currency: string }) => each.currency === "ARS")
  return { available, held }
}

async function statusOf(client: Client, id: string): Promise<string> {
  const { body } = await client.call("GET", `/operation/${id}?type=external-payment-id`)
  return body.operation.status
}

async function simulate(client: Client, operationId: string, outcome: Outcome): Promise<void> {
  const merchant = await core.merchants.find(client.merchantId)
  const payment = await core.payments.find(client.merchantId, operationId)
  const done = await core.pay.simulate(merchant!, payment!, outcome, null)
  assert.ok("state" in done, "the outcome could not be simulated")
}

test("a recharge that is answered at once is confirmed, paid for, and told no more", async () => {
  const before = await wallet(demo)
  const { status, body } = await demo.recharge({ externalPaymentId: "at-once", amount: 1500 })
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.status, "confirmed")
  assert.equal(await statusOf(demo, "at-once"), "confirmed")
  const now = await wallet(demo)
  assert.deepEqual(now, { available: before.available - 1500, held: 0 })
  assert.deepEqual(await core.books.verify(), [])
})

for (const [outcome, status] of [
  ["approved", "confirmed"],
  ["declined", "failed"],
] as const) {
  test(`a recharge that waits is answered 202, and its webhook says ${status}`, async () => {
    const client = await listening(`Waiting until ${status}`, HASTY)
    const before = await wallet(client)
    const over = { externalPaymentId: status, identifierValue: "1155550109", amount: 1500.5 }
    const answer = await client.recharge(over)
    assert.equal(answer.status, 202, JSON.stringify(answer.body))
    assert.equal(answer.body.status, "processing")
    assert.equal(await statusOf(client, status), "processing")
    const held = { available: before.available - 1500.5, held: 1500.5 }
    assert.deepEqual(await wallet(client), held)
    assert.equal((await client.recharge(over)).status, 409)
    assert.equal(timesTold(status), 0)

    await simulate(client, answer.body.operationId, outcome)
    const { headers, body } = await told(status)
    const { hash, ...rest } = confirmPayment.parse(JSON.parse(body))
    const { operationId } = answer.body
    assert.deepEqual(rest, {
      operationId,
      status,
      externalPaymentId: status,
      externalClientId: "user-77",
      companyCode: "AR-R-0901",
      companyName: "DEMO MOVIL",
      amount: 1500.5,
      type: "RECHARGE",
    })
    const signed = `${operationId}|${status}|${status}|1500.50`
    const { webhookKey } = client.shown
    assert.equal(hash, createHmac("sha256", webhookKey!).update(signed).digest("hex"))
    assert.equal(headers["x-api-key"], OWN_KEY["x-api-key"])
    new Webhook(client.secret).verify(body, headers as Record<string, string>)

    assert.equal(await statusOf(client, status), status)
    const spent = outcome === "approved" ? 1500.5 : 0
    assert.deepEqual(await wallet(client), { available: before.available - spent, held: 0 })
    assert.deepEqual(await core.books.verify(), [])
    assert.equal(timesTold(status), 1)
  })
}

test("a client that wants to hear of everything is told of what was answered at once", async () => {
  const client = await listening("Curious", { notifyAlways: true })
  const { status, body } = await client.recharge({ externalPaymentId: "curious" })
  assert.equal(status, 200)
  const message = JSON.parse((await told("curious")).body)
  assert.equal(message.operationId, body.operationId)
  assert.equal(message.status, "confirmed")
})

test("of many that wait at once each is told, once", async () => {
  const client = await listening("Busy", HASTY)
  const ids = Array.from({ length: 40 }, (_, at) => `busy-${at}`)
  const made = await Promise.all(
    ids.map((externalPaymentId, at) => {
      const identifierValue = `115555${String(at).padStart(2, "0")}09`
      return client.recharge({ externalPaymentId, identifierValue })
    }),
  )
  for (const { status } of made) assert.equal(status, 202)
  const ending = made.map(({ body }, at) =>
    simulate(client, body.operationId, at % 2 === 0 ? "approved" : "declined"),
  )
  await Promise.all(ending)
  await Promise.all(ids.map(told))
  for (const id of ids) assert.equal(timesTold(id), 1, id)
  assert.equal((await wallet(client)).held, 0)
})

test("an operator silent for eight seconds makes a 202, and is told of later", async () => {
  const startedMs = performance.now()
  const over = { externalPaymentId: "silent", identifierValue: "1155550109" }
  const answer = await demo.recharge(over)
  const tookMs = performance.now() - startedMs
  assert.equal(answer.status, 202, JSON.stringify(answer.body))
  assert.ok(tookMs > 7_500 && tookMs < 9_500, `answered after ${tookMs} ms`)

  const { baseUrl, apiKey } = credentials.caudal
  const path = `/payments/${answer.body.operationId}/simulate`
  const simulated = await ask("POST", baseUrl + path, {
    headers: { authorization: `Bearer ${apiKey}` },
    body: { outcome: "approved" },
  })
  assert.equal(simulated.status, 200, JSON.stringify(simulated.body))
  const { headers, body } = await told("silent")
  assert.equal(JSON.parse(body).status, "confirmed")
  new Webhook(credentials.tapila["webhookSecret"]!).verify(body, headers as Record<string, string>)
  // Whatever was answered 200 before has long been told, if it ever is.
  assert.equal(timesTold("at-once"), 0)
})

test("what timed out is found by the client's id, and is safe to send when it isn't", async () => {
  const body = recharge({ externalPaymentId: "retried" })
  const path = "/operation/retried?type=external-payment-id"
  assert.equal((await demo.call("GET", path)).status, 404)
  assert.equal((await demo.call("POST", "/payment", body)).status, 200)
  assert.equal((await demo.call("POST", "/payment", body)).status, 409)
  assert.equal((await demo.call("GET", path)).body.operation.status, "confirmed")
})
