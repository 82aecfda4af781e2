/** Caudal's customers, instruments, refunds, quotes and reports, and the search of payments. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { ask, startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"

const gateway = await startGateway({ after })
const { core, credentials } = gateway
const { baseUrl: base, apiKey: key = "" } = credentials.caudal
const other = await addMerchant(gateway, "Other", ["caudal"])
const theirs = { authorization: `Bearer ${other.shown["caudal"]!["apiKey"]}` }

type Answer = Awaited<ReturnType<typeof ask>>
type Headers = Record<string, string>

function call(method: string, path: string, body?: unknown, headers: Headers = {}) {
  return ask(method, base + path, { body, headers: { authorization: `Bearer ${key}`, ...headers } })
}

function assertProblem(
  answer: Answer,
  status: number,
  code: string,
  field: string | null = null,
): void {
  const said = JSON.stringify(answer.body)
  const { body } = answer
  assert.deepEqual([answer.status, body.code, body.field ?? null], [status, code, field], said)
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came and asserts on it.
async function made(path: string, body: object): Promise<any> {
  const answer = await call("POST", path, body)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return answer.body
}

const PERSON = {
  name: "Ana María Ruiz",
  document_type: "cc",
  document_number: "1020304050",
  email: "ana@example.test",
}
const MANDATE = { accepted_at: "2026-01-05T09:03:40-05:00", channel: "web form", reference: "c-1" }
const WALLET = { type: "wallet", phone_number: "3001234599", mandate: MANDATE }
const ACCOUNT = {
  ...{ type: "bank_account", bank: "bancolombia", account_type: "savings" },
  ...{ account_number: "12345678999", mandate: MANDATE },
}

const ana = await made("/customers", PERSON)
const wallet = await made("/instruments", { customer: ana.id, ...WALLET })
while ((await call("GET", `/instruments/${wallet.id}`)).body.state !== "active") await sleep(10)
const charge = await made("/payments", {
  ...{ amount: "4500000", asset: "COP", instrument: wallet.id, reference: "mensualidad-1" },
  metadata: { plan: "oro", "cart.id": "77" },
})
const dollars = await made("/payments", { amount: "2550", asset: "USD", description: "Café Ñandú" })
while ((await call("GET", `/payments/${charge.id}`)).body.state !== "approved") await sleep(10)

test("a customer is stored, read and listed as it was given", async () => {
  const { body } = await call("GET", `/customers/${ana.id}`)
  assert.deepEqual(body, ana)
  assert.deepEqual({ ...body, ...PERSON }, body)
  assert.match(body.id, /^cus_[0-9a-f]{32}$/)
  const { body: list } = await call("GET", "/customers?dialect=caudal&limit=1")
  assert.deepEqual([list.data, list.has_more, list.next_cursor], [[ana], false, null])
  assert.deepEqual((await call("GET", "/customers?dialect=pentagoo")).body.data, [])
})

const FINDS: readonly (readonly [search: string, found: boolean])[] = [
  ["ana@example.test", true],
  ["ANA@EXAMPLE.TEST", true],
  ["1.020.304.050", true],
  ["ruiz maria", true],
  ["3001234599", true],
  ["+57 300 123 4599", true],
  ["ruiz perez", false],
  ["102030405", false],
  ["%", false],
]

test("customers are found by what they are known by, and by nobody else", async () => {
  for (const [search, found] of FINDS) {
    const path = `/customers?search=${encodeURIComponent(search)}`
    assert.deepEqual((await call("GET", path)).body.data, found ? [ana] : [], search)
    assert.deepEqual((await call("GET", path, undefined, theirs)).body.data, [], search)
  }
})

/** Of a member that isn't known there is no field: the sentence names it. */
const BAD_CUSTOMERS: readonly (readonly [change: object, field: string | null])[] = [
  [{ name: "" }, "name"],
  [{ name: "   " }, "name"],
  [{ name: "x".repeat(201) }, "name"],
  [{ name: "a\u0007b" }, "name"],
  [{ name: null }, "name"],
  [{ document_type: "CC" }, "document_type"],
  [{ document_number: "1" }, "document_number"],
  [{ document_number: "12 34" }, "document_number"],
  [{ email: "ana" }, "email"],
  [{ email: `${"a".repeat(250)}@x.example` }, "email"],
  [{ phone: "3001234567" }, null],
]

