/** Charges and refunds over the real rail, its folder and the simulated bank's own books. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { makeIds, testClock } from "../../src/clock.ts"
import { type Attempt, isRefusal, type Payment } from "../../src/core/index.ts"
import { makeBankFiles, readSettings } from "../../src/rails/bank-files/index.ts"
import { makeSimulatedBank } from "../../src/rails/bank-files/simulated-bank/index.ts"
import { bankOrder } from "../support/bank-files.ts"
import { testCore } from "../support/core.ts"
import { type Cleanup, testDatabase } from "../support/database.ts"

/** Until every outcome but the one that waits came out, and was read. */
const OVER_SECONDS = 40

async function world(t: Cleanup) {
  const { database } = await testDatabase(t)
  const folder = mkdtempSync(join(tmpdir(), "caudal-orders-"))
  t.after(async () => rmSync(folder, { recursive: true, force: true }))
  const clock = testClock()
  const settings = readSettings({ folder }, { mode: "sandbox", dataDir: null })
  const bank = makeSimulatedBank({ clock, ids: makeIds(clock), folder })
  const rail = makeBankFiles({ clock, settings, simulatedBank: bank })
  const { core, faults, merchantId, payment } = await testCore(database, { clock, rails: [rail] })
  const merchant = (await core.merchants.find(merchantId))!
  return {
    core,
    bank,
    faults,
    rail,
    folder,
    merchant,
    /** Charges an account that ends so. */
    async charge(end: string, more: { readonly mandate?: undefined } = {}) {
      const target = { ...bankOrder(0).target, accountNumber: `400000${end}`, ...more }
      const { id: _, attempt: __, merchantId: ___, ...spec } = payment()
      return core.pay.create({ ...spec, merchant, way: { method: "bank", target } })
    },
    async wait(seconds: number) {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1_000)
        await core.pass()
      }
    },
    find: async (id: string): Promise<Payment> => (await core.payments.find(merchantId, id))!,
  }
}

async function charged(made: Awaited<ReturnType<typeof world>>, end: string): Promise<Payment> {
  const created = await made.charge(end)
  assert.ok(!isRefusal(created))
  return created.payment
}

test("a charge waits for its file, and none is made without a mandate", async (t) => {
  const made = await world(t)
  const { id } = await charged(made, "00")
  const [attempt] = await made.core.payments.attempts(id)
  assert.deepEqual([attempt?.state, attempt?.begunAt], ["waiting", null])
  assert.deepEqual(readdirSync(made.folder), [])
  const refused = await made.charge("00", { mandate: undefined })
  assert.ok(isRefusal(refused) && refused.refused === "method_not_offered")
})

test("each outcome of the bank is found, and no account is charged twice", async (t) => {
  const made = await world(t)
  // Nobody stored these accounts, so that after a no their payers may choose another.
  const table: [
    end: string,
    payment: Payment["state"],
    attempt: Attempt["state"],
    reason: Attempt["reason"],
    times: number,
  ][] = [
    ["00", "approved", "settled", null, 1],
    ["01", "pending", "declined", "not_enough_funds", 0],
    ["02", "pending", "declined", "invalid_account", 0],
    ["03", "pending", "declined", "holder_mismatch", 0],
    ["04", "approved", "settled", null, 1],
    ["05", "approved", "settled", null, 1],
    ["06", "pending", "declined", "declined_by_bank", 0],
    ["07", "pending", "declined", "operator_unavailable", 0],
    ["08", "returned", "returned", "returned_by_bank", 1],
    ["09", "processing", "open", null, 0],
    ["11", "approved", "settled", null, 1],
  ]
  const payments = await Promise.all(table.map(([end]) => charged(made, end)))
  await made.wait(OVER_SECONDS)
  for (const [at, [end, state, ended, reason, times]] of table.entries()) {
    const { id } = payments[at]!
    assert.equal((await made.find(id)).state, state, end)
    const [attempt, ...more] = await made.core.payments.attempts(id)
    assert.deepEqual([attempt?.state, attempt?.reason, more], [ended, reason, []], end)
    assert.equal(await made.bank.books.collected(attempt!.id), times, end)
  }
  await made.core.books.verify()
  assert.deepEqual(made.faults, [])
})

test("a refund goes to the account that was charged, as a credit of its own", async (t) => {
  const made = await world(t)
  const { id } = await charged(made, "00")
  await made.wait(OVER_SECONDS)
  const [paid] = await made.core.payments.attempts(id)
  const refunded = await made.core.pay.refund(await made.find(id), 4_000n, null)
  assert.ok(!isRefusal(refunded) && "refund" in refunded)
  const { attempt } = refunded
  assert.deepEqual([attempt.state, attempt.kind, attempt.amount], ["waiting", "refund", 4_000n])
  assert.deepEqual(made.core.payments.target(attempt), made.core.payments.target(paid!))
  await made.wait(OVER_SECONDS)
  const [refund] = await made.core.payments.refunds(id)
  assert.equal(refund?.state, "confirmed")
  assert.equal(await made.bank.books.collected(attempt.id), 1)
  assert.equal((await made.find(id)).refunded, 4_000n)
  await made.core.books.verify()
  assert.deepEqual(made.faults, [])
})
