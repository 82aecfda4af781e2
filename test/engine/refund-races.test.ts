/** Refunds that merchants sign, and what else happens to them and their money meanwhile. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { isRefusal, type Leaving, type RefundCreated } from "../../src/core/index.ts"
import { OTHER_TOKEN, transfer } from "../support/chain-rail.ts"
import type { Cleanup } from "../support/database.ts"
import {
  askRefund,
  books,
  granted,
  leavingFor,
  type Made,
  onChain,
  order,
  pay,
  paymentOf,
  refund,
  refundsOf,
  show,
  told,
  type World,
  wait,
  world,
} from "../support/orders.ts"

const DAY_MS = 86_400_000

/** A payment of 25.50 dollars, and the place of the transfer that paid it. */
async function paid(t: Cleanup): Promise<World & Made & { readonly place: string }> {
  const test = await world(t)
  const made = await order(test)
  const { place } = await pay(test, made.address, made.due)
  return Object.assign(test, made, { place })
}

async function cancel(test: World, id: string, made: RefundCreated) {
  return test.core.pay.cancelRefund(await paymentOf(test, id), made.refund.id)
}

/** The refunds that the next read of the chain is told to look out for. */
async function lookedOutFor(test: World): Promise<readonly Leaving[]> {
  await test.core.pass()
  return test.chain.asked.at(-1)!.leaving
}

test("a cancel that races with the transfer's last block gives nothing back twice", async (t) => {
  const test = await paid(t)
  const made = await refund(test, test.id, null)
  const { submit } = test.core.engine
  // The cancel has read the refund as open; before it is decided the transfer is final.
  test.core.engine.submit = (async (...command: Parameters<typeof submit<never, never>>) => {
    test.core.engine.submit = submit
    await show(test, { seen: [leavingFor(made, true)] })
    return submit(...command)
  }) as typeof submit
  const cancelled = await cancel(test, test.id, made)
  assert.ok(isRefusal(cancelled) && cancelled.refused === "refund_not_possible")
  assert.deepEqual(await refundsOf(test, test.id), ["confirmed"])
  assert.equal((await paymentOf(test, test.id)).refunded, 2_550n)
  assert.deepEqual(await books(test), {})
  const again = await askRefund(test, test.id, null)
  assert.ok(isRefusal(again) && again.refused === "refund_too_large")
})

test("a refund whose transfer is in a block can't be cancelled", async (t) => {
  const test = await paid(t)
  const made = await refund(test, test.id, null)
  await show(test, { seen: [leavingFor(made, false)] })
  const cancelled = await cancel(test, test.id, made)
  assert.ok(isRefusal(cancelled) && cancelled.refused === "refund_not_possible")
  assert.deepEqual(await refundsOf(test, test.id), ["sent"])
  assert.deepEqual(await books(test), { held: test.due })
})

test("of two alike, the refund that is open is taken for the one that left", async (t) => {
  const test = await paid(t)
  const first = await refund(test, test.id, 550n)
  granted(await cancel(test, test.id, first))
  const second = await refund(test, test.id, 550n)
  const listed = await lookedOutFor(test)
  assert.deepEqual(
    listed.map(({ attemptId }) => attemptId),
    [second.attempt.id, first.attempt.id],
  )
  await show(test, { seen: [leavingFor(second, true)] })
  assert.deepEqual(await refundsOf(test, test.id), ["failed", "confirmed"])
  assert.equal((await paymentOf(test, test.id)).refunded, 550n)
})

test("a refund that was given up is looked out for some days more", async (t) => {
  const table: [days: number, isLookedOutFor: boolean][] = [
    [2.9, true],
    [3.1, false],
  ]
  for (const [days, isLookedOutFor] of table) {
    const test = await paid(t)
    granted(await cancel(test, test.id, await refund(test, test.id, 550n)))
    const open = await refund(test, test.id, 330n)
    await wait(test, days * DAY_MS)
    const listed = await lookedOutFor(test)
    assert.equal(listed.length, isLookedOutFor ? 2 : 1, `${days} days`)
    assert.equal(listed[0]!.attemptId, open.attempt.id)
  }
})

