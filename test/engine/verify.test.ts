/** Whatever is changed in the books behind the program's back is found, and named. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { makeIds, testClock } from "../../src/clock.ts"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { DIALECT_NAMES, isRefusal, type Payment } from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { masterKey, openKeyring } from "../../src/core/seal.ts"
import { RANGE_CHECKS, SMALL_CHECKS, WALKS } from "../../src/core/verify/checks.ts"
import { verifyWhole } from "../../src/core/verify/whole.ts"
import type { Database, Transaction } from "../../src/db/database.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { GUARDED } from "../support/corrupt.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
const keyring = openKeyring(makeIds(testClock()), { current: masterKey(Buffer.alloc(32, 9)) })
const play = await testCore(database, {
  keyring,
  by: { kind: "command", name: "ada@office", id: null },
})
const ids = await live(play)

type Ids = Readonly<
  Record<"charge" | "token" | "recharge" | "refund" | "expired" | "endpoint" | "xpub", string>
>

/** Something of everything that the books have. */
async function live({ core, clock, merchantId, payment, rail }: TestCore): Promise<Ids> {
  const merchant = (await core.merchants.find(merchantId))!
  const { endpoint } = await core.merchants.addEndpoint({
    merchantId,
    dialect: "caudal",
    url: "https://shop.example/hooks",
  })
  await core.merchants.changeTerms(merchantId, "caudal", { feeFixed: "10" })
  await core.wallet.topUp({ merchantId, asset: "COP", amount: 90_000n, reference: "first" })
  clock.advance(300_000)
  const create = async (over: Partial<Payment>, target: object = {}) => {
    const { id: _id, merchantId: _of, attempt: _attempt, ...rest } = payment()
    const method = over.kind === "recharge" ? ("recharge" as const) : ("bank" as const)
    const spec = { ...rest, ...over, merchant, way: { method, target } }
    const created = await core.pay.create(spec as Parameters<typeof core.pay.create>[0])
    assert.ok(!isRefusal(created))
    await core.pass()
    return created.payment
  }
  const charge = await create({})
  const paid = (await core.payments.find(merchantId, charge.id))!
  const refund = await core.pay.refund(paid, 3_000n, null)
  assert.ok(!isRefusal(refund) && "refund" in refund)
  await core.pass()
  rail.answer = async () => ({ kind: "accepted" })
  const token = await create({ reference: "token" })
  const [attempt] = await core.payments.attempts(token.id)
  const fact = { kind: "received", amount: 12_000n, asset: "COP" } as const
  const sighting = { attemptId: attempt!.id, place: "block 7", fact, at: clock.now() }
  const report = reportOf(rail, attempt!, token, { sightings: [sighting], fence: null })
  assert.ok(!isRefusal(await core.engine.submit(reportAttempt, report)))
  await core.pay.refund((await core.payments.find(merchantId, token.id))!, 500n, null)
  const recharge = await create({ kind: "recharge" })
  const expired = await core.engine.submit(createPayment, payment({ expiresAt: clock.now() }))
  assert.ok(!isRefusal(expired))
  await core.pass()
  const once = {
    key: "a".repeat(64),
    fingerprint: "f",
    render: () => ({ status: 201, body: "{}" }),
  }
  await core.engine.submitOnce(createPayment, payment(), once)
  const person = { name: "Ana", documentType: "CC", documentNumber: "1", email: "a@b.example" }
  const customer = await core.customers.create({ merchantId, dialect: "caudal", person } as never)
  assert.ok(!isRefusal(customer))
  await core.instruments.create({
    ...{ merchantId, dialect: "caudal", customerId: customer.id, rail: "test" },
    ...{ type: "bankAccount", details: { accountNumber: "7", holder: person }, masked: {} },
    consent: null,
  } as never)
  const xpub = play.ids.next()
  await database.query(
    `with x as (insert into xpubs (id, merchant_id, rail, fingerprint, key_sealed, next_index,
  vetted_below, skipped, created_at) values ($1, $2, 'test', 'print', '\\x', 1, 0, '{}', $3))
insert into addresses (rail, address, xpub_id, position, attempt_id, created_at)
values ('test', '0x1', $1, 0, $4, $3)`,
    [xpub, merchantId, clock.now(), attempt!.id],
  )
  const of = {
    charge: charge.id,
    token: token.id,
    recharge: recharge.id,
    expired: expired.payment.id,
  }
  return { ...of, refund: refund.refund.id, endpoint: endpoint.id, xpub }
}

