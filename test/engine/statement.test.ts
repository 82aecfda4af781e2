/** The statement of a wallet: its lines lead from what was there to what the accounts hold. */
import assert from "node:assert/strict"
import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import {
  isRefusal,
  type Statement,
  type StatementAsked,
  type StatementLine,
  type StatementPlace,
  wordsOf,
} from "../../src/core/index.ts"
import { firstMovements, movedBy, walletOf } from "../../src/core/reports/store/statement.ts"
import { inSnapshot } from "../../src/core/store/snapshot.ts"
import type { Queries } from "../../src/db/database.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
const DAY_MS = 86_400_000
let merchants = 0

const start = new Date("2026-01-05T14:00:00.000Z")
const shared = await testCore(database)
shared.rail.answer = async ({ target }) =>
  target.identifier === "refused"
    ? { kind: "rejected", reason: "operator_unavailable" }
    : { kind: target.identifier === "open" ? "accepted" : "settled" }

/** A merchant of its own, whose days begin anew. */
async function wallet(): Promise<TestCore> {
  merchants += 1
  const { core, clock } = shared
  clock.set(start)
  const { id: merchantId } = await core.merchants.add({ name: `Statement ${merchants}` })
  await core.merchants.agree(merchantId, "caudal")
  return { ...shared, merchantId }
}

async function topUp({ core, merchantId }: TestCore, amount: bigint, reference: string) {
  const made = await core.wallet.topUp({ merchantId, asset: "COP", amount, reference })
  assert.ok(!isRefusal(made))
}

async function sell(of: TestCore, amount: bigint, identifier: string, reference: string) {
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = of.payment()
  const merchant = (await of.core.merchants.find(of.merchantId))!
  const way = { method: "recharge", target: { identifier } } as const
  const commission = 25n
  const sale = { ...rest, kind: "recharge", amount, commission, reference, merchant, way } as const
  const created = await of.core.pay.create(sale)
  assert.ok(!isRefusal(created))
  await of.core.pass()
  return created.payment.id
}

type Asked = Omit<StatementAsked, "merchantId" | "asset"> & { asset?: string }

async function read(of: TestCore, asked: Asked = {}) {
  const lines: StatementLine[] = []
  const said: Statement = await of.core.reports.statement(
    { merchantId: of.merchantId, asset: "COP", ...asked },
    async (part) => void lines.push(...part),
  )
  return { lines, said }
}

const told = ({ kind, amount, heldAmount, after: then, reference }: StatementLine) =>
  `${kind} ${amount} ${then.available} ${heldAmount} ${then.held} ${reference}`

/** Three days of a wallet, one each. */
async function threeDays(): Promise<TestCore> {
  const of = await wallet()
  await of.core.merchants.changeTerms(of.merchantId, "caudal", { feeFixed: "10" })
  await topUp(of, 5_000n, "bank-1")
  await sell(of, 1_000n, "delivered", "r-1")
  of.clock.advance(DAY_MS)
  await sell(of, 2_000n, "refused", "r-2")
  of.clock.advance(DAY_MS)
  await topUp(of, 500n, "bank-2")
  await sell(of, 700n, "open", "r-3")
  return of
}

const FIRST = [
  "top-up 5000 5000 0 0 bank-1",
  "recharge.hold -1010 3990 1010 1010 r-1",
  "recharge.confirmed 0 3990 -1000 10 r-1",
  "fee 0 3990 -10 0 r-1",
  "recharge.commission 25 4015 0 0 r-1",
]
const SECOND = ["recharge.hold -2010 2005 2010 2010 r-2", "recharge.released 2010 4015 -2010 0 r-2"]
const THIRD = ["top-up 500 4515 0 0 bank-2", "recharge.hold -710 3805 710 710 r-3"]

