/** What people look for payments with finds them, and nobody else's. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { isRefusal, type NewPayment, type RefundCreated } from "../../src/core/index.ts"
import { makeSearch, type Search, type SearchFound } from "../../src/core/payments/search.ts"
import { masterKey, openKeyring } from "../../src/core/seal.ts"
import type { Database } from "../../src/db/database.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
const played = await testCore(database)
const { core, clock, ids, merchantId } = played
const other = (await core.merchants.add({ name: "Other" })).id
const master = masterKey(Buffer.alloc(32, 7))
const PERSON = {
  name: "José Núñez Peña",
  documentType: "CC",
  documentNumber: "1.020.304.050",
  email: "Jose@Shop.example",
}

function granted<T>(answer: T): Exclude<T, { refused: unknown }> {
  assert.ok(!isRefusal(answer), isRefusal(answer) ? answer.message : "")
  return answer as Exclude<T, { refused: unknown }>
}

async function pay(over: Partial<NewPayment> = {}, of = merchantId) {
  const { id: _id, merchantId: _of, attempt: _attempt, ...rest } = played.payment()
  const merchant = (await core.merchants.find(of))!
  clock.advance(60_000)
  return granted(await core.pay.create({ ...rest, merchant, way: null, ...over })).payment
}

async function customer(of: string, over: Partial<typeof PERSON> = {}) {
  const person = { ...PERSON, ...over }
  return granted(await core.customers.create({ merchantId: of, dialect: "caudal", person }))
}

const jose = await customer(merchantId)
const phone = { phoneNumber: "3001234567", holder: PERSON }
const nequi = granted(
  await core.instruments.create({
    ...{ merchantId, dialect: "caudal", customerId: jose.id, rail: "test", type: "nequi" },
    ...{ details: phone, masked: { phoneNumber: "*4567" } },
    consent: {
      at: null,
      proof: { person: PERSON, channel: "merchant", givenBy: null, reference: null },
    },
  }),
).instrument

await core.pass()
const personal = { payer: { name: "Ana María Ruiz", email: "ana@payer.example" } }
await core.wallet.topUp({ merchantId, asset: "COP", amount: 100_000n, reference: "top" })
/** Oldest first; each has a name that the table below calls it by. */
const made = {
  plain: await pay({ reference: "Pedido-Ñandú-77", amount: 1_250_000n }),
  dollars: await pay({ asset: "USD", amount: 2_550n, description: "Camisa  Été, talla M" }),
  odd: await pay({ amount: 77n, description: "100% [a]^$.|\\d (unpaid)" }),
  stored: await pay({ customerId: jose.id, instrumentId: nequi.id, reference: "mensualidad 9" }),
  linked: await pay({ dialect: "palomma-pay", purpose: core.payments.sealPurpose({}, personal) }),
  recharge: await pay({
    ...{ kind: "recharge", dialect: "tapila", amount: 20_000n },
    way: { method: "recharge", target: { identifier: "3119876543" } },
  }),
  paid: await pay({ way: { method: "bank", target: { accountNumber: "1" } }, reference: "pagado" }),
}
const foreign = await pay(
  { reference: "Pedido-Ñandú-77", customerId: (await customer(other)).id },
  other,
)
await core.pass()
const refund = granted(await core.pay.refund(await read("paid"), 100n, null)) as RefundCreated
await core.pass()
await database.query("update attempts set rail_reference = 'OP-123-Z' where payment_id = $1", [
  made.paid.id,
])
type Name = keyof typeof made

async function read(name: Name) {
  return (await core.payments.find(merchantId, made[name].id))!
}

const nameOf = new Map(Object.entries(made).map(([name, { id }]) => [id, name]))

async function search(filter: Partial<Search>, limit = 20): Promise<SearchFound> {
  return core.payments.search({ merchantId, ...filter }, { limit, after: null })
}

async function names(filter: Partial<Search>, limit = 20): Promise<string> {
  const { items } = await search(filter, limit)
  return items.map(({ id }) => nameOf.get(id) ?? "somebody else's").join(" ")
}

