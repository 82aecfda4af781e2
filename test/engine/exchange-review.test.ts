/** What one bad payment, one bad line or a stop must not do to the work with bank files. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Database } from "../../src/db/database.ts"
import { testDatabase } from "../support/database.ts"
import {
  type ExchangeOptions,
  fileOf,
  openStation,
  orderLine,
  testFolder,
} from "../support/exchange.ts"

type Charge = { readonly id: string; readonly paymentId: string }
type Context = Parameters<typeof testDatabase>[0]

async function world(context: Context, options: ExchangeOptions = {}) {
  const { database } = await testDatabase(context)
  const folder = await testFolder(context)
  return { database, folder, ...(await openStation(database, folder, options)) }
}

/** Whatever is to be told of this payment is refused by the database; answers how to mend it. */
async function poison(database: Database, { paymentId }: Charge): Promise<() => Promise<void>> {
  await database.query("create table if not exists poisoned (id uuid primary key)")
  await database.query(`create or replace function refuse_poisoned() returns trigger
language plpgsql as $$ begin
  if exists (select from poisoned where id = new.subject_id) then
    raise exception 'poisoned' using errcode = 'check_violation';
  end if;
  return new;
end $$`)
  await database.query(`create or replace trigger poisoned before insert on events
for each row execute function refuse_poisoned()`)
  await database.query("insert into poisoned values ($1)", [paymentId])
  return async () => void (await database.query("delete from poisoned where id = $1", [paymentId]))
}

/** A pass, whatever becomes of it. */
const pass = (core: { pass(): Promise<void> }) => core.pass().catch(() => undefined)

test("a payment that can't be told doesn't keep the files of others back", async (context) => {
  const { charges, core, database, folder, states } = await world(context, { ordersMax: 2 })
  const bad = (await charges(1))[0]!
  const good = await charges(4)
  await poison(database, bad)
  await pass(core)
  await pass(core)
  assert.equal((await folder.orders()).length, 5)
  for (const each of good) assert.equal(await states(each), "processing unknown")
})

test("a charge that can't be declined doesn't keep the files of others back", async (context) => {
  const { charges, core, database, folder, states } = await world(context, {
    flawOf: ({ attemptId }) =>
      flawed.has(attemptId) ? { reason: "invalid_account", why: "no number" } : null,
  })
  const flawed = new Set<string>()
  const bad = (await charges(1))[0]!
  flawed.add(bad.id)
  const mend = await poison(database, bad)
  await pass(core)
  const good = await charges(2)
  await pass(core)
  assert.deepEqual((await folder.orders()).sort(), good.map(({ id }) => id).sort())
  for (const each of good) assert.equal(await states(each), "processing unknown")
  assert.equal(await states(bad), "pending unknown")
  await mend()
  await core.pass()
  assert.equal(await states(bad), "declined declined")
})

test("an order that is left out is declined later when it can't be at once", async (context) => {
  const flawed = new Set<string>()
  const { charges, core, database, folder, states } = await world(context, {
    flawOf: ({ attemptId }) =>
      flawed.has(attemptId) ? { reason: "invalid_account", why: "no number" } : null,
  })
  const bad = (await charges(1))[0]!
  const [good] = await charges(1)
  flawed.add(bad.id)
  const mend = await poison(database, bad)
  await pass(core)
  assert.deepEqual(await folder.orders(), [good!.id])
  assert.equal(await states(good!), "processing unknown")
  await mend()
  await core.pass()
  assert.equal(await states(bad), "declined declined")
  assert.equal((await core.payments.attempts(bad.paymentId))[0]?.reason, "invalid_account")
  assert.deepEqual(await folder.orders(), [good!.id])
})

test("a file that can't be written keeps no other back, and leaves later", async (context) => {
  let day = "2026-01-06"
  let full = true
  const { charges, core, folder, states, steps } = await world(context, {
    slotOf: () => ({ account: "main", day }),
  })
  steps.hook = async (name) => {
    if (name === "before write" && full) throw new Error("ENOSPC")
  }
  const [late] = await charges(1)
  await pass(core)
  day = "2026-01-07"
  // Only the file that was begun before fails now.
  steps.hook = async (name) => {
    if (name === "before write" && full) {
      full = false
      throw new Error("ENOSPC")
    }
  }
  const [other] = await charges(1)
  await pass(core)
  assert.deepEqual(await folder.orders(), [other!.id])
  assert.equal(await states(other!), "processing unknown")
  await core.pass()
  assert.deepEqual((await folder.orders()).sort(), [late!.id, other!.id].sort())
  const days = (await folder.sent()).flatMap(({ groups }) => groups.map((group) => group.day))
  assert.deepEqual(days, ["2026-01-07", "2026-01-07"])
})