class Undo extends Error {}

/** What is found after statements that are taken back again, in one transaction with them. */
async function foundAfter(statements: readonly string[], stretchRows = 1_000) {
  let found: Awaited<ReturnType<typeof verifyWhole>> | undefined
  const work = async (tx: Transaction) => {
    for (const table of GUARDED) await tx.script(`alter table ${table} disable trigger user`)
    for (const statement of statements) await tx.script(statement)
    // It is in a transaction already, whose isolation can't be changed any more.
    const script = async (text: string) =>
      tx.script(text.replace(/set transaction isolation[^;]*;/, ""))
    const inside = {
      ...database,
      query: tx.query,
      transaction: (inner: (of: Transaction) => Promise<unknown>) => inner({ ...tx, script }),
    } as Database
    found = await verifyWhole(inside, { keyring, stretchRows })
    throw new Undo()
  }
  await database.transaction(work).catch((error) => {
    if (!(error instanceof Undo)) throw error
  })
  return found!
}

const free = (table: string, ...constraints: readonly string[]) =>
  constraints.map((each) => `alter table ${table} drop constraint ${each}`)
const OF = (payment: string) => `where payment_id = '${payment}'`
const BALANCE = "(select id from accounts where kind = 'available' and merchant_id is not null)"

type Broken = readonly [
  what: string,
  statements: readonly string[],
  check: string,
  row: string,
  says: RegExp,
]