async function idsOf(name: Name) {
  const { rows } = await database.query<{ id: string }>(
    `select id from attempts where payment_id = $1
union all select id from events where subject_id = $1
union all select id from transfers where payment_id = $1`,
    [made[name].id],
  )
  return rows.map(({ id }) => id)
}

const hex = (id: string) => id.replaceAll("-", "")

const TEXTS: readonly (readonly [text: string, found: string, why: string])[] = [
  [made.plain.id, "plain", "a UUID"],
  [made.plain.id.toUpperCase(), "plain", "a UUID in capitals"],
  [hex(made.plain.id), "plain", "an id without dashes"],
  [`  pay_${hex(made.plain.id)} `, "plain", "an id with its prefix, and blanks"],
  [`re_${hex(refund.refund.id)}`, "paid", "a refund"],
  [`cus_${hex(jose.id)}`, "stored", "a customer"],
  [`ins_${hex(nequi.id)}`, "stored", "an instrument"],
  ["0190b0a0-0000-4000-8000-000000000000", "", "an id of nothing"],
  ["Pedido-Ñandú-77", "plain", "a whole reference"],
  ["nandu", "plain", "a part of a reference, without accents"],
  ["ÑANDÚ", "plain", "a part of a reference, in capitals"],
  ["n\u0303andu\u0301", "plain", "a part with accents of their own"],
  ["camisa", "dollars", "a word of a description"],
  ["ete, talla", "dollars", "two words of a description"],
  ["M%", "", "no wildcard"],
  ["pedido.ñandú", "", "a dot that isn't there"],
  ["a]|[^\\x.*+?()", "", "an expression, taken as it is"],
  ["(unpaid)", "odd", "brackets"],
  ["100% [a]^$.|\\d", "odd", "signs that mean something elsewhere"],
  ["_", "", "no wildcard of one letter"],
  ["12.500", "plain", "an amount with thousands"],
  ["12,500", "plain", "the same in English"],
  ["$ 12.500,00", "plain", "the same in full"],
  ["COP 12500", "plain", "the same with its currency"],
  ["12500 USD", "", "the same in another currency"],
  ["25.50", "dollars", "an amount with cents"],
  ["25,5", "dollars", "the same with a comma"],
  ["OP-123-Z", "paid", "a rail's own reference"],
  ["jose@shop.EXAMPLE", "stored", "an e-mail"],
  ["1020304050", "stored", "a document"],
  ["1.020.304.050", "stored", "a document as people write it"],
  ["peña jose", "stored", "words of a name, in any order"],
  ["pena juan", "", "a word that isn't in the name"],
  ["300 123 4567", "stored", "a stored phone"],
  ["+57 3001234567", "stored", "a stored phone with its country"],
  ["3119876543", "recharge", "the number that was recharged"],
  ["311987654", "", "a part of it"],
  ["ana@payer.example", "linked", "the e-mail of a link's payer"],
  ["maria ruiz", "linked", "a part of that payer's name"],
  ["", "", "nothing"],
  ["x".repeat(256), "", "more than any reference is long"],
  ["'; drop table payments; --", "", "what isn't a statement"],
  ["\u0000", "", "what no text can hold"],
]

for (const [text, found, why] of TEXTS) {
  test(`${why} finds ${found || "nothing"}`, async () => {
    assert.equal(await names({ text }), found, JSON.stringify(text))
  })
}

test("attempts, events, deliveries and transfers find their payment", async () => {
  const found = await idsOf("paid")
  assert.ok(found.length >= 4)
  for (const id of found) assert.equal(await names({ text: id }), "paid", id)
})

