/** The wallet in Caudal's own API: what operators book, and what merchants read of it. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { newOperatorKey } from "../../src/core/index.ts"
import { caudal } from "../../src/dialects/caudal/index.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { addClient, demoClient } from "../support/tapila.ts"

const gateway = await startGateway({ after })
const { core, credentials } = gateway
const { baseUrl: base, apiKey: merchantKey = "", operatorKey = "" } = credentials.caudal
const { statement } = core.reports
const demo = (await core.merchants.findByName("Demo"))!
const wireId = (id: string) => `mer_${id.replaceAll("-", "")}`

type Headers = Record<string, string>
const bearer = (key: string): Headers => ({ authorization: `Bearer ${key}` })
const call = (method: string, path: string, key: string, body?: unknown, headers: Headers = {}) =>
  ask(method, base + path, { body, headers: { ...(key && bearer(key)), ...headers } })

let made = 0
/** A body that is right, unless `over` says otherwise. */
function topUp(over: object = {}): Record<string, unknown> {
  made += 1
  return {
    merchant: wireId(demo.id),
    asset: "COP",
    amount: "150000",
    reference: `bank-${made}`,
    ...over,
  }
}

async function available(merchantId: string, asset: string): Promise<bigint> {
  const accounts = await core.books.accounts(merchantId)
  const found = accounts.find((each) => each.asset === asset && each.kind === "available")
  return found?.balance ?? 0n
}

test("an operator books money once for each reference, and everybody sees it", async () => {
  const before = await available(demo.id, "COP")
  const body = topUp()
  const booked = await call("POST", "/operator/top-ups", operatorKey, body)
  assert.equal(booked.status, 201, JSON.stringify(booked.body))
  const left = String(before + 150_000n)
  const answer = { object: "top_up", ...body, repeated: false, available: left }
  assert.deepEqual(booked.body, answer)
  const again = await call("POST", "/operator/top-ups", operatorKey, body)
  assert.equal(again.status, 200)
  assert.deepEqual(again.body, { ...answer, repeated: true })
  for (const [path, key] of [
    [`/operator/merchants/${wireId(demo.id)}/balances`, operatorKey],
    [`/operator/merchants/${demo.id}/balances`, operatorKey],
    ["/balances", merchantKey],
  ] as const) {
    const { status, body: list } = await call("GET", path, key)
    assert.equal(status, 200)
    const cop = list.data.find((each: { asset: string }) => each.asset === "COP")
    assert.equal(cop.available, left, path)
  }
})

const REFUSED: readonly (readonly [over: object, status: number, code: string, says: RegExp])[] = [
  [{ merchant: undefined }, 400, "request_invalid", /merchant is required/],
  [{ merchant: "Demo" }, 400, "request_invalid", /merchant: must be an id/],
  [{ merchant: `pay_${"0".repeat(32)}` }, 400, "request_invalid", /merchant: must be an id/],
  [{ merchant: wireId(core.ids.next()) }, 404, "not_found", /no such merchant/],
  [{ asset: "XXX" }, 400, "request_invalid", /asset: must be one of ARS/],
  [{ asset: "cop" }, 400, "request_invalid", /asset: must be one of ARS/],
  [{ amount: 150_000 }, 400, "request_invalid", /amount: must be text/],
  [{ amount: "0" }, 400, "request_invalid", /above zero/],
  [{ amount: "-1" }, 400, "request_invalid", /above zero/],
  [{ amount: "1500.00" }, 400, "request_invalid", /whole number of minor units/],
  [{ amount: "1000000000000001" }, 400, "request_invalid", /at most 1000000000000000/],
  [{ amount: "9".repeat(500) }, 400, "request_invalid", /amount: must be/],
  [{ reference: "" }, 400, "request_invalid", /reference: must not be empty/],
  [{ reference: "x".repeat(129) }, 400, "request_invalid", /at most 128 characters/],
  [{ reference: "a\nb" }, 400, "request_invalid", /printable/],
  [{ reference: "a\u0000b" }, 400, "request_invalid", /NUL/],
  [{ reference: " WIRE-99" }, 400, "request_invalid", /reference: must not begin or end with a/],
  [{ reference: "WIRE-99 " }, 400, "request_invalid", /reference: must not begin or end with a/],
  [{ reference: " " }, 400, "request_invalid", /reference: must not begin or end with a/],
  [{ reference: "WIRE\u200b-99" }, 400, "request_invalid", /reference: must have printable/],
  [{ reference: "\ufeffWIRE-99" }, 400, "request_invalid", /reference: must have printable/],
  [{ reference: "WIRE-99\u2028" }, 400, "request_invalid", /reference: must have no blanks but/],
  [{ reference: "WIRE\u00a099" }, 400, "request_invalid", /reference: must have no blanks but/],
  // Eighteen characters each, once it is written out.
  [{ reference: "\ufdfa".repeat(8) }, 400, "request_invalid", /at most 128 characters/],
  [{ currency: "COP" }, 400, "request_invalid", /currency/],
]
for (const [over, status, code, says] of REFUSED) {
  test(`a top-up with ${JSON.stringify(over).slice(0, 60)} is ${status} ${code}`, async () => {
    const before = await available(demo.id, "COP")
    const answer = await call("POST", "/operator/top-ups", operatorKey, topUp(over))
    assert.equal(answer.status, status, JSON.stringify(answer.body))
    assert.equal(answer.body.code, code)
    assert.match(answer.body.detail, says)
    assert.equal(await available(demo.id, "COP"), before)
  })
}

