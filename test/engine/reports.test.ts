/** What reports say of a day is what the ledger booked on it, whatever happened, wherever. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { endPayment } from "../../src/core/decide/end-payment.ts"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import {
  type BeginAnswer,
  type Fact,
  isRefusal,
  type Merchant,
  type Payment,
} from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { beginOf, lastAskedBefore, stretchOf } from "../../src/core/reports/day.ts"
import { type DayRow, FIGURES, type Figure } from "../../src/core/reports/store/day.ts"
import { type TestCore, testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const AMOUNT = 10_000n
/** 30 and 2.9 %. */
const FEE = 320n
/** What its seller earns by a recharge. */
const COMMISSION = 250n
const TOKEN = "eip155:97/erc20:0x1"
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Of a link: one hour into the next day. */
const EXPIRY_MS = 25 * HOUR_MS

type Counts = Partial<Record<Figure, bigint>>
/** What one step should add to its day, by asset. */
type Step = {
  readonly hours: number
  does(life: Life): Promise<void>
  readonly counts: Readonly<Record<string, Counts>>
}

/** A payment under way in the play. */
type Life = { readonly test: TestCore; readonly merchant: Merchant; payment: Payment | null }

const said: Readonly<Record<string, BeginAnswer>> = {
  settled: { kind: "settled" },
  accepted: { kind: "accepted" },
  rejected: { kind: "rejected", reason: "declined_by_bank" },
}

const PAID: Counts = { asked: AMOUNT, approved: AMOUNT, settled: AMOUNT, fees: FEE }
const DELIVERED: Counts = { recharged: AMOUNT, commissions: COMMISSION }
const cop = (counts: Counts) => ({ COP: counts })

/** Creates the payment; what its rail answers stands in its target. */
function ask(
  hours: number,
  answer: string,
  counts: Counts,
  kind: Payment["kind"] = "charge",
): Step {
  return {
    hours,
    counts: cop(counts),
    async does(life) {
      const method = kind === "recharge" ? "recharge" : "bank"
      await create(life, kind, { method, target: { accountNumber: answer } })
    },
  }
}

async function create(
  life: Life,
  kind: Payment["kind"],
  way: { method: "bank" | "recharge" | "crypto"; target: { accountNumber?: string } },
) {
  const { test, merchant } = life
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = test.payment({ kind })
  const ends = new Date(test.clock.now().getTime() + EXPIRY_MS)
  const expiresAt = way.method === "crypto" ? ends : null
  const commission = kind === "recharge" ? COMMISSION : 0n
  const spec = { ...rest, amount: AMOUNT, commission, expiresAt, merchant, way }
  const created = await test.core.pay.create(spec)
  assert.ok(!isRefusal(created))
  life.payment = created.payment
}

/** Lets the rail show a fact about the payment's attempt number `at`. */
function tell(hours: number, fact: Fact, counts: Counts, { at = 0, asset = "COP" } = {}): Step {
  return {
    hours,
    counts: { [asset]: counts },
    async does({ test, payment }) {
      const attempt = (await test.core.payments.attempts(payment!.id))[at]!
      const place = `${attempt.id}:${fact.kind}:${hours}`
      const sightings = [{ place, fact, at: new Date(test.clock.now().getTime() - HOUR_MS) }]
      const report = reportOf(test.rail, attempt, payment!, { sightings, fence: null })
      assert.ok(!isRefusal(await test.core.engine.submit(reportAttempt, report)))
    },
  }
}

function refund(hours: number, answer: string, counts: Counts): Step {
  return {
    hours,
    counts: cop(counts),
    async does({ test, payment }) {
      test.rail.answer = async () => said[answer]!
      assert.ok(!isRefusal(await test.core.pay.refund(payment!, 4_000n, null)))
      await test.core.pass()
      test.rail.answer = answered
    },
  }
}

const answered: TestCore["rail"]["answer"] = async ({ target }) => {
  const answer = said[target.accountNumber!]
  if (!answer) throw new Error("no answer")
  return answer
}

const again = (hours: number, answer: string, counts: Counts): Step => ({
  hours,
  counts: cop(counts),
  async does({ test, merchant, payment }) {
    const way = { method: "bank", target: { accountNumber: answer } } as const
    assert.ok(!isRefusal(await test.core.pay.open(merchant, payment!, way)))
  },
})