test("a customer that can't be one is refused with the member that is wrong", async () => {
  for (const [change, field] of BAD_CUSTOMERS) {
    const answer = await call("POST", "/customers", { ...PERSON, ...change })
    assertProblem(answer, 400, "request_invalid", field)
  }
  assertProblem(await call("GET", `/customers/${core.ids.next()}`), 404, "customer_not_found")
  assertProblem(await call("GET", "/customers/cus_1"), 404, "customer_not_found")
  assertProblem(await call("GET", "/customers?search="), 400, "request_invalid", "search")
  assertProblem(await call("GET", "/customers?limit=0"), 400, "request_invalid", "limit")
})

test("what makes something answers a repeat of its key with the first answer", async () => {
  const bodies = { "/customers": PERSON, "/instruments": { customer: ana.id, ...ACCOUNT } }
  for (const [path, body] of Object.entries(bodies)) {
    const headers = { "idempotency-key": `once-${path}` }
    const first = await call("POST", path, body, headers)
    const again = await call("POST", path, body, headers)
    assert.deepEqual([again.status, again.body], [201, first.body])
    const changed = { ...body, ...("email" in body ? { name: "B" } : { bank: "bbva" }) }
    assertProblem(await call("POST", path, changed, headers), 422, "idempotency_conflict")
  }
})

test("an instrument is shown masked, and charged until it is revoked", async () => {
  assert.equal(wallet.phone_number, "*4599")
  const text = JSON.stringify((await call("GET", "/instruments")).body)
  assert.doesNotMatch(text, /3001234599|12345678999|Ruiz/)
  const account = await made("/instruments", { customer: ana.id, ...ACCOUNT })
  assert.deepEqual(
    [account.bank, account.account_number, account.consented_at],
    ["bancolombia", "*8999", "2026-01-05T14:03:40.000Z"],
  )
  const mine = (await call("GET", `/instruments?customer=${ana.id}&limit=1`)).body
  assert.deepEqual([mine.data[0].id, mine.has_more], [account.id, true])
  const revoked = await call("POST", `/instruments/${account.id}/revoke`)
  assert.deepEqual([revoked.body.state, revoked.body.revoked_by], ["revoked", "merchant"])
  const again = await call("POST", `/instruments/${account.id}/revoke`, {})
  assert.deepEqual(again.body, revoked.body)
  const listed = (await call("GET", "/instruments?state=revoked")).body.data
  assert.deepEqual(listed, [revoked.body])
  const { id: instrument } = account
  const refused = await call("POST", "/payments", { amount: "100", asset: "COP", instrument })
  assertProblem(refused, 409, "instrument_not_active")
})

const BAD_INSTRUMENTS: readonly (readonly [
  change: object,
  status: number,
  field: string | null,
])[] = [
  [{ type: "card" }, 400, "type"],
  [{ account_number: "12" }, 400, "account_number"],
  [{ account_number: "1234567x" }, 400, "account_number"],
  [{ account_type: "gold" }, 400, "account_type"],
  [{ bank: "Bancolombia S.A." }, 400, "bank"],
  [{ mandate: null }, 400, "mandate"],
  [{ mandate: {} }, 400, "mandate.accepted_at"],
  [{ mandate: { accepted_at: "2026-01-05" } }, 400, "mandate.accepted_at"],
  [{ mandate: { accepted_at: "1989-01-05T00:00:00Z" } }, 400, "mandate.accepted_at"],
  [{ mandate: { accepted_at: "2126-01-05T00:00:00Z" } }, 400, "mandate.accepted_at"],
  [{ mandate: { ...MANDATE, acceptedAt: "x" } }, 400, "mandate"],
  [{ phone_number: "3001234567" }, 400, null],
  [{ customer: "cus_1" }, 404, "customer"],
]

