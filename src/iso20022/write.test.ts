/** Files of orders: their shape, their sums, their text, and what can't be written. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  credit,
  debit,
  file,
  group,
  idOf,
  merchant,
  ODD_TEXT,
  payer,
  textOf,
  written,
} from "../../test/support/bank-samples.ts"
import { shapeFlaws } from "../../test/support/bank-shape.ts"
import { AMOUNT_MAX } from "./decimal.ts"
import { creditFlaw, type Debit, debitFlaw, type OrderFile } from "./orders.ts"
import { readOrders } from "./read.ts"
import { Unwritable, writeCredits, writeDebits } from "./write.ts"

test("every shape of every message that we write is as our own tables have it", async () => {
  const samples = await written()
  assert.ok(samples.length > 20)
  for (const { kind, name, text } of samples) {
    assert.deepEqual(shapeFlaws(kind, text), [], `${kind}: ${name}`)
  }
})

test("the tables notice what is missing, misplaced, doubled, too long or of no type", async () => {
  const text = await textOf(writeDebits(file([group("G1", [debit(1)])])))
  const table: [broken: (text: string) => string, flaw: RegExp][] = [
    [(t) => t.replace(/<SeqTp>.*?<\/SeqTp>/, ""), /PmtTpInf\/SeqTp: missing/],
    [(t) => t.replace(/(<MndtId>.*?<\/MndtId>)(<DtOf.*?<\/DtOfSgntr>)/, "$2$1"), /MndtId: missing/],
    [(t) => t.replace(/(<Nm>Ana Ruiz<\/Nm>)/, "$1$1"), /Dbtr\/Nm: not expected here/],
    [(t) => t.replace("Ana Ruiz", "x".repeat(141)), /Dbtr\/Nm: no name/],
    [(t) => t.replace("2026-01-07", "2026-02-30"), /ReqdColltnDt: no day/],
    [(t) => t.replace("45000.00</InstdAmt>", "45,000</InstdAmt>"), /InstdAmt: no amount/],
    [(t) => t.replace(' Ccy="COP"', ""), /InstdAmt: its currency/],
    [(t) => t.replace("<Cd>NIDN</Cd>", "<Cd>NIDN</Cd><Prtry>x</Prtry>"), /not one of its choices/],
    [(t) => t.replace("pain.008.001.08", "pain.008.001.02"), /xmlns/],
  ]
  for (const [broken, flaw] of table) {
    assert.notEqual(broken(text), text, String(flaw))
    assert.match(shapeFlaws("pain.008.001.08", broken(text)).join("\n"), flaw)
  }
})

test("a bank reads of each order what we wrote, and finds no total wrong", async () => {
  const debits = file([
    group("G1", [debit(1), debit(2, { amount: 1n })]),
    group("G2", [debit(3, { amount: 990n, debtor: { ...payer, account: "777" } })], {
      currency: "CLP",
      day: "2026-01-13",
    }),
  ])
  const credits = file([group("R1", [credit(4, { amount: 12_345n })])])
  const expected = [
    [idOf(1), "G1", 4_500_000n, "COP", "2026-01-07", merchant.account, payer.account],
    [idOf(2), "G1", 1n, "COP", "2026-01-07", merchant.account, payer.account],
    [idOf(3), "G2", 990n, "CLP", "2026-01-13", merchant.account, "777"],
    [idOf(4), "R1", 12_345n, "COP", "2026-01-07", merchant.account, payer.account],
  ]
  const found: unknown[] = []
  for (const pieces of [writeDebits(debits), writeCredits(credits)]) {
    for await (const item of readOrders([Buffer.from(await textOf(pieces))])) {
      if (item.item === "order") {
        const { endToEndId, paymentInfoId, amount, currency, day, ownAccount, account } = item
        found.push([endToEndId, paymentInfoId, amount, currency, day, ownAccount, account])
      } else if (item.item === "end") {
        assert.deepEqual(item, { item: "end", malformed: 0, mismatches: 0 })
      } else {
        assert.equal(item.item, "header")
      }
    }
  }
  assert.deepEqual(found, expected)
})

test("counts and control sums are exact, for each group and for the file", async () => {
  const text = await textOf(
    writeDebits(
      file([
        group("G1", [debit(1, { amount: 10n }), debit(2, { amount: 9_007_199_254_740_993n })]),
        group("G2", [debit(3, { amount: 7n })], { currency: "CLP" }),
      ]),
    ),
  )
  const numbers = [...text.matchAll(/<NbOfTxs>(.*?)<\/NbOfTxs><CtrlSum>(.*?)<\/CtrlSum>/g)]
  assert.deepEqual(
    numbers.map(([, count, sum]) => [count, sum]),
    [
      ["3", "90071992547417.03"],
      ["2", "90071992547410.03"],
      ["1", "7"],
    ],
  )
})

test("the same orders make the same text, whether they come at once or one by one", async () => {
  const orders = Array.from({ length: 1_000 }, (_, at) => debit(at))
  async function* oneByOne() {
    yield* orders
  }
  const atOnce = group("G1", orders)
  const first = await textOf(writeDebits(file([atOnce])))
  assert.equal(await textOf(writeDebits(file([atOnce]))), first)
  assert.equal(await textOf(writeDebits(file([{ ...atOnce, orders: oneByOne() }]))), first)
})

test("a long file comes in pieces, and orders are asked for no faster than they", async () => {
  const COUNT = 5_000
  let asked = 0
  function* orders() {
    for (; asked < COUNT; asked += 1) yield debit(asked)
  }
  const totals = { count: COUNT, sum: 4_500_000n * BigInt(COUNT) }
  const many = [
    group("G1", [debit(1)], { ...totals, orders: orders() }),
    group("G2", [debit(COUNT)]),
  ]
  const sizes: number[] = []
  for await (const piece of writeDebits(file(many))) {
    if (sizes.length === 0) assert.ok(asked < 500, `${asked} orders for the first piece`)
    sizes.push(piece.length)
  }
  assert.ok(sizes.length > 10)
  assert.ok(sizes.every((size) => size < 70_000))
})

test("names and texts are cleaned and cut, and basic letters stay basic", async () => {
  const odd = { ...payer, name: ODD_TEXT }
  const orders = [debit(1, { debtor: odd, remittance: ODD_TEXT })]
  const any = await textOf(writeDebits(file([group("G1", orders)])))
  assert.match(
    any,
    /<Nm>Ñandú &amp; Cía &lt;S\.A\.S\.&gt; "Çà'l" \]\]&gt; Łódź ß 株式会社 🙂 é+<\/Nm>/,
  )
  const basic = await textOf(writeDebits(file([group("G1", orders)], "basic")))
  assert.match(basic, /<Nm>Nandu \+ Cia \.S\.A\.S\.\. \.Ca'l\. \.\.\. Lodz ss \.{4} \.+ e+<\/Nm>/)
  assert.doesNotMatch(basic, /[^\n\x20-\x7E]/)
})

/** A file with one field that doesn't fit. */
function spoiled(more: Partial<OrderFile<Debit>>): OrderFile<Debit> {
  return { ...file([group("G1", [debit(1)])]), ...more }
}

