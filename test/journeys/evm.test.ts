/** Pentagoo's orders on a real chain: what a payer may send, and what the merchant hears of it. */
import assert from "node:assert/strict"
import { after, afterEach, test } from "node:test"
import {
  assertBooks,
  assetOf,
  CONFIRMATIONS,
  chainAt,
  rpc,
  shopAt,
  until,
  usd,
} from "../support/chain.ts"
import { startGateway } from "../support/gateway.ts"
import { open } from "../support/page.ts"

const gateway = await startGateway({ after }, { CAUDAL_SANDBOX_CHAIN: "1" })
const entry = gateway.credentials.chain!
const chain = chainAt(entry)
const shop = shopAt(gateway)
const { database } = gateway
const TUSD = assetOf(entry)
/** Where the money of a refund goes. */
const CUSTOMER = `0x${"c0".repeat(20)}`

afterEach(() => assertBooks(database, chain, entry))

/** Puts what was sent into a block, and so many on top that it counts: nobody waits for them. */
const confirm = () => chain.mine(CONFIRMATIONS)

/** What a test changes in the merchant's accounts. */
async function booked(): Promise<() => Promise<Record<string, bigint>>> {
  const before = await shop.balance(TUSD)
  return async () => {
    const now = await shop.balance(TUSD)
    const kinds = new Set([...Object.keys(before), ...Object.keys(now)])
    const changes = [...kinds].map((kind) => [kind, (now[kind] ?? 0n) - (before[kind] ?? 0n)])
    return Object.fromEntries(changes.filter(([, change]) => change !== 0n))
  }
}

/** Moves the end of an order, in seconds from now. */
async function expireIn(id: string, seconds: number): Promise<void> {
  const at = new Date(gateway.core.clock.now().getTime() + seconds * 1_000)
  await database.query("update payments set expires_at = $2 where id = $1", [id, at])
}

test("an exact transfer is seen, confirmed, booked and told with the six fields", async () => {
  const change = await booked()
  const order = await shop.order("25.50")
  const [option] = order.options
  assert.deepEqual(order.options, [
    {
      blockchain: "Caudal Sandbox",
      chainId: entry.chainId,
      token: "TUSD",
      amount: "25.50",
      address: order.address,
      uri: option.uri,
    },
  ])
  const [, token, to] =
    /^ethereum:(0x\w{40})@31337\/transfer\?address=(0x\w{40})&uint256=25500000$/.exec(option.uri)!
  assert.deepEqual([token!.toLowerCase(), to], [entry.token, order.address])
  assert.equal(await chain.balanceOf(order.address), 0n)

  const hash = await chain.send(order.address, usd(25.5))
  await chain.mine(1)
  const { sightings } = await shop.in(order.id, "processing")
  const [sighting] = sightings
  const { at, confirmations, ...seen } = sighting
  // A block comes each second, beside the one that was made.
  assert.ok(confirmations >= 1 && confirmations < CONFIRMATIONS, `${confirmations}`)
  assert.deepEqual(seen, {
    object: "sighting",
    asset: TUSD,
    amount: "25500000",
    reference: hash,
    state: "seen",
    confirmations_needed: CONFIRMATIONS,
    explorer_url: null,
  })
  assert.equal((await shop.read(order.id)).status, "processing")
  assert.deepEqual([sightings.length, await change()], [1, {}])
  assert.deepEqual(shop.callbackIds(order.id), [])

  await chain.mine(CONFIRMATIONS - 1)
  const fields = await shop.callback(order.id)
  assert.deepEqual(fields, {
    amount: "25.50",
    date: at.replace(/\.\d{3}Z$/, "Z"),
    blockchain: "Caudal Sandbox",
    hash,
    paymentId: order.id,
    orderId: order.refId,
  })
  const now = await shop.read(order.id)
  assert.deepEqual([now.status, now.hash], ["approved", hash])
  assert.deepEqual(now.received, [
    { blockchain: "Caudal Sandbox", chainId: entry.chainId, token: "TUSD", amount: "25.50" },
  ])
  assert.deepEqual(await shop.told(order.id), ["created", "processing", "approved"])
  assert.deepEqual(await change(), { available: usd(25.5) })
  assert.equal(await chain.balanceOf(order.address), usd(25.5))
})

