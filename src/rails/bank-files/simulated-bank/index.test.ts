/** The sandbox's bank over a real folder: what it answers when, remembers, and refuses. */
import assert from "node:assert/strict"
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type TestContext, test } from "node:test"
import {
  credit,
  debit,
  file,
  group,
  idOf,
  payer,
  textOf,
} from "../../../../test/support/bank-samples.ts"
import { shapeFlaws } from "../../../../test/support/bank-shape.ts"
import { makeIds, testClock } from "../../../clock.ts"
import type { Order, Outcome, Reason } from "../../../core/index.ts"
import { fromFileId } from "../../../iso20022/ids.ts"
import type { Item } from "../../../iso20022/items.ts"
import { readAnswers } from "../../../iso20022/read.ts"
import { writeCredits, writeDebits } from "../../../iso20022/write.ts"
import { type BankParts, makeSimulatedBank } from "./index.ts"

type Kind = "debit" | "transfer"

function world(t: TestContext, more: Partial<BankParts> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "caudal-bank-"))
  t.after(() => rmSync(folder, { recursive: true }))
  const clock = testClock()
  const ids = makeIds(clock)
  const open = () => makeSimulatedBank({ clock, ids, folder, ...more })
  const path = (...names: string[]) => join(folder, ...names)
  const list = (name: string) => (existsSync(path(name)) ? readdirSync(path(name)).sort() : [])
  const seen = new Set<string>()

  return {
    ...{ clock, folder, list, open, path, bank: open() },
    books: path("simulated-bank", "books.jsonl"),
    /** Hands a file in, as the gateway does. */
    hand(name: string, text: string) {
      mkdirSync(path("out"), { recursive: true })
      writeFileSync(path("out", `.${name}`), text)
      renameSync(path("out", `.${name}`), path("out", name))
    },
    /** The bank's files that weren't there before, as text by name. */
    fresh(): readonly [name: string, text: string][] {
      const names = list("in").filter((name) => !seen.has(name))
      for (const name of names) seen.add(name)
      return names.map((name) => [name, readFileSync(path("in", name), "utf8")])
    },
  }
}

/** A file of orders over accounts that end in these digits, numbered from 1 on. */
function orders(digits: readonly string[], kind: Kind = "debit"): Promise<string> {
  const holder = (at: number) => ({ ...payer, account: `987654${digits[at]}` })
  return kind === "debit"
    ? textOf(
        writeDebits(
          file([
            group(
              idOf(0xa),
              digits.map((_, at) => debit(at + 1, { debtor: holder(at) })),
            ),
          ]),
        ),
      )
    : textOf(
        writeCredits(
          file([
            group(
              idOf(0xb),
              digits.map((_, at) => credit(at + 1, { creditor: holder(at) })),
            ),
          ]),
        ),
      )
}

async function itemsOf(text: string): Promise<readonly Item[]> {
  const items: Item[] = []
  for await (const item of readAnswers([Buffer.from(text)])) items.push(item)
  return items
}

/** What a file says of its orders, as words, with the numbers of the orders. */
async function wordsOf(text: string): Promise<readonly string[]> {
  return (await itemsOf(text)).flatMap((item) => {
    if (item.item === "status") {
      return [`${item.code}${item.reasonCode ? ` ${item.reasonCode}` : ""} ${numberOf(item)}`]
    }
    if (item.item === "entry") {
      const back = item.event === "return" ? `return ${item.reasonCode}` : item.event
      return [`${back} ${item.amount} ${numberOf(item)}`]
    }
    return item.item === "malformed" ? [`malformed ${item.endToEndId}`] : []
  })
}

function numberOf({ endToEndId }: { readonly endToEndId: string | null }): string {
  return endToEndId === null ? "-" : String(Number(`0x${endToEndId}`))
}

function attempt(number: number, kind: Order["kind"] = "charge"): Order {
  return {
    attemptId: fromFileId(idOf(number))!,
    paymentId: "",
    merchantId: "",
    kind,
    method: "bank",
    amount: 4_500_000n,
    asset: "COP",
    target: {},
    instructions: null,
    received: {},
    seen: {},
    railReference: null,
    begunAt: new Date(0),
    createdAt: new Date(0),
  }
}

