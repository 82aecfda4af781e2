/** Tapila's doors: logins, tokens and keys, what belongs to others, and hostile requests. */
import assert from "node:assert/strict"
import { createSecretKey } from "node:crypto"
import { after, test } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { SignJWT, UnsecuredJWT } from "jose"
import { loginAnswer } from "../../src/dialects/tapila/answers.ts"
import { ask, startGateway } from "../support/gateway.ts"
import { type Answer, addClient, demoClient, recharge, says } from "../support/tapila.ts"

const gateway = await startGateway({ after })
const { core } = gateway
const { baseUrl: base, clientUsername, password, apiKey } = gateway.credentials.tapila
const demo = await demoClient(gateway)
const stranger = await addClient(gateway, "Stranger")

function logIn(body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return ask("POST", `${base}/login`, { body, headers })
}

test("a login answers a readable token, and its ids in both spellings", async () => {
  const { status, body } = await logIn({ clientUsername, password })
  assert.equal(status, 200)
  loginAnswer.parse(body)
  assert.equal(body.main_tx, body.mainTx)
  const claims = JSON.parse(Buffer.from(body.accessToken.split(".")[1], "base64url").toString())
  assert.equal(claims.clientCompany, "Demo")
  assert.equal(claims.clientCountryCode, "")
  const livesS = claims.exp - core.clock.now().getTime() / 1_000
  assert.ok(livesS > 14_390 && livesS <= 14_400, String(livesS))
})

test("a newer login leaves the older tokens as they are", async () => {
  await logIn({ clientUsername, password })
  assert.equal((await demo.call("GET", "/AR-R-0901")).status, 200)
})

const LOGINS: [what: string, body: object, headers: Record<string, string>, says: string][] = [
  ["a wrong password", { clientUsername, password: "x" }, {}, "401 ALO04140"],
  ["an unknown user", { clientUsername: "nobody", password }, {}, "401 ALO04140"],
  ["another case", { clientUsername: clientUsername!.toUpperCase(), password }, {}, "401 ALO04140"],
  [
    "a password that nobody has",
    { clientUsername, password: "x".repeat(1_024) },
    {},
    "401 ALO04140",
  ],
  ["a key that nobody has", { clientUsername, password }, { "x-api-key": "x" }, "403 XCX04143"],
  [
    "another client's key",
    { clientUsername, password },
    { "x-api-key": stranger.shown["apiKey"]! },
    "403 XCX04143",
  ],
  [
    "another client's key and a wrong password",
    { clientUsername, password: "x" },
    { "x-api-key": stranger.shown["apiKey"]! },
    "401 ALO04140",
  ],
  ["an empty key", { clientUsername, password }, { "x-api-key": "" }, "403 XCX04143"],
  ["no user", { password }, {}, "400 XPA04000"],
  ["no password", { clientUsername }, {}, "400 XPA04000"],
  ["an empty password", { clientUsername, password: "" }, {}, "400 XPA04000"],
  ["a password of a megabyte", { clientUsername, password: "x".repeat(1_025) }, {}, "400 XPA04000"],
  ["a number for a user", { clientUsername: 1, password }, {}, "400 XPA04000"],
]
for (const [what, body, headers, expected] of LOGINS) {
  test(`a login with ${what} is answered ${expected}`, async () => {
    assert.equal(says(await logIn(body, headers)), expected)
  })
}

test("a login with the client's own key is as good as one without", async () => {
  assert.equal((await logIn({ clientUsername, password }, { "x-api-key": apiKey! })).status, 200)
})

test("whoever guesses cannot tell a user from nobody", async () => {
  const [known, unknown] = await Promise.all([
    logIn({ clientUsername: stranger.shown["clientUsername"], password: "x" }),
    logIn({ clientUsername: "nobody.either", password: "x" }),
  ])
  const told = ({ status, body: { code, message } }: Answer) => ({ status, code, message })
  assert.deepEqual(told(known), told(unknown))
  assert.equal(known.body.message, "Username or password are incorrect.")
})