test("a field that doesn't fit stops the file and is named, without its value", async () => {
  const one = [debit(1)]
  const of = (more: Partial<Debit>) => spoiled({ groups: [group("G1", [debit(1, more)])] })
  const owner = (more: object) => group("G1", one, { owner: { ...merchant, ...more } })
  const table: [file: OrderFile<Debit>, message: RegExp][] = [
    [spoiled({ messageId: "" }), /^messageId: empty/],
    [spoiled({ messageId: "x".repeat(36) }), /^messageId: longer than 35/],
    [spoiled({ messageId: "a\nb" }), /^messageId: .*characters that none has/],
    [spoiled({ createdAt: new Date(Number.NaN) }), /^createdAt/],
    [spoiled({ initiator: { name: "\u0007", id: null } }), /^initiator\.name: empty/],
    [spoiled({ initiator: { name: "x", id: "" } }), /^initiator\.id: empty/],
    [spoiled({ groups: [] }), /^groups: none/],
    [spoiled({ groups: [group("G1", one), group("G1", one)] }), /^groups: one paymentInfoId twice/],
    [spoiled({ groups: [group("G 1 ", one)] }), /^paymentInfoId/],
    [spoiled({ groups: [owner({ account: "" })] }), /^owner\.account: empty/],
    [spoiled({ groups: [owner({ documentNumber: null })] }), /^owner\.documentNumber: a type or/],
    [spoiled({ groups: [group("G1", one, { schemeId: "é" })] }), /^schemeId/],
    [spoiled({ groups: [group("G1", one, { currency: "XXX" })] }), /^currency: not known/],
    [spoiled({ groups: [group("G1", one, { currency: "constructor" })] }), /^currency: not known/],
    [spoiled({ groups: [group("G1", one, { day: "2026-02-30" })] }), /^day: no day/],
    [spoiled({ groups: [group("G1", one, { count: 0 })] }), /^count/],
    [spoiled({ groups: [group("G1", one, { sum: 10n ** 18n })] }), /^sum/],
    [
      spoiled({ groups: [1, 2].map((at) => group(`G${at}`, [debit(at, { amount: AMOUNT_MAX })])) }),
      /^groups: a sum of more than 18 digits/,
    ],
    [of({ amount: 0n }), /^sum: not from 1/],
    [of({ endToEndId: "00000000-0000-4000-8000-000000000001" }), /endToEndId: longer than 35/],
    [of({ debtor: { ...payer, account: "9".repeat(35) } }), /debtor\.account: longer than 34/],
    [of({ debtor: { ...payer, account: "12 34é" } }), /debtor\.account/],
    [of({ debtor: { ...payer, name: "\u200B " } }), /debtor\.name: empty/],
    [of({ debtor: { ...payer, bank: "" } }), /debtor\.bank: empty/],
    [of({ mandate: { id: "", signedOn: "2025-11-30" } }), /mandate\.id: empty/],
    [of({ mandate: { id: "M", signedOn: "30/11/2025" } }), /mandate\.signedOn: no day/],
  ]
  for (const [input, message] of table) {
    await assert.rejects(textOf(writeDebits(input)), (error: Error) => {
      assert.ok(error instanceof Unwritable)
      assert.match(error.message, message)
      assert.doesNotMatch(error.message, /9{35}|34é/)
      return true
    })
  }
})