const AMOUNT = "4500000"
const PAID = ["1 s: ACSC 1", `2 s: credit ${AMOUNT} 1`]
const REFUNDED = ["1 s: ACSC 1", `2 s: debit ${AMOUNT} 1`]

test("each magic number is answered by files that say so, when it is time", async (t) => {
  const rows: [kind: Kind, digits: string, says: readonly string[], collected: number][] = [
    ["debit", "00", PAID, 1],
    ["debit", "99", PAID, 1],
    ["debit", "01", ["1 s: RJCT AM04 1"], 0],
    ["debit", "02", ["1 s: RJCT AC01 1"], 0],
    ["debit", "03", ["1 s: RJCT BE01 1"], 0],
    ["debit", "04", ["1 s: ACSP 1", `10 s: credit ${AMOUNT} 1`], 1],
    ["debit", "05", [`15 s: credit ${AMOUNT} 1`], 1],
    ["debit", "06", ["15 s: RJCT MS03 1"], 0],
    ["debit", "07", ["1 s: RJCT AB07 1"], 0],
    ["debit", "08", [...PAID, `15 s: return MD06 ${AMOUNT} 1`], 1],
    ["debit", "09", ["1 s: ACSP 1"], 0],
    ["debit", "10", ["1 s: ACSC 1", "2 s: credit 4500001 1"], 1],
    ["debit", "11", [...PAID, PAID[1]!, PAID[1]!], 1],
    ["debit", "12", [...PAID, "2 s: malformed null"], 1],
    ["transfer", "00", REFUNDED, 1],
    ["transfer", "09", REFUNDED, 1],
    ["transfer", "12", REFUNDED, 1],
    ["transfer", "01", ["1 s: RJCT AC01 1"], 0],
    ["transfer", "02", ["1 s: RJCT AC01 1"], 0],
    ["transfer", "08", [...REFUNDED, `15 s: return MD06 ${AMOUNT} 1`], 1],
  ]
  for (const [kind, digits, says, collected] of rows) {
    const { bank, clock, fresh, hand } = world(t)
    hand("orders.xml", await orders([digits], kind))
    const said: string[] = []
    for (let second = 0; second <= 20; second += 1) {
      await bank.work()
      for (const [name, text] of fresh()) {
        const message = /^(?:pain|camt)\.\d+/.exec(name)![0]
        const malformed = text.includes("XXXX") ? 1 : 0
        const flaws = shapeFlaws(`${message}.001.${VERSIONS[message]}`, text).filter(
          // The spoiled one leaves out what it may, and our writers never do.
          (flaw) => malformed === 0 || !/(?:TxsSummry|NtryDtls): missing/.test(flaw),
        )
        assert.deepEqual(flaws, [], `${digits} ${name}`)
        const end = (await itemsOf(text)).at(-1)
        assert.deepEqual(end, { item: "end", malformed, mismatches: 0 }, `${digits} ${name}`)
        said.push(...(await wordsOf(text)).map((words) => `${second} s: ${words}`))
      }
      clock.advance(1_000)
    }
    assert.deepEqual(said, says, `${kind} ${digits}`)
    assert.equal(await bank.books.collected(idOf(1)), collected, `${kind} ${digits}`)
  }
})

const VERSIONS: Readonly<Record<string, string>> = { "pain.002": "10", "camt.054": "08" }

