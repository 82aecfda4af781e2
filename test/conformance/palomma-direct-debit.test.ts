/** Palomma Direct Debit as its page promises it, and what it answers to everything else. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { palommaDirectDebit } from "../../src/dialects/palomma-direct-debit/index.ts"
import { BANKS } from "../../src/dialects/palomma-direct-debit/requests.ts"
import { ask, startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { baseUrl: base, apiKey: key = "" } = gateway.credentials.palommaDirectDebit

function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  return ask(method, base + path, { body, headers: { authorization: `Bearer ${key}`, ...headers } })
}

const PERSON = {
  name: "Pepito Perez",
  documentType: "cc",
  documentNumber: "200220422",
  email: "pepito@perez.com",
}

async function newCustomer(over: object = {}): Promise<string> {
  const made = await call("POST", "/customers", { ...PERSON, ...over })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return made.body.id
}

function account(customerId: string, accountNumber = "123456789") {
  return {
    customerId,
    type: "bankAccount",
    bank: "santander",
    accountType: "savings",
    accountNumber,
  }
}

/** Creates a payment method and waits until its bank has spoken. */
async function newMethod(body: object): Promise<string> {
  const made = await call("POST", "/paymentMethods", body)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.equal(made.body.status, "pending")
  await settled(`/paymentMethods/${made.body.id}`, ["pending"])
  return made.body.id
}

/** Reads until the status is another one than these. */
async function settled(path: string, open: string[] = ["pending", "processing"]) {
  const giveUpAt = performance.now() + 10_000
  for (;;) {
    const { body } = await call("GET", path)
    if (!open.includes(body.status)) return body
    assert.ok(performance.now() < giveUpAt, `${path} is still ${body.status}`)
    await sleep(20)
  }
}

/** Each field that the page shows in a payment request, by its path, with what stands in it. */
const FIELDS: Record<string, RegExp> = {
  id: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  status: /^(pending|processing|approved|error)$/,
  customerId: /^[0-9a-f-]{36}$/,
  "customerDetails.name": /^Pepito Perez$/,
  "customerDetails.documentType": /^cc$/,
  "customerDetails.documentNumber": /^200220422$/,
  "customerDetails.email": /^pepito@perez\.com$/,
  paymentMethodId: /^[0-9a-f-]{36}$/,
  "paymentMethodDetails.type": /^(bankAccount|bancolombiaInstant|nequiInstant)$/,
  "paymentMethodDetails.bankAccount.bank": /^santander$/,
  "paymentMethodDetails.bankAccount.accountType": /^savings$/,
  "paymentMethodDetails.bankAccount.accountNumber": /^\d{9}$/,
  "paymentMethodDetails.bancolombiaInstant.affiliate.name": /^Pepito Perez$/,
  "paymentMethodDetails.bancolombiaInstant.affiliate.documentType": /^cc$/,
  "paymentMethodDetails.bancolombiaInstant.affiliate.documentNumber": /^200220422$/,
  "paymentMethodDetails.bancolombiaInstant.affiliate.accountType": /^savings$/,
  "paymentMethodDetails.bancolombiaInstant.affiliate.accountNumber": /^\*\d{4}$/,
  "paymentMethodDetails.nequiInstant.phoneNumber": /^3\d{9}$/,
  currency: /^cop$/,
  amount: /^123$/,
  createdAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  updatedAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  "approvedDetails.status": /^approved$/,
  "approvedDetails.approvedAt": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  "approvedDetails.paidAt": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  "errorDetails.status": /^error$/,
  "errorDetails.errorCode": /^D23$/,
  "errorDetails.errorMessage": /^Not enough funds$/,
  "errorDetails.errorAt": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
}

/** The leaves of an object by their paths. */
function leaves(value: unknown, path = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [[path, value]]
  const under = (name: string) => (path === "" ? name : `${path}.${name}`)
  return Object.entries(value).flatMap(([name, member]) => leaves(member, under(name)))
}

