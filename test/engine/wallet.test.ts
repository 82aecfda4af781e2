/** The prefunded wallet: what a recharge holds, costs and earns, to the cent, in any order. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import fc from "fast-check"
import { type Company, commissionOf, type Product } from "../../src/core/catalogue/company.ts"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { endPayment } from "../../src/core/decide/end-payment.ts"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { TOP_UP_MAX } from "../../src/core/decide/top-up.ts"
import { type BeginAnswer, hashSecret, isRefusal, type Payment } from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import type { TermsSettings } from "../../src/core/merchants/merchant.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
/** The rail's answer to a recharge stands in its target. */
const ANSWERS: Readonly<Record<string, BeginAnswer>> = {
  delivered: { kind: "settled" },
  refused: { kind: "rejected", reason: "operator_unavailable" },
  open: { kind: "accepted" },
}
const HOUR_MS = 3_600_000
let merchants = 0

const shared = await testCore(database)
shared.rail.answer = async ({ target }) => ANSWERS[target.identifier!]!

/** A merchant of its own, with money in its wallet. */
async function wallet(settings: Partial<TermsSettings> = {}, amount = 100_000n): Promise<TestCore> {
  merchants += 1
  const { core } = shared
  const { id: merchantId } = await core.merchants.add({ name: `Wallet ${merchants}` })
  await core.merchants.agree(merchantId, "caudal", settings)
  const of: TestCore = {
    ...shared,
    merchantId,
    payment: (over) => ({ ...shared.payment(over), merchantId }),
  }
  if (amount > 0n) await topUp(of, { amount })
  return of
}

async function topUp(of: TestCore, over: { amount?: bigint; asset?: string; reference?: string }) {
  const { merchantId, core } = of
  const spec = { merchantId, asset: "COP", amount: 1n, reference: "first", ...over }
  return core.wallet.topUp(spec)
}

type Sale = { readonly amount: bigint; readonly commission?: bigint; readonly answer?: string }

/** Creates a recharge, and lets its rail answer. */
async function sell(of: TestCore, { amount, commission = 0n, answer = "delivered" }: Sale) {
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = of.payment()
  const merchant = (await of.core.merchants.find(of.merchantId))!
  const way = { method: "recharge", target: { identifier: answer } } as const
  const sale = { ...rest, kind: "recharge", amount, commission, merchant, way } as const
  const created = await of.core.pay.create(sale)
  if (!isRefusal(created)) await of.core.pass()
  return created
}

async function sold(of: TestCore, sale: Sale): Promise<Payment> {
  const created = await sell(of, sale)
  assert.ok(
    !isRefusal(created),
    JSON.stringify(created, (_, value) => String(value)),
  )
  return created.payment
}

/** The operator says afterwards what became of it. */
async function tell(of: TestCore, id: string, kind: "settled" | "declined"): Promise<void> {
  const payment = (await of.core.payments.find(of.merchantId, id))!
  const [attempt] = await of.core.payments.attempts(id)
  const fact = kind === "settled" ? { kind } : { kind, reason: "operator_unavailable" as const }
  const sightings = [{ place: `${attempt!.id}:${kind}`, fact, at: of.clock.now() }]
  const report = reportOf(of.rail, attempt!, payment, { sightings, fence: null })
  assert.ok(!isRefusal(await of.core.engine.submit(reportAttempt, report)))
}

/** A payment's transfers as `what from→to amount`. */
async function booked(paymentId: string): Promise<string[]> {
  const { rows } = await database.query<Record<string, string>>(
    `select t.kind, d.kind as "from", c.kind as "to", t.amount::text as amount from transfers t
join accounts d on d.id = t.debit_id join accounts c on c.id = t.credit_id
where t.payment_id = $1 order by t.id`,
    [paymentId],
  )
  return rows.map(({ kind, from, to, amount }) => `${kind} ${from}→${to} ${amount}`)
}