const expire = (hours: number): Step => ({
  hours,
  counts: cop({ lapsed: AMOUNT }),
  async does({ test, payment }) {
    const { id: paymentId, merchantId } = payment!
    const command = { paymentId, merchantId, how: { kind: "expire", force: true } } as const
    assert.ok(!isRefusal(await test.core.engine.submit(endPayment, command)))
  },
})

const crypto: Step = {
  hours: 0,
  counts: cop({ asked: AMOUNT }),
  does: (life) => create(life, "charge", { method: "crypto", target: {} }),
}
const received = (hours: number, amount: bigint, counts: Counts) =>
  tell(hours, { kind: "received", amount, asset: TOKEN }, counts, { asset: TOKEN })

const returned = { kind: "returned", reason: "returned_by_bank" } as const
const settled = { kind: "settled" } as const
const approved = { kind: "approved" } as const

/** Lives of payments, with what each step should count as. */
const LIVES: Readonly<Record<string, readonly Step[]>> = {
  "paid at once": [ask(0, "settled", PAID)],
  "approved, and settled on another day": [
    ask(0, "accepted", { asked: AMOUNT }),
    tell(20, approved, { approved: AMOUNT, fees: FEE }),
    tell(44, settled, { settled: AMOUNT }),
  ],
  "settled, and returned on another day": [
    ask(0, "accepted", { asked: AMOUNT }),
    tell(1, settled, { approved: AMOUNT, settled: AMOUNT, fees: FEE }),
    tell(50, returned, { returned: AMOUNT }),
  ],
  "approved, and returned before it settled": [
    ask(0, "accepted", { asked: AMOUNT }),
    tell(5, approved, { approved: AMOUNT, fees: FEE }),
    tell(30, returned, { returned: AMOUNT }),
  ],
  "taken by two banks, one of which takes days and gives it back": [
    ask(0, "rejected", { asked: AMOUNT }),
    again(1, "settled", { approved: AMOUNT, settled: AMOUNT, fees: FEE }),
    tell(20, approved, { unapplied: AMOUNT }),
    tell(45, settled, { settled: AMOUNT }),
    tell(70, returned, { returned: AMOUNT }),
  ],
  "taken by two banks": [
    ask(0, "rejected", { asked: AMOUNT }),
    again(1, "settled", { approved: AMOUNT, settled: AMOUNT, fees: FEE }),
    tell(26, settled, { unapplied: AMOUNT, settled: AMOUNT }),
  ],
  "never paid": [ask(0, "rejected", { asked: AMOUNT }), expire(26)],
  "given back, and sent back": [
    ask(0, "settled", PAID),
    refund(10, "accepted", { refundsAsked: 4_000n }),
    tell(30, settled, { refunded: 4_000n }, { at: 1 }),
    tell(60, returned, { refundsReturned: 4_000n }, { at: 1 }),
  ],
  "not given back, and paid out after all": [
    ask(0, "settled", PAID),
    refund(10, "rejected", { refundsAsked: 4_000n, refundsFailed: 4_000n }),
    tell(30, settled, { refunded: 4_000n }, { at: 1 }),
  ],
  "a recharge": [ask(0, "settled", { asked: AMOUNT, ...DELIVERED, fees: FEE }, "recharge")],
  "a recharge that was refused, and delivered after all": [
    ask(0, "rejected", { asked: AMOUNT, declined: AMOUNT }, "recharge"),
    tell(28, settled, DELIVERED),
  ],
  "short, then covered, then doubled": [
    crypto,
    received(2, 400n, { settled: 400n, unapplied: 400n }),
    received(13, 600n, { settled: 600n, approved: 1_000n, unapplied: -400n, fees: 32n }),
    received(50, 500n, { settled: 500n, unapplied: 500n }),
  ],
  "late, but not too late": [
    crypto,
    { ...expire(25), counts: cop({ lapsed: AMOUNT }) },
    received(40, 1_000n, { settled: 1_000n, approved: 1_000n, unapplied: 0n, fees: 32n }),
  ],
  "too late": [crypto, expire(25), received(60, 700n, { settled: 700n, unapplied: 700n })],
}