const EVENT = (id: string, seq: number) => `subject_id = '${id}' and seq = ${seq}`
const BROKEN: readonly Broken[] = [
  [
    "a balance and its counterpart",
    [
      `update accounts set balance = balance + 7 where id = ${BALANCE}`,
      "update accounts set balance = balance - 7 where kind = 'outside' and rail = 'operator'",
    ],
    "balances",
    "account",
    /balance -?\d+, transfers -?\d+/,
  ],
  [
    "a transfer's amount",
    [`update transfers set amount = 1 ${OF(ids.token)} and kind = 'fee'`],
    "payment-money",
    "payment",
    /fee 10, and 1 was booked/,
  ],
  [
    "a transfer that is gone",
    [`delete from transfers ${OF(ids.charge)} and kind = 'charge.approved'`],
    "payment-money",
    "payment",
    /booked as approved 0 times/,
  ],
  [
    "money of nowhere",
    [`update accounts set balance = balance + 1 where id = ${BALANCE}`],
    "assets",
    "asset",
    /sum over all accounts 1$/,
  ],
  [
    "a floor that was taken away",
    [`update accounts set floor = null where id = ${BALANCE}`],
    "floors",
    "account",
    /floor null, of available it is 0/,
  ],
  [
    "an account under another name",
    [
      "alter table transfers drop constraint transfers_debit_id_fkey",
      "alter table transfers drop constraint transfers_credit_id_fkey",
      `update accounts set rail = 'other' where kind = 'clearing'`,
    ],
    "floors",
    "account",
    /its name gives/,
  ],
  [
    "an event that is gone",
    [`delete from events where ${EVENT(ids.charge, 2)}`],
    "payment-events",
    "payment",
    /version \d+, events \d+/,
  ],
  [
    "an event of another merchant",
    [`update events set merchant_id = gen_random_uuid() where ${EVENT(ids.charge, 1)}`],
    "payment-events",
    "payment",
    /an event of another merchant/,
  ],
  [
    "a payment that is gone",
    [
      ...free("attempts", "attempts_payment_id_fkey"),
      ...free("transfers", "transfers_payment_id_fkey"),
      ...free("refunds", "refunds_payment_id_fkey"),
      `delete from payments where id = '${ids.expired}'`,
    ],
    "payment-events",
    "payment",
    /events \d+, and no row/,
  ],
  [
    "a payment's state",
    [`update payments set state = 'cancelled', reason = 'expired' where id = '${ids.expired}'`],
    "payment-states",
    "payment",
    /state cancelled, last event says expired/,
  ],
  [
    "an event's state",
    [`update events set data = data || '{"state": "returned"}' where ${EVENT(ids.expired, 1)}`],
    "payment-states",
    "payment",
    /moves returned > expired/,
  ],
  [
    "a fee",
    [`update payments set fee = fee - 1 where id = '${ids.charge}'`],
    "payment-money",
    "payment",
    /fee 9, and 10 was booked/,
  ],
  [
    "what was captured",
    [`update payments set captured = captured + 1 where id = '${ids.charge}'`],
    "payment-money",
    "payment",
    /over 10000, and captured 10001/,
  ],
  [
    "what a recharge holds",
    [`update payments set held = held + 5 where id = '${ids.recharge}'`],
    "payment-money",
    "payment",
    /holds 10015, and 10010 was booked/,
  ],
  [
    "a refund that needs nothing held",
    [`update attempts set state = 'settled' ${OF(ids.token)} and kind = 'refund'`],
    "holds",
    "payment",
    /holds 500 COP, needs 0/,
  ],
  [
    "an open attempt that ended",
    [`update attempts set state = 'closed' ${OF(ids.recharge)}`],
    "open-attempts",
    "payment",
    /attempt \S+ is closed/,
  ],
  [
    "an ended payment that waits",
    [`update payments set open_attempt_id = gen_random_uuid() where id = '${ids.charge}'`],
    "open-attempts",
    "payment",
    /is approved, with an open attempt/,
  ],
  [
    "an attempt of another merchant",
    [
      ...free("attempts", "attempts_merchant_id_fkey"),
      `update attempts set merchant_id = gen_random_uuid() ${OF(ids.charge)} and kind = 'charge'`,
    ],
    "open-attempts",
    "attempt",
    /another merchant's/,
  ],
  [
    "what was refunded",
    [`update payments set refunded = refunded - 1 where id = '${ids.charge}'`],
    "refunds",
    "payment",
    /refunded 2999, refunds of 3000/,
  ],
  [
    "what was refunded, where one came late",
    [
      `update payments set refunded = refunded - 1 where id = '${ids.charge}'`,
      `update transfers set kind = 'refund.late' ${OF(ids.charge)} and kind like 'refund%'`,
    ],
    "refunds",
    "payment",
    /refunded 2999, refunds of 3000/,
  ],
  [
    "a refund's state",
    [`update refunds set state = 'failed', reason = 'expired' where id = '${ids.refund}'`],
    "refunds",
    "refund",
    /is failed, its attempt settled/,
  ],
  [
    "what a sighting brought",
    ["update sightings set booked = booked - 1 where place = 'block 7'"],
    "sightings",
    "payment",
    /sightings of 11999 COP are booked, transfers of 12000/,
  ],
  [
    "a sighting that is gone",
    ["delete from sightings where place = 'block 7'"],
    "sightings",
    "payment",
    /sightings of 0 COP/,
  ],
  [
    "a transfer between assets",
    [
      "alter table transfers drop constraint transfers_debit_id_fkey",
      `update accounts set asset = 'USD' where kind = 'fees'`,
    ],
    "transfers",
    "transfer",
    /from COP to USD/,
  ],
  [
    "a transfer without its account",
    [
      ...free("transfers", "transfers_debit_id_fkey", "transfers_credit_id_fkey"),
      "delete from accounts where kind = 'fees'",
    ],
    "transfers",
    "transfer",
    /an account is missing/,
  ],
  [
    "a transfer of another merchant",
    [
      ...free("transfers", "transfers_merchant_id_fkey"),
      `update transfers set merchant_id = gen_random_uuid() ${OF(ids.charge)} and kind = 'fee'`,
    ],
    "transfers",
    "transfer",
    /not one merchant's/,
  ],
  [
    "a delivery that is gone",
    ["delete from deliveries where id = (select min(id::text)::uuid from deliveries)"],
    "deliveries",
    "event",
    /no delivery to endpoint/,
  ],
  [
    "a delivery of no event",
    [
      "update deliveries set event_id = gen_random_uuid() where id = (select max(id::text)::uuid from deliveries)",
    ],
    "deliveries",
    "delivery",
    /no event/,
  ],
  [
    "a delivery to nowhere",
    [
      "update deliveries set endpoint_id = gen_random_uuid() where id = (select max(id::text)::uuid from deliveries)",
    ],
    "deliveries",
    "delivery",
    /no endpoint/,
  ],
  [
    "a delivery of another merchant",
    [
      "update deliveries set merchant_id = gen_random_uuid() where id = (select max(id::text)::uuid from deliveries)",
    ],
    "deliveries",
    "delivery",
    /not its merchant's/,
  ],
  [
    "an instrument's version",
    ["update instruments set version = version + 1"],
    "instrument-events",
    "instrument",
    /version 2, events 1/,
  ],
  [
    "an instrument that is gone",
    ["delete from instruments"],
    "event-subjects",
    "event",
    /no instrument/,
  ],
  [
    "an answer's body",
    ["update answers set body_sealed = set_byte(body_sealed, 30, get_byte(body_sealed, 30) # 1)"],
    "answers",
    "answer",
    /does not open/,
  ],
  [
    "an answer's time",
    ["update answers set expires_at = created_at"],
    "answers",
    "answer",
    /goes before it came/,
  ],
  [
    "an address that may come again",
    ["update xpubs set next_index = 0"],
    "addresses",
    "xpub",
    /given out up to 0/,
  ],
  [
    "an entry of the audit log",
    ["update audit_log set content = content || ' ' where position = 2"],
    "audit-chain",
    "audit",
    /not what was hashed/,
  ],
]

