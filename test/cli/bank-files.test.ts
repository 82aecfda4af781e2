/** `caudal bank-files`, `merchant set`: what operators see of files, and what they change. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { makeIds } from "../../src/clock.ts"
import { type Exchange, isRefusal, type Target } from "../../src/core/index.ts"
import { type TestCore, testCore, testRail } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { caudal, type Ran, type Settings, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const settings: Settings = {
  DATABASE_URL: url,
  CAUDAL_DATA_DIR: temporaryFolder({ after }),
  // The key of the test's own core.
  CAUDAL_MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
}
const ids = makeIds({ now: () => new Date(1_767_600_000_000), elapsedMs: () => 0 })
const LATER = new Date("2099-01-05T14:00:00.000Z")
const NUMBER = "52077112345"
const HOLDER = { name: "Lucía Prueba", documentType: "cc", documentNumber: "1020304050" }
const GOOD: Target = {
  ...{ bank: "bancolombia", accountType: "savings", accountNumber: NUMBER, holder: HOLDER },
  mandate: { id: "0697129c-26e2-42f1-a000-dc60878d5588", consentedAt: "2026-01-02T03:04:05Z" },
}
let played: TestCore
const [out, answers, refused] = [ids.next(), ids.next(), ids.next()]
const [lost, other, cleared] = [ids.next(), ids.next(), ids.next()]

async function does(...words: string[]): Promise<Ran> {
  const ran = await caudal(words, settings)
  assert.equal(ran.code, 0, ran.err)
  assert.ok(!`${ran.out}${ran.err}`.includes(NUMBER) && !ran.out.includes(HOLDER.documentNumber))
  return ran
}

const asked = async (...words: string[]) => (await does("bank-files", ...words, "--json")).json()

before(async () => {
  let due = new Date("2026-01-05T14:00:00.000Z")
  const exchange: Partial<Exchange> = { dueAt: () => due }
  const rail = testRail({ name: "bank-files", exchange: exchange as Exchange, needsMandate: true })
  played = await testCore(database, { rail, rails: [rail] })
  const merchant = (await played.core.merchants.find(played.merchantId))!
  const charge = async (target: Target, amount = 150_000n) => {
    const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = played.payment()
    const way = { method: "bank", target } as const
    const created = await played.core.pay.create({ ...rest, amount, merchant, way })
    assert.ok(!isRefusal(created))
    return created.attempt!.id
  }
  await charge(GOOD)
  await charge(GOOD, 50_000n)
  await charge({ ...GOOD, bank: "bank-of-nowhere" })
  const sealed = await charge(GOOD)
  await database.query("update attempts set target_sealed = '\\x00' where id = $1", [sealed])
  due = LATER
  await charge(GOOD, 70_000n)
  await files(await charge(GOOD))
})

/** One that left with an order, one that came, one that was refused. */
async function files(attemptId: string): Promise<void> {
  const [group, now] = [ids.next(), played.clock.now()]
  await database.query(
    `insert into bank_files (id, rail, direction, state, kind, name, part, sha256, lines, why,
  repeats, created_at, ended_at)
values ($1, 'bank-files', 'out', 'told', 'debits', 'debits-1.xml', 'part', $4, 0, null, 0, $5, $5),
  ($2, 'bank-files', 'in', 'done', 'camt.053.001.08', 'day.xml', null, $4, 4, null, 2, $5, $5),
  ($3, 'bank-files', 'in', 'refused', null, 'day.xml', null, $6, 0, 'it breaks off', 0, $5, $5)`,
    [out, answers, refused, "0".repeat(64), now, "1".repeat(64)],
  )
  await database.query(
    `insert into bank_groups (id, file_id, account, asset, day, orders, total)
values ($1, $2, 'main', 'COP', '2026-01-06', 1, 150000)`,
    [group, out],
  )
  await database.query(
    "insert into bank_orders (attempt_id, group_id, file_id) values ($1, $2, $3)",
    [attemptId, group, out],
  )
  await database.query(
    `update attempts set state = 'unknown', begun_at = created_at, look_at = null where id = $1`,
    [attemptId],
  )
  const line = `insert into bank_lines (id, file_id, position, fingerprint, source, says, attempt_id,
  amount, asset, end_to_end_id, at, outcome, created_at)
values ($1, $2, $3, $4, 'statement', 'credit', $5, $6, 'COP', $7, $8, $9, $8)`
  const rows: readonly (readonly [string, number, string | null, bigint, string | null, string])[] =
    [
      [lost, 1, null, 900n, "NOBODYS", "unmatched"],
      [other, 2, attemptId, 1n, null, "mismatch"],
      [ids.next(), 3, attemptId, 150_000n, null, "booked"],
      [cleared, 4, null, 5n, null, "unmatched"],
    ]
  for (const [id, position, attempt, amount, endToEnd, outcome] of rows) {
    const mark = `print ${position}`
    await database.query(line, [
      ...[id, answers, position, mark, attempt, amount, endToEnd, now, outcome],
    ])
  }
}