test("what is booked names our file, group and order, on the day where the bank is", async (t) => {
  const { bank, clock, fresh, hand } = world(t)
  clock.set(new Date("2026-01-06T04:59:58.000Z"))
  hand("orders.xml", await orders(["00"]))
  await bank.work()
  clock.advance(1_000)
  await bank.work()
  const [[, report]] = fresh() as [[string, string]]
  const [header, status] = await itemsOf(report)
  assert.ok(header?.item === "header" && status?.item === "status")
  const original = { messageId: idOf(0xf11e), kind: "pain.008.001.08", count: 1, sum: null }
  assert.deepEqual(header.original, original)
  assert.equal(status.originalPaymentInfoId, idOf(0xa))
  clock.advance(1_000)
  await bank.work()
  const [[, notification]] = fresh() as [[string, string]]
  const entry = (await itemsOf(notification)).find((item) => item.item === "entry")
  assert.ok(entry?.item === "entry")
  assert.equal(entry.originalPaymentInfoId, idOf(0xa))
  // The bank is in Bogotá, where it is five hours earlier.
  assert.equal(entry.bookedOn, "2026-01-06")
  assert.equal(entry.reference, status.reference)
})

test("an order that is handed in twice is executed twice, and the books say so", async (t) => {
  const { bank, clock, fresh, hand } = world(t)
  const text = await orders(["00", "01"])
  hand("orders.xml", text)
  await bank.work()
  clock.advance(5_000)
  hand("orders.xml", text)
  await bank.work()
  assert.equal(await bank.books.collected(idOf(1)), 1)
  clock.advance(5_000)
  await bank.work()
  assert.equal(await bank.books.collected(fromFileId(idOf(1))!), 2)
  assert.equal(await bank.books.collected(idOf(3)), 0)
  assert.deepEqual(
    await bank.books.totals(),
    new Map([
      [idOf(1), 2],
      [idOf(2), 0],
    ]),
  )
  const references = new Set<string | null>()
  for (const [, each] of fresh()) {
    for (const item of await itemsOf(each)) {
      if (item.item === "entry") references.add(item.reference)
    }
  }
  assert.equal(references.size, 2)
})

test("the books outlive the process, with a line that was cut short", async (t) => {
  const { bank, books, clock, fresh, hand, open } = world(t)
  hand("orders.xml", await orders(["00"]))
  await bank.work()
  appendFileSync(books, '{"did":"taken","intake":"')
  clock.advance(1_000)
  await open().work()
  clock.advance(1_000)
  await open().work()
  await open().work()
  const said = await Promise.all(fresh().map(([, text]) => wordsOf(text)))
  assert.deepEqual(said.flat(), [`credit ${AMOUNT} 1`, "ACSC 1"])
  assert.equal(await open().books.collected(idOf(1)), 1)
})

test("a file that a crash left half read is executed once", async (t) => {
  const digits = Array.from({ length: 450 }, () => "00")
  const text = await orders(digits)
  for (const kept of [0, 1, 2, 3]) {
    const { bank, books, clock, fresh, hand, list, open, path } = world(t)
    hand("orders.xml", text)
    await bank.work()
    const [taken] = list("simulated-bank/taken")
    renameSync(path("simulated-bank/taken", taken!), path("simulated-bank/taking", taken!))
    const lines = readFileSync(books, "utf8").split("\n")
    // The last that is kept is cut short, but for the file's own end.
    const torn =
      lines.slice(0, kept).join("\n") + (kept < 3 ? `\n${lines[kept]!.slice(0, 40)}` : "")
    writeFileSync(books, torn)
    clock.advance(500)
    await open().work()
    clock.advance(2_000)
    await open().work()
    const totals = await open().books.totals()
    assert.equal(totals.size, digits.length, `${kept} lines`)
    assert.ok([...totals.values()].every((count) => count === 1))
    const said = await Promise.all(fresh().map(([, each]) => wordsOf(each)))
    assert.equal(said.flat().length, 2 * digits.length)
    assert.deepEqual(list("simulated-bank/taking"), [])
  }
})

test("an answer whose delivery wasn't written down comes again, byte for byte", async (t) => {
  const { bank, books, clock, fresh, hand, open, path } = world(t)
  hand("orders.xml", await orders(["00", "08", "11", "12"]))
  await bank.work()
  clock.advance(2_000)
  const before = readFileSync(books)
  await bank.work()
  const delivered = fresh()
  assert.equal(delivered.length, 6)
  writeFileSync(books, before)
  for (const [name] of delivered) rmSync(path("in", name))
  clock.advance(60_000)
  await open().work()
  for (const [name, text] of delivered) {
    assert.equal(readFileSync(path("in", name), "utf8"), text, name)
  }
})

