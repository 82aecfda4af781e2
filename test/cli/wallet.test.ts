/** `caudal wallet statement`, keys of operators and `caudal terms`: what they print and refuse. */
import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { hashSecret, isRefusal } from "../../src/core/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"
import { besideCore, caudal, operator, temporaryFolder } from "./caudal.ts"

const { url, database } = await testDatabase({ after })
const folder = temporaryFolder({ after })
const settings = besideCore(url, folder)

const { does, asked } = operator(settings)

before(async () => {
  const played = await testCore(database)
  const { core, merchantId, clock } = played
  const merchant = (await core.merchants.find(merchantId))!
  await core.merchants.agree(merchantId, "tapila")
  await core.merchants.changeTerms(merchantId, "caudal", { feeFixed: "500" })
  for (const [amount, reference] of [
    [1_000_000n, "=bank(1)"],
    [50n, "bank-2"],
  ] as const) {
    assert.ok(!isRefusal(await core.wallet.topUp({ merchantId, asset: "COP", amount, reference })))
  }
  clock.advance(86_400_000)
  const { id: _id, merchantId: _merchant, attempt: _attempt, ...rest } = played.payment()
  const way = { method: "recharge", target: {} } as const
  const sale = { kind: "recharge", amount: 150_050n, reference: "r-1", merchant, way } as const
  assert.ok(!isRefusal(await core.pay.create({ ...rest, ...sale })))
  await core.pass()
})

const STATEMENT = ["wallet", "statement", "--merchant", "Tester", "--currency", "COP"]

