/** A payer who has to agree at a bank: whatever comes first, second and twice, money moves once. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { makeIds, testClock } from "../../src/clock.ts"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { type Attempt, isRefusal, type Payment, Unavailable } from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { makeSimulator, type Simulator } from "../../src/rails/simulator/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const TTL_MS = 60_000
const AMOUNT = 1_250_000n

const clock = testClock()
const parts = { clock, ids: makeIds(clock), dir: null, publicUrl: "https://pay.example" }
const simulator = makeSimulator(parts)
const {
  core,
  payment: spec,
  merchantId,
} = await testCore((await testDatabase({ after })).database, {
  rails: [simulator],
  clock,
})
const merchant = (await core.merchants.find(merchantId))!

type Case = { readonly id: string; readonly digits: string }

/** A payment that waits for its payer, who is sent to a bank. */
async function sent(digits = "99", method: "bank" | "wallet" = "bank"): Promise<Case> {
  const create = spec({ amount: AMOUNT, expiresAt: new Date(clock.now().getTime() + TTL_MS) })
  const { attempt: _, id: __, merchantId: ___, ...rest } = create
  const created = await core.pay.create({ ...rest, merchant, way: null })
  assert.ok(!isRefusal(created))
  const { id } = created.payment
  await open({ id, digits }, method)
  return { id, digits }
}

async function open({ id, digits }: Case, method: "bank" | "wallet" = "bank") {
  const payment = await find(id)
  const number = method === "bank" ? "accountNumber" : "phoneNumber"
  const until = payment.expiresAt!.toISOString()
  const payer = { returnUrl: `https://pay.example/pay/${id}`, until }
  await core.pay.open(merchant, payment, {
    method,
    target: { [number]: `30012345${digits}`, payer },
  })
  await rest()
}

/** Waits for what this node began by itself. */
const rest = () => core.pass()
const find = async (id: string): Promise<Payment> => (await core.payments.find(merchantId, id))!
const attemptsOf = (id: string): Promise<readonly Attempt[]> => core.payments.attempts(id)
const lastOf = async (id: string): Promise<Attempt> => (await attemptsOf(id)).at(-1)!

async function notify(attemptId: string): Promise<void> {
  const notice = await core.bank.notice(attemptId)
  if (!notice) return
  const { body, ...to } = notice
  assert.equal(await core.notice({ ...to, body: Buffer.from(body) }), "taken")
}

async function movesOf(id: string): Promise<number> {
  const attempts = await attemptsOf(id)
  return attempts.reduce((sum, { id: each }) => sum + books().moved(each), 0)
}
const books = (): Simulator["books"] => simulator.books

test("a payer is sent to the bank, and the payment waits until the bank has a word", async () => {
  for (const method of ["bank", "wallet"] as const) {
    const { id } = await sent("99", method)
    const attempt = await lastOf(id)
    assert.equal(attempt.state, "open")
    assert.deepEqual(attempt.instructions, { url: `https://pay.example/pay/bank/${attempt.id}` })
    assert.equal((await find(id)).state, "pending")
    const asked = (await core.bank.find(attempt.id))!
    assert.equal(asked.state, "waiting")
    assert.deepEqual(asked.until, (await find(id)).expiresAt)
    assert.equal(core.payments.target(attempt).payer?.returnUrl, `https://pay.example/pay/${id}`)

    await core.bank.answer(attempt.id, "approve")
    // The bank's page says so; the payment hears of it from the bank alone.
    assert.equal((await core.bank.find(attempt.id))!.state, "approved")
    assert.equal((await find(id)).state, "pending")
    await notify(attempt.id)
    assert.equal((await find(id)).state, "approved")
    assert.equal(await movesOf(id), 1)
  }
})

