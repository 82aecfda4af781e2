/** Under whose word stored accounts are charged: recorded, sealed, taken back, and heard of. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import type { NewInstrument } from "../../src/core/customers/stored.ts"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { reportInstrument } from "../../src/core/decide/report-instrument.ts"
import {
  type Consent,
  type Fact,
  type Instrument,
  isRefusal,
  type Reason,
  type Refusal,
  type Revoker,
} from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import type { Database } from "../../src/db/database.ts"
import { testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const PERSON = { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" }
const SAID: Consent = { person: PERSON, channel: "merchant", givenBy: "web", reference: "c-17" }
const AGREED: Consent = {
  person: PERSON,
  channel: "page",
  words: "Tienda asks to debit payments",
  language: "en",
  browser: "A browser",
}
const DAY_MS = 86_400_000

/** A merchant's core over a rail that takes every account and answers no charge. */
async function world(t: TestContext) {
  const { database } = await testDatabase(t)
  const rail = testRail()
  rail.answer = async () => ({ kind: "accepted" })
  const made = await testCore(database, { rail })
  const { core, merchantId, clock } = made
  const address = { merchantId, dialect: "caudal", url: "https://shop.example/hook" } as const
  await core.merchants.addEndpoint(address)
  const merchant = (await core.merchants.find(merchantId))!
  const customer = answered(
    await core.customers.create({
      merchantId,
      dialect: "caudal",
      person: { ...PERSON, email: "a@x.test" },
    }),
  )
  const find = async (id: string) => (await core.instruments.find(merchantId, id))!

  async function newInstrument(consent: NewInstrument["consent"]): Promise<Instrument> {
    const created = await core.instruments.create({
      merchantId,
      dialect: "caudal",
      customerId: customer.id,
      rail: "test",
      type: "bankAccount",
      details: { accountNumber: "12345678901", holder: PERSON },
      masked: { accountNumber: "*8901" },
      consent,
    })
    return answered(created).instrument
  }

  return {
    ...made,
    database,
    merchant,
    find,
    newInstrument,
    /** An instrument that can be charged. */
    async active(): Promise<Instrument> {
      const { id } = await newInstrument({ at: null, proof: SAID })
      await core.pass()
      const instrument = await find(id)
      assert.equal(instrument.state, "active")
      return instrument
    },
    charge({ id: instrumentId, customerId, details }: Instrument) {
      const { attempt: _, id: __, merchantId: ___, ...rest } = made.payment()
      const way = { method: "bank", target: details } as const
      return core.pay.create({ ...rest, customerId, instrumentId, merchant, way })
    },
    async report(paymentId: string, fact: Fact, place: string | null = null) {
      const payment = (await core.payments.find(merchantId, paymentId))!
      const [attempt] = await core.payments.attempts(paymentId)
      const sightings = [{ place, fact, at: clock.now() }]
      const command = reportOf(rail, attempt!, payment, { sightings, fence: null })
      return answered(await core.engine.submit(reportAttempt, command))
    },
    async eventsOf(id: string): Promise<string[]> {
      const { items } = await core.events.list(
        { merchantId, subjectId: id },
        { limit: 100, before: null },
      )
      assert.deepEqual(
        items.map(({ seq }) => seq),
        items.map((_, at) => items.length - at),
      )
      return items.map(({ type }) => type).reverse()
    },
  }
}

function answered<T extends object>(value: T | Refusal): T {
  assert.ok(!isRefusal(value), isRefusal(value) ? value.message : "")
  return value
}

function refused(value: object): string | null {
  return isRefusal(value) ? value.refused : null
}

test("a consent is kept with its time and its proof, which is sealed", async (t) => {
  const { core, clock, newInstrument, find, database } = await world(t)
  const now = clock.now()
  const earlier = new Date(now.getTime() - 30 * DAY_MS)
  for (const [at, kept] of [
    [null, now],
    [earlier, earlier],
  ] as const) {
    const { id } = await newInstrument({ at, proof: SAID })
    const read = await find(id)
    assert.deepEqual([read.consentedAt, read.consentChannel], [kept, "merchant"])
    assert.deepEqual(core.instruments.consent(read), SAID)
  }
  const asked = await newInstrument(null)
  assert.deepEqual([asked.consentedAt, asked.consentChannel], [null, null])
  assert.equal(core.instruments.consent(asked), null)
  answered(await core.instruments.agree(asked, AGREED))
  const agreed = await find(asked.id)
  assert.deepEqual([agreed.state, agreed.consentedAt], ["active", now])
  assert.equal(agreed.consentChannel, "page")
  assert.deepEqual(core.instruments.consent(agreed), AGREED)
  // Whoever presses the button once more changes nothing of the proof.
  const again = { ...AGREED, browser: "another" }
  answered(await core.instruments.agree(asked, again))
  assert.deepEqual(core.instruments.consent(await find(asked.id)), AGREED)

  const { rows } = await database.query<{ text: string }>(
    "select i::text as text from instruments i",
  )
  const hex = (text: string) => Buffer.from(text).toString("hex")
  for (const secret of ["Ana Ruiz", "1020304050", "12345678901", "c-17", "A browser"]) {
    for (const { text } of rows) {
      assert.ok(!text.includes(secret) && !text.includes(hex(secret)), secret)
    }
  }
})