async function books(of: TestCore, asset = "COP"): Promise<Record<string, bigint>> {
  const accounts = await of.core.books.accounts(of.merchantId)
  const own = accounts.filter((account) => account.asset === asset)
  return Object.fromEntries(own.map(({ kind, balance }) => [kind, balance]))
}

/** 30 and 2.9 %: 320 of 10,000. */
const FEE = { feeFixed: "30", feeBasisPoints: 290 }
const HELD = "recharge.hold available→held 10320"

const LIVES: readonly {
  readonly name: string
  readonly fee: Partial<TermsSettings>
  readonly answer: string
  readonly later?: (of: TestCore, id: string) => Promise<void>
  readonly state: string
  readonly transfers: readonly string[]
}[] = [
  {
    name: "delivered",
    fee: FEE,
    answer: "delivered",
    state: "approved",
    transfers: [
      HELD,
      "recharge.confirmed held→outside 10000",
      "fee held→fees 320",
      "recharge.commission outside→available 250",
    ],
  },
  {
    name: "delivered without a fee",
    fee: {},
    answer: "delivered",
    state: "approved",
    transfers: [
      "recharge.hold available→held 10000",
      "recharge.confirmed held→outside 10000",
      "recharge.commission outside→available 250",
    ],
  },
  {
    name: "refused",
    fee: FEE,
    answer: "refused",
    state: "declined",
    transfers: [HELD, "recharge.released held→available 10320"],
  },
  { name: "under way", fee: FEE, answer: "open", state: "processing", transfers: [HELD] },
  {
    name: "delivered after the fee was raised",
    fee: FEE,
    answer: "open",
    async later(of, id) {
      await of.core.merchants.changeTerms(of.merchantId, "caudal", { feeFixed: "5000" })
      await tell(of, id, "settled")
    },
    state: "approved",
    transfers: [
      HELD,
      "recharge.confirmed held→outside 10000",
      "fee held→fees 320",
      "recharge.commission outside→available 250",
    ],
  },
  {
    name: "refused after the fee was dropped",
    fee: FEE,
    answer: "open",
    async later(of, id) {
      const none = { feeFixed: "0", feeBasisPoints: 0 }
      await of.core.merchants.changeTerms(of.merchantId, "caudal", none)
      await tell(of, id, "declined")
    },
    state: "declined",
    transfers: [HELD, "recharge.released held→available 10320"],
  },
  {
    name: "told twice that it was delivered",
    fee: FEE,
    answer: "delivered",
    later: (of, id) => tell(of, id, "settled"),
    state: "approved",
    transfers: [
      HELD,
      "recharge.confirmed held→outside 10000",
      "fee held→fees 320",
      "recharge.commission outside→available 250",
    ],
  },
  {
    name: "delivered after it was given up: without a fee, and with its commission",
    fee: FEE,
    answer: "refused",
    later: (of, id) => tell(of, id, "settled"),
    state: "declined",
    transfers: [
      HELD,
      "recharge.released held→available 10320",
      "recharge.commission outside→available 250",
      "recharge.late available→outside 10000",
    ],
  },
  {
    name: "delivered after it was given up and the wallet was spent",
    fee: FEE,
    answer: "refused",
    async later(of, id) {
      await of.core.merchants.changeTerms(of.merchantId, "caudal", { feeFixed: "0" })
      await of.core.merchants.changeTerms(of.merchantId, "caudal", { feeBasisPoints: 0 })
      await sold(of, { amount: 96_000n, answer: "open" })
      await tell(of, id, "settled")
    },
    state: "declined",
    transfers: [
      HELD,
      "recharge.released held→available 10320",
      "recharge.commission outside→available 250",
      "recharge.late available→outside 4250",
      "recharge.late.owed owed→outside 5750",
    ],
  },
]
for (const { name, fee, answer, later, state, transfers } of LIVES) {
  test(`a recharge moves exactly this: ${name}`, async () => {
    const of = await wallet(fee)
    const { id } = await sold(of, { amount: 10_000n, commission: 250n, answer })
    await later?.(of, id)
    assert.deepEqual(await booked(id), transfers)
    assert.equal((await of.core.payments.find(of.merchantId, id))!.state, state)
    assert.deepEqual(await of.core.books.verify(), [])
  })
}

