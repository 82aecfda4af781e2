/** Each row of Tapila's table of errors brought about by a request, and every kind of bad input. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { openDatabase } from "../../src/db/database.ts"
import { mountDialect } from "../../src/dialects/mount.ts"
import { tapila } from "../../src/dialects/tapila/index.ts"
import { makeLogger } from "../../src/http/log.ts"
import { makeMetrics } from "../../src/http/metrics.ts"
import { makeServer } from "../../src/http/server.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { type Answer, addClient, demoClient, recharge, says } from "../support/tapila.ts"
import { openWire } from "../support/wire.ts"

const context = lastFirst({ after })
const { url } = await testDatabase(context)
const wire = await openWire(context, url)
const gateway = await startGateway(context, { DATABASE_URL: wire.url })
const { core } = gateway
const { baseUrl: base, clientUsername } = gateway.credentials.tapila
const demo = await demoClient(gateway)
const once = await addClient(gateway, "Once", { identifierLimit: 1, requestsPerMinute: 0 })
const poor = await addClient(gateway, "Poor", { feeFixed: "1" }, 150_000n)
const elsewhere = await addClient(gateway, "Elsewhere", {}, 0n, { rails: { recharge: "none" } })
const hurried = await addClient(gateway, "Hurried", { requestsPerMinute: 1 })
await hurried.call("GET", "/AR-R-0901")
await demo.recharge({ externalPaymentId: "used" })
await once.recharge({ identifierValue: "1155550199" })

/** The same program as if it were live, with two things in it that fail. */
const faulty = makeServer({
  clock: core.clock,
  ids: core.ids,
  logger: makeLogger({ level: "silent" }),
  metrics: makeMetrics(),
  mode: "sandbox",
})
const broken = async () => {
  throw new Error("broken")
}
await mountDialect(faulty, tapila, {
  ...core,
  mode: "live",
  pay: { ...core.pay, create: broken },
  // Found out only as the answer is written.
  catalogue: {
    ...core.catalogue,
    find: async (code) => ({ ...(await core.catalogue.find(code))!, name: null as never }),
  },
})
await faulty.listen({ host: "127.0.0.1", port: 0 })
context.after(() => faulty.close())
const faultyUrl = `http://127.0.0.1:${(faulty.server.address() as AddressInfo).port}/tapila`

