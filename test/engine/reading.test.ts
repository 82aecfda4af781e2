/** Nodes that read chains and vet keys: one that can't stands in nobody's way. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { type Database, openDatabase } from "../../src/db/database.ts"
import { addressAt, TOKEN } from "../support/chain-rail.ts"
import { lastFirst } from "../support/cleanup.ts"
import { testDatabase } from "../support/database.ts"
import {
  books,
  create,
  granted,
  type Made,
  onChain,
  order,
  type World,
  wait,
  world,
} from "../support/orders.ts"

test("a node that can't reach a chain lets another read it", async (t) => {
  const broken = await world(t)
  const healthy = await onChain(broken.database, "Tester", "xpub-one")
  broken.chain.reading = async () => {
    throw new Error("no node answers")
  }
  const before = healthy.chain.asked.length
  for (let turn = 0; turn < 20; turn++) {
    await wait(broken, 5_000).catch(() => undefined)
    await wait(healthy, 5_000)
  }
  // All but those turns that the other's lease and its tries took.
  assert.ok(healthy.chain.asked.length - before > 10)
})

test("a key that is taken up again gives only addresses that are new by then", async (t) => {
  const test = await world(t, { needsNewAddresses: true })
  await test.core.pass()
  const first = await order(test)
  assert.equal(first.address, addressAt("xpub-one", 0))
  await test.core.keys.add(test.merchantId, "chain", "xpub-second")
  await test.core.pass()
  // Meanwhile its owner uses the wallet himself.
  for (let index = 1; index < 5; index++) test.chain.used.add(addressAt("xpub-one", index))
  test.clock.advance(100 * 86_400_000)
  await test.core.keys.add(test.merchantId, "chain", "xpub-one")
  await test.core.pass()
  assert.equal((await order(test)).address, addressAt("xpub-one", 5))
})

test("a repeated reference is answered with its payment when there is no rate", async (t) => {
  const test = await world(t)
  const first = granted(await create(test, { reference: "R-1" }))
  test.chain.rate = null
  const again = granted(await create(test, { reference: "R-1" }))
  assert.equal(again.payment.id, first.payment.id)
  const other = await create(test, { reference: "R-2" })
  assert.ok("refused" in other && other.refused === "quote_unavailable")
})

test("a key that can't be vetted keeps no other from being so", async (t) => {
  const over = { needsNewAddresses: true }
  const lost = await world(t, over)
  await onChain(lost.database, "Other", "xpub-of-another", over)
  // Sealed under a key that nobody has any more.
  await lost.database.query(
    `update xpubs set vetted_below = 0,
  key_sealed = case when merchant_id = $1 then '\\x00' else key_sealed end`,
    [lost.merchantId],
  )
  const third = await onChain(lost.database, "Third", "xpub-of-a-third", over)
  // The key that fails is the first of each pass.
  for (let turn = 0; turn < 3; turn++) await third.core.pass().catch(() => undefined)
  const { rows } = await lost.database.query<{ name: string; vetted: boolean }>(
    `select m.name, vetted_below > 0 as vetted
from xpubs x join merchants m on m.id = x.merchant_id order by m.name`,
  )
  assert.deepEqual(rows, [
    { name: "Other", vetted: true },
    { name: "Tester", vetted: false },
    { name: "Third", vetted: true },
  ])
})

/** Rows that a statement may read and throw away: what is due, and some more. */
const WASTED_MAX = 1_000
const DUST = 5_000
const DUE = 200

test("dust on one address makes no pass walk over all of it", async (t) => {
  const context = lastFirst(t)
  const { url } = await testDatabase(context)
  const database = openDatabase({ url, plans: "indexed" })
  context.after(() => database.close())
  const asked = new Map<string, readonly unknown[]>()
  const watched: Database = {
    ...database,
    query(text, params) {
      if (/^select[\s\S]*\bsightings\b/.test(text)) asked.set(text, params ?? [])
      return database.query(text, params)
    },
  }
  const test = await onChain(watched, "Tester", "xpub-one")
  const dusted = await order(test)
  await dust(test, dusted, { from: 1, count: DUST, applied: "final" })
  await dust(test, dusted, { from: DUST + 1, count: DUE, applied: "seen" })
  await database.query("analyze")
  asked.clear()

  const plans: string[] = []
  // What the pass itself asks, before it has brought anything into the books.
  await test.core.pass()
  assert.deepEqual(test.faults, [])
  assert.deepEqual(await books(test), { unapplied: BigInt(DUE) })
  await database.query("update sightings set applied = 'seen' where block > $1", [DUST])
  for (const [text, params] of asked) {
    const { rows } = await database.query<Record<string, string>>(
      `explain (analyze, costs off) ${text}`,
      params as never,
    )
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n")
    for (const [, count] of plan.matchAll(/(?:Removed by [^:]+: | rows=)(\d+)/g)) {
      assert.ok(Number(count) < WASTED_MAX, `${text}\n${plan}`)
    }
    assert.doesNotMatch(plan, /Seq Scan on sightings/, plan)
    plans.push(plan)
  }
  // The one that finds what is due was among them, and found it.
  assert.ok(plans.some((plan) => plan.includes("sightings_due") && plan.includes(`rows=${DUE}`)))
})

/** Final transfers of one unit each, of which so much has reached the books. */
async function dust(
  { database, clock }: World,
  { id, address }: Made,
  { from, count, applied }: { from: number; count: number; applied: "seen" | "final" },
): Promise<void> {
  await database.query(
    `insert into sightings (rail, place, attempt_id, fact, amount, asset, at, created_at, apply_at,
  watch, block, block_hash, sender, receiver, reference, state, applied, applied_amount)
select 'chain', 'eip155:7/0x' || lpad(to_hex(n), 64, '0') || ':0/erc20:0xd/' || $2, a.id, 'received',
  1, $3, $6::timestamptz, $6, $6, 'eip155:7', n, 'h', 's', $2, '0x' || n, 'final', $7, 1
from generate_series($4::int, $5::int) n, attempts a where a.payment_id = $1`,
    [id, address, TOKEN, from, from + count - 1, clock.now(), applied],
  )
}
