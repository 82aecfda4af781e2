/** The rail under the real core: whatever gets lost, a recharge is sold once or not at all. */
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { after, type TestContext, test } from "node:test"
import type { TestCore } from "../../../test/support/core.ts"
import { testDatabase } from "../../../test/support/database.ts"
import type { Asked, Reply } from "../../../test/support/provider.ts"
import { type Death, makePlay } from "../../../test/support/tapila-play.ts"
import { SECRETS, tapilaWorld } from "../../../test/support/tapila-provider.ts"

const { database } = await testDatabase({ after })
const play = makePlay(database)

/** What a provider is asked for or about a recharge; logging in says nothing of any. */
const ABOUT_IT = /payment$|operation|AR-R/
const HELD = "849990 150010"

/** A recharge whose answer got lost, in its first look: what that says stood as `status`. */
async function whileLookedAt(t: TestContext, status: string, later: "reset" | null) {
  const played = await play(t, [() => "reset"])
  const { provider, pass } = played
  const { body } = provider.asked.find(({ path }) => path === "/payment")!
  provider.books.set(body.externalPaymentId, { status, body })
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  const { look } = provider.on
  provider.on.look = async (asking) => {
    provider.on.look = later === null ? look : () => later
    const said = look(asking)
    ask()
    await answered
    return said
  }
  const looked = pass(2_000)
  await asked
  return { ...played, body, looked, answer }
}

/** Of a begin that nobody reports: its own time, and what is allowed beyond it. */
const LEASE_MS = 16_000

const DEATHS: readonly Death[] = ["before its provider is asked", "after its provider has answered"]
for (const death of DEATHS) {
  test(`dead ${death}, it is sold once by whoever comes next`, async (t) => {
    const { provider, rail, pass, restart, stand } = await play(t, [], death)
    const asked = death.startsWith("after") ? 1 : 0
    assert.equal(provider.count(/payment$/), asked)
    assert.equal(await stand(), `pending unknown ${HELD}`)
    await restart(rail)
    await pass(LEASE_MS - 1)
    assert.equal(await stand(), `pending unknown ${HELD}`, "the dead one's lease is heeded")
    await pass(1)
    await pass(0)
    assert.equal(await stand(), "approved settled 849990 0")
    assert.equal(provider.count(/payment$/), 1)
    assert.equal(provider.books.size, 1)
  })
}

test("a request that never arrived is sent again under its id, and sold once", async (t) => {
  const { provider, pass, stand } = await play(t, [() => "hang"])
  assert.equal(await stand(), `pending unknown ${HELD}`)
  // The look finds nothing, and what is to be begun again is claimed with the next pass.
  await pass(2_000)
  await pass(0)
  assert.equal(await stand(), "approved settled 849990 0")
  const asks = provider.asked.filter(({ path }) => path === "/payment")
  assert.equal(asks.length, 2)
  assert.equal(new Set(asks.map(({ body }) => body.externalPaymentId)).size, 1)
  assert.equal(provider.books.size, 1)
})

test("an answer that was lost is found by looking, without asking again", async (t) => {
  const took: Asked[] = []
  const lost = (asked: Asked): Reply => {
    took.push(asked)
    return "reset"
  }
  const { provider, pass, stand } = await play(t, [lost])
  const operation = { status: "processing", body: took[0]!.body }
  provider.books.set(took[0]!.body.externalPaymentId, operation)
  await pass(2_000)
  assert.equal(await stand(), `processing open ${HELD}`)
  operation.status = "confirmed"
  await pass(2_000)
  assert.equal(await stand(), "approved settled 849990 0")
  assert.equal(provider.count(/payment$/), 1)
})

test("a first request that arrives after the second is refused by its id", async (t) => {
  let late: Asked | null = null
  const { provider, pass, stand } = await play(t, [
    (asked) => {
      late = asked
      return "reset"
    },
    ({ body }) => {
      // While the second is on its way, the first gets through.
      provider.books.set(body.externalPaymentId, { status: "confirmed", body: late!.body })
      return { status: 409, json: { code: "XPA04626", message: "was used before" } }
    },
  ])
  await pass(2_000)
  await pass(0)
  assert.equal(await stand(), "approved settled 849990 0")
  assert.equal(provider.books.size, 1)
})

test("what the provider never takes is given back when no request can be under way", async (t) => {
  const refused = { status: 400, json: { code: "XPA04402", message: "Insufficient balance" } }
  const { provider, pass, stand } = await play(t, [() => "reset"])
  provider.on.payment = () => refused
  for (let passes = 0; passes < 40; passes += 1) await pass(2_000)
  assert.equal(await stand(), `pending unknown ${HELD}`)
  const asks = provider.count(/payment$/)
  assert.ok(asks > 2 && asks < 40, `${asks}`)
  for (let passes = 0; passes < 5; passes += 1) await pass(300_000)
  assert.equal(await stand(), "declined declined 1000000 0")
  assert.equal(provider.count(/payment$/), asks, "not sent once nobody waits for it")
})

/** The provider's own notice that a recharge was delivered. */
function confirm({ core }: TestCore, externalPaymentId: string) {
  const signed = `op-1|${externalPaymentId}|confirmed|1500.10`
  const hash = createHmac("sha256", SECRETS.webhookKey).update(signed).digest("hex")
  const said = { operationId: "op-1", externalPaymentId, status: "confirmed", amount: 1500.1, hash }
  const body = Buffer.from(JSON.stringify(said))
  return core.notice({ rail: "tapila", connection: "first", headers: {}, body })
}

