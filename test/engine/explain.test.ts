/**
 * No statement of the program walks over a whole big table, by the plan that the server makes
 * without knowing the values: that is the one it keeps.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { isRefusal, type NewPayment } from "../../src/core/index.ts"
import { type Database, openDatabase, type Writer } from "../../src/db/database.ts"
import { lastFirst } from "../support/cleanup.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { fill } from "../support/filled.ts"

/** Those that grow with what is paid. The others have a row for each merchant, key or company. */
const BIG = [
  ...["payments", "refunds", "attempts", "transfers", "sightings", "batches", "answers", "tallies"],
  ...["customers", "instruments", "addresses", "accounts", "bank_orders", "bank_lines"],
  ...["events_default", "deliveries_default", "events_\\d+_\\d+", "deliveries_\\d+_\\d+"],
]
const SCAN = new RegExp(String.raw`(?:Seq|Index|Index Only) Scan .*\bon (${BIG.join("|")})\b`)
/** Where in a table or an index a scan begins. */
const BEGINS = /(?:Index|TID) Cond:/

/** What reads much on purpose, or looks as if it did. */
const ON_PURPOSE: readonly (readonly [part: string, why: string])[] = [
  ["where state in ('waiting', 'unknown', 'open')", "an index of their own has only those"],
  ["order by id limit 1", "the first row of an index"],
]

const EXPLAINED = /^(?:select|insert|update|delete|with)\b/

/** So that tables grow to many pages, and plans are kept. */
const ROUNDS = 20
const AT_ONCE = 100

const PAGES = [
  { limit: 20, before: null },
  { limit: 20, before: "0190ffff-0000-4000-8000-000000000000" },
]

/** Writes down each text that is sent through a database. */
function watching(database: Database) {
  const texts = new Set<string>()
  const query: Database["query"] = (text, params) => {
    texts.add(text)
    return database.query(text, params)
  }
  const watched: Database = {
    ...database,
    query,
    transaction: (work, limits) =>
      database.transaction((inside) => {
        const noted: typeof inside.query = (text, params) => {
          texts.add(text.replace(/^declare \w+ no scroll cursor for /, ""))
          return inside.query(text, params)
        }
        return work({ ...inside, query: noted })
      }, limits),
    writer(...given: Parameters<Database["writer"]>): Writer {
      const writer = database.writer(...given)
      return {
        ...writer,
        round: (calls) => {
          for (const { text } of calls) texts.add(text)
          return writer.round(calls)
        },
      }
    },
  }
  return { texts, watched }
}

function granted<T>(answer: T): Exclude<T, { refused: unknown }> {
  assert.ok(!isRefusal(answer), isRefusal(answer) ? answer.message : "")
  return answer as Exclude<T, { refused: unknown }>
}

