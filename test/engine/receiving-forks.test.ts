/** Chains that change their mind: transfers that move, vanish, come back changed, or twice. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { OTHER_TOKEN, transfer } from "../support/chain-rail.ts"
import {
  attemptOf,
  books,
  granted,
  HOUR_MS,
  leavingFor,
  moved,
  OTHER_BLOCK,
  order,
  pay,
  paymentOf,
  refund,
  refundsOf,
  show,
  showAndDie,
  stateOf,
  told,
  wait,
  world,
} from "../support/orders.ts"

test("orders paid by one transaction keep their money when its logs move by one", async (t) => {
  const test = await world(t)
  const [small, large] = [await order(test, { amount: 10n }), await order(test, { amount: 1_000n })]
  const first = transfer(small.address, small.due)
  const second = { ...transfer(large.address, large.due), reference: first.reference }
  const at = (log: number) => `${first.reference}:${log}`
  await show(test, {
    seen: [
      { ...first, place: at(3) },
      { ...second, place: at(4) },
    ],
  })
  // One log less before them in the new block: where the first stood, the second stands now.
  await show(test, { seen: [moved(first, 2), moved(second, 3)], orphaned: [at(4)] })
  await show(test, { confirmed: [at(2), at(3)] })
  for (const { id, due } of [small, large]) {
    assert.equal(await stateOf(test, id), "approved")
    assert.deepEqual(Object.values((await attemptOf(test, id)).received), [String(due)])
  }
  assert.deepEqual(await books(test), { available: small.due + large.due })
})

test("two tokens in one transaction keep their amounts when its logs move by one", async (t) => {
  const test = await world(t)
  const { id, address } = await order(test)
  const few = transfer(address, 1n)
  const many = {
    ...transfer(address, 1_000_000n, { asset: OTHER_TOKEN }),
    reference: few.reference,
  }
  const at = (log: number) => `${few.reference}:${log}`
  await show(test, {
    seen: [
      { ...few, place: at(3) },
      { ...many, place: at(4) },
    ],
  })
  await show(test, { seen: [moved(few, 2), moved(many, 3)], orphaned: [at(4)] })
  await show(test, { confirmed: [at(2), at(3)] })
  assert.equal(await stateOf(test, id), "approved")
  assert.deepEqual(await books(test), { unapplied: 1n })
  assert.deepEqual(await books(test, OTHER_TOKEN), { available: 255_000n, unapplied: 745_000n })
})

test("what goes and comes deep enough elsewhere in one read is booked once", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const seen = await pay(test, address, due)
  await show(test, { orphaned: [seen.place], seen: [{ ...moved(seen, 4), final: true }] })
  assert.deepEqual(await books(test), { available: due })
  assert.deepEqual((await told(test, id)).slice(-2), ["reorganised", "restored"])
})

test("equal transfers of one transaction that vanish and come back are two", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const one = transfer(address, due / 2n)
  const both = [one, { ...one, place: `${one.reference}:1` }]
  await show(test, { seen: both })
  await show(test, { confirmed: both.map(({ place }) => place) })
  assert.equal(await stateOf(test, id), "approved")
  await show(test, { orphaned: both.map(({ place }) => place) })
  assert.deepEqual(await books(test), { held: due })
  const back = [moved(one, 5), moved(one, 6)]
  await show(test, { seen: back })
  await show(test, { confirmed: back.map(({ place }) => place) })
  assert.deepEqual(await books(test), { available: due })
  assert.deepEqual((await told(test, id)).slice(-2), ["restored", "restored"])
})

test("what vanished and came back before anybody applied it is booked once", async (t) => {
  const table: [meanwhileMs: number, happened: string[]][] = [
    [0, []],
    // Long enough that it is tried again while it is back, and not deep enough yet.
    [5_000, ["reorganised", "restored"]],
  ]
  for (const [meanwhileMs, happened] of table) {
    const test = await world(t)
    const { id, address, due } = await order(test)
    const seen = await pay(test, address, due)
    const before = (await told(test, id)).length
    await showAndDie(test, { orphaned: [seen.place] })
    await show(test, { seen: [{ ...seen, blockHash: OTHER_BLOCK }] })
    await wait(test, meanwhileMs)
    await show(test, { confirmed: [seen.place] })
    assert.deepEqual(await books(test), { available: due }, `after ${meanwhileMs} ms`)
    assert.deepEqual(Object.values((await attemptOf(test, id)).received), [String(due)])
    assert.deepEqual((await told(test, id)).slice(before), happened)
  }
})

test("held money that comes back changed counts as much as it then is", async (t) => {
  const table: [more: bigint, over: Record<string, bigint>][] = [
    [5n, { unapplied: 5n }],
    [-5n, {}],
  ]
  for (const [more, over] of table) {
    const test = await world(t)
    const { address, due } = await order(test)
    const seen = await pay(test, address, due)
    await show(test, { orphaned: [seen.place] })
    await show(test, { seen: [{ ...seen, amount: due + more, blockHash: OTHER_BLOCK }] })
    await show(test, { confirmed: [seen.place] })
    const available = more < 0n ? due + more : due
    assert.deepEqual(await books(test), { available, ...over }, `${more} more`)
    assert.deepEqual(test.faults, [])
  }
})

test("what comes back larger frees nothing that is held for another payment", async (t) => {
  const test = await world(t)
  const [gone, other] = [await order(test), await order(test)]
  const seen = await pay(test, gone.address, gone.due)
  await pay(test, other.address, other.due)
  const made = await refund(test, other.id, null)
  await show(test, { orphaned: [seen.place] })
  await show(test, { seen: [{ ...seen, amount: gone.due * 2n, blockHash: OTHER_BLOCK }] })
  await show(test, { confirmed: [seen.place] })
  assert.deepEqual(await books(test), {
    available: gone.due,
    unapplied: gone.due,
    held: other.due,
  })
  await show(test, { seen: [leavingFor(made, true)] })
  assert.deepEqual(await refundsOf(test, other.id), ["confirmed"])
  assert.deepEqual(await books(test), { available: gone.due, unapplied: gone.due })
  assert.deepEqual(test.faults, [])
})

test("no payment is approved with a part that vanished, whatever others left over", async (t) => {
  for (const isOthersMoneyThere of [false, true]) {
    const test = await world(t)
    const [{ id, address, due }, other] = [await order(test), await order(test)]
    if (isOthersMoneyThere) await pay(test, other.address, other.due * 2n)
    const half = await pay(test, address, due / 2n)
    await show(test, { orphaned: [half.place] })
    await pay(test, address, due / 2n)
    assert.equal(await stateOf(test, id), "pending")
    const rest = isOthersMoneyThere
      ? { available: other.due, unapplied: other.due + due / 2n }
      : { unapplied: due / 2n }
    assert.deepEqual(await books(test), { ...rest, held: due / 2n })
    // It is back: now both halves are there.
    await show(test, { seen: [{ ...half, blockHash: OTHER_BLOCK }] })
    await show(test, { confirmed: [half.place] })
    assert.equal(await stateOf(test, id), "approved")
    assert.deepEqual(test.faults, [])
  }
})

test("what was over and vanishes is held from where it lies", async (t) => {
  const test = await world(t)
  const { address, due } = await order(test)
  await pay(test, address, due)
  const extra = await pay(test, address, due)
  await show(test, { orphaned: [extra.place] })
  assert.deepEqual(await books(test), { available: due, held: due })
})

test("money to an earlier try that vanishes leaves the payment waiting, not at work", async (t) => {
  const test = await world(t)
  const { id, address, due } = await order(test)
  const first = await attemptOf(test, id)
  const declined = {
    place: `${first.id}:declined`,
    fact: { kind: "declined", reason: "cancelled_by_payer" },
    at: test.clock.now(),
  } as const
  const report = reportOf(test.chain, first, await paymentOf(test, id), {
    sightings: [declined],
    fence: null,
  })
  granted(await test.core.engine.submit(reportAttempt, report))
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const way = { method: "crypto", target: {} } as const
  granted(await test.core.pay.open(merchant, await paymentOf(test, id), way))
  const seen = transfer(address, due)
  await show(test, { seen: [seen] })
  assert.equal(await stateOf(test, id), "processing")
  await show(test, { orphaned: [seen.place] })
  assert.equal(await stateOf(test, id), "pending")
  await wait(test, HOUR_MS)
  assert.equal(await stateOf(test, id), "expired")
})