test("a revoked charge that can't be declined keeps no others back", async (context) => {
  const { charges, core, database, folder } = await world(context)
  const bad = (await charges(1))[0]!
  await database.query(
    `update instruments set state = 'revoked', revoked_at = created_at, revoked_by = 'payer'
where id = (select instrument_id from payments where id = $1)`,
    [bad.paymentId],
  )
  await poison(database, bad)
  const good = await charges(2)
  await pass(core)
  assert.deepEqual((await folder.orders()).sort(), good.map(({ id }) => id).sort())
})

test("a line that can't be booked keeps neither files nor woken lines back", async (context) => {
  const { charges, core, database, folder, states } = await world(context)
  const bad = (await charges(1))[0]!
  const [one, two] = await charges(2)
  await core.pass()
  await poison(database, bad)
  await folder.deliver("a", fileOf(orderLine(bad.id, "credit")))
  await pass(core)
  await folder.deliver("b", fileOf(orderLine(one!.id, "return")))
  await pass(core)
  await folder.deliver("c", fileOf(orderLine(one!.id, "credit"), orderLine(two!.id, "credit")))
  await pass(core)
  await pass(core)
  assert.equal(await states(two!), "approved settled")
  assert.equal(await states(one!), "returned returned")
  assert.equal((await folder.names("archive")).length, 2)
})

test("of a group, an order that can't be told keeps no other back", async (context) => {
  const { charges, core, database, folder, states } = await world(context)
  const bad = (await charges(1))[0]!
  const good = await charges(201)
  await core.pass()
  await poison(database, bad)
  const [file] = await folder.sent()
  const about = { of: "group", id: file!.groups[0]!.id, orders: null } as const
  const line = { ...orderLine(null, "approved", { about, amount: null, asset: null }) }
  await folder.deliver("a", fileOf(line))
  await pass(core)
  const all = await Promise.all(good.map(states))
  assert.equal(all.filter((each) => each === "approved approved").length, 201)
})

test("a return that was itself taken back is an operator's to see", async (context) => {
  const { charges, core, database, folder, merchantId, states } = await world(context)
  const [charge] = (await charges(1)) as [Charge]
  await core.pass()
  let files = 0
  const say = async (id: string, says: "credit" | "debit" | "return", over: object) => {
    const line = orderLine(id, says, over)
    files += 1
    await folder.deliver(`file ${files}`, fileOf(line))
    await core.pass()
    const { rows } = await database.query<{ outcome: string }>(
      "select l.outcome from bank_lines l where l.fingerprint = $1",
      [line.fingerprint],
    )
    return rows[0]?.outcome
  }
  const came = { direction: "credit" } as const
  const went = { direction: "debit" } as const
  const elsewhere = { source: "notification" } as const

  assert.equal(await say(charge.id, "credit", came), "booked")
  const payment = (await core.payments.find(merchantId, charge.paymentId))!
  const refunded = await core.pay.refund(payment, 4_000n, null)
  assert.ok("refund" in refunded)
  const { id } = refunded.attempt
  await core.pass()
  const amount = { amount: 4_000n }
  assert.equal(await say(id, "debit", { ...went, ...amount }), "booked")
  assert.equal(await say(id, "return", { ...went, ...amount }), "contradiction")
  assert.equal(await states({ ...charge, id }), "approved settled")
  assert.equal(await say(id, "return", { ...came, ...amount }), "booked")
  assert.equal(await states({ ...charge, id }), "approved returned")

  assert.equal(await say(charge.id, "return", came), "contradiction")
  assert.equal(await states(charge), "approved settled")
  assert.equal(await say(charge.id, "return", went), "booked")
  // Told by another source it would pass for what was told before.
  assert.equal(await say(charge.id, "return", { ...came, ...elsewhere }), "contradiction")
  assert.equal(await states(charge), "returned returned")
  assert.deepEqual(await core.books.verify(), [])
})