/** What a gateway does all day, once. */
async function day(played: TestCore): Promise<void> {
  const { clock, core, merchantId, payment, rail } = played
  const merchant = (await core.merchants.find(merchantId))!
  const person = { name: "Ana", documentType: "CC", documentNumber: "7", email: "a@x.example" }
  const customer = granted(await core.customers.create({ merchantId, dialect: "caudal", person }))
  const { instrument } = granted(
    await core.instruments.create({
      ...{ merchantId, dialect: "caudal", customerId: customer.id, rail: "test" },
      ...{ type: "bankAccount", details: { accountNumber: "7", holder: person }, masked: {} },
      consent: null,
    }),
  )
  const { id: _id, merchantId: _of, attempt: _attempt, ...rest } = payment()
  const spec = (over: Partial<NewPayment>): NewPayment => ({
    ...rest,
    merchant,
    way: { method: "bank", target: {} },
    expiresAt: new Date(clock.now().getTime() + 3_600_000),
    ...over,
  })
  const render = () => ({ status: 201, body: "{}" })
  const once = { key: "k", fingerprint: "f", render }
  await core.engine.submitOnce(createPayment, payment(), once)
  await core.answers.find({ key: "k", fingerprint: "f" })
  const paid = granted(await core.pay.create(spec({ reference: "r-1" }))).payment
  await core.pay.create(spec({ reference: "r-1" }))
  await core.pass()
  const refund = await core.pay.refund(await found(paid.id), 1n, null)
  assert.ok(!isRefusal(refund))
  rail.answer = async () => ({ kind: "accepted" })
  const open = granted(await core.pay.create(spec({ customerId: customer.id }))).payment
  await core.pass()
  clock.advance(60_000)
  await core.pass()
  const left = granted(await core.pay.create(spec({ way: null }))).payment
  granted(
    await core.pay.end({ paymentId: left.id, merchantId, how: { kind: "cancel", by: "payer" } }),
  )
  clock.advance(31 * 86_400_000)
  await core.pass()
  await core.wallet.topUp({ merchantId, asset: "COP", amount: 700n, reference: "top" })

  async function found(id: string) {
    return (await core.payments.find(merchantId, id))!
  }
  for (const page of PAGES) {
    await core.payments.list({ merchantId }, page)
    await core.payments.list({ merchantId, dialect: "caudal" }, page)
    await core.payments.list({ merchantId, reference: "r-1" }, page)
    await core.payments.list({ merchantId, customerId: customer.id, state: ["pending"] }, page)
    await core.events.list({ merchantId }, page)
    await core.events.list({ merchantId, subjectId: paid.id }, page)
    for (const state of [undefined, "due", "delivered", "failed", "cancelled"] as const) {
      await core.events.deliveries({ merchantId, state }, page)
    }
    await core.events.deliveries({ merchantId, subjectId: paid.id }, page)
    await core.events.deliveries({ merchantId, eventId: paid.id, endpointId: paid.id }, page)
    const from = page.before ? { after: page.before } : { since: clock.now() }
    await core.events.settled({ merchantId }, { from, limit: 20 })
    await core.merchants.endpointHealth(merchantId)
    // Those that were filled in hold nothing: they don't open.
    await core.customers.list(merchantId, "caudal", page).catch(() => {})
    await core.instruments.list({ merchantId, dialect: "caudal" } as never, page).catch(() => {})
    for (const whose of [merchantId, null]) await looked(core, whose, customer.id, page)
  }
  await core.payments.statesSince([paid, open])
  await core.payments.findByLink(paid.id)
  await core.payments.findByReference(merchantId, "caudal", "r-1")
  for (const ask of ["attempts", "refunds", "transfers", "sightings"] as const) {
    await core.payments[ask](paid.id)
  }
  await core.customers.findMany(merchantId, [customer.id])
  await core.instruments.findMany(merchantId, [instrument.id])
  await core.books.accounts(merchantId)
  await core.story(paid.id)
  await core.reports.daily(merchant, "2026-01-05", async () => {})
  const filter = { merchantId, rail: null, begunBefore: clock.now() }
  await core.reports.unanswered(filter, async () => {})
  await core.retention.show()
  await core.retention.drop("2020-01", { dryRun: true })
}

/** What people look for: a merchant's own, and everybody's. */
async function looked(
  core: TestCore["core"],
  merchantId: string | null,
  customerId: string,
  { limit, before }: (typeof PAGES)[number],
): Promise<void> {
  const texts = ["order", "77", "12.500", "a@x.example", "+57 3001234567", customerId, ADDRESS]
  const page = { limit, before }
  for (const after of [before, before && `named.${before}`]) {
    for (const text of [undefined, ...texts]) {
      await core.payments.search({ merchantId, text }, { limit, after })
    }
    const filters = [
      { customerId },
      { reference: "r-1" },
      { dialect: "caudal", rail: "test", method: "bank", state: ["pending"] },
      { from: new Date(0), to: new Date(), minAmount: 1n, asset: "COP" },
    ] as const
    for (const filter of filters) {
      await core.payments.search({ merchantId, ...filter }, { limit, after })
    }
  }
  await core.overview(merchantId, "America/Bogota")
  await core.news.newest(merchantId)
  await core.refunds.list({ merchantId }, page)
  await core.refunds.list({ merchantId, states: ["failed"], paymentId: customerId }, page)
  await core.refunds.find(merchantId, customerId)
  await core.customers.search({ merchantId, text: "a@x.example" }, page)
  await core.customers.search({ merchantId }, page).catch(() => {})
  await core.instruments.list({ merchantId, customerId }, page).catch(() => {})
  await core.instruments.list({ merchantId, states: ["active"] }, page).catch(() => {})
}