test("the numbers of the sandbox act on what the bank does after the payer agreed", async () => {
  const rows: [digits: string, atOnce: string, later: string, moves: number][] = [
    ["01", "pending:not_enough_funds", "pending:not_enough_funds", 0],
    ["04", "processing:", "approved:", 1],
    ["05", "pending:", "approved:", 1],
    ["06", "pending:", "pending:declined_by_bank", 0],
    ["08", "approved:", "returned:returned_by_bank", 1],
    ["09", "processing:", "processing:", 0],
    ["99", "approved:", "approved:", 1],
  ]
  for (const [digits, atOnce, later, moves] of rows) {
    const { id } = await sent(digits)
    const attempt = await lastOf(id)
    await core.bank.answer(attempt.id, "approve")
    await notify(attempt.id)
    const now = async () => `${(await find(id)).state}:${(await lastOf(id)).reason ?? ""}`
    assert.equal(await now(), atOnce, digits)
    for (let looks = 0; looks < 8; looks += 1) {
      clock.advance(2_000)
      await core.pass()
    }
    assert.equal(await now(), later, digits)
    assert.equal(await movesOf(id), moves, digits)
    if (digits === "04") assert.equal((await lastOf(id)).instructions, null)
  }
  for (const digits of ["02", "03", "07"]) {
    const { id } = await sent(digits)
    const attempt = await lastOf(id)
    assert.equal(attempt.state, "declined", `${digits} is turned away before the page`)
    assert.equal(await core.bank.find(attempt.id), null)
    assert.equal((await find(id)).openAttemptId, null)
  }
})

test("a payer who declines, or lets the bank's time run out, can choose again", async () => {
  const rows: [answer: "decline" | "expire", reason: string][] = [
    ["decline", "cancelled_by_payer"],
    ["expire", "expired"],
  ]
  for (const [answer, reason] of rows) {
    const it = await sent()
    const first = await lastOf(it.id)
    await core.bank.answer(first.id, answer)
    await core.bank.answer(first.id, "approve")
    await notify(first.id)
    assert.deepEqual([(await find(it.id)).state, (await lastOf(it.id)).reason], ["pending", reason])
    await open(it)
    const second = await lastOf(it.id)
    assert.notEqual(second.id, first.id)
    await core.bank.answer(second.id, "approve")
    await notify(second.id)
    assert.equal((await find(it.id)).state, "approved")
    assert.equal(await movesOf(it.id), 1)
  }
})

test("nobody agrees after the payment's time, nor after ten minutes at the bank", async () => {
  const it = await sent()
  const attempt = await lastOf(it.id)
  clock.advance(TTL_MS)
  await core.pass()
  assert.equal((await find(it.id)).state, "expired")
  await core.bank.answer(attempt.id, "approve")
  assert.equal((await core.bank.find(attempt.id))!.state, "declined")
  clock.advance(5_000)
  await core.pass()
  assert.deepEqual([(await lastOf(it.id)).state, await movesOf(it.id)], ["declined", 0])
})

test("agreed in time, heard of late: the payment expires, and is approved after all", async () => {
  const { id } = await sent()
  await core.bank.answer((await lastOf(id)).id, "approve")
  clock.advance(TTL_MS)
  assert.equal((await find(id)).state, "expired")
  await core.pass()
  clock.advance(2_000)
  await core.pass()
  assert.equal((await find(id)).state, "approved")
  assert.equal(await movesOf(id), 1)
})