test("the page's own call works, and each field of the page comes with its type", async () => {
  const customerId = await newCustomer()
  const instant = await call("POST", "/paymentMethods", { customerId, type: "bancolombiaInstant" })
  const [merchantId, instrumentId] = [(await demo()).id, instant.body.id]
  const outcome = { state: "active" } as const
  await gateway.core.instruments.report({
    instrumentId,
    customerId,
    merchantId,
    fence: null,
    outcome,
  })
  const methods = [
    await newMethod(account(customerId)),
    await newMethod(account(customerId, "123456701")),
    await newMethod({ customerId, type: "nequiInstant", phoneNumber: "3298779391" }),
    instrumentId,
  ]
  const seen = new Set<string>()
  for (const paymentMethodId of methods) {
    const made = await call("POST", "/paymentRequests", { paymentMethodId, amount: 123 })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal(made.body.status, "pending")
    for (const body of [made.body, await settled(`/paymentRequests/${made.body.id}`)]) {
      for (const [path, value] of leaves(body)) {
        assert.match(String(value), FIELDS[path] ?? /(?!)/, `${path} is ${value}`)
        assert.equal(typeof value, path === "amount" ? "number" : "string", path)
        seen.add(path)
      }
    }
  }
  assert.deepEqual([...seen].sort(), Object.keys(FIELDS).sort())
})

test("customers and payment methods carry the page's fields and no others", async () => {
  const customer = await call("POST", "/customers", PERSON)
  const { id, createdAt, updatedAt, ...person } = customer.body
  assert.deepEqual(person, PERSON)
  assert.match(createdAt, FIELDS["createdAt"]!)
  assert.equal(updatedAt, createdAt)
  assert.deepEqual((await call("GET", `/customers/${id}`)).body, customer.body)

  const method = await call("POST", "/paymentMethods", account(id, "12345678901"))
  const { id: methodId, createdAt: _, updatedAt: __, ...rest } = method.body
  assert.deepEqual(rest, {
    status: "pending",
    customerId: id,
    customerDetails: PERSON,
    type: "bankAccount",
    bankAccount: { bank: "santander", accountType: "savings", accountNumber: "12345678901" },
  })
  const active = await settled(`/paymentMethods/${methodId}`, ["pending"])
  assert.deepEqual(
    { ...active, status: "pending", updatedAt: "" },
    { ...method.body, updatedAt: "" },
  )
  assert.equal(active.status, "active")
})

test("each bank of the page's list is taken", async () => {
  const customerId = await newCustomer()
  const made = await Promise.all(
    BANKS.map((bank) => call("POST", "/paymentMethods", { ...account(customerId), bank })),
  )
  assert.deepEqual(
    made.map(({ status, body }) => [status, body.bankAccount?.bank]),
    BANKS.map((bank) => [201, bank]),
  )
})

const ROUTES = [
  ["POST", "/customers"],
  ["GET", "/customers"],
  ["GET", "/customers/0697129c-26e2-42f1-a000-dc60878d5588"],
  ["POST", "/paymentMethods"],
  ["GET", "/paymentMethods"],
  ["GET", "/paymentMethods/0697129c-26e2-42f1-a000-dc60878d5588"],
  ["POST", "/paymentRequests"],
  ["GET", "/paymentRequests"],
  ["GET", "/paymentRequests/0697129c-26e2-42f1-a000-dc60878d5588"],
] as const

/** An error is `{"message"}` and nothing else. */
function assertMessage(answer: Awaited<ReturnType<typeof call>>, status: number, about: string) {
  assert.equal(answer.status, status, `${about}: ${JSON.stringify(answer.body)}`)
  assert.deepEqual(Object.keys(answer.body), ["message"], about)
  assert.equal(typeof answer.body.message, "string", about)
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/, about)
}

test("without a valid key every endpoint answers 401, before it looks at the body", async () => {
  const keys = [
    "",
    "Bearer",
    "Bearer nobody",
    `Basic ${key}`,
    key,
    `Bearer ${key}x`,
    "Bearer \u00ff",
  ]
  for (const [method, path] of ROUTES) {
    for (const authorization of keys) {
      const headers: Record<string, string> = authorization === "" ? {} : { authorization }
      const body = method === "POST" ? "{nonsense" : undefined
      const answer = await ask(method, base + path, { headers, body })
      assertMessage(answer, 401, `${method} ${path} with ${authorization}`)
      assert.equal(answer.headers.get("www-authenticate"), "Bearer")
    }
  }
})

test("a revoked key is no key", async () => {
  const { core } = gateway
  const merchant = await core.merchants.add({ name: "Revoked" })
  const { credential, apiKey } = await credentialFor(merchant.id)
  const list = () => ask("GET", `${base}/customers`, { headers: bearer(apiKey) })
  assert.equal((await list()).status, 200)
  await core.merchants.revoke(merchant.id, credential.id)
  const giveUpAt = performance.now() + 3_000
  while ((await list()).status !== 401) assert.ok(performance.now() < giveUpAt)
})

