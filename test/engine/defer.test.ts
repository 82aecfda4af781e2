/**
 * A caller who waits for a payment's end either learns it, or is promised a webhook: never neither.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { deferAnswer } from "../../src/core/decide/defer-answer.ts"
import { endPayment } from "../../src/core/decide/end-payment.ts"
import { isRefusal } from "../../src/core/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

test("whoever ends a payment and whoever defers its answer agree on who came first", async (t) => {
  const { database } = await testDatabase(t)
  const one = await testCore(database)
  const two = await testCore(database)
  const { merchantId } = one
  const how = { kind: "cancel", by: "merchant" } as const
  let deferrals = 0
  for (let round = 0; round < 40; round += 1) {
    const { id: paymentId } = one.payment()
    await one.core.engine.submit(createPayment, one.payment({ id: paymentId }))
    const ending = one.core.engine.submit(endPayment, { paymentId, merchantId, how })
    const answered = await two.core.engine.submit(deferAnswer, { paymentId, merchantId })
    const ended = await ending
    assert.ok(!isRefusal(answered) && !isRefusal(ended))
    assert.notEqual(answered.state === "cancelled", answered.deferred)
    assert.equal(ended.deferred, answered.deferred)
    if (answered.deferred) deferrals += 1
  }
  assert.ok(deferrals < 40, "the race went one way only")
})
