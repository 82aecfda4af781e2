/** What pages say of how payments go is the same before and after events are kept as sums. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { makeFigures } from "../../src/core/figures/figures.ts"
import { isRefusal, type Overview } from "../../src/core/index.ts"
import { firstIdAt } from "../../src/core/retention/months.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const ZONE = "America/Bogota"
const { database } = await testDatabase({ after })
const t = await testCore(database)
const { core, rail, clock } = t

/** Pays in so many milliseconds, or is declined where the bank has a reason. */
async function play(amount: bigint, afterMs: number, reason: "not_enough_funds" | null = null) {
  const merchant = (await core.merchants.find(t.merchantId))!
  rail.answer = async () => {
    clock.advance(afterMs)
    return reason === null ? { kind: "settled" } : { kind: "rejected", reason }
  }
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = t.payment({ amount })
  const target = { bank: "b", accountType: "savings", accountNumber: "1", holder: { name: "A" } }
  const way = { method: "bank", target } as never
  const created = await core.pay.create({ ...rest, merchant, way })
  assert.ok(!isRefusal(created))
  await core.pass()
}

const { timeOrigin } = performance
/** A reader of its own, which remembers nothing, at the same time. */
const fresh = () =>
  makeFigures({
    database,
    clock,
    // As if all that is there had been committed long ago.
    ids: { ...t.ids, next: () => firstIdAt(new Date(timeOrigin + performance.now() + 120_000)) },
  })
const read = (merchantId: string | null = t.merchantId) => fresh().overview(merchantId, ZONE)

before(async () => {
  await play(10_000n, 1_000)
  await play(20_000n, 1_000)
  await play(30_000n, 8_000)
  await play(40_000n, 0, "not_enough_funds")
})

function checkDay({ days, medianMs, p95Ms, rails, today }: Overview): void {
  assert.deepEqual(today, [{ asset: "COP", created: 4, approved: 3, amount: 60_000n }])
  assert.deepEqual(rails, [{ rail: "test", approved: 3, declined: 1 }])
  // Steps are a twelfth wide.
  assert.ok(medianMs! > 900 && medianMs! < 1_100, `${medianMs}`)
  assert.ok(p95Ms! > 7_300 && p95Ms! < 8_700, `${p95Ms}`)
  assert.equal(days.length, 30)
  assert.equal(days.at(-1)!.day, "2026-01-05")
  assert.deepEqual(days.at(-1)!.assets, today)
  assert.ok(days.slice(0, -1).every(({ assets }) => assets.length === 0))
}

test("what isn't summed yet is counted for the page itself", async () => {
  checkDay(await read())
  checkDay(await read(null))
})

test("sums say the same, however often they are made", async () => {
  const { pass } = fresh()
  await pass.run()
  const { rows } = await database.query("select count(*)::int4 as count from hour_figures")
  assert.ok((rows[0] as { count: number }).count > 0)
  await pass.run()
  checkDay(await read())
  checkDay(await read(null))
})

test("another merchant, and another day, have figures of their own", async () => {
  const other = await core.merchants.add({ name: "Another" })
  const none = await read(other.id)
  assert.deepEqual([none.today, none.rails, none.medianMs], [[], [], null])
  clock.advance(86_400_000)
  const next = await read()
  assert.deepEqual(next.today, [])
  assert.equal(next.days.at(-2)!.assets[0]!.approved, 3)
  await play(5_000n, 0)
  assert.equal((await read()).today[0]!.approved, 1)
})
