/** Rails contradict themselves, hear late and forget: the books and other payments stay right. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { endPayment } from "../../src/core/decide/end-payment.ts"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { isRefusal, type Payment, type Sighting } from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { type TestCore, testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

test("a refund that was given up and is paid after all takes nobody else's reserve", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const payment = await charge(test, 1_000n)
  await test.core.pass()
  test.rail.answer = async () => ({ kind: "rejected", reason: "account_blocked" })
  await test.core.pay.refund(payment, 300n, null)
  await test.core.pass()
  test.rail.answer = async () => ({ kind: "accepted" })
  await test.core.pay.refund(payment, 500n, null)
  await test.core.pass()
  assert.deepEqual(await books(test), { available: 500n, held: 500n })
  const [, first] = await test.core.payments.attempts(payment.id)
  await tell(test, payment, first!.id, { kind: "settled" })
  assert.deepEqual(await books(test), { available: 200n, held: 500n })
  assert.equal((await find(test, payment.id)).refunded, 800n)
  assert.equal((await test.core.payments.refunds(payment.id))[0]!.state, "confirmed")
  // And what a bank sends back is there again, to be refunded once more.
  await tell(test, payment, first!.id, { kind: "returned", reason: "invalid_account" })
  assert.deepEqual(await books(test), { available: 500n, held: 500n })
  assert.equal((await find(test, payment.id)).refunded, 500n)
  assert.deepEqual(await test.core.books.verify(), [])
})

test("a second debit that is taken back leaves the payment that the first one paid", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  test.rail.answer = async () => ({ kind: "rejected", reason: "declined_by_bank" })
  const payment = await charge(test, 1_000n)
  await test.core.pass()
  test.rail.answer = async () => ({ kind: "settled" })
  const merchant = (await test.core.merchants.find(test.merchantId))!
  await test.core.pay.open(merchant, payment, { method: "bank", target: {} })
  await test.core.pass()
  const [refused, paid] = await test.core.payments.attempts(payment.id)
  assert.equal(paid!.state, "settled")
  // The bank that had said no has taken the money as well, and gives it back.
  await tell(test, payment, refused!.id, { kind: "approved" })
  await tell(test, payment, refused!.id, { kind: "settled" })
  assert.deepEqual(await books(test), { available: 1_000n, unapplied: 1_000n })
  assert.ok(!(await types(test)).includes("payment.settled"))
  await tell(test, payment, refused!.id, { kind: "returned", reason: "returned_by_bank" })
  assert.equal((await find(test, payment.id)).state, "approved")
  assert.deepEqual(await books(test), { available: 1_000n, unapplied: 0n })
  assert.equal((await types(test)).at(-1), "payment.unapplied_returned")
  assert.deepEqual(await test.core.books.verify(), [])
})

test("a refund goes back over the attempt that paid, not the one that was unapplied", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  test.rail.answer = async () => ({ kind: "rejected", reason: "declined_by_bank" })
  const payment = await charge(test, 1_000n, { accountNumber: "111" })
  await test.core.pass()
  test.rail.answer = async () => ({ kind: "settled" })
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const way = { method: "bank", target: { accountNumber: "222" } } as const
  await test.core.pay.open(merchant, payment, way)
  await test.core.pass()
  const [refused] = await test.core.payments.attempts(payment.id)
  await tell(test, payment, refused!.id, { kind: "settled" })
  const targets: unknown[] = []
  test.rail.answer = async (order) => {
    targets.push(order.target)
    return { kind: "settled" }
  }
  await test.core.pay.refund(payment, null, null)
  await test.core.pass()
  assert.deepEqual(targets, [way.target])
})

test("a rail that may be asked again is asked again each time it knows nothing", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database, { rail: testRail({ beginIsIdempotent: true }) })
  let calls = 0
  test.rail.answer = async () => {
    calls += 1
    if (calls < 4) throw new Error("time-out")
    return { kind: "settled" }
  }
  test.rail.look = async (open) => ({
    cursor: null,
    sightings: open.map(({ attemptId }) => ({
      attemptId,
      // A rail names what it saw; that it saw nothing has the same name each time.
      place: `${attemptId}:absent`,
      fact: { kind: "absent" },
      at: test.clock.now(),
    })),
  })
  const payment = await charge(test, 500n)
  for (let round = 0; round < 8; round += 1) {
    await test.core.pass()
    test.clock.advance(60_000)
  }
  assert.equal((await find(test, payment.id)).state, "approved")
  assert.equal(calls, 4)
})

test("an attempt that waits to be begun is given up when another one pays", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database, { rail: testRail({ beginIsIdempotent: true }) })
  test.rail.answer = async () => ({ kind: "rejected", reason: "declined_by_bank" })
  const payment = await charge(test, 500n)
  await test.core.pass()
  test.rail.answer = async () => {
    throw new Error("time-out")
  }
  const merchant = (await test.core.merchants.find(test.merchantId))!
  await test.core.pay.open(merchant, payment, { method: "bank", target: {} })
  await test.core.pass()
  const [refused, second] = await test.core.payments.attempts(payment.id)
  await tell(test, payment, second!.id, { kind: "absent" })
  await tell(test, payment, refused!.id, { kind: "settled" })
  const begun = test.rail.begun.length
  test.clock.advance(60_000)
  await test.core.pass()
  assert.equal(test.rail.begun.length, begun, "it asks for money that nobody owes any more")
  assert.equal((await find(test, payment.id)).state, "approved")
})

test("money later than the window is unapplied, even if nobody expired the payment", async (t) => {
  const { database } = await testDatabase(t)
  const option = { asset: "eip155:97/erc20:0x1", amount: "1000" }
  const instruct = () => ({ options: [option as never] })
  const test = await testCore(database, { rail: testRail({ instruct }) })
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const { id: _, merchantId: __, attempt: ___, ...rest } = test.payment()
  const created = await test.core.pay.create({
    ...rest,
    merchant,
    expiresAt: new Date(test.clock.now().getTime() + 3_600_000),
    way: { method: "crypto", target: {} },
  })
  assert.ok(!isRefusal(created))
  test.clock.advance(30 * 3_600_000)
  const { payment } = created
  const money = { amount: 1_000n, asset: option.asset }
  await tell(test, payment, created.attempt!.id, { kind: "received", ...money })
  await test.core.pass()
  assert.equal((await find(test, payment.id)).state, "expired")
  assert.deepEqual(await books(test), { unapplied: 1_000n })
})

test("a recharge that is cancelled before it was tried gives its money free", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const { core, merchantId } = test
  await core.wallet.topUp({ merchantId, asset: "COP", amount: 900n, reference: "start" })
  const command = test.payment({ kind: "recharge", amount: 600n })
  await core.engine.submit(createPayment, command)
  assert.deepEqual(await books(test), { available: 300n, held: 600n })
  const how = { kind: "cancel", by: "merchant" } as const
  await core.engine.submit(endPayment, { paymentId: command.id, merchantId, how })
  assert.deepEqual(await books(test), { available: 900n, held: 0n })
})

test("a refund is answered alike under its key, whatever became of the payment", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const payment = await charge(test, 1_000n)
  await test.core.pass()
  const once = {
    key: "refund-1",
    fingerprint: "body",
    render: (answer: unknown) =>
      isRefusal(answer) ? { status: 409, body: answer.refused } : { status: 201, body: "made" },
  }
  const first = await test.core.pay.refund(payment, 100n, once)
  assert.deepEqual(first, { status: 201, body: "made" })
  await test.core.pass()
  const [paid] = await test.core.payments.attempts(payment.id)
  await tell(test, payment, paid!.id, { kind: "returned", reason: "returned_by_bank" })
  assert.deepEqual(await test.core.pay.refund(payment, 100n, once), first)
})

test("a report that names none of the accounts it moves is booked all the same", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const fee = `update terms set settings = settings || '{"feeFixed": "300"}' where merchant_id = $1`
  await database.query(fee, [test.merchantId])
  test.rail.answer = async () => ({ kind: "accepted" })
  const payment = await charge(test, 1_000n)
  await test.core.pass()
  const [attempt] = await test.core.payments.attempts(payment.id)
  const facts = [{ kind: "settled" }, { kind: "returned", reason: "returned_by_bank" }] as const
  const at = test.clock.now()
  const sightings = facts.map((fact) => ({ place: `line:${fact.kind}`, fact, at }))
  const report = reportOf(test.rail, attempt!, payment, { sightings, fence: null })
  // Clearing, available and fees, outside as it settles; the fee is owed as it is taken back.
  const reported = await test.core.engine.submit(reportAttempt, { ...report, assets: [] })
  assert.ok(!isRefusal(reported))
  assert.equal(reported.payment.state, "returned")
  assert.deepEqual(await books(test), { available: 0n, fees: 300n, owed: -300n })
  assert.deepEqual(await test.core.books.verify(), [])
})

test("nobody charges a customer or an account of another merchant", async (t) => {
  const { database } = await testDatabase(t)
  const a = await testCore(database, { name: "A" })
  const b = await testCore(database, { name: "B" })
  const person = { name: "Ana Ruiz", documentType: "cc", documentNumber: "1", email: "a@b.co" }
  const { merchantId } = a
  const customer = await a.core.customers.create({ merchantId, dialect: "caudal", person })
  assert.ok(!isRefusal(customer))
  const theirs = { customerId: customer.id }
  const answer = await b.core.engine.submit(createPayment, b.payment(theirs))
  assert.ok(isRefusal(answer) && answer.refused === "customer_not_found")
  assert.ok(!isRefusal(await a.core.engine.submit(createPayment, a.payment(theirs))))
})

async function charge(test: TestCore, amount: bigint, target = {}): Promise<Payment> {
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const { id: _, merchantId: __, attempt: ___, ...rest } = test.payment({ amount })
  const created = await test.core.pay.create({ ...rest, merchant, way: { method: "bank", target } })
  assert.ok(!isRefusal(created))
  return created.payment
}

/** Reports one fact about an attempt, as a provider's notice does: under no lease. */
async function tell(
  test: TestCore,
  payment: Payment,
  attemptId: string,
  fact: Sighting["fact"],
): Promise<void> {
  const attempts = await test.core.payments.attempts(payment.id)
  const attempt = attempts.find(({ id }) => id === attemptId)!
  const place = `${attemptId}:${fact.kind}`
  const sightings = [{ place, fact, at: test.clock.now() }]
  const report = reportOf(test.rail, attempt, payment, { sightings, fence: null })
  assert.ok(!isRefusal(await test.core.engine.submit(reportAttempt, report)))
}

async function find(test: TestCore, id: string): Promise<Payment> {
  return (await test.core.payments.find(test.merchantId, id))!
}

async function books(test: TestCore): Promise<Record<string, bigint>> {
  const accounts = await test.core.books.accounts(test.merchantId)
  return Object.fromEntries(accounts.map(({ kind, balance }) => [kind, balance]))
}

async function types(test: TestCore): Promise<string[]> {
  const page = { limit: 100, before: null }
  const { items } = await test.core.events.list({ merchantId: test.merchantId }, page)
  return items.map((event) => event.type).reverse()
}
