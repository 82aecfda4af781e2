/** A Pentagoo order from its creation to the merchant's server hearing of the money. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { Webhook } from "standardwebhooks"
import { isRefusal } from "../../src/core/index.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { open, press } from "../support/page.ts"

const gateway = await startGateway({ after })
const { core, receiver } = gateway
const { baseUrl: base, key, secret, webhookSecret } = gateway.credentials.pentagoo
const headers = { oauth: `${key}:${secret}` }

let made = 0
async function newOrder() {
  made += 1
  const body = { refId: `ORD-${made}`, description: "2 x cafe", amount: "25.5" }
  const answer = await ask("POST", `${base}/api/payment/create`, { headers, body })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body
}

async function read(paymentId: string) {
  return (await ask("GET", `${base}/api/payment/${paymentId}`, { headers })).body
}

async function simulate(paymentId: string, outcome: "approved" | "declined" | "expired") {
  const payment = (await core.payments.findByLink(paymentId))!
  const merchant = (await core.merchants.find(payment.merchantId))!
  const simulated = await core.pay.simulate(merchant, payment, outcome, null)
  assert.ok(!isRefusal(simulated), "it can be simulated")
}

/** The same server also hears the native dialect's events; those are not Pentagoo's to shape. */
function isCallback({ body }: { body: string }, paymentId: string): boolean {
  return body.includes(paymentId) && !body.includes('"object":"event"')
}

function about(paymentId: string) {
  return receiver.received.filter((each) => isCallback(each, paymentId))
}

function next(paymentId: string) {
  return receiver.next((each) => isCallback(each, paymentId))
}

const HASH = /^0x[0-9a-f]{64}$/

test("an order is paid on its page, and the merchant is told with the six fields", async () => {
  const order = await newOrder()
  const page = await open(order.url)
  assert.match(page.text, /Pago a Tienda Demo \$ 25,50 USD/)
  for (const { address, amount, blockchain, token } of order.options) {
    for (const part of [address, amount, blockchain, token]) assert.ok(page.text.includes(part))
  }
  assert.match((await press(page, "simulate")).text, /Pago aprobado/)

  const told = await next(order.paymentId)
  const fields = JSON.parse(told.body)
  assert.match(told.headers["content-type"] ?? "", /^application\/json/)
  assert.deepEqual(Object.keys(fields).sort(), [
    "amount",
    "blockchain",
    "date",
    "hash",
    "orderId",
    "paymentId",
  ])
  for (const value of Object.values(fields)) assert.equal(typeof value, "string")
  assert.equal(fields.amount, "25.50")
  assert.equal(fields.orderId, order.refId)
  assert.equal(fields.paymentId, order.paymentId)
  assert.match(fields.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.match(fields.hash, HASH)
  assert.equal(fields.blockchain, order.options[0].blockchain)

  const verified = new Webhook(webhookSecret!).verify(told.body, {
    "webhook-id": String(told.headers["webhook-id"]),
    "webhook-timestamp": String(told.headers["webhook-timestamp"]),
    "webhook-signature": String(told.headers["webhook-signature"]),
  })
  assert.deepEqual(verified, fields)

  const now = await read(order.paymentId)
  assert.equal(now.status, "approved")
  assert.equal(now.hash, fields.hash)
  const { blockchain, chainId, token, amount } = order.options[0]
  assert.deepEqual(now.received, [{ blockchain, chainId, token, amount }])
})

test("money that comes late is told like any other", async () => {
  const order = await newOrder()
  await simulate(order.paymentId, "expired")
  assert.equal((await read(order.paymentId)).status, "expired")
  await simulate(order.paymentId, "approved")
  assert.equal((await read(order.paymentId)).status, "approved")
  const told = await next(order.paymentId)
  assert.equal(JSON.parse(told.body).orderId, order.refId)
  assert.equal(about(order.paymentId).length, 1)
})

test("orders that end in any other way are told to nobody", async () => {
  const [expired, cancelled, declined] = [await newOrder(), await newOrder(), await newOrder()]
  await simulate(expired.paymentId, "expired")
  assert.match((await open(expired.url)).text, /El enlace venció/)

  assert.match((await press(await open(cancelled.url), "cancel")).text, /Pago cancelado/)
  assert.equal((await read(cancelled.paymentId)).status, "cancelled")

  await simulate(declined.paymentId, "declined")
  const page = await open(declined.url)
  assert.match(page.text, /El intento anterior no funcionó/)
  const again = await press(page, "pay")
  assert.match(again.text, /Envía el pago desde tu billetera/)
  const fresh = await read(declined.paymentId)
  assert.equal(fresh.status, "pending")
  assert.notEqual(fresh.options[0].address, declined.options[0].address)

  // A later order's callback comes through; were there others, they would have come before it.
  const last = await newOrder()
  await simulate(last.paymentId, "approved")
  await next(last.paymentId)
  for (const { paymentId } of [expired, cancelled, declined]) {
    assert.deepEqual(about(paymentId), [])
  }
})

test("a repeat of the create answers the order as it is by now", async () => {
  const order = await newOrder()
  await simulate(order.paymentId, "approved")
  const body = { refId: order.refId, description: "2 x cafe", amount: "25.50" }
  const again = await ask("POST", `${base}/api/payment/create`, { headers, body })
  assert.deepEqual(again.body, { ...order, status: "approved" })
})
