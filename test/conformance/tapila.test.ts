/** Tapila as its pages promise it, and what it answers to everything else. */
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { after, test } from "node:test"
import { promisify } from "node:util"
import { maskNumber } from "../../src/core/index.ts"
import { startGateway } from "../support/gateway.ts"
import { addClient, demoClient, recharge, says } from "../support/tapila.ts"

const gateway = await startGateway({ after })
const { core } = gateway
const demo = await demoClient(gateway)

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Each field of the page's table of the response, with what has to stand in it. */
const RESPONSE: [field: string, type: string, value: RegExp][] = [
  ["operationId", "string", UUID],
  ["createdAt", "string", INSTANT],
  ["companyCode", "string", /^AR-R-0901$/],
  ["companyName", "string", /^DEMO MOVIL$/],
  ["amount", "number", /^1500$/],
  ["identifiers", "object", /^\[{"identifierName":"IDC","identifierValue":"1155550199"}\]$/],
  ["agent", "string", /^Simulator$/],
  ["clientUsername", "string", new RegExp(`^${demo.shown.clientUsername}$`)],
  ["clientUserName", "string", new RegExp(`^${demo.shown.clientUsername}$`)],
  ["externalClientId", "string", /^user-77$/],
  ["externalPaymentId", "string", /^the-page$/],
  ["additionalData", "object", /^{}$/],
  ["status", "string", /^confirmed$/],
  ["tx", "string", UUID],
  ["mainTx", "string", UUID],
]