const at = (name: Name) => made[name].createdAt
const FILTERS: readonly (readonly [filter: Partial<Search>, found: string])[] = [
  [{}, "paid recharge linked stored odd dollars plain"],
  [{ state: ["approved"] }, "paid recharge"],
  [{ state: ["approved"], dialect: "tapila" }, "recharge"],
  [{ method: "bank" }, "paid"],
  [{ rail: "test" }, "paid recharge"],
  [{ rail: "no such rail" }, ""],
  [{ asset: "USD" }, "dollars"],
  [{ minAmount: 20_000n, maxAmount: 1_250_000n }, "recharge plain"],
  [{ from: at("stored") }, "paid recharge linked stored"],
  [{ to: at("stored") }, "odd dollars plain"],
  [{ from: at("dollars"), to: at("linked") }, "stored odd dollars"],
  [{ customerId: jose.id }, "stored"],
  [{ reference: "pagado" }, "paid"],
  [{ reference: "paga" }, ""],
  [{ text: "12.500", asset: "USD" }, ""],
  [{ text: "jose@shop.example", state: ["approved"] }, ""],
  [{ text: made.paid.id, state: ["pending"] }, ""],
]

for (const [filter, found] of FILTERS) {
  test(`${Object.keys(filter).join(", ") || "no filter"} finds ${found || "nothing"}`, async () => {
    assert.equal(await names(filter), found)
  })
}

test("another merchant finds its own alone; an operator everybody's", async () => {
  for (const text of [made.plain.id, "nandu", "jose@shop.example", "OP-123-Z", "3119876543"]) {
    const { items } = await core.payments.search(
      { merchantId: other, text },
      { limit: 9, after: null },
    )
    assert.ok(
      items.every(({ merchantId: owner }) => owner === other),
      text,
    )
    const all = await core.payments.search({ merchantId: null, text }, { limit: 9, after: null })
    assert.ok(all.items.length > 0, text)
  }
  const mine = await core.payments.search(
    { merchantId: other, text: "jose@shop.example" },
    { limit: 9, after: null },
  )
  assert.deepEqual(
    mine.items.map(({ id }) => id),
    [foreign.id],
  )
  const both = await core.payments.search(
    { merchantId: null, text: "Pedido-Ñandú-77" },
    { limit: 9, after: null },
  )
  assert.deepEqual(
    both.items.map(({ id }) => id),
    [foreign.id, made.plain.id],
  )
})

test("pages of one hold all there is, what is named first", async () => {
  for (const filter of [{}, { text: "a" }, { text: "pagado" }] satisfies Partial<Search>[]) {
    const whole = (await search(filter)).items.map(({ id }) => id)
    const paged: string[] = []
    let cursor: string | null = null
    for (let pages = 0; pages < 20; pages += 1) {
      const page: SearchFound = await core.payments.search(
        { merchantId, ...filter },
        { limit: 1, after: cursor },
      )
      paged.push(...page.items.map(({ id }) => id))
      cursor = page.cursor
      if (cursor === null) break
    }
    assert.equal(cursor, null)
    assert.deepEqual(paged, whole)
  }
})

test("nothing of a person can be read, and marks differ between merchants", async () => {
  const { rows } = await database.query<{ marks: string }>(
    "select marks from customers union all select marks from instruments",
  )
  const words = rows.map(({ marks }) => marks.split(" ").filter((each) => !each.startsWith("key:")))
  assert.equal(rows.length, 3)
  assert.doesNotMatch(rows.map(({ marks }) => marks).join(), /jose|1020304050|shop|300123/i)
  assert.ok(words[0]!.length >= 5)
  assert.equal(words[0]!.filter((mark) => words[1]!.includes(mark)).length, 0)
})

