/** Orders on a real chain that changes its mind: before a transfer counts, and long after. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import {
  assertBooks,
  assetOf,
  CONFIRMATIONS,
  chainAt,
  MAKER,
  shopAt,
  until,
  usd,
} from "../support/chain.ts"
import { startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after }, { CAUDAL_SANDBOX_CHAIN: "1" })
const entry = gateway.credentials.chain!
const chain = chainAt(entry)
const shop = shopAt(gateway)
const TUSD = assetOf(entry)

const stateOf = ({ state }: { state: string }) => state
const booksAgree = () => assertBooks(gateway.database, chain, entry)
/** Other rails have cursors, too. */
const CHAIN_HEAD = "select head from cursors where rail = 'evm'"
/** Waits until the gateway has seen a block that is made now. */
async function gatewayReadsOn(): Promise<void> {
  const head = Number(await chain.call("eth_blockNumber")) + 1
  await chain.mine(1)
  await until("it is read", async () => {
    const { rows } = await gateway.database.query<{ head: bigint }>(CHAIN_HEAD)
    return Number(rows[0]!.head) >= head
  })
}
const lastTold = (id: string, type: string) =>
  until(`${type} is told`, async () => (await shop.told(id)).at(-1) === type)

test("a transfer that leaves the chain and is mined again is approved once", async () => {
  const order = await shop.order("25.50")
  const hash = await chain.send(order.address, usd(25.5))
  const signed = await chain.signed(hash)
  await chain.mine(1)
  await shop.in(order.id, "processing")

  await chain.drop(hash)
  await lastTold(order.id, "orphaned")
  const { state, sightings } = await shop.payment(order.id)
  assert.equal(state, "pending")
  assert.deepEqual([sightings[0].state, sightings[0].confirmations], ["orphaned", 0])
  // However many blocks come, a transfer that isn't in any of them doesn't count.
  await chain.mine(2 * CONFIRMATIONS)
  await gatewayReadsOn()
  assert.equal((await shop.read(order.id)).status, "pending")
  await booksAgree()

  assert.equal(await chain.sendSigned(signed), hash)
  await chain.mine(CONFIRMATIONS)
  assert.equal((await shop.callback(order.id)).hash, hash)
  const told = await shop.told(order.id)
  assert.deepEqual(
    told.filter((type) => type !== "processing"),
    ["created", "orphaned", "approved"],
  )
  assert.deepEqual(await shop.balance(TUSD), { available: usd(25.5) })
  await booksAgree()
  assert.equal(shop.callbackIds(order.id).length, 1)
})

test("a payer whose transfer never comes back pays once more, and not twice", async () => {
  const before = (await shop.balance(TUSD))["available"]!
  const order = await shop.order("25.50")
  const lost = await chain.send(order.address, usd(25.5))
  await chain.mine(2)
  await shop.in(order.id, "processing")
  await chain.drop(lost)
  await shop.in(order.id, "pending")

  const hash = await chain.send(order.address, usd(25.5), { from: MAKER })
  await chain.mine(CONFIRMATIONS)
  assert.equal((await shop.callback(order.id)).hash, hash)
  await shop.seen(order.id, "orphaned", "final")
  assert.deepEqual(await shop.balance(TUSD), { available: before + usd(25.5) })
  await booksAgree()
})

test("a chain that changes under a transfer without losing it changes nothing", async () => {
  const order = await shop.order("25.50")
  const hash = await chain.send(order.address, usd(25.5))
  const signed = await chain.signed(hash)
  await chain.mine(1)
  await shop.in(order.id, "processing")
  // Between two looks of the gateway it is out and in again, in another block.
  const before = await chain.blockOf(hash)
  await chain.drop(hash)
  await chain.sendSigned(signed)
  await chain.mine(CONFIRMATIONS)
  assert.notEqual(await chain.blockOf(hash), before)
  assert.equal((await shop.callback(order.id)).hash, hash)
  const states = (await shop.payment(order.id)).sightings.map(stateOf)
  assert.equal(states.filter((state: string) => state === "final").length, 1)
  await booksAgree()
  assert.equal(shop.callbackIds(order.id).length, 1)
})

test("money that vanishes after its approval is held until it is back", async () => {
  const before = (await shop.balance(TUSD))["available"]!
  const order = await shop.order("25.50")
  const hash = await chain.send(order.address, usd(25.5))
  const signed = await chain.signed(hash)
  await chain.mine(CONFIRMATIONS + 2)
  await shop.callback(order.id)
  assert.deepEqual(await shop.balance(TUSD), { available: before + usd(25.5) })

  await chain.drop(hash)
  await lastTold(order.id, "reorganised")
  assert.equal((await shop.read(order.id)).status, "approved")
  assert.deepEqual(await shop.balance(TUSD), { available: before, held: usd(25.5) })
  const [sighting] = (await shop.payment(order.id)).sightings
  assert.deepEqual([sighting.state, sighting.confirmations], ["orphaned", 0])
  await chain.mine(CONFIRMATIONS)
  await gatewayReadsOn()
  assert.deepEqual(await shop.balance(TUSD), { available: before, held: usd(25.5) })

  // It comes back behind another transfer, and so at another place in its block.
  const dear = `0x${(10n ** 11n).toString(16)}`
  const other = await chain.send(`0x${"0f".repeat(20)}`, 1n, { from: MAKER, gasPrice: dear })
  await chain.sendSigned(signed)
  await chain.mine(1)
  await until("it is seen again", async () => {
    const { sightings } = await shop.payment(order.id)
    return sightings.map(stateOf).includes("seen")
  })
  assert.deepEqual(await shop.balance(TUSD), { available: before, held: usd(25.5) })
  await chain.mine(CONFIRMATIONS)
  await lastTold(order.id, "restored")
  assert.deepEqual(await shop.balance(TUSD), { available: before + usd(25.5) })
  assert.equal((await shop.read(order.id)).status, "approved")
  // Now and then the block of a second falls between the two, and it has its old place again.
  const isBehind = (await chain.blockOf(other)) === (await chain.blockOf(hash))
  const states = (await shop.payment(order.id)).sightings.map(stateOf).sort()
  assert.deepEqual(states, isBehind ? ["final", "orphaned"] : ["final"])
  await booksAgree()
  assert.equal(shop.callbackIds(order.id).length, 1)
})

test("money that vanishes for good stays held, and the books say how much", async () => {
  const before = (await shop.balance(TUSD))["available"]!
  const order = await shop.order("25.50")
  const hash = await chain.send(order.address, usd(25.5))
  await chain.mine(CONFIRMATIONS + 2)
  await shop.callback(order.id)
  await chain.drop(hash)
  await lastTold(order.id, "reorganised")
  await chain.mine(2 * CONFIRMATIONS)
  await gatewayReadsOn()
  assert.deepEqual(await shop.balance(TUSD), { available: before, held: usd(25.5) })
  assert.deepEqual(await gateway.core.books.verify(), [])
  // Who pays again after all is not forgotten: it is the merchant's to settle.
  await chain.send(order.address, usd(25.5), { from: MAKER })
  await chain.mine(CONFIRMATIONS)
  await lastTold(order.id, "unapplied")
  const now = { available: before, held: usd(25.5), unapplied: usd(25.5) }
  assert.deepEqual(await shop.balance(TUSD), now)
  assert.equal(shop.callbackIds(order.id).length, 1)
})