const proof = { "x-authorization-token": demo.token, "x-api-key": demo.shown["apiKey"]! }
const post = (body: unknown) => demo.call("POST", "/payment", body)
const ERRORS: [says: string, what: string, request: () => Promise<Answer>][] = [
  ["400 XPA04000", "JSON that isn't", () => post("{")],
  ["400 XPA04000", "a missing field", () => demo.recharge({ companyCode: undefined })],
  ["400 XPA04023", "a missing product", () => demo.recharge({ productId: undefined })],
  ["400 RPA04022", "a malformed amount", () => demo.recharge({ amount: 1.005 })],
  ["400 RPA04041", "an amount that isn't sold", () => demo.recharge({ amount: 1 })],
  ["400 XPA04001", "a number that is none", () => demo.recharge({ identifierValue: "11" })],
  ["400 XPA04402", "too little in the wallet", () => poor.recharge({ amount: 1500 })],
  [
    "401 ALO04140",
    "a wrong password",
    () => ask("POST", `${base}/login`, { body: { clientUsername, password: "x" } }),
  ],
  ["401 XCX04140", "no token", () => ask("GET", `${base}/recharges`)],
  [
    "403 XCX04143",
    "no key",
    () => demo.call("GET", "/recharges", undefined, { "x-api-key": "none" }),
  ],
  ["403 XCX04143", "a client without recharges", () => elsewhere.recharge()],
  ["404 XCX04325", "an unknown company", () => demo.call("GET", "/AR-R-9999")],
  ["404 XCX04325", "one in a recharge", () => demo.recharge({ companyCode: "AR-R-9999" })],
  ["404 RPA04345", "an unknown product", () => demo.recharge({ productId: "99" })],
  ["404 XPA04340", "an unknown operation", () => demo.call("GET", "/operation/none")],
  ["404 XCX04304", "an unknown path", () => demo.call("GET", "/none/such")],
  ["405 XCX04305", "another method", () => demo.call("PUT", "/payment", {})],
  ["409 XPA04626", "an id that was used", () => demo.recharge({ externalPaymentId: "used" })],
  ["413 XPA04013", "a large body", () => post({ a: "x".repeat(300_000) })],
  [
    "415 XPA04015",
    "a body of another type",
    () => demo.call("POST", "/payment", "x", { "content-type": "text/plain" }),
  ],
  ["429 RPA04680", "a number too often", () => once.recharge({ identifierValue: "1155550199" })],
  ["429 XCX04680", "too many requests", () => hurried.recharge()],
  ["500 XX05000", "a refusal", () => demo.recharge({ identifierValue: "1155550101" })],
  [
    "500 XPA05170",
    "a fault of ours",
    () => ask("POST", `${faultyUrl}/payment`, { headers: proof, body: recharge() }),
  ],
  [
    "500 XPA05170",
    "a fault of ours before an answer that may be kept",
    () => ask("GET", `${faultyUrl}/AR-R-0901`, { headers: proof }),
  ],
  ["503 XCX05030", "a database that is away", () => withoutDatabase(() => demo.recharge())],
]
for (const [expected, what, request] of ERRORS) {
  test(`${what} is answered ${expected}, with the ids of the request`, async () => {
    const answer = await request()
    assert.equal(says(answer), expected)
    assert.notEqual(answer.body.tx, answer.body.mainTx)
    const id = answer.headers.get("x-request-id")!
    assert.ok(id.endsWith(answer.body.mainTx), id)
    assert.equal(answer.headers.get("cache-control"), "no-store")
    assert.match(answer.headers.get("content-type")!, /^application\/json\b/)
  })
}

test("the table above has every row of the README's", () => {
  const folder = join(import.meta.dirname, "../../src/dialects/tapila")
  const readme = readFileSync(join(folder, "README.md"), "utf8")
  const rows = [...readme.matchAll(/^\| (\d{3}) \| \**([A-Z]{2,3}\d{5})\** \|/gm)]
  const written = rows.map(([, status, code]) => `${status} ${code}`)
  assert.deepEqual([...new Set(ERRORS.map(([each]) => each))].sort(), written.sort())
})

test("live, a client has 6,000 requests a minute unless it agreed on another number", async () => {
  for (const [client, limit] of [
    [demo, "6000"],
    [hurried, "1"],
    [once, null],
  ] as const) {
    const headers = { "x-authorization-token": client.token, "x-api-key": client.shown["apiKey"]! }
    const answer = await ask("POST", `${faultyUrl}/wallet/balance`, { headers })
    // The one that has a single request may have used it on another node within this minute.
    assert.ok(answer.status === 200 || client === hurried, String(answer.status))
    assert.equal(answer.headers.get("x-ratelimit-limit"), limit)
  }
})

async function withoutDatabase<T>(work: () => Promise<T>): Promise<T> {
  wire.down = true
  const direct = openDatabase({ url })
  try {
    await direct.query(
      `select pg_terminate_backend(pid, 1000) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid()`,
    )
    return await work()
  } finally {
    await direct.close()
    wire.down = false
    // The next test wants it back; the pool finds out one connection at a time.
    while (!(await isBack())) await sleep(10)
  }
}

async function isBack(): Promise<boolean> {
  const { status } = await demo.call("GET", "/operation/used?type=external-payment-id")
  return status === 200
}

test("an answer that can't be known is no 202: it says to look the recharge up", async () => {
  // Long enough for the database to be gone by then.
  const client = await addClient(gateway, "In the dark", { answerWithinMs: 1_500 })
  const waiting = client.recharge({
    externalPaymentId: "in-the-dark",
    identifierValue: "1155550109",
  })
  const find = () => core.payments.findByReference(client.merchantId, "tapila", "in-the-dark")
  while ((await find()) === null) await sleep(5)
  const answer = await withoutDatabase(() => waiting)
  assert.equal(says(answer), "503 XCX05030")
  assert.match(answer.body.message, /look it up/)
  assert.equal((await find())?.deferred, false)
  assert.equal((await client.recharge({ externalPaymentId: "in-the-dark" })).status, 409)
})