test("an instrument that can't be one is refused with the member that is wrong", async () => {
  for (const [change, status, field] of BAD_INSTRUMENTS) {
    const answer = await call("POST", "/instruments", {
      customer: ana.id,
      ...ACCOUNT,
      ...change,
    })
    const code = status === 404 ? "customer_not_found" : "request_invalid"
    assertProblem(answer, status, code, field)
  }
  const foreign = await call("POST", "/instruments", { customer: ana.id, ...WALLET }, theirs)
  assertProblem(foreign, 404, "customer_not_found", "customer")
  assertProblem(await call("GET", "/instruments/ins_1"), 404, "instrument_not_found")
  assertProblem(await call("POST", "/instruments/ins_1/revoke"), 404, "instrument_not_found")
})

test("metadata comes back as it was given, and tells a repeat from another payment", async () => {
  assert.deepEqual(charge.metadata, { plan: "oro", "cart.id": "77" })
  const read = (await call("GET", `/payments/${charge.id}`)).body
  assert.deepEqual(read.metadata, charge.metadata)
  assert.deepEqual(dollars.metadata, {})
  const about = { amount: "100", asset: "COP", reference: "with-metadata" }
  await made("/payments", { ...about, metadata: { a: "1", b: "2" } })
  const again = await call("POST", "/payments", { ...about, metadata: { b: "2", a: "1" } })
  assert.equal(again.status, 200)
  const differs = await call("POST", "/payments", { ...about, metadata: { a: "1" } })
  assertProblem(differs, 409, "reference_conflict", "reference")
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, "v"]))
  for (const metadata of [many, { "": "v" }, { "a b": "v" }, { a: "x".repeat(501) }, { a: 1 }]) {
    const answer = await call("POST", "/payments", { ...about, metadata })
    assert.equal(answer.body.code, "request_invalid", JSON.stringify(metadata))
  }
})

const SEARCHES: readonly (readonly [query: string, found: readonly ("charge" | "dollars")[]])[] = [
  ["search=nandu", ["dollars"]],
  ["search=25.50", ["dollars"]],
  ["search=45.000&asset=COP", ["charge"]],
  ["search=ana@example.test", ["charge"]],
  ["search=MENSUALIDAD", ["charge"]],
  ["asset=USD", ["dollars"]],
  ["method=wallet&rail=simulator", ["charge"]],
  ["min_amount=2550&max_amount=2550", ["dollars"]],
  ["search=nandu&state=approved", []],
  ["from=2000-01-01T00:00:00Z&to=2001-01-01T00:00:00-05:00", []],
]

test("payments are found by filters and texts, those of other merchants are not", async () => {
  const ids = { charge: charge.id, dollars: dollars.id }
  for (const [query, found] of SEARCHES) {
    const { status, body } = await call("GET", `/payments?${query}`)
    assert.equal(status, 200, JSON.stringify(body))
    const named = body.data.map(({ id }: { id: string }) => id)
    assert.deepEqual(
      named,
      found.map((name) => ids[name]),
      query,
    )
    assert.deepEqual([body.has_more, body.looked_back_to], [false, null])
    const { data } = (await call("GET", `/payments?${query}`, undefined, theirs)).body
    assert.deepEqual(data, [], query)
  }
  for (const { id } of [charge, dollars] as { id: string }[]) {
    const { data } = (await call("GET", `/payments?search=${id}`)).body
    assert.deepEqual(
      data.map((each: { id: string }) => each.id),
      [id],
    )
  }
})

test("a search goes on from its cursor until there is nothing more", async () => {
  const seen: string[] = []
  let cursor = ""
  for (let pages = 0; pages < 20; pages += 1) {
    const { body } = await call("GET", `/payments?search=mensualidad-1&limit=1${cursor}`)
    seen.push(...body.data.map(({ id }: { id: string }) => id))
    assert.equal(body.has_more, body.next_cursor !== null)
    if (body.next_cursor === null) break
    cursor = `&cursor=${body.next_cursor}`
  }
  assert.deepEqual(seen, [charge.id])
  assertProblem(await call("GET", "/payments?cursor=pay_1"), 400, "request_invalid", "cursor")
  const beyond = ["from=0000-01-01T00:00:00Z", "to=9999-12-31T23:59:59-01:00"]
  for (const query of [...beyond, "from=0001-01-01T00:00:00%2B01:00"]) {
    const [field] = query.split("=")
    assertProblem(await call("GET", `/payments?${query}`), 400, "request_invalid", field)
  }
  const all = "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z"
  assert.equal((await call("GET", `/payments?${all}`)).status, 200)
})

