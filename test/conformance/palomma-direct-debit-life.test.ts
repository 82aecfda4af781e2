/** Palomma Direct Debit: how payment methods and requests live, and what each change looks like. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { after, test } from "node:test"
import { isRefusal, type Outcome, REASONS, type Reason } from "../../src/core/index.ts"
import {
  account,
  answerPage,
  assertMessage,
  demoClient,
  PERSON,
  sighted,
} from "../support/direct-debit.ts"
import { type Received, startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { core, receiver } = gateway
const { integrityKey = "" } = gateway.credentials.palommaDirectDebit
const client = demoClient(gateway)
const { call, get, make, newCustomer, newMethod, newRequest, past } = client

const { email: _, ...HOLDER } = PERSON

/** Each type's body and sub-object: as it is created, as a read shows it, as webhooks show it. */
const TYPES: [body: object, created: object, active: object, told: object][] = [
  [
    { type: "bankAccount", bank: "bbva", accountType: "checking", accountNumber: "000123456789" },
    { bankAccount: { bank: "bbva", accountType: "checking", accountNumber: "000123456789" } },
    { bankAccount: { bank: "bbva", accountType: "checking", accountNumber: "000123456789" } },
    { bankAccount: { bank: "bbva", accountType: "checking", accountNumber: "*6789" } },
  ],
  [
    { type: "nequiInstant", phoneNumber: "3298779391" },
    { nequiInstant: { phoneNumber: "3298779391" } },
    { nequiInstant: { phoneNumber: "3298779391" } },
    { nequiInstant: { phoneNumber: "*9391" } },
  ],
  [
    { type: "bancolombiaInstant", accountType: "checking", accountNumber: "00012345678" },
    { bancolombiaInstant: { authUrl: "" } },
    instant(HOLDER.documentNumber),
    instant("*0422"),
  ],
]

function instant(documentNumber: string) {
  const affiliate = { ...HOLDER, documentNumber, accountType: "checking", accountNumber: "*5678" }
  return { bancolombiaInstant: { affiliate } }
}

test("each type of payment method has its life, and shows its own sub-object only", async () => {
  const customerId = await newCustomer()
  for (const [body, created, active, told] of TYPES) {
    const { id, createdAt, ...made } = await make("/paymentMethods", { customerId, ...body })
    const { type } = made
    const authUrl = made.bancolombiaInstant?.authUrl
    if (authUrl) Object.assign(created, { bancolombiaInstant: { authUrl } })
    const common = { customerId, customerDetails: PERSON, type }
    assert.deepEqual(made, { ...common, status: "pending", ...created, updatedAt: createdAt })
    const path = `/paymentMethods/${id}`
    if (authUrl) {
      assert.equal(authUrl, `${gateway.url}/pay/consent/${id}`)
      assert.deepEqual((await get(path)).body, { id, createdAt, ...made })
      await answerPage(authUrl, "agree")
    }

    const { updatedAt, ...read } = await past(path, ["pending"])
    assert.deepEqual(read, { id, createdAt, ...common, status: "active", ...active }, type)
    assert.ok(updatedAt > createdAt)
    const listed = (await get(`/paymentMethods?customerId=${customerId}&limit=1`)).body.items[0]
    assert.deepEqual(listed, { ...read, updatedAt })

    const { event } = await toldOf(id, "active")
    const customerDetails = { ...PERSON, documentNumber: "*0422" }
    assert.deepEqual(event, { ...read, updatedAt, customerDetails, ...told }, type)

    const charged = await newRequest(id)
    assert.deepEqual(charged.paymentMethodDetails, { type, ...active })
    const { event: paid } = await toldOf(charged.id, "approved")
    assert.deepEqual(paid.paymentMethodDetails, { type, ...told })
  }
})

