/** The story of a payment tells all that was written about it, and nothing about its payer. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { reportAttempt } from "../../src/core/decide/report-attempt.ts"
import { type Fact, isRefusal, type Payment, type Story } from "../../src/core/index.ts"
import { reportOf } from "../../src/core/loops/report.ts"
import { type TestCore, testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

const NUMBER = "52077112345"
const HOLDER = { name: "Lucía Prueba", documentType: "CC", documentNumber: "1020304050" }
const TARGET = {
  ...{ bank: "bancolombia", accountType: "savings", accountNumber: NUMBER },
  ...{ holder: HOLDER, email: "lucia@example.com" },
}

const { database } = await testDatabase({ after })
let played: TestCore
let payment: Payment
let story: Story
let answers: string

async function tell(at: number, fact: Fact): Promise<void> {
  const attempt = (await played.core.payments.attempts(payment.id))[at]!
  played.clock.advance(1_000)
  const sightings = [{ place: `${fact.kind}:${attempt.id}`, fact, at: played.clock.now() }]
  const report = reportOf(played.rail, attempt, payment, { sightings, fence: null })
  assert.ok(!isRefusal(await played.core.engine.submit(reportAttempt, report)))
}

before(async () => {
  played = await testCore(database)
  const { core, clock, ids, merchantId } = played
  await core.merchants.addEndpoint({ merchantId, dialect: "caudal", url: "https://x.example/h" })
  played.rail.answer = async () => ({ kind: "accepted", railReference: "bank-1" })
  const merchant = (await core.merchants.find(merchantId))!
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = played.payment()
  const way = { method: "bank", target: TARGET } as const
  const created = await core.pay.create({ ...rest, reference: "order-7", merchant, way })
  assert.ok(!isRefusal(created))
  payment = created.payment
  await core.pass()
  const attemptId = created.attempt!.id
  const [fileId, groupId, lineId] = [ids.next(), ids.next(), ids.next()]
  answers = ids.next()
  await database.query(
    `insert into bank_files (id, rail, direction, state, kind, name, part, sha256, created_at, ended_at)
values ($1, 'test', 'out', 'told', 'debits', 'debits.xml', 'part', $2, $3, $3),
  ($4, 'test', 'in', 'done', null, 'answers.xml', null, $2, $3, $3)`,
    [fileId, "0".repeat(64), clock.now(), answers],
  )
  await database.query(
    `insert into bank_groups (id, file_id, account, asset, day, orders, total)
values ($1, $2, 'main', 'COP', '2026-01-06', 1, 10000)`,
    [groupId, fileId],
  )
  await database.query(
    "insert into bank_orders (attempt_id, group_id, file_id) values ($1, $2, $3)",
    [attemptId, groupId, fileId],
  )
  clock.advance(1_000)
  await database.query(
    `insert into bank_lines (id, file_id, position, fingerprint, source, says, attempt_id, group_id,
  amount, asset, reason_code, reference, at, outcome, created_at, applied_at)
values ($1, $2, 17, 'one', 'statement', 'credit', $3, null, 10000, 'COP', null, 'B-1', $4, 'booked',
    $4, $4),
  ($5, $2, 18, 'group', 'status', 'accepted', null, $6, null, null, 'ACSP', null, $4, 'noted',
    $4, null)`,
    [lineId, answers, attemptId, clock.now(), ids.next(), groupId],
  )
  await tell(0, { kind: "settled" })
  clock.advance(1_000)
  assert.ok(!isRefusal(await core.pay.refund(payment, 4_000n, null)))
  await core.pass()
  await tell(1, { kind: "settled" })
  await core.pass()
  story = (await core.story(payment.id))!
})

test("it tells all that happened, from the bank's lines to webhooks, in order of time", () => {
  const times = story.chapters.map(({ at }) => at.getTime())
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  )
  const told = story.chapters.map((chapter) => {
    if (chapter.what === "event") return chapter.type
    if (chapter.what === "transfer") return `${chapter.kind} ${chapter.from} ${chapter.to}`
    if (chapter.what === "line") return `line ${chapter.position} ${chapter.file}`
    if (chapter.what === "sighting") return `sighting ${chapter.fact}`
    if (chapter.what === "begun") return `begun ${chapter.file} ${chapter.collectionDay}`
    return chapter.what
  })
  const wanted = [
    "payment.created",
    "begun debits.xml 2026-01-06",
    "payment.processing",
    "line 17 answers.xml",
    "line 18 answers.xml",
    "sighting settled",
    "payment.approved",
    "charge.approved test clearing available",
    "charge.settled test outside test clearing",
    "payment.refund_pending",
    "refund",
    "refund.reserved available held",
    "payment.refund_confirmed",
    "refund.confirmed held test outside",
  ]
  for (const each of wanted) assert.ok(told.includes(each), `${each} in ${told.join("; ")}`)
  assert.ok(told.indexOf("payment.approved") < told.indexOf("payment.refund_pending"))
  assert.ok(told.filter((each) => each === "delivery").length >= 4)
  assert.deepEqual(
    story.attempts.map(({ kind, state, looks }) => [kind, state, looks]),
    [
      ["charge", "settled", 1],
      ["refund", "settled", 1],
    ],
  )
  assert.deepEqual(story.attempts[0]!.order?.account, "main")
})

test("it is found by the id of an attempt or a refund, too, and by no other", async () => {
  const { core, ids } = played
  const named = [story.attempts[0]!.id, story.attempts[1]!.id, story.refunds[0]!.id]
  for (const id of named) assert.equal((await core.story(id))?.payment.id, payment.id)
  for (const id of [ids.next(), payment.merchantId]) assert.equal(await core.story(id), null)
})

test("it masks accounts, and names nobody", () => {
  const text = JSON.stringify(story, (_name, value) =>
    typeof value === "bigint" ? value.toString() : value,
  )
  assert.equal(story.attempts[0]!.target?.accountNumber, "*2345")
  for (const secret of [NUMBER, HOLDER.name, HOLDER.documentNumber, TARGET.email, "Sealed"]) {
    assert.ok(!text.includes(secret), secret)
  }
})

test("an account that can't be opened keeps nothing else back", async () => {
  await database.query("update attempts set target_sealed = '\\x00' where id = $1", [
    story.attempts[0]!.id,
  ])
  const again = (await played.core.story(payment.id))!
  assert.equal(again.attempts[0]!.target, null)
  assert.equal(again.chapters.length, story.chapters.length)
})