test("the page's own call is answered with each field that the page names", async () => {
  const body = recharge({ identifierValue: "1155550199", externalPaymentId: "the-page" })
  const answer = await demo.call("POST", "/payment", body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  for (const [field, type, value] of RESPONSE) {
    const got = answer.body[field]
    assert.equal(typeof got, type, field)
    assert.match(typeof got === "object" ? JSON.stringify(got) : String(got), value, field)
  }
  const names = RESPONSE.map(([field]) => field)
  assert.deepEqual(Object.keys(answer.body).sort(), names.sort())
})

test("the command that the start prints works as it stands", async () => {
  const { curl } = gateway.sandbox.find(({ dialect }) => dialect === "tapila")!
  const { stdout } = await promisify(execFile)("sh", ["-c", curl])
  assert.equal(JSON.parse(stdout).status, "confirmed", stdout)
})

/** The page's table of the request: what is answered where a field is missing, or isn't one. */
const REQUIRED: [field: string, missing: string, wrong: string][] = [
  ["companyCode", "400 XPA04000", "400 XPA04000"],
  ["productId", "400 XPA04023", "400 XPA04023"],
  ["amount", "400 XPA04000", "400 RPA04022"],
  ["identifierValue", "400 XPA04000", "400 XPA04000"],
  ["paymentMethod", "400 XPA04000", "400 XPA04000"],
  ["externalPaymentId", "400 XPA04000", "400 XPA04000"],
  ["externalClientId", "400 XPA04000", "400 XPA04000"],
]
for (const [field, missing, wrong] of REQUIRED) {
  test(`without ${field}, or with one that is no ${field}, nothing is created`, async () => {
    const without = await demo.recharge({ [field]: undefined })
    assert.equal(says(without), missing)
    assert.match(without.body.message, new RegExp(field))
    for (const value of ["", field === "amount" ? "1500" : 1500, null, [], {}, true, "a\u0000b"]) {
      const answer = await demo.recharge({ [field]: value })
      // NUL can stand in no text at all, so it is found before its field is looked at.
      const expected = value === "a\u0000b" ? "400 XPA04000" : wrong
      assert.equal(says(answer), expected, JSON.stringify(value))
    }
  })
}

test("the page's call with its blanks left blank is told what is missing", async () => {
  const blank = Object.fromEntries(Object.keys(recharge()).map((field) => [field, ""]))
  assert.equal(says(await demo.call("POST", "/payment", blank)), "400 XPA04000")
  assert.equal(says(await demo.recharge({ amount: "" })), "400 RPA04022")
})

/** What somebody is told who has to find out what is wrong with a field. */
const WORDS: [value: unknown, message: string][] = [
  ["", "must not be empty"],
  [" \t ", "must not be blank"],
  ["a\u0007b", "must not have control characters"],
  ["x".repeat(41), "must have at most 40 characters"],
  [null, "must be text"],
  [1500, "must be text"],
  [["AR-R-0901"], "must be text"],
]
for (const [value, message] of WORDS) {
  test(`a company's code of ${JSON.stringify(value).slice(0, 20)} ${message}`, async () => {
    const { body } = await demo.recharge({ companyCode: value })
    assert.equal(body.message, `companyCode: ${message}`)
  })
}

test("what may be left out may be null as well, and dots may stand in an id", async () => {
  for (const over of [{ identifierName: null }, { identifierName: undefined }]) {
    const answer = await demo.recharge(over)
    assert.deepEqual([answer.status, answer.body.identifiers[0].identifierName], [200, "IDC"])
  }
  const { body } = await demo.recharge({ externalPaymentId: "...a." })
  const found = await demo.call("GET", "/operation/...a.?type=external-payment-id")
  assert.equal(found.body.operation.operationId, body.operationId)
})

for (const paymentMethod of ["DEBIT", "ACCOUNT", "CREDIT", "something else"]) {
  test(`${paymentMethod} is a payment method: it is informative`, async () => {
    assert.equal((await demo.recharge({ paymentMethod })).status, 200)
  })
}

const REFUSED: [what: string, over: object, says: string][] = [
  ["three decimals", { amount: 1500.555 }, "400 RPA04022"],
  ["an amount of 2^53", { amount: 2 ** 53 }, "400 RPA04022"],
  ["an amount below zero", { amount: -1500 }, "400 RPA04041"],
  ["an amount of zero", { amount: 0 }, "400 RPA04041"],
  ["an amount below the least", { amount: 99.99 }, "400 RPA04041"],
  ["an amount above the most", { amount: 50_000.01 }, "400 RPA04041"],
  ["another price than the product's", { productId: "2", amount: 4_499 }, "400 RPA04041"],
  [
    "an amount that isn't one of the product's",
    { companyCode: "AR-R-0902", productId: "2", amount: 3_000 },
    "400 RPA04041",
  ],
  [
    "centavos where there are none",
    { companyCode: "CL-R-0901", identifierValue: "912345699", amount: 1500.5 },
    "400 RPA04022",
  ],
  ["an unknown company", { companyCode: "AR-R-9999" }, "404 XCX04325"],
  ["a company that isn't sold any more", { companyCode: "AR-R-0909" }, "404 XCX04325"],
  ["an unknown product", { productId: "99" }, "404 RPA04345"],
  ["a number of the wrong length", { identifierValue: "115555019" }, "400 XPA04001"],
  ["a number that is none", { identifierValue: "11555501ab" }, "400 XPA04001"],
  [
    "a number of another form",
    { companyCode: "CO-R-0901", identifierValue: "6015550199", amount: 5_000 },
    "400 XPA04001",
  ],
  ["another identifier's name", { identifierName: "DNI" }, "400 XPA04001"],
  ["an id that is too long", { externalPaymentId: "x".repeat(101) }, "400 XPA04000"],
  ["an id that is no ASCII", { externalPaymentId: "años" }, "400 XPA04000"],
  ["an id that no path can hold", { externalPaymentId: "." }, "400 XPA04000"],
  ["another that none can hold", { externalPaymentId: ".." }, "400 XPA04000"],
  ["a client that is blank", { externalClientId: "  " }, "400 XPA04000"],
]
for (const [what, over, expected] of REFUSED) {
  test(`a recharge with ${what} is refused, and its id can still be used`, async () => {
    const id = `refused ${what}`.slice(0, 100)
    const answer = await demo.recharge({ externalPaymentId: id, ...over })
    assert.equal(says(answer), expected)
    if ("externalPaymentId" in over) return
    assert.equal((await demo.recharge({ externalPaymentId: id })).status, 200)
  })
}

/** What each answer is decided by first when more than one thing is wrong. */
const ORDER: [first: string, over: object, headers: Record<string, string>, says: string][] = [
  [
    "token",
    { companyCode: "" },
    { "x-authorization-token": "x", "x-api-key": "x" },
    "401 XCX04140",
  ],
  ["key", { companyCode: "" }, { "x-api-key": "x" }, "403 XCX04143"],
  ["fields", { externalClientId: "", companyCode: "AR-R-9999" }, {}, "400 XPA04000"],
  ["company", { companyCode: "AR-R-9999", productId: "99", amount: 1 }, {}, "404 XCX04325"],
  ["product", { productId: "99", amount: 1 }, {}, "404 RPA04345"],
  ["amount", { amount: 1, externalPaymentId: "the-page" }, {}, "400 RPA04041"],
  ["duplicate", { externalPaymentId: "the-page", amount: 2_000 }, {}, "409 XPA04626"],
]
for (const [first, over, headers, expected] of ORDER) {
  test(`the ${first} is checked before whatever else is wrong`, async () => {
    assert.equal(says(await demo.call("POST", "/payment", recharge(over), headers)), expected)
  })
}

/** What the two last digits of the number make of a recharge in the sandbox. */
const FAILURES: [digits: string, words: RegExp][] = [
  ["01", /not enough funds/],
  ["02", /not one of its customers/],
  ["03", /holder/],
  ["07", /not available/],
]
for (const [digits, words] of FAILURES) {
  test(`a number that ends in ${digits} is a provider error, and it failed`, async () => {
    const id = `fails-${digits}`
    const before = await demo.call("POST", "/wallet/balance")
    const over = { externalPaymentId: id, identifierValue: `11555501${digits}` }
    const answer = await demo.recharge(over)
    assert.equal(says(answer), "500 XX05000")
    assert.match(answer.body.message, words)
    const found = await demo.call("GET", `/operation/${id}?type=external-payment-id`)
    assert.equal(found.body.operation.status, "failed")
    const wallet = await demo.call("POST", "/wallet/balance")
    assert.deepEqual(wallet.body.balances, before.body.balances)
    assert.equal(says(await demo.recharge(over)), "409 XPA04626")
  })
}

test("fifty requests with one id make one operation, one 200 and forty-nine 409", async () => {
  const body = recharge({ externalPaymentId: "all-at-once" })
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => demo.call("POST", "/payment", body)),
  )
  const good = answers.filter(({ status }) => status === 200)
  assert.equal(good.length, 1)
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    assert.equal(says(answer), "409 XPA04626")
  }
  const found = await demo.call("GET", "/operation/all-at-once?type=external-payment-id")
  assert.equal(found.body.operation.operationId, good[0]!.body.operationId)
})

