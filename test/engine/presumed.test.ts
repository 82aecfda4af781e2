/** Batches that only add rows are one round trip; what was presumed wrongly is decided anew. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { sayNo } from "../../src/core/decide/say-no.ts"
import { isRefusal, refuse, type StoredAnswer } from "../../src/core/index.ts"
import type { Database } from "../../src/db/database.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

/** A core and how many rounds its writer has sent. */
async function counting(context: Parameters<typeof testDatabase>[0]) {
  const { database } = await testDatabase(context)
  const counts = { rounds: 0 }
  const counted: Database = {
    ...database,
    writer() {
      const writer = database.writer()
      return {
        ...writer,
        round(calls) {
          counts.rounds += 1
          return writer.round(calls)
        },
      }
    },
  }
  const test = await testCore(counted)
  const roundsOf = async <T>(work: () => Promise<T>): Promise<[answer: T, rounds: number]> => {
    const before = counts.rounds
    const answer = await work()
    return [answer, counts.rounds - before]
  }
  const create = (reference: string, amount = 10_000n) =>
    roundsOf(async () => {
      const created = await test.core.engine.submit(
        createPayment,
        test.payment({ reference, amount }),
      )
      assert.ok(!isRefusal(created))
      return created
    })
  return { ...test, database, roundsOf, create }
}

test("a new payment is one round trip once its merchant is known", async (context) => {
  const { create } = await counting(context)
  assert.equal((await create("first"))[1], 2)
  assert.equal((await create("second"))[1], 1)
})

test("a reference that was there is answered, and presumed no more", async (context) => {
  const { create, database } = await counting(context)
  const [first] = await create("same")
  const [again, rounds] = await create("same")
  assert.deepEqual([again.payment.id, again.repeated], [first.payment.id, true])
  // Refused by its index, loaded, loaded once more with the attempts, and left as it was.
  assert.ok(rounds > 2, String(rounds))
  assert.equal((await create("another"))[1], 2)
  const { rows } = await database.query<{ n: number }>("select count(*)::int as n from payments")
  assert.equal(rows[0]!.n, 2)
})

test("one reference twice in one batch is one payment", async (context) => {
  const { create, core, payment } = await counting(context)
  await create("warm")
  const [one, two] = await Promise.all(
    [1, 2].map(() => core.engine.submit(createPayment, payment({ reference: "twice" }))),
  )
  assert.ok(one && two && !isRefusal(one) && !isRefusal(two))
  assert.equal(one.payment.id, two.payment.id)
  assert.deepEqual([one.repeated, two.repeated], [false, true])
})

test("a refusal of what was presumed is given only after it was loaded", async (context) => {
  const { create, core, payment } = await counting(context)
  await create("taken")
  const conflict = await core.engine.submit(
    createPayment,
    payment({ reference: "taken", amount: 5n }),
  )
  assert.ok(isRefusal(conflict))
  assert.equal(conflict.refused, "reference_conflict")
})

test("a repeat under an Idempotency-Key hears the first answer", async (context) => {
  const { create, core, payment, roundsOf } = await counting(context)
  await create("warm")
  const render = (answer: unknown): StoredAnswer => {
    const { payment: made } = answer as { payment: { id: string } }
    return { status: 200, body: made.id }
  }
  const once = { key: "key", fingerprint: "print", render }
  const submit = () => core.engine.submitOnce(createPayment, payment(), once)
  const [first, rounds] = await roundsOf(submit)
  assert.equal(rounds, 1)
  assert.deepEqual(await submit(), first)
})

test("a repeat that could not be done now hears the first answer, too", async (context) => {
  const { create, core, merchantId, payment } = await counting(context)
  await create("warm")
  const render = (answer: unknown): StoredAnswer =>
    isRefusal(answer) ? { status: 503, body: answer.refused } : { status: 200, body: "made" }
  const once = { key: "key", fingerprint: "print", render }
  assert.equal((await core.engine.submitOnce(createPayment, payment(), once)).status, 200)
  const refusal = refuse("quote_unavailable", "no rate is known now")
  const [again] = await Promise.all([
    core.engine.submitOnce(sayNo, { merchantId, refusal }, once),
    core.engine.submit(createPayment, payment()),
  ])
  assert.deepEqual(again, { status: 200, body: "made" })
})

test("neighbours of a reference that was there are created with it, once", async (context) => {
  const { create, core, payment, database } = await counting(context)
  await create("old")
  const references = ["new-1", "old", "new-2", "new-3"]
  const answers = await Promise.all(
    references.map((reference) => core.engine.submit(createPayment, payment({ reference }))),
  )
  assert.deepEqual(
    answers.map((answer) => !isRefusal(answer) && answer.repeated),
    [false, true, false, false],
  )
  const { rows } = await database.query<{ n: number }>("select count(*)::int as n from events")
  assert.equal(rows[0]!.n, 4)
})
