/** What happens to money, whatever a rail says, in whatever order: the books always agree. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { isRefusal, type Outcome, type Payment, type Sighting } from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { merchantSettings } from "../../src/core/merchants/merchant.ts"
import { type TestCore, testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const page = { limit: 100, before: null }

test("a bank charge that settles at once reaches the merchant, less the fee", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  await database.query("update terms set settings = settings || $1", [
    JSON.stringify({ feeFixed: "30", feeBasisPoints: 290 }),
  ])
  const payment = await charge(test, 10_000n)
  await test.core.pass()
  const paid = await find(test, payment.id)
  assert.equal(paid.state, "approved")
  assert.equal(paid.fee, 320n)
  assert.deepEqual(paid.settledAt, paid.approvedAt)
  assert.deepEqual(await books(test), { available: 9_680n, fees: 320n })
  assert.deepEqual(await test.core.books.verify(), [])
})

test("approval and settlement days apart are two bookings and two events", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  test.rail.answer = async () => ({ kind: "accepted", railReference: "bank-1" })
  const payment = await charge(test, 500n)
  await test.core.pass()
  assert.equal((await find(test, payment.id)).state, "processing")
  await sight(test, "approved", { kind: "approved" })
  assert.equal((await find(test, payment.id)).settledAt, null)
  test.clock.advance(86_400_000)
  await sight(test, "settled", { kind: "settled" })
  const settled = await find(test, payment.id)
  assert.deepEqual(settled.settledAt, test.clock.now())
  assert.deepEqual(await types(test), [
    "payment.created",
    "payment.processing",
    "payment.approved",
    "payment.settled",
  ])
  assert.deepEqual(await test.core.books.verify(), [])
})

test("a begin without an answer is unknown until looked up, and not repeated", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  test.rail.answer = async () => {
    throw new Error("connection reset")
  }
  const payment = await charge(test, 500n)
  await test.core.pass()
  const [attempt] = await test.core.payments.attempts(payment.id)
  assert.equal(attempt!.state, "unknown")
  assert.equal((await find(test, payment.id)).state, "pending")
  await sight(test, "found", { kind: "settled" })
  assert.equal((await find(test, payment.id)).state, "approved")
  assert.deepEqual(test.rail.begun, [attempt!.id])
})

test("an attempt the rail never heard of is begun again only where that is safe", async (t) => {
  const table = [
    { beginIsIdempotent: false, absenceIsProof: true, state: "declined", begun: 1 },
    { beginIsIdempotent: false, absenceIsProof: false, state: "unknown", begun: 1 },
    { beginIsIdempotent: true, absenceIsProof: true, state: "settled", begun: 2 },
  ]
  for (const { state, begun, ...traits } of table) {
    const { database } = await testDatabase(t)
    const test = await testCore(database, { rail: testRail(traits) })
    let calls = 0
    test.rail.answer = async () => {
      calls += 1
      if (calls === 1) throw new Error("time-out")
      return { kind: "settled" }
    }
    const payment = await charge(test, 500n)
    await test.core.pass()
    await sight(test, "absent", { kind: "absent" })
    await test.core.pass()
    const [attempt] = await test.core.payments.attempts(payment.id)
    assert.equal(attempt!.state, state)
    assert.equal(test.rail.begun.length, begun)
    assert.equal(new Set(test.rail.begun).size, 1)
  }
})

test("a report under a lease that was lost is refused", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const late = Promise.withResolvers<void>()
  test.rail.answer = async () => {
    await late.promise
    return { kind: "rejected", reason: "declined_by_bank" }
  }
  const payment = await charge(test, 500n)
  // The lease runs out while the rail is silent; another look finds the money.
  test.clock.advance(60_000)
  test.rail.look = settledLook(test)
  const looked = test.core.pass()
  await new Promise((resolve) => setTimeout(resolve, 50))
  late.resolve()
  await looked
  assert.equal((await find(test, payment.id)).state, "approved")
  assert.deepEqual(await books(test), { available: 500n })
})

test("the same sightings, seen again and again, are booked once", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  test.rail.answer = async () => ({ kind: "accepted" })
  const payment = await charge(test, 500n)
  await test.core.pass()
  for (let time = 0; time < 5; time += 1) await sight(test, "settled", { kind: "settled" })
  assert.equal((await find(test, payment.id)).version, 3)
  assert.deepEqual(await books(test), { available: 500n })
})

test("a bank that takes money back leaves the merchant owing what is gone", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  test.rail.answer = async () => ({ kind: "accepted" })
  const payment = await charge(test, 500n)
  await test.core.pass()
  await sight(test, "approved", { kind: "approved" })
  const refunded = await refund(test, payment, 200n)
  assert.ok(!isRefusal(refunded))
  // Its begin is reported first: a pass leaves rows alone that the engine is at.
  await test.core.pass()
  await sight(test, "returned", { kind: "returned", reason: "returned_by_bank" })
  const returned = await find(test, payment.id)
  assert.equal(returned.state, "returned")
  assert.equal(returned.reason, "returned_by_bank")
  assert.equal((await books(test)).available, 0n)
  assert.equal((await books(test)).owed, -200n)
  assert.deepEqual(await test.core.books.verify(), [])
})

test("refunds at once never exceed what was captured", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const payment = await charge(test, 1_000n)
  await test.core.pass()
  // Other money of the merchant: the balance alone would allow more than this payment brought.
  const { merchantId } = test
  await test.core.wallet.topUp({ merchantId, asset: "COP", amount: 9_000n, reference: "other" })
  const refunds = await Promise.all(Array.from({ length: 40 }, () => refund(test, payment, 300n)))
  assert.equal(refunds.filter((answer) => !isRefusal(answer)).length, 3)
  await test.core.pass()
  assert.equal((await find(test, payment.id)).refunded, 900n)
  assert.deepEqual(await books(test), { available: 9_100n, held: 0n })
  assert.deepEqual(await test.core.books.verify(), [])
})

test("a refund that the rail refuses gives the money back to the merchant", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const payment = await charge(test, 1_000n)
  await test.core.pass()
  test.rail.answer = async () => ({ kind: "rejected", reason: "account_blocked" })
  await refund(test, payment, null)
  await test.core.pass()
  assert.equal((await find(test, payment.id)).refunded, 0n)
  assert.equal((await test.core.payments.refunds(payment.id))[0]!.state, "failed")
  assert.deepEqual(await books(test), { available: 1_000n, held: 0n })
})

test("a recharge holds its money, and posts or releases all of it", async (t) => {
  const table = [
    {
      answer: { kind: "settled" } as const,
      books: { available: 400n, held: 0n },
      state: "approved",
    },
    {
      answer: { kind: "rejected", reason: "invalid_identifier" } as const,
      books: { available: 1_000n, held: 0n },
      state: "declined",
    },
    {
      answer: { kind: "accepted" } as const,
      books: { available: 400n, held: 600n },
      state: "processing",
    },
  ]
  for (const row of table) {
    const { database } = await testDatabase(t)
    const test = await testCore(database)
    test.rail.answer = async () => row.answer
    const { merchantId } = test
    await test.core.wallet.topUp({ merchantId, asset: "COP", amount: 1_000n, reference: "start" })
    const created = await test.core.pay.create(spec(test, 600n, "recharge"))
    assert.ok(!isRefusal(created))
    await test.core.pass()
    assert.equal((await find(test, created.payment.id)).state, row.state)
    assert.deepEqual(await books(test), row.books)
    assert.deepEqual(await test.core.books.verify(), [])
  }
})

test("money that does not fit is booked, told, and never lost", async (t) => {
  const option = { asset: "eip155:97/erc20:0x1", amount: "1000" }
  const due = { url: "", options: [option as never] }
  const table: {
    name: string
    sights: [bigint, number][]
    state: string
    books: object
    last: string
  }[] = [
    {
      name: "exact",
      sights: [[1_000n, 0]],
      state: "approved",
      books: { available: 1_000n, unapplied: 0n },
      last: "payment.approved",
    },
    {
      name: "in two transfers",
      sights: [
        [400n, 0],
        [600n, 0],
      ],
      state: "approved",
      books: { available: 1_000n, unapplied: 0n },
      last: "payment.approved",
    },
    {
      name: "short",
      sights: [[999n, 0]],
      state: "pending",
      books: { unapplied: 999n },
      last: "payment.underpaid",
    },
    {
      name: "over",
      sights: [[1_500n, 0]],
      state: "approved",
      books: { available: 1_000n, unapplied: 500n },
      last: "payment.overpaid",
    },
    {
      name: "doubled",
      sights: [
        [1_000n, 0],
        [1_000n, 0],
      ],
      state: "approved",
      books: { available: 1_000n, unapplied: 1_000n },
      last: "payment.unapplied",
    },
    {
      name: "late, within the window",
      sights: [[1_000n, 3]],
      state: "approved",
      books: { available: 1_000n, unapplied: 0n },
      last: "payment.approved",
    },
    {
      name: "too late",
      sights: [[1_000n, 30]],
      state: "expired",
      books: { unapplied: 1_000n },
      last: "payment.unapplied",
    },
  ]
  for (const row of table) {
    const { database } = await testDatabase(t)
    const test = await testCore(database, { rail: testRail({ instruct: () => due }) })
    const created = await test.core.pay.create({
      ...spec(test, 10_000n, "charge"),
      way: { method: "crypto", target: {} },
      expiresAt: new Date(test.clock.now().getTime() + 3_600_000),
    })
    assert.ok(!isRefusal(created))
    for (const [at, [amount, hoursLate]] of row.sights.entries()) {
      if (hoursLate > 0) {
        test.clock.advance((1 + hoursLate) * 3_600_000)
        await test.core.pass()
        assert.equal((await find(test, created.payment.id)).state, "expired", row.name)
      }
      await arrive(test, created.payment, `tx-${at}`, { amount, asset: option.asset })
    }
    const payment = await find(test, created.payment.id)
    assert.equal(payment.state, row.state, row.name)
    const accounts = await test.core.books.accounts(test.merchantId)
    const found = Object.fromEntries(accounts.map(({ kind, balance }) => [kind, balance]))
    assert.deepEqual(found, row.books, row.name)
    assert.equal((await types(test)).at(-1), row.last, row.name)
    assert.deepEqual(await test.core.books.verify(), [])
  }
})

test("a simulated outcome is only possible on a rail that moves no real money", async (t) => {
  const { database } = await testDatabase(t)
  const test = await testCore(database)
  const payment = await charge(test, 500n, false)
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const outcomes: Outcome[] = ["approved", "declined"]
  for (const outcome of outcomes) {
    const answer = await test.core.pay.simulate(merchant, payment, outcome, null)
    assert.ok(isRefusal(answer) && answer.refused === "simulation_not_possible")
  }
})

function spec(test: TestCore, amount: bigint, kind: Payment["kind"]) {
  const merchant = {
    id: test.merchantId,
    name: "Tester",
    timeZone: "America/Bogota",
    settings: merchantSettings.parse({}),
    createdAt: test.clock.now(),
  }
  const { id: _, merchantId: __, attempt: ___, ...rest } = test.payment({ amount, kind })
  const method = kind === "recharge" ? ("recharge" as const) : ("bank" as const)
  return { ...rest, merchant, way: { method, target: {} } }
}

async function charge(test: TestCore, amount: bigint, withWay = true): Promise<Payment> {
  const create = spec(test, amount, "charge")
  const created = withWay
    ? await test.core.pay.create(create)
    : await test.core.engine.submit(createPayment, test.payment({ amount }))
  assert.ok(!isRefusal(created))
  return created.payment
}

async function refund(test: TestCore, payment: Payment, amount: bigint | null) {
  return test.core.pay.refund(payment, amount, null)
}

async function find(test: TestCore, id: string): Promise<Payment> {
  return (await test.core.payments.find(test.merchantId, id))!
}

async function books(test: TestCore): Promise<Record<string, bigint>> {
  const accounts = await test.core.books.accounts(test.merchantId)
  return Object.fromEntries(accounts.map(({ kind, balance }) => [kind, balance]))
}

async function types(test: TestCore): Promise<string[]> {
  const { items } = await test.core.events.list({ merchantId: test.merchantId }, page)
  return items.map((event) => event.type).reverse()
}

function settledLook(test: TestCore): TestCore["rail"]["look"] {
  return async (open) => ({
    cursor: null,
    sightings: open.map(({ attemptId }) => ({
      attemptId,
      place: `${attemptId}:settled`,
      fact: { kind: "settled" },
      at: test.clock.now(),
    })),
  })
}

/** Money that a watching rail sees come in, whether anybody was looking for it or not. */
async function arrive(
  test: TestCore,
  payment: Payment,
  place: string,
  money: { amount: bigint; asset: string },
): Promise<void> {
  const [attempt] = await test.core.payments.attempts(payment.id)
  const fact = { kind: "received" as const, ...money }
  const sighting = { attemptId: attempt!.id, place, fact, at: test.clock.now() }
  const report = reportOf(test.rail, attempt!, payment, { sightings: [sighting], fence: null })
  const reported = await test.core.engine.submit(reportAttempt, report)
  assert.ok(!isRefusal(reported))
}

/** Lets the rail show one fact about whatever charges are open, at its next look. */
async function sight(test: TestCore, place: string, fact: Sighting["fact"]): Promise<void> {
  test.rail.look = async (open) => ({
    cursor: null,
    sightings: open.filter(isNoRefund).map(({ attemptId }) => ({
      attemptId,
      place: `${attemptId}:${place}`,
      fact,
      at: test.clock.now(),
    })),
  })
  test.clock.advance(60_000)
  await test.core.pass()
  test.rail.look = async () => ({ sightings: [], cursor: null })
}

function isNoRefund({ kind }: { readonly kind: string }): boolean {
  return kind !== "refund"
}