test("refresh tokens open nothing, and are not refreshed", async () => {
  const { refreshToken } = (await logIn({ clientUsername, password })).body
  const headers = { "x-authorization-token": refreshToken }
  assert.equal(says(await demo.call("GET", "/AR-R-0901", undefined, headers)), "401 XCX04140")
  assert.equal(
    says(await ask("POST", `${base}/refresh`, { body: { refreshToken } })),
    "403 XCX04143",
  )
})

const both = { "x-authorization-token": demo.token, "x-api-key": apiKey! }
const NO_TOKEN = "401 XCX04140"
const claims = JSON.parse(Buffer.from(demo.token.split(".")[1]!, "base64url").toString())
const [ours] = core.deriveKeys("tapila.token")

/** A token of the demo client that somebody made who knows the key, or thinks so. */
function forged({ alg = "HS256", kid = ours!.id, key = ours!.key, exp = claims.exp }) {
  const made = new SignJWT({ ...claims, exp }).setProtectedHeader({ alg, kid })
  return made.sign(createSecretKey(key))
}

test("a token with our own key under it is good, as the forged ones are not", async () => {
  const headers = { ...both, "x-authorization-token": await forged({}) }
  assert.equal((await ask("GET", `${base}/AR-R-0901`, { headers })).status, 200)
})

const nowS = Math.floor(core.clock.now().getTime() / 1_000)
const FORGED: [what: string, token: string][] = [
  ["of 10,000 characters", "x".repeat(10_000)],
  ["that isn't signed", new UnsecuredJWT(claims).encode()],
  ["under another key", await forged({ key: Buffer.alloc(32, 9) })],
  ["that names another key", await forged({ kid: "00000000" })],
  ["of another algorithm", await forged({ alg: "HS512", key: Buffer.alloc(64, 9) })],
  ["that has expired", await forged({ exp: nowS - 1 })],
]

const DOORS: [what: string, headers: Record<string, string>, says: string][] = [
  ["nothing", {}, "401 XCX04140"],
  ["a key alone", { "x-api-key": apiKey! }, "401 XCX04140"],
  ["a token that isn't one", { ...both, "x-authorization-token": "x" }, "401 XCX04140"],
  [
    "a token that was changed",
    { ...both, "x-authorization-token": `${demo.token}x` },
    "401 XCX04140",
  ],
  ...FORGED.map(([what, token]): [string, Record<string, string>, string] => [
    `a token ${what}`,
    { ...both, "x-authorization-token": token },
    NO_TOKEN,
  ]),
  [
    "a token in another header",
    { authorization: `Bearer ${demo.token}`, "x-api-key": apiKey! },
    "401 XCX04140",
  ],
  ["a token alone", { "x-authorization-token": demo.token }, "403 XCX04143"],
  ["an unknown key", { ...both, "x-api-key": "unknown" }, "403 XCX04143"],
  ["another client's key", { ...both, "x-api-key": stranger.shown["apiKey"]! }, "403 XCX04143"],
  ["another client's token", { ...both, "x-authorization-token": stranger.token }, "403 XCX04143"],
]
const CALLS: [method: string, path: string, body?: object][] = [
  ["GET", "/recharges"],
  ["GET", "/AR-R-0901"],
  ["GET", "/tags"],
  ["POST", "/payment", recharge()],
  ["GET", "/operation/x?type=external-payment-id"],
  ["POST", "/wallet/balance", {}],
  ["POST", "/exchange/rate", {}],
]
for (const [what, headers, expected] of DOORS) {
  test(`with ${what} every call is answered ${expected}`, async () => {
    for (const [method, path, body] of CALLS) {
      assert.equal(says(await ask(method, base + path, { headers, body })), expected, path)
    }
  })
}

test("a token is good only as long as its login is, and a key until it is revoked", async () => {
  const client = await addClient(gateway, "Leaving")
  const credentials = await core.merchants.credentials(client.merchantId)
  for (const [kind, expected] of [
    ["key", "403 XCX04143"],
    ["login", "401 XCX04140"],
  ]) {
    const { id } = credentials.find((each) => each.kind === kind)!
    assert.ok(await core.merchants.revoke(client.merchantId, id))
    const giveUpAt = performance.now() + 1_500
    for (;;) {
      const answer = await client.call("GET", "/AR-R-0901")
      if (answer.status !== 200 && says(answer) === expected) break
      assert.ok(performance.now() < giveUpAt, `the ${kind} still works`)
      await sleep(50)
    }
  }
})