test("two processes over one folder answer once for each order", async (t) => {
  const { bank, clock, fresh, hand, open } = world(t)
  const other = open()
  hand("orders.xml", await orders(["00", "00"]))
  await Promise.all([bank.work(), other.work()])
  clock.advance(2_000)
  await Promise.all([bank.work(), other.work()])
  await other.work()
  const said = await Promise.all(fresh().map(([, text]) => wordsOf(text)))
  assert.deepEqual(said.flat().sort(), [
    "ACSC 1",
    "ACSC 2",
    `credit ${AMOUNT} 1`,
    `credit ${AMOUNT} 2`,
  ])
  assert.deepEqual([...(await other.books.totals()).values()], [1, 1])
})

test("what can't be read is set aside whole, and the next file is executed", async (t) => {
  const good = await orders(["00"])
  const two = await orders(["00", "00"])
  const rows: [what: string, text: string, why: RegExp, answered: boolean][] = [
    ["nothing", "", /./, false],
    ["no XML", "number;amount\n1;2\n", /not well-formed/, false],
    ["another message", good.replaceAll("CstmrDrctDbtInitn", "BkToCstmrStmt"), /not read/, false],
    ["a wrong total", good.replaceAll("45000.00</CtrlSum>", "1.00</CtrlSum>"), /sum of/, true],
    ["an order without an account", two.replace(/<DbtrAcct>.*?<\/DbtrAcct>/, ""), /missing/, true],
    ["half a file", two.slice(0, -100), /./, true],
  ]
  for (const [what, text, why, answered] of rows) {
    const { bank, clock, fresh, hand, list, path } = world(t)
    hand("bad one.xml", text)
    hand("good.xml", good)
    await bank.work()
    clock.advance(1_000)
    await bank.work()
    const [kept, reason] = list("simulated-bank/refused")
    assert.match(kept!, /-bad_one\.xml$/, what)
    assert.match(readFileSync(path("simulated-bank/refused", reason!), "utf8"), why, what)
    assert.equal(list("simulated-bank/taken").length, 1, what)
    const said = (await Promise.all(fresh().map(([, each]) => wordsOf(each)))).flat().sort()
    assert.deepEqual(said, answered ? ["ACSC 1", "RJCT NARR -"] : ["ACSC 1"], what)
    clock.advance(1_000)
    assert.equal(await bank.books.collected(idOf(1)), 1, what)
    assert.equal(await bank.books.collected(idOf(2)), 0, what)
  }
})

test("only whole files are taken: nothing hidden, no folder, no link", async (t) => {
  const { bank, list, path } = world(t)
  mkdirSync(path("simulated-bank", "taking"), { recursive: true })
  writeFileSync(path("simulated-bank", "taking", "foreign.xml"), await orders(["00"]))
  mkdirSync(path("out", "folder.xml"), { recursive: true })
  writeFileSync(path("out", ".hidden.xml"), "")
  writeFileSync(path("elsewhere"), await orders(["00"]))
  symlinkSync(path("elsewhere"), path("out", "link.xml"))
  await bank.work()
  assert.deepEqual(list("out"), [".hidden.xml", "folder.xml", "link.xml"])
  assert.deepEqual(list("simulated-bank"), ["taking"])
  assert.deepEqual(list("simulated-bank/taking"), ["foreign.xml"])
})

test("before it works nothing is touched, and no payer's account is written down", async (t) => {
  const { bank, books, folder, hand, open } = world(t)
  open()
  assert.deepEqual(readdirSync(folder), [])
  hand("orders.xml", await orders(["00"]))
  await bank.work()
  assert.doesNotMatch(readFileSync(books, "utf8"), new RegExp(`98765400|${payer.name}`))
})

type Happens = readonly [outcome: Outcome, reason: Reason | null]