test("a reference of another booking is a conflict, of another merchant it isn't", async () => {
  const body = topUp()
  assert.equal((await call("POST", "/operator/top-ups", operatorKey, body)).status, 201)
  for (const over of [{ amount: "150001" }, { asset: "CLP" }]) {
    const other = { ...body, ...over }
    const { status, body: said } = await call("POST", "/operator/top-ups", operatorKey, other)
    assert.deepEqual([status, said.code], [409, "reference_conflict"])
  }
  const { id } = await core.merchants.add({ name: "Otra" })
  const same = { ...body, merchant: wireId(id) }
  assert.equal((await call("POST", "/operator/top-ups", operatorKey, same)).status, 201)
  assert.equal(await available(id, "COP"), 150_000n)
})

/** What people take for one name is one; a capital is another letter. */
const NAMES: readonly (readonly [first: string, then: string, isSame: boolean])[] = [
  ["WIRE-98", "WIRE\u201198", true],
  ["WIRE–97", "WIRE—97", true],
  ["Pagaré 96", "Pagare\u0301 96", true],
  ["ＷＩＲＥ－95", "WIRE-95", true],
  ["WIRE-94", "wire-94", false],
  ["WIRE 93", "WIRE93", false],
]
for (const [first, then, isSame] of NAMES) {
  test(`money called ${first} is ${isSame ? "" : "not "}what is called ${then}`, async () => {
    const booked = await call("POST", "/operator/top-ups", operatorKey, topUp({ reference: first }))
    assert.equal(booked.status, 201, JSON.stringify(booked.body))
    const before = await available(demo.id, "COP")
    const again = await call("POST", "/operator/top-ups", operatorKey, topUp({ reference: then }))
    assert.deepEqual([again.status, again.body.repeated], isSame ? [200, true] : [201, false])
    if (isSame) assert.equal(again.body.reference, booked.body.reference)
    assert.equal(await available(demo.id, "COP"), before + (isSame ? 0n : 150_000n))
  })
}

