/** Pentagoo as its page promises it, and what it answers to everything else. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { after, test } from "node:test"
import { promisify } from "node:util"
import { pentagoo } from "../../src/dialects/pentagoo/index.ts"
import { ask, startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { baseUrl: base, key, secret } = gateway.credentials.pentagoo
const OAUTH = { oauth: `${key}:${secret}` }
const PATH = "/api/payment/create"

let made = 0
/** A body that is right, under a refId of its own. */
function order(over: object = {}) {
  made += 1
  return { refId: `ORD-${made}`, description: "2 x cafe", amount: "25.50", ...over }
}

function create(body: unknown, headers: Record<string, string> = OAUTH) {
  return ask("POST", base + PATH, { body, headers })
}

function read(path: string, headers: Record<string, string> = OAUTH) {
  return ask("GET", base + path, { headers })
}

const PHRASES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Payload Too Large",
  415: "Unsupported Media Type",
}

type Answer = Awaited<ReturnType<typeof ask>>

/** The vendor's one error shape, and nothing in it but its two fields. */
function assertProblem(answer: Answer, status: number, detail?: RegExp): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.deepEqual(answer.body, { code: String(status), message: PHRASES[status] })
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/)
  if (detail) assert.match(answer.headers.get("caudal-detail") ?? "", detail)
}

/** Each field of the answer to a create, with what stands in it. */
const FIELDS: Record<string, RegExp> = {
  paymentId: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  refId: /^ORD-\d+$/,
  description: /^2 x cafe$/,
  amount: /^25\.50$/,
  currency: /^USD$/,
  status: /^pending$/,
  url: /^http:\/\/127\.0\.0\.1:\d+\/pay\/[0-9a-f-]{36}$/,
  expiresAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
}

test("a create answers every field, with its type", async () => {
  const answer = await create(order())
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/)
  const { options, ...fields } = answer.body
  assert.deepEqual(Object.keys(fields).sort(), Object.keys(FIELDS).sort())
  for (const [field, shape] of Object.entries(FIELDS)) assert.match(fields[field], shape, field)
  assert.ok(options.length > 0)
  for (const option of options) {
    const names = ["blockchain", "chainId", "token", "amount", "address", "uri"]
    assert.deepEqual(Object.keys(option), names)
    assert.equal(typeof option.chainId, "number")
    assert.match(option.amount, /^25\.50$/)
    assert.match(option.address, /^0x[0-9a-f]{40}$/i)
    assert.match(option.uri, new RegExp(`^ethereum:0x[0-9a-f]{40}@${option.chainId}/transfer\\?`))
  }
  const left = Date.parse(fields.expiresAt) - gateway.core.clock.now().getTime()
  assert.ok(left > 59 * 60_000 && left <= 60 * 60_000, `${left} ms to pay`)
})

test("the curl that is shown works", async () => {
  const shown = gateway.sandbox.find(({ dialect }) => dialect === "pentagoo")!
  const { stdout } = await promisify(execFile)("sh", ["-c", `${shown.curl} -s`])
  assert.equal(JSON.parse(stdout).status, "pending")
})

test("amounts are text with at most two decimals, and perhaps a currency", async () => {
  const rows: [sent: unknown, answered: [amount: string, currency: string] | null][] = [
    ["100.00", ["100.00", "USD"]],
    ["100.00 USD", ["100.00", "USD"]],
    ["100", ["100.00", "USD"]],
    ["100.5", ["100.50", "USD"]],
    ["0.01", ["0.01", "USD"]],
    ["007", ["7.00", "USD"]],
    ["999999999999999.99", ["999999999999999.99", "USD"]],
    ["40000 COP", ["40000.00", "COP"]],
    ["950 CLP", ["950.00", "CLP"]],
    ["950.50 CLP", null],
    ["100.00 XYZ", null],
    ["100.00 usd", null],
    ["100.00USD", null],
    ["100.00  USD", null],
    ["1000000000000000", null],
    [100, null],
    [25.5, null],
    [null, null],
    [["25.50"], null],
    ["0", null],
    ["0.00", null],
    ["-1", null],
    ["+1", null],
    ["1e3", null],
    ["1,000.00", null],
    ["1.000,00", null],
    ["25.505", null],
    [".50", null],
    ["25.", null],
    [" 25.50", null],
    ["25.50\n", null],
    ["٢٥", null],
    ["NaN", null],
    ["Infinity", null],
    ["0x10", null],
    ["", null],
  ]
  for (const [amount, answered] of rows) {
    const answer = await create(order({ amount }))
    if (answered === null) assertProblem(answer, 400, /^amount/)
    else assert.deepEqual([answer.body.amount, answer.body.currency], answered, String(amount))
  }
})