test("after the master key has changed people are still found", async () => {
  const [old, fresh] = [masterKey(Buffer.alloc(32, 7)), masterKey(Buffer.alloc(32, 8))]
  const both = openKeyring(ids, { current: fresh, older: [old] })
  const between = await testCore(database, { keyring: both })
  const look = async ({ core: of }: typeof played) =>
    (await of.payments.search({ merchantId, text: "jose@shop.example" }, { limit: 5, after: null }))
      .items.length
  assert.equal(await look(between), 1)
  await database.query(
    `insert into master_keys (id, first_used_at) values ($1, now()) on conflict do nothing`,
    [old.id],
  )
  for (const table of ["customers", "instruments"] as const) {
    const column = table === "customers" ? "person_sealed" : "details_sealed"
    const context = table === "customers" ? "customer.person" : "instrument.details"
    const { rows } = await database.query<{ id: string; box: Buffer }>(
      `select id, ${column} as box from ${table}`,
    )
    for (const { id, box } of rows) {
      const anew = both.seal(both.unseal(box, context), context)
      await database.query(`update ${table} set ${column} = $2 where id = $1`, [id, anew])
    }
  }
  const later = await testCore(database, { keyring: openKeyring(ids, { current: fresh }) })
  assert.equal(await look(later), 0)
  await later.core.pass()
  assert.equal(await look(later), 1)
  assert.equal(await look(played), 0)
  await played.core.pass()
})

test("who came before there were marks gets them", async () => {
  await database.query("update customers set marks = null")
  await database.query("update instruments set marks = null")
  const now = await testCore(database, {
    keyring: openKeyring(ids, { current: masterKey(Buffer.alloc(32, 8)) }),
  })
  const text = "1020304050"
  const page = { limit: 5, after: null }
  assert.equal((await now.core.payments.search({ merchantId, text }, page)).items.length, 0)
  await now.core.pass()
  assert.equal((await now.core.payments.search({ merchantId, text }, page)).items.length, 1)
})

test("what lies further back than a page looks is found by going on", async () => {
  const { keyring, rails } = { keyring: openKeyring(ids, { current: master }), rails: new Map() }
  const look = makeSearch({ database, clock, ids, keyring, rails, pieces: [1, 2] })
  const filters = [{ text: "nandu" }, { text: "maria ruiz" }, { asset: "USD" }]
  for (const filter of filters) {
    const found: string[] = []
    const pages: number[] = []
    let after: string | null = null
    do {
      const page: SearchFound = await look({ merchantId, ...filter }, { limit: 5, after })
      pages.push(page.items.length)
      found.push(...page.items.map(({ id }) => id))
      assert.equal(page.cursor === null, page.lookedBackTo === null)
      after = page.cursor
    } while (after !== null)
    assert.deepEqual(
      found,
      (await search(filter)).items.map(({ id }) => id),
    )
    assert.ok(pages.includes(0), `${JSON.stringify(filter)}: ${pages}`)
  }
})

/** The database, and how many look through its payments at a time. */
function watch() {
  const counted = { now: 0, most: 0 }
  const watched: Database = {
    ...database,
    async query(...asked) {
      if (!asked[0].includes("looked_at")) return database.query(...asked)
      counted.now += 1
      counted.most = Math.max(counted.most, counted.now)
      return database.query(...(asked as Parameters<Database["query"]>)).finally(() => {
        counted.now -= 1
      }) as never
    },
  }
  return { counted, watched }
}

test("a search that looks through payments waits for three others", async () => {
  const { counted, watched } = watch()
  const keyring = openKeyring(ids, { current: master })
  const look = makeSearch({ database: watched, clock, ids, keyring, rails: new Map() })
  const page = { limit: 5, after: null }
  const all = await Promise.all(Array.from({ length: 9 }, () => look({ merchantId }, page)))
  assert.deepEqual([counted.now, counted.most], [0, 3])
  for (const { items } of all) assert.equal(items.length, 5)
})

test("whoever signs in searches in the same turns as everybody", async () => {
  const { counted, watched } = watch()
  const node = await testCore(watched, { name: "Watched" })
  const page = { limit: 5, after: null }
  const visits = Array.from({ length: 9 }, (_, at) =>
    node.core.verbsFor({ kind: "console", name: `${at}`, id: null }),
  )
  await Promise.all(visits.map(({ payments }) => payments.search({ merchantId }, page)))
  assert.deepEqual([counted.now, counted.most], [0, 3])
})
