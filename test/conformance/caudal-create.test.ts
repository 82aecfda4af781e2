/** Caudal's own create: what it takes, once for its reference, and where its payer then pays. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { ask, startGateway, startReceiver } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"

const gateway = await startGateway({ after })
const { core, credentials } = gateway
const { baseUrl: base, apiKey: key = "" } = credentials.caudal
const merchant = (await core.merchants.findByName("Demo"))!
const other = await addMerchant(gateway, "Other", ["caudal", "palomma-direct-debit"])

type Answer = Awaited<ReturnType<typeof ask>>
type Headers = Record<string, string>

function call(method: string, path: string, body?: unknown, headers: Headers = {}) {
  return ask(method, base + path, { body, headers: { authorization: `Bearer ${key}`, ...headers } })
}
const create = (body: object, headers: Headers = {}) => call("POST", "/payments", body, headers)

let made = 0
function fresh(): string {
  made += 1
  return `order-${made}`
}

function assertProblem(answer: Answer, status: number, code: string, field?: string): void {
  const said = JSON.stringify(answer.body)
  assert.deepEqual(
    [answer.status, answer.body.code, answer.body.field],
    [status, code, field],
    said,
  )
  assert.equal(answer.headers.get("content-type"), "application/problem+json; charset=utf-8", said)
}

/** A stored account of a merchant that is agreed to be charged, and whose it is. */
async function stored(baseUrl: string, apiKey: string, merchantId: string, number: string) {
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${apiKey}` }
    const answer = await ask("POST", baseUrl + path, { headers, body })
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return answer.body.id as string
  }
  const person = { name: "Ana Ruiz", documentType: "cc", documentNumber: "1020304050" }
  const customer = await post("/customers", { ...person, email: "ana@example.test" })
  const account = { bank: "bancolombia", accountType: "savings", accountNumber: number }
  const about = { customerId: customer, type: "bankAccount", ...account }
  const instrument = await post("/paymentMethods", about)
  while ((await core.instruments.find(merchantId, instrument))?.state !== "active") await sleep(10)
  return { customer, instrument }
}

const debit = credentials.palommaDirectDebit
const own = await stored(debit.baseUrl, debit["apiKey"]!, merchant.id, "1234567899")
const waits = await stored(debit.baseUrl, debit["apiKey"]!, merchant.id, "1234567809")
const theirKey = other.shown["palomma-direct-debit"]!["apiKey"]!
const theirs = await stored(debit.baseUrl, theirKey, other.id, "1234567899")
const prefixed = (prefix: string, id: string) => `${prefix}_${id.replaceAll("-", "")}`

test("the least that is said makes a payment whose payer chooses on its page", async () => {
  const before = core.clock.now().getTime()
  const { status, body } = await create({ amount: "2550", asset: "COP" })
  assert.equal(status, 201)
  const { url, ...payment } = body
  assert.equal(url, `${core.publicUrl}/pay/${body.dialect_id}`)
  const { attempts, refunds, sightings, ...read } = (await call("GET", `/payments/${body.id}`)).body
  assert.deepEqual(payment, read)
  assert.deepEqual([attempts, refunds, sightings], [[], [], []])
  assert.deepEqual(
    [body.dialect, body.kind, body.state, body.version, body.amount, body.asset],
    ["caudal", "charge", "pending", 1, "2550", "COP"],
  )
  for (const member of ["reference", "description", "customer", "instrument", "approved_at"]) {
    assert.equal(body[member], null, member)
  }
  const waitMs = Date.parse(body.expires_at) - before
  assert.ok(waitMs >= 86_400_000 && waitMs < 86_460_000, `${waitMs}`)
  const page = await ask("GET", `${gateway.url}/pay/${body.dialect_id}`)
  assert.equal(page.status, 200)
  assert.match(page.body, /name="method"/)
})

test("all that may be said is kept, and null is as good as left out", async () => {
  const reference = fresh()
  const { status, body } = await create({
    amount: "1000000000000000",
    asset: "COP",
    reference,
    description: "2 x café\n☕",
    method: "wallet",
    customer: prefixed("cus", own.customer),
    instrument: null,
    ttl_seconds: 60,
    redirect_url: "http://localhost:3000/listo",
  })
  assert.equal(status, 201, JSON.stringify(body))
  assert.deepEqual(
    [body.reference, body.description, body.customer, body.amount],
    [reference, "2 x café\n☕", prefixed("cus", own.customer), "1000000000000000"],
  )
  assert.equal(Math.round((Date.parse(body.expires_at) - Date.parse(body.created_at)) / 1_000), 60)
  const payment = await core.payments.find(merchant.id, body.dialect_id)
  const redirectUrl = "http://localhost:3000/listo"
  assert.deepEqual(payment!.purpose, { methods: ["wallet"], redirectUrl })
  const page = await ask("GET", body.url.replace(core.publicUrl, gateway.url))
  assert.match(page.body, /name="phone"/)
  assert.doesNotMatch(page.body, /name="accountNumber"/, "nothing but what the merchant named")
  const found = await call("GET", `/payments?reference=${reference}&dialect=caudal`)
  assert.deepEqual(
    found.body.data.map(({ id }: { id: string }) => id),
    [body.id],
  )
})

test("tokens are offered at once, and two events tell of their payment", async (t) => {
  const receiver = await startReceiver(t)
  const endpoint = (await call("POST", "/endpoints", { url: receiver.url })).body
  const { body } = await create({ amount: "2550", asset: "USD", method: "crypto" })
  const whole = (await call("GET", `/payments/${body.id}`)).body
  assert.deepEqual(
    whole.attempts.map(({ method, state }: Record<string, string>) => [method, state]),
    [["crypto", "open"]],
  )
  assert.ok(whole.attempts[0].options.length > 0)
  const done = await call("POST", `/payments/${body.id}/simulate`, { outcome: "approved" })
  assert.deepEqual(
    [done.body.state, done.body.version, done.body.captured],
    ["approved", 2, "2550"],
  )
  for (const type of ["payment.created", "payment.approved"]) {
    const told = await receiver.next((each) => each.body.includes(type))
    assert.ok(told.body.includes(body.id), told.body)
  }
  await call("DELETE", `/endpoints/${endpoint.id}`)
})

test("a stored account is charged at once, and nobody has to come", async () => {
  const about = { amount: "4500000", asset: "COP", instrument: prefixed("ins", own.instrument) }
  const { status, body } = await create({ ...about, reference: fresh() })
  assert.equal(status, 201, JSON.stringify(body))
  assert.deepEqual(
    [body.instrument, body.customer, body.url, body.expires_at],
    [about.instrument, prefixed("cus", own.customer), null, null],
  )
  const payment = await core.payments.find(merchant.id, body.dialect_id)
  assert.equal((await core.pay.settled(payment!, 10_000)).state, "approved")
  const page = await ask("GET", `${gateway.url}/pay/${body.dialect_id}`)
  assert.equal(page.status, 404)
  const waiting = await create({ ...about, instrument: waits.instrument, customer: waits.customer })
  assert.equal(waiting.status, 201)
})

test("what a charge names has to be the merchant's own, and agreed to", async () => {
  const about = { amount: "4500000", asset: "COP" }
  const never = core.ids.next()
  const table: [body: object, status: number, code: string, field?: string][] = [
    [{ instrument: theirs.instrument }, 404, "instrument_not_found", "instrument"],
    [{ instrument: never }, 404, "instrument_not_found", "instrument"],
    [{ customer: theirs.customer }, 404, "customer_not_found"],
    [{ customer: never }, 404, "customer_not_found"],
    [{ instrument: own.instrument, customer: waits.customer }, 404, "instrument_not_found"],
  ]
  for (const [more, status, code, field] of table) {
    assertProblem(await create({ ...about, ...more }), status, code, field)
  }
  const gone = await stored(debit.baseUrl, debit["apiKey"]!, merchant.id, "1234567899")
  const charge = { ...about, instrument: gone.instrument, reference: fresh() }
  const first = await create(charge)
  await core.instruments.revoke(merchant.id, gone.instrument, "merchant")
  assertProblem(await create({ ...charge, reference: fresh() }), 409, "instrument_not_active")
  // What was charged before stays what it was.
  const again = await create(charge)
  assert.deepEqual([again.status, again.body.id], [200, first.body.id])
})

const BAD: [body: unknown, field: string | undefined][] = [
  [{}, "amount"],
  [{ amount: "1" }, "asset"],
  [{ amount: 2_550, asset: "COP" }, "amount"],
  [{ amount: "1000000000000001", asset: "COP" }, "amount"],
  [{ amount: "+1", asset: "COP" }, "amount"],
  [{ amount: "1", asset: "cop" }, "asset"],
  [{ amount: "1", asset: "XXX" }, "asset"],
  [{ amount: "1", asset: "COP", reference: "" }, "reference"],
  [{ amount: "1", asset: "COP", reference: " " }, "reference"],
  [{ amount: "1", asset: "COP", reference: "x".repeat(256) }, "reference"],
  [{ amount: "1", asset: "COP", reference: "a\nb" }, "reference"],
  [{ amount: "1", asset: "COP", description: "" }, "description"],
  [{ amount: "1", asset: "COP", description: "x".repeat(501) }, "description"],
  [{ amount: "1", asset: "COP", method: "cash" }, "method"],
  [{ amount: "1", asset: "COP", method: "recharge" }, "method"],
  [{ amount: "1", asset: "USD", method: "bank" }, "asset"],
  [{ amount: "1", asset: "USD", instrument: own.instrument }, "asset"],
  [{ amount: "1", asset: "COP", customer: "1" }, "customer"],
  [{ amount: "1", asset: "COP", instrument: prefixed("cus", own.customer) }, "instrument"],
  [{ amount: "1", asset: "COP", instrument: own.instrument, method: "bank" }, "method"],
  [{ amount: "1", asset: "COP", instrument: own.instrument, ttl_seconds: 9 }, "ttl_seconds"],
  [{ amount: "1", asset: "COP", ttl_seconds: 0 }, "ttl_seconds"],
  [{ amount: "1", asset: "COP", ttl_seconds: 1.5 }, "ttl_seconds"],
  [{ amount: "1", asset: "COP", ttl_seconds: 31_536_001 }, "ttl_seconds"],
  [{ amount: "1", asset: "COP", redirect_url: "javascript:alert(1)" }, "redirect_url"],
  [{ amount: "1", asset: "COP", redirect_url: "http://shop.example/" }, "redirect_url"],
  [{ amount: "1", asset: "COP", redirect_url: "" }, "redirect_url"],
  [{ amount: "1", asset: "COP", refrence: "x" }, undefined],
  [[], undefined],
]
test("a create that can't be understood makes nothing, and names its wrong member", async () => {
  const before = (await call("GET", "/payments?limit=1")).body.data[0].id
  for (const [body, field] of BAD) {
    const answer = await create(body as object)
    assertProblem(answer, 400, "request_invalid", field)
    assert.doesNotMatch(answer.body.detail, /invalid input|expected/i)
  }
  assert.equal((await call("GET", "/payments?limit=1")).body.data[0].id, before)
})

test("the same reference with the same values is the same payment", async () => {
  const body = { amount: "2550", asset: "USD", method: "crypto", reference: fresh() }
  const first = await create(body)
  const again = await create({ ...body, description: null, ttl_seconds: 60 })
  assert.deepEqual([first.status, again.status], [201, 200])
  assert.deepEqual(again.body, first.body)
  const together = { ...body, reference: "x".repeat(255) }
  const all = await Promise.all(Array.from({ length: 50 }, () => create(together)))
  assert.equal(new Set(all.map((each) => each.body.id)).size, 1)
  assert.equal(all.filter(({ status }) => status === 201).length, 1)
  // Another merchant, and another API, have references of their own.
  const theirKey = other.shown["caudal"]!["apiKey"]!
  const elsewhere = await create(body, { authorization: `Bearer ${theirKey}` })
  assert.equal(elsewhere.status, 201)
})

test("the same reference with another value is refused by the value's name", async () => {
  const body = {
    amount: "2550",
    asset: "COP",
    reference: fresh(),
    description: "2 x cafe",
    redirect_url: "https://shop.example/",
  }
  const first = await create(body)
  const table: [change: object, named: RegExp][] = [
    [{ amount: "2551" }, /another amount$/],
    [{ asset: "USD" }, /another asset$/],
    [{ description: null, amount: "1" }, /another amount, another description$/],
    [{ method: "crypto" }, /another method$/],
    [{ method: "bank" }, /another method$/],
    [{ customer: own.customer }, /another customer$/],
    [{ redirect_url: "https://shop.example/x" }, /another redirect_url$/],
    [
      { redirect_url: null, instrument: own.instrument },
      /another customer, another instrument, another redirect_url$/,
    ],
  ]
  for (const [change, named] of table) {
    const answer = await create({ ...body, ...change })
    assertProblem(answer, 409, "reference_conflict", "reference")
    assert.match(answer.body.detail, named)
    const keyed = await create({ ...body, ...change }, { "idempotency-key": fresh() })
    assert.deepEqual([keyed.status, keyed.body.code], [409, "reference_conflict"])
  }
  assert.deepEqual((await create(body)).body, first.body)
})

test("an Idempotency-Key makes one payment, and its first answer is given again", async () => {
  const headers = { "idempotency-key": fresh() }
  const body = { amount: "2550", asset: "COP", method: "bank" }
  const all = await Promise.all(Array.from({ length: 20 }, () => create(body, headers)))
  for (const each of all) {
    assert.equal(each.status, 201)
    assert.deepEqual(each.body, all[0]!.body)
  }
  await call("POST", `/payments/${all[0]!.body.id}/cancel`)
  assert.equal((await create(body, headers)).body.state, "pending")
  assertProblem(await create({ ...body, amount: "1" }, headers), 422, "idempotency_conflict")
  assertProblem(await create(body, { "idempotency-key": "a b" }), 400, "request_invalid")
  // A refusal of the core is an answer, too.
  const gone = { "idempotency-key": fresh() }
  const refused = await create({ ...body, customer: theirs.customer }, gone)
  assertProblem(refused, 404, "customer_not_found")
  const again = await create({ ...body, customer: theirs.customer }, gone)
  assert.deepEqual(again.body, refused.body)
  assertProblem(await create(body, gone), 422, "idempotency_conflict")
})

test("terms bound the amount, say how long a payment waits and where its payer goes", async () => {
  const limits = { currency: "COP", minAmount: "100", maxAmount: "200" }
  const { shown, id } = await addMerchant(gateway, "Bounded", ["caudal"])
  const redirectUrl = "https://shop.example/done"
  await core.merchants.changeTerms(id, "caudal", { ...limits, ttlSeconds: 60, redirectUrl })
  const headers = { authorization: `Bearer ${shown["caudal"]!["apiKey"]}` }
  const table: [amount: string, asset: string, field: string | null][] = [
    ["99", "COP", "amount"],
    ["100", "COP", null],
    ["200", "COP", null],
    ["201", "COP", "amount"],
    ["150", "USD", "asset"],
  ]
  for (const [amount, asset, field] of table) {
    const answer = await create({ amount, asset }, headers)
    if (field) assertProblem(answer, 422, "amount_out_of_range", field)
    else assert.equal(answer.status, 201)
  }
  const { body } = await create({ amount: "150", asset: "COP" }, headers)
  assert.equal(Math.round((Date.parse(body.expires_at) - Date.parse(body.created_at)) / 1_000), 60)
  const payment = await core.payments.find(id, body.dialect_id)
  assert.deepEqual(payment!.purpose, { redirectUrl })
})

test("a method that the merchant does not offer is refused", async () => {
  const { shown, id } = await addMerchant(gateway, "Elsewhere", ["caudal"])
  await core.route(id, { rails: { bank: "bank-files", crypto: "evm" } })
  const headers = { authorization: `Bearer ${shown["caudal"]!["apiKey"]}` }
  const about = { amount: "150", asset: "COP" }
  const bank = await create({ ...about, method: "bank" }, headers)
  assertProblem(bank, 409, "method_not_offered", "method")
  const crypto = await create({ ...about, method: "crypto" }, headers)
  assertProblem(crypto, 409, "method_not_offered")
  assert.equal((await create({ ...about, method: "wallet" }, headers)).status, 201)
})

test("after all of it the books are right", async () => {
  assert.deepEqual(await core.books.verify(), [])
})