test("an operator's key opens an operator's calls alone, and a merchant's its own", async () => {
  const balances = `/operator/merchants/${wireId(demo.id)}/balances`
  const [operators, merchants] = [
    ["/operator/top-ups", balances],
    ["/balances", "/statement"],
  ]
  const stranger = newOperatorKey(core.ids)
  const table: [key: string, paths: string[], status: number][] = [
    // On the sandbox's own machine, too, where some calls need no credentials.
    ["", operators!, 401],
    [stranger, operators!, 401],
    [merchantKey, operators!, 403],
    [stranger, merchants!, 401],
    [operatorKey, merchants!, 403],
    ["", merchants!, 401],
  ]
  for (const [key, paths, status] of table) {
    for (const path of paths) {
      const method = path === "/operator/top-ups" ? "POST" : "GET"
      const answer = await call(method, path, key, method === "POST" ? topUp() : undefined)
      assert.equal(answer.status, status, `${path} ${JSON.stringify(answer.body)}`)
      assert.equal(answer.body.code, status === 401 ? "unauthorized" : "forbidden")
      assert.equal(answer.headers.get("www-authenticate"), status === 401 ? "Bearer" : null)
    }
  }
  const none = await call(
    "GET",
    `/operator/merchants/${wireId(core.ids.next())}/balances`,
    operatorKey,
  )
  assert.equal(none.status, 404)
  assert.equal((await call("GET", "/operator/merchants/x/balances", operatorKey)).status, 404)
  assert.equal((await call("DELETE", "/operator/top-ups", operatorKey)).status, 405)
})

test("a key that is revoked opens nothing a second later, and is stored as a hash", async () => {
  const key = newOperatorKey(core.ids)
  const { id, lookup } = await core.operators.add("Caja", key)
  assert.match(key, /^co_[A-Za-z0-9_-]{43}$/)
  assert.ok(!JSON.stringify(await core.operators.list()).includes(key))
  assert.match(lookup, /^[0-9a-f]{64}$/)
  assert.equal((await call("POST", "/operator/top-ups", key, topUp())).status, 201)
  assert.equal(await core.operators.revoke(id), true)
  await sleep(1_000)
  assert.equal((await call("POST", "/operator/top-ups", key, topUp())).status, 401)
  assert.equal(await core.operators.revoke(id), false)
  assert.equal(await core.operators.revoke(core.ids.next()), null)
})

