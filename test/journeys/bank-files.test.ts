/** Debits that leave in files: from a stored account to its money, by the bank's own words. */
import assert from "node:assert/strict"
import { copyFileSync, readdirSync, readFileSync, renameSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import type { DayRow } from "../../src/core/index.ts"
import { toFileId } from "../../src/iso20022/ids.ts"
import { type Charged, startBankGateway, until } from "../support/bank-journey.ts"

const DAY_MS = 86_400_000
const CHARGE = ["charge.approved", "charge.settled"]
const RETURN = ["charge.returned", "charge.returned.settled"]

/** What becomes of a charge of an account, as the vendor's API and the books tell it. */
type Fate = {
  readonly status: string
  readonly code?: string
  readonly message?: string
  /** Whether the bank said yes, and whether the money came. */
  readonly approved?: boolean
  readonly paid?: boolean
  /** The statuses that webhooks told, in their order. */
  readonly told: readonly string[]
  readonly moves: readonly string[]
  /** What each line of the bank came to, in its order. */
  readonly lines: readonly string[]
  readonly collected: number
}

const refused = (code: string, message: string): Fate => ({
  status: "error",
  code,
  message,
  told: ["processing", "error"],
  moves: [],
  lines: ["rejected booked"],
  collected: 0,
})
const paid = (...lines: readonly string[]): Fate => ({
  status: "approved",
  approved: true,
  paid: true,
  told: ["processing", "approved", "approved"],
  moves: CHARGE,
  lines,
  collected: 1,
})

const FATES: readonly (readonly [digits: string, Fate])[] = [
  ["00", paid("approved booked", "credit booked")],
  ["01", refused("D23", "Not enough funds")],
  ["02", refused("D01", "The account does not exist")],
  ["03", refused("D03", "The account holder does not match")],
  ["04", { ...paid("accepted booked", "credit booked"), told: ["processing", "approved"] }],
  ["05", { ...paid("credit booked"), told: ["processing", "approved"] }],
  ["06", refused("D99", "Declined by the bank")],
  ["07", refused("D90", "The bank is not available")],
  [
    "08",
    {
      status: "error",
      code: "D06",
      message: "Returned by the bank",
      approved: true,
      paid: true,
      told: ["processing", "approved", "approved", "error"],
      moves: [...CHARGE, ...RETURN].sort(),
      lines: ["approved booked", "credit booked", "return booked"],
      collected: 1,
    },
  ],
  [
    "09",
    {
      status: "processing",
      told: ["processing"],
      moves: [],
      lines: ["accepted booked"],
      collected: 0,
    },
  ],
  [
    "10",
    {
      status: "approved",
      approved: true,
      told: ["processing", "approved"],
      moves: ["charge.approved"],
      lines: ["approved booked", "credit mismatch"],
      collected: 1,
    },
  ],
  ["11", paid("approved booked", "credit booked")],
  ["12", paid("approved booked", "credit booked")],
]

const gateway = await startBankGateway({ after })
const charged = new Map<string, Charged>()
const of = (digits: string) => charged.get(digits)!

/** What is known of a charge by now, in the words of a fate. */
async function fateOf({ id, attemptId }: Charged) {
  const { body } = await gateway.api.get(`/paymentRequests/${id}`)
  const { approvedDetails: approved, errorDetails: error } = body
  const lines = await gateway.lines()
  return {
    status: body.status,
    ...(error && { code: error.errorCode, message: error.errorMessage }),
    ...(approved && { approved: approved.approvedAt !== null }),
    ...(approved?.paidAt && { paid: true }),
    told: gateway.told(id).map(({ event }) => event.status),
    moves: await gateway.moves(id),
    lines: lines
      .filter((line) => line.attemptId === attemptId && line.source !== "statement")
      .map(({ says, outcome }) => `${says} ${outcome}`),
    collected: await gateway.collected(attemptId),
  }
}

/** The files that the bank took from us, as text. */
function taken(kind: "debits" | "credits"): readonly string[] {
  const folder = gateway.path("simulated-bank", "taken")
  const names = readdirSync(folder).filter((name) => name.includes(kind))
  return names.sort().map((name) => readFileSync(join(folder, name), "utf8"))
}

test("a charge waits for its file, leaves in it once, and only then is under way", async () => {
  const digits = FATES.map(([end]) => end)
  const made = await gateway.charge(...digits.map((end) => `123456789${end}`))
  for (const [at, each] of made.entries()) charged.set(digits[at]!, each)
  for (const { id } of made) {
    const { body } = await gateway.api.get(`/paymentRequests/${id}`)
    assert.equal(body.status, "pending")
    assert.equal(body.approvedDetails, undefined)
  }
  assert.deepEqual(gateway.names("out"), [])

  await gateway.send()
  for (const { id } of made) {
    const { body } = await gateway.api.get(`/paymentRequests/${id}`)
    assert.equal(body.status, "processing")
    const [attempt] = await gateway.core.payments.attempts(id)
    assert.equal(attempt!.state, "unknown", "nobody has answered")
  }
  await until("the bank takes the file", () => gateway.names().includes("simulated-bank"))
  const [file, ...more] = await until("the file is read", () => {
    const files = gateway.names("simulated-bank").includes("taken") ? taken("debits") : []
    return files.length > 0 && files
  })
  assert.equal(more.length, 0)
  for (const { attemptId, methodId } of made) {
    assert.equal(file!.split(`<EndToEndId>${toFileId(attemptId)}</EndToEndId>`).length, 2)
    assert.equal(file!.split(`<MndtId>${toFileId(methodId)}</MndtId>`).length, 2)
  }
})

for (const [digits, fate] of FATES) {
  test(`an account that ends in ${digits}: ${fate.code ?? fate.status}`, async () => {
    const wanted = { ...fate, lines: [...fate.lines] }
    let found: unknown
    await until(`the fate of ${digits}`, async () => {
      found = await fateOf(of(digits))
      return JSON.stringify(found) === JSON.stringify(wanted)
    }).catch(() => assert.deepEqual(found, wanted))
  })
}

/** An object as a read shows it, but with account and document as webhooks show them. */
async function readMasked(id: string) {
  const { body } = await gateway.api.get(`/paymentRequests/${id}`)
  const { bankAccount } = body.paymentMethodDetails
  bankAccount.accountNumber = `*${bankAccount.accountNumber.slice(-4)}`
  body.customerDetails.documentNumber = "*4050"
  return body
}

test("approval comes before the money, and each is told with its time", async () => {
  const { id } = of("00")
  const [, approved, settled] = gateway.told(id)
  const { approvedAt, paidAt } = settled!.event.approvedDetails
  assert.deepEqual(approved!.event.approvedDetails, {
    status: "approved",
    approvedAt,
    paidAt: null,
  })
  assert.ok(paidAt > approvedAt, `${approvedAt} ${paidAt}`)
  assert.deepEqual(settled!.event, await readMasked(id))
  assert.equal(new Set(gateway.told(id).map(({ webhookId }) => webhookId)).size, 3)
})

test("money that comes without a word before it approves and pays at once", async () => {
  const { body } = await gateway.api.get(`/paymentRequests/${of("05").id}`)
  assert.equal(body.approvedDetails.paidAt, body.approvedDetails.approvedAt)
})

test("what a bank takes back stays approved once, and leaves nothing in the ledger", async () => {
  const { id, pesos } = of("08")
  const [, , settled, returned] = gateway.told(id)
  assert.deepEqual(returned!.event, await readMasked(id))
  assert.deepEqual(returned!.event.approvedDetails, settled!.event.approvedDetails)
  const { rows } = await gateway.database.query<{ balance: bigint }>(
    `select sum(case when t.credit_id = a.id then t.amount else -t.amount end) as balance
from transfers t join accounts a on a.id in (t.debit_id, t.credit_id)
where t.payment_id = $1 group by a.id`,
    [id],
  )
  assert.deepEqual(
    rows.map(({ balance }) => balance),
    rows.map(() => 0n),
  )
  assert.equal(pesos, returned!.event.amount)
})

test("another amount than was ordered is named, and left to an operator", async () => {
  const open: string[] = []
  await gateway.core.exchange.lines({ outcomes: null, fileId: null }, async (rows) => {
    for (const { outcome, paymentId } of rows) open.push(`${outcome} ${paymentId}`)
  })
  assert.deepEqual(open.sort(), ["malformed null", `mismatch ${of("10").id}`])
})

test("one notification under three names counts once, and its copies are kept", async () => {
  const files = await gateway.files()
  assert.deepEqual(
    files.filter(({ repeats }) => repeats > 0).map(({ state, repeats }) => `${state} ${repeats}`),
    ["done 2"],
  )
  const kept = gateway.names("archive").flatMap((day) => gateway.names("archive", day))
  assert.equal(kept.length, files.length + 2)
  assert.deepEqual(gateway.names("errors"), [])
})

test("an outcome made by hand is told at once, and the bank's file is no news", async () => {
  const { id, attemptId } = of("09")
  const told = await gateway.native("POST", `/payments/${id}/simulate`, { outcome: "approved" })
  assert.equal(told.status, 200, JSON.stringify(told.body))
  const { body } = await gateway.api.get(`/paymentRequests/${id}`)
  assert.equal(body.status, "approved")
  await until("the bank's own file", async () => {
    const lines = (await gateway.lines()).filter((line) => line.attemptId === attemptId)
    return lines.some(({ says, outcome }) => says === "credit" && outcome === "known")
  })
  assert.deepEqual(await gateway.moves(id), CHARGE)
  assert.equal(await gateway.collected(attemptId), 1)
})

test("a refund leaves as a transfer, and is confirmed by the bank's yes", async () => {
  const { id, pesos } = of("00")
  const amount = String(20_000n * 100n)
  const made = await gateway.native("POST", `/payments/${id}/refunds`, { amount })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.equal(made.body.state, "pending")
  const refund = async () => {
    const { body } = await gateway.native("GET", `/payments/${id}`)
    return body.refunds[0]
  }
  await gateway.send()
  assert.equal((await refund()).state, "sent")
  await until("the refund is confirmed", async () => (await refund()).state === "confirmed")

  const [file, ...more] = taken("credits")
  assert.equal(more.length, 0)
  const [, attempt] = await gateway.core.payments.attempts(id)
  assert.equal(attempt!.kind, "refund")
  assert.match(file!, /pain\.001\.001\.09/)
  assert.match(file!, new RegExp(`<EndToEndId>${toFileId(attempt!.id)}</EndToEndId>`))
  assert.match(file!, /<InstdAmt Ccy="COP">20000\.00<\/InstdAmt>/)
  await until("the account tells of it, too", async () => {
    const lines = (await gateway.lines()).filter((line) => line.attemptId === attempt!.id)
    return (
      lines.map(({ says, outcome }) => `${says} ${outcome}`).join() ===
      "approved booked,debit known"
    )
  })
  assert.equal(await gateway.collected(attempt!.id), 1)
  assert.deepEqual(await gateway.moves(id), [...CHARGE, "refund.confirmed", "refund.reserved"])
  const { body } = await gateway.api.get(`/paymentRequests/${id}`)
  assert.equal(body.status, "approved")
  assert.equal(body.amount, pesos)
})

test("a mandate that is taken back while its charge waits keeps it out of every file", async () => {
  const [good, revoked] = await gateway.charge("55500020", "55500021")
  charged.set("20", good!).set("21", revoked!)
  const gone = await gateway.api.call("DELETE", `/paymentMethods/${revoked!.methodId}`)
  assert.equal(gone.status, 200)
  assert.equal(gone.body.status, "error")
  await gateway.send()
  await until("the other is paid", async () => (await gateway.moves(good!.id)).length === 2)

  const { body } = await gateway.api.get(`/paymentRequests/${revoked!.id}`)
  assert.equal(body.status, "error")
  assert.equal(body.errorDetails.errorCode, "D05")
  await until("it is told", () => gateway.told(revoked!.id).length > 0)
  const told = gateway.told(revoked!.id).map(({ event }) => event)
  assert.deepEqual(told, [await readMasked(revoked!.id)])
  for (const file of taken("debits")) assert.ok(!file.includes(toFileId(revoked!.attemptId)))
  assert.equal(await gateway.collected(revoked!.attemptId), 0)
  const again = { paymentMethodId: revoked!.methodId, amount: 45_000 }
  assert.equal((await gateway.api.call("POST", "/paymentRequests", again)).status, 400)
})

test("the next day's statement, delivered three times more, changes nothing", async () => {
  const before = await books()
  gateway.clock.advance(DAY_MS)
  const name = await until("the statement is kept", async () => {
    const file = (await gateway.files()).find((each) => each.name.startsWith("camt.053"))
    return file?.state === "done" && file.name
  })
  const days = gateway.names("archive")
  const kept = days.flatMap((day) => gateway.names("archive", day).map((each) => [day, each]))
  const [day, statement] = kept.find(([, each]) => each!.endsWith(name))!
  for (const copy of ["again.xml", "once-more.xml", "statement-2026-01-05.XML"]) {
    copyFileSync(gateway.path("archive", day!, statement!), gateway.path("in", `.${copy}`))
    renameSync(gateway.path("in", `.${copy}`), gateway.path("in", copy))
  }
  await until("the copies are kept", async () => {
    const file = (await gateway.files()).find((each) => each.name === name)
    return file?.repeats === 3 && gateway.names("in").length === 0
  })
  assert.deepEqual(await books(), before)
  const outcomes = (await gateway.lines()).filter(({ source }) => source === "statement")
  // The amount that differed still does.
  assert.deepEqual([...new Set(outcomes.map(({ outcome }) => outcome))].sort(), [
    "known",
    "mismatch",
  ])
})

/** What was ever booked. */
async function books() {
  const { rows } = await gateway.database.query<{ transfers: bigint; balances: string }>(
    `select (select count(*) from transfers) as transfers,
  (select jsonb_agg(balance::text order by id) from accounts) as balances`,
  )
  return rows[0]
}

test("the day's report says what the ledger says, to the last centavo", async () => {
  const merchant = (await gateway.core.merchants.find(gateway.merchantId))!
  const rows: DayRow[] = []
  const report = await gateway.core.reports.daily(merchant, "2026-01-05", async (part) => {
    rows.push(...part)
  })
  assert.ok(
    report.agrees,
    JSON.stringify(report.checks, (_, value) => String(value)),
  )
  const total = report.totals.find(({ asset, rail }) => asset === "COP" && rail === "bank-files")!
  const centavos = (...ends: readonly string[]) =>
    ends.reduce((sum, end) => sum + BigInt(of(end).pesos) * 100n, 0n)
  const settled = ["00", "04", "05", "08", "09", "11", "12", "20"]
  assert.equal(total.asked.amount, centavos(...charged.keys()))
  assert.equal(total.approved.amount, centavos(...settled, "10"))
  assert.equal(total.settled.amount, centavos(...settled))
  assert.equal(total.returned.amount, centavos("08"))
  assert.equal(total.refunded.amount, 2_000_000n)
  assert.equal(total.declined.amount, centavos("01", "02", "03", "06", "07", "21"))
  assert.equal(report.rows, rows.length)
  assert.deepEqual(await gateway.core.books.verify(), [])
})