test("an operation is found by its own id and by the client's, and shows the same", async () => {
  const number = "1155550188"
  const over = { externalPaymentId: "a/b c%20d", identifierValue: number }
  const { body: made } = await demo.recharge(over)
  const own = await demo.call("GET", `/operation/${made.operationId}`)
  assert.equal(own.status, 200)
  assert.deepEqual(own.body.operation, {
    operationId: made.operationId,
    status: "confirmed",
    externalPaymentId: "a/b c%20d",
    externalClientId: "user-77",
    additionalData: {
      agent: "Simulator",
      customerId: "user-77",
      ticket: [
        "COMPROBANTE DE RECARGA",
        "DEMO MOVIL",
        "Saldo",
        `IDC: ${maskNumber(number)}`,
        "Monto: ARS 1500.00",
        `Operación: ${made.operationId}`,
      ],
      providerName: "Simulator",
    },
    companyCode: "AR-R-0901",
    companyName: "DEMO MOVIL",
    amount: 1500,
    createdAt: made.createdAt,
  })
  const path = `/operation/${encodeURIComponent("a/b c%20d")}?type=external-payment-id`
  assert.deepEqual((await demo.call("GET", path)).body.operation, own.body.operation)
})

const LOOK_UPS: [path: string, says: string][] = [
  ["/operation/never-sent?type=external-payment-id", "404 XPA04340"],
  ["/operation/01a1f93e-d05d-4038-8d3b-a310504cc938", "404 XPA04340"],
  ["/operation/no-uuid", "404 XPA04340"],
  ["/operation/x?type=external", "400 XPA04000"],
  ["/operation/x?type=external-payment-id&type=external-payment-id", "400 XPA04000"],
  ["/operation/a%00b?type=external-payment-id", "400 XPA04000"],
  ["/operation/%zz", "400 XPA04000"],
]
for (const [path, expected] of LOOK_UPS) {
  test(`GET ${path} is answered ${expected}`, async () => {
    assert.equal(says(await demo.call("GET", path)), expected)
  })
}

