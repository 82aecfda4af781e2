/** Money that comes after its payment's time, and rates that nobody knows just then. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Order, Rail } from "../../src/core/index.ts"
import { OTHER_TOKEN, transfer } from "../support/chain-rail.ts"
import {
  attemptOf,
  books,
  HOUR_MS,
  order,
  pay,
  show,
  stateOf,
  told,
  type World,
  wait,
  world,
} from "../support/orders.ts"

/** What an order of 25.50 dollars costs of the other token, at 100 units a cent. */
const OTHER_DUE = 255_000n
/** What can't be applied is put off for so long. */
const PUT_OFF_MS = 5_000
/** The last look for what came unseen, after the expiry. */
const LAST_LOOK_MS = 1_200_000

type Quoting = World["chain"]["receiving"]["quote"]
type Offers = Extract<Awaited<ReturnType<Quoting>>, { kind: "quoted" }>["offers"]

/** Has the rail's offers changed by the test; the function it answers undoes it. */
function change(test: World, how: (offers: Offers) => Offers): () => void {
  const { quote } = test.chain.receiving
  const changed: Quoting = async (asked) => {
    const made = await quote(asked)
    return made.kind === "quoted" ? { ...made, offers: how(made.offers) } : made
  }
  Object.assign(test.chain.receiving, { quote: changed })
  return () => void Object.assign(test.chain.receiving, { quote })
}

const otherMayComeUnseen = (offers: Offers): Offers =>
  offers.map((each) => ({ ...each, mayComeUnseen: each.asset === OTHER_TOKEN }))

/** A rail that compares what lies at the addresses with what came of it. */
function balanceOf(lies: bigint, at: Date): Rail["observe"] {
  const lacking = ({ received }: Order) => lies - BigInt(received[OTHER_TOKEN] ?? 0)
  return async (open) => ({
    cursor: null,
    sightings: open
      .filter((each) => lacking(each) > 0n)
      .map((each) => ({
        attemptId: each.attemptId,
        place: `${each.attemptId}:balance`,
        fact: { kind: "received", asset: OTHER_TOKEN, amount: lacking(each) },
        at,
      })),
  })
}

test("money days late pays nothing, also where nobody was there to expire it", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  // The gateway was down for three days; the merchant takes late money for one.
  test.clock.advance(72 * HOUR_MS)
  await pay(test, address, due, { at: test.clock.now() })
  assert.equal(await stateOf(test, id), "expired")
  assert.deepEqual(await books(test), { unapplied: due })
  assert.deepEqual(await told(test, id), ["created", "seen", "expired", "unapplied"])
})

test("late money counts by the rate of its moment, also where nobody expired it", async (t) => {
  const table: [rate: bigint, account: string][] = [
    [10_000n, "unapplied"],
    [100n, "available"],
  ]
  for (const [rate, account] of table) {
    const test = await world(t)
    const { id, address } = await order(test)
    test.clock.advance(2 * HOUR_MS)
    test.chain.rate = rate
    await pay(test, address, OTHER_DUE, { at: test.clock.now(), asset: OTHER_TOKEN })
    assert.equal((await stateOf(test, id)) === "approved", account === "available")
    assert.deepEqual(await books(test, OTHER_TOKEN), { [account]: OTHER_DUE })
    await wait(test, HOUR_MS)
    assert.equal(await stateOf(test, id), account === "available" ? "approved" : "expired")
  }
})

test("transfers that wait for a rate don't stand in the way of others", async (t) => {
  const test = await world(t)
  const old = await order(test)
  await wait(test, 2 * HOUR_MS)
  assert.equal(await stateOf(test, old.id), "expired")
  const fresh = [await order(test), await order(test)]
  test.chain.rate = null
  // As many as one pass takes.
  const over = { asset: OTHER_TOKEN, at: test.clock.now(), final: true }
  await show(test, { seen: Array.from({ length: 500 }, () => transfer(old.address, 1n, over)) })
  for (const [{ id, address, due }, waited] of [
    [fresh[0]!, 1_000],
    // By now they are due again, and older than what comes.
    [fresh[1]!, PUT_OFF_MS],
  ] as const) {
    test.clock.advance(waited)
    await pay(test, address, due, { at: test.clock.now() })
    assert.equal(await stateOf(test, id), "approved", `${waited} ms later`)
  }
  assert.deepEqual(await books(test, OTHER_TOKEN), {})
})

test("late money that was booked is held when it vanishes, without any rate", async (t) => {
  const test = await world(t)
  const { id, address } = await order(test)
  await wait(test, 2 * HOUR_MS)
  const at = test.clock.now()
  const seen = await pay(test, address, OTHER_DUE, { asset: OTHER_TOKEN, at })
  assert.equal(await stateOf(test, id), "approved")
  test.chain.rate = null
  await show(test, { orphaned: [seen.place] })
  assert.deepEqual(await books(test, OTHER_TOKEN), { held: OTHER_DUE })
})

test("a late transfer waits for its own token's rate while others have one", async (t) => {
  const test = await world(t)
  const { id, address } = await order(test)
  await wait(test, 2 * HOUR_MS)
  const restore = change(test, (offers) => offers.filter(({ asset }) => asset !== OTHER_TOKEN))
  await pay(test, address, OTHER_DUE, { asset: OTHER_TOKEN, at: test.clock.now() })
  assert.equal(await stateOf(test, id), "expired")
  assert.deepEqual((await attemptOf(test, id)).received, {})
  restore()
  await wait(test, PUT_OFF_MS)
  assert.equal(await stateOf(test, id), "approved")
  assert.deepEqual(await books(test, OTHER_TOKEN), { available: OTHER_DUE })
})

test("coins that were seen and wait for a rate are not found again as unseen", async (t) => {
  const test = await world(t)
  change(test, otherMayComeUnseen)
  const { id, address } = await order(test)
  await wait(test, HOUR_MS)
  assert.equal(await stateOf(test, id), "expired")
  test.chain.rate = null
  test.clock.advance(60_000)
  const at = test.clock.now()
  await show(test, {
    seen: [transfer(address, OTHER_DUE, { asset: OTHER_TOKEN, at, final: true })],
  })
  test.chain.look = balanceOf(OTHER_DUE, at)
  await wait(test, LAST_LOOK_MS)
  assert.deepEqual(await books(test, OTHER_TOKEN), {})
  test.chain.rate = 100n
  await wait(test, PUT_OFF_MS)
  // And once more, when the look that waited is due again.
  await wait(test, 60_000)
  assert.equal(await stateOf(test, id), "approved")
  assert.deepEqual(await books(test, OTHER_TOKEN), { available: OTHER_DUE })
})

test("late coins that nobody saw come count by the rate of their moment", async (t) => {
  const table: [rate: bigint, state: string, account: string][] = [
    [10_000n, "expired", "unapplied"],
    [100n, "approved", "available"],
  ]
  for (const [rate, state, account] of table) {
    const test = await world(t)
    change(test, otherMayComeUnseen)
    const { id } = await order(test)
    await wait(test, HOUR_MS)
    test.chain.rate = rate
    test.clock.advance(LAST_LOOK_MS - 60_000)
    test.chain.look = balanceOf(OTHER_DUE, test.clock.now())
    await wait(test, 60_000)
    assert.equal(await stateOf(test, id), state, `${rate} units a cent`)
    assert.deepEqual(await books(test, OTHER_TOKEN), { [account]: OTHER_DUE })
  }
})
