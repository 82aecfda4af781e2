/** Palomma Pay as its page promises it, and what it answers to everything else. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { request } from "node:http"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { palommaPay } from "../../src/dialects/palomma-pay/index.ts"
import { ask, startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { baseUrl: base, privateKey: key } = gateway.credentials.palommaPay
const PATH = "/payment-requests"
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The body of the page's own curl. */
const EXAMPLE = {
  amount_cents: 500000,
  description: "Pay subscription",
  redirect_url: "https://palomma.com",
}

type Headers = Record<string, string>
const KEY: Headers = { authorization: key! }

function create(body: unknown, headers: Headers = KEY) {
  return ask("POST", base + PATH, { body, headers })
}

function read(id: string, headers: Headers = KEY) {
  return ask("GET", `${base}${PATH}/${id}`, { headers })
}

function cancel(id: string, headers: Headers = KEY) {
  return ask("POST", `${base}${PATH}/${id}/cancel`, { headers })
}

type Answer = Awaited<ReturnType<typeof ask>>

/** One sentence in one member. */
function assertProblem(answer: Answer, status: number, message: RegExp = /./): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.deepEqual(Object.keys(answer.body), ["message"])
  assert.match(answer.body.message, message)
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/)
}

async function newMerchant(name: string, terms: object = {}): Promise<Headers> {
  const { core } = gateway
  const merchant = await core.merchants.add({ name })
  const signingKey = await core.merchants.agree(merchant.id, "palomma-pay", terms)
  const issued = palommaPay.issue(core.ids, { merchantName: name, signingKey })
  for (const each of issued.secrets) {
    await core.merchants.addCredential(merchant.id, "palomma-pay", each)
  }
  return { authorization: issued.shown["privateKey"]! }
}

test("the page's own curl works without any credentials on this machine", async () => {
  const answer = await create(EXAMPLE, {})
  assert.equal(answer.status, 200)
  assert.deepEqual(Object.keys(answer.body), ["id", "payment_url"])
  assert.match(answer.body.id, UUID)
  assert.equal(answer.body.payment_url, `${gateway.url}/pay/?transaccion=${answer.body.id}`)
  assert.equal((await read(answer.body.id)).body.description, "Pay subscription")
})

test("the private key stands in Authorization, as it is or behind Bearer", async () => {
  for (const authorization of [key!, `Bearer ${key}`, `bearer ${key}`]) {
    assert.equal((await create(EXAMPLE, { authorization })).status, 200)
  }
  const wrong = ["", "Bearer", "Bearer ", "nothing", `${key}x`, `Basic ${key}`, `Bearer x${key}`]
  for (const authorization of wrong) {
    const answer = await create(EXAMPLE, { authorization })
    assertProblem(answer, 401, /^Unauthorized$/)
    assertProblem(await create("no JSON", { authorization }), 401, /^Unauthorized$/)
  }
})

test("whoever reaches us from elsewhere needs a key", async (t) => {
  const open = await startGateway(t, { HOST: "0.0.0.0", CAUDAL_SANDBOX_PUBLIC: "1" })
  const url = `${open.credentials.palommaPay.baseUrl}${PATH}`
  assertProblem(await ask("POST", url, { body: EXAMPLE }), 401, /^Unauthorized$/)
  const authorization = open.credentials.palommaPay["privateKey"]!
  const answer = await ask("POST", url, { body: EXAMPLE, headers: { authorization } })
  assert.equal(answer.status, 200)
})

test("a page of the web that reaches this machine under its own name needs a key", async () => {
  for (const [host, status] of [
    ["localhost:8080", 200],
    ["127.0.0.1", 200],
    ["[::1]:8080", 200],
    ["rebound.example", 401],
    ["localhost.example", 401],
  ] as const) {
    const sent = request(`${gateway.credentials.palommaPay.baseUrl}${PATH}`, {
      method: "POST",
      headers: { host, "content-type": "application/json" },
    })
    sent.end(JSON.stringify(EXAMPLE))
    const [answer] = await once(sent, "response")
    answer.resume()
    assert.equal(answer.statusCode, status, host)
  }
})