test("a company of the catalogue has every field of the page", async () => {
  const { body } = await demo.call("GET", "/recharges")
  const [first] = body.recharges
  assert.deepEqual(first, {
    companyCode: "AR-R-0901",
    companyName: "DEMO MOVIL",
    companyType: "RECHARGE",
    companyLogo: "https://logos.example/ar-r-0901.png",
    tags: ["telefonia"],
    products: [
      {
        productType: "RECARGA_SALDO",
        productId: "1",
        productDescription: "Saldo",
        status: "live",
        amountType: "OPEN",
        amount: 0,
        minAmount: 100,
        maxAmount: 50_000,
        allowedAmounts: [],
        additionalData: {},
        active: true,
      },
      {
        productType: "PAQUETE_DATOS",
        productId: "2",
        productDescription: "5 GB por 30 días",
        status: "live",
        amountType: "CLOSED",
        amount: 4_500,
        minAmount: 4_500,
        maxAmount: 4_500,
        allowedAmounts: [],
        additionalData: {},
        active: true,
      },
    ],
    identifierName: "IDC",
    identifierValue: null,
    dataType: "NUM",
    helpText: "Número de 10 dígitos, sin 0 ni 15",
    minLength: 10,
    maxLength: 10,
  })
  assert.match(body.tx, UUID)
  assert.match(body.mainTx, UUID)
  const { tx, mainTx, ...alone } = (await demo.call("GET", "/AR-R-0901")).body
  assert.deepEqual(alone, first)
  assert.match(tx, UUID)
  assert.match(mainTx, UUID)
})

test("whatever the catalogue offers can be bought", async () => {
  const { body } = await demo.call("GET", "/recharges?limit=5000")
  for (const { companyCode, products, ...company } of body.recharges) {
    const start = { AR: "1155", CO: "3001", MX: "5512", PE: "9123", CL: "9123" }[
      companyCode.slice(0, 2) as "AR"
    ]
    const identifierValue = start.padEnd(company.minLength, "9")
    for (const { productId, minAmount, allowedAmounts } of products) {
      const amount = allowedAmounts[0] ?? minAmount
      const { status, body: answer } = await demo.recharge({
        companyCode,
        productId,
        amount,
        identifierValue,
        identifierName: company.identifierName,
      })
      assert.equal(status, 200, JSON.stringify(answer))
      assert.equal(answer.amount, amount)
    }
  }
})

test("the catalogue's pages follow each other by their links until there is no more", async () => {
  const codes: string[] = []
  for (let query: string | undefined = "?limit=4"; query !== undefined; ) {
    const { body } = await demo.call("GET", `/recharges${query}`)
    codes.push(...body.recharges.map((each: { companyCode: string }) => each.companyCode))
    assert.ok(body.links.length <= 1)
    if (body.links[0]) assert.equal(body.links[0].rel, "next")
    query = body.links[0]?.href
  }
  const all = (await demo.call("GET", "/recharges")).body.recharges
  assert.equal(new Set(codes).size, all.length)
  assert.deepEqual(
    codes,
    all.map((each: { companyCode: string }) => each.companyCode),
  )
})

