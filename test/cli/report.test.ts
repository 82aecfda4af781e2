/** `caudal report`: what stands in the files, for whoever reads them with whatever program. */
import assert from "node:assert/strict"
import { existsSync, readFileSync, statSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { csvLine } from "../../src/cli/rows.ts"
import { makeIds } from "../../src/clock.ts"
import { isRefusal } from "../../src/core/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { besideCore, caudal, operator, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const folder = temporaryFolder({ after })
/** Such as /dev/stdout: what it leads to must stay, and so must the link. */
const link = join(folder, "link")
symlinkSync("elsewhere", link)
const settings = besideCore(url, folder)
const DAY = ["--merchant", "Tester", "--day", "2026-01-05"]
const ids = makeIds({ now: () => new Date(1_767_600_000_000), elapsedMs: () => 0 })

const { does } = operator(settings)

/** Reads RFC 4180 as its readers do. */
function parseCsv(text: string): string[][] {
  assert.ok(text.endsWith("\r\n"))
  const cells = [...text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)]
  const rows: string[][] = [[]]
  for (const [, cell, end] of cells) {
    const read = cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!
    rows.at(-1)!.push(read)
    if (end === "\r\n") rows.push([])
  }
  return rows.slice(0, -1)
}

const records = (rows: readonly string[][]) =>
  rows.slice(1).map((row) => Object.fromEntries(rows[0]!.map((name, at) => [name, row[at]!])))

before(async () => {
  const played = await testCore(database)
  const { core, merchantId } = played
  const merchant = (await core.merchants.find(merchantId))!
  for (const reference of ["order-1", "=HYPERLINK(1)", 'he said "no", twice']) {
    const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = played.payment()
    const way = { method: "bank", target: {} } as const
    const spec = { ...rest, amount: 150_050n, reference, merchant, way }
    assert.ok(!isRefusal(await core.pay.create(spec)))
    await core.pass()
  }
  await core.merchants.add({ name: "Nothing" })
  const [fileId, now] = [ids.next(), played.clock.now()]
  await database.query(
    `insert into bank_files (id, rail, direction, state, name, sha256, created_at, ended_at)
values ($1, 'test', 'in', 'done', '=file.xml', $2, $3, $3)`,
    [fileId, "0".repeat(64), now],
  )
  await database.query(
    `insert into bank_lines (id, file_id, position, fingerprint, source, says, amount, asset,
  end_to_end_id, at, outcome, created_at)
values ($1, $2, 1, 'one', 'statement', 'credit', 700, 'COP', '@nobody', $3, 'unmatched', $3),
  ($4, $2, 2, 'two', 'status', 'accepted', null, null, null, $3, 'noted', $3)`,
    [ids.next(), fileId, now, ids.next()],
  )
})

test("a day as CSV has a row for each payment, with amounts that programs read", async () => {
  const { out, err } = await does("report", "daily", ...DAY)
  const rows = parseCsv(out)
  assert.equal(rows[0]![0], "row")
  assert.ok(rows.every((row) => row.length === rows[0]!.length))
  const found = records(rows)
  assert.deepEqual(
    found.map(({ row, reference, amount, asked, settled, state, rail }) => {
      return [row, reference, amount, asked, settled, state, rail]
    }),
    ["order-1", "'=HYPERLINK(1)", 'he said "no", twice'].map((reference) => {
      return ["payment", reference, "1500.50", "1500.50", "1500.50", "approved", "test"]
    }),
  )
  assert.match(err, /2026-01-05 in America\/Bogota: 3 rows\./)
  assert.match(err, /COP +test +approved +3 +4501\.50/)
  assert.match(err, /The rows agree with the ledger\./)
})

test("as JSON it is one object with rows, totals, the ledger and the comparison", async () => {
  const report = (await does("report", "daily", ...DAY, "--json")).json()
  assert.deepEqual(Object.keys(report), [
    ...["merchant", "timeZone", "day", "rows", "from", "to", "over", "dropped"],
    ...["totals", "ledger", "checks", "agrees"],
  ])
  assert.equal(report.rows.length, 3)
  assert.equal(report.rows[1].reference, "=HYPERLINK(1)")
  assert.deepEqual(report.totals[0].approved, { count: 3, amount: "4501.50" })
  assert.deepEqual(
    report.ledger.accounts.map((each: Record<string, string>) => [each["kind"], each["closing"]]),
    [["available", "4501.50"]],
  )
  assert.equal(report.agrees, true)
})

test("the same report is the same bytes each time", async () => {
  for (const format of ["csv", "json"]) {
    const words = ["report", "daily", ...DAY, "--format", format]
    assert.equal((await does(...words)).out, (await does(...words)).out)
  }
})