/** Around the midnights of both merchants, and the night in which Santiago sets its clocks back. */
const BASE = new Date("2026-04-03T02:00:00.000Z")
const STARTS = [0, 0.95, 1.05, 2.95, 3.05, 24, 25.5, 26.95, 49, 74]
const ZONES = ["America/Bogota", "America/Santiago"]

const { database } = await testDatabase({ after })
let played: TestCore
const merchants: Merchant[] = []
/** What each merchant's days should come to: by merchant, day and asset. */
const expected = new Map<string, Map<string, Map<string, Counts>>>()

const dayAt = (at: Date, timeZone: string) =>
  new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(at)

function expect(merchant: Merchant, at: Date, counts: Step["counts"]) {
  const days = expected.get(merchant.id) ?? new Map<string, Map<string, Counts>>()
  expected.set(merchant.id, days)
  const day = dayAt(at, merchant.timeZone)
  const assets = days.get(day) ?? new Map<string, Counts>()
  days.set(day, assets)
  for (const [asset, more] of Object.entries(counts)) {
    const sums: Counts = { ...assets.get(asset) }
    for (const [figure, amount] of Object.entries(more)) {
      sums[figure as Figure] = (sums[figure as Figure] ?? 0n) + amount
    }
    assets.set(asset, sums)
  }
}

before(async () => {
  const option = { asset: TOKEN, amount: "1000" }
  const rail = testRail({ instruct: () => ({ options: [option as never] }), absenceIsProof: false })
  played = await testCore(database, { rail })
  played.clock.set(new Date(BASE.getTime() - DAY_MS))
  rail.answer = answered
  for (const timeZone of ZONES) {
    const merchant = await played.core.merchants.add({ name: timeZone, timeZone })
    await played.core.merchants.agree(merchant.id, "caudal", {
      feeFixed: "30",
      feeBasisPoints: 290,
    })
    const about = { merchantId: merchant.id, asset: "COP", amount: 10n * AMOUNT * 20n }
    await played.core.wallet.topUp({ ...about, reference: "start" })
    merchants.push(merchant)
  }
  const steps = merchants.flatMap((merchant) =>
    STARTS.flatMap((start) =>
      Object.values(LIVES).flatMap((life) => {
        const one: Life = { test: played, merchant, payment: null }
        return life.map((step) => ({
          one,
          step,
          at: BASE.getTime() + (start + step.hours) * HOUR_MS,
        }))
      }),
    ),
  )
  steps.sort((a, b) => a.at - b.at)
  for (const { one, step, at } of steps) {
    played.clock.set(new Date(at))
    await step.does(one)
    await played.core.pass()
    expect(one.merchant, new Date(at), step.counts)
  }
  played.clock.advance(2 * DAY_MS)
  assert.deepEqual(await played.core.books.verify(), [])
})

async function reported(merchant: Pick<Merchant, "id" | "timeZone">, day: string) {
  const rows: DayRow[] = []
  const summary = await played.core.reports.daily(merchant, day, async (part) => {
    rows.push(...part)
  })
  return { rows, summary }
}

/** Figures that came to something, by asset. */
function sumsOf(rows: readonly DayRow[]): Record<string, Counts> {
  const sums: Record<string, Counts> = {}
  for (const row of rows) {
    const of: Counts = { ...sums[row.asset] }
    for (const figure of FIGURES) {
      if (row[figure] !== null) of[figure] = (of[figure] ?? 0n) + row[figure]
    }
    sums[row.asset] = of
  }
  return sums
}

const withoutZeros = (sums: Iterable<readonly [string, Counts]>) =>
  Object.fromEntries(
    [...sums].flatMap(([asset, counts]) => {
      const left = Object.entries(counts).filter(([, amount]) => amount !== 0n)
      return left.length === 0 ? [] : [[asset, Object.fromEntries(left)]]
    }),
  )