test("a recharge that is given up before it is sent gives its fee back, too", async () => {
  const of = await wallet(FEE)
  const { core, merchantId } = of
  const command = of.payment({ kind: "recharge", commission: 250n })
  assert.ok(!isRefusal(await core.engine.submit(createPayment, command)))
  const how = { kind: "cancel", by: "merchant" } as const
  const ended = await core.engine.submit(endPayment, { paymentId: command.id, merchantId, how })
  assert.ok(!isRefusal(ended))
  assert.deepEqual(await booked(command.id), [HELD, "recharge.released held→available 10320"])
  assert.deepEqual(await books(of), { available: 100_000n, held: 0n })
})

test("a commission is a fixed part and a share, and never more than the amount", () => {
  const table: [fixed: bigint, basisPoints: number, amount: bigint, earned: bigint][] = [
    [0n, 0, 10_000n, 0n],
    [0n, 250, 10_000n, 250n],
    [100n, 250, 10_000n, 350n],
    [0n, 1, 4_999n, 0n],
    [0n, 1, 5_000n, 1n],
    [100n, 0, 99n, 99n],
    [1n, 10_000, 10_000n, 10_000n],
  ]
  const product: Product = {
    companyCode: "CO-R-1" satisfies Company["code"],
    id: "1",
    type: "RECARGA_SALDO",
    description: "Saldo",
    amountType: "OPEN",
    amount: 0n,
    minAmount: 1n,
    maxAmount: 1_000_000n,
    allowedAmounts: [],
    additionalData: {},
    commissionFixed: 0n,
    commissionBasisPoints: 0,
    active: true,
  }
  for (const [commissionFixed, commissionBasisPoints, amount, earned] of table) {
    const of = { ...product, commissionFixed, commissionBasisPoints }
    assert.equal(commissionOf(of, amount), earned, `${commissionFixed} ${commissionBasisPoints}`)
  }
})

test("a wallet covers amount and fee, or nothing happens", async () => {
  const of = await wallet(FEE, 10_319n)
  const refused = await sell(of, { amount: 10_000n })
  assert.ok(isRefusal(refused) && refused.refused === "balance_insufficient")
  assert.deepEqual(await books(of), { available: 10_319n })
  await topUp(of, { amount: 1n, reference: "one more" })
  await sold(of, { amount: 10_000n })
  assert.deepEqual(await books(of), { available: 0n, held: 0n, fees: 320n })
})

test("of a hundred at once on a balance for ten, ten are sold", async () => {
  const of = await wallet(FEE, 103_200n)
  const { core } = of
  const tries = Array.from({ length: 100 }, () =>
    core.engine.submit(createPayment, of.payment({ kind: "recharge" })),
  )
  const refused = (await Promise.all(tries)).filter(isRefusal)
  assert.deepEqual([...new Set(refused.map((each) => each.refused))], ["balance_insufficient"])
  assert.equal(refused.length, 90)
  assert.deepEqual(await books(of), { available: 0n, held: 103_200n })
})

