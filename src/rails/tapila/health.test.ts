/** What is said of a provider: whether a recharge that is ordered now would get through. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testCore } from "../../../test/support/core.ts"
import { testDatabase } from "../../../test/support/database.ts"
import type { Reply } from "../../../test/support/provider.ts"
import { failure, type TapilaWorld, tapilaWorld } from "../../../test/support/tapila-provider.ts"

type RailHealth = ReturnType<TapilaWorld["rail"]["health"]>[number]

const saying = ({ rail }: TapilaWorld) => {
  const [{ ok, detail }] = rail.health() as [RailHealth]
  return `${ok ? "ok" : "not ok"}: ${detail}`
}
const WELL = "ok: logged in; answers"

test("nobody is said to be well who wasn't asked yet; checking logs in, once", async (t) => {
  const world = await tapilaWorld(t)
  const { provider, rail } = world
  assert.equal(saying(world), "not ok: not logged in")
  await Promise.all([rail.check(), rail.check()])
  await rail.check()
  assert.equal(saying(world), WELL)
  assert.deepEqual(
    provider.asked.map(({ path }) => path),
    ["/login"],
  )
})

test("a check renews a login that ends while nobody recharges", async (t) => {
  const world = await tapilaWorld(t)
  const { provider, rail, clock } = world
  await rail.check()
  clock.advance(4 * 3_600_000)
  assert.equal(saying(world), "not ok: not logged in; answers")
  await rail.check()
  assert.equal(saying(world), WELL)
  assert.equal(provider.count(/login/), 2)
})

test("a login that is refused isn't tried again by checks: they would lock us out", async (t) => {
  const world = await tapilaWorld(t)
  const { provider, rail, clock } = world
  provider.on.login = () => failure(401, "ALO04140")
  await rail.check()
  assert.equal(saying(world), "not ok: login refused; answers")
  clock.advance(3_600_000)
  await rail.check()
  assert.equal(provider.count(/login/), 1)
})

test("a provider that isn't there is checked again, and a check never rejects", async (t) => {
  const world = await tapilaWorld(t)
  const { provider, rail } = world
  const { login } = provider.on
  provider.on.login = () => "reset"
  await rail.check()
  assert.match(saying(world), /^not ok: not logged in; answers; 0 s ago it broke the connection/)
  provider.on.login = login
  await rail.check()
  assert.match(saying(world), /^ok: logged in; answers; 0 s ago/)
})

const HTML: Reply = { status: 200, text: "<html>" }
const LOGINS: readonly (readonly [reply: Reply, state: string, problem: string])[] = [
  [failure(403, "XCX04143"), "login refused", "refuses our login"],
  [failure(404, "XCX04304"), "no login there", "knows no login at its address: check the base URL"],
  [failure(429, "XCX04680"), "too many logins", "is asked to log in too often"],
  [{ json: { token: "x" } }, "login without a token", "answers our login without a token"],
  [HTML, "login without a token", "answers our login without a token"],
  [failure(400, "XPA04000"), "login answered 400", "answers our login with 400"],
]
for (const [reply, state, problem] of LOGINS) {
  test(`health and log tell a login that is answered as: ${problem}`, async (t) => {
    const world = await tapilaWorld(t)
    world.provider.on.login = () => reply
    await world.rail.check()
    assert.ok(saying(world).startsWith(`not ok: ${state}; `), saying(world))
    await world.rail.check()
    assert.equal(world.provider.count(/login/), 1)
    world.clock.advance(60_000)
    await world.rail.check()
    const isAgain = /^(too many|login without)/.test(state)
    assert.equal(world.provider.count(/login/), isAgain ? 2 : 1)
    assert.ok(saying(world).startsWith(`not ok: ${state}; `), saying(world))
    const [line] = world.log.lines.filter(({ level }) => level === "error")
    assert.equal(line!.text, `the provider ${problem}`)
  })
}

const KEY = "refuses our key, or recharges are not enabled for us"
const PLACE = "knows no such path: check the base URL"
/** What every recharge would be answered, until somebody sees to it. */
const BLOCKS: readonly (readonly [status: number, code: string | null, detail: string])[] = [
  [400, "XPA04402", "has no money of ours left: top the wallet up"],
  [401, "XCX04140", "takes none of our tokens"],
  [403, "XCX04143", KEY],
  [403, null, KEY],
  [404, "XCX04304", PLACE],
  [405, "XCX04305", PLACE],
]
for (const [status, code, detail] of BLOCKS) {
  test(`a provider that answers ${status} ${code} isn't well until it takes one`, async (t) => {
    const world = await tapilaWorld(t)
    const { provider, begin, order, rail, clock } = world
    const { payment } = provider.on
    provider.on.payment = () => (code ? failure(status, code) : { status, json: {} })
    assert.deepEqual(await begin(order()), { kind: "rejected", reason: "operator_unavailable" })
    await rail.check()
    assert.equal(saying(world), `not ok: logged in; 0 s ago: ${detail}; answers`)
    clock.advance(90_000)
    assert.match(saying(world), /^not ok: logged in; 90 s ago: /)
    provider.on.payment = payment
    await begin(order())
    assert.equal(saying(world), WELL)
  })
}

