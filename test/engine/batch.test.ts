/** What callers of the engine can rely on, whoever else is in their batch. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { endPayment } from "../../src/core/decide/end-payment.ts"
import { topUp } from "../../src/core/decide/top-up.ts"
import { isRefusal } from "../../src/core/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

test("a payment is stored with its first event before its caller has the answer", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment } = await testCore(database)
  const command = payment({ reference: "A-1" })
  const created = await core.engine.submit(createPayment, command)
  assert.ok(!isRefusal(created))
  const stored = await core.payments.find(command.merchantId, command.id)
  assert.deepEqual(stored, created.payment)
  const events = await core.events.list({ merchantId: command.merchantId }, page)
  assert.deepEqual(
    events.items.map(({ type, seq, subjectId }) => ({ type, seq, subjectId })),
    [{ type: "payment.created", seq: 1, subjectId: command.id }],
  )
})

test("fifty creates of one reference at once make one payment, answered alike", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment } = await testCore(database)
  const creates = Array.from({ length: 50 }, () =>
    core.engine.submit(createPayment, payment({ reference: "same" })),
  )
  const answers = await Promise.all(creates)
  const payments = answers.map((answer) => (isRefusal(answer) ? answer : answer.payment))
  for (const each of payments) assert.deepEqual(each, payments[0])
  assert.equal(await countOf(database, "payments"), 1)
  assert.equal(await countOf(database, "events"), 1)
})

test("two nodes creating the same references in opposite order agree on them", async (t) => {
  const { database } = await testDatabase(t)
  const one = await testCore(database)
  const two = await testCore(database)
  const references = Array.from({ length: 200 }, (_, at) => `R-${at}`)
  const create = (node: typeof one, reference: string) =>
    node.core.engine.submit(createPayment, node.payment({ reference }))
  const [forward, backward] = await Promise.all([
    Promise.all(references.map((reference) => create(one, reference))),
    Promise.all(references.toReversed().map((reference) => create(two, reference))),
  ])
  const idOf = (answer: (typeof forward)[number]) => (isRefusal(answer) ? "" : answer.payment.id)
  assert.deepEqual(forward.map(idOf), backward.toReversed().map(idOf))
  assert.equal(await countOf(database, "payments"), 200)
  assert.deepEqual([...one.faults, ...two.faults], [])
})

test("a poisoned command fails alone: every neighbour in its batch is committed", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment } = await testCore(database)
  // An amount that validation would never let through: the schema refuses it.
  const commands = Array.from({ length: 64 }, (_, at) => payment({ amount: at === 20 ? 0n : 100n }))
  const answers = await Promise.allSettled(
    commands.map((command) => core.engine.submit(createPayment, command)),
  )
  const failed = answers.flatMap((answer, at) => (answer.status === "rejected" ? [at] : []))
  assert.deepEqual(failed, [20])
  assert.equal(await countOf(database, "payments"), 63)
  assert.deepEqual(await core.books.verify(), [])
})

test("a command that throws in its decision fails alone and leaves nothing behind", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment, merchantId } = await testCore(database)
  const broken = {
    ...createPayment,
    name: "broken",
    decide(draft: never, command: never) {
      createPayment.decide(draft, command)
      throw new Error("after it wrote")
    },
  }
  const [bad, good] = await Promise.allSettled([
    core.engine.submit(broken, payment()),
    core.engine.submit(createPayment, payment()),
  ])
  assert.equal(bad.status, "rejected")
  assert.equal(good.status, "fulfilled")
  const { items } = await core.payments.list({ merchantId }, page)
  assert.equal(items.length, 1)
  assert.equal(await countOf(database, "events"), 1)
})

test("what a refused command wrote is taken back with it", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment } = await testCore(database)
  const limit = { key: "number", most: 5, windowMs: 3_600_000 }
  const recharge = () => payment({ kind: "recharge", amount: 500n, limit })
  // No money: each is refused after it was counted, and the count is taken back.
  for (let round = 0; round < 8; round += 1) {
    const refused = await core.engine.submit(createPayment, recharge())
    assert.ok(isRefusal(refused))
    assert.equal(refused.refused, "balance_insufficient")
  }
})

test("a balance for ten lets exactly ten of a hundred recharges through", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment, merchantId } = await testCore(database)
  await core.engine.submit(topUp, { merchantId, asset: "COP", amount: 5_000n, reference: "start" })
  const answers = await Promise.all(
    Array.from({ length: 100 }, () =>
      core.engine.submit(createPayment, payment({ kind: "recharge", amount: 500n })),
    ),
  )
  assert.equal(answers.filter((answer) => !isRefusal(answer)).length, 10)
  assert.deepEqual(await balances(core, merchantId), { available: 0n, held: 5_000n })
  assert.deepEqual(await core.books.verify(), [])
})

test("money that was topped up is booked once per reference", async (t) => {
  const { database } = await testDatabase(t)
  const { core, merchantId } = await testCore(database)
  const command = { merchantId, asset: "COP", amount: 700n, reference: "bank-17" }
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => core.engine.submit(topUp, command)),
  )
  assert.equal(answers.filter((answer) => !isRefusal(answer) && !answer.repeated).length, 1)
  const other = await core.engine.submit(topUp, { ...command, amount: 800n })
  assert.ok(isRefusal(other) && other.refused === "reference_conflict")
  assert.deepEqual(await balances(core, merchantId), { available: 700n })
})

test("a payment created and cancelled in one batch is one row with two events", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment, merchantId } = await testCore(database)
  const command = payment()
  const how = { kind: "cancel", by: "payer" } as const
  const [, ended] = await Promise.all([
    core.engine.submit(createPayment, command),
    core.engine.submit(endPayment, { paymentId: command.id, merchantId, how }),
  ])
  assert.ok(!isRefusal(ended))
  assert.equal(ended.state, "cancelled")
  assert.equal(ended.version, 2)
  assert.equal(await countOf(database, "events"), 2)
})

test("an Idempotency-Key gives its first answer again and refuses another request", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment } = await testCore(database)
  const once = (fingerprint: string) => ({
    key: "k1",
    fingerprint,
    render: (answer: unknown) =>
      isRefusal(answer)
        ? { status: 422, body: answer.refused }
        : { status: 201, body: (answer as { payment: { id: string } }).payment.id },
  })
  const same = await Promise.all(
    Array.from({ length: 50 }, () =>
      core.engine.submitOnce(createPayment, payment(), once("body one")),
    ),
  )
  for (const each of same) assert.deepEqual(each, same[0])
  assert.equal(same[0]!.status, 201)
  const other = await core.engine.submitOnce(createPayment, payment(), once("body two"))
  assert.deepEqual(other, { status: 422, body: "idempotency_conflict" })
  assert.equal(await countOf(database, "payments"), 1)
})

test("a command that comes second on key after key is decided each time anew", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment } = await testCore(database)
  const taken = payment()
  await core.engine.submit(createPayment, taken)
  let decided = 0
  const unlucky = {
    ...createPayment,
    decide(draft: never, command: ReturnType<typeof payment>) {
      decided += 1
      return createPayment.decide(draft, decided < 4 ? { ...command, id: taken.id } : command)
    },
  }
  assert.ok(!isRefusal(await core.engine.submit(unlucky, payment())))
  assert.equal(decided, 4)
})

test("an Idempotency-Key is free again after seven days, and binds anew", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment, clock } = await testCore(database)
  const render = (answer: unknown) => ({
    status: 201,
    body: isRefusal(answer) ? "" : (answer as { payment: { id: string } }).payment.id,
  })
  const once = { key: "k1", fingerprint: "body", render }
  const create = () => core.engine.submitOnce(createPayment, payment(), once)
  const first = await create()
  clock.advance(7 * 86_400_000 - 1)
  assert.deepEqual(await create(), first)
  clock.advance(1)
  const [second, again] = await Promise.all([create(), create()])
  assert.notDeepEqual(second, first)
  assert.deepEqual(again, second)
  await core.pass()
  assert.deepEqual(await create(), second)
})

test("merchant A's payment does not exist for merchant B", async (t) => {
  const { database } = await testDatabase(t)
  const a = await testCore(database, { name: "A" })
  const b = await testCore(database, { name: "B" })
  const command = a.payment()
  await a.core.engine.submit(createPayment, command)
  assert.equal(await b.core.payments.find(b.merchantId, command.id), null)
  const how = { kind: "cancel", by: "merchant" } as const
  const ended = await b.core.engine.submit(endPayment, {
    paymentId: command.id,
    merchantId: b.merchantId,
    how,
  })
  assert.ok(isRefusal(ended) && ended.refused === "payment_not_found")
})

const page = { limit: 100, before: null }

async function countOf(
  database: Awaited<ReturnType<typeof testDatabase>>["database"],
  table: string,
): Promise<number> {
  const { rows } = await database.query<{ n: bigint }>(`select count(*) as n from ${table}`)
  return Number(rows[0]!.n)
}

async function balances(
  core: Awaited<ReturnType<typeof testCore>>["core"],
  merchantId: string,
): Promise<Record<string, bigint>> {
  const accounts = await core.books.accounts(merchantId)
  return Object.fromEntries(accounts.map(({ kind, balance }) => [kind, balance]))
}