test("a short transfer waits, the page asks for the rest, and the rest completes it", async () => {
  const change = await booked()
  const order = await shop.order("25.50")
  await chain.send(order.address, usd(10))
  await confirm()
  await shop.seen(order.id, "final")
  const short = await until("the part is read", async () => {
    const read = await shop.read(order.id)
    return read.received.length > 0 && read
  })
  assert.equal(short.status, "pending")
  assert.equal(short.received[0].amount, "10.00")
  assert.deepEqual(await change(), { unapplied: usd(10) })
  const page = await open(order.url)
  assert.match(page.text, /15[.,]50? TUSD/)
  assert.match(page.html, /uint256=15500000\b/)
  assert.deepEqual(shop.callbackIds(order.id), [])

  const rest = await chain.send(order.address, usd(15.5))
  await confirm()
  assert.equal((await shop.callback(order.id)).hash, rest)
  const now = await shop.read(order.id)
  assert.deepEqual([now.status, now.hash, now.received[0].amount], ["approved", rest, "25.50"])
  assert.deepEqual(await change(), { available: usd(25.5) })
  assert.equal((await shop.told(order.id)).at(-1), "approved")
})

test("what is over stays without a use, and is told", async () => {
  const change = await booked()
  const order = await shop.order("25.50")
  await chain.send(order.address, usd(30))
  await confirm()
  await shop.callback(order.id)
  assert.deepEqual((await shop.told(order.id)).slice(-2), ["approved", "overpaid"])
  assert.deepEqual(await change(), { available: usd(25.5), unapplied: usd(4.5) })

  // So does what comes when nothing is due any more.
  await chain.send(order.address, usd(25.5))
  await confirm()
  await shop.seen(order.id, "final", "final")
  await until("it is told", async () => (await shop.told(order.id)).at(-1) === "unapplied")
  assert.deepEqual(await change(), { available: usd(25.5), unapplied: usd(30) })
  assert.equal(shop.callbackIds(order.id).length, 1)
})

test("late money counts for a day, by the time of its block", async () => {
  const change = await booked()
  const [onTime, late, later] = [await shop.order(), await shop.order(), await shop.order()]
  // This one is in a block before its order ends, and is confirmed afterwards.
  await chain.send(onTime.address, usd(25.5))
  await chain.mine(1)
  await shop.in(onTime.id, "processing")
  await expireIn(onTime.id, 0)
  await expireIn(late.id, -3_600)
  await expireIn(later.id, -25 * 3_600)
  for (const { id } of [late, later]) await shop.in(id, "expired")

  await chain.send(late.address, usd(25.5))
  await chain.send(later.address, usd(25.5))
  await confirm()
  for (const { id } of [onTime, late]) await shop.callback(id)
  await shop.seen(later.id, "final")
  await until("it is told", async () => (await shop.told(later.id)).at(-1) === "unapplied")
  assert.deepEqual(await shop.told(onTime.id), ["created", "processing", "approved"])
  const states = [onTime, late, later].map(async ({ id }) => (await shop.read(id)).status)
  assert.deepEqual(await Promise.all(states), ["approved", "approved", "expired"])
  assert.deepEqual(shop.callbackIds(later.id), [])
  assert.deepEqual(await change(), { available: usd(51), unapplied: usd(25.5) })
})

test("two transfers in one block count together", async () => {
  let order: Awaited<ReturnType<typeof shop.order>>
  let [first, second] = ["", ""]
  do {
    // Now and then the block of a second falls between the two.
    order = await shop.order("25.50")
    first = await chain.send(order.address, usd(10))
    second = await chain.send(order.address, usd(15.5))
    await confirm()
  } while ((await chain.blockOf(first)) !== (await chain.blockOf(second)))
  assert.equal((await shop.callback(order.id)).hash, second)
  assert.equal((await shop.read(order.id)).received[0].amount, "25.50")
  await shop.seen(order.id, "final", "final")
})