test("nobody sees, or runs into, what another client has", async () => {
  const body = recharge({ externalPaymentId: "shared" })
  const mine = await demo.call("POST", "/payment", body)
  assert.equal(mine.status, 200)
  const { operationId } = mine.body
  assert.equal(says(await stranger.call("GET", `/operation/${operationId}`)), "404 XPA04340")
  const path = "/operation/shared?type=external-payment-id"
  assert.equal(says(await stranger.call("GET", path)), "404 XPA04340")
  const theirs = await stranger.call("POST", "/payment", body)
  assert.equal(theirs.status, 200)
  assert.notEqual(theirs.body.operationId, operationId)
  assert.equal((await demo.call("GET", path)).body.operation.operationId, operationId)
})

test("what a client has in another dialect is no operation", async () => {
  const merchant = await core.merchants.find(demo.merchantId)
  const created = await core.pay.create({
    merchant: merchant!,
    dialect: "caudal",
    kind: "charge",
    reference: "elsewhere",
    amount: 100n,
    asset: "ARS",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: null,
    repeat: "refuse",
  })
  assert.ok("payment" in created)
  for (const path of [created.payment.id, "elsewhere?type=external-payment-id"]) {
    assert.equal(says(await demo.call("GET", `/operation/${path}`)), "404 XPA04340")
  }
})

const deep = `${'{"a":'.repeat(30)}1${"}".repeat(30)}`
const HOSTILE: [
  what: string,
  method: string,
  path: string,
  body: string | undefined,
  says: string,
][] = [
  ["JSON that isn't", "POST", "/payment", "{", "400 XPA04000"],
  ["no body", "POST", "/payment", "", "400 XPA04000"],
  ["a list", "POST", "/payment", "[]", "400 XPA04000"],
  ["text", "POST", "/payment", '"x"', "400 XPA04000"],
  ["null", "POST", "/payment", "null", "400 XPA04000"],
  ["a prototype", "POST", "/payment", '{"__proto__":{"amount":1}}', "400 XPA04000"],
  ["a constructor", "POST", "/payment", '{"constructor":{"prototype":{}}}', "400 XPA04000"],
  ["a body without an end", "POST", "/payment", deep, "400 XPA04000"],
  ["half a character", "POST", "/payment", '{"companyCode":"\\ud800"}', "400 XPA04000"],
  ["a megabyte", "POST", "/payment", `{"a":"${"x".repeat(1_048_576)}"}`, "413 XPA04013"],
  ["an unknown path", "GET", "/nothing/here", undefined, "404 XCX04304"],
  ["the bare prefix", "GET", "", undefined, "404 XCX04304"],
  ["a path like a company's", "GET", "/AR-R-x", undefined, "404 XCX04304"],
  ["an endless path", "GET", `/${"x".repeat(300)}`, undefined, "400 XPA04000"],
  ["a wrong method", "DELETE", "/payment", undefined, "405 XCX04305"],
  ["a wrong method on a company", "POST", "/AR-R-0901", "{}", "405 XCX04305"],
  ["a wrong method on the login", "GET", "/login", undefined, "405 XCX04305"],
]
for (const [what, method, path, body, expected] of HOSTILE) {
  test(`${what} is answered ${expected}`, async () => {
    assert.equal(says(await demo.call(method, path, body)), expected)
  })
}

test("a body that isn't JSON by its type is refused", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/xml"]) {
    const body = JSON.stringify(recharge())
    const answer = await demo.call("POST", "/payment", body, { "content-type": type })
    assert.equal(says(answer), "415 XPA04015")
  }
})

test("a client that sends an id finds it as the transaction of every answer", async () => {
  const id = "0b8f6b0e-6a53-4d6c-9a35-3a4f1d2c8e11"
  for (const own of [id, id.toUpperCase()]) {
    const headers = { "x-request-id": own }
    const good = await demo.call("GET", "/AR-R-0901", undefined, headers)
    const bad = await demo.call("GET", "/AR-R-9999", undefined, headers)
    for (const { body } of [good, bad]) {
      assert.equal(body.mainTx, own)
      assert.notEqual(body.tx, own)
    }
  }
})