test("every documented field is taken, and null counts as left out", async () => {
  const person = {
    first_name: "Ana",
    last_name: "Ruiz",
    document_type: "cc",
    document_number: "1020304050",
    email: "ana@example.test",
    phone_number: "3001234567",
  }
  const business = {
    business_name: "Café SAS",
    document_type: "nit",
    document_number: "900123456",
    email: null,
    phone_number: "6011234567",
  }
  const full = {
    ...EXAMPLE,
    ttl: 900,
    enforced_document_number: "1020304050",
    merchant_display_name: "Tienda Ñandú",
    merchant_support_info: "soporte@example.test",
  }
  const nothing = {
    description: null,
    redirect_url: null,
    ttl: null,
    user_information: null,
    enforced_document_number: null,
    merchant_display_name: null,
    merchant_support_info: null,
  }
  const rows = [
    { amount_cents: 500000 },
    { amount_cents: 500000, ...nothing },
    { ...full, user_information: person },
    { ...full, user_information: business },
    { ...full, user_information: {} },
    { ...full, user_information: { ...person, document_type: "CC", unknown: 1 } },
    { ...full, unknown: { a: 1 } },
    { ...EXAMPLE, description: '{"customer_id":7,"transaction_id":"x"}' },
    { ...EXAMPLE, redirect_url: "http://localhost:3000/gracias?a=1" },
    { ...EXAMPLE, redirect_url: "http://127.0.0.1/x" },
    { ...EXAMPLE, redirect_url: "http://[::1]:8080/" },
    { ...EXAMPLE, redirect_url: `https://a.example/${"x".repeat(2_030)}` },
    { ...EXAMPLE, ttl: 1 },
    { ...EXAMPLE, ttl: 31_536_000 },
  ]
  for (const body of rows) {
    const answer = await create(body)
    assert.equal(answer.status, 200, JSON.stringify([body, answer.body]))
  }
})

test("bad fields are refused, and the message names them", async () => {
  const rows: [field: string, values: unknown[]][] = [
    [
      "amount_cents",
      [
        undefined,
        null,
        "500000",
        500000.5,
        499_999,
        0,
        -500_000,
        200_000_001,
        2 ** 53,
        1e300,
        true,
        [500000],
      ],
    ],
    ["description", [7, {}, ["x"], "x".repeat(501), "a\u0007b"]],
    [
      "redirect_url",
      [
        7,
        "palomma.com",
        "/gracias",
        "//palomma.com",
        "http://palomma.com",
        "http://localhost.palomma.com",
        "http://127.0.0.1.example/",
        "ftp://palomma.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user@palomma.com",
        "https://user:pw@palomma.com",
        "https://",
        " https://palomma.com",
        "https://palo mma.com",
        "https://palomma.com/\n",
        `https://a.example/${"x".repeat(2_048)}`,
      ],
    ],
    ["ttl", [0, -1, 1.5, "900", 31_536_001, {}]],
    ["user_information", ["Ana", 7, []]],
    ["user_information.first_name", [{ first_name: 7 }, { first_name: "x".repeat(81) }]],
    ["user_information.document_type", [{ document_type: "passport" }, { document_type: 1 }]],
    ["user_information.phone_number", [{ phone_number: 3001234567 }]],
    ["enforced_document_number", [1020304050, "", "1.020.304", "abc", "1".repeat(16)]],
    ["merchant_display_name", [7, "x".repeat(81)]],
    ["merchant_support_info", [7, "x".repeat(201)]],
  ]
  for (const [field, values] of rows) {
    const member = field.split(".")[0]!
    for (const value of values) {
      const answer = await create({ ...EXAMPLE, [member]: value })
      assertProblem(answer, 400, new RegExp(`^${field.replace(".", "\\.")}\\b`))
    }
  }
})

test("whatever is no request is answered in the same shape", async () => {
  const rows: [body: unknown, status: number, headers?: Headers][] = [
    ['{"amount_cents":', 400],
    ["", 400],
    ["null", 400],
    ["[]", 400],
    ['"text"', 400],
    ['{"__proto__":{"amount_cents":500000}}', 400],
    [{ ...EXAMPLE, description: "a\u0000b" }, 400],
    [{ ...EXAMPLE, description: "x".repeat(1_048_576) }, 413],
    [EXAMPLE, 415, { "content-type": "text/plain" }],
    ["amount_cents=500000", 415, { "content-type": "application/x-www-form-urlencoded" }],
  ]
  for (const [body, status, headers] of rows) {
    assertProblem(await create(body, { ...KEY, ...headers }), status)
  }
  for (const path of ["", "/", "/payment-request", "/payment-requests/a/b"]) {
    assertProblem(await ask("GET", base + path, { headers: KEY }), 404)
  }
  for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
    const answer = await ask(method, base + PATH, { headers: KEY })
    assertProblem(answer, 405)
    assert.equal(answer.headers.get("allow"), "POST")
  }
})