test("a statement as CSV stands between its opening and closing balance", async () => {
  const { out, err } = await does(...STATEMENT)
  const lines = out.split("\r\n").map((line) => line.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID"))
  const [first, second] = ["2026-01-05T14:00:00.000Z", "2026-01-06T14:00:00.000Z"]
  assert.deepEqual(lines, [
    "at,kind,description,amount,balance,held_amount,held,payment,reference,transfer",
    ",opening,opening balance,,0.00,,0.00,,,",
    `${first},top-up,money paid in,10000.00,10000.00,0.00,0.00,,'=bank(1),ID`,
    `${first},top-up,money paid in,0.50,10000.50,0.00,0.00,,bank-2,ID`,
    `${second},recharge.hold,held for a recharge,-1505.50,8495.00,1505.50,1505.50,ID,r-1,ID`,
    `${second},recharge.confirmed,recharge delivered,0.00,8495.00,-1500.50,5.00,ID,r-1,ID`,
    `${second},fee,fee,0.00,8495.00,-5.00,0.00,ID,r-1,ID`,
    ",closing,closing balance,,8495.00,,0.00,,,",
    "",
  ])
  assert.match(err, /Tester: 5 movements\.\n.*COP 0\.00, .*\n.*COP 8495\.00, COP 0\.00|held/)
  assert.match(err, /The movements lead to what the account holds\./)
  assert.equal((await does(...STATEMENT, "--csv")).out, out)
  assert.equal((await does(...STATEMENT, "--format", "csv")).out, out)
})

test("as JSON it has the same movements, and what they lead to", async () => {
  const said = await asked(...STATEMENT, "--from", "2026-01-06", "--to", "2026-01-06")
  assert.equal(said.movements.length, 3)
  assert.deepEqual(said.opening, { available: "10000.50", held: "0.00" })
  assert.deepEqual(said.closing, { available: "8495.00", held: "0.00" })
  assert.deepEqual([said.ledger, said.agrees], [said.closing, true])
  assert.deepEqual([said.count, said.currency, said.timeZone], [3, "COP", "America/Bogota"])
  assert.deepEqual([said.from, said.to], ["2026-01-06T05:00:00.000Z", "2026-01-07T05:00:00.000Z"])
  const { balances } = await asked("wallet", "balance", "--merchant", "Tester")
  const of = (account: string) =>
    balances.find((each: { account: string }) => each.account === account).amount
  assert.deepEqual(said.closing, { available: of("available"), held: of("held") })
  const none = await asked(...STATEMENT, "--to", "2025-12-31")
  assert.deepEqual([none.movements, none.agrees], [[], true])
})

test("a file has the whole statement, and the screen what it comes to", async () => {
  const path = join(folder, "statement.csv")
  const { out } = await does(...STATEMENT, "--out", path)
  assert.match(out, /5 movements/)
  assert.match(readFileSync(path, "utf8"), /closing balance,,8495\.00/)
})

test("a statement that doesn't agree ends with 1, and has no closing balance", async () => {
  const change = "update accounts set balance = balance + $1 where kind = 'available'"
  await database.query(change, [3])
  try {
    const path = join(folder, "wrong.csv")
    const ran = await caudal([...STATEMENT, "--from", "2026-01-06"], settings)
    assert.equal(ran.code, 1)
    assert.doesNotMatch(ran.out, /closing/)
    assert.match(ran.err, /DON'T LEAD TO WHAT THE ACCOUNT HOLDS, which is COP 8495\.03/)
    assert.ok(!existsSync(path))
    const said = await caudal([...STATEMENT, "--json"], settings)
    assert.deepEqual([said.code, said.json().agrees], [1, false])
  } finally {
    await database.query(change, [-3])
  }
})

test("an operator's key is shown once, stored as a hash, listed and revoked", async () => {
  const made = await asked("key", "add", "--operator", "Caja Norte")
  const { operatorKey } = made.credentials
  assert.match(operatorKey, /^co_[\w-]{43}$/)
  const { rows } = await database.query<{ lookup: string }>("select lookup from operator_keys")
  assert.deepEqual(rows, [{ lookup: hashSecret(operatorKey) }])
  const listed = await does("key", "list", "--operators", "--json")
  assert.ok(!listed.out.includes(operatorKey) && !listed.out.includes(rows[0]!.lookup))
  const [id] = made.ids
  const { keys } = listed.json()
  assert.deepEqual([keys[0].id, keys[0].operator, keys[0].revokedAt], [id, "Caja Norte", null])
  assert.match((await does("key", "list", "--operators")).out, /Caja Norte .* in use/)
  assert.equal((await asked("key", "revoke", id, "--operator")).revoked, true)
  assert.equal((await asked("key", "revoke", id, "--operator")).revoked, false)
  assert.match((await does("key", "list", "--operators")).out, /Caja Norte .* revoked/)
  const other = await caudal(["key", "revoke", rows[0]!.lookup.slice(0, 8), "--operator"], settings)
  assert.equal(other.code, 1)
})

const TOP_UP = "wallet top-up --merchant Tester --currency COP --amount 700 --reference".split(" ")

test("one bank transfer is booked once, however its name is typed", async () => {
  const before = (await asked("wallet", "balance", "--merchant", "Tester")).balances
  assert.equal((await asked(...TOP_UP, "Pagare\u0301 \u2013 7")).reference, "Pagaré - 7")
  assert.match((await does(...TOP_UP, "Pagaré - 7")).out, /Pagaré - 7 was booked before/)
  for (const [reference, says] of [
    ["Pagaré - 7 ", /--reference must not begin or end with a blank/],
    ["Pagaré -\u200b 7", /--reference must have printable characters only/],
    ["Pagaré\u00a0- 7", /--reference must have no blanks but plain ones/],
    ["x".repeat(129), /--reference must have at most 128 characters/],
    ["", /--reference must not be empty|needs a value/],
  ] as const) {
    const ran = await caudal([...TOP_UP, reference], settings)
    assert.equal(ran.code, 2, ran.out + ran.err)
    assert.match(ran.err, says)
  }
  const after = (await asked("wallet", "balance", "--merchant", "Tester")).balances
  const available = (all: { account: string; amount: string }[]) =>
    Number(all.find(({ account }) => account === "available")!.amount)
  assert.equal(available(after), available(before) + 700)
})

const TERMS = ["Tester", "--dialect", "tapila"]
const SET: readonly (readonly [options: string, settings: object])[] = [
  ["--answer-within 5s", { answerWithinMs: 5_000 }],
  ["--answer-within 500ms", { answerWithinMs: 500 }],
  ["--answer-within 0s", { answerWithinMs: 0 }],
  ["--answer-within default", { answerWithinMs: null }],
  ["--low-balance COP=1000.5", { lowBalance: { COP: "100050" } }],
  ["--low-balance clp=900", { lowBalance: { COP: "100050", CLP: "900" } }],
  ["--low-balance COP=none --low-balance CLP=1000", { lowBalance: { CLP: "1000" } }],
  ["--per-number 5", { identifierLimit: 5 }],
  ["--per-number default", { identifierLimit: null }],
  ["--requests-per-minute 600", { requestsPerMinute: 600 }],
  ["--requests-per-minute 0", { requestsPerMinute: 0 }],
  ["--notify always --country ar", { notifyAlways: true, country: "AR" }],
  ["--notify deferred --country any", { notifyAlways: false, country: null }],
  ["--fee-fixed 050 --fee-percent 2.9", { feeFixed: "50", feeBasisPoints: 290 }],
  ["--fee-percent 0", { feeFixed: "50", feeBasisPoints: 0 }],
]
test("terms are changed one by one, and shown", async () => {
  let expected = (await asked("terms", "show", ...TERMS)).settings
  for (const [options, change] of SET) {
    expected = { ...expected, ...change }
    const said = await asked("terms", "set", ...TERMS, ...options.split(" "))
    assert.deepEqual(said.settings, expected, options)
    assert.deepEqual((await asked("terms", "show", ...TERMS)).settings, expected, options)
  }
  const { out } = await does("terms", "show", ...TERMS)
  assert.match(out, /low balance +CLP 1000\n/)
  assert.match(out, /requests a minute +any\n/)
  const { err } = await does("terms", "set", ...TERMS, "--country", "ZZ")
  assert.match(err, /no company in ZZ/)
})

const MISUSED: readonly (readonly [words: string, code: number, says: RegExp])[] = [
  ["wallet providers", 1, /no provider is configured: rails.tapila in caudal.json/],
  ["wallet statement --merchant Tester", 2, /also needs --currency/],
  ["wallet statement --merchant Tester --currency XXX", 2, /no currency "XXX"/],
  [`${STATEMENT.join(" ")} --from 2026-02-30`, 2, /--from 2026-02-30: write a day/],
  [`${STATEMENT.join(" ")} --from 1999-12-31`, 2, /1999-12-31: .* from 2000-01-01 to 9998-12-31/],
  [`${STATEMENT.join(" ")} --to 9999-12-31`, 2, /9999-12-31: .* from 2000-01-01 to 9998-12-31/],
  [`${STATEMENT.join(" ")} --from 2026-02-02 --to 2026-02-01`, 2, /--to 2026-02-01: it is before/],
  [`${STATEMENT.join(" ")} --csv --json`, 2, /another format/],
  [`${STATEMENT.join(" ")} --format xml`, 2, /there are csv and json/],
  [
    "wallet top-up --merchant Tester --currency COP --amount 10000000000000.01 --reference r",
    2,
    /at most COP 10000000000000\.00/,
  ],
  ["key add --operator A --merchant Tester", 2, /--operator goes without --merchant/],
  ["key add --operator A --dialect tapila", 2, /--operator goes without --merchant/],
  ["key add --dialect tapila", 2, /key add also needs --merchant MERCHANT/],
  ["key list", 2, /key list also needs --merchant MERCHANT/],
  ["key list --operators --merchant Tester", 2, /--operators goes without/],
  ["key revoke 01234567-89ab-4cde-8f01-23456789abcd", 2, /also needs --merchant/],
  ["key revoke 01234567-89ab-4cde-8f01-23456789abcd --operator", 1, /No operator has a key/],
  ["terms show Tester", 2, /also needs --dialect/],
  ["terms show Tester --dialect stripe", 2, /no dialect "stripe"/],
  ["terms set Tester --dialect caudal --per-number 1", 2, /--per-number is for tapila/],
  ["terms show Tester --dialect pentagoo", 1, /Tester doesn't use pentagoo yet: caudal key add/],
  ["terms set Tester --dialect pentagoo --fee-fixed 1", 1, /doesn't use pentagoo yet/],
  ["terms set Tester --dialect pentagoo --notify always", 2, /--notify is for tapila/],
  ["terms set Tester --dialect palomma-pay --low-balance COP=1", 2, /--low-balance is for tapila/],
  ["terms set Nobody --dialect tapila --fee-fixed 1", 1, /no merchant "Nobody"/],
  ["terms set Tester --dialect tapila", 2, /needs something to change/],
  ["terms set Tester --dialect tapila --answer-within 61s", 2, /at most 60s/],
  ["terms set Tester --dialect tapila --answer-within 5", 2, /a time like 5s/],
  ["terms set Tester --dialect tapila --low-balance COP", 2, /a currency, = and an amount/],
  ["terms set Tester --dialect tapila --low-balance COP=1.005", 2, /at most 2 decimals/],
  ["terms set Tester --dialect tapila --low-balance COP=0", 2, /above zero/],
  [`terms set Tester --dialect tapila --low-balance COP=${"9".repeat(17)}`, 2, /than any wallet/],
  ["terms set Tester --dialect tapila --low-balance COP=1 --low-balance cop=2", 2, /given twice/],
  ["terms set Tester --dialect tapila --per-number 0", 2, /from 1 to 1000000/],
  ["terms set Tester --dialect tapila --requests-per-minute -1", 2, /needs a value|from 0 to/],
  ["terms set Tester --dialect tapila --notify never", 2, /always or deferred/],
  ["terms set Tester --dialect tapila --country ARG", 2, /two letters/],
  ["terms set Tester --dialect tapila --fee-fixed 1.5", 2, /whole minor units/],
  ["terms set Tester --dialect tapila --fee-percent 100.01", 2, /from 0 to 100/],
  ["terms set Tester --dialect tapila --fee-percent 2.905", 2, /at most 2 decimals/],
]
for (const [words, code, says] of MISUSED) {
  test(`caudal ${words.slice(0, 90)} is refused`, async () => {
    const ran = await caudal(words.split(" "), settings)
    assert.equal(ran.code, code, ran.out + ran.err)
    assert.match(ran.err, says)
  })
}