const RATE = ["limit", "remaining", "reset"] as const
const rateOf = ({ headers }: Answer) => RATE.map((name) => headers.get(`x-ratelimit-${name}`))

test("a client with a limit is told how it stands, and over it nothing is created", async () => {
  const client = await addClient(gateway, "Hurried", { requestsPerMinute: 8 })
  const body = recharge({ externalPaymentId: "hurried" })
  const text = { "content-type": "text/plain" }
  const { "x-api-key": key } = both
  const calls: [Promise<Answer>, status: number][] = [
    [client.call("GET", "/AR-R-0901"), 200],
    [client.call("GET", "/AR-R-0901", undefined, { "if-none-match": "*" }), 304],
    [client.call("POST", "/wallet/balance"), 200],
    // Whatever becomes of a request, it counts.
    [client.call("GET", "/AR-R-9999"), 404],
    [client.call("POST", "/payment", { companyCode: "" }), 400],
    [client.call("POST", "/payment", "x", text), 415],
    [client.call("POST", "/payment", `{"a":"${"x".repeat(1_048_576)}"}`), 413],
  ]
  const left = new Set<string | null>()
  for (const [answer, status] of calls) {
    const [limit, remaining, reset] = rateOf(await answer)
    assert.equal((await answer).status, status)
    assert.equal(limit, "8")
    assert.ok(Number(reset) > 0 && Number(reset) <= 60, String(reset))
    left.add(remaining ?? null)
  }
  assert.deepEqual([...left].sort(), ["1", "2", "3", "4", "5", "6", "7"])
  // Neither somebody without its key nor a path that isn't there uses up what is the client's.
  for (const path of ["/AR-R-0901", "/nothing/here"]) {
    assert.deepEqual(rateOf(await client.call("GET", path, undefined, { "x-api-key": key })), [
      null,
      null,
      null,
    ])
  }
  assert.equal((await client.call("POST", "/payment", body)).status, 200)
  for (const again of [body, recharge({ externalPaymentId: "too many" })]) {
    const refused = await client.call("POST", "/payment", again)
    assert.equal(says(refused), "429 XCX04680")
    const [limit, remaining, reset] = rateOf(refused)
    assert.deepEqual([limit, remaining], ["8", "0"])
    assert.equal(refused.headers.get("retry-after"), reset)
  }
  const find = (reference: string) =>
    core.payments.findByReference(client.merchantId, "tapila", reference)
  assert.equal((await find("hurried"))?.state, "approved")
  assert.equal(await find("too many"), null)
})

test("a client without a limit is told of none, also where that is said by a zero", async () => {
  const free = await addClient(gateway, "Free", { requestsPerMinute: 0 })
  for (const client of [demo, free]) {
    assert.deepEqual(rateOf(await client.call("GET", "/AR-R-0901")), [null, null, null])
  }
})

// The last of all: from here on this address has failed often.
test("who keeps failing is slowed down, and then stopped for a while", async () => {
  const name = stranger.shown["clientUsername"]
  const guess = () => logIn({ clientUsername: name, password: "x" })
  const guesses = (count: number) => Promise.all(Array.from({ length: count }, guess))
  assert.deepEqual(new Set((await guesses(7)).map(says)), new Set(["401 ALO04140"]))
  const startedMs = performance.now()
  assert.equal(says(await guess()), "401 ALO04140")
  assert.ok(performance.now() - startedMs >= 100, "a guess after seven is not slowed down")
  // Guesses at the same moment count like one after another: fifteen in all are the last.
  const together = (await guesses(40)).map(says)
  const tried = together.filter((each) => each === "401 ALO04140").length
  assert.ok(tried > 0 && tried <= 7, `${tried} of them were tried`)
  const right = { clientUsername: name, password: stranger.shown["password"] }
  const last = await logIn(right)
  assert.equal(says(last), "429 XCX04680")
  assert.equal(last.headers.get("retry-after"), "30")
  assert.equal((await logIn({ clientUsername, password })).status, 200)
})
