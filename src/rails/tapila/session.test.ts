/** Logging in: once for many, again before the token ends, and not again and again when refused. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Reply } from "../../../test/support/provider.ts"
import { failure, SECRETS, tapilaWorld, token } from "../../../test/support/tapila-provider.ts"
import type { BeginAnswer } from "../../core/index.ts"

const kindOf = (answer: BeginAnswer | "unknown") => (answer === "unknown" ? answer : answer.kind)

test("orders that come together log in once, with user, password and key", async (t) => {
  const { begin, provider, order } = await tapilaWorld(t)
  const answers = await Promise.all(Array.from({ length: 20 }, () => begin(order())))
  assert.deepEqual(new Set(answers.map(kindOf)), new Set(["settled"]))
  const logins = provider.asked.filter(({ path }) => path === "/login")
  assert.equal(logins.length, 1)
  assert.deepEqual(logins[0]!.body, { clientUsername: "acme", password: SECRETS.password })
  assert.equal(logins[0]!.headers["x-api-key"], SECRETS.apiKey)
})

test("a token is used until shortly before its end, whatever it says of itself", async (t) => {
  const start = new Date("2026-01-05T14:00:00.000Z").getTime() / 1_000
  const unsigned = Buffer.from("{}").toString("base64url")
  const table: [name: string, token: string, usedForMs: number][] = [
    ["four hours", token(start + 14_400), 14_400_000 - 60_000],
    ["a minute", token(start + 60), 30_000],
    ["two days", token(start + 2 * 86_400), 86_400_000],
    ["over by our clock", token(start - 10), 3_600_000],
    ["in milliseconds, by mistake", token((start + 10) * 1_000), 86_400_000],
    ["no JWT", "plain-token", 3_600_000],
    ["no exp", `a.${unsigned}.b`, 3_600_000],
    ["no JSON", "a.b.c", 3_600_000],
  ]
  for (const [name, accessToken, usedForMs] of table) {
    const { begin, provider, order, clock } = await tapilaWorld(t)
    provider.on.login = () => ({ json: { accessToken } })
    await begin(order())
    clock.advance(usedForMs - 1)
    await begin(order())
    assert.equal(provider.count(/login/), 1, name)
    clock.advance(1)
    await begin(order())
    assert.equal(provider.count(/login/), 2, name)
  }
})

test("a token that isn't taken any more is renewed once for a call", async (t) => {
  const { begin, provider, order } = await tapilaWorld(t)
  const { payment } = provider.on
  const taken = new Set<string>()
  // The first token of all ends under way.
  provider.on.payment = (asked) => {
    const given = asked.headers["x-authorization-token"]!
    taken.add(given)
    return taken.size === 1 ? failure(401, "XCX04140") : payment(asked)
  }
  const answers = await Promise.all([begin(order()), begin(order()), begin(order())])
  assert.deepEqual(answers.map(kindOf), ["settled", "settled", "settled"])
  assert.equal(provider.count(/login/), 2)
  assert.equal(provider.books.size, 3)
})

test("with a new token refused as well, the order didn't go", async (t) => {
  const { begin, provider, order, log, clock } = await tapilaWorld(t)
  const replies: Reply[] = [
    failure(401, "XCX04140"),
    { status: 401, json: { message: "Unauthorized" } },
  ]
  for (const reply of replies) {
    provider.on.payment = () => reply
    const asked = order()
    const before = provider.count(/payment/)
    assert.deepEqual(await begin(asked), { kind: "rejected", reason: "operator_unavailable" })
    assert.equal(provider.count(/payment/) - before, 2)
    clock.advance(1)
    assert.equal(await begin({ ...asked, begunAt: clock.now() }), "unknown")
  }
  const errors = log.lines.filter(({ level }) => level === "error")
  assert.deepEqual(
    errors.map(({ text }) => text),
    ["the provider takes none of our tokens"],
    "once a minute",
  )
})

test("a refused login isn't tried again for a minute: we would be locked out", async (t) => {
  const { begin, provider, order, rail, clock, log } = await tapilaWorld(t)
  const { login } = provider.on
  provider.on.login = () => failure(401, "ALO04140")
  for (let count = 0; count < 5; count += 1) assert.equal(kindOf(await begin(order())), "rejected")
  assert.equal(provider.count(/login/), 1)
  assert.deepEqual(rail.health!(), [
    { name: "tapila first", ok: false, detail: "login refused; answers" },
  ])
  const [line] = log.lines.filter(({ level }) => level === "error")
  assert.equal(line!.text, "the provider refuses our login")
  assert.deepEqual(line!.about, { rail: "tapila", connection: "first", status: 401 })
  provider.on.login = login
  clock.advance(60_000)
  assert.equal(kindOf(await begin(order())), "settled")
  assert.equal(rail.health!()[0]!.detail, "logged in; answers")
})

test("a login that is slow to fail is waited for by all, once", async (t) => {
  const { begin, provider, order } = await tapilaWorld(t, { timeoutMs: 1_000 })
  provider.on.login = () => "reset"
  const answers = await Promise.all(Array.from({ length: 10 }, () => begin(order())))
  assert.deepEqual(new Set(answers.map(kindOf)), new Set(["rejected"]))
  // For the company's name, and for the recharge itself.
  assert.ok(provider.count(/login/) <= 2)
})

test("an order doesn't wait for a login beyond its own time", async (t) => {
  const { provider, order, rail, clock, begin } = await tapilaWorld(t, { timeoutMs: 1_000 })
  provider.on.login = () => "hang"
  const begunAt = new Date(clock.now().getTime() - rail.beginTimeoutMs + 100)
  const startedMs = performance.now()
  assert.equal(kindOf(await begin(order({ begunAt, createdAt: begunAt }))), "rejected")
  assert.ok(performance.now() - startedMs < 700)
  assert.equal(provider.count(/payment/), 0)
})

test("each service has its own host and key, where it has", async (t) => {
  const { begin, provider, order, rail } = await tapilaWorld(t, (url: string) => ({
    baseUrl: undefined,
    hosts: {
      login: `${url}/on-login`,
      companies: `${url}/on-companies/`,
      recharges: `${url}/on-recharges`,
    },
    apiKey: undefined,
    apiKeys: { companies: "hush-c", recharges: "hush-r" },
  }))
  const asked = order()
  assert.equal(kindOf(await begin(asked)), "settled")
  await rail.observe([asked], null)
  await rail.sells!()
  const look = `/operation/${asked.attemptId}?type=external-payment-id`
  assert.deepEqual(
    provider.asked.map(({ path, headers }) => [path, headers["x-api-key"]]),
    [
      ["/on-login/login", undefined],
      ["/on-companies/AR-R-0901", "hush-c"],
      ["/on-recharges/payment", "hush-r"],
      [`/on-recharges${look}`, "hush-r"],
      ["/on-companies/recharges?active=true", "hush-c"],
    ],
  )
  assert.deepEqual(await rail.balances(), [], "it has no tools")
})

test("no secret and no number stands in a line of log, an error or the health", async (t) => {
  const { provider, order, rail, log } = await tapilaWorld(t)
  const errors: unknown[] = []
  const tried = async () => {
    const asked = order()
    await rail.begin(asked).catch((error) => errors.push(error))
    await rail.observe([asked], null)
    await rail.sells!().catch((error) => errors.push(error))
    await rail.balances().catch((error) => errors.push(error))
  }
  const { payment } = provider.on
  const replies = [payment, () => failure(400, "XPA04402"), () => failure(401, "XCX04140")]
  for (const reply of replies) {
    provider.on.payment = reply
    await tried()
  }
  provider.on.payment = () => "reset"
  provider.on.look = () => "half"
  provider.on.list = () => ({ text: "<html>" })
  for (let count = 0; count < 3; count += 1) await tried()
  await provider.stop()
  await tried()
  const shown = errors.map((error) => {
    const { message, stack, cause } = error as Error
    return [message, stack, String(cause), (cause as Error | undefined)?.stack]
  })
  assert.ok(errors.length > 5 && log.lines.length > 10)
  const text = JSON.stringify([shown, log.lines, rail.health!()])
  for (const secret of ["hush", SECRETS.identifier]) assert.ok(!text.includes(secret), secret)
})
