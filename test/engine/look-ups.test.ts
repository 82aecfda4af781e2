/** Attempts without an answer are looked at by a schedule; nothing but what is seen ends them. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import type { EndPayment } from "../../src/core/decide/end-payment.ts"
import { isRefusal, type Payment, type Refusal } from "../../src/core/index.ts"
import { overduePayments } from "../../src/core/loops/store.ts"
import { LOOK_UPS_MS, nextLook } from "../../src/core/payments/look-ups.ts"
import type { Unanswered } from "../../src/core/reports/unanswered.ts"
import { overdueAt } from "../../src/core/reports/unanswered.ts"
import { type TestCore, testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** A charge whose begin came to nothing, over a rail without times of its own. */
async function unanswered(context: Parameters<typeof testDatabase>[0]) {
  const { database } = await testDatabase(context)
  const rail = testRail({ lookDelayMs: undefined, absenceIsProof: false })
  const test = await testCore(database, { rail })
  rail.answer = async () => {
    throw new Error("no answer within 10000 ms")
  }
  const payment = await charge(test)
  await test.core.pass()
  return { ...test, asked: payment }
}

async function charge(test: TestCore, kind: Kind = "charge", expiresAt: Date | null = null) {
  const merchant = (await test.core.merchants.find(test.merchantId))!
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = test.payment()
  const created = await test.core.pay.create({
    ...rest,
    kind,
    expiresAt,
    merchant,
    way: { method: kind === "charge" ? "bank" : "recharge", target: {} },
  })
  assert.ok(!isRefusal(created))
  return created.payment
}

test("it is looked at after a minute, five, an hour, a day, and daily then", async (context) => {
  const { core, rail, clock, asked: payment } = await unanswered(context)
  const begun = clock.now().getTime()
  const looked: number[] = []
  rail.look = async (open) => {
    if (open.length > 0) looked.push(clock.now().getTime() - begun)
    return { sightings: [], cursor: null }
  }
  const wanted = [MINUTE_MS, 5 * MINUTE_MS, HOUR_MS, DAY_MS, 2 * DAY_MS, 3 * DAY_MS, 4 * DAY_MS]
  for (const afterMs of wanted) {
    clock.set(new Date(begun + afterMs - 1_000))
    await core.pass()
    clock.set(new Date(begun + afterMs))
    await core.pass()
    await core.pass()
    const [attempt] = await core.payments.attempts(payment.id)
    assert.equal(attempt!.state, "unknown")
  }
  assert.deepEqual(looked, wanted)
  assert.equal(rail.begun.length, 1)
  rail.look = async (open) => ({
    cursor: null,
    sightings: open.map(({ attemptId }) => {
      return { attemptId, place: "here", fact: { kind: "settled" } as const, at: clock.now() }
    }),
  })
  clock.set(new Date(begun + 5 * DAY_MS))
  await core.pass()
  const [attempt] = await core.payments.attempts(payment.id)
  assert.deepEqual([attempt!.state, attempt!.lookAt], ["settled", null])
})

test("a look that comes late puts the later ones off by nothing", () => {
  const begunAt = new Date("2026-01-05T14:00:00.000Z")
  const table: readonly (readonly [ageMs: number, nextMs: number])[] = [
    [0, MINUTE_MS],
    [MINUTE_MS, 5 * MINUTE_MS],
    [4 * MINUTE_MS, 5 * MINUTE_MS],
    [7 * MINUTE_MS, HOUR_MS],
    [DAY_MS - 1, DAY_MS],
    [DAY_MS, 2 * DAY_MS],
    [10 * DAY_MS + HOUR_MS, 11 * DAY_MS],
  ]
  for (const [ageMs, nextMs] of table) {
    const next = nextLook(
      {},
      { begunAt, looks: 3, method: "bank" },
      new Date(begunAt.getTime() + ageMs),
    )
    assert.equal(next!.getTime() - begunAt.getTime(), nextMs, String(ageMs))
  }
})

test("a rail with times of its own keeps them, and one that is never looked at has none", () => {
  const now = new Date("2026-01-05T14:00:00.000Z")
  const at = { begunAt: now, looks: 2, method: "bank" } as const
  const next = nextLook({ lookDelayMs: (looks) => looks * 1_000 }, at, now)
  assert.equal(next!.getTime() - now.getTime(), 2_000)
  assert.equal(nextLook({ lookDelayMs: () => null }, at, now), null)
})

test("docs/operating.md has the schedule", () => {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "docs", "operating.md"), "utf8")
  const [, section] = /\n### When nobody answers\n([\s\S]*?)\n##/.exec(text)!
  const units: Record<string, number> = { min: MINUTE_MS, h: HOUR_MS, d: DAY_MS }
  const told = [...section!.matchAll(/^\| (\d+) (min|h|d) /gm)].map(
    ([, number, unit]) => Number(number) * units[unit!]!,
  )
  assert.deepEqual(told, LOOK_UPS_MS)
})

