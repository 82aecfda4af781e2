/** How the rail asks for names, rests from an ill provider, and looks at many orders. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  failure,
  HTML,
  paying,
  tapilaWorld,
  UNAVAILABLE,
} from "../../../test/support/tapila-provider.ts"

test("a company's word for the number is asked for hourly, and can be missing", async (t) => {
  const { rail, provider, order, clock } = await tapilaWorld(t)
  provider.on.company = () => failure(404, "XCX04325")
  await rail.begin(order())
  assert.ok(!("identifierName" in provider.asked.at(-1)!.body))
  clock.advance(5_000)
  provider.on.company = () => ({ json: { identifierName: "IDC" } })
  for (let count = 0; count < 3; count += 1) await rail.begin(order())
  assert.equal(provider.count(/AR-R-0901/), 2)
  clock.advance(3_599_999)
  await rail.begin(order())
  assert.equal(provider.count(/AR-R-0901/), 2)
  clock.advance(1)
  await rail.begin(order())
  assert.equal(provider.count(/AR-R-0901/), 3)
})

test("a name that is known stays so while it can't be asked for", async (t) => {
  const { begin, provider, order, clock } = await tapilaWorld(t)
  const named = async () => {
    await begin(order())
    const { body } = provider.asked.findLast(({ path }) => path === "/payment")!
    return body.identifierName
  }
  assert.equal(await named(), "IDC")
  for (const reply of ["reset", HTML, failure(404, "XCX04325")] as const) {
    provider.on.company = () => reply
    clock.advance(3_600_000)
    assert.equal(await named(), "IDC", JSON.stringify(reply))
  }
  const asked = provider.count(/AR-R-0901/)
  provider.on.company = () => ({ json: { identifierName: "Número" } })
  clock.advance(5_000)
  assert.equal(await named(), "Número", "it is asked for again before an hour is over")
  assert.equal(provider.count(/AR-R-0901/), asked + 1)
})

test("the call that tries a provider that was ill is a recharge, and no name", async (t) => {
  const { begin, provider, order, clock } = await tapilaWorld(t)
  const { payment } = provider.on
  provider.on.company = () => "reset"
  provider.on.payment = () => "reset"
  for (let count = 0; count < 5; count += 1) await begin(order())
  assert.deepEqual(await begin(order()), UNAVAILABLE, "it rests")
  provider.on.payment = payment
  clock.advance(60_000)
  assert.equal(((await begin(order())) as { kind: string }).kind, "settled")
})

test("a host of its own for the names is tried by a name", async (t) => {
  const { begin, provider, order, clock } = await tapilaWorld(t, (url) => ({
    baseUrl: undefined,
    hosts: { login: url, companies: `${url}/on-companies`, recharges: url },
  }))
  provider.on.company = () => "reset"
  for (let count = 0; count < 6; count += 1) {
    assert.equal(((await begin(order())) as { kind: string }).kind, "settled")
    clock.advance(5_000)
  }
  provider.on.company = () => ({ json: { identifierName: "IDC" } })
  clock.advance(60_000)
  await begin(order())
  assert.equal(provider.asked.at(-1)!.body.identifierName, "IDC")
})

test("an ill provider rests: orders are refused at once, and go again after it", async (t) => {
  const { begin, provider, order, clock, rail } = await tapilaWorld(t)
  const { payment } = provider.on
  provider.on.payment = () => "reset"
  for (let count = 0; count < 5; count += 1) assert.equal(await begin(order()), "unknown")
  const before = provider.asked.length
  assert.deepEqual(await begin(order()), UNAVAILABLE)
  assert.equal(provider.asked.length, before)
  const [health] = rail.health!()
  assert.equal(health!.ok, false)
  assert.match(health!.detail, /^logged in; rests for 1 s, since it broke the connection off/)
  provider.on.payment = payment
  clock.advance(1_000)
  assert.equal(((await begin(order())) as { kind: string }).kind, "settled")
  assert.equal(rail.health!()[0]!.ok, true)
})

test("operators that refuse, and numbers at their limit, don't make a provider ill", async (t) => {
  const { begin, provider, order, rail } = await tapilaWorld(t)
  for (const reply of [failure(500, "XX05000"), failure(429, "RPA04680")]) {
    paying(provider, () => reply, "failed")
    for (let count = 0; count < 8; count += 1) assert.notEqual(await begin(order()), "unknown")
  }
  assert.deepEqual(rail.health!(), [
    { name: "tapila first", ok: true, detail: "logged in; answers" },
  ])
})

test("an order of a provider that isn't configured any more stays as it is", async (t) => {
  const { begin, look, order, clock, provider, log } = await tapilaWorld(t)
  const { target } = order()
  const asked = order({ target: { ...target, farSide: "another" } })
  assert.deepEqual(await begin(asked), UNAVAILABLE, "it can't have gone anywhere before")
  clock.advance(3_600_000)
  assert.equal(await begin({ ...asked, begunAt: clock.now() }), "unknown")
  for (const farSide of ["another", undefined]) {
    assert.deepEqual(await look({ ...asked, target: { ...target, farSide } }), [])
  }
  assert.deepEqual(provider.asked, [])
  const told = log.lines.filter(({ level }) => level === "error")
  assert.equal(told.length, 4)
  assert.equal(told[3]!.about["attemptId"], asked.attemptId)
})

test("a thing seen again is in its place, and one order's fault is not another's", async (t) => {
  const { rail, provider, order } = await tapilaWorld(t)
  const orders = [order(), order(), order()]
  for (const each of orders) await rail.begin(each)
  const { look } = provider.on
  const seen = async () => (await rail.observe(orders, null)).sightings.map(({ place }) => place)
  const all = orders.map(({ attemptId }) => `${attemptId}:settled`)
  assert.deepEqual(await seen(), all)
  assert.deepEqual(await seen(), all)
  provider.on.look = (asked) => (asked.path.includes(orders[1]!.attemptId) ? "reset" : look(asked))
  assert.deepEqual(await seen(), [all[0], all[2]])
})

test("looks come quickly, then as the vendor advises, and never end", async (t) => {
  const { rail } = await tapilaWorld(t)
  const seconds = Array.from(
    { length: 13 },
    (_, looks) => rail.lookDelayMs!(looks, "recharge")! / 1_000,
  )
  assert.deepEqual(seconds, [2, 2, 2, 2, 2, 30, 30, 60, 120, 180, 300, 300, 300])
  assert.equal(rail.lookDelayMs!(10_000, "recharge"), 300_000)
})