test("nothing becomes active without a consent, whoever says so", async (t) => {
  const { core, merchantId, newInstrument, find, database } = await world(t)
  const { id, customerId } = await newInstrument(null)
  const outcome = { state: "active" } as const
  const command = { instrumentId: id, customerId, merchantId, fence: null, outcome }
  assert.equal(
    refused(await core.engine.submit(reportInstrument, command)),
    "instrument_not_active",
  )
  await core.pass()
  assert.equal((await find(id)).state, "pending")
  // The schema holds it, too.
  await assert.rejects(
    database.query("update instruments set state = 'active' where id = $1", [id]),
    /instruments_check/,
  )
})

test("a consent is taken back once, and every repeat hears the first answer", async (t) => {
  const { core, merchantId, clock, newInstrument, active, charge, eventsOf, sent } = await world(t)
  const pending = await newInstrument(null)
  const rows: [Instrument, events: string[]][] = [
    [pending, ["instrument.created", "instrument.revoked"]],
    [await active(), ["instrument.created", "instrument.active", "instrument.revoked"]],
  ]
  for (const [{ id }, events] of rows) {
    const first = answered(await core.instruments.revoke(merchantId, id, "merchant"))
    assert.deepEqual([first.state, first.reason], ["revoked", "mandate_revoked"])
    assert.deepEqual([first.revokedAt, first.revokedBy], [clock.now(), "merchant"])
    clock.advance(1_000)
    for (const again of [
      await core.instruments.revoke(merchantId, id, "operator"),
      await core.instruments.revokeByLink(id),
    ]) {
      assert.deepEqual(answered(again), first)
    }
    assert.deepEqual(await eventsOf(id), events)
    assert.equal(refused(await charge(first)), "instrument_not_active")
    // Neither its owner nor a bank brings it back.
    assert.equal(refused(await core.instruments.agree(first, AGREED)), "instrument_not_active")
    await core.pass()
    assert.deepEqual(await core.instruments.find(merchantId, id), first)
  }
  const told = sent.filter(({ body }) => JSON.parse(body).type === "instrument.revoked")
  assert.equal(told.length, 2)
})

test("what failed, was never there or is another's has no consent to take back", async (t) => {
  const { core, merchantId, newInstrument, active, eventsOf, find } = await world(t)
  const failed = await newInstrument(null)
  answered(await core.instruments.decline(failed))
  const other = await core.merchants.add({ name: "Other" })
  const { id } = await active()
  const nobody = "0697129c-26e2-42f1-a000-dc60878d5588"
  const rows: [merchantId: string, id: string, refusal: string][] = [
    [merchantId, failed.id, "instrument_ended"],
    [merchantId, nobody, "instrument_not_found"],
    [other.id, id, "instrument_not_found"],
  ]
  for (const [by, instrumentId, refusal] of rows) {
    const answer = await core.instruments.revoke(by, instrumentId, "merchant")
    assert.equal(refused(answer), refusal)
  }
  assert.equal(refused(await core.instruments.revokeByLink(nobody)), "instrument_not_found")
  assert.equal((await find(id)).state, "active")
  assert.deepEqual(await eventsOf(failed.id), ["instrument.created", "instrument.error"])
})

test("a verification that ends after the consent did changes nothing", async (t) => {
  const { core, rail, merchantId, newInstrument, find } = await world(t)
  const { id } = await newInstrument({ at: null, proof: SAID })
  Object.assign(rail, {
    async verify() {
      answered(await core.instruments.revoke(merchantId, id, "payer"))
      return { state: "active" }
    },
  })
  await core.pass()
  const { state, lookAt } = await find(id)
  assert.deepEqual([state, lookAt], ["revoked", null])
})