test("attempts without an answer are listed, oldest first, by any filter", async (context) => {
  const test = await unanswered(context)
  const { core, clock, merchantId } = test
  clock.advance(3 * HOUR_MS)
  const second = await charge(test)
  await core.pass()
  const list = async (over: object = {}) => {
    const rows: Unanswered[] = []
    const filter = { merchantId: null, rail: null, begunBefore: clock.now(), ...over }
    await core.reports.unanswered(filter, async (part) => {
      rows.push(...part)
    })
    return rows
  }
  const rows = await list()
  assert.deepEqual(
    rows.map(({ paymentId }) => paymentId),
    [test.asked.id, second.id],
  )
  const [{ merchant, kind, rail, amount, asset, looks, file, overdue, lookAt }] = rows as [
    Unanswered,
    ...Unanswered[],
  ]
  assert.deepEqual(
    { merchant, kind, rail, amount, asset, file, overdue },
    {
      ...{ merchant: "Tester", kind: "charge", rail: "test", amount: 10_000n, asset: "COP" },
      ...{ file: null, overdue: false },
    },
  )
  assert.ok(looks >= 1 && lookAt! > clock.now())
  const before = new Date(clock.now().getTime() - HOUR_MS)
  const filters: readonly (readonly [filter: object, count: number])[] = [
    [{ merchantId }, 2],
    [{ merchantId: test.ids.next() }, 0],
    [{ rail: "test" }, 2],
    [{ rail: "other" }, 0],
    [{ begunBefore: before }, 1],
  ]
  for (const [filter, count] of filters) assert.equal((await list(filter)).length, count)
})

test("an answer is overdue after a day, or two business days after its day of collection", () => {
  const now = new Date("2026-05-20T15:00:00.000Z")
  const isOverdue = overdueAt(now)
  const timeZone = "America/Bogota"
  const table: readonly (readonly [begun: string, day: string | null, overdue: boolean])[] = [
    ["2026-05-19T15:00:00.000Z", null, false],
    ["2026-05-19T14:59:59.000Z", null, true],
    ["2026-05-01T15:00:00.000Z", "2026-05-20", false],
    ["2026-05-01T15:00:00.000Z", "2026-05-19", false],
    // Monday the 18th is a holiday.
    ["2026-05-01T15:00:00.000Z", "2026-05-18", false],
    ["2026-05-01T15:00:00.000Z", "2026-05-15", true],
  ]
  for (const [begun, collectionDay, overdue] of table) {
    const of = { begunAt: new Date(begun), collectionDay, timeZone }
    assert.equal(isOverdue(of), overdue, `${begun} ${collectionDay}`)
  }
})

const ENDS: readonly (readonly [name: string, kind: Kind, end: End])[] = [
  ["cancelled", "recharge", ended({ kind: "cancel", by: "merchant" })],
  ["cancelled", "charge", ended({ kind: "cancel", by: "payer" })],
  ["expired", "recharge", ended({ kind: "expire", force: true })],
  ["expired", "charge", ended({ kind: "expire", force: true })],
  ["simulated to be cancelled", "recharge", simulated("cancelled")],
  ["simulated to be expired", "charge", simulated("expired")],
]
type Kind = "charge" | "recharge"
type End = (test: TestCore, payment: Payment) => Promise<Payment | Refusal>

function ended(how: EndPayment["how"]): End {
  return ({ core }, { id: paymentId, merchantId }) => core.pay.end({ paymentId, merchantId, how })
}

function simulated(outcome: "cancelled" | "expired"): End {
  return async ({ core, merchantId }, payment) => {
    return core.pay.simulate((await core.merchants.find(merchantId))!, payment, outcome, null)
  }
}

for (const [name, kind, end] of ENDS) {
  test(`a ${kind} that waits to be sent again isn't ${name}: it was sent`, async (context) => {
    const { database } = await testDatabase(context)
    const test = await testCore(database, { rail: testRail({ beginIsIdempotent: true }) })
    const { core, rail, clock, merchantId } = test
    await core.wallet.topUp({ merchantId, asset: "COP", amount: 10_000n, reference: "first" })
    rail.answer = async () => {
      throw new Error("no answer within 10000 ms")
    }
    rail.look = async (open) => ({
      cursor: null,
      sightings: open.map(({ attemptId }) => {
        return { attemptId, place: "none", fact: { kind: "absent" } as const, at: clock.now() }
      }),
    })
    const payment = await charge(test, kind, new Date(clock.now().getTime() + 1_000))
    await core.pass()
    clock.advance(2_000)
    await core.pass()
    const [waiting] = await core.payments.attempts(payment.id)
    assert.deepEqual([waiting!.state, rail.begun.length], ["waiting", 1])
    // Nor does the loop try it in a circle.
    assert.deepEqual(await overduePayments(database, clock.now(), 10), [])
    const refused = await end(test, payment)
    assert.ok(
      isRefusal(refused),
      JSON.stringify(refused, (_, value) => String(value)),
    )
    rail.answer = async () => ({ kind: "settled" })
    await core.pass()
    assert.equal((await core.payments.find(merchantId, payment.id))!.state, "approved")
    assert.deepEqual(await core.books.verify(), [])
  })
}