for (const [at, zone] of ZONES.entries()) {
  test(`each day in ${zone} comes to what happened on it, and to the ledger's sums`, async () => {
    const merchant = merchants[at]!
    const days = [...expected.get(merchant.id)!.keys()].sort()
    assert.ok(days.length >= 6, days.join(" "))
    for (const day of days) {
      const { rows, summary } = await reported(merchant, day)
      const wanted = withoutZeros(expected.get(merchant.id)!.get(day)!)
      assert.deepEqual(withoutZeros(Object.entries(sumsOf(rows))), wanted, day)
      assert.deepEqual(
        summary.checks.filter(({ agrees }) => !agrees),
        [],
        day,
      )
      assert.ok(summary.agrees && summary.over)
      assert.equal(summary.rows, rows.length)
    }
  })

  test(`the accounts of a merchant in ${zone} go on each day from where they were`, async () => {
    const merchant = merchants[at]!
    const closing = new Map<string, bigint>()
    const days = [
      ...expected.get(merchant.id)!.keys(),
      dayAt(new Date(BASE.getTime() - DAY_MS), zone),
    ]
    for (const day of days.sort()) {
      const { summary } = await reported(merchant, day)
      for (const { asset, kind, opening, change, closing: end } of summary.ledger.accounts) {
        assert.equal(opening, closing.get(`${asset} ${kind}`) ?? 0n, `${day} ${asset} ${kind}`)
        assert.equal(end, opening + change)
        closing.set(`${asset} ${kind}`, end)
      }
    }
    for (const { asset, kind, balance } of await played.core.books.accounts(merchant.id)) {
      assert.equal(balance, closing.get(`${asset} ${kind}`), `${asset} ${kind}`)
    }
  })
}

test("a merchant's report has nothing of another's", async () => {
  const [first, second] = merchants
  const day = "2026-04-03"
  const ids = (await reported(first!, day)).rows.map(({ paymentId }) => paymentId)
  const others = new Set((await reported(second!, day)).rows.map(({ paymentId }) => paymentId))
  assert.ok(ids.length > 20 && others.size > 20)
  assert.ok(ids.every((id) => !others.has(id)))
})

test("a day on which nothing happened is empty, and agrees", async () => {
  const { rows, summary } = await reported(merchants[0]!, "2026-02-01")
  assert.deepEqual([rows, summary.totals, summary.checks], [[], [], []])
  assert.ok(summary.agrees)
})

test("a day that isn't over says so", async () => {
  const today = dayAt(played.clock.now(), ZONES[0]!)
  assert.equal((await reported(merchants[0]!, today)).summary.over, false)
})

/** A merchant of its own, whose bank never says a word by itself. */
async function quiet(name: string) {
  const merchant = await played.core.merchants.add({ name })
  await played.core.merchants.agree(merchant.id, "caudal")
  const life: Life = { test: played, merchant, payment: null }
  const at = async (instant: string, step: Step) => {
    played.clock.set(new Date(instant))
    await step.does(life)
    await played.core.pass()
  }
  const missing = async (day: string) => {
    const { rows, summary } = await reported(merchant, day)
    assert.ok(summary.agrees)
    return rows.filter((row) => row.missing !== null).map((row) => row.missing)
  }
  return { life, merchant, at, missing }
}

test("what has no end after its business day is missing until it has, and was so", async () => {
  const { at, missing } = await quiet("missing")
  // A Friday; the Monday after next is a holiday.
  await at("2026-05-08T15:00:00Z", ask(0, "silent", {}))
  played.clock.set(new Date("2026-05-20T15:00:00Z"))
  const table: readonly [day: string, missing: readonly bigint[]][] = [
    ["2026-05-08", []],
    ["2026-05-11", []],
    ["2026-05-12", [AMOUNT]],
    ["2026-05-19", [AMOUNT]],
  ]
  for (const [day, wanted] of table) assert.deepEqual(await missing(day), wanted, day)
  await at("2026-05-20T15:00:00Z", tell(0, settled, {}))
  for (const [day, wanted] of table) assert.deepEqual(await missing(day), wanted, `${day} later`)
  assert.deepEqual(await missing("2026-05-20"), [])
})

test("money that a bank approved and that doesn't come is missing; so is a refund", async () => {
  const { at, missing, life } = await quiet("approved")
  await at("2026-05-04T15:00:00Z", ask(0, "accepted", {}))
  await at("2026-05-04T16:00:00Z", tell(0, approved, {}))
  await at("2026-05-04T17:00:00Z", refund(0, "accepted", {}))
  assert.equal(life.payment?.amount, AMOUNT)
  assert.deepEqual(await missing("2026-05-05"), [])
  assert.deepEqual(await missing("2026-05-06"), [AMOUNT, 4_000n])
  await at("2026-05-07T15:00:00Z", tell(0, settled, {}))
  assert.deepEqual(await missing("2026-05-07"), [4_000n])
})