/** Starts `work` while another node's revoke is written and its commit is still to come. */
async function whileRevoked<T>(database: Database, { id }: Instrument, work: () => Promise<T>) {
  const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock'
and datname = current_database()`
  let isDone = false
  return database.transaction(async (other) => {
    await other.query(
      `update instruments set state = 'revoked', reason = 'mandate_revoked', revoked_at = now(),
revoked_by = 'merchant', version = version + 1 where id = $1`,
      [id],
    )
    const answer = work().finally(() => {
      isDone = true
    })
    while (!isDone && (await database.query(waiting)).rowCount === 0);
    return { answer }
  })
}

test("no charge is accepted after the answer to a revoke, on whichever node", async (t) => {
  const { database, active, charge, core } = await world(t)
  const instrument = await active()
  const charged = await whileRevoked(database, instrument, () => charge(instrument))
  assert.equal(refused(await charged.answer), "instrument_not_active")
  const payments = await core.payments.list(
    { merchantId: instrument.merchantId },
    { limit: 1, before: null },
  )
  assert.deepEqual(payments.items, [])
})

test("of charges and revokes that race on two nodes, none is accepted out of order", async (t) => {
  const { database, active, charge, core, merchantId } = await world(t)
  const { core: other } = await testCore(database)
  for (let round = 0; round < 10; round += 1) {
    const instrument = await active()
    const charges = Array.from({ length: 8 }, () => charge(instrument))
    const revoked = other.instruments.revoke(merchantId, instrument.id, "operator")
    const answers = await Promise.all([...charges, revoked.then(() => charge(instrument))])
    assert.equal(refused(answers.pop()!), "instrument_not_active")
    for (const answer of answers) {
      assert.ok([null, "instrument_not_active"].includes(refused(answer)))
    }
  }
  assert.deepEqual(await core.books.verify(), [])
})

type Told = [facts: Fact["kind"][], reason: Reason, state: string, by: Revoker | null]

test("a bank that knows of no consent ends it for all later charges", async (t) => {
  const { core, active, charge, report, find, eventsOf } = await world(t)
  const rows: Told[] = [
    [["declined"], "mandate_revoked", "revoked", "bank"],
    [["declined"], "not_enough_funds", "active", null],
    [["approved", "declined"], "mandate_revoked", "revoked", "bank"],
    [["settled", "returned"], "mandate_revoked", "revoked", "bank"],
    [["settled", "returned"], "account_blocked", "active", null],
  ]
  for (const [facts, reason, state, by] of rows) {
    const about = `${facts} ${reason}`
    const instrument = await active()
    const [one, two] = [answered(await charge(instrument)), answered(await charge(instrument))]
    for (const kind of facts)
      await report(one.payment.id, { kind, reason } as Fact, `1 ${about} ${kind}`)
    const now = await find(instrument.id)
    assert.deepEqual([now.state, now.revokedBy], [state, by], about)
    // The other charge, which its bank has already, says the same: that is nothing new.
    for (const kind of facts)
      await report(two.payment.id, { kind, reason } as Fact, `2 ${about} ${kind}`)
    assert.deepEqual(await find(instrument.id), now, about)
    const ends = (await eventsOf(instrument.id)).filter((type) => type === "instrument.revoked")
    assert.equal(ends.length, by ? 1 : 0, about)
    assert.equal(refused(await charge(now)), by && "instrument_not_active", about)
  }
  assert.deepEqual(await core.books.verify(), [])
})

test("who took a consent back first is who did, whatever a bank says later", async (t) => {
  const { core, database, merchantId, active, charge, report, find } = await world(t)
  const instrument = await active()
  const { payment } = answered(await charge(instrument))
  answered(await core.instruments.revoke(merchantId, instrument.id, "payer"))
  await report(payment.id, { kind: "declined", reason: "mandate_revoked" }, "later")
  assert.equal((await find(instrument.id)).revokedBy, "payer")
  assert.equal((await core.payments.find(merchantId, payment.id))!.reason, "mandate_revoked")

  const other = await active()
  const { payment: charged } = answered(await charge(other))
  const fact = { kind: "declined", reason: "mandate_revoked" } as const
  const told = await whileRevoked(database, other, () => report(charged.id, fact))
  assert.equal((await told.answer).payment.state, "declined")
  assert.equal((await find(other.id)).revokedBy, "merchant")
})

test("lists are filtered by several states", async (t) => {
  const { core, merchantId, newInstrument, active } = await world(t)
  const pending = await newInstrument(null)
  const failed = await newInstrument(null)
  await core.instruments.decline(failed)
  const charged = await active()
  const ended = await active()
  await core.instruments.revoke(merchantId, ended.id, "merchant")
  const rows = [
    [undefined, [ended, charged, failed, pending]],
    [
      ["error", "revoked"],
      [ended, failed],
    ],
    [["active"], [charged]],
    [[], []],
  ] as const
  for (const [states, found] of rows) {
    const page = { limit: 10, before: null }
    const { items } = await core.instruments.list({ merchantId, ...(states && { states }) }, page)
    assert.deepEqual(
      items.map(({ id }) => id),
      found.map(({ id }) => id),
    )
  }
})