test("two orders paid by one transaction are both approved, with its hash", async () => {
  const orders = [await shop.order("10"), await shop.order("20")]
  const wallet = `0x${"ba7c".repeat(10)}`
  await chain.placeForwarder(wallet)
  await chain.send(wallet, usd(30))
  const calls = orders.map(({ address }, at) => chain.transferTo(address, usd(10 * (at + 1))))
  const data = `0x${calls.map((each) => each.slice(2)).join("")}`
  await chain.mine(1)
  const hash = await chain.transact({ from: chain.payer, to: wallet, data, gas: "0x493e0" })
  await confirm()
  for (const { id } of orders) assert.equal((await shop.callback(id)).hash, hash)
})

test("transfers of nothing are not seen, whoever sends them", async () => {
  const order = await shop.order("25.50")
  await chain.send(order.address, 0n)
  await chain.send(order.address, usd(25.5))
  await confirm()
  await shop.callback(order.id)
  assert.equal((await shop.payment(order.id)).sightings.length, 1)
})

test("a payment that is simulated is one on the chain, within three seconds", async () => {
  const order = await shop.order("25.50")
  const startedMs = performance.now()
  const { status, body } = await shop.v1("POST", `/payments/${order.id}/simulate`, {
    outcome: "approved",
  })
  assert.deepEqual([status, body.state], [200, "approved"])
  const tookMs = performance.now() - startedMs
  assert.ok(tookMs < 3_000, `${tookMs} ms`)
  const { hash } = await shop.callback(order.id)
  assert.notEqual(await chain.blockOf(hash!), null)
  assert.equal(await chain.balanceOf(order.address), usd(25.5))
})

test("an expired payment that is simulated as paid is approved by its late money", async () => {
  const { id } = await shop.order("25.50")
  const simulate = (outcome: string) => shop.v1("POST", `/payments/${id}/simulate`, { outcome })
  assert.equal((await simulate("expired")).body.state, "expired")
  const { status, body } = await simulate("approved")
  assert.deepEqual([status, body.state], [200, "approved"], JSON.stringify(body))
})

test("a payer who gave up may try again, at a new address", async () => {
  const first = await shop.order("25.50")
  const simulate = (outcome: string) =>
    shop.v1("POST", `/payments/${first.id}/simulate`, { outcome })
  assert.equal((await simulate("declined")).body.state, "pending")
  assert.equal((await simulate("approved")).body.state, "approved")
  const { attempts } = await shop.payment(first.id)
  const states = attempts.map((each: { state: string }) => each.state)
  assert.deepEqual(states, ["declined", "settled"])
  const [old, fresh] = attempts.map((each: { options: { address: string }[] }) => each.options[0])
  assert.equal(old.address, first.address)
  assert.notEqual(fresh.address, first.address)
  assert.equal(await chain.balanceOf(fresh.address), usd(25.5))
  await shop.callback(first.id)

  // Who pays at the old address all the same isn't forgotten.
  const change = await booked()
  await chain.send(first.address, usd(25.5))
  await confirm()
  await until("it is told", async () => (await shop.told(first.id)).at(-1) === "unapplied")
  assert.deepEqual(await change(), { unapplied: usd(25.5) })
})

test("a repeat of the create answers the same address", async () => {
  const [one, again] = [await shop.order("7", "REPEATED"), await shop.order("7", "REPEATED")]
  assert.deepEqual(again, one)
  const both = await Promise.all([shop.order("8", "AT-ONCE"), shop.order("8", "AT-ONCE")])
  assert.deepEqual(both[0], both[1])
  assert.notEqual(both[0].address, one.address)
})