/** Copies of a refund's attempt under ids that are smaller than all real ones. */
async function copies(
  test: World,
  { attempt }: RefundCreated,
  { count, from, isOpen }: { count: number; from: number; isOpen: boolean },
): Promise<void> {
  await test.database.query(
    `insert into attempts (id, payment_id, merchant_id, refund_id, rail, method, kind, amount, asset,
  state, reason, target_sealed, instructions, received, begun_at, created_at, updated_at)
select ('0001' || lpad(to_hex(n), 28, '0'))::uuid, payment_id, merchant_id, refund_id, rail, method,
  kind, amount, asset, case when $4 then 'open' else 'declined' end,
  case when $4 then null else 'cancelled_by_merchant' end, target_sealed, instructions, received,
  begun_at, created_at, updated_at
from attempts, generate_series($2::int, $3::int) n where id = $1`,
    [attempt.id, from, from + count - 1, isOpen],
  )
}

test("one merchant's many refunds hide neither another's nor his own open one", async (t) => {
  const busy = await paid(t)
  const other = await onChain(busy.database, "Other", "xpub-of-another")
  const theirs = await order(other)
  await show(busy, { seen: [transfer(theirs.address, theirs.due, { final: true })] })
  const own = await refund(busy, busy.id, 100n)
  await copies(busy, own, { count: 600, from: 1, isOpen: false })
  const alone = await refund(other, theirs.id, null)
  const idsOf = async () => (await lookedOutFor(busy)).map(({ attemptId }) => attemptId)

  const among = await idsOf()
  assert.deepEqual(among.slice(0, 2), [own.attempt.id, alone.attempt.id])
  // A merchant's turn, and the other's one.
  assert.equal(among.length, 501)

  await copies(busy, own, { count: 600, from: 1_001, isOpen: true })
  const amongOpen = await idsOf()
  assert.equal(amongOpen.length, 501)
  assert.ok(amongOpen.includes(alone.attempt.id))
})

test("parts with a failed one among them give back no more than came", async (t) => {
  const test = await world(t)
  const [{ id, address }, other] = [
    await order(test, { amount: 3n }),
    await order(test, { amount: 100n }),
  ]
  // Three cents cost five units: no part comes out even.
  await test.database.query(
    `update attempts set instructions = jsonb_set(instructions, '{options,1,amount}', '"5"')
where payment_id = $1`,
    [id],
  )
  await pay(test, address, 5n, { asset: OTHER_TOKEN })
  await pay(test, other.address, 10_000n, { asset: OTHER_TOKEN })
  const given = await refund(test, id, 1n)
  const parts = [await refund(test, id, 1n)]
  granted(await cancel(test, id, given))
  parts.push(await refund(test, id, 1n), await refund(test, id, 1n))
  assert.deepEqual(
    parts.map(({ attempt }) => attempt.amount),
    [2n, 2n, 1n],
  )
  assert.deepEqual(await books(test, OTHER_TOKEN), { available: 10_000n, held: 5n })
})

test("a refund whose transfer vanished waits again, and can be given up", async (t) => {
  const test = await paid(t)
  const made = await refund(test, test.id, null)
  const sent = leavingFor(made, false)
  await show(test, { seen: [sent] })
  assert.deepEqual(await refundsOf(test, test.id), ["sent"])
  await show(test, { orphaned: [sent.place] })
  assert.deepEqual(await refundsOf(test, test.id), ["pending"])
  granted(await cancel(test, test.id, made))
  assert.deepEqual(await books(test), { available: test.due })
})

test("a confirmed refund whose transfer vanishes is told", async (t) => {
  const test = await paid(t)
  const made = await refund(test, test.id, null)
  const sent = leavingFor(made, true)
  await show(test, { seen: [sent] })
  const before = await told(test, test.id)
  await show(test, { orphaned: [sent.place] })
  assert.deepEqual(await told(test, test.id), [...before, "reorganised"])
  assert.deepEqual(await refundsOf(test, test.id), ["confirmed"])
  assert.deepEqual(await books(test), {})
})

test("money that vanished is not given back out of what others paid", async (t) => {
  const test = await paid(t)
  const other = await order(test)
  await pay(test, other.address, other.due)
  await show(test, { orphaned: [test.place] })
  assert.deepEqual(await books(test), { available: other.due, held: test.due })
  const made = await askRefund(test, test.id, null)
  assert.ok(isRefusal(made) && made.refused === "refund_not_possible")
  assert.deepEqual(await books(test), { available: other.due, held: test.due })
})