const TOP_UPS: readonly (readonly [
  name: string,
  over: { amount?: bigint; asset?: string; reference?: string },
  answer: string,
])[] = [
  ["the same again", {}, "repeated"],
  ["another amount", { amount: 501n }, "reference_conflict"],
  ["another currency", { asset: "CLP" }, "reference_conflict"],
  ["another reference", { reference: "second" }, "booked"],
  ["the largest", { reference: "third", amount: TOP_UP_MAX }, "booked"],
  ["more than that", { reference: "fourth", amount: TOP_UP_MAX + 1n }, "amount_out_of_range"],
  ["nothing", { reference: "fifth", amount: 0n }, "amount_out_of_range"],
  ["less", { reference: "sixth", amount: -5n }, "amount_out_of_range"],
]
test("money that came in is booked once for each reference of a merchant", async () => {
  const of = await wallet({}, 500n)
  for (const [name, over, answer] of TOP_UPS) {
    const made = await topUp(of, { amount: 500n, ...over })
    const said = isRefusal(made) ? made.refused : made.repeated ? "repeated" : "booked"
    assert.equal(said, answer, name)
  }
  assert.deepEqual(await books(of), { available: 1_000n + TOP_UP_MAX })
  // What another merchant calls its money is its own affair.
  const other = await wallet({}, 0n)
  const made = await topUp(other, { amount: 700n })
  assert.ok(!isRefusal(made) && !made.repeated && made.balance === 700n)
  assert.deepEqual(await other.core.books.verify(), [])
})

test("one reference at the same moment is booked once", async () => {
  const of = await wallet({}, 0n)
  const made = await Promise.all(Array.from({ length: 20 }, () => topUp(of, { amount: 900n })))
  assert.equal(made.filter((each) => !isRefusal(each) && !each.repeated).length, 1)
  assert.deepEqual(await books(of), { available: 900n })
})

/** What a merchant that owes 5,000 pays in, how much of it is left, and what is owed then. */
const DEBTS: readonly (readonly [paidIn: readonly bigint[], available: bigint, owed: bigint])[] = [
  [[1n], 0n, -4_999n],
  [[5_000n], 0n, 0n],
  [[7_000n], 2_000n, 0n],
  [[3_000n, 3_000n, 3_000n], 4_000n, 0n],
]
for (const [paidIn, available, owed] of DEBTS) {
  test(`what is owed is paid first when ${paidIn.join(" and ")} of 5000 come in`, async () => {
    const of = await wallet({}, 10_000n)
    const { id } = await sold(of, { amount: 5_000n, answer: "refused" })
    await sold(of, { amount: 10_000n, answer: "delivered" })
    await tell(of, id, "settled")
    assert.deepEqual(await books(of), { available: 0n, held: 0n, owed: -5_000n })
    let balance = 0n
    for (const amount of paidIn) {
      const made = await topUp(of, { amount, reference: of.ids.next() })
      assert.ok(!isRefusal(made) && !made.repeated)
      balance = made.balance
    }
    assert.deepEqual([balance, await books(of)], [available, { available, held: 0n, owed }])
    const asked = { merchantId: of.merchantId, asset: "COP" }
    const kinds: string[] = []
    const said = await of.core.reports.statement(asked, async (lines) => {
      kinds.push(...lines.map(({ kind, amount }) => `${kind} ${amount}`))
    })
    assert.deepEqual([said.agrees, said.closing], [true, { available, held: 0n }])
    const paid = kinds.filter((each) => each.startsWith("owed.paid"))
    const debts = paid.reduce((sum, each) => sum + BigInt(each.split(" ")[1]!), 0n)
    assert.equal(debts, -5_000n - owed)
    const merchant = (await of.core.merchants.find(of.merchantId))!
    const day = of.clock.now().toISOString().slice(0, 10)
    assert.equal((await of.core.reports.daily(merchant, day, async () => {})).agrees, true)
    assert.deepEqual(await of.core.books.verify(), [])
  })
}

test("a top-up that is repeated pays no debt that came since", async () => {
  const of = await wallet({}, 10_000n)
  const { id } = await sold(of, { amount: 5_000n, answer: "refused" })
  await sold(of, { amount: 10_000n, answer: "delivered" })
  await tell(of, id, "settled")
  const again = await topUp(of, { amount: 10_000n })
  assert.ok(!isRefusal(again) && again.repeated && again.balance === 0n)
  assert.deepEqual(await books(of), { available: 0n, held: 0n, owed: -5_000n })
})

/** What the merchant was told of its wallet: what was left each time. */
async function told(of: TestCore): Promise<string[]> {
  const page = { limit: 100, before: null }
  const { items } = await of.core.events.list({ merchantId: of.merchantId }, page)
  const low = items.filter(({ type }) => type === "wallet.low").reverse()
  return low.map(({ data }) => `${data["asset"]} ${data["available"]} of ${data["limit"]}`)
}

