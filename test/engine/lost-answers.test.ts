/**
 * The database's connection may die at any moment: no answer is lost, and nothing happens twice.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { topUp } from "../../src/core/decide/top-up.ts"
import { isRefusal, Unavailable } from "../../src/core/index.ts"
import { openDatabase, type Writer } from "../../src/db/database.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testCore } from "../support/core.ts"
import { type Cleanup, testDatabase } from "../support/database.ts"
import { openWire } from "../support/wire.ts"

async function wired(testContext: Cleanup) {
  const context = lastFirst(testContext)
  const direct = await testDatabase(context)
  const wire = await openWire(context, direct.url)
  const database = openDatabase({ url: wire.url, plans: "indexed" })
  context.after(() => database.close())
  const test = await testCore(database)
  // Statements are prepared and connections warm before anything is cut.
  await test.core.engine.submit(createPayment, test.payment({ reference: "warm" }))
  return { wire, direct: direct.database, ...test }
}

for (const when of ["before", "after"] as const) {
  test(`a connection cut ${when} the commit: answered, and there once`, async (t) => {
    const { wire, direct, core, payment } = await wired(t)
    for (let round = 0; round < 5; round += 1) {
      wire.cutAtCommit(when)
      const commands = Array.from({ length: 10 }, (_, at) =>
        payment({ reference: `${round}-${at}` }),
      )
      const answers = await Promise.all(
        commands.map((command) => core.engine.submit(createPayment, command)),
      )
      for (const [at, answer] of answers.entries()) {
        assert.ok(!isRefusal(answer))
        assert.equal(answer.repeated, false)
        assert.equal(answer.payment.id, commands[at]!.id)
      }
    }
    assert.equal(wire.cuts, 5)
    const { rows } = await direct.query<{ n: bigint }>("select count(*) as n from payments")
    assert.equal(rows[0]!.n, 51n)
  })
}

test("an engine whose claim is cut off doesn't take it for the commit", async (t) => {
  const { wire, direct, core, payment } = await wired(t)
  wire.cutBeforeCommitAndAtClaim()
  const command = payment({ reference: "claimed" })
  const answer = await core.engine.submit(createPayment, command)
  assert.ok(!isRefusal(answer))
  assert.equal(wire.cuts, 2)
  const { rows } = await direct.query("select 1 from payments where id = $1", [command.id])
  assert.equal(rows.length, 1, "an answered payment is there")
})

test("a top-up whose commit's answer was lost is booked once", async (t) => {
  const { wire, core, merchantId } = await wired(t)
  for (let round = 0; round < 5; round += 1) {
    wire.cutAtCommit("after")
    const command = { merchantId, asset: "COP", amount: 100n, reference: `r-${round}` }
    const answer = await core.engine.submit(topUp, command)
    assert.deepEqual(answer, { balance: BigInt(100 * (round + 1)), repeated: false })
  }
  assert.deepEqual(await core.books.verify(), [])
})

test("while the database is away callers are told so, and served when it is back", async (t) => {
  const { wire, core, payment } = await wired(t)
  wire.down = true
  wire.cutAtCommit("before")
  await assert.rejects(core.engine.submit(createPayment, payment()), Unavailable)
  await assert.rejects(core.engine.submit(createPayment, payment()), Unavailable)
  wire.down = false
  const answer = await core.engine.submit(createPayment, payment())
  assert.ok(!isRefusal(answer))
})

test("what can't be sent is refused at once: nobody asks what became of it", async (t) => {
  const { wire, direct, core, payment } = await wired(t)
  wire.down = true
  await direct.query(
    `select pg_terminate_backend(pid, 1000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await assert.rejects(core.engine.submit(createPayment, payment()), Unavailable)
  wire.down = false
  assert.ok(!isRefusal(await core.engine.submit(createPayment, payment())))
})

test("a server that became read-only costs one more try, and nobody an answer", async (t) => {
  const context = lastFirst(t)
  const { database, url } = await testDatabase(context)
  const options = encodeURIComponent("-c default_transaction_read_only=on")
  const former = openDatabase({ url: `${url}${url.includes("?") ? "&" : "?"}options=${options}` })
  context.after(() => former.close())
  const faults: unknown[] = []
  let writer = former.writer()
  // As the way to the server leads to another one, once the former has refused.
  const round: Writer["round"] = (calls) =>
    writer.round(calls).catch((error) => {
      faults.push(error.code)
      writer = database.writer()
      throw error
    })
  const led = { ...database, writer: () => ({ round, close: () => writer.close() }) }
  const { core, payment } = await testCore(led)
  assert.ok(!isRefusal(await core.engine.submit(createPayment, payment())))
  assert.deepEqual(faults, ["25006"])
})

test("the fate of a commit is told by a commit behind it, as a standby has them", async (t) => {
  const { wire, direct, core, payment } = await wired(t)
  wire.cutAtCommit("after")
  assert.ok(!isRefusal(await core.engine.submit(createPayment, payment())))
  const { rows } = await direct.query<{ rewritten: number }>(
    `select count(*)::int as rewritten from batches b
where not exists (select from payments p where p.xmin = b.xmin)`,
  )
  assert.deepEqual(rows, [{ rewritten: 1 }])
})