const ADDRESS = `0x${"a1".repeat(20)}`

/** The plan that is made once for all values. */
function keptPlan(on: Database, text: string): Promise<string> {
  const count = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
  const values = count === 0 ? "" : `(${Array(count).fill("null").join(", ")})`
  return on.transaction(async (transaction) => {
    await transaction.script(
      `set local plan_cache_mode = force_generic_plan; prepare asked as ${text}`,
    )
    const { rows } = await transaction.query<Record<string, string>>(
      `explain (costs off) execute asked${values}`,
    )
    await transaction.script("deallocate asked")
    return rows.map((row) => row["QUERY PLAN"]).join("\n")
  })
}

/** Whether any scan of a big table doesn't know where to begin. */
function walks(plan: string): boolean {
  return plan
    .split(/\n(?=\s*->)/)
    .some((node) => SCAN.test(node.split("\n")[0]!) && !BEGINS.test(node))
}

test("no statement walks over a whole big table", async (t) => {
  const context = lastFirst(t)
  const { url } = await testDatabase(context)
  const database = openDatabase({ url, plans: "indexed" })
  context.after(() => database.close())
  const { texts, watched } = watching(database)
  const played = await testCore(watched)
  const { core, merchantId } = played
  const address = { merchantId, dialect: "caudal", url: "https://x.example/h" } as const
  const { endpoint } = await core.merchants.addEndpoint(address)
  const busy = await core.merchants.add({ name: "busy" })
  await fill(database, { few: merchantId, many: busy.id, endpointId: endpoint.id })
  texts.clear()
  await day(played)
  assert.deepEqual(played.faults, [])

  const asked = [...texts].filter((text) => EXPLAINED.test(text))
  assert.ok(asked.length > 60, `only ${asked.length} statements`)
  const wrong: string[] = []
  for (const text of asked) {
    if (ON_PURPOSE.some(([part]) => text.includes(part))) continue
    const plan = await keptPlan(database, text)
    if (walks(plan)) wrong.push(`${text}\n${plan}`)
  }
  assert.equal(wrong.join("\n\n"), "")
})

test("payments that are created, paid and told never have a big table read through", async (t) => {
  const context = lastFirst(t)
  const { url, database: plain } = await testDatabase(context)
  const read = async () => {
    const { rows } = await plain.query<{ name: string; scans: bigint }>(
      `select relname as name, seq_scan as scans from pg_stat_user_tables
where relname ~ $1 order by 1`,
      [`^(${BIG.join("|")})$`],
    )
    return rows
  }
  const before = await read()
  assert.ok(before.length >= BIG.length)
  // Plans are made while the tables are empty, as in every new installation.
  const database = openDatabase({ url, plans: "indexed" })
  const { core, payment, merchantId } = await testCore(database)
  await core.merchants.addEndpoint({ merchantId, dialect: "caudal", url: "https://x.example/h" })
  const merchant = (await core.merchants.find(merchantId))!
  const { id: _id, merchantId: _of, attempt: _attempt, ...rest } = payment()
  for (let round = 0; round < ROUNDS; round += 1) {
    const spec = { ...rest, merchant, way: { method: "bank", target: {} } } as const
    const made = Array.from({ length: AT_ONCE }, (_, at) =>
      core.pay.create({ ...spec, reference: `${round}-${at}` }),
    )
    await Promise.all(made)
    await core.pass()
  }
  // Each connection tells what it has read at its end, at the latest.
  await database.close()
  assert.deepEqual(await read(), before)
})