type Step = (of: TestCore) => Promise<unknown>
const spend =
  (amount: bigint, answer = "delivered"): Step =>
  (of) =>
    sold(of, { amount, answer })
const wait =
  (ms: number): Step =>
  async ({ clock }) =>
    clock.advance(ms)
const refill =
  (amount: bigint): Step =>
  (of) =>
    topUp(of, { amount, reference: "refill" })

const LOW: readonly (readonly [
  name: string,
  lowBalance: Record<string, string>,
  steps: readonly Step[],
  told: readonly string[],
])[] = [
  ["no limit", {}, [spend(99_000n)], []],
  ["a limit of another currency", { USD: "90000" }, [spend(99_000n)], []],
  ["not below it yet", { COP: "50000" }, [spend(50_000n)], []],
  ["the hold that falls below it", { COP: "50000" }, [spend(50_001n)], ["COP 49999 of 50000"]],
  [
    "further down",
    { COP: "50000" },
    [spend(60_000n), spend(10_000n), wait(2 * HOUR_MS), spend(10_000n)],
    ["COP 40000 of 50000"],
  ],
  [
    "up and down by refusals",
    { COP: "50000" },
    [spend(60_000n, "refused"), spend(60_000n, "refused"), wait(HOUR_MS - 1), spend(60_000n)],
    ["COP 40000 of 50000"],
  ],
  [
    "up and down, an hour later",
    { COP: "50000" },
    [spend(60_000n, "refused"), wait(HOUR_MS), spend(60_000n)],
    ["COP 40000 of 50000", "COP 40000 of 50000"],
  ],
  [
    "filled up, and down at once",
    { COP: "50000" },
    [spend(60_000n), refill(60_000n), spend(70_000n)],
    ["COP 40000 of 50000", "COP 30000 of 50000"],
  ],
  [
    "filled up by too little",
    { COP: "50000" },
    [spend(60_000n), refill(5_000n), spend(1_000n)],
    ["COP 40000 of 50000"],
  ],
]
for (const [name, lowBalance, steps, expected] of LOW) {
  test(`a wallet that runs low is told of: ${name}`, async () => {
    const of = await wallet({ lowBalance })
    for (const step of steps) await step(of)
    assert.deepEqual(await told(of), expected)
  })
}

test("what is told of a wallet stands on the recharge whose hold did it", async () => {
  const of = await wallet({ lowBalance: { COP: "50000" }, ...FEE })
  const { id } = await sold(of, { amount: 60_000n, answer: "open" })
  const filter = { merchantId: of.merchantId, subjectId: id }
  const { items } = await of.core.events.list(filter, { limit: 10, before: null })
  assert.deepEqual(items.map(({ type, seq }) => [seq, type]).reverse(), [
    [1, "payment.created"],
    [2, "wallet.low"],
    [3, "payment.processing"],
  ])
  // 60,000 and its fee of 1,770.
  assert.equal(items.at(-2)!.data["available"], "38230")
})

test("terms are changed one by one, at once, and seen within a second", async () => {
  const of = await wallet({ lowBalance: { COP: "5" } })
  const { merchants } = of.core
  const key = of.ids.next()
  await merchants.addCredential(of.merchantId, "caudal", { kind: "key", key })
  const held = async () => (await merchants.authenticate("caudal", "key", hashSecret(key)))!.terms
  const before = (await held()).settings
  const changes = [{ feeFixed: "7" }, { country: "AR" }, { lowBalance: { COP: null, CLP: "9" } }]
  await Promise.all(changes.map((change) => merchants.changeTerms(of.merchantId, "caudal", change)))
  of.clock.advance(1_000)
  const expected = { ...before, feeFixed: "7", country: "AR", lowBalance: { CLP: "9" } }
  assert.deepEqual((await held()).settings, expected)
  assert.equal(await merchants.changeTerms(of.merchantId, "pentagoo", { feeFixed: "7" }), null)
  const wrong = merchants.changeTerms(of.merchantId, "caudal", { feeBasisPoints: 10_001 })
  await assert.rejects(wrong, /feeBasisPoints/)
  assert.deepEqual((await merchants.terms(of.merchantId, "caudal"))!.settings, expected)
})