test("an outcome made by hand comes before what would have happened, and in files", async (t) => {
  const rows: [
    what: string,
    digits: string,
    afterMs: number,
    told: readonly Happens[],
    sighted: readonly string[],
    says: readonly string[],
    collected: number,
  ][] = [
    ["waits", "09", 3_000, [["approved", null]], ["settled"], [`credit ${AMOUNT} 1`], 1],
    ["waits", "09", 3_000, [["declined", null]], ["declined not_enough_funds"], ["RJCT AM04 1"], 0],
    [
      "slow, declined",
      "04",
      3_000,
      [["declined", "account_blocked"]],
      ["declined account_blocked"],
      ["RJCT AC06 1"],
      0,
    ],
    ["slow", "04", 3_000, [["approved", null]], ["settled"], [`credit ${AMOUNT} 1`], 1],
    [
      "paid",
      "00",
      3_000,
      [["returned", null]],
      ["settled", "returned returned_by_bank"],
      [`return MD06 ${AMOUNT} 1`],
      1,
    ],
    [
      "approved, not paid yet",
      "00",
      1_000,
      [["returned", "account_blocked"]],
      ["returned account_blocked"],
      [`credit ${AMOUNT} 1`, `return AC06 ${AMOUNT} 1`],
      1,
    ],
    [
      "approved, then returned",
      "09",
      3_000,
      [
        ["approved", null],
        ["returned", null],
      ],
      ["settled", "returned returned_by_bank"],
      [`credit ${AMOUNT} 1`, `return MD06 ${AMOUNT} 1`],
      1,
    ],
    ["paid before", "00", 3_000, [["declined", null]], ["settled"], [], 1],
    ["declined before", "01", 3_000, [["approved", null]], ["declined not_enough_funds"], [], 0],
    ["a bank has no part in it", "09", 3_000, [["expired", null]], [], [], 0],
  ]
  for (const [what, digits, afterMs, told, sighted, says, collected] of rows) {
    const { bank, clock, fresh, hand, open } = world(t)
    hand("orders.xml", await orders([digits]))
    await bank.work()
    clock.advance(afterMs)
    await bank.work()
    fresh()
    // Another node than the one that works.
    const other = open()
    const order = attempt(1)
    for (const [outcome, reason] of told) await other.simulate(order, outcome, reason)
    const sightings = await other.simulate(order, told.at(-1)![0], null)
    assert.deepEqual(
      sightings.map(({ fact }) => ("reason" in fact ? `${fact.kind} ${fact.reason}` : fact.kind)),
      sighted,
      what,
    )
    for (const { attemptId, fact, place } of sightings) {
      assert.equal(place, `${fact.kind}:${attemptId}`)
    }
    const said: string[] = []
    for (let second = 0; second < 20; second += 1) {
      clock.advance(1_000)
      await bank.work()
      for (const [, text] of fresh()) said.push(...(await wordsOf(text)))
    }
    assert.deepEqual(said, says, what)
    assert.equal(await bank.books.collected(idOf(1)), collected, what)
  }
})

test("an order that was told of before it came is executed as told, and once", async (t) => {
  const rows: [outcome: Outcome, says: readonly string[], collected: number][] = [
    ["approved", [`credit ${AMOUNT} 1`, "ACSC 1"], 1],
    ["declined", ["RJCT AM04 1"], 0],
  ]
  for (const [outcome, says, collected] of rows) {
    const { bank, clock, fresh, hand } = world(t)
    await bank.simulate(attempt(1), outcome, null)
    await bank.work()
    clock.advance(30_000)
    await bank.work()
    assert.deepEqual(fresh(), [])
    assert.equal(await bank.books.collected(idOf(1)), collected)
    hand("orders.xml", await orders(["06"]))
    await bank.work()
    clock.advance(30_000)
    await bank.work()
    const said = await Promise.all(fresh().map(([, text]) => wordsOf(text)))
    assert.deepEqual(said.flat(), says, outcome)
    assert.equal(await bank.books.collected(idOf(1)), collected, outcome)
  }
})