test("a refund is signed by the merchant, seen leaving and confirmed", async () => {
  const order = await shop.order("25.50")
  await chain.send(order.address, usd(25.5))
  await confirm()
  await shop.callback(order.id)
  const change = await booked()
  const refunds = `/payments/${order.id}/refunds`
  const nowhere = await shop.v1("POST", refunds, { amount: "1000" })
  assert.equal(nowhere.status, 422, JSON.stringify(nowhere.body))

  const { status, body: refund } = await shop.v1("POST", refunds, { amount: "1000", to: CUSTOMER })
  assert.deepEqual([status, refund.state], [201, "pending"], JSON.stringify(refund))
  const { from, to, asset, amount, transaction } = refund.to_sign
  assert.equal(from, order.address)
  assert.deepEqual([to.toLowerCase(), asset, amount], [CUSTOMER, TUSD, "10000000"])
  assert.deepEqual(await change(), { available: -usd(10), held: usd(10) })

  // The wallet of the merchant: it has some coins for the fee, and sends what it was given.
  await chain.call("anvil_setBalance", from, "0xde0b6b3a7640000")
  await chain.call("anvil_impersonateAccount", from)
  const hash = await chain.transact({ from, ...transaction, gas: "0x1d4c0" })
  await chain.mine(1)
  const stateOf = async () => (await shop.payment(order.id)).refunds[0].state
  await until("it is seen leaving", async () => (await stateOf()) === "sent")
  await chain.mine(CONFIRMATIONS - 1)
  await until("it has left", async () => (await stateOf()) === "confirmed")
  assert.notEqual(await chain.blockOf(hash), null)
  assert.equal(await chain.balanceOf(CUSTOMER), usd(10))
  assert.deepEqual(await change(), { available: -usd(10) })
  assert.deepEqual((await shop.told(order.id)).slice(-3), [
    "refund_pending",
    "refund_sent",
    "refund_confirmed",
  ])

  // One that nobody signed is given up, and its money is the merchant's again.
  const second = (await shop.v1("POST", refunds, { to: CUSTOMER, amount: "500" })).body
  assert.deepEqual(await change(), { available: -usd(15), held: usd(5) })
  const cancelled = await shop.v1("POST", `${refunds}/${second.id}/cancel`)
  assert.equal(cancelled.status, 200, JSON.stringify(cancelled.body))
  assert.equal(cancelled.body.refunds[1].state, "failed")
  assert.deepEqual(await change(), { available: -usd(10) })
  const twice = await shop.v1("POST", `${refunds}/${refund.id}/cancel`)
  assert.equal(twice.status, 409, JSON.stringify(twice.body))
})

test("twenty orders, paid at once, are twenty callbacks", async () => {
  const change = await booked()
  const cents = Array.from({ length: 20 }, (_, at) => 100 + at)
  const orders = await Promise.all(cents.map((each) => shop.order(`${each / 100}`)))
  assert.equal(new Set(orders.map(({ address }) => address)).size, 20)
  const hashes = await Promise.all(
    orders.map(({ address }, at) => chain.send(address, usd(cents[at]! / 100))),
  )
  // Nobody helps here: a block comes each second.
  for (const [at, { id, refId }] of orders.entries()) {
    const { orderId, hash, amount } = await shop.callback(id)
    assert.deepEqual(
      [orderId, hash, usd(Number(amount))],
      [refId, hashes[at], usd(cents[at]! / 100)],
    )
  }
  for (const { id } of orders) assert.equal(shop.callbackIds(id).length, 1)
  assert.deepEqual(await change(), { available: usd(20 + 1.9) })
})

test("time that is moved on is the chain's, too: late money is late by its block", async () => {
  const day = 86_400
  const timeOf = async () =>
    Number((await rpc(entry.rpcUrl, "eth_getBlockByNumber", "latest", false)).timestamp)
  const late = await shop.order("3.00")
  await expireIn(late.id, day)
  const before = await timeOf()
  assert.equal(await gateway.core.testClock.advance(3 * day), 3 * day * 1_000)
  await until("a block of the new time", async () => (await timeOf()) >= before + 3 * day)
  const order = await shop.order("2.00")
  await chain.send(order.address, usd(2))
  await chain.send(late.address, usd(3))
  await confirm()
  await shop.callback(order.id)
  const held = async () => (await shop.balance(TUSD))["unapplied"] ?? 0n
  const { length } = shop.callbackIds(late.id)
  await until("what came two days late lies apart", async () => (await held()) >= usd(3))
  assert.equal(length, 0, "nobody is told that it was paid")
})