test("a file appears when it is whole, for its owner alone", async () => {
  const path = join(folder, "day.csv")
  const { out } = await does("report", "daily", ...DAY, "--out", path)
  assert.match(out, /The rows agree with the ledger/)
  assert.equal(parseCsv(readFileSync(path, "utf8")).length, 4)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.ok(!existsSync(`${path}.part`))
  const summary = (await does("report", "daily", ...DAY, "--out", path, "--json")).json()
  assert.deepEqual([summary.agrees, summary.rows, summary.file], [true, 3, path])
  assert.equal(JSON.parse(readFileSync(path, "utf8")).rows.length, 3)
})

test("an empty day is a header, or empty arrays", async () => {
  const words = ["report", "daily", "--merchant", "Nothing"]
  assert.equal(parseCsv((await does(...words)).out).length, 1)
  const report = (await does(...words, "--json")).json()
  assert.deepEqual([report.rows, report.totals, report.checks], [[], [], []])
})

const MISUSED: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ["daily --merchant Tester --day 2026-02-30", 2, /--day 2026-02-30: write a day like/],
  ["daily --merchant Tester --day 0001-01-01", 2, /--day 0001-01-01: write a day like/],
  ["bank --day 0000-01-01", 2, /--day 0000-01-01: write a day like/],
  [`daily --merchant Tester --out ${folder}`, 1, /--out .+: what is there is no ordinary file/],
  [`bank --out ${link}`, 1, /--out .+: what is there is no ordinary file/],
  ["daily --merchant Tester --format xml", 2, /--format xml: there are csv and json/],
  ["daily --merchant Nobody", 1, /There is no merchant "Nobody"/],
  ["daily", 2, /also needs --merchant/],
  ["bank --time-zone Mars", 2, /--time-zone Mars: there is no such zone/],
  ["daily --merchant Tester --out /nowhere/x.csv", 1, /--out \/nowhere\/x\.csv: ENOENT/],
]
for (const [words, code, says] of MISUSED) {
  test(`caudal report ${words.replace(folder, "FOLDER")}: no, and why`, async () => {
    const ran = await caudal(["report", ...words.split(" ")], settings)
    assert.equal(ran.code, code, ran.err)
    assert.match(ran.err, says)
    assert.equal(ran.out, "")
  })
}

test("the banks' day names what is nobody's, and counts it", async () => {
  const words = ["report", "bank", "--day", "2026-01-05"]
  const { out, err } = await does(...words)
  const [line, ...others] = records(parseCsv(out))
  assert.deepEqual(others, [])
  const { file, says, amount, outcome, payment, end_to_end_id: id } = line!
  assert.deepEqual(
    [file, says, amount, outcome, payment, id],
    ["'=file.xml", "credit", "7.00", "unmatched", "", "'@nobody"],
  )
  assert.match(err, /1 of them wait for you: caudal bank-files lines/)
  const report = (await does(...words, "--json")).json()
  assert.equal(report.totals[0].amount, "7.00")
  assert.deepEqual([report.rows.length, report.open], [1, 1])
  assert.equal(
    (await does("report", "bank", "--day", "2026-01-06", "--json")).json().rows.length,
    0,
  )
})

test("cells are written as RFC 4180 has them, and none is a formula", () => {
  const table: readonly (readonly [cell: string | number | null, written: string])[] = [
    ["plain", "plain"],
    ["a,b", '"a,b"'],
    ['a"b', '"a""b"'],
    ["two\nlines", '"two\nlines"'],
    ["=1+1", "'=1+1"],
    ["+57", "'+57"],
    ["-cmd", "'-cmd"],
    ["@x", "'@x"],
    ["\tx", "'\tx"],
    ["\rx", '"\'\rx"'],
    ["-4.00", "-4.00"],
    ["=a,b", '"\'=a,b"'],
    [null, ""],
    [7, "7"],
  ]
  for (const [cell, written] of table) assert.equal(csvLine([cell]), `${written}\r\n`)
})

test("a difference to the ledger ends with 1 and says what it is", async () => {
  await database.query(
    `insert into transfers (id, debit_id, credit_id, amount, kind, merchant_id, created_at)
select $1, t.debit_id, t.credit_id, 1, t.kind, t.merchant_id, t.created_at
from transfers t where t.kind = 'charge.approved' limit 1`,
    [ids.next()],
  )
  const ran = await caudal(["report", "daily", ...DAY], settings)
  assert.equal(ran.code, 1)
  assert.match(ran.err, /THE ROWS DON'T AGREE WITH THE LEDGER/)
  assert.match(ran.err, /COP approved: the rows come to 4501\.50, the ledger to 4501\.51/)
  const json = await caudal(["report", "daily", ...DAY, "--json"], settings)
  assert.deepEqual([json.code, json.json().agrees], [1, false])
})