function bearer(apiKey: string) {
  return { authorization: `Bearer ${apiKey}` }
}

async function demo() {
  return (await gateway.core.merchants.findByName("Demo"))!
}

async function credentialFor(merchantId: string) {
  const { core } = gateway
  const signingKey = await core.merchants.agree(merchantId, "palomma-direct-debit")
  const issued = palommaDirectDebit.issue(core.ids, { merchantName: "other", signingKey })
  const [secret] = issued.secrets
  const credential = await core.merchants.addCredential(merchantId, "palomma-direct-debit", secret!)
  return { credential, apiKey: issued.shown["apiKey"]! }
}

const DEEP = `${"[".repeat(60)}${"]".repeat(60)}`
const PATHS = ["/customers", "/paymentMethods", "/paymentRequests"] as const

/** Bodies that are wrong whatever they are sent to, as they stand on the wire. */
const WRONG: [body: string, type: string, status: number][] = [
  ["", "application/json", 400],
  ["{", "application/json", 400],
  ["nonsense", "application/json", 400],
  ["null", "application/json", 400],
  ["[]", "application/json", 400],
  ['"text"', "application/json", 400],
  ["12", "application/json", 400],
  ["{}", "application/json", 400],
  [DEEP, "application/json", 400],
  ['{"__proto__":{"amount":1}}', "application/json", 400],
  ['{"constructor":{"prototype":{"amount":1}}}', "application/json", 400],
  ["a=1", "application/x-www-form-urlencoded", 415],
  ["{}", "text/plain", 415],
  ["<a/>", "application/xml", 415],
  [`{"name":"${"x".repeat(1_048_576)}"}`, "application/json", 413],
]

test("bodies that can't be read are told apart, in this API's shape", async () => {
  for (const path of PATHS) {
    for (const [body, type, status] of WRONG) {
      const answer = await call("POST", path, body, { "content-type": type })
      assertMessage(answer, status, `${path} ${type} ${body.slice(0, 50)}`)
    }
  }
})