const digits = (count: number) => "1155550199".repeat(count / 10)
/** Identifiers that are nobody's number, whatever they look like. */
const IDENTIFIERS: [what: string, value: string, says: string][] = [
  ["letters", "abcdefghij", "400 XPA04001"],
  ["a letter among digits", "11555501O9", "400 XPA04001"],
  ["emoji", "📱📱📱📱📱", "400 XPA04001"],
  ["emoji among digits", "11555501📱", "400 XPA04001"],
  ["1,000 digits", digits(1_000), "400 XPA04001"],
  ["100,000 digits", digits(100_000), "400 XPA04001"],
  ["a blank inside", "11 5555019", "400 XPA04001"],
  ["blanks around", " 11555501 ", "400 XPA04001"],
  ["nothing but blanks", " ".repeat(10), "400 XPA04000"],
  ["nothing", "", "400 XPA04000"],
  ["full-width digits", "１１５５５５０１９９", "400 XPA04001"],
  ["arabic digits", "١١٥٥٥٥٠١٩٩", "400 XPA04001"],
  ["a leading plus", "+541155550", "400 XPA04001"],
  ["dashes", "11-5555-01", "400 XPA04001"],
  ["a minus", "-115555019", "400 XPA04001"],
  ["an exponent", "1155550e10", "400 XPA04001"],
  ["a line's end", "1155550199\n", "400 XPA04000"],
  ["a mark that can't be seen", "115555019\u200b", "400 XPA04001"],
  ["one digit too few", "115555019", "400 XPA04001"],
  ["one digit too many", "11555501990", "400 XPA04001"],
]

/** Amounts as they stand in the JSON. */
const AMOUNTS: [json: string, says: string][] = [
  ['"1500"', "400 RPA04022"],
  ['""', "400 RPA04022"],
  ["null", "400 RPA04022"],
  ["true", "400 RPA04022"],
  ["[1500]", "400 RPA04022"],
  ['{"value":1500}', "400 RPA04022"],
  ["0", "400 RPA04041"],
  ["-0", "400 RPA04041"],
  ["-1500", "400 RPA04041"],
  ["-0.01", "400 RPA04041"],
  ["1e21", "400 RPA04022"],
  ["1e400", "400 RPA04022"],
  ["1e-7", "400 RPA04022"],
  ["1500.001", "400 RPA04022"],
  ["0.30000000000000004", "400 RPA04022"],
  ["9007199254740993", "400 RPA04022"],
  ["9007199254740991", "400 RPA04041"],
  ["99999999999999999999999999", "400 RPA04022"],
  ['"NaN"', "400 RPA04022"],
  ["NaN", "400 XPA04000"],
  ["Infinity", "400 XPA04000"],
  ["01500", "400 XPA04000"],
  ["1500,50", "400 XPA04000"],
  ["0x5DC", "400 XPA04000"],
]

const chile = { companyCode: "CL-R-0901", productId: "1", identifierValue: "912345699" }
/** What stands in other fields. */
const FIELDS: [what: string, over: object, says: string][] = [
  ["half a peso where there are none", { ...chile, amount: 1500.5 }, "400 RPA04022"],
  ["a prototype's name for a company", { companyCode: "__proto__" }, "404 XCX04325"],
  ["a constructor for a company", { companyCode: "constructor" }, "404 XCX04325"],
  ["a company in small letters", { companyCode: "ar-r-0901" }, "404 XCX04325"],
  ["a company with a blank behind it", { companyCode: "AR-R-0901 " }, "404 XCX04325"],
  ["a company of another module", { companyCode: "AR-S-0901" }, "404 XCX04325"],
  ["a prototype's name for a product", { productId: "__proto__" }, "404 RPA04345"],
  ["a method's name for a product", { productId: "toString" }, "404 RPA04345"],
  ["a number for a product", { productId: 1 }, "400 XPA04023"],
  ["a method for an identifier's name", { identifierName: "toString" }, "400 XPA04001"],
]