/** One thing that happens to a wallet. */
type Happening =
  | { readonly does: "top-up"; readonly amount: bigint }
  | { readonly does: "sell"; readonly amount: bigint; readonly commission: bigint }
  | { readonly does: "deliver" | "refuse" | "cancel"; readonly which: number }
  | { readonly does: "fee"; readonly fixed: number; readonly basisPoints: number }

const amounts = fc.bigInt({ min: 1n, max: 30_000n })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ does: fc.constant("top-up" as const), amount: amounts }),
  fc
    .record({ amount: amounts, share: fc.bigInt({ min: 0n, max: 100n }) })
    .map(({ amount, share }) => {
      return { does: "sell" as const, amount, commission: (amount * share) / 100n }
    }),
  fc.record({
    does: fc.constantFrom("deliver" as const, "refuse" as const, "cancel" as const),
    which: fc.nat(20),
  }),
  fc.record({
    does: fc.constant("fee" as const),
    fixed: fc.nat(500),
    basisPoints: fc.nat(10_000),
  }),
)

/** Applies one happening; answers the payment that was sold, if one was. */
async function happen(of: TestCore, it: Happening, ids: readonly string[]): Promise<string | null> {
  const { core, merchantId } = of
  if (it.does === "top-up") {
    await topUp(of, { amount: it.amount, reference: of.ids.next() })
  } else if (it.does === "fee") {
    const fee = { feeFixed: String(it.fixed), feeBasisPoints: it.basisPoints }
    await core.merchants.changeTerms(merchantId, "caudal", fee)
  } else if (it.does === "sell") {
    const { amount, commission } = it
    const made = await sell(of, { amount, commission, answer: "open" })
    return isRefusal(made) ? null : made.payment.id
  } else if (ids.length > 0) {
    const paymentId = ids[it.which % ids.length]!
    const how = { kind: "cancel", by: "merchant" } as const
    // Refused while it is under way, whatever that is worth: nothing may move then.
    if (it.does === "cancel") await core.engine.submit(endPayment, { paymentId, merchantId, how })
    else await tell(of, paymentId, it.does === "deliver" ? "settled" : "declined")
  }
  return null
}

test("whatever happens in whatever order, what came in left, or is there", async () => {
  const story = fc.array(happening, { minLength: 5, maxLength: 25 })
  await fc.assert(
    fc.asyncProperty(story, async (happenings) => {
      const of = await wallet({}, 20_000n)
      const ids: string[] = []
      for (const it of happenings) {
        const id = await happen(of, it, ids)
        if (id !== null) ids.push(id)
      }
      const { available = 0n, held = 0n, fees = 0n, owed = 0n } = await books(of)
      const { rows } = await database.query<{ kind: string; amount: bigint }>(
        "select kind, sum(amount) as amount from transfers where merchant_id = $1 group by kind",
        [of.merchantId],
      )
      const sum = (kind: string) => rows.find((row) => row.kind === kind)?.amount ?? 0n
      const left = sum("recharge.confirmed") + sum("recharge.late") + sum("recharge.late.owed")
      assert.ok(available >= 0n && held >= 0n)
      const there = sum("top-up") - left - fees + sum("recharge.commission")
      assert.equal(available + held + owed, there)
      let promised = 0n
      for (const id of ids) {
        const payment = (await of.core.payments.find(of.merchantId, id))!
        if (payment.state === "processing") promised += payment.held
      }
      assert.equal(held, promised)
    }),
    { numRuns: 12 },
  )
  assert.deepEqual(await shared.core.books.verify(), [])
})
