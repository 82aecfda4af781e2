/** Refunds out of a merchant's own wallet: prepared here, signed there, seen leaving. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { isRefusal, type RefundCreated } from "../../src/core/index.ts"
import { type ChainRail, chainRail, OTHER_TOKEN, TOKEN, transfer } from "../support/chain-rail.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { type Cleanup, testDatabase } from "../support/database.ts"

const TO = `0x${"A".repeat(40)}`

type World = TestCore & {
  readonly chain: ChainRail
  readonly paymentId: string
  readonly address: string
}

/** A payment of 25.50 dollars that came in as tokens. */
async function paid(t: Cleanup, asset = TOKEN): Promise<World> {
  const { database } = await testDatabase(t)
  const chain = chainRail()
  const test = await testCore(database, { rails: [chain] })
  await test.core.keys.add(test.merchantId, "chain", "xpub-one")
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const created = await test.core.pay.create({
    merchant,
    dialect: "caudal",
    kind: "charge",
    reference: null,
    amount: 2_550n,
    asset: "USD",
    description: null,
    purpose: {},
    customerId: null,
    instrumentId: null,
    expiresAt: null,
    way: { method: "crypto", target: {} },
    repeat: "answer",
  })
  assert.ok(!isRefusal(created))
  const option = created.attempt!.instructions!.options!.find((each) => each.asset === asset)!
  const seen = transfer(option.address, BigInt(option.amount), { asset, final: true })
  chain.reads.push({ seen: [seen] })
  await test.core.pass()
  return Object.assign(test, { chain, paymentId: created.payment.id, address: option.address })
}

async function payment(test: World) {
  return (await test.core.payments.find(test.merchantId, test.paymentId))!
}

async function refund(test: World, amount: bigint | null, to: string | null = TO) {
  const made = await test.core.pay.refund(await payment(test), amount, null, { to, from: null })
  return made as Exclude<typeof made, { status: number }>
}

async function prepared(test: World, amount: bigint | null): Promise<RefundCreated> {
  const made = await refund(test, amount)
  assert.ok(!isRefusal(made), isRefusal(made) ? made.message : "")
  return made
}

async function leave(test: World, made: RefundCreated, final: boolean) {
  const { from, to, asset, amount } = made.attempt.instructions!.transfer!
  const sent = transfer(to, BigInt(amount), { from, asset, leaving: made.attempt.id, final })
  test.chain.reads.push({ seen: [sent] })
  await test.core.pass()
  return sent
}

async function books(test: World, asset = TOKEN) {
  assert.deepEqual(await test.core.books.verify(), [])
  const accounts = await test.core.books.accounts(test.merchantId)
  const own = accounts.filter((each) => each.asset === asset && each.balance !== 0n)
  return Object.fromEntries(own.map(({ kind, balance }) => [kind, balance]))
}

async function states(test: World) {
  const refunds = await test.core.payments.refunds(test.paymentId)
  return refunds.map(({ state }) => state)
}

test("a refund says what to sign, and is confirmed once it was seen leaving", async (t) => {
  const test = await paid(t)
  const made = await prepared(test, null)
  const { transaction, ...transferred } = made.attempt.instructions!.transfer!
  assert.deepEqual(transferred, {
    chainId: 7,
    blockchain: "Test chain",
    from: test.address,
    to: TO.toLowerCase(),
    asset: TOKEN,
    amount: "25500000",
    uri: `test:${TO.toLowerCase()}`,
  })
  assert.equal(transaction.to, TOKEN.slice(-42))
  assert.deepEqual(await books(test), { held: 25_500_000n })
  assert.deepEqual(test.rail.begun, [])

  await test.core.pass()
  assert.deepEqual(test.chain.asked.at(-1)?.leaving, [
    {
      attemptId: made.attempt.id,
      from: test.address,
      to: TO.toLowerCase(),
      asset: TOKEN,
      amount: 25_500_000n,
    },
  ])
  const sent = await leave(test, made, false)
  assert.deepEqual(await states(test), ["sent"])
  test.chain.reads.push({ confirmed: [sent.place] })
  await test.core.pass()
  assert.deepEqual(await states(test), ["confirmed"])
  assert.deepEqual(await books(test), {})
  assert.deepEqual(test.chain.asked.at(-1)?.leaving.length, 1)
  await test.core.pass()
  assert.deepEqual(test.chain.asked.at(-1)?.leaving, [])
})

test("parts are rounded down each, and add up to the whole", async (t) => {
  const test = await paid(t, OTHER_TOKEN)
  const amounts: bigint[] = []
  for (const part of [1n, 333n, 2_216n]) {
    amounts.push((await prepared(test, part)).attempt.amount)
  }
  assert.equal(
    amounts.reduce((sum, each) => sum + each, 0n),
    255_000n,
  )
  assert.deepEqual(await books(test, OTHER_TOKEN), { held: 255_000n })
  const more = await refund(test, 1n)
  assert.ok(isRefusal(more) && more.refused === "refund_too_large")
})

test("a refund needs an address to go to", async (t) => {
  const test = await paid(t)
  for (const to of [null, "", "0x12", "somebody"]) {
    const made = await refund(test, null, to)
    assert.ok(isRefusal(made) && made.refused === "refund_receiver_missing", String(to))
  }
  assert.equal((await payment(test)).refunded, 0n)
})

test("a refund that was given up and signed all the same is booked", async (t) => {
  const test = await paid(t)
  const made = await prepared(test, 550n)
  const given = await test.core.pay.cancelRefund(await payment(test), made.refund.id)
  assert.ok(!isRefusal(given))
  assert.deepEqual([await states(test), given.refunded], [["failed"], 0n])
  assert.deepEqual(await books(test), { available: 25_500_000n })
  const twice = await test.core.pay.cancelRefund(await payment(test), made.refund.id)
  assert.ok(isRefusal(twice) && twice.refused === "refund_not_possible")

  await leave(test, made, true)
  assert.deepEqual(await states(test), ["confirmed"])
  assert.equal((await payment(test)).refunded, 550n)
  assert.deepEqual(await books(test), { available: 20_000_000n })
})