/** A client with five recharges, one of them refused, and money that came in twice. */
const client = await addClient(gateway, "Estado", { feeFixed: "100" })
const keys = caudal.issue(core.ids, { merchantName: "Estado", signingKey: "" })
await core.merchants.agree(client.merchantId, "caudal")
for (const secret of keys.secrets) {
  await core.merchants.addCredential(client.merchantId, "caudal", secret)
}
const own = keys.shown["apiKey"]!
for (const [at, identifierValue] of ["1155550110", "1155550111", "1155550101"].entries()) {
  await client.recharge({ identifierValue, externalPaymentId: `=SUM(${at})` })
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came and asserts on it.
async function pages(query: string, limit: number): Promise<any[]> {
  const found = []
  for (let cursor = ""; ; ) {
    const page = await call("GET", `/statement?asset=ARS&limit=${limit}${query}${cursor}`, own)
    assert.equal(page.status, 200, JSON.stringify(page.body))
    found.push(page.body)
    if (!page.body.has_more) return found
    cursor = `&cursor=${page.body.next_cursor}`
  }
}

test("a statement tells each movement, and ends at what the balances say", async () => {
  const [page] = await pages("", 100)
  assert.deepEqual(
    page.data.map((each: Headers) => [
      each["description"],
      each["amount"],
      each["balance"],
      each["held_amount"],
      each["held"],
      each["reference"],
    ]),
    [
      ["money paid in", "10000000", "10000000", "0", "0", "first"],
      ...[0, 1].flatMap((at) => {
        const left = 10_000_000 - (at + 1) * 150_100
        return [
          ["held for a recharge", "-150100", String(left), "150100", "150100", `=SUM(${at})`],
          ["recharge delivered", "0", String(left), "-150000", "100", `=SUM(${at})`],
          ["fee", "0", String(left), "-100", "0", `=SUM(${at})`],
        ]
      }),
      ["held for a recharge", "-150100", "9549700", "150100", "150100", "=SUM(2)"],
      ["recharge not delivered, given back", "150100", "9699800", "-150100", "0", "=SUM(2)"],
    ],
  )
  const { body: balances } = await call("GET", "/balances", own)
  const { available: left, held } = balances.data[0]
  assert.deepEqual(page.closing, { available: left, held })
  assert.deepEqual(page.opening, { available: "0", held: "0" })
  assert.equal(page.agrees, true)
  assert.match(page.data[1].payment, /^pay_[0-9a-f]{32}$/)
})

test("pages of any length tell the same", async () => {
  const [whole] = await pages("", 100)
  const cut = await pages("", 2)
  assert.equal(cut.length, 5)
  assert.deepEqual(
    cut.flatMap(({ data }) => data),
    whole.data,
  )
  assert.deepEqual(
    cut.map(({ agrees }) => agrees),
    [null, null, null, null, true],
  )
  for (const [at, { opening }] of cut.entries()) {
    assert.deepEqual(opening, at === 0 ? whole.opening : cut[at - 1].closing)
  }
  assert.deepEqual(cut.at(-1).closing, whole.closing)
})

test("as CSV it is whole, safe to open, and ends with the closing balance", async () => {
  const headers = { accept: "text/csv" }
  const csv = await call("GET", "/statement?asset=ARS", own, undefined, headers)
  assert.equal(csv.headers.get("content-type"), "text/csv; charset=utf-8")
  const lines: string[] = csv.body.split("\r\n")
  const columns = "at,kind,description,amount,balance,held_amount,held,payment,reference,transfer"
  assert.equal(lines[0], columns)
  assert.equal(lines[1], ",opening,opening balance,,0.00,,0.00,,,")
  assert.match(
    lines[2]!,
    /^20.*Z,top-up,money paid in,100000\.00,100000\.00,0\.00,0\.00,,first,tr_/,
  )
  assert.match(lines[3]!, /,recharge\.hold,held for a recharge,-1501\.00,.*,pay_\w+,'=SUM\(0\),tr_/)
  assert.equal(lines.at(-2), ",closing,closing balance,,96998.00,,0.00,,,")
  assert.equal(lines.at(-1), "")
  assert.equal(lines.length, 13)
  const both = { accept: "text/csv, application/json" }
  const json = await call("GET", "/statement?asset=ARS", own, undefined, both)
  assert.equal(json.body.object, "statement")
})

test("a statement that doesn't agree says so, and CSV is cut off", async (t) => {
  const other = await core.merchants.add({ name: "Rota" })
  const { secrets, shown } = caudal.issue(core.ids, { merchantName: "Rota", signingKey: "" })
  await core.merchants.agree(other.id, "caudal")
  for (const secret of secrets) await core.merchants.addCredential(other.id, "caudal", secret)
  const spec = { merchantId: other.id, asset: "COP", amount: 500n, reference: "one" }
  await core.wallet.topUp(spec)
  t.mock.method(core.reports, "statement", (asked: never, visit: never) =>
    Promise.resolve(statement(asked, visit)).then((said) => ({ ...said, agrees: false })),
  )
  const read = call("GET", "/statement?asset=COP", shown["apiKey"]!, undefined, {
    accept: "text/csv",
  })
  await assert.rejects(read, /terminated|aborted|fetch failed/)
})

test("a node reads two statements as CSV at a time, and asks others to come again", async (t) => {
  const free = Promise.withResolvers<void>()
  t.mock.method(core.reports, "statement", async (asked: never, visit: never) => {
    await (visit as typeof waits)([], { available: 0n, held: 0n })
    await free.promise
    return statement(asked, async () => {})
  })
  const waits = async (_lines: [], _opening: object) => {}
  const csv = () =>
    fetch(`${base}/statement?asset=ARS`, { headers: { ...bearer(own), accept: "text/csv" } })
  const readers = [await csv(), await csv()]
  const third = await csv()
  assert.equal(third.status, 429)
  assert.match(await third.text(), /"code":"too_many_requests"/)
  // One goes away in the middle, the other reads to the end.
  await readers[0]!.body!.cancel()
  free.resolve()
  assert.match(await readers[1]!.text(), /closing balance/)
  t.mock.restoreAll()
  assert.match(await (await csv()).text(), /closing balance/)
})

const WRONG: readonly (readonly [query: string, says: RegExp])[] = [
  ["", /asset is required/],
  ["?asset=XXX", /asset: must be one of/],
  ["?asset=ARS&from=2026-02-30", /from: must be a day such as/],
  ["?asset=ARS&to=0001-01-01", /to: must be a day from 2000-01-01/],
  ["?asset=ARS&from=2026-02-02&to=2026-02-01", /to: must not be before from/],
  ["?asset=ARS&from=1999-12-31", /from: must be a day from 2000-01-01 to 9998-12-31/],
  ["?asset=ARS&from=9999-12-31", /from: must be a day from 2000-01-01 to 9998-12-31/],
  ["?asset=ARS&to=9999-01-01", /to: must be a day from 2000-01-01 to 9998-12-31/],
  ["?asset=ARS&limit=101", /limit: must be at most 100/],
  ["?asset=ARS&limit=0", /limit: must be at least 1/],
  ["?asset=ARS&cursor=xyz", /cursor: must be a cursor/],
  ["?asset=ARS&merchant=x", /merchant/],
]
for (const [query, says] of WRONG) {
  test(`a statement of ${query || "nothing"} is refused`, async () => {
    const { status, body } = await call("GET", `/statement${query}`, own)
    assert.equal(status, 400)
    assert.match(body.detail, says)
  })
}

test("the first and the last day that there are can be asked for, also alone", async () => {
  for (const [query, count] of [
    ["&from=9998-12-31", 0],
    ["&to=9998-12-31", 9],
    ["&from=2000-01-01", 9],
    ["&to=2000-01-01", 0],
  ] as const) {
    const [page] = await pages(query, 100)
    assert.deepEqual([page.data.length, page.agrees], [count, true], query)
  }
})

test("CSV takes no page, and of another's wallet there is nothing to see", async () => {
  const headers = { accept: "text/csv" }
  const paged = await call("GET", "/statement?asset=ARS&limit=5", own, undefined, headers)
  assert.equal(paged.status, 400)
  const [page] = await pages("", 1)
  const foreign = `/statement?asset=ARS&limit=100&cursor=${page.next_cursor}`
  const { body } = await call("GET", foreign, merchantKey)
  const references = body.data.map(({ reference }: { reference: string }) => reference)
  assert.ok(!references.some((each: string) => each?.startsWith("=SUM")))
})

test("a wallet that runs low is told by its own event, with what is left", async () => {
  const { merchantId } = await demoClient(gateway)
  const left = await available(merchantId, "CLP")
  const low = { lowBalance: { CLP: String(left) } }
  await core.merchants.changeTerms(merchantId, "tapila", low)
  const company = (await core.catalogue.list("CL"))[0]!
  const product = company.products.find(({ amountType }) => amountType === "OPEN")!
  const client = await demoClient(gateway)
  const answer = await client.recharge({
    companyCode: company.code,
    productId: product.id,
    amount: Number(product.minAmount),
    identifierValue: "9".repeat(company.details.minLength),
  })
  assert.ok(answer.status < 300, JSON.stringify(answer.body))
  const about = `pay_${answer.body.operationId.replaceAll("-", "")}`
  const told = await gateway.receiver.next(
    ({ body }) => body.includes('"wallet.low"') && body.includes(about),
  )
  const { type, subject, details } = JSON.parse(told.body)
  assert.deepEqual({ type, subject }, { type: "wallet.low", subject: about })
  assert.equal(details.available, String(left - product.minAmount))
  assert.deepEqual([details.asset, details.limit], ["CLP", String(left)])
})

test("the log says which key booked what", async (t) => {
  const lines: object[] = []
  t.mock.method(core.log, "info", (about: object, text: string) => {
    if (text === "top-up") lines.push(about)
  })
  const body = topUp()
  await call("POST", "/operator/top-ups", operatorKey, body)
  const [key] = await core.operators.list().then((all) => all.filter(({ name }) => name === "Demo"))
  const { asset, amount, reference } = body
  const who = { operatorKey: key!.id, operator: "Demo", merchant: demo.id }
  assert.deepEqual(lines, [{ ...who, asset, amount, reference, repeated: false }])
})