test("refunds of all payments are listed and read", async () => {
  const refund = await made(`/payments/${charge.id}/refunds`, { amount: "500000" })
  const read = await call("GET", `/refunds/${refund.id}`)
  assert.deepEqual(
    { ...read.body, state: "", updated_at: "" },
    { ...refund, state: "", updated_at: "" },
  )
  for (const query of ["", `?payment=${charge.id}`, `?payment=${charge.id}&limit=1`]) {
    const { body } = await call("GET", `/refunds${query}`)
    assert.deepEqual(
      body.data.map((each: { id: string }) => each.id),
      [refund.id],
      query,
    )
  }
  assert.deepEqual((await call("GET", `/refunds?payment=${dollars.id}`)).body.data, [])
  assert.deepEqual((await call("GET", "/refunds?state=failed")).body.data, [])
  assert.deepEqual((await call("GET", "/refunds", undefined, theirs)).body.data, [])
  assertProblem(await call("GET", `/refunds/${refund.id}`, undefined, theirs), 404, "not_found")
  assertProblem(await call("GET", "/refunds/re_1"), 404, "not_found")
  assertProblem(await call("GET", "/refunds?state=gone"), 400, "request_invalid", "state")
})

test("a quote says what an amount costs in each token, and makes nothing", async () => {
  const { status, body } = await call("POST", "/quotes", { amount: "2550", asset: "USD" })
  assert.equal(status, 200, JSON.stringify(body))
  const [offer] = body.offers
  const payment = await made("/payments", { amount: "2550", asset: "USD", method: "crypto" })
  const { attempts } = (await call("GET", `/payments/${payment.id}`)).body
  const option = attempts[0].options.find((each: { asset: string }) => each.asset === offer.asset)
  assert.deepEqual([offer.token, offer.amount], [option.token, option.amount])
  assert.match(offer.rate, /^\d+(?:\.\d+)?$/)
  const table: [body: object, field: string | null][] = [
    [{ amount: "0", asset: "USD" }, "amount"],
    [{ amount: "25.50", asset: "USD" }, "amount"],
    [{ amount: "2550", asset: "XXX" }, "asset"],
    [{ amount: "2550" }, "asset"],
    [{ amount: "2550", asset: "USD", token: "USDT" }, null],
  ]
  for (const [asked, field] of table) {
    assertProblem(await call("POST", "/quotes", asked), 400, "request_invalid", field)
  }
})

test("a day's report adds up what was asked and approved, beside the ledger", async () => {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: "America/Bogota" }).format(
    core.clock.now(),
  )
  const { status, body } = await call("GET", `/reports/daily?day=${day}`)
  assert.equal(status, 200, JSON.stringify(body))
  const total = body.totals.find(
    (each: { asset: string; rail: string }) => each.asset === "COP" && each.rail === "simulator",
  )
  assert.deepEqual(total.approved, { count: 1, amount: "4500000" })
  assert.deepEqual([body.agrees, body.over, body.dropped, body.day], [true, false, false, day])
  const empty = await call("GET", "/reports/daily")
  assert.deepEqual([empty.body.rows, empty.body.over, empty.body.agrees], [0, true, true])
  const elsewhere = await call("GET", `/reports/daily?day=${day}`, undefined, theirs)
  assert.deepEqual([elsewhere.body.rows, elsewhere.body.totals], [0, []])
  for (const wrong of ["yesterday", "2026-02-30", "1999-12-31"]) {
    const answer = await call("GET", `/reports/daily?day=${wrong}`)
    assertProblem(answer, 400, "request_invalid", "day")
  }
})
