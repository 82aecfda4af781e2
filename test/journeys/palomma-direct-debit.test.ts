/** Palomma Direct Debit from a new customer to money, or to why there is none. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { after, test } from "node:test"
import { isRefusal, type Outcome } from "../../src/core/index.ts"
import { answerPage, demoClient } from "../support/direct-debit.ts"
import { type Received, startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { core, receiver } = gateway
const { integrityKey = "" } = gateway.credentials.palommaDirectDebit
const merchant = (await core.merchants.findByName("Demo"))!

const ANA = {
  name: "Ana Ruiz",
  documentType: "cc",
  documentNumber: "1020304050",
  email: "ana@example.test",
}

const { get, make, call } = demoClient(gateway)

/** Waits for the message that tells this status of `id`. */
async function told(id: string, status: string) {
  const message = await receiver.next((each) => {
    const { event } = JSON.parse(each.body)
    return isOurs(each) && event.id === id && event.status === status
  })
  return { message, ...proven(message) }
}

/** The demo merchant hears of everything in the native dialect, too, at the same address. */
function isOurs({ body }: Received): boolean {
  return "webhookId" in JSON.parse(body)
}

/** The vendor's recipe for its receivers; answers what the proven header holds. */
function proven({ headers, body }: Received) {
  const encoded = String(headers["x-encoded-data"])
  const expected = createHmac("sha256", integrityKey).update(encoded).digest("hex")
  assert.equal(headers["x-signature"], expected)
  const decoded = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"))
  assert.deepEqual(decoded, JSON.parse(body))
  assert.deepEqual(Object.keys(decoded), ["webhookId", "timestamp", "eventType", "event"])
  assert.match(decoded.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  return decoded
}

/** An object as a read shows it, but with account and document as webhooks show them. */
async function readMasked(path: string) {
  const { body } = await get(path)
  const { bankAccount } = body.paymentMethodDetails ?? body
  if (bankAccount) bankAccount.accountNumber = `*${bankAccount.accountNumber.slice(-4)}`
  body.customerDetails.documentNumber = "*4050"
  return body
}

/** A customer with an account that ends as given, verified. */
async function chargeable(accountNumber: string): Promise<string> {
  const customer = await make("/customers", ANA)
  const method = await make("/paymentMethods", {
    customerId: customer.id,
    type: "bankAccount",
    bank: "bancolombia",
    accountType: "savings",
    accountNumber,
  })
  await told(method.id, "active")
  return method.id
}

async function simulate(id: string, outcome: Outcome) {
  const payment = (await core.payments.find(merchant.id, id))!
  const done = await core.pay.simulate(merchant, payment, outcome, null)
  assert.ok(!isRefusal(done), isRefusal(done) ? done.message : "")
}

test("a debit is approved and paid, and each step is told with a proof", async () => {
  const customer = await make("/customers", ANA)
  const method = await make("/paymentMethods", {
    customerId: customer.id,
    type: "bankAccount",
    bank: "bancolombia",
    accountType: "savings",
    accountNumber: "12345678950",
  })
  const active = await told(method.id, "active")
  assert.equal(active.eventType, "payment-method.update")
  assert.deepEqual(active.event, await readMasked(`/paymentMethods/${method.id}`))
  assert.equal(active.event.bankAccount.accountNumber, "*8950")
  assert.equal(active.message.headers["content-type"], "application/json")
  assert.equal(active.message.headers["webhook-id"], active.webhookId)

  const request = await make("/paymentRequests", { paymentMethodId: method.id, amount: 45_000 })
  assert.equal(request.status, "pending")
  const approved = await told(request.id, "approved")
  assert.equal(approved.eventType, "payment-request.update")
  assert.deepEqual(approved.event, await readMasked(`/paymentRequests/${request.id}`))
  assert.equal(approved.event.amount, 45_000)
  const { approvedAt, paidAt } = approved.event.approvedDetails
  assert.ok(paidAt >= approvedAt && approvedAt >= request.createdAt, `${approvedAt} ${paidAt}`)
  assert.equal(approved.event.errorDetails, undefined)
  assert.equal(approved.event.paymentMethodDetails.bankAccount.accountNumber, "*8950")

  const about = receiver.received.filter((each) => isOurs(each) && each.body.includes(request.id))
  assert.equal(about.length, 1, "nothing is told of a create, and nothing twice")
})

test("an account without money ends in D23", async () => {
  const paymentMethodId = await chargeable("12345678901")
  const request = await make("/paymentRequests", { paymentMethodId, amount: 45_000 })
  const failed = await told(request.id, "error")
  const { errorAt, ...errorDetails } = failed.event.errorDetails
  assert.deepEqual(errorDetails, {
    status: "error",
    errorCode: "D23",
    errorMessage: "Not enough funds",
  })
  assert.equal(errorAt, failed.event.updatedAt)
  assert.equal(failed.event.approvedDetails, undefined)
  assert.deepEqual(failed.event, await readMasked(`/paymentRequests/${request.id}`))
})

test("an account of somebody else's never becomes active, and is told as an error", async () => {
  const customer = await make("/customers", ANA)
  const account = { bank: "nequi", accountType: "savings", accountNumber: "3001234503" }
  const body = { customerId: customer.id, type: "bankAccount", ...account }
  const method = await make("/paymentMethods", body)
  const failed = await told(method.id, "error")
  assert.equal(failed.eventType, "payment-method.update")
  const charge = { paymentMethodId: method.id, amount: 45_000 }
  assert.equal((await call("POST", "/paymentRequests", charge)).status, 400)
})

test("a slow bank is seen at work, pays, and may take the money back", async () => {
  const paymentMethodId = await chargeable("12345678909")
  const request = await make("/paymentRequests", { paymentMethodId, amount: 45_000 })
  const path = `/paymentRequests/${request.id}`
  const processing = await told(request.id, "processing")
  assert.deepEqual(processing.event, await readMasked(path))

  await simulate(request.id, "approved")
  const approved = await told(request.id, "approved")

  await simulate(request.id, "returned")
  const returned = await told(request.id, "error")
  assert.deepEqual(returned.event, await readMasked(path))
  assert.deepEqual(returned.event.approvedDetails, approved.event.approvedDetails)
  assert.equal(returned.event.errorDetails.errorCode, "D06")
  const ids = [processing, approved, returned].map(({ webhookId }) => webhookId)
  assert.equal(new Set(ids).size, 3)
})

test("approval comes before the money, which may never come", async () => {
  const paymentMethodId = await chargeable("12345678908")
  const request = await make("/paymentRequests", { paymentMethodId, amount: 45_000 })
  const { event } = await told(request.id, "approved")
  assert.equal(event.approvedDetails.paidAt, null)
  await simulate(request.id, "returned")
  const returned = await told(request.id, "error")
  assert.deepEqual(returned.event.approvedDetails, event.approvedDetails)
  assert.equal(returned.event.errorDetails.errorCode, "D06")
})

test("a Nequi account is charged by its phone number", async () => {
  const customer = await make("/customers", ANA)
  const body = { customerId: customer.id, type: "nequiInstant", phoneNumber: "3001234567" }
  const method = await make("/paymentMethods", body)
  assert.deepEqual(method.nequiInstant, { phoneNumber: "3001234567" })
  assert.equal(method.bankAccount, undefined)
  const active = await told(method.id, "active")
  assert.deepEqual(active.event.nequiInstant, { phoneNumber: "*4567" })
  const request = await make("/paymentRequests", { paymentMethodId: method.id, amount: 45_000 })
  const { event } = await told(request.id, "approved")
  assert.deepEqual(event.paymentMethodDetails, {
    type: "nequiInstant",
    nequiInstant: { phoneNumber: "*4567" },
  })
})

test("a Bancolombia account waits for its owner, and then says whose it is", async () => {
  const customer = await make("/customers", ANA)
  const body = { customerId: customer.id, type: "bancolombiaInstant" }
  const method = await make("/paymentMethods", body)
  const authUrl = `${gateway.url}/pay/consent/${method.id}`
  assert.deepEqual(method.bancolombiaInstant, { authUrl })

  await answerPage(authUrl, "agree")
  const affiliate = {
    name: "Ana Ruiz",
    documentType: "cc",
    documentNumber: "*4050",
    accountType: "savings",
    accountNumber: "*1234",
  }
  const active = await told(method.id, "active")
  assert.deepEqual(active.event.bancolombiaInstant, { affiliate })
  const read = (await get(`/paymentMethods/${method.id}`)).body.bancolombiaInstant
  assert.deepEqual(read, { affiliate: { ...affiliate, documentNumber: ANA.documentNumber } })
  const request = await make("/paymentRequests", { paymentMethodId: method.id, amount: 45_000 })
  const { event } = await told(request.id, "approved")
  assert.deepEqual(event.paymentMethodDetails.bancolombiaInstant, { affiliate })
})

test("a receiver that fails is told again, in the same words", async () => {
  const paymentMethodId = await chargeable("12345678951")
  receiver.answer = { status: 500 }
  const request = await make("/paymentRequests", { paymentMethodId, amount: 45_000 })
  const first = await told(request.id, "approved")
  receiver.answer = { status: 200 }
  const again = await receiver.next(
    (each) => each !== first.message && isOurs(each) && each.body.includes(request.id),
    20_000,
  )
  assert.equal(again.body, first.message.body)
  for (const name of ["x-encoded-data", "x-signature", "webhook-id"]) {
    assert.equal(again.headers[name], first.message.headers[name], name)
  }
})

test("no account number is readable in what is kept", async () => {
  const paymentMethodId = await chargeable("98765432150")
  const request = await make("/paymentRequests", { paymentMethodId, amount: 45_000 })
  await told(request.id, "approved")
  for (const table of [
    "customers",
    "instruments",
    "payments",
    "attempts",
    "events",
    "deliveries",
  ]) {
    const { rows } = await gateway.database.query<{ found: bigint }>(
      `select count(*) as found from ${table} t where t::text like '%98765432150%'`,
    )
    assert.equal(Number(rows[0]!.found), 0, table)
  }
})