test("members that are missing or wrong are named, and nothing is half-created", async () => {
  const customerId = await newCustomer()
  const paymentMethodId = await newMethod(account(customerId))
  const bank = account(customerId)
  const charge = { paymentMethodId, amount: 123 }
  const unknown = "0697129c-26e2-42f1-a000-dc60878d5588"
  const rows: [path: string, body: object, status: number, said: RegExp][] = [
    ["/customers", { ...PERSON, name: undefined }, 400, /^name is required$/],
    ["/customers", { ...PERSON, name: "" }, 400, /^name: must be text of 1 to 200/],
    ["/customers", { ...PERSON, name: 12 }, 400, /^name: must be text/],
    ["/customers", { ...PERSON, name: "a\u0000b" }, 400, /NUL/],
    ["/customers", { ...PERSON, name: "\ud800" }, 400, /Unicode/],
    ["/customers", { ...PERSON, documentType: undefined }, 400, /^documentType is required$/],
    [
      "/customers",
      { ...PERSON, documentType: "ti" },
      400,
      /^documentType: must be one of cc, ce, nit$/,
    ],
    ["/customers", { ...PERSON, documentNumber: 200220422 }, 400, /^documentNumber: must be text$/],
    ["/customers", { ...PERSON, email: "pepito" }, 400, /^email: must be an e-mail address$/],
    ["/paymentMethods", { ...bank, type: undefined }, 400, /^type: must be one of bankAccount/],
    ["/paymentMethods", { ...bank, type: "card" }, 400, /^type: must be one of bankAccount/],
    ["/paymentMethods", { ...bank, bank: undefined }, 400, /^bank is required$/],
    ["/paymentMethods", { ...bank, bank: "nobank" }, 400, /^bank: must be one of santander/],
    ["/paymentMethods", { ...bank, accountType: "x" }, 400, /^accountType: must be one of savings/],
    [
      "/paymentMethods",
      { ...bank, accountNumber: 123456789 },
      400,
      /^accountNumber: must be 6 to 20/,
    ],
    ["/paymentMethods", { ...bank, accountNumber: "1234 5678" }, 400, /^accountNumber: must be 6/],
    ["/paymentMethods", { ...bank, customerId: undefined }, 400, /^customerId is required$/],
    ["/paymentMethods", { ...bank, customerId: unknown }, 404, /^customerId: there is no such/],
    ["/paymentMethods", { ...bank, customerId: "<string>" }, 404, /^customerId: there is no such/],
    ["/paymentMethods", { ...bank, customerId: paymentMethodId }, 404, /^customerId: there is no/],
    ["/paymentRequests", { amount: 123 }, 400, /^paymentMethodId is required$/],
    ["/paymentRequests", { paymentMethodId }, 400, /^amount is required$/],
    [
      "/paymentRequests",
      { ...charge, amount: "123" },
      400,
      /^amount: must be a whole number of pesos$/,
    ],
    ["/paymentRequests", { ...charge, amount: null }, 400, /^amount: must be a whole number/],
    ["/paymentRequests", { ...charge, amount: 123.5 }, 400, /^amount: must be a whole number/],
    ["/paymentRequests", { ...charge, amount: 2 ** 53 }, 400, /^amount: must be a whole number/],
    [
      "/paymentRequests",
      { ...charge, amount: -1 },
      400,
      /^amount must be between 1 and 2000000 pesos$/,
    ],
    [
      "/paymentRequests",
      { ...charge, amount: 0 },
      400,
      /^amount must be between 1 and 2000000 pesos$/,
    ],
    [
      "/paymentRequests",
      { ...charge, amount: 2_000_001 },
      400,
      /^amount must be between 1 and 2000000/,
    ],
    [
      "/paymentRequests",
      { ...charge, paymentMethodId: 7 },
      400,
      /^paymentMethodId: must be an id$/,
    ],
    [
      "/paymentRequests",
      { ...charge, paymentMethodId: unknown },
      404,
      /^paymentMethodId: there is no/,
    ],
    [
      "/paymentRequests",
      { ...charge, paymentMethodId: "<string>" },
      404,
      /^paymentMethodId: there/,
    ],
    [
      "/paymentRequests",
      { ...charge, paymentMethodId: customerId },
      404,
      /^paymentMethodId: there/,
    ],
  ]
  const before = await counts()
  for (const [path, body, status, said] of rows) {
    const answer = await call("POST", path, body)
    assertMessage(answer, status, `${path} ${JSON.stringify(body)}`)
    assert.match(answer.body.message, said)
  }
  assert.deepEqual(await counts(), before)
  for (const amount of [1, 2_000_000]) {
    assert.equal((await call("POST", "/paymentRequests", { ...charge, amount })).status, 201)
  }
})

async function counts(): Promise<number[]> {
  const { rows } = await gateway.database.query<{ n: bigint }>(
    `select count(*) as n from customers union all select count(*) from instruments
union all select count(*) from payments union all select count(*) from attempts`,
  )
  return rows.map((row) => Number(row.n))
}

test("members that are not known are ignored, and ids are read whatever their case", async () => {
  const customerId = (await newCustomer({ phoneNumber: "x", reference: 7 })).toUpperCase()
  const made = await call("POST", "/paymentMethods", { ...account(customerId), phoneNumber: "x" })
  assert.equal(made.status, 201)
  assert.equal(made.body.customerId, customerId.toLowerCase())
  assert.equal((await call("GET", `/customers/${customerId}`)).body.id, customerId.toLowerCase())
})

test("a method that is not active can't be charged", async () => {
  const customerId = await newCustomer()
  const failed = await newMethod(account(customerId, "123456703"))
  const waiting = await call("POST", "/paymentMethods", { customerId, type: "bancolombiaInstant" })
  assert.equal((await call("GET", `/paymentMethods/${failed}`)).body.status, "error")
  for (const paymentMethodId of [failed, waiting.body.id]) {
    const answer = await call("POST", "/paymentRequests", { paymentMethodId, amount: 123 })
    assertMessage(answer, 400, "not active")
    assert.match(answer.body.message, /^paymentMethodId: /)
  }
})