test("an owner who declines ends the method, and nobody can agree afterwards", async () => {
  const customerId = await newCustomer()
  const made = await make("/paymentMethods", { customerId, type: "bancolombiaInstant" })
  const { authUrl } = made.bancolombiaInstant
  const charge = { paymentMethodId: made.id, amount: 123 }
  assertMessage(await call("POST", "/paymentRequests", charge), 400, "pending")
  await answerPage(authUrl, "decline")
  const { event } = await toldOf(made.id, "error")
  const { body } = await get(`/paymentMethods/${made.id}`)
  assert.deepEqual([body.status, body.bancolombiaInstant], ["error", {}])
  assert.deepEqual(event.bancolombiaInstant, {})
  assertMessage(await call("POST", "/paymentRequests", charge), 400, "error")
  await answerPage(authUrl, "agree", "2")
  assert.deepEqual((await get(`/paymentMethods/${made.id}`)).body, body)
})

test("a number or holder that is wrong ends in error, whatever the type", async () => {
  const customerId = await newCustomer()
  for (const digits of ["02", "03"]) {
    const bodies = [
      account(customerId, `1234567${digits}`),
      { customerId, type: "nequiInstant", phoneNumber: `30012345${digits}` },
    ]
    for (const body of bodies) {
      const id = await newMethod(body)
      assert.equal((await get(`/paymentMethods/${id}`)).body.status, "error", `${body.type}`)
      const { eventType } = await toldOf(id, "error")
      assert.equal(eventType, "payment-method.update")
      const answer = await call("POST", "/paymentRequests", { paymentMethodId: id, amount: 123 })
      assertMessage(answer, 400, body.type)
      assert.equal(
        answer.body.message,
        "paymentMethodId: only an active payment method can be charged",
      )
    }
  }
})

/** A bank at work on a request, which does nothing by itself any more. */
async function underWay() {
  const request = await newRequest(await newMethod(account(await newCustomer(), "12345609")))
  assert.equal(request.status, "processing")
  const read = async () => (await get(`/paymentRequests/${request.id}`)).body
  return { id: request.id as string, read }
}

async function simulate(id: string, outcome: Outcome, reason: Reason | null) {
  const payment = (await core.payments.findByLink(id))!
  const merchant = (await core.merchants.find(payment.merchantId))!
  const done = await core.pay.simulate(merchant, payment, outcome, reason)
  assert.ok(!isRefusal(done), isRefusal(done) ? done.message : "")
}

/** The first is the vendor's, the others are ours. */
const CODES = {
  not_enough_funds: ["D23", "Not enough funds"],
  invalid_account: ["D01", "The account does not exist"],
  account_blocked: ["D02", "The account is closed or blocked"],
  holder_mismatch: ["D03", "The account holder does not match"],
  limit_exceeded: ["D04", "The amount is over the bank's limit"],
  mandate_revoked: ["D05", "The payer revoked the mandate"],
  returned_by_bank: ["D06", "Returned by the bank"],
  operator_unavailable: ["D90", "The bank is not available"],
  declined_by_bank: ["D99", "Declined by the bank"],
  invalid_identifier: ["D99", "Other error"],
  expired: ["D99", "Expired"],
  cancelled_by_payer: ["D99", "Cancelled by the payer"],
  cancelled_by_merchant: ["D99", "Cancelled by the merchant"],
  other: ["D99", "Other error"],
} as const satisfies Record<Reason, readonly [code: string, message: string]>

test("each reason of a bank has its code and its sentence, and no approval beside it", async () => {
  const customerId = await newCustomer()
  await Promise.all(
    REASONS.map(async (reason) => {
      // A bank may know of no consent any more: then its account is charged no more.
      const { id } = await newRequest(await newMethod(account(customerId, "12345609")))
      await simulate(id, "declined", reason)
      const { body } = await get(`/paymentRequests/${id}`)
      const { errorAt, ...details } = body.errorDetails
      const [errorCode, errorMessage] = CODES[reason]
      assert.deepEqual(details, { status: "error", errorCode, errorMessage }, reason)
      assert.equal(body.status, "error")
      assert.equal(errorAt, body.updatedAt)
      assert.ok(!("approvedDetails" in body), reason)
    }),
  )
})