test("orders that are more, fewer or worth something else than said stop the file", async () => {
  const orders = [debit(1), debit(2)]
  for (const more of [{ count: 3 }, { count: 1 }, { sum: 8_999_999n }]) {
    await assert.rejects(textOf(writeDebits(file([group("G1", orders, more)]))), /G1: .* were said/)
  }
})

test("an order that comes twice stops the file, in one group or in two", async () => {
  const groups = [
    [group("G1", [debit(1), debit(2), debit(1)])],
    [group("G1", [debit(1)]), group("G2", [debit(2), debit(1)])],
  ]
  for (const each of groups) await assert.rejects(textOf(writeDebits(file(each))), /01: twice$/)
})

test("what can't be written is told of one order before a file is begun", () => {
  assert.equal(debitFlaw(debit(1)), null)
  assert.equal(creditFlaw(credit(1)), null)
  assert.equal(debitFlaw(debit(1, { amount: -1n })), "amount: not from 1 to 18 digits")
  assert.equal(creditFlaw(credit(1, { amount: 0n })), "amount: not from 1 to 18 digits")
  const empty = { ...payer, name: "\u0301" }
  assert.equal(debitFlaw(debit(1, { debtor: empty })), null)
  assert.equal(debitFlaw(debit(1, { debtor: empty }), "basic"), "debtor.name: empty")
})