test("unknown paths, methods and ids are answered in this API's shape", async () => {
  for (const path of ["", "/", "/nothing", "/customers/1/2", "/paymentrequests"]) {
    assertMessage(await call("GET", path), 404, path)
  }
  for (const path of [...PATHS, ...PATHS.map((each) => `${each}/1`)]) {
    for (const method of ["PUT", "PATCH", "DELETE", ...(path.endsWith("/1") ? ["POST"] : [])]) {
      const answer = await call(method, path, {})
      assertMessage(answer, 405, `${method} ${path}`)
      assert.match(answer.headers.get("allow") ?? "", /GET/)
    }
  }
  for (const id of ["1", "0697129c-26e2-42f1-a000-dc60878d5588", "%00", "%27", "__proto__"]) {
    for (const path of PATHS) {
      const answer = await call("GET", `${path}/${id}`)
      assertMessage(answer, id === "%00" ? 400 : 404, `${path}/${id}`)
    }
  }
  assertMessage(await call("GET", `/customers/${"x".repeat(300)}`), 400, "a long id")
})

test("what another merchant has does not exist", async () => {
  const customerId = await newCustomer()
  const paymentMethodId = await newMethod(account(customerId))
  const made = await call("POST", "/paymentRequests", { paymentMethodId, amount: 123 })
  const { core } = gateway
  const other = await core.merchants.add({ name: "Other" })
  const { apiKey } = await credentialFor(other.id)
  const as = (method: string, path: string, body?: unknown) =>
    ask(method, base + path, { body, headers: bearer(apiKey) })
  const unknown = "0697129c-26e2-42f1-a000-dc60878d5588"
  const pairs: [string, string, (id: string) => [string, unknown?]][] = [
    ["GET", customerId, (id) => [`/customers/${id}`]],
    ["GET", paymentMethodId, (id) => [`/paymentMethods/${id}`]],
    ["GET", made.body.id, (id) => [`/paymentRequests/${id}`]],
    ["POST", customerId, (id) => ["/paymentMethods", account(id)]],
    ["POST", paymentMethodId, (id) => ["/paymentRequests", { paymentMethodId: id, amount: 123 }]],
  ]
  for (const [method, id, asked] of pairs) {
    const theirs = await as(method, ...asked(id))
    assertMessage(theirs, 404, `${method} ${asked(id)[0]}`)
    assert.deepEqual(theirs.body, (await as(method, ...asked(unknown))).body)
  }
  const empty = { items: [], cursor: null, count: 0 }
  for (const path of PATHS) {
    assert.deepEqual((await as("GET", path)).body, empty)
    assert.deepEqual((await as("GET", `${path}?customerId=${customerId}`)).body, empty)
  }
})

test("what came in by another API is not shown in this one", async () => {
  const payment = await gateway.core.pay.create({
    merchant: await demo(),
    dialect: "caudal",
    kind: "charge",
    reference: null,
    amount: 12_300n,
    asset: "COP",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: null,
    repeat: "answer",
  })
  assert.ok("payment" in payment)
  assertMessage(await call("GET", `/paymentRequests/${payment.payment.id}`), 404, "another API's")
  assert.ok(!idsOf(await call("GET", "/paymentRequests")).includes(payment.payment.id))
})

test("lists come newest first, in pages whose cursors lead through all of them", async () => {
  const { core } = gateway
  const { apiKey } = await credentialFor((await core.merchants.add({ name: "Lists" })).id)
  const as = (method: string, path: string, body?: unknown) =>
    ask(method, base + path, { body, headers: bearer(apiKey) })
  const ids: string[] = []
  for (let at = 0; at < 25; at += 1) {
    ids.unshift((await as("POST", "/customers", { ...PERSON, name: `Customer ${at}` })).body.id)
  }
  const first = await as("GET", "/customers")
  assert.deepEqual(Object.keys(first.body), ["items", "cursor", "count"])
  assert.equal(first.body.count, 20)
  assert.deepEqual(idsOf(first), ids.slice(0, 20))
  const rest = await as("GET", `/customers?cursor=${first.body.cursor}`)
  assert.deepEqual([idsOf(rest), rest.body.cursor, rest.body.count], [ids.slice(20), null, 5])
  const exact = await as("GET", "/customers?limit=25&unknown=1")
  assert.deepEqual([idsOf(exact), exact.body.cursor], [ids, null])

  for (const query of [
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=1.5",
    "limit=",
    "limit=1&limit=2",
  ]) {
    const answer = await as("GET", `/paymentRequests?${query}`)
    assertMessage(answer, 400, query)
    assert.equal(answer.body.message, "limit: must be a whole number from 1 to 100")
  }
  for (const cursor of ["", "x", ids[0]!, `${first.body.cursor}A`, "%F0%9F%A6%A9"]) {
    const answer = await as("GET", `/customers?cursor=${cursor}`)
    assertMessage(answer, 400, cursor)
    assert.equal(answer.body.message, "cursor: must be the cursor of a page")
  }
})