const STRETCHES: readonly (readonly [asked: Asked, lines: readonly string[]])[] = [
  [{}, [...FIRST, ...SECOND, ...THIRD]],
  [{ to: "2026-01-05" }, FIRST],
  [{ from: "2026-01-06" }, [...SECOND, ...THIRD]],
  [{ from: "2026-01-06", to: "2026-01-06" }, SECOND],
  [{ from: "2026-01-05", to: "2026-01-06" }, [...FIRST, ...SECOND]],
  [{ from: "2026-01-08" }, []],
  [{ to: "2026-01-04" }, []],
  [{ asset: "CLP" }, []],
]
test("each stretch has its lines, opens where the one before closed, and agrees", async () => {
  const of = await threeDays()
  for (const [asked, expected] of STRETCHES) {
    const { lines, said } = await read(of, asked)
    const about = JSON.stringify(asked)
    assert.deepEqual(lines.map(told), expected, about)
    assert.equal(said.movements, expected.length, about)
    assert.equal(said.agrees, true, about)
    assert.deepEqual(said.closing, said.ledger, about)
    if (lines.length > 0) assert.deepEqual(lines.at(-1)!.after, said.closing, about)
  }
  const { said: all } = await read(of)
  assert.deepEqual(all.closing, { available: 3_805n, held: 710n })
  const accounts = await of.core.books.accounts(of.merchantId)
  const balance = (kind: string) => accounts.find((each) => each.kind === kind)?.balance
  assert.deepEqual(all.closing, { available: balance("available"), held: balance("held") })
  const days = ["2026-01-04", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"]
  let before = { available: 0n, held: 0n }
  for (const day of days) {
    const { said } = await read(of, { from: day, to: day })
    assert.deepEqual(said.opening, before, day)
    before = said.closing
  }
})

test("a day is the merchant's, not ours", async () => {
  const of = await wallet()
  // 23:59 and midnight in Bogotá.
  of.clock.set(new Date("2026-01-06T04:59:59.999Z"))
  await topUp(of, 1n, "late")
  of.clock.set(new Date("2026-01-06T05:00:00.000Z"))
  await topUp(of, 2n, "early")
  const of5 = await read(of, { from: "2026-01-05", to: "2026-01-05" })
  const of6 = await read(of, { from: "2026-01-06", to: "2026-01-06" })
  assert.deepEqual(
    [of5, of6].map(({ lines }) => lines.map(({ reference }) => reference)),
    [["late"], ["early"]],
  )
  assert.deepEqual(of6.said.opening, { available: 1n, held: 0n })
})

test("pages tell the same lines as the whole, wherever they are cut", async () => {
  const of = await threeDays()
  const { merchantId } = of
  for (const asked of [{}, { from: "2026-01-06" }, { to: "2026-01-06" }, { from: "2027-01-01" }]) {
    const whole = await read(of, asked)
    for (const limit of [1, 2, 3, 100]) {
      const found: StatementLine[] = []
      let place: StatementPlace | null = null
      let closing = whole.said.opening
      for (;;) {
        const about = { merchantId, asset: "COP", ...asked }
        const page = await of.core.reports.statementPage(about, { limit, after: place })
        assert.deepEqual(page.opening, { ...page.opening, ...closing })
        found.push(...page.lines)
        closing = page.closing
        place = page.next
        assert.equal(page.agrees, place === null ? true : null)
        if (place === null) break
        assert.equal(page.lines.length, limit)
      }
      assert.deepEqual(found, whole.lines)
      assert.deepEqual(closing, whole.said.closing)
    }
  }
})

test("movements that don't lead to what the accounts hold are not passed off", async () => {
  const of = await threeDays()
  const { merchantId } = of
  const asked = { merchantId, asset: "COP" }
  const change = (by: number) =>
    database.query(
      "update accounts set balance = balance + $2 where merchant_id = $1 and kind = 'held'",
      [merchantId, by],
    )
  await change(1)
  for (const days of [{}, { from: "2026-01-06" }, { to: "2026-01-05" }]) {
    const { said } = await read(of, days)
    assert.equal(said.agrees, false, JSON.stringify(days))
    const page = { limit: 100, after: null }
    const { agrees } = await of.core.reports.statementPage({ ...asked, ...days }, page)
    // A page from a day on begins with what the accounts then had: it costs no look at all before.
    assert.equal(agrees, "from" in days)
  }
  assert.equal((await read(of, { asset: "CLP" })).said.agrees, true)
  await change(-1)
  // A page whose cursor says something else than the books.
  const first = await of.core.reports.statementPage(asked, { limit: 3, after: null })
  const forged = { ...first.next!, available: 1n }
  const rest = await of.core.reports.statementPage(asked, { limit: 100, after: forged })
  assert.equal(rest.agrees, false)
})

test("what another node decided earlier and committed later takes its place", async () => {
  const of = await wallet()
  await topUp(of, 100n, "one")
  // The other node's clock is three seconds behind.
  of.clock.advance(-3_000)
  await topUp(of, 10n, "two")
  const { lines, said } = await read(of)
  assert.deepEqual(lines.map(told), ["top-up 10 10 0 0 two", "top-up 100 110 0 0 one"])
  assert.equal(said.agrees, true)
})

test("what is booked while a statement is read doesn't show, and isn't missing", async () => {
  const of = await wallet()
  await topUp(of, 100n, "one")
  const { merchantId } = of
  const said = await of.core.reports.statement({ merchantId, asset: "COP" }, async () => {
    await topUp(of, 5n, `meanwhile-${of.ids.next()}`)
  })
  assert.deepEqual(said.closing, { available: 100n, held: 0n })
  assert.equal(said.agrees, true)
  assert.equal((await read(of)).said.movements, 3)
})

test("every kind of transfer has a name in plain words", () => {
  const folder = join(import.meta.dirname, "..", "..", "src", "core", "decide")
  const sources = globSync("*.ts", { cwd: folder }).map((name) => readFileSync(join(folder, name)))
  const kinds = new Set(
    sources.flatMap((source) =>
      [...String(source).matchAll(/"(top-up|fee|(?:charge|recharge|refund|owed)\.[a-z.]+)"/g)].map(
        ([, kind]) => kind!,
      ),
    ),
  )
  assert.ok(kinds.size > 20)
  for (const kind of kinds) assert.ok(kind === "fee" || wordsOf(kind) !== kind, kind)
})

/** A statement's queries as the server would run them, with the rows that it looked at. */
async function plansOf(merchantId: string, from: Date | null): Promise<string[]> {
  const plans: string[] = []
  await inSnapshot(database, async (snapshot) => {
    const explaining: Queries = {
      async query(text, params) {
        const explain = `explain (analyze, costs off, timing off) ${text}`
        const { rows } = await snapshot.query<Record<string, string>>(explain, params)
        plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"))
        return { rows: [], rowCount: 0 }
      },
    }
    const wallet = walletOf(merchantId, "COP")
    await firstMovements(explaining, wallet, { from, to: null }, 100_000)
    await firstMovements(explaining, wallet, { from, to: null }, 50)
    await movedBy(explaining, wallet, { from, to: null })
  })
  return plans
}

test("a statement walks over its own merchant's movements, from where it begins", async () => {
  const few = await wallet()
  const many = await wallet()
  await topUp(few, 100n, "one")
  await topUp(many, 100n, "one")
  // 1,000 on each of the last 20 days; the transfers of both lie among each other.
  await database.query(
    `insert into transfers (id, debit_id, credit_id, amount, kind, merchant_id, created_at)
select gen_random_uuid(), debit_id, credit_id, 1, kind, merchant_id,
  created_at - n * interval '86400 seconds' / 1000
from transfers, generate_series(1, 20000) n where merchant_id = $1`,
    [many.merchantId],
  )
  await database.query("update accounts set balance = balance + 20000 where merchant_id = $1", [
    many.merchantId,
  ])
  await database.query("analyze transfers")
  const dayAgo = new Date(many.clock.now().getTime() - DAY_MS)
  for (const [merchantId, from, most] of [
    [few.merchantId, null, 10],
    [few.merchantId, dayAgo, 10],
    [many.merchantId, dayAgo, 1_001],
  ] as const) {
    for (const plan of await plansOf(merchantId, from)) {
      assert.doesNotMatch(plan, /Seq Scan on transfers/)
      const counts = [...plan.matchAll(/(?:Removed by [^:]+: | rows=)(\d+)/g)]
      assert.ok(counts.length > 0)
      for (const [, count] of counts) assert.ok(Number(count) <= most, plan)
    }
  }
  const { said } = await read(many)
  assert.deepEqual([said.movements, said.agrees], [20_001, true])
})
