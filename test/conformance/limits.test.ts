/** Who asks too often, or is wrong too often, hears 429 in his API's own shape, of every node. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import type { DialectName } from "../../src/core/index.ts"
import { dialects } from "../../src/dialects/index.ts"
import { WRONG_PER_MINUTE } from "../../src/dialects/limit.ts"
import { FOR_USER, suspectsOf } from "../../src/dialects/tapila/throttle.ts"
import type { System } from "../../src/system.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { addMerchant } from "../support/merchant.ts"

// Behind a proxy: only then is an address what the proxy says it is.
const gateway = await startGateway({ after }, { CAUDAL_TRUST_PROXY: "loopback" }, { nodes: 2 })
const { core } = gateway
const shop = await addMerchant(gateway, "Shop")

type Headers = Record<string, string>
type Shown = Readonly<Record<string, string>>

const SENTENCE = "too many requests without valid credentials"
const EXPECTED: Readonly<
  Record<
    DialectName,
    {
      readonly path: string
      proof(shown: Shown): Headers | Promise<Headers>
      readonly wrong: Headers
      /** The status of a call with a wrong proof. */
      readonly refused: number
      /** The whole body of a 429, but for what differs from one to the next. */
      body(sentence: string): object
    }
  >
> = {
  pentagoo: {
    path: "/api/payment/none",
    proof: ({ key, secret }) => ({ oauth: `${key}:${secret}` }),
    wrong: { oauth: `01234567-89ab-4cde-8f01-23456789abcd:${"0".repeat(32)}` },
    refused: 401,
    body: () => ({ code: "429", message: "Too Many Requests" }),
  },
  tapila: {
    path: "/AR-R-0901",
    proof: async ({ clientUsername, password, apiKey }) => {
      const url = `${gateway.url}/tapila/login`
      const { body } = await ask("POST", url, { body: { clientUsername, password } })
      return { "x-authorization-token": body.accessToken, "x-api-key": apiKey! }
    },
    wrong: { "x-authorization-token": "x", "x-api-key": "x" },
    refused: 401,
    body: (message) => ({ code: "XCX04680", message }),
  },
  "palomma-pay": {
    path: "/payment-requests/none",
    proof: ({ privateKey }) => ({ authorization: privateKey! }),
    wrong: { authorization: "nobody's" },
    refused: 401,
    body: (message) => ({ message }),
  },
  "palomma-direct-debit": {
    path: "/v1/customers/none",
    proof: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
    wrong: { authorization: "Bearer nobody's" },
    refused: 401,
    body: (message) => ({ message }),
  },
  caudal: {
    path: "/payments?limit=1",
    proof: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
    wrong: { authorization: "Bearer nobody's" },
    refused: 401,
    body: (detail) => ({
      type: "urn:caudal:problem:too_many_requests",
      title: "Too many requests",
      status: 429,
      detail,
      code: "too_many_requests",
      docs_url: `${gateway.url}/docs/problems#too_many_requests`,
    }),
  },
}

const urlOf = (name: DialectName) =>
  gateway.url + dialects.find((each) => each.name === name)!.prefix + EXPECTED[name].path

function isTooMany(answer: Awaited<ReturnType<typeof ask>>, name: DialectName, sentence: string) {
  assert.equal(answer.status, 429)
  const { tx: _, mainTx: __, request_id: ___, ...body } = answer.body
  assert.deepEqual(body, EXPECTED[name].body(sentence))
  const waitS = Number(answer.headers.get("retry-after"))
  assert.ok(waitS >= 1 && waitS <= 60, `Retry-After: ${waitS}`)
}

/** Makes one more key of a merchant; answers what it is shown. */
async function anotherKey(merchantId: string, name: DialectName): Promise<Shown> {
  const signingKey = (await core.merchants.signingKey(merchantId, name))!
  const dialect = dialects.find((each) => each.name === name)!
  const issued = dialect.issue(core.ids, { merchantName: "Shop", signingKey })
  for (const secret of issued.secrets) await core.merchants.addCredential(merchantId, name, secret)
  return issued.shown
}

