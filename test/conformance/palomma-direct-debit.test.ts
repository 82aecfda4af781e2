/** Palomma Direct Debit as its page promises it, and what it answers to everything else. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { openDatabase } from "../../src/db/database.ts"
import { BANKS } from "../../src/dialects/palomma-direct-debit/requests.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import {
  account,
  answerPage,
  assertMessage,
  demoClient,
  idsOf,
  NOBODY,
  newMerchant,
  PERSON,
} from "../support/direct-debit.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { openWire } from "../support/wire.ts"

const gateway = await startGateway({ after })
const { baseUrl: base, apiKey: key = "" } = gateway.credentials.palommaDirectDebit
const client = demoClient(gateway)
const { call, newCustomer, newMethod, past } = client

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
  const instant = await client.make("/paymentMethods", { customerId, type: "bancolombiaInstant" })
  await answerPage(instant.bancolombiaInstant.authUrl, "agree")
  const methods = [
    await newMethod(account(customerId)),
    await newMethod(account(customerId, "123456701")),
    await newMethod({ customerId, type: "nequiInstant", phoneNumber: "3298779391" }),
    instant.id,
  ]
  const seen = new Set<string>()
  for (const paymentMethodId of methods) {
    const made = await client.make("/paymentRequests", { paymentMethodId, amount: 123 })
    assert.equal(made.status, "pending")
    const ended = await past(`/paymentRequests/${made.id}`, ["pending", "processing"])
    for (const body of [made, ended]) {
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
  const active = await past(`/paymentMethods/${methodId}`, ["pending"])
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
  ["GET", `/customers/${NOBODY}`],
  ["POST", "/paymentMethods"],
  ["GET", "/paymentMethods"],
  ["GET", `/paymentMethods/${NOBODY}`],
  ["DELETE", `/paymentMethods/${NOBODY}`],
  ["POST", "/paymentRequests"],
  ["GET", "/paymentRequests"],
  ["GET", `/paymentRequests/${NOBODY}`],
] as const

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
  const { merchantId, credentialId, get } = await newMerchant(gateway, "Revoked")
  assert.equal((await get("/customers")).status, 200)
  await gateway.core.merchants.revoke(merchantId, credentialId)
  const giveUpAt = performance.now() + 3_000
  while ((await get("/customers")).status !== 401) assert.ok(performance.now() < giveUpAt)
})

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
    ["/paymentMethods", { ...bank, customerId: NOBODY }, 404, /^customerId: there is no such/],
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
      { ...charge, paymentMethodId: NOBODY },
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
    const deletes = path === "/paymentMethods/1" ? [] : ["DELETE"]
    for (const method of ["PUT", "PATCH", ...deletes, ...(path.endsWith("/1") ? ["POST"] : [])]) {
      const answer = await call(method, path, {})
      assertMessage(answer, 405, `${method} ${path}`)
      assert.match(answer.headers.get("allow") ?? "", /GET/)
    }
  }
  for (const id of ["1", NOBODY, "%00", "%27", "__proto__"]) {
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
  const { call: as } = await newMerchant(gateway, "Other")
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
    assert.deepEqual(theirs.body, (await as(method, ...asked(NOBODY))).body)
  }
  const empty = { items: [], cursor: null, count: 0 }
  for (const path of PATHS) {
    assert.deepEqual((await as("GET", path)).body, empty)
    assert.deepEqual((await as("GET", `${path}?customerId=${customerId}`)).body, empty)
  }
})

test("what came in by another API is not shown in this one", async () => {
  const payment = await gateway.core.pay.create({
    merchant: (await gateway.core.merchants.findByName("Demo"))!,
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

test("amounts are limited by what a merchant agreed, and types by its rails", async () => {
  const terms = { minAmount: "100050", maxAmount: "500000" }
  const agreed = await newMerchant(gateway, "Agreed", { terms })
  const paymentMethodId = await agreed.newMethod(account(await agreed.newCustomer()))
  for (const [amount, status] of [
    [1_000, 400],
    [1_001, 201],
    [5_000, 201],
    [5_001, 400],
  ] as const) {
    const answer = await agreed.call("POST", "/paymentRequests", { paymentMethodId, amount })
    assert.equal(answer.status, status, `${amount}: ${JSON.stringify(answer.body)}`)
    if (status === 400) {
      assert.equal(answer.body.message, "amount must be between 1001 and 5000 pesos")
    }
  }

  const railless = await newMerchant(gateway, "Without banks", { rails: { bank: "none" } })
  const customerId = await railless.newCustomer()
  for (const body of [account(customerId), { customerId, type: "bancolombiaInstant" }]) {
    const answer = await railless.call("POST", "/paymentMethods", body)
    assertMessage(answer, 400, body.type)
    assert.match(answer.body.message, /^type: .* not offered/)
  }
  const nequi = { customerId, type: "nequiInstant", phoneNumber: "3298779391" }
  assert.equal((await railless.call("POST", "/paymentMethods", nequi)).status, 201)
})

test("a fault of ours is told in this API's shape, and says nothing of it", async () => {
  const id = await newCustomer()
  await gateway.database.query("update customers set person_sealed = '\\x00' where id = $1", [id])
  const answer = await call("GET", `/customers/${id}`)
  assertMessage(answer, 500, "a row that can't be opened")
  assert.doesNotMatch(answer.body.message, /seal|key|decrypt|customers/)
})

test("without its database every endpoint says so, and when to come back", async (t) => {
  const context = lastFirst(t)
  const { url } = await testDatabase(context)
  const wire = await openWire(context, url)
  const cut = await startGateway(context, { DATABASE_URL: wire.url })
  const { call: ask } = demoClient(cut)
  assert.equal((await ask("GET", "/customers")).status, 200)
  const bodies: Record<string, object> = {
    "/customers": PERSON,
    "/paymentMethods": account(NOBODY),
    "/paymentRequests": { paymentMethodId: NOBODY, amount: 123 },
  }
  wire.down = true
  try {
    await endConnections(url)
    for (const [method, path] of ROUTES) {
      const body = method === "POST" ? bodies[path] : undefined
      const answer = await ask(method, path, body, { "idempotency-key": "outage" })
      assertMessage(answer, 503, `${method} ${path}`)
      assert.equal(answer.headers.get("retry-after"), "1")
    }
  } finally {
    // A gateway that never sees its database again could not stop.
    wire.down = false
  }
})

async function endConnections(url: string): Promise<void> {
  const direct = openDatabase({ url })
  await direct.query(
    `select pg_terminate_backend(pid, 1000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await direct.close()
}