test("a dry run says what would leave, what not, and what later; it changes nothing", async () => {
  const rows = async () => {
    const { rows: all } = await database.query<{ state: string; count: bigint }>(
      "select state, count(*) from attempts group by state union all select 'files', count(*) from bank_files order by 1",
    )
    return all
  }
  const before = await rows()
  const { rails } = await asked("dry-run")
  assert.deepEqual(await rows(), before)
  const [{ rail, files: count, groups, leftOut, later }] = rails
  assert.deepEqual([rail, count], ["bank-files", { debits: 1, credits: 0 }])
  assert.equal(groups.length, 1)
  assert.deepEqual([groups[0].orders, groups[0].total, groups[0].asset], [2, "2000.00", "COP"])
  assert.deepEqual(
    leftOut.map(({ orders, becomes }: Record<string, unknown>) => [orders, becomes]),
    [
      [1, "declined"],
      [1, "declined"],
    ],
  )
  assert.deepEqual(
    later.map(({ at, orders, total }: Record<string, unknown>) => [at, orders, total]),
    [[LATER.toISOString(), 1, "700.00"]],
  )
  const { out: page } = await does("bank-files", "dry-run")
  assert.match(page, /bank-files: would send 1 file of debits\./)
  assert.match(page, /can't be opened/)
})

test("a merchant without an account for its money keeps its orders waiting", async () => {
  await database.query(
    `update merchants set settings = settings || '{"bankAccount": "gone"}' where id = $1`,
    [played.merchantId],
  )
  const [{ groups, leftOut }] = (await asked("dry-run")).rails
  assert.deepEqual(groups, [])
  assert.deepEqual([leftOut[0].becomes, leftOut[0].orders], ["waits", 4])
  assert.match(leftOut[0].why, /there is no account gone/)
  await does("merchant", "set", "Tester", "--bank-account", "none")
  assert.equal((await asked("dry-run")).rails[0].groups.length, 1)
})

test("files are listed with what there is to know, and each is shown whole", async () => {
  const { files: listed } = await asked("list")
  assert.deepEqual(listed.length, 3)
  const of = (id: string) => listed.find((each: { id: string }) => each.id === id)
  assert.deepEqual([of(out).orders, of(out).totals], [1, { COP: "1500.00" }])
  assert.deepEqual([of(answers).lines, of(answers).openLines, of(answers).repeats], [4, 3, 2])
  assert.equal(of(refused).why, "it breaks off")
  assert.equal((await asked("list", "--only", "out")).files.length, 1)
  assert.equal((await asked("list", "--limit", "2")).files.length, 2)
  const page = (await does("bank-files", "list")).out
  assert.match(page, /in +day\.xml +camt\.053\.001\.08 +done .* 3 open; came 3 times/)
  const [shown] = (await asked("show", "debits-1.xml")).files
  assert.deepEqual(shown.groups[0].states, { unknown: 1 })
  assert.equal((await asked("show", "day.xml")).files.length, 2)
  const [{ counts }] = (await asked("show", answers)).files
  assert.deepEqual(
    counts.map(({ outcome, count }: Record<string, unknown>) => [outcome, count]),
    [
      ["booked", 1],
      ["mismatch", 1],
      ["unmatched", 2],
    ],
  )
})

test("open lines are listed until somebody has seen to them, and the note stays", async () => {
  const open = async (...more: string[]) =>
    (await asked("lines", ...more)).lines.map(({ id }: { id: string }) => id)
  assert.deepEqual(await open(), [lost, other, cleared])
  await does("bank-files", "clear", cleared, "--note", "given back, ticket 17")
  assert.deepEqual(await open(), [lost, other])
  assert.deepEqual(await open("--outcome", "mismatch"), [other])
  assert.deepEqual(await open("--outcome", "unmatched,mismatch", "--file", answers), [
    lost,
    other,
    cleared,
  ])
  const again = await caudal(["bank-files", "clear", cleared, "--note", "once more"], settings)
  assert.equal(again.code, 1)
  assert.match(again.err, /was cleared before, on .*: given back, ticket 17/)
  const { out: page } = await does("bank-files", "lines", "--outcome", "unmatched")
  assert.match(page, /given back, ticket 17/)
})

test("unknown attempts have their file and day, and may be overdue", async () => {
  const { attempts, overdue } = (await does("attempts", "unknown", "--json")).json()
  assert.equal(attempts.length, 1)
  const [{ merchant, amount, file, collectionDay, looks, lookAt }] = attempts
  assert.deepEqual(
    [merchant, amount, file, collectionDay, looks, lookAt],
    ["Tester", "1500.00", "debits-1.xml", "2026-01-06", 0, null],
  )
  assert.equal(overdue, 1)
  const { out: page } = await does("attempts", "unknown", "--merchant", "Tester")
  assert.match(page, /debits-1\.xml +2026-01-06 +OVERDUE/)
  const { out: none } = await does("attempts", "unknown", "--rail", "evm")
  assert.match(none, /Every attempt that has begun has its answer/)
})

test("a payment's story is found by the id that stands in the bank's file", async () => {
  const [{ attemptId, paymentId }] = (await does("attempts", "unknown", "--json")).json().attempts
  const hex = attemptId.replaceAll("-", "")
  for (const id of [paymentId, `pay_${paymentId.replaceAll("-", "")}`, hex.toUpperCase()]) {
    const { payment, attempts, story } = (await does("payment", "show", id, "--json")).json()
    assert.equal(payment.id, paymentId)
    assert.equal(attempts[0].target.accountNumber, "*2345")
    const lines = story.filter(({ what }: { what: string }) => what === "line")
    assert.deepEqual(
      lines.map(({ outcome, amount }: Record<string, string>) => [outcome, amount]),
      [
        ["mismatch", "0.01"],
        ["booked", "1500.00"],
      ],
    )
  }
  const { out: page } = await does("payment", "show", hex)
  assert.match(page, /statement says credit .* mismatch, line 2 of day\.xml/)
})

test("what waits for later is made due, and nothing else is touched", async () => {
  const { due } = await asked("send")
  assert.deepEqual(due, [{ rail: "bank-files", orders: 1 }])
  const [{ groups, later }] = (await asked("dry-run")).rails
  assert.deepEqual([groups[0].orders, later], [3, []])
  assert.deepEqual((await asked("send")).due, [{ rail: "bank-files", orders: 0 }])
})

test("another folder is taken only by who says that it is whole", async () => {
  const marks = async () => {
    const { rows } = await database.query<{ mark: string }>("select mark from exchanges")
    return rows.map(({ mark }) => mark)
  }
  const unsure = await caudal(["bank-files", "adopt"], settings)
  assert.equal(unsure.code, 1)
  assert.match(unsure.err, /neither sent again nor known/)
  assert.deepEqual(await marks(), [])
  assert.deepEqual(await asked("adopt", "--yes"), { rail: "bank-files", known: false })
  assert.deepEqual(await marks(), ["any folder"])
  await database.query("update exchanges set mark = 'old'")
  assert.deepEqual(await asked("adopt", "--yes"), { rail: "bank-files", known: true })
  assert.deepEqual(await marks(), ["any folder"])
})

test("a merchant's rails and account are changed, and taken away with none", async () => {
  const key = (await asked("dry-run")).rails[0].groups[0].account
  const set = async (...words: string[]) =>
    (await does("merchant", "set", "Tester", ...words, "--json")).json().settings
  const one = await set("--rail", "bank=bank-files", "--bank-account", key)
  assert.deepEqual([one.rails, one.bankAccount], [{ bank: "bank-files" }, key])
  const two = await set("--rail", "recharge=simulator")
  assert.deepEqual(two.rails, { bank: "bank-files", recharge: "simulator" })
  assert.equal(two.bankAccount, key)
  const none = await set("--rail", "bank=none", "--rail", "recharge=none", "--bank-account", "none")
  assert.deepEqual([none.rails, none.bankAccount], [{}, null])
})

const MISUSED: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ["merchant set Tester", 2, /needs something to change/],
  ["merchant set Tester --rail cash=simulator", 2, /--rail cash=simulator: write a method/],
  ["merchant set Tester --rail bank=evm", 1, /no rail of that name moves bank; there are: .*files/],
  ["merchant set Tester --rail bank=none --rail bank=bank-files", 2, /--rail bank=…: given twice/],
  ["merchant set Tester --bank-account nowhere", 1, /there is no account nowhere/],
  ["bank-files list --only up", 2, /--only up: there are in and out/],
  ["bank-files list --limit 0", 2, /--limit 0: write a number from 1/],
  ["bank-files list --limit 1e3", 2, /--limit 1e3: write a number from 1/],
  ["bank-files show none.xml", 1, /There is no file none\.xml/],
  ["bank-files lines --outcome lost", 2, /--outcome lost: there are due, booked/],
  ["bank-files lines --file day.xml", 1, /Several files came under this name; give an id/],
  ["bank-files clear x --note y", 1, /"x" is not the id of a line/],
  ["bank-files clear 0697129c-26e2-42f1-a000-dc60878d5588 --note y", 1, /There is no line/],
  ["bank-files clear 0697129c-26e2-42f1-a000-dc60878d5588", 2, /also needs --note/],
  ["bank-files adopt --rail evm", 2, /there are: bank-files/],
  ["attempts unknown --older-than 2", 2, /--older-than 2: write up to 9999 minutes, hours or days/],
  ["attempts unknown --older-than 999999d", 2, /--older-than 999999d: write up to 9999 minutes/],
  ["payment show pay_12", 2, /pay_12: write an id such as/],
  ["payment show 0697129c-26e2-42f1-a000-dc60878d5588", 1, /There is no payment, attempt/],
]
for (const [words, code, says] of MISUSED) {
  test(`caudal ${words}: no, and why`, async () => {
    const ran = await caudal(words.split(" "), settings)
    assert.equal(ran.code, code, ran.err)
    assert.match(ran.err, says)
    assert.equal(ran.out, "")
  })
}