const BAD: [what: string, body: () => string, says: string][] = [
  ...IDENTIFIERS.map(([what, value, expected]): (typeof BAD)[number] => [
    `an identifier with ${what}`,
    () => JSON.stringify(recharge({ identifierValue: value })),
    expected,
  ]),
  ...AMOUNTS.map(([json, expected]): (typeof BAD)[number] => [
    `an amount of ${json}`,
    () => JSON.stringify(recharge({ amount: "?" })).replace('"?"', json),
    expected,
  ]),
  ...FIELDS.map(([what, over, expected]): (typeof BAD)[number] => [
    what,
    () => JSON.stringify(recharge(over)),
    expected,
  ]),
]
for (const [what, body, expected] of BAD) {
  test(`${what} is answered ${expected}, and creates nothing`, async () => {
    const text = body()
    const answer = await post(text)
    assert.equal(says(answer), expected)
    assert.ok(answer.body.message.length < 300, "the answer repeats what was sent")
    const reference = /"externalPaymentId":"([^"]*)"/.exec(text)![1]!
    assert.equal(await core.payments.findByReference(demo.merchantId, "tapila", reference), null)
  })
}

const GOOD: [what: string, over: object][] = [
  ["centavos", { amount: 1500.55 }],
  ["one decimal", { amount: 1500.5 }],
  ["whole pesos where there are no others", { ...chile, amount: 1500 }],
  ["fields that nobody knows", { status: "confirmed", tx: 1, extra: { deep: [1] } }],
  ["a field that is called constructor", { constructor: "x", toString: "y", valueOf: 1 }],
  ["ids of one blank between letters", { externalClientId: "a b" }],
  ["a client with an accent and a picture", { externalClientId: "José 🙂" }],
]
for (const [what, over] of GOOD) {
  test(`a recharge with ${what} is delivered`, async () => {
    const { status, body } = await demo.recharge(over)
    assert.equal(status, 200, JSON.stringify(body))
    if ("amount" in over) assert.equal(body.amount, over.amount)
    if ("externalClientId" in over) assert.equal(body.externalClientId, over.externalClientId)
  })
}

test("twenty at once under one id are one recharge and one hold", async () => {
  const client = await addClient(gateway, "Twenty", { answerWithinMs: 100 })
  const body = recharge({ identifierValue: "1155550109" })
  const twenty = Array.from({ length: 20 }, () => client.call("POST", "/payment", body))
  const answers = (await Promise.all(twenty)).map((each) =>
    each.status === 202 ? "202" : says(each),
  )
  assert.deepEqual(answers.sort(), ["202", ...Array<string>(19).fill("409 XPA04626")])
  const { balances } = (await client.call("POST", "/wallet/balance")).body
  const { available, held } = balances.find((each: { currency: string }) => each.currency === "ARS")
  assert.deepEqual({ available, held }, { available: 98_500, held: 1_500 })
})

test("what is another client's is answered like what never was, by both ids", async () => {
  const { body: theirs } = await demo.recharge({ externalPaymentId: "theirs" })
  const plain = ({ status, body: { tx, mainTx, ...rest } }: Answer) => ({ status, ...rest })
  const look = async (path: string) => plain(await once.call("GET", `/operation/${path}`))
  const never = await look(core.ids.next())
  assert.equal(never.status, 404)
  assert.deepEqual(await look(theirs.operationId), never)
  const external = "?type=external-payment-id"
  assert.deepEqual(await look(`theirs${external}`), await look(`never${external}`))
  assert.deepEqual(await look(`theirs${external}`), never)
  // And the id is free for whoever else wants it.
  assert.equal((await once.recharge({ externalPaymentId: "theirs" })).status, 200)
})