test("a begin whose answer was lost still sends the payer to the bank", async (t) => {
  const { begin } = simulator
  t.after(() => Object.assign(simulator, { begin }))
  Object.assign(simulator, {
    begin: async (order: Parameters<typeof begin>[0]) => {
      await begin(order)
      throw new Error("the line went dead")
    },
  })
  const { id } = await sent()
  assert.equal((await lastOf(id)).state, "unknown")
  Object.assign(simulator, { begin })
  clock.advance(2_000)
  await core.pass()
  assert.equal((await lastOf(id)).state, "open")
  assert.match((await lastOf(id)).instructions?.url ?? "", /\/pay\/bank\//)
  assert.equal((await find(id)).state, "pending")
})

test("a notice that the bank did not sign is refused, and one for nobody unknown", async () => {
  const { id } = await sent()
  const notice = (await core.bank.notice((await lastOf(id)).id))!
  const body = Buffer.from(notice.body)
  const forged = { ...notice.headers, "simulator-signature": "0".repeat(64) }
  const rows: [over: object, taken: string][] = [
    [{}, "taken"],
    [{ headers: forged }, "refused"],
    [{ headers: {} }, "refused"],
    [{ connection: "another" }, "refused"],
    [{ body: Buffer.concat([body, Buffer.from(" ")]) }, "refused"],
    [{ body: Buffer.alloc(0) }, "refused"],
    [{ rail: "nobody" }, "unknown"],
  ]
  for (const [over, taken] of rows) {
    assert.equal(await core.notice({ ...notice, body, ...over }), taken, JSON.stringify(over))
  }
  assert.equal((await find(id)).state, "pending")
})

test("a cancel withdraws at the bank first, and loses to a payer who agreed", async () => {
  const early = await sent()
  const late = await sent()
  const cancel = (id: string) =>
    core.pay.end({ paymentId: id, merchantId, how: { kind: "cancel", by: "merchant" } })
  const cancelled = await cancel(early.id)
  assert.ok(!isRefusal(cancelled) && cancelled.state === "cancelled")
  const attempt = await lastOf(early.id)
  await core.bank.answer(attempt.id, "approve")
  assert.equal((await core.bank.find(attempt.id))!.state, "declined")
  assert.equal(await movesOf(early.id), 0)

  await core.bank.answer((await lastOf(late.id)).id, "approve")
  const refused = await cancel(late.id)
  assert.ok(isRefusal(refused))
  assert.equal((await find(late.id)).state, "approved")
})

/** What anybody may do at any moment, with the payment's first attempt. */
type Step = "approve" | "decline" | "notice" | "look" | "leave" | "cancel" | "reopen" | "overdue"

const STEPS: Readonly<Record<Step, (it: Case, first: string) => Promise<unknown>>> = {
  approve: (_, first) => core.bank.answer(first, "approve"),
  decline: (_, first) => core.bank.answer(first, "decline"),
  notice: (_, first) => notify(first),
  look: async () => {
    clock.advance(2_000)
    await core.pass()
  },
  leave: async ({ id }) => core.pay.leave(await find(id)),
  cancel: ({ id }) =>
    core.pay.end({ paymentId: id, merchantId, how: { kind: "cancel", by: "payer" } }),
  // Another tab: it chooses again, and agrees to what it then has.
  reopen: async (it) => {
    await open(it)
    await core.bank.answer((await lastOf(it.id)).id, "approve")
  },
  overdue: async () => {
    clock.advance(TTL_MS)
    await core.pass()
  },
}

/** Whatever happened: money moved once and the payment says so, or not at all and it doesn't. */
async function assertOneOutcome(it: Case, played: string): Promise<void> {
  for (const attempt of await attemptsOf(it.id)) await notify(attempt.id)
  for (let looks = 0; looks < 4; looks += 1) await STEPS.look(it, "")
  const payment = await find(it.id)
  const moves = await movesOf(it.id)
  assert.ok(moves <= 1, `${played}: money moved ${moves} times`)
  assert.equal(payment.state === "approved", moves === 1, `${played}: ${payment.state}, ${moves}`)
  assert.equal(payment.captured, moves === 1 ? AMOUNT : 0n, played)
  const { items } = await core.events.list(
    { merchantId, subjectId: it.id },
    { limit: 100, before: null },
  )
  const approvals = items.filter(({ type }) => type === "payment.approved")
  assert.equal(approvals.length, moves, played)
  assert.equal(items.length, payment.version, `${played}: events without gaps`)
}

function ordersOf<T>(all: readonly T[]): T[][] {
  if (all.length === 0) return [[]]
  return all.flatMap((each, at) => ordersOf(all.toSpliced(at, 1)).map((rest) => [each, ...rest]))
}

const SCENES: readonly (readonly Step[])[] = [
  ["approve", "notice", "look", "cancel"],
  ["approve", "notice", "leave", "reopen"],
  ["approve", "decline", "notice", "reopen"],
  ["approve", "cancel", "leave", "overdue"],
  ["approve", "notice", "reopen", "overdue"],
]

for (const scene of SCENES) {
  test(`every order of ${scene.join(", ")} has one outcome and at most one charge`, async () => {
    for (const order of ordersOf(scene)) {
      const it = await sent()
      const first = (await lastOf(it.id)).id
      for (const step of order) await STEPS[step](it, first)
      await assertOneOutcome(it, order.join(" > "))
    }
  })

  test(`so has ${scene.join(", ")} at once`, async () => {
    for (const order of ordersOf(scene).slice(0, 12)) {
      const it = await sent()
      const first = (await lastOf(it.id)).id
      const take = (step: Step) => STEPS[step](it, first)
      await Promise.all(
        order.map((step) =>
          take(step).catch((error) => {
            // The clock was moved while it waited for its batch: whoever is told no asks again.
            assert.ok(error instanceof Unavailable, error)
            return take(step)
          }),
        ),
      )
      await assertOneOutcome(it, order.join(" & "))
    }
  })
}

test("an address is left while nothing came, and what still comes to it pays", async () => {
  const it = await sent()
  await core.pay.leave(await find(it.id))
  const crypto = await core.pay.open(merchant, await find(it.id), { method: "crypto", target: {} })
  assert.ok(!isRefusal(crypto))
  const left = await core.pay.leave(await find(it.id))
  assert.ok(!isRefusal(left) && left.openAttemptId === null)
  assert.equal((await lastOf(it.id)).state, "closed")
  await open(it)
  const atBank = await lastOf(it.id)
  assert.equal(atBank.state, "open")

  // Sent before it was left, seen after: the bank's request is not needed any more.
  const order = { ...(await core.bank.find(atBank.id))!.order, ...crypto.attempt, target: {} }
  const sightings = await simulator.simulate!(
    { ...order, attemptId: crypto.attempt.id, begunAt: clock.now() },
    "approved",
    null,
  )
  const report = reportOf(simulator, crypto.attempt, left, { sightings, fence: null })
  assert.ok(!isRefusal(await core.engine.submit(reportAttempt, report)))
  assert.equal((await find(it.id)).state, "approved")
  clock.advance(2_000)
  await core.pass()
  assert.equal((await lastOf(it.id)).state, "declined", "withdrawn at the bank")
  await core.bank.answer(atBank.id, "approve")
  assert.equal(simulator.books.moved(atBank.id), 0)
})

test("an address that something came to is not left", async () => {
  const it = await sent()
  await core.pay.leave(await find(it.id))
  const opened = await core.pay.open(merchant, await find(it.id), { method: "crypto", target: {} })
  assert.ok(!isRefusal(opened))
  const { asset } = opened.attempt.instructions!.options![0]!
  const fact = { kind: "received", amount: 1n, asset } as const
  const sightings = [{ place: `${it.id}:part`, fact, at: clock.now() }]
  const report = reportOf(simulator, opened.attempt, opened.payment, { sightings, fence: null })
  await core.engine.submit(reportAttempt, report)
  const refused = await core.pay.leave(await find(it.id))
  assert.ok(isRefusal(refused) && refused.refused === "payment_has_open_attempt")
})

test("the books balance after all that", async () => {
  assert.deepEqual(await core.books.verify(), [])
  const accounts = await core.books.accounts(merchantId)
  const pesos = accounts.filter(({ kind, asset }) => kind === "unapplied" && asset === "COP")
  const unapplied = pesos.filter(({ balance }) => balance !== 0n)
  assert.deepEqual(unapplied, [], "nothing was taken that nobody wanted")
})