test("money comes days after the approval, and may be taken back after that", async () => {
  const { id, read } = await underWay()
  const working = await read()
  assert.deepEqual([working.approvedDetails, working.errorDetails], [undefined, undefined])

  await sighted(gateway, id, { kind: "approved" }, new Date())
  const approved = await read()
  const { approvedAt } = approved.approvedDetails
  assert.deepEqual(approved.approvedDetails, { status: "approved", approvedAt, paidAt: null })
  assert.ok(approvedAt >= working.updatedAt)

  const paidAt = new Date(Date.parse(approvedAt) + 2 * 86_400_000).toISOString()
  await sighted(gateway, id, { kind: "settled" }, new Date(paidAt))
  const paid = await read()
  const { updatedAt } = paid
  assert.ok(updatedAt > approved.updatedAt)
  assert.deepEqual(paid, {
    ...approved,
    updatedAt,
    approvedDetails: { status: "approved", approvedAt, paidAt },
  })

  await sighted(gateway, id, { kind: "returned", reason: "not_enough_funds" }, new Date())
  const returned = await read()
  const { errorAt } = returned.errorDetails
  const errorDetails = {
    status: "error",
    errorCode: "D06",
    errorMessage: "Returned by the bank",
    errorAt,
  }
  assert.deepEqual(returned, {
    ...paid,
    status: "error",
    updatedAt: returned.updatedAt,
    errorDetails,
  })
  assert.equal(errorAt, returned.updatedAt)

  // Told once each, in the words that a read had at that moment.
  const last = await toldOf(id, "error")
  assert.deepEqual(last.event, masked(returned))
  const all = receiver.received.filter(isOurs).map(provenBody)
  const told = all.filter(({ event }) => event.id === id).map(({ event }) => event)
  const inOrder = told.sort((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1))
  assert.deepEqual(inOrder, [working, approved, paid, returned].map(masked))
  assert.equal(new Set(all.map(({ webhookId }) => webhookId)).size, all.length)
})

test("a request failed when it did, whatever becomes known of it later", async () => {
  const customerId = await newCustomer()
  const refused = await newRequest(await newMethod(account(customerId, "12345601")))
  assert.equal(refused.errorDetails.errorAt, refused.updatedAt)
  await sighted(gateway, refused.id, { kind: "approved" }, new Date())
  const path = `/paymentRequests/${refused.id}`
  const later = (await get(path)).body
  assert.ok(later.updatedAt > refused.updatedAt, "the bank's money is noted with the request")
  assert.deepEqual({ ...later, updatedAt: refused.updatedAt }, refused)
  const [listed] = (await get(`/paymentRequests?customerId=${customerId}`)).body.items
  assert.deepEqual(listed, later)
  const about = receiver.received.filter((each) => isOurs(each) && each.body.includes(refused.id))
  assert.equal(about.length, 1, "and nobody is told twice")
})

/** The demo merchant hears of everything in the native dialect, too, at the same address. */
function isOurs({ body }: Received): boolean {
  return "webhookId" in JSON.parse(body)
}

/** Reads a webhook as the vendor describes it: the signature first, then what it covers. */
function provenBody({ headers, body }: Received) {
  const encoded = headers["x-encoded-data"] as string
  assert.match(encoded, /^[A-Za-z0-9+/]+={0,2}$/)
  const signature = createHmac("sha256", integrityKey).update(encoded).digest("hex")
  assert.equal(headers["x-signature"], signature)
  assert.equal(Buffer.from(encoded, "base64").toString("utf8"), body)
  const message = JSON.parse(body)
  assert.deepEqual(Object.keys(message), ["webhookId", "timestamp", "eventType", "event"])
  assert.equal(message.timestamp, message.event.updatedAt)
  return message
}

/** Waits for the webhook by which this status of `id` is told. */
async function toldOf(id: string, status: string) {
  const message = await receiver.next((each) => {
    const { event } = JSON.parse(each.body)
    return isOurs(each) && event.id === id && event.status === status
  })
  return provenBody(message)
}

/** A request as webhooks show it. */
function masked(request: Awaited<ReturnType<typeof newRequest>>) {
  const { bankAccount } = request.paymentMethodDetails
  const accountNumber = `*${bankAccount.accountNumber.slice(-4)}`
  return {
    ...request,
    customerDetails: { ...request.customerDetails, documentNumber: "*0422" },
    paymentMethodDetails: { type: "bankAccount", bankAccount: { ...bankAccount, accountNumber } },
  }
}
