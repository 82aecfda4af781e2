/** Payments whose order waits for its file: nobody has asked anybody to move their money yet. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Exchange, isRefusal, type NewPayment, type Target } from "../../src/core/index.ts"
import { testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const MANDATE = { id: "0697129c-26e2-42f1-a000-dc60878d5588", consentedAt: "2026-01-02T03:04:05Z" }
const LATER_MS = 3_600_000

/** A core whose rail sends orders an hour after they were made. */
async function queue(context: Parameters<typeof testDatabase>[0], needsMandate = false) {
  const { database } = await testDatabase(context)
  const exchange: Partial<Exchange> = { dueAt: (now) => new Date(now.getTime() + LATER_MS) }
  const rail = testRail({ exchange: exchange as Exchange, needsMandate })
  const test = await testCore(database, { rail })
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const spec = (target: Target, expiresAt: Date | null = null): NewPayment => {
    const { id: _id, merchantId: _merchantId, attempt: _attempt, ...rest } = test.payment()
    return { ...rest, expiresAt, merchant, way: { method: "bank", target } }
  }
  return { ...test, merchant, spec }
}

test("an order waits unbegun until its file leaves, and its rail isn't asked", async (context) => {
  const { core, spec, rail, clock } = await queue(context)
  const created = await core.pay.create(spec({}))
  assert.ok(!isRefusal(created))
  const { payment, attempt } = created
  assert.deepEqual(
    [payment.state, attempt?.state, attempt?.begunAt, attempt?.leaseOwner],
    ["pending", "waiting", null, null],
  )
  assert.deepEqual(attempt?.lookAt, new Date(clock.now().getTime() + LATER_MS))
  assert.deepEqual(rail.begun, [])
})

test("what waits for its file can be cancelled, and is never begun then", async (context) => {
  const { core, spec, merchantId } = await queue(context)
  const created = await core.pay.create(spec({}))
  assert.ok(!isRefusal(created))
  const how = { kind: "cancel", by: "merchant" } as const
  const ended = await core.pay.end({ paymentId: created.payment.id, merchantId, how })
  assert.ok(!isRefusal(ended))
  assert.equal(ended.state, "cancelled")
  const [attempt] = await core.payments.attempts(created.payment.id)
  assert.deepEqual([attempt?.state, attempt?.lookAt], ["closed", null])
  assert.ok((await core.books.verify()).length === 0)
})

test("what waits for its file expires with its payment", async (context) => {
  const { core, spec, clock, merchantId } = await queue(context)
  const soon = new Date(clock.now().getTime() + 1_000)
  const created = await core.pay.create(spec({}, soon))
  assert.ok(!isRefusal(created))
  clock.advance(2_000)
  const payment = await core.payments.find(merchantId, created.payment.id)
  assert.equal(payment?.state, "expired")
  const [attempt] = await core.payments.attempts(created.payment.id)
  assert.equal(attempt?.state, "closed")
})

test("a rail of stored accounts is not used without consent, nor by a payer", async (context) => {
  const { core, spec, merchant } = await queue(context, true)
  const rows: readonly [target: Target, refused: string | null][] = [
    [{ accountNumber: "123" }, "method_not_offered"],
    [{ accountNumber: "123", mandate: MANDATE }, null],
  ]
  for (const [target, refused] of rows) {
    const created = await core.pay.create(spec(target))
    assert.equal(isRefusal(created) ? created.refused : null, refused)
  }
  assert.deepEqual(await core.methodsFor(merchant), [])
})