test("a payment that waits for its payer is nobody's debt", async () => {
  const { at, missing } = await quiet("payer")
  await at("2026-05-04T15:00:00Z", ask(0, "rejected", {}))
  await at("2026-05-04T15:00:00Z", crypto)
  await at("2026-05-20T15:00:00Z", expire(0))
  for (const day of ["2026-05-06", "2026-05-19"]) assert.deepEqual(await missing(day), [], day)
})

test("an order in a file is missing after its day of collection; its row says all", async () => {
  const { at, missing, life, merchant } = await quiet("in a file")
  await at("2026-05-04T15:00:00Z", ask(0, "accepted", {}))
  const { payment } = life
  const [attempt] = await played.core.payments.attempts(payment!.id)
  const { fileId, answers } = await putIntoFile(attempt!.id, "2026-05-14")
  played.clock.set(new Date("2026-05-22T15:00:00Z"))
  assert.deepEqual(await missing("2026-05-14"), [])
  assert.deepEqual(await missing("2026-05-15"), [AMOUNT])
  const why = { kind: "declined", reason: "not_enough_funds" } as const
  await at("2026-05-22T16:00:00Z", tell(0, { ...settled }, {}))
  await at("2026-05-23T16:00:00Z", tell(0, { ...returned, reason: why.reason }, {}))
  await putLine(answers, attempt!.id, "AM04")
  const [row] = (await reported(merchant, "2026-05-23")).rows
  const { askedAt, approvedAt, settledAt, returnedAt, ...rest } = row!
  assert.deepEqual(
    [askedAt, approvedAt, settledAt, returnedAt].map((each) => each?.toISOString()),
    [
      "2026-05-04T15:00:00.000Z",
      "2026-05-22T16:00:00.000Z",
      // The bank's own time, which is not when it was booked.
      "2026-05-22T15:00:00.000Z",
      "2026-05-23T16:00:00.000Z",
    ],
  )
  const { paymentId, file, collectionDay, state, reason, reasonCode, rail, dialect } = rest
  assert.deepEqual(
    { paymentId, file, collectionDay, state, reason, reasonCode, rail, dialect },
    {
      paymentId: payment!.id,
      file: `debits-${fileId}.xml`,
      collectionDay: "2026-05-14",
      state: "returned",
      reason: "not_enough_funds",
      reasonCode: "AM04",
      rail: "test",
      dialect: "caudal",
    },
  )
  // Of a day before, it tells what was known then.
  const before = (await reported(merchant, "2026-05-22")).rows[0]!
  assert.deepEqual(
    [before.state, before.reason, before.reasonCode, before.returnedAt],
    ["approved", null, null, null],
  )
})

async function putIntoFile(attemptId: string, day: string) {
  const [fileId, groupId, answers] = [played.ids.next(), played.ids.next(), played.ids.next()]
  const hash = "0".repeat(64)
  const now = played.clock.now()
  await database.query(
    `insert into bank_files (id, rail, direction, state, kind, name, part, sha256, created_at, ended_at)
values ($1, 'test', 'out', 'told', 'debits', $2, 'part', $3, $4, $4),
  ($5, 'test', 'in', 'done', null, 'answers.xml', null, $3, $4, $4)`,
    [fileId, `debits-${fileId}.xml`, hash, now, answers],
  )
  await database.query(
    `insert into bank_groups (id, file_id, account, asset, day, orders, total)
values ($1, $2, 'main', 'COP', $3, 1, 10000)`,
    [groupId, fileId, day],
  )
  await database.query(
    "insert into bank_orders (attempt_id, group_id, file_id) values ($1, $2, $3)",
    [attemptId, groupId, fileId],
  )
  return { fileId, answers }
}