for (const { name } of dialects) {
  test(`${name}: too many requests are answered 429, of each merchant by itself`, async () => {
    const { id: merchantId, shown } = shop
    await core.merchants.changeTerms(merchantId, name, { requestsPerMinute: 3 })
    const headers = await EXPECTED[name].proof(shown[name]!)
    const again = () => ask("GET", urlOf(name), { headers })
    for (let request = 0; request < 3; request += 1) assert.notEqual((await again()).status, 429)
    isTooMany(await again(), name, "more than 3 requests in a minute")
    const more = await EXPECTED[name].proof(await anotherKey(merchantId, name))
    const withIt = await ask("GET", urlOf(name), { headers: more })
    isTooMany(withIt, name, "more than 3 requests in a minute")
    const demo = gateway.sandbox.find(({ dialect }) => dialect === name)!.credentials
    const theirs = await EXPECTED[name].proof(demo)
    assert.notEqual((await ask("GET", urlOf(name), { headers: theirs })).status, 429)
  })
}

test("an address that keeps being wrong hears 429 in every API, and others don't", async () => {
  const from = (address: string) => ({ "x-forwarded-for": address })
  const [first, ...rest] = dialects
  const wrong = (name: DialectName, address: string) =>
    ask("GET", urlOf(name), { headers: { ...EXPECTED[name].wrong, ...from(address) } })
  // One host has a whole network of IPv6 addresses.
  const inNetwork = (at: number) => `2001:db8:0:7::${at.toString(16)}`
  const tries = Array.from({ length: WRONG_PER_MINUTE }, (_, at) =>
    wrong(first!.name, inNetwork(at)),
  )
  for (const { status } of await Promise.all(tries))
    assert.equal(status, EXPECTED[first!.name].refused)
  for (const { name } of [first!, ...rest]) {
    isTooMany(await wrong(name, inNetwork(9_999)), name, SENTENCE)
    // Whoever is right is let in from there, too.
    const demo = gateway.sandbox.find(({ dialect }) => dialect === name)!.credentials
    const headers = { ...(await EXPECTED[name].proof(demo)), ...from(inNetwork(1)) }
    assert.notEqual((await ask("GET", urlOf(name), { headers })).status, 429, name)
    assert.equal((await wrong(name, "2001:db8:0:8::1")).status, EXPECTED[name].refused)
  }
  const operator = `${gateway.url}/v1/operator/merchants/x/balances`
  const headers = { authorization: "Bearer nobody's", ...from(inNetwork(5)) }
  assert.equal((await ask("GET", operator, { headers })).status, 429)
})

test("a sandbox's own machine may be wrong as often as it likes", async () => {
  const { wrong, refused } = EXPECTED.caudal
  const headers = { ...wrong, "x-forwarded-for": "127.0.0.1" }
  const tries = Array.from({ length: WRONG_PER_MINUTE + 5 }, () =>
    ask("GET", urlOf("caudal"), { headers }),
  )
  for (const { status } of await Promise.all(tries)) assert.equal(status, refused)
})

test("strangers who guess a name's password stop themselves, and slow down its owner", async () => {
  const { failures } = core.limits
  const [other] = gateway.nodes.slice(1)
  const guessers = ["198.51.100.1", "2001:db8:9::1"]
  for (let guess = 0; guess < FOR_USER.most; guess += 1) {
    for (const ip of guessers) await failures.failed(suspectsOf("acme.user", ip))
  }
  const waitsOn = (node: System, name: string, ip: string) =>
    node.core.limits.failures.waitMs(suspectsOf(name, ip))
  for (const ip of guessers) assert.equal(await waitsOn(other!, "acme.user", ip), null)
  assert.equal(await waitsOn(other!, "acme.user", "203.0.113.5"), 3_000)
  assert.equal(await waitsOn(other!, "acme.other", "198.51.100.1"), 0)
  assert.equal(await waitsOn(other!, "acme.other", "203.0.113.5"), 0)
})
