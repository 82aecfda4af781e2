/** Palomma Pay as its page promises it, and what it answers to everything else. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { request } from "node:http"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { palommaPay } from "../../src/dialects/palomma-pay/index.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { open } from "../support/page.ts"

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
  for (const authorization of [key!, `Bearer ${key}`, `bearer ${key}`, `BEARER  ${key}`]) {
    assert.equal((await create(EXAMPLE, { authorization })).status, 200)
  }
  const { integrityKey } = gateway.credentials.palommaPay
  const apiKey = gateway.credentials.caudal["apiKey"]!
  const wrong = ["", "Bearer", "Bearer ", "nothing", `${key}x`, `Basic ${key}`, `Bearer x${key}`]
  // The other keys of the same merchant open nothing here.
  wrong.push(integrityKey!, apiKey, `Bearer ${apiKey}`, `${key}, ${key}`, key!.toUpperCase())
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
    { ...full, user_information: { ...person, unknown: { deep: [{ er: [null, "x"] }] } } },
    { ...full, user_information: { ...person, business_name: "Café SAS" } },
    { ...full, user_information: Object.fromEntries(Object.keys(person).map((k) => [k, ""])) },
    { ...full, user_information: Object.fromEntries(Object.keys(business).map((k) => [k, null])) },
    { ...full, merchant_display_name: " ", merchant_support_info: "" },
    { ...full, enforced_document_number: "123" },
    { ...full, enforced_document_number: "1".repeat(15) },
    { ...full, merchant_display_name: "ñ".repeat(80), merchant_support_info: "ñ".repeat(200) },
    { amount_cents: 200_000_000 },
    // What takes two units in a string is one character to whoever counts them.
    { ...EXAMPLE, description: "💧".repeat(500) },
    { ...EXAMPLE, description: "a\tb\r\nc \u202e \u200d é e\u0301 <b>&amp;</b>" },
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
    [
      "description",
      [7, {}, ["x"], true, "x".repeat(501), "💧".repeat(501), "a\u0007b", "\u001b[31m", "\u0085"],
    ],
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
        "https://palomma.com/\u0001",
        "https://palomma.com:99999",
        "https://pal%00omma.com",
        "https://@palomma.com",
        "https:/palomma.com",
        "https:\\\\palomma.com",
        "JAVASCRIPT:alert(1)//https://palomma.com",
        "java\tscript:alert(1)",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://palomma.com/x",
        "intent://palomma.com",
        "null",
        `https://a.example/${"x".repeat(2_031)}`,
      ],
    ],
    ["ttl", [0, -1, 1.5, "900", "", true, [900], 31_536_001, 1e300, {}]],
    ["user_information", ["Ana", "", 7, true, []]],
    ["user_information.first_name", [{ first_name: 7 }, { first_name: "x".repeat(81) }]],
    ["user_information.document_type", [{ document_type: "passport" }, { document_type: 1 }]],
    ["user_information.last_name", [{ last_name: {} }, { last_name: "a\u0007" }]],
    ["user_information.business_name", [{ business_name: ["x"] }]],
    ["user_information.document_number", [{ document_number: 1020304050 }]],
    ["user_information.email", [{ email: "x".repeat(255) }, { email: { a: "b" } }]],
    ["user_information.phone_number", [{ phone_number: 3001234567 }]],
    [
      "enforced_document_number",
      [1020304050, "", " ", "12", "1.020.304", "1020304-0", "abc", "１２３", "1".repeat(16), {}],
    ],
    ["merchant_display_name", [7, {}, "x".repeat(81), "a\u0001b"]],
    ["merchant_support_info", [7, [], "x".repeat(201), "a\u009fb"]],
  ]
  for (const [field, values] of rows) {
    const member = field.split(".")[0]!
    for (const value of values) {
      const answer = await create({ ...EXAMPLE, [member]: value })
      assert.equal(answer.status, 400, `${field}: ${JSON.stringify(value)}`)
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

test("merchants do not see each other, nor what came in by another API", async () => {
  const theirs = await newMerchant("Other")
  const { body: ours } = await create(EXAMPLE)
  assertProblem(await read(ours.id, theirs), 404)
  assertProblem(await cancel(ours.id, theirs), 404)
  assert.equal((await read(ours.id)).body.status, "PENDING")

  const { baseUrl, key: id, secret } = gateway.credentials.pentagoo
  const order = { refId: "ORD-1009", description: "2 x cafe", amount: "25.50" }
  const headers = { oauth: `${id}:${secret}` }
  const { body: sold } = await ask("POST", `${baseUrl}/api/payment/create`, {
    body: order,
    headers,
  })
  assert.match(sold.paymentId, UUID)
  assertProblem(await read(sold.paymentId), 404)
  assertProblem(await cancel(sold.paymentId), 404)
})

test("what a merchant agreed on stands in for what a request leaves out", async () => {
  const theirs = await newMerchant("Agreed", {
    minAmount: "100",
    maxAmount: "1000",
    ttlSeconds: 30,
    redirectUrl: "https://agreed.example/gracias",
  })
  const amounts: [amount: number, status: number][] = [
    [99, 400],
    [100, 200],
    [1_000, 200],
    [1_001, 400],
    [500_000, 400],
  ]
  for (const [amount_cents, status] of amounts) {
    const answer = await create({ amount_cents }, theirs)
    assert.equal(answer.status, status, `${amount_cents}`)
    if (status === 400) assertProblem(answer, 400, /^amount_cents must be from 100 to 1000$/)
  }
  const rows: [over: object, seconds: number, back: string][] = [
    [{}, 30, "https://agreed.example/gracias"],
    [{ ttl: null, redirect_url: null }, 30, "https://agreed.example/gracias"],
    [{ redirect_url: " " }, 30, "https://agreed.example/gracias"],
    [{ ttl: 60, redirect_url: "https://own.example/" }, 60, "https://own.example/"],
  ]
  for (const [over, seconds, back] of rows) {
    const { body: made } = await create({ amount_cents: 1_000, ...over }, theirs)
    const { body } = await read(made.id, theirs)
    const ttlMs = Date.parse(body.expires_at) - Date.parse(body.created_at)
    assert.ok(Math.abs(ttlMs - seconds * 1_000) < 1_000, `${ttlMs} ms`)
    await cancel(made.id, theirs)
    const page = await open(made.payment_url)
    assert.ok(page.html.includes(`href="${back}?transaccion=`), page.html)
  }
})

test("who pays can't be read in the database", async () => {
  const { body: made } = await create({
    ...EXAMPLE,
    user_information: { first_name: "Eufrosina", document_number: "1020304050" },
    enforced_document_number: "1020304050",
  })
  const { rows } = await gateway.database.query<{ row: string }>(
    "select row_to_json(p)::text as row from payments p where id = $1",
    [made.id],
  )
  assert.match(rows[0]!.row, /Pay subscription/)
  assert.doesNotMatch(rows[0]!.row, /Eufrosina|1020304050/)
})

test("every create is a new request, unless a key says that it is the same", async () => {
  const [one, two] = [await create(EXAMPLE), await create(EXAMPLE)]
  assert.notEqual(one.body.id, two.body.id)

  const headers = { ...KEY, "idempotency-key": "order-1009" }
  const first = await create(EXAMPLE, headers)
  // Written otherwise, it is still the same request.
  const { redirect_url, description, amount_cents } = EXAMPLE
  const same = { ttl: null, redirect_url, unknown: 1, description, amount_cents }
  for (const body of [EXAMPLE, same, JSON.stringify(EXAMPLE, null, 2)]) {
    assert.deepEqual((await create(body, headers)).body, first.body)
  }
  await cancel(first.body.id)
  assert.deepEqual((await create(EXAMPLE, headers)).body, first.body)
  for (const other of [{ amount_cents: 600_000 }, { ttl: 60 }, { description: "Else" }]) {
    assertProblem(await create({ ...EXAMPLE, ...other }, headers), 422)
  }
  const theirs = await newMerchant("Same key")
  const other = await create(EXAMPLE, { ...theirs, "idempotency-key": "order-1009" })
  assert.notEqual(other.body.id, first.body.id)
  for (const bad of ["", " ", "x".repeat(256), "ñ"]) {
    assertProblem(await create(EXAMPLE, { ...KEY, "idempotency-key": bad }), 400)
  }
  assert.equal((await create(EXAMPLE, { ...KEY, "idempotency-key": "x".repeat(255) })).status, 200)
})

test("a request that was refused leaves its key free", async () => {
  const headers = { ...KEY, "idempotency-key": "second-thoughts" }
  assertProblem(await create({ ...EXAMPLE, amount_cents: 1 }, headers), 400)
  assert.equal((await create(EXAMPLE, headers)).status, 200)
})

test("a repeat hears its first answer, also when the limits are others by now", async () => {
  const theirs = await newMerchant("Limits")
  const headers = { ...theirs, "idempotency-key": "before" }
  const first = await create(EXAMPLE, headers)
  assert.equal(first.status, 200)
  await gateway.database.query(
    `update terms t set settings = t.settings || '{"maxAmount": "400000"}'
from merchants m where m.id = t.merchant_id and m.name = 'Limits'`,
  )
  const giveUpAt = performance.now() + 5_000
  // Who calls is remembered for a moment.
  while ((await create(EXAMPLE, theirs)).status === 200) assert.ok(performance.now() < giveUpAt)
  const again = await create(EXAMPLE, headers)
  assert.deepEqual([again.status, again.body], [200, first.body])
  const other = { ...headers, "idempotency-key": "after" }
  assertProblem(await create(EXAMPLE, other), 400)
})

test("of two different requests under one key at once, one is made", async () => {
  const headers = { ...KEY, "idempotency-key": "race" }
  const bodies = [500_000, 600_000].map((amount_cents) => ({ ...EXAMPLE, amount_cents }))
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => create(bodies[at % 2], headers)),
  )
  const made = answers.filter(({ status }) => status === 200)
  assert.equal(made.length, 10)
  assert.equal(new Set(made.map(({ body }) => body.id)).size, 1)
  for (const each of answers) if (each.status !== 200) assertProblem(each, 422)
})

test("fifty creates at once under one key make one request and fifty equal answers", async () => {
  const headers = { ...KEY, "idempotency-key": "burst" }
  const body = { ...EXAMPLE, description: "burst" }
  const answers = await Promise.all(Array.from({ length: 50 }, () => create(body, headers)))
  for (const answer of answers) {
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body, answers[0]!.body)
  }
  const text = await Promise.all(
    [1, 2].map(async () => {
      const json = { "content-type": "application/json", ...headers }
      const sent = { method: "POST", headers: json, body: JSON.stringify(body) }
      return (await fetch(base + PATH, sent)).text()
    }),
  )
  assert.equal(text[0], text[1], "to the byte")
  const { rows } = await gateway.database.query("select 1 from payments where description = $1", [
    "burst",
  ])
  assert.equal(rows.length, 1)
})
