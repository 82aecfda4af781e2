/** The look at the books that never ends: what it finds, on which node, and what it says of it. */
import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"
import type { Database } from "../../src/db/database.ts"
import { lastFirst } from "../support/cleanup.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { corrupt } from "../support/corrupt.ts"
import { testDatabase } from "../support/database.ts"

const MINUTE = 60_000

let database: Database
let play: TestCore
beforeEach(async (t) => {
  database = (await testDatabase(lastFirst(t as never))).database
  play = await testCore(database, { by: { kind: "command", name: "ada@office", id: null } })
})

const look = async ({ core, clock }: TestCore = play) => {
  clock.advance(MINUTE)
  await core.lookAtBooks()
  return core.booksHealth()
}
const topUp = (reference: string, { core, merchantId }: TestCore = play) =>
  core.wallet.topUp({ merchantId, asset: "COP", amount: 100n, reference })
const told = () => play.faults.map((each) => (each as { check?: string; id?: string }).check)
const state = async () =>
  (await database.query<Record<string, unknown>>("select * from books_watch")).rows[0]!
const AVAILABLE = "(select id from accounts where kind = 'available')"

test("books that are right say so, and when all of them was read", async () => {
  assert.deepEqual(play.core.booksHealth(), {
    name: "books",
    ok: true,
    detail: "not looked at yet",
  })
  await topUp("one")
  const { ok, detail } = await look()
  assert.equal(ok, true)
  assert.equal(detail, `right, all read at ${play.clock.now().toISOString()}`)
  assert.ok(((await state())["checked_rows"] as bigint) > 3n)
})

const PLANTED: readonly [what: string, statement: string, check: string][] = [
  [
    "a balance",
    `update accounts set balance = balance + case kind when 'available' then 1 else -1 end`,
    "balances",
  ],
  ["an old transfer", "update transfers set amount = 99 where reference = 'old'", "balances"],
  ["an entry of the audit log", "update audit_log set content = content || ' '", "audit-chain"],
]
for (const [what, statement, check] of PLANTED) {
  test(`${what} that is changed later is found, told once, and forgotten when mended`, async () => {
    await topUp("old")
    await look()
    await topUp("new")
    await look()
    await database.query("create table before_accounts as table accounts")
    await database.query("create table before_transfers as table transfers")
    await database.query("create table before_audit as table audit_log")
    await corrupt(database, statement)
    // A look finds what is new; the old is read again in the same minute where there is little.
    await look()
    const { ok, detail } = await look()
    assert.equal(ok, false)
    assert.match(detail, /^wrong since .*: caudal verify says where$/)
    await look()
    assert.deepEqual(new Set(told()), new Set([check]))
    assert.equal(new Set(play.faults.map((each) => JSON.stringify(each))).size, told().length)
    await corrupt(
      database,
      "update accounts a set balance = b.balance from before_accounts b where b.id = a.id",
      "update transfers t set amount = b.amount from before_transfers b where b.id = t.id",
      `update audit_log l set content = b.content
from before_audit b where b.position = l.position`,
    )
    for (let times = 0; times < 3; times += 1) await look()
    assert.equal(play.core.booksHealth().ok, true)
  })
}

test("what is new is looked at before the old is read", async () => {
  const { core, merchantId, clock, payment } = play
  await core.merchants.addEndpoint({ merchantId, dialect: "caudal", url: "https://a.example" })
  clock.advance(10 * MINUTE)
  await look()
  const { createPayment } = await import("../../src/core/decide/create-payment.ts")
  await core.engine.submit(createPayment, payment())
  await corrupt(database, "delete from deliveries")
  assert.equal((await look()).ok, false)
  assert.deepEqual(told(), ["deliveries"])
})

test("a transfer that is committed late, under an old id, makes no books wrong", async () => {
  const { clock } = play
  await topUp("one")
  clock.advance(10 * MINUTE)
  await look()
  await topUp("two")
  await look()
  clock.advance(10 * MINUTE)
  await look()
  const { rows } = await database.query<{ upto: string }>(
    "select folded_upto::text as upto from books_watch",
  )
  // As a node leaves it that was frozen for minutes between making the id and sending it.
  await database.transaction((tx) =>
    tx.script(`insert into transfers (id, debit_id, credit_id, amount, kind, merchant_id,
  reference, created_at)
select overlay(id::text placing '01000000' from 1 for 8)::uuid, debit_id, credit_id, amount,
  kind, merchant_id, 'late', created_at from transfers where reference = 'one';
update accounts set balance = balance + case kind when 'available' then 100 else -100 end`),
  )
  const late = await database.query<{ id: string }>(
    "select id::text from transfers where reference = 'late'",
  )
  assert.ok(late.rows[0]!.id < rows[0]!.upto)
  for (let times = 0; times < 3; times += 1) assert.equal((await look()).ok, true)
  assert.deepEqual(told(), [])
})

test("each part of a look goes on, however slow the database is", async () => {
  let tookMs = 0
  const clock = { ...play.clock, elapsedMs: () => (tookMs += 1_000) }
  const slow = await testCore(database, { clock, name: "Slow" })
  await topUp("old", slow)
  // A stretch of each table, and one more to begin with.
  for (let times = 0; times < 7; times += 1) await look(slow)
  assert.match(slow.core.booksHealth().detail, /^right, all read at /)
  const before = await state()
  await topUp("new", slow)
  for (let times = 0; times < 4; times += 1) await look(slow)
  const after = await state()
  for (const place of ["events_upto", "folded_upto"]) {
    assert.ok(String(after[place]) > String(before[place]), place)
  }
  await corrupt(database, "update transfers set amount = 99 where reference = 'new'")
  for (let times = 0; times < 7; times += 1) await look(slow)
  assert.equal(slow.core.booksHealth().ok, false)
})

test("of two nodes one looks, both say what it found, and the other takes over", async () => {
  const other = await testCore(database, { clock: play.clock })
  await topUp("one")
  await look()
  const first = await state()
  await corrupt(database, `update accounts set balance = balance + 1 where id = ${AVAILABLE}`)
  await look()
  await other.core.lookAtBooks()
  assert.equal((await state())["lease_owner"], first["lease_owner"])
  assert.deepEqual([play.core.booksHealth().ok, other.core.booksHealth().ok], [false, false])
  assert.ok(play.faults.length > 0)
  assert.deepEqual(other.faults, [])
  play.clock.advance(2 * MINUTE)
  await other.core.lookAtBooks()
  assert.notEqual((await state())["lease_owner"], first["lease_owner"])
  // It was told by the node that found it.
  assert.deepEqual(other.faults, [])
})

test("a look is taken once a minute, however often it is asked for", async () => {
  await look()
  const { fence } = await state()
  await play.core.lookAtBooks()
  await play.core.lookAtBooks()
  assert.equal((await state())["fence"], fence)
})

test("where nobody looks, health says so", async () => {
  await look()
  play.clock.advance(11 * MINUTE)
  const { ok, detail } = play.core.booksHealth()
  assert.equal(ok, false)
  assert.match(detail, /^not looked at since /)
})

test("a look that was overtaken writes nothing down", async () => {
  await topUp("one")
  await look()
  const other = await testCore(database, { clock: play.clock })
  play.clock.advance(2 * MINUTE)
  await Promise.all([play.core.lookAtBooks(), other.core.lookAtBooks()])
  for (let times = 0; times < 2; times += 1) await look(other)
  assert.deepEqual([play.faults, other.faults], [[], []])
  assert.equal(other.core.booksHealth().ok, true)
})
