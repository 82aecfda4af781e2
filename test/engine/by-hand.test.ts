/** What people do to payments on our pages: once a form, not over each other, and written down. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import type { Actor } from "../../src/core/index.ts"
import { testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const ADA: Actor = { kind: "console", name: "Ada", id: "0198b0a0-0000-7000-8000-000000000001" }
const BEA: Actor = { ...ADA, name: "Bea" }
const NOBODY = { to: null, from: null }

const { database } = await testDatabase({ after })
const rail = testRail({
  simulate: async (order, outcome) => [
    {
      attemptId: order.attemptId,
      place: `simulated ${order.attemptId}`,
      at: order.begunAt,
      fact: outcome === "approved" ? { kind: "settled" } : { kind: "declined", reason: "other" },
    },
  ],
})
const { core, merchantId, payment } = await testCore(database, { rail, name: "Tienda" })
const merchant = (await core.merchants.find(merchantId))!

/** What was written down since the last call, oldest first. */
let seen = 0
async function news() {
  const all = await core.audit.list({ since: null, action: null, merchantId }, 100)
  const entries = all.filter(({ position }) => position > seen).reverse()
  seen = Math.max(seen, ...entries.map(({ position }) => position))
  return entries.map(({ action, outcome, change, by }) => [action, outcome, by.name, change])
}

/** A payment that waits; with `paid`, one that was. */
async function made(paid: boolean) {
  const created = await core.engine.submit(createPayment, payment())
  assert.ok(!("refused" in created))
  if (paid) await core.pay.simulate(merchant, created.payment, "approved", null)
  await news()
  return (await core.payments.find(merchantId, created.payment.id))!
}

test("one form is one refund, however often it is sent", async () => {
  const paid = await made(true)
  const form = { ...NOBODY, amount: 4_000n, key: "form-1", seenRefunded: 0n }
  const twice = await Promise.all([1, 2].map(() => core.byHand(ADA).refund(paid, form)))
  const again = await core.byHand(ADA).refund(paid, form)
  assert.deepEqual(twice, [again, again])
  assert.equal((await core.payments.refunds(paid.id)).length, 1)
  const change = {
    amount: { old: null, new: "4000" },
    refunded: { old: "0", new: "4000" },
  }
  assert.deepEqual(await news(), [["payment.refund", "done", "Ada", change]])

  const other = await core.byHand(ADA).refund(paid, { ...form, amount: 5_000n })
  assert.equal("refused" in other && other.refused, "idempotency_conflict")
  assert.equal((await news())[0]![1], "refused")
})

test("of two people who refund at once one does, and the other is told", async () => {
  const paid = await made(true)
  const form = { ...NOBODY, amount: 4_000n, seenRefunded: 0n }
  const both = await Promise.all([
    core.byHand(ADA).refund(paid, { ...form, key: "of-ada" }),
    core.byHand(BEA).refund(paid, { ...form, key: "of-bea" }),
  ])
  const refused = both.filter((each) => "refused" in each)
  assert.deepEqual(
    refused.map((each) => "refused" in each && each.refused),
    ["idempotency_conflict"],
  )
  assert.equal((await core.payments.find(merchantId, paid.id))!.refunded, 4_000n)
  const outcomes = (await news()).map(([, outcome]) => outcome)
  assert.deepEqual(outcomes.sort(), ["done", "refused"])
  const next = { ...form, key: "of-bea-2", seenRefunded: 4_000n }
  assert.ok("refundId" in (await core.byHand(BEA).refund(paid, next)))
})

test("what is refused is written down with its reason, and changes nothing", async () => {
  const waits = await made(false)
  const form = { ...NOBODY, amount: 1n, key: "early", seenRefunded: 0n }
  const refused = await core.byHand(ADA).refund(waits, form)
  assert.ok("refused" in refused)
  const change = {
    amount: { old: null, new: "1" },
    refused: { old: null, new: "refund_not_possible" },
  }
  assert.deepEqual(await news(), [["payment.refund", "refused", "Ada", change]])
  assert.equal((await core.payments.find(merchantId, waits.id))!.version, waits.version)
})

test("a cancel is written down once, and a repeat says that nothing changed", async () => {
  const waits = await made(false)
  const cancelled = await core.byHand(ADA).cancel(waits)
  assert.equal("state" in cancelled && cancelled.state, "cancelled")
  await core.byHand(BEA).cancel(waits)
  assert.deepEqual(await news(), [
    ["payment.cancel", "done", "Ada", { state: { old: "pending", new: "cancelled" } }],
    ["payment.cancel", "unchanged", "Bea", {}],
  ])
})

test("a simulated outcome is one entry, in the commit that made it true", async () => {
  const waits = await made(false)
  await core.byHand(ADA).simulate(merchant, waits, "approved", null)
  const change = {
    outcome: { old: null, new: "approved" },
    state: { old: "pending", new: "approved" },
  }
  assert.deepEqual(await news(), [["payment.simulate", "done", "Ada", change]])
})

test("a payment of somebody else's stays what it is, whatever a person asks", async () => {
  const paid = await made(true)
  const foreign = { ...paid, merchantId: core.ids.next() }
  const form = { ...NOBODY, amount: 1n, key: "foreign", seenRefunded: 0n }
  const answers = [
    await core.byHand(ADA).refund(foreign, form),
    await core.byHand(ADA).cancel(foreign),
    await core.byHand(ADA).cancelRefund(foreign, core.ids.next()),
  ]
  assert.deepEqual(
    answers.map((each) => "refused" in each && each.refused),
    ["payment_not_found", "payment_not_found", "refund_not_possible"],
  )
})
