/** Creates of Palomma Direct Debit under an Idempotency-Key: once, whatever was answered. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { account, assertMessage, demoClient, newMerchant, PERSON } from "../support/direct-debit.ts"
import { startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { baseUrl, apiKey = "" } = gateway.credentials.palommaDirectDebit
const { call, make, newCustomer, newMethod, past } = demoClient(gateway)

async function counts(): Promise<number[]> {
  const { rows } = await gateway.database.query<{ n: bigint }>(
    `select count(*) as n from customers union all select count(*) from instruments
union all select count(*) from payments union all select count(*) from attempts`,
  )
  return rows.map((row) => Number(row.n))
}

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
})

test("a key is 1 to 255 visible characters", async () => {
  for (const bad of ["", "x".repeat(256), "two words", "\u00f1"]) {
    const answer = await call("POST", "/customers", PERSON, { "idempotency-key": bad })
    assertMessage(answer, 400, bad)
    assert.match(answer.body.message, /^Idempotency-Key /)
  }
  await make("/customers", PERSON, { "idempotency-key": "x".repeat(255) })
})

test("a key is its merchant's own, and a repeat is answered to the byte", async () => {
  const headers = { "idempotency-key": "order-1010" }
  const first = await make("/customers", PERSON, headers)
  const reversed = Object.fromEntries(Object.entries(PERSON).reverse())
  for (const body of [PERSON, reversed, { ...PERSON, unknown: 1 }]) {
    assert.deepEqual(await make("/customers", body, headers), first)
  }
  const [one, two] = await Promise.all(
    [1, 2].map(async () => {
      const sent = await fetch(`${baseUrl}/customers`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${apiKey}`,
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify(PERSON, null, 2),
      })
      return sent.text()
    }),
  )
  assert.equal(one, two)
  const other = await newMerchant(gateway, "Same key")
  assert.notEqual((await other.make("/customers", PERSON, headers)).id, first.id)
})

test("a repeat of a charge is answered as it was first, whatever became of it", async () => {
  const paymentMethodId = await newMethod(account(await newCustomer(), "123456701"))
  const headers = { "idempotency-key": "order-1011" }
  const body = { paymentMethodId, amount: 123 }
  const first = await make("/paymentRequests", body, headers)
  assert.equal(first.status, "pending")
  const failed = await past(`/paymentRequests/${first.id}`, ["pending"])
  assert.equal(failed.status, "error")
  assert.deepEqual(await make("/paymentRequests", body, headers), first)
})

test("of two different charges under one key at once, one is made", async () => {
  const paymentMethodId = await newMethod(account(await newCustomer()))
  const headers = { "idempotency-key": "race" }
  const before = await counts()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      call("POST", "/paymentRequests", { paymentMethodId, amount: 100 + (at % 2) }, headers),
    ),
  )
  const made = answers.filter(({ status }) => status === 201)
  assert.equal(made.length, 10)
  assert.equal(new Set(made.map(({ body }) => body.id)).size, 1)
  for (const each of answers) if (each.status !== 201) assertMessage(each, 422, "race")
  const after = await counts()
  assert.deepEqual(
    after.map((count, at) => count - before[at]!),
    [0, 0, 1, 1],
  )
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

test("a repeat hears its first answer, whatever was agreed otherwise since", async () => {
  const shop = await newMerchant(gateway, "Changed")
  const customerId = await shop.newCustomer()
  const paymentMethodId = await shop.newMethod(account(customerId))
  const creates: [path: string, body: object, refused: object, says: RegExp][] = [
    [
      "/paymentRequests",
      { paymentMethodId, amount: 900 },
      { paymentMethodId, amount: 901 },
      /amount/,
    ],
    [
      "/paymentMethods",
      account(customerId),
      account(customerId, "987654321"),
      /^type: .* not offered/,
    ],
  ]
  const headers = { "idempotency-key": "before" }
  const first = await Promise.all(
    creates.map(([path, body]) => shop.call("POST", path, body, headers)),
  )
  // Lower limits, and no rail for banks.
  const none = JSON.stringify({ rails: { bank: "none" } })
  await gateway.database.query(
    `update terms set settings = settings || '{"maxAmount": "100"}' where merchant_id = $1`,
    [shop.merchantId],
  )
  await gateway.database.query("update merchants set settings = settings || $2 where id = $1", [
    shop.merchantId,
    none,
  ])
  for (const [at, [path, body, other, says]] of creates.entries()) {
    const giveUpAt = performance.now() + 5_000
    // Who calls is remembered for a moment.
    for (;;) {
      const fresh = await shop.call("POST", path, other)
      if (fresh.status === 400) {
        assert.match(fresh.body.message, says)
        break
      }
      assert.ok(performance.now() < giveUpAt, path)
    }
    const again = await shop.call("POST", path, body, headers)
    assert.deepEqual([again.status, again.body], [201, first[at]!.body], path)
    assertMessage(await shop.call("POST", path, body), 400, "without a key")
    // Another request under that key isn't this one.
    assertMessage(await shop.call("POST", path, other, headers), 400, "another")
  }
})

test("a repeat of a charge hears its first answer after its account was revoked", async () => {
  const paymentMethodId = await newMethod(account(await newCustomer()))
  const headers = { "idempotency-key": "order-1012" }
  const body = { paymentMethodId, amount: 123 }
  const first = await make("/paymentRequests", body, headers)
  assert.equal((await call("DELETE", `/paymentMethods/${paymentMethodId}`)).status, 200)
  assert.deepEqual(await make("/paymentRequests", body, headers), first)
  assertMessage(await call("POST", "/paymentRequests", body), 400, "a new one")
})