async function putLine(fileId: string, attemptId: string, code: string): Promise<void> {
  await database.query(
    `insert into bank_lines (id, file_id, position, fingerprint, source, says, attempt_id, amount,
  asset, reason_code, at, outcome, created_at)
values ($1, $2, 1, $3, 'statement', 'return', $4, 10000, 'COP', $5, $6, 'booked', $6)`,
    [played.ids.next(), fileId, `line ${attemptId}`, attemptId, code, played.clock.now()],
  )
}

const DAYS: readonly (readonly [day: string, zone: string, from: string, hours: number])[] = [
  ["2026-04-04", "America/Santiago", "2026-04-04T03:00:00.000Z", 25],
  ["2026-04-05", "America/Santiago", "2026-04-05T04:00:00.000Z", 24],
  // Its clocks go from 23:59 to 01:00: the day has no midnight.
  ["2026-09-06", "America/Santiago", "2026-09-06T04:00:00.000Z", 23],
  ["2026-04-04", "America/Bogota", "2026-04-04T05:00:00.000Z", 24],
  ["2026-12-31", "Pacific/Kiritimati", "2026-12-30T10:00:00.000Z", 24],
  ["2026-01-01", "Pacific/Pago_Pago", "2026-01-01T11:00:00.000Z", 24],
]
for (const [day, zone, from, hours] of DAYS) {
  test(`${day} in ${zone} begins when its calendars turn, and has ${hours} hours`, () => {
    const stretch = stretchOf(day, zone)
    assert.equal(stretch.from.toISOString(), from)
    assert.equal(stretch.to.getTime() - stretch.from.getTime(), hours * HOUR_MS)
    assert.deepEqual(beginOf(day, zone), stretch.from)
  })
}

test("one business day is left to what was asked", () => {
  const table: readonly (readonly [day: string, asked: string])[] = [
    ["2026-05-12", "2026-05-08"],
    ["2026-05-11", "2026-05-07"],
    ["2026-05-09", "2026-05-07"],
    // Monday 18 May is a holiday.
    ["2026-05-19", "2026-05-14"],
    ["2026-05-20", "2026-05-15"],
    ["2026-05-21", "2026-05-19"],
  ]
  for (const [day, asked] of table) assert.equal(lastAskedBefore(day), asked, day)
})

/** What a broken program would leave behind, one row at a time. */
const BROKEN: readonly (readonly [what: string, from: string, to: string, differs: string[]])[] = [
  ["charge.settled", "outside", "clearing", ["settled"]],
  ["charge.returned", "available", "clearing", ["gained", "returned"]],
  ["something new", "outside", "available", ["gained"]],
  ["fee", "available", "fees", ["fees"]],
]
for (const [kind, from, to, differs] of BROKEN) {
  test(`a transfer of ${kind} that no payment tells of is a difference`, async () => {
    const { at, merchant } = await quiet(`broken ${kind}`)
    await at("2026-06-02T15:00:00Z", ask(0, "settled", {}))
    await at("2026-06-02T16:00:00Z", { ...ask(0, "settled", {}), hours: 0 })
    assert.ok((await reported(merchant, "2026-06-02")).summary.agrees)
    const { rows } = await database.query<{ id: string; kind: string; own: boolean }>(
      `select id, kind, merchant_id is not null as own from accounts
where merchant_id = $1 or (rail = 'test' and asset = 'COP')`,
      [merchant.id],
    )
    // It took no fee so far.
    const fees = played.ids.next()
    await database.query(
      `insert into accounts (id, custodian, merchant_id, rail, kind, asset, balance, floor, created_at)
values ($1, 'gateway', $2, null, 'fees', 'COP', 0, 0, $3)`,
      [fees, merchant.id, played.clock.now()],
    )
    const idOf = (name: string) => rows.find((row) => row.kind === name)?.id ?? fees
    await database.query(
      `insert into transfers (id, debit_id, credit_id, amount, kind, merchant_id, created_at)
values ($1, $2, $3, 7, $4, $5, $6)`,
      [played.ids.next(), idOf(from), idOf(to), kind, merchant.id, played.clock.now()],
    )
    const { summary } = await reported(merchant, "2026-06-02")
    assert.equal(summary.agrees, false)
    const found = summary.checks.filter(({ agrees }) => !agrees).map(({ what }) => what)
    assert.deepEqual(found.sort(), differs)
  })
}