function idsOf({ body }: Awaited<ReturnType<typeof call>>): string[] {
  return body.items.map((item: { id: string }) => item.id)
}

test("lists are filtered by status and customer, and hold what a read answers", async () => {
  const [one, two] = [await newCustomer(), await newCustomer()]
  const active = await newMethod(account(one))
  const failed = await newMethod(account(one, "123456702"))
  const other = await newMethod(account(two, "123456709"))
  const waiting = (
    await call("POST", "/paymentMethods", { customerId: two, type: "bancolombiaInstant" })
  ).body.id
  const charged = (await call("POST", "/paymentRequests", { paymentMethodId: active, amount: 5 }))
    .body.id
  const slow = (await call("POST", "/paymentRequests", { paymentMethodId: other, amount: 5 })).body
    .id
  await settled(`/paymentRequests/${charged}`)
  await settled(`/paymentRequests/${slow}`, ["pending"])

  const rows: [query: string, ids: string[]][] = [
    [`/paymentMethods?customerId=${one}`, [failed, active]],
    [`/paymentMethods?customerId=${one}&status=error`, [failed]],
    [`/paymentMethods?customerId=${two}&status=pending`, [waiting]],
    [`/paymentMethods?customerId=${two}&status=active`, [other]],
    [`/paymentRequests?customerId=${one}`, [charged]],
    [`/paymentRequests?customerId=${one}&status=approved`, [charged]],
    [`/paymentRequests?customerId=${one}&status=error`, []],
    [`/paymentRequests?customerId=${two}&status=processing`, [slow]],
    ["/paymentRequests?customerId=nobody", []],
  ]
  for (const [query, ids] of rows) {
    const page = await call("GET", query)
    assert.deepEqual(idsOf(page), ids, query)
    for (const item of page.body.items) {
      const path = `${query.split("?")[0]}/${item.id}`
      assert.deepEqual((await call("GET", path)).body, item, path)
    }
  }
  assertMessage(await call("GET", "/paymentRequests?status=paid"), 400, "status")
})

test("fifty creates under one Idempotency-Key make one thing and fifty equal answers", async () => {
  const customerId = await newCustomer()
  const paymentMethodId = await newMethod(account(customerId))
  const bodies: [path: string, body: object, other: object][] = [
    ["/customers", PERSON, { ...PERSON, name: "Another" }],
    ["/paymentMethods", account(customerId), account(customerId, "987654321")],
    ["/paymentRequests", { paymentMethodId, amount: 123 }, { paymentMethodId, amount: 124 }],
  ]
  for (const [path, body, other] of bodies) {
    // The same key for each endpoint: its scope is one path.
    const headers = { "idempotency-key": "order-1009" }
    const before = await counts()
    const many = await Promise.all(
      Array.from({ length: 50 }, () => call("POST", path, body, headers)),
    )
    assert.deepEqual(new Set(many.map(({ status }) => status)), new Set([201]))
    assert.equal(new Set(many.map((each) => JSON.stringify(each.body))).size, 1)
    const made = (await counts()).map((count, at) => count - before[at]!)
    assert.ok(Math.max(...made) === 1, `${path}: ${made}`)
    const conflict = await call("POST", path, other, headers)
    assertMessage(conflict, 422, path)
    assert.match(conflict.body.message, /^Idempotency-Key: /)
    const plain = (await call("POST", path, body)).body
    assert.notEqual(plain.id, many[0]!.body.id)
    assert.deepEqual(Object.keys(plain), Object.keys(many[0]!.body))
  }
  for (const bad of ["", "x".repeat(256), "two words"]) {
    const answer = await call("POST", "/customers", PERSON, { "idempotency-key": bad })
    assertMessage(answer, 400, bad)
  }
})

test("a refusal under an Idempotency-Key is remembered in this API's shape", async () => {
  const customerId = await newCustomer()
  const paymentMethodId = await newMethod(account(customerId, "123456703"))
  const headers = { "idempotency-key": "refused-1" }
  const charge = () => call("POST", "/paymentRequests", { paymentMethodId, amount: 1 }, headers)
  const first = await charge()
  assertMessage(first, 400, "refused")
  assert.deepEqual((await charge()).body, first.body)
})