test("books that nobody touched are right, read as a whole and by small stretches", async () => {
  for (const stretchRows of [1_000, 4]) {
    const { rows, wrong } = await foundAfter([], stretchRows)
    assert.deepEqual(wrong, [])
    assert.ok(rows > 40, `${rows}`)
  }
})

for (const [what, statements, check, row, says] of BROKEN) {
  test(`found: ${what}`, async () => {
    const { wrong } = await foundAfter(statements)
    const named = wrong.find((each) => each.check === check && each.what === row)
    assert.ok(named, JSON.stringify(wrong))
    assert.match(named.detail, says)
  })
}

/** What makes the native endpoint a vendor's, and the charge one that came in by its dialect. */
const asIf = (dialect: string) => [
  `insert into terms (merchant_id, dialect, settings, signing_key_sealed, created_at)
select merchant_id, '${dialect}', settings, signing_key_sealed, created_at from terms limit 1`,
  `update endpoints set dialect = '${dialect}'`,
  `update payments set dialect = '${dialect}', deferred = true,
  customer_id = (select id from customers limit 1),
  instrument_id = (select id from instruments limit 1) where id = '${ids.charge}'`,
  `update events set dialect = '${dialect}' where subject_id = '${ids.charge}'`,
]
const unsent = (type: string) =>
  `delete from deliveries where event_id in
  (select id from events where subject_id = '${ids.charge}' and type = '${type}')`

const VENDORS = DIALECT_NAMES.filter((name) => name !== "caudal")
for (const dialect of VENDORS) {
  test(`found: a message that ${dialect} owes, and none that it doesn't owe`, async () => {
    const owed = await foundAfter([...asIf(dialect), unsent("payment.approved")])
    const named = owed.wrong.filter(({ check }) => check === "deliveries")
    assert.deepEqual([named.map(({ what }) => what), owed.wrong.length], [["event"], 1])
    assert.match(named[0]!.detail, /^no delivery to endpoint /)
    const { wrong } = await foundAfter([...asIf(dialect), unsent("payment.created")])
    assert.deepEqual(wrong, [])
  })
}

test("a recharge that was answered with its end is owed no message", async () => {
  const prompt = `update payments set deferred = false where id = '${ids.charge}'`
  const { wrong } = await foundAfter([...asIf("tapila"), prompt, unsent("payment.approved")])
  assert.deepEqual(wrong, [])
  const always = `update payments set purpose = '{"notifyAlways": true}' where id = '${ids.charge}'`
  const asked = [...asIf("tapila"), prompt, always, unsent("payment.approved")]
  assert.equal((await foundAfter(asked)).wrong.length, 1)
})

test("each check has a fault that it finds", () => {
  const names = [...RANGE_CHECKS, ...SMALL_CHECKS, ...WALKS].map(({ name }) => name)
  assert.deepEqual([...new Set(BROKEN.map(([, , check]) => check))].sort(), names.toSorted())
})

test("many faults are cut to twenty", async () => {
  const { wrong } = await foundAfter(["delete from events", "delete from deliveries"])
  assert.ok(wrong.length <= 20 && wrong.length > 3)
})