const SEARCHES: [query: string, codes: string[] | string][] = [
  ["?searchCompany=pampa", ["AR-R-0902"]],
  ["?searchCompany=P%C3%81MPA", ["AR-R-0902"]],
  ["?searchCompany=0903", ["AR-R-0903", "CL-R-0903", "CO-R-0903", "MX-R-0903", "PE-R-0903"]],
  ["?searchCompany=nobody", []],
  ["?active=false", ["AR-R-0909"]],
  ["?active=true&searchCompany=antena", []],
  ["?limit=1&page=2&searchCompany=0901", ["CL-R-0901"]],
  ["?page=1000", []],
  ["?tag_id=1", []],
  ["?tag_id=telefonia", "400 XPA04000"],
  ["?tag_id=0", "400 XPA04000"],
  ["?tag_id=2147483648", "400 XPA04000"],
  ["?searchCompany=pa", "400 XPA04000"],
  ["?page=0", "400 XPA04000"],
  ["?page=x", "400 XPA04000"],
  ["?limit=5001", "400 XPA04000"],
  ["?active=maybe", "400 XPA04000"],
]
for (const [query, expected] of SEARCHES) {
  test(`GET /recharges${query} finds ${expected}`, async () => {
    const answer = await demo.call("GET", `/recharges${query}`)
    if (typeof expected === "string") return assert.equal(says(answer), expected)
    const codes = answer.body.recharges.map((each: { companyCode: string }) => each.companyCode)
    return assert.deepEqual(codes, expected)
  })
}

const KEPT = ["/recharges", "/recharges?limit=2&page=3", "/tags", "/AR-R-0901"]
for (const path of KEPT) {
  test(`GET ${path} may be kept for an hour, and is then asked for by its tag`, async () => {
    const first = await demo.call("GET", path)
    assert.equal(first.status, 200)
    const tag = first.headers.get("etag")!
    assert.match(tag, /^W\/"[\w-]+"$/)
    for (const header of [tag, tag.slice(2), "*", `"other", ${tag}`]) {
      const again = await demo.call("GET", path, undefined, { "if-none-match": header })
      assert.equal(again.status, 304, header)
      assert.equal(again.body, "")
      assert.equal(again.headers.get("content-type"), null)
      for (const name of ["etag", "cache-control", "vary"]) {
        assert.equal(again.headers.get(name), first.headers.get(name), name)
      }
    }
    assert.equal(first.headers.get("cache-control"), "private, max-age=3600")
    assert.equal(first.headers.get("vary"), "x-authorization-token, x-api-key")
    assert.equal((await demo.call("HEAD", path)).headers.get("etag"), tag)
    const other = await demo.call("GET", path, undefined, { "if-none-match": 'W/"other"' })
    assert.equal(other.status, 200)
    // The ids of an answer are its own; the tag is of what is sold.
    assert.notEqual(other.body.tx, first.body.tx)
    assert.equal(other.headers.get("etag"), tag)
  })
}

test("no answer but the catalogue's own may be kept", async () => {
  const any = { "if-none-match": "*" }
  for (const [method, path] of [
    ["GET", "/AR-R-9999"],
    ["GET", "/recharges?page=x"],
    ["GET", "/operation/the-page?type=external-payment-id"],
    ["POST", "/wallet/balance"],
  ] as const) {
    const answer = await demo.call(method, path, undefined, any)
    assert.notEqual(answer.status, 304, path)
    assert.equal(answer.headers.get("cache-control"), "no-store", path)
    assert.equal(answer.headers.get("etag"), null, path)
  }
})

test("clients that are sold different things are given different tags", async () => {
  const client = await addClient(gateway, "Another catalogue", { country: "MX" })
  const tagFor = async (each: typeof demo, path: string) =>
    (await each.call("GET", path)).headers.get("etag")
  assert.notEqual(await tagFor(client, "/recharges"), await tagFor(demo, "/recharges"))
  assert.equal(await tagFor(client, "/MX-R-0901"), await tagFor(demo, "/MX-R-0901"))
})

test("companies are listed by the tags that there are", async () => {
  const { tags } = (await demo.call("GET", "/tags")).body
  const all = (await demo.call("GET", "/recharges")).body.recharges
  const names = all.flatMap((each: { tags: string[] }) => each.tags)
  assert.deepEqual(
    tags.map((each: { name: string }) => each.name),
    [...new Set(names)].sort(),
  )
  for (const { id, name } of tags) {
    const { recharges } = (await demo.call("GET", `/recharges?tag_id=${id}`)).body
    const tagged = all.filter((each: { tags: string[] }) => each.tags.includes(name))
    assert.deepEqual(recharges, tagged, name)
  }
})