test("bad fields are refused, and each of them is named", async () => {
  const rows: [about: string, body: unknown, detail: RegExp][] = [
    ["no refId", order({ refId: undefined }), /refId is required/],
    ["no description", order({ description: undefined }), /description is required/],
    ["no amount", order({ amount: undefined }), /amount is required/],
    ["nothing", {}, /refId is required; description is required; amount is required/],
    ["empty refId", order({ refId: "" }), /refId/],
    ["blank refId", order({ refId: "  " }), /refId/],
    ["long refId", order({ refId: "x".repeat(129) }), /refId/],
    ["refId with a line end", order({ refId: "a\nb" }), /refId/],
    ["refId with NUL", order({ refId: "a\u0000b" }), /NUL/],
    ["refId as a number", order({ refId: 1009 }), /refId/],
    ["lone surrogate", order({ description: "\ud800" }), /./],
    ["empty description", order({ description: "" }), /description/],
    ["long description", order({ description: "x".repeat(501) }), /description/],
    ["description as an object", order({ description: {} }), /description/],
    ["a list", [order()], /JSON object/],
    ["text", '"text"', /JSON object/],
    ["null", "null", /JSON object/],
    ["no JSON", '{"refId":', /JSON/],
    ["an empty body", "", /empty/],
    ["a polluting key", '{"__proto__":{"refId":"x"}}', /./],
    ["another", order({ constructor: { prototype: 1 } }), /./],
    ["deep nesting", `{"refId":${"[".repeat(60)}${"]".repeat(60)}}`, /./],
  ]
  for (const [about, body, detail] of rows) {
    const answer = await create(body)
    assertProblem(answer, 400, detail)
    assert.ok(answer.headers.get("caudal-detail"), about)
  }
})

test("text at its limits is taken as it is", async () => {
  const rows = [
    order({ refId: "x".repeat(128) }),
    order({ refId: "pedido n.º 7 / año ñ 😀" }),
    order({ description: "x".repeat(500) }),
    order({ description: "línea 1\nlínea 2 <b>&" }),
    order({ unknown: 1, toString: "x" }),
  ]
  for (const body of rows) {
    const { status, body: answer } = await create(body)
    assert.equal(status, 200)
    assert.deepEqual([answer.refId, answer.description], [body.refId, body.description])
    const found = await read(`/api/payment?refId=${encodeURIComponent(body.refId)}`)
    assert.equal(found.body.paymentId, answer.paymentId)
  }
})

test("only the right OAuth header opens the door", async () => {
  const upper = `${key!.toUpperCase()}:${secret}`
  assert.equal((await create(order(), { oauth: upper })).status, 200)
  const rows: Record<string, string>[] = [
    {},
    { oauth: "" },
    { oauth: key! },
    { oauth: `${key}:` },
    { oauth: `:${secret}` },
    { oauth: `${secret}:${key}` },
    { oauth: `${key}:${secret!.toUpperCase()}` },
    { oauth: `${key}:${"0".repeat(32)}` },
    { oauth: `${"0".repeat(8)}-0000-4000-8000-${"0".repeat(12)}:${secret}` },
    { oauth: `Bearer ${key}:${secret}` },
    { oauth: Buffer.from(`${key}:${secret}`).toString("base64") },
    { authorization: `${key}:${secret}` },
  ]
  for (const headers of rows) {
    assertProblem(await create(order(), headers), 401)
    assertProblem(await read("/api/payment/x", headers), 401)
  }
  // Whoever isn't known learns nothing about the body either.
  assertProblem(await create("no JSON", {}), 401)
})

test("unknown paths, methods, types and sizes are answered in the same shape", async () => {
  const huge = order({ description: "x".repeat(1_048_576) })
  assertProblem(await create(huge), 413)
  assertProblem(await create(order(), { ...OAUTH, "content-type": "text/plain" }), 415)
  assertProblem(await create("refId=1", { ...OAUTH, "content-type": "multipart/form-data" }), 415)
  for (const path of ["", "/", "/api", "/api/payment/create/x", "/api/payments"]) {
    assertProblem(await read(path), 404)
  }
  for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
    const answer = await ask(method, base + PATH, { headers: OAUTH })
    assertProblem(answer, 405)
    assert.equal(answer.headers.get("allow"), "POST")
  }
  assertProblem(await ask("POST", `${base}/api/payment`, { headers: OAUTH, body: {} }), 405)
})