test("a request is read with every field, and with its type", async () => {
  const before = gateway.core.clock.now().getTime()
  const { body: made } = await create({ ...EXAMPLE, ttl: 60 })
  const { status, body } = await read(made.id)
  assert.equal(status, 200)
  const { created_at, updated_at, expires_at, ...rest } = body
  assert.deepEqual(rest, {
    id: made.id,
    payment_url: made.payment_url,
    status: "PENDING",
    status_reason: null,
    amount_cents: 500000,
    description: "Pay subscription",
  })
  assert.equal(updated_at, created_at)
  assert.equal(new Date(created_at).toISOString(), created_at)
  const ttl = Date.parse(expires_at) - Date.parse(created_at)
  assert.ok(Math.abs(ttl - 60_000) < 1_000, `${ttl} ms`)
  assert.ok(Date.parse(created_at) >= before - 1_000)
  const { body: endless } = await create(EXAMPLE)
  assert.equal((await read(endless.id)).body.expires_at, null)
})

test("a request is cancelled once, and an id that is nobody's is not found", async () => {
  const { body: made } = await create(EXAMPLE)
  const first = await cancel(made.id)
  assert.equal(first.status, 200)
  assert.deepEqual(
    [first.body.status, first.body.status_reason],
    ["REJECTED", "MERCHANT_CANCELLATION"],
  )
  // Sent again, by a client that did not hear the answer and calls its empty body JSON.
  const json = { ...KEY, "content-type": "application/json" }
  assert.deepEqual((await cancel(made.id, json)).body, first.body)
  for (const id of ["01a1f93c-a1f7-4087-826d-012a03a88b87", "nothing", "1", `${made.id}0`]) {
    assertProblem(await read(id), 404)
    assertProblem(await cancel(id), 404)
  }
})

test("a request that runs out of time says so at once", async () => {
  const { body: made } = await create({ ...EXAMPLE, ttl: 1 })
  // The gateway runs on real time, and a second is the shortest that a request may wait.
  await sleep(1_050)
  const { body } = await read(made.id)
  assert.deepEqual([body.status, body.status_reason], ["REJECTED", "EXPIRED"])
  assertProblem(await cancel(made.id), 409)
})

test("merchants do not see each other, and have limits of their own", async () => {
  const theirs = await newMerchant("Other", {
    minAmount: "100",
    maxAmount: "1000",
    ttlSeconds: 30,
    redirectUrl: "https://other.example/",
  })
  const { body: ours } = await create(EXAMPLE)
  assertProblem(await read(ours.id, theirs), 404)
  assertProblem(await cancel(ours.id, theirs), 404)
  assert.equal((await read(ours.id)).body.status, "PENDING")
  assertProblem(await create({ amount_cents: 99 }, theirs), 400, /amount_cents/)
  assertProblem(await create({ amount_cents: 1_001 }, theirs), 400, /amount_cents/)
  const { body: made } = await create({ amount_cents: 1_000 }, theirs)
  assert.notEqual((await read(made.id, theirs)).body.expires_at, null)
})

test("every create is a new request, unless a key says that it is the same", async () => {
  const [one, two] = [await create(EXAMPLE), await create(EXAMPLE)]
  assert.notEqual(one.body.id, two.body.id)

  const headers = { ...KEY, "idempotency-key": "order-1009" }
  const first = await create(EXAMPLE, headers)
  assert.deepEqual((await create(EXAMPLE, headers)).body, first.body)
  assertProblem(await create({ ...EXAMPLE, amount_cents: 600_000 }, headers), 422)
  const theirs = await newMerchant("Same key")
  const other = await create(EXAMPLE, { ...theirs, "idempotency-key": "order-1009" })
  assert.notEqual(other.body.id, first.body.id)
  for (const bad of ["", " ", "x".repeat(256), "ñ"]) {
    assertProblem(await create(EXAMPLE, { ...KEY, "idempotency-key": bad }), 400)
  }
})

test("fifty creates at once under one key make one request and fifty equal answers", async () => {
  const headers = { ...KEY, "idempotency-key": "burst" }
  const body = { ...EXAMPLE, description: "burst" }
  const answers = await Promise.all(Array.from({ length: 50 }, () => create(body, headers)))
  for (const answer of answers) {
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body, answers[0]!.body)
  }
  const { rows } = await gateway.database.query("select 1 from payments where description = $1", [
    "burst",
  ])
  assert.equal(rows.length, 1)
})