test("a client of one country sees, recharges and has a wallet in that one only", async () => {
  const client = await addClient(gateway, "Only Argentina", { country: "AR" })
  const { body } = await client.call("GET", "/recharges")
  const countries = body.recharges.map((each: { companyCode: string }) => each.companyCode)
  assert.ok(countries.length > 0)
  assert.ok(countries.every((code: string) => code.startsWith("AR-")))
  assert.equal(says(await client.call("GET", "/CO-R-0901")), "404 XCX04325")
  assert.equal(says(await client.recharge({ companyCode: "CO-R-0901" })), "404 XCX04325")
  const wallet = await client.call("POST", "/wallet/balance", {})
  assert.deepEqual(wallet.body.balances, [
    { countryCode: "AR", currency: "ARS", available: 100_000, held: 0 },
  ])
})

test("the wallet has a balance for each country, and recharges are paid from it", async () => {
  // The vendor's calls all have a JSON content type, and these two have no body to go with it.
  const json = { "content-type": "application/json" }
  const before = await demo.call("POST", "/wallet/balance", "", json)
  assert.equal(before.status, 200, JSON.stringify(before.body))
  const { balances } = before.body
  assert.deepEqual(
    balances.map((each: { countryCode: string }) => each.countryCode),
    ["AR", "CL", "CO", "MX", "PE"],
  )
  assert.match(before.body.tx, UUID)
  await demo.recharge({ amount: 250.75 })
  const { body } = await demo.call("POST", "/wallet/balance")
  assert.equal(body.balances[0].available, balances[0].available - 250.75)
  assert.equal(body.balances[0].held, 0)
})

test("exchange rates are those of the country and the kind that were asked for", async () => {
  const query = "?countryCode=AR&companyType=SERVICE"
  const { status, body } = await demo.call("POST", `/exchange/rate${query}`)
  assert.equal(status, 200)
  const { tx, mainTx, ...rest } = body
  assert.match(tx, UUID)
  assert.match(mainTx, UUID)
  assert.deepEqual(rest, {
    exchanges: [
      {
        localCurrency: "ARS",
        currency: "USD",
        exchangeRate: 1_250.5,
        countryCode: "AR",
        companyType: "SERVICE",
      },
    ],
  })
  assert.equal((await demo.call("POST", "/exchange/rate")).body.exchanges.length, 5)
  assert.equal(says(await demo.call("POST", "/exchange/rate?companyType=x")), "400 XPA04000")
})

test("an empty wallet creates nothing, and the id works once there is money", async () => {
  const client = await addClient(gateway, "Poor", {}, 149_999n)
  const body = recharge()
  const refused = await client.call("POST", "/payment", body)
  assert.equal(says(refused), "400 XPA04402")
  assert.equal(refused.body.message, "Insufficient balance")
  const path = `/operation/${body["externalPaymentId"]}?type=external-payment-id`
  assert.equal(says(await client.call("GET", path)), "404 XPA04340")
  const { merchantId } = client
  await core.wallet.topUp({ merchantId, asset: "ARS", amount: 1n, reference: "second" })
  assert.equal((await client.call("POST", "/payment", body)).status, 200)
  assert.equal((await client.call("GET", path)).body.operation.status, "confirmed")
})

test("a number gets so many recharges an hour; what was refused doesn't count", async () => {
  const client = await addClient(gateway, "Limited", { identifierLimit: 3 }, 10_000_000n)
  const identifierValue = "1155550199"
  for (const amount of [1, 100, 200, 100_000, 300]) {
    const { status } = await client.recharge({ identifierValue, amount })
    assert.equal(status, amount >= 100 && amount <= 50_000 ? 200 : 400)
  }
  const body = recharge({ identifierValue })
  assert.equal(says(await client.call("POST", "/payment", body)), "429 RPA04680")
  assert.equal((await client.recharge()).status, 200)
  const path = `/operation/${body["externalPaymentId"]}?type=external-payment-id`
  assert.equal(says(await client.call("GET", path)), "404 XPA04340")
})

test("the demo client's numbers get twenty recharges an hour", async () => {
  const identifierValue = "1144440199"
  const answers = await Promise.all(
    Array.from({ length: 25 }, () => demo.recharge({ identifierValue })),
  )
  const good = answers.filter(({ status }) => status === 200)
  assert.equal(good.length, 20)
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    assert.equal(says(answer), "429 RPA04680")
  }
})