test("the same refId again is the same payment, and a different one a conflict", async () => {
  const first = order({ amount: "10" })
  const { body: payment } = await create(first)
  for (const amount of ["10", "10.0", "10.00 USD"]) {
    assert.deepEqual((await create({ ...first, amount })).body, payment)
  }
  const rows: [over: object, detail: RegExp][] = [
    [{ amount: "10.01" }, /refId .*amount/],
    [{ amount: "10.00 EUR" }, /refId .*currency/],
    [{ description: "3 x cafe" }, /refId .*description/],
    [{ description: "3 x cafe", amount: "9" }, /refId .*amount and another description/],
  ]
  for (const [over, detail] of rows) assertProblem(await create({ ...first, ...over }), 400, detail)
  assert.deepEqual((await read(`/api/payment?refId=${first.refId}`)).body.amount, "10.00")
})

test("fifty creates at once under one refId make one payment and fifty equal answers", async () => {
  const body = order()
  const answers = await Promise.all(Array.from({ length: 50 }, () => create(body)))
  for (const answer of answers) {
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body, answers[0]!.body)
  }
  const { rows } = await gateway.database.query("select 1 from payments where reference = $1", [
    body.refId,
  ])
  assert.equal(rows.length, 1)
})

test("a payment is read by its id and by its refId", async () => {
  const { body: payment } = await create(order())
  const expected = { ...payment, received: [], hash: null }
  assert.deepEqual((await read(`/api/payment/${payment.paymentId}`)).body, expected)
  assert.deepEqual((await read(`/api/payment?refId=${payment.refId}`)).body, expected)
  const absent = "01a1f93c-a1f7-4087-826d-012a03a88b87"
  for (const path of [absent, "nothing", "1", `${payment.paymentId}x`, "%00", "a'b"]) {
    const answer = await read(`/api/payment/${path}`)
    assert.ok([400, 404].includes(answer.status), path)
    assertProblem(answer, answer.status)
  }
  assertProblem(await read("/api/payment?refId=nothing"), 404)
  assertProblem(await read("/api/payment"), 400, /refId/)
  assertProblem(await read("/api/payment?refId=a&refId=b"), 400, /refId/)
})

test("merchants do not see each other, even under the same refId", async () => {
  const { core } = gateway
  const other = await core.merchants.add({ name: "Other" })
  const signingKey = await core.merchants.agree(other.id, "pentagoo", { currency: "EUR" })
  const issued = pentagoo.issue(core.ids, { merchantName: other.name, signingKey })
  for (const each of issued.secrets) {
    await core.merchants.addCredential(other.id, "pentagoo", each)
  }
  const theirs = { oauth: `${issued.shown["key"]}:${issued.shown["secret"]}` }

  const body = order()
  const { body: ours } = await create(body)
  assertProblem(await read(`/api/payment/${ours.paymentId}`, theirs), 404)
  assertProblem(await read(`/api/payment?refId=${body.refId}`, theirs), 404)
  const same = await create({ ...body, amount: "1" }, theirs)
  assert.notEqual(same.body.paymentId, ours.paymentId)
  assert.equal(same.body.currency, "EUR")
  assertProblem(await read(`/api/payment/${same.body.paymentId}`), 404)
})

test("what was agreed with a merchant bounds its amounts and its payers' time", async () => {
  const { core } = gateway
  const other = await core.merchants.add({ name: "Bounded" })
  const terms = { minAmount: "100", maxAmount: "5000", ttlSeconds: 90 }
  const signingKey = await core.merchants.agree(other.id, "pentagoo", terms)
  const issued = pentagoo.issue(core.ids, { merchantName: other.name, signingKey })
  for (const each of issued.secrets) {
    await core.merchants.addCredential(other.id, "pentagoo", each)
  }
  const headers = { oauth: `${issued.shown["key"]}:${issued.shown["secret"]}` }
  assertProblem(await create(order({ amount: "0.99" }), headers), 400, /amount/)
  assertProblem(await create(order({ amount: "50.01" }), headers), 400, /amount/)
  assertProblem(await create(order({ amount: "20 EUR" }), headers), 400, /USD/)
  const { status, body } = await create(order({ amount: "50.00" }), headers)
  assert.equal(status, 200)
  const left = Date.parse(body.expiresAt) - gateway.core.clock.now().getTime()
  assert.ok(left > 80_000 && left <= 90_000, `${left} ms to pay`)
})

test("nothing of what was refused is there", async () => {
  const count = async () => {
    const { rows } = await gateway.database.query<{ count: string }>(
      "select (select count(*) from payments) + (select count(*) from events) as count",
    )
    return rows[0]!.count
  }
  const before = await count()
  await create(order({ amount: "0" }))
  await create(order({ refId: "" }))
  await create(order(), {})
  await create(order({ amount: "1 XYZ" }))
  assert.equal(await count(), before)
})