test("what is wrong with one recharge says nothing about the next", async (t) => {
  const world = await tapilaWorld(t)
  const { provider, begin, order } = world
  const single = ["XPA04001", "XPA04000", "RPA04041"].map((code) => failure(400, code))
  for (const reply of [...single, failure(404, "XCX04325"), failure(429, "RPA04680")]) {
    provider.on.payment = () => reply
    await begin(order())
    assert.equal(saying(world), WELL)
  }
})

test("a key that is refused for look-ups is told as well", async (t) => {
  const world = await tapilaWorld(t)
  const { provider, order, look } = world
  provider.on.look = () => failure(403, "XCX04143")
  const asked = order()
  await look(asked)
  assert.match(saying(world), /^not ok: logged in; 0 s ago: refuses our key/)
  const errors = world.log.lines.filter(({ level }) => level === "error")
  assert.equal(errors.length, 1)
  provider.on.look = () => failure(404, "XPA04340")
  await look(asked)
  assert.match(saying(world), /^not ok: /)
  provider.on.look = () => ({ json: {} })
  await look(asked)
  assert.equal(saying(world), WELL)
})

test("that recharges are looked up says nothing about whether one is taken", async (t) => {
  const world = await tapilaWorld(t)
  const { provider, begin, look, order } = world
  const first = order()
  await begin(first)
  provider.on.payment = () => failure(400, "XPA04402")
  await begin(order())
  assert.deepEqual(await look(first), [{ kind: "settled" }])
  assert.match(saying(world), /^not ok: logged in; 0 s ago: has no money/)
})

test("what an operator refuses was taken, which clears it; the catalogue doesn't", async (t) => {
  const world = await tapilaWorld(t)
  const { provider, begin, order, rail } = world
  provider.on.payment = () => failure(400, "XPA04402")
  await begin(order())
  await rail.sells()
  assert.match(saying(world), /^not ok: /)
  provider.on.payment = ({ body }) => {
    provider.books.set(body.externalPaymentId, { status: "failed", body })
    return failure(500, "XX05000")
  }
  await begin(order())
  assert.equal(saying(world), WELL)
})

test("each rest of a provider is one line of the log, which says for how long", async (t) => {
  const { provider, begin, order, clock, log } = await tapilaWorld(t)
  provider.on.payment = () => "reset"
  for (let count = 0; count < 8; count += 1) await begin(order())
  const rests = () => log.lines.filter(({ text }) => text === "a provider is left alone")
  const [line] = rests()
  assert.equal(line!.level, "warn")
  const { provider: name, forMs, why } = line!.about as Record<string, unknown>
  assert.deepEqual([name, forMs], ["tapila first", 1_000])
  assert.match(String(why), /^broke the connection off/)
  clock.advance(1_000)
  for (let count = 0; count < 3; count += 1) await begin(order())
  assert.deepEqual(
    rests().map(({ about }) => (about as { forMs: number }).forMs),
    [1_000, 2_000],
  )
})

test("a gateway checks by itself, before anybody recharges", async (t) => {
  const { database } = await testDatabase(t)
  const world = await tapilaWorld(t)
  const { core } = await testCore(database, { rails: [world.rail] })
  await core.pass()
  assert.equal(saying(world), WELL)
})