test("a refund that was paid isn't taken back by hand", async (t) => {
  const { bank, clock, hand } = world(t)
  hand("orders.xml", await orders(["00"], "transfer"))
  await bank.work()
  clock.advance(3_000)
  const sightings = await bank.simulate(attempt(1, "refund"), "returned", null)
  assert.deepEqual(
    sightings.map(({ fact }) => fact),
    [{ kind: "settled" }],
  )
})

/** Statements as opening and closing balance, with what moved between them. */
async function statementsOf(files: readonly [string, string][]) {
  const found: unknown[] = []
  for (const [name, text] of files.filter(([each]) => each.startsWith("camt.053"))) {
    assert.deepEqual(shapeFlaws("camt.053.001.08", text), [], name)
    const items = await itemsOf(text)
    assert.deepEqual(items.at(-1), { item: "end", malformed: 0, mismatches: 0 }, name)
    const statement = items.find((item) => item.item === "statement")
    assert.ok(statement?.item === "statement")
    found.push([statement.id, statement.opening, statement.entries, statement.closing])
  }
  return found
}

test("a day that is over is stated once, and one that isn't when it is asked for", async (t) => {
  const { bank, clock, fresh, hand, open } = world(t)
  hand("orders.xml", await orders(["00", "08", "01"]))
  await bank.work()
  clock.advance(2_000)
  await bank.work()
  await bank.books.statement("2026-01-05")
  assert.deepEqual(await statementsOf(fresh()), [["2026-01-05-1-1", 0n, 2, 9_000_000n]])
  clock.advance(13_000)
  await bank.work()
  clock.advance(86_400_000)
  for (const each of [bank, bank, open()]) await each.work()
  assert.deepEqual(await statementsOf(fresh()), [["2026-01-05-1-1", 0n, 3, 4_500_000n]])
  hand("refund.xml", await orders(["00"], "transfer"))
  await bank.work()
  clock.advance(86_400_000)
  await open().work()
  assert.deepEqual(await statementsOf(fresh()), [["2026-01-06-1-1", 4_500_000n, 1, 0n]])
  await bank.books.statement("2026-01-04")
  assert.deepEqual(fresh(), [])
})

test("orders of one group can stand on the account as one entry", async (t) => {
  const { bank, clock, fresh, hand } = world(t, { batched: true })
  hand("orders.xml", await orders(["00", "00", "00"]))
  await bank.work()
  clock.advance(2_000)
  await bank.work()
  const [, text] = fresh().find(([name]) => name.startsWith("camt.054"))!
  assert.equal(text.match(/<Ntry>/g)?.length, 1)
  assert.equal((await wordsOf(text)).length, 3)
})

test("20,000 orders are taken and answered while others have their turns", async (t) => {
  const COUNT = 20_000
  const { bank, clock, fresh, hand } = world(t)
  hand("orders.xml", await orders(Array.from({ length: COUNT }, () => "00")))
  let turns = 0
  let isOver = false
  const turn = () => {
    turns += 1
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  await bank.work()
  clock.advance(2_000)
  await bank.work()
  await bank.books.statement("2026-01-05")
  isOver = true
  // Some 50 orders are read, and some 100 written, between two turns.
  assert.ok(turns > COUNT / 50, `${turns} turns`)
  const files = fresh()
  assert.equal(files.length, 12)
  const said = new Map<string, number>()
  for (const [name, text] of files) {
    for (const [, id] of text.matchAll(/EndToEndId>(\w+)</g)) {
      const key = `${name.slice(0, 8)} ${id}`
      said.set(key, (said.get(key) ?? 0) + 1)
    }
  }
  // A status report, a notification and a statement of each order.
  assert.equal(said.size, 3 * COUNT)
  assert.deepEqual(new Set(said.values()), new Set([1]))
  const [last] = await statementsOf(files.filter(([name]) => name.includes("-05-1-4-")))
  assert.deepEqual(last, ["2026-01-05-1-4", 4_500_000n * 15_000n, 5_000, 4_500_000n * 20_000n])
})