test("given up and delivered after all, it is booked when its notice comes", async (t) => {
  let first: Asked | null = null
  const { provider, test, pass, stand } = await play(t, [
    (asked) => {
      first = asked
      return "reset"
    },
  ])
  provider.on.payment = () => "reset"
  for (let passes = 0; passes < 40; passes += 1) await pass(2_000)
  for (let passes = 0; passes < 5; passes += 1) await pass(300_000)
  assert.equal(await stand(), "declined declined 1000000 0")
  const { externalPaymentId } = first!.body
  const notify = () => confirm(test, externalPaymentId)
  assert.equal(await notify(), "taken")
  assert.equal(await stand(), "declined declined 1000000 0", "a word alone books nothing")
  provider.books.set(externalPaymentId, { status: "confirmed", body: first!.body })
  assert.equal(await notify(), "taken")
  assert.equal(await stand(), "declined settled 849990 0")
  const looks = provider.count(/operation/)
  await pass(300_000)
  assert.equal(provider.count(/operation/), looks, "nothing more is expected")
})

test("cancelled and delivered after all, it is booked when its notice comes", async (t) => {
  const { provider, test, sold, stand } = await play(t, [() => "reset"])
  const { body } = provider.asked.find(({ path }) => path === "/payment")!
  // Only what wasn't sent can be cancelled; should that be wrong once, nothing is lost by it.
  await database.query(
    "update attempts set state = 'waiting', begun_at = null, looks = 0 where id = $1",
    [body.externalPaymentId],
  )
  const [paymentId, merchantId] = [sold.id, test.merchantId]
  const how = { kind: "cancel", by: "merchant" } as const
  await test.core.pay.end({ paymentId, merchantId, how })
  assert.equal(await stand(), "cancelled closed 1000000 0")
  provider.books.set(body.externalPaymentId, { status: "confirmed", body })
  assert.equal(await confirm(test, body.externalPaymentId), "taken")
  assert.equal(await stand(), "cancelled settled 849990 0")
})

test("notices while it is being looked at don't keep it from ending", async (t) => {
  const { test, stand, body, looked, answer } = await whileLookedAt(t, "confirmed", "reset")
  const notices = Array.from({ length: 3 }, () => confirm(test, body.externalPaymentId))
  answer()
  await looked
  assert.deepEqual(await Promise.all(notices), ["taken", "taken", "taken"])
  assert.equal(await stand(), "approved settled 849990 0")
})

test("a notice that comes during a look, which was too soon, leads to another", async (t) => {
  const { provider, test, stand, ...rest } = await whileLookedAt(t, "processing", null)
  const { body, looked, answer } = rest
  provider.books.set(body.externalPaymentId, { status: "confirmed", body })
  const noticed = confirm(test, body.externalPaymentId)
  answer()
  await looked
  assert.equal(await noticed, "taken")
  assert.equal(await stand(), "approved settled 849990 0")
})

test("an order stays with its provider, whoever sells in its country by now", async (t) => {
  const took: Asked[] = []
  const lost = (asked: Asked): Reply => {
    took.push(asked)
    return "reset"
  }
  const { provider, connection, railWith, restart, pass, stand, log } = await play(t, [lost])
  const { provider: other, connection: another } = await tapilaWorld(t)
  provider.books.set(took[0]!.body.externalPaymentId, { status: "confirmed", body: took[0]!.body })
  await restart(railWith({ first: another }))
  for (let passes = 0; passes < 4; passes += 1) await pass(2_000)
  await pass(900_000)
  assert.equal(other.count(ABOUT_IT), 0, "nobody else is asked for it, nor about it")
  assert.equal(await stand(), `pending unknown ${HELD}`)
  assert.match(log.lines.at(-1)!.text, /the provider that has this recharge isn't configured/)
  await restart(railWith({ first: another, old: { ...connection, countries: [] } }))
  await pass(300_000)
  assert.equal(await stand(), "approved settled 849990 0")
  assert.deepEqual([other.count(ABOUT_IT), provider.books.size], [0, 1])
})

test("a provider that is left gets no new request, and what it never took is back", async (t) => {
  const { provider, connection, railWith, restart, pass, stand } = await play(t, [() => "reset"])
  const { provider: other, connection: another } = await tapilaWorld(t)
  await restart(railWith({ next: another, old: { ...connection, countries: [] } }))
  for (let passes = 0; passes < 40; passes += 1) await pass(2_000)
  assert.equal(await stand(), `pending unknown ${HELD}`)
  for (let passes = 0; passes < 5; passes += 1) await pass(300_000)
  assert.equal(await stand(), "declined declined 1000000 0")
  assert.deepEqual([other.count(ABOUT_IT), provider.count(/payment$/)], [0, 1])
})

test("what nobody sold when it was ordered is back, however its begin got lost", async (t) => {
  const { railWith, connection, look, order } = await tapilaWorld(t, { countries: ["PE"] })
  const asked = order()
  assert.equal(asked.target.farSide, null)
  const declined = { kind: "declined", reason: "operator_unavailable" }
  assert.deepEqual(await look(asked), [declined])
  // Whoever sells there by now was never asked.
  const rail = railWith({ first: { ...connection, countries: ["AR"] } })
  const { sightings } = await rail.observe([asked], null)
  assert.deepEqual(
    sightings.map(({ fact }) => fact),
    [declined],
  )
})
