/** What banks' files mean: each field of the samples, and what statuses and codes stand for. */
import assert from "node:assert/strict"
import { test } from "node:test"
import {
  accepted,
  account,
  answer,
  idOf,
  MOVEMENTS,
  merchant,
  movement,
  textOf,
} from "../../test/support/bank-samples.ts"
import { writeNotification, writeStatement } from "./bank-account.ts"
import { writeStatusReport } from "./bank-side.ts"
import type { Entry, Item, Meaning, Status } from "./items.ts"
import { readAnswers } from "./read.ts"

async function itemsOf(text: string): Promise<readonly Item[]> {
  const items: Item[] = []
  for await (const item of readAnswers([Buffer.from(text)])) items.push(item)
  return items
}

async function sample(name: string): Promise<readonly Item[]> {
  const found = accepted().find((each) => each.name === name)
  assert.ok(found, name)
  return itemsOf(found.text)
}

/** Only what a test is about: which fields an item has is the compiler's business. */
function pick<T extends object, K extends keyof T>(value: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, value[key]])) as Pick<T, K>
}
const isStatus = (item: Item): item is Status => item.item === "status"
const isEntry = (item: Item): item is Entry => item.item === "entry"

test("a report that lists only what was refused says so of file, group and orders", async () => {
  const items = await sample("refused orders only")
  const [header] = items
  assert.ok(header?.item === "header")
  assert.deepEqual(pick(header, "kind", "messageId", "createdAt", "page", "original"), {
    kind: "pain.002.001.10",
    messageId: "STS20260107-0001",
    createdAt: "2026-01-07T09:15:00",
    page: null,
    original: {
      messageId: idOf(0xf11e),
      kind: "pain.008.001.08",
      count: 100,
      sum: "4500000.00",
    },
  })
  const statuses = items.filter(isStatus)
  assert.deepEqual(
    statuses.map(({ of, code, means, endToEndId }) => [of, code, means, endToEndId]),
    [
      ["file", "PART", "partial", null],
      ["group", "PART", "partial", null],
      ["order", "RJCT", "rejected", idOf(1)],
      ["order", "RJCT", "rejected", idOf(2)],
    ],
  )
  const { position: _, ...first } = statuses[2]!
  assert.deepEqual(first, {
    item: "status",
    of: "order",
    code: "RJCT",
    means: "rejected",
    reasonCode: "AM04",
    reasonText: "FONDOS INSUFICIENTES",
    originalMessageId: idOf(0xf11e),
    originalPaymentInfoId: "G1",
    endToEndId: idOf(1),
    amount: 4_500_000n,
    currency: "COP",
    reference: "1",
  })
  assert.deepEqual(pick(statuses[3]!, "reasonCode", "reasonText", "reference"), {
    reasonCode: "R20",
    reasonText: null,
    reference: "B-77",
  })
})

test("a group's status is told before its orders, who share it when they have none", async () => {
  const statuses = (await sample("groups without orders")).filter(isStatus)
  assert.deepEqual(
    statuses.map(({ of, means, originalPaymentInfoId, endToEndId, reasonCode }) => [
      of,
      means,
      originalPaymentInfoId,
      endToEndId,
      reasonCode,
    ]),
    [
      ["group", "accepted", "G1", null, null],
      ["group", "rejected", "G2", null, "DU02"],
      ["group", "settled", "G3", null, null],
      ["order", "settled", "G3", idOf(3), null],
    ],
  )
})

/** A report of one order with this status. */
async function reported(status: string): Promise<Item> {
  const original = { messageId: "F", kind: "pain.008.001.08", count: 1 } as const
  const head = { messageId: "B", createdAt: new Date(0), original, fileStatus: null }
  const text = await textOf(writeStatusReport({ ...head, answers: [answer(1, { status })] }))
  return (await itemsOf(text))[1]!
}

test("each status of ISO's list has its meaning, and one that isn't known is told of", async () => {
  const meanings: Readonly<Record<string, Meaning>> = {
    RCVD: "pending",
    PDNG: "pending",
    ACTC: "pending",
    PATC: "pending",
    ACCP: "accepted",
    ACSP: "accepted",
    ACWC: "accepted",
    ACSC: "settled",
    ACCC: "settled",
    RJCT: "rejected",
    CANC: "cancelled",
  }
  for (const [code, means] of Object.entries(meanings)) {
    const item = await reported(code)
    assert.ok(isStatus(item) && item.means === means && item.code === code, code)
  }
  for (const code of ["XXXX", "rjct", "PART", "toString", "__proto__"]) {
    const item = await reported(code)
    assert.ok(item.item === "malformed" && item.endToEndId === idOf(1), code)
  }
})

test("counts and sums by status are compared with the orders that are listed", async () => {
  const file = accepted().find(({ name }) => name === "refused orders only")!.text
  const table: [from: string, to: string, what: readonly string[]][] = [
    ["DtldNbOfTxs>2<", "DtldNbOfTxs>3<", ["orders with RJCT"]],
    ["DtldCtrlSum>90000<", "DtldCtrlSum>90000.01<", ["sum of orders with RJCT"]],
    // Orders that are accepted aren't listed, so nobody can tell.
    ["DtldNbOfTxs>98<", "DtldNbOfTxs>97<", []],
    // Without one of the amounts a sum can't be wrong.
    ['Ccy="COP">45000<', 'Ccy="COP"><', []],
  ]
  for (const [from, to, what] of table) {
    assert.ok(file.includes(from), from)
    const items = await itemsOf(file.replace(from, to))
    const found = items.flatMap((each) => (each.item === "mismatch" ? [each.what] : []))
    assert.deepEqual(found, what, from)
  }
})

test("a batch, a return and a charge of the bank's are told apart", async () => {
  const entries = (await sample("batch and returns")).filter(isEntry)
  const { position: _, ...first } = entries[0]!
  assert.deepEqual(first, {
    item: "entry",
    event: "credit",
    direction: "credit",
    booked: true,
    endToEndId: idOf(1),
    originalPaymentInfoId: null,
    payments: 1,
    amount: 4_500_000n,
    currency: "COP",
    bookedOn: "2026-01-07",
    valueOn: "2026-01-08",
    reasonCode: null,
    reasonText: null,
    mandateId: "M-1",
    reference: "TX-1",
    description: null,
    account: merchant.account,
    statementId: "C54-20260107-1",
    statementPage: null,
  })
  assert.deepEqual(
    entries.map(({ event, direction, booked, endToEndId, amount, bookedOn, reference }) => [
      event,
      direction,
      booked,
      endToEndId,
      amount,
      bookedOn,
      reference,
    ]),
    [
      ["credit", "credit", true, idOf(1), 4_500_000n, "2026-01-07", "TX-1"],
      ["credit", "credit", true, idOf(2), 4_000_000n, "2026-01-07", "LOTE-1"],
      ["return", "debit", true, idOf(2), 4_000_000n, "2026-01-07", "DEV-9"],
      ["debit", "debit", false, null, 230_000n, null, "3"],
    ],
  )
  assert.deepEqual(pick(entries[2]!, "reasonCode", "reasonText", "description"), {
    reasonCode: "MD06",
    reasonText: "Solicitud del cliente",
    description: "DEVOLUCION",
  })
  assert.equal(entries[3]!.description, "COMISION Y GMF")
})

test("a statement tells of each account, and a batch that isn't listed is one entry", async () => {
  const items = await sample("two accounts")
  const entries = items.filter(isEntry)
  assert.deepEqual(
    entries.map((each) =>
      Object.values(
        pick(each, "event", "endToEndId", "originalPaymentInfoId", "payments", "amount", "account"),
      ),
    ),
    [
      ["credit", null, "G1", 3, 13_500_050n, merchant.account],
      ["debit", null, null, 1, 100n, merchant.account],
      ["reversal", idOf(9), null, 1, 1_000n, "CR05015202001026284066"],
    ],
  )
  assert.deepEqual(
    items.flatMap((each) =>
      each.item === "statement"
        ? [pick(each, "id", "currency", "entries", "opening", "closing")]
        : [],
    ),
    [
      { id: "S1", currency: "COP", entries: 2, opening: 100_000n, closing: 13_599_950n },
      { id: "S2", currency: null, entries: 1, opening: -500n, closing: null },
    ],
  )
})

test("bank transaction codes say of a movement whether it came back", async () => {
  const table: [subFamily: string, event: Entry["event"]][] = [
    ["PMDD", "credit"],
    ["UPDD", "return"],
    ["RRTN", "return"],
    ["PRDD", "reversal"],
    ["RCDD", "reversal"],
    ["RPCR", "reversal"],
    ["OTHR", "credit"],
  ]
  const text = await textOf(writeNotification(account([movement(1)])))
  for (const [subFamily, event] of table) {
    const items = await itemsOf(text.replace("PMDD", subFamily))
    assert.equal(items.find(isEntry)?.event, event, subFamily)
  }
})

test("what the simulated bank writes of a movement is read as that, batched or not", async () => {
  for (const batched of [true, false]) {
    const report = account(MOVEMENTS, { batched })
    for (const text of [writeStatement(report, 7n), writeNotification(report)]) {
      const entries = (await itemsOf(await textOf(text))).filter(isEntry)
      assert.deepEqual(
        entries.map(({ endToEndId, originalPaymentInfoId, direction, amount, reference }) => {
          return { endToEndId, originalPaymentInfoId, direction, amount, reference }
        }),
        MOVEMENTS.map(({ endToEndId, paymentInfoId, direction, amount, reference }) => {
          return { endToEndId, originalPaymentInfoId: paymentInfoId, direction, amount, reference }
        }),
      )
      const events = MOVEMENTS.map(({ returned, direction }) => (returned ? "return" : direction))
      assert.deepEqual(
        entries.map(({ event }) => event),
        events,
      )
    }
  }
})

test("the simulated bank's statement ends with what its movements leave", async () => {
  const items = await itemsOf(await textOf(writeStatement(account(MOVEMENTS), 100n)))
  const statement = items.find(({ item }) => item === "statement")
  const net = MOVEMENTS.reduce(
    (all, { amount, direction }) => all + (direction === "credit" ? amount : -amount),
    0n,
  )
  assert.ok(statement?.item === "statement")
  assert.deepEqual([statement.opening, statement.closing], [100n, 100n + net])
})

test("entries are handed out as they come, and no more of a file is asked for", async () => {
  const COUNT = 200
  const [one] = [...writeNotification(account([movement(1)]))]
  const [, head, entry, tail] = /^([\s\S]*?)(\n<Ntry>[\s\S]*<\/Ntry>)([\s\S]*)$/.exec(one!)!
  let asked = 0
  function* chunks() {
    yield Buffer.from(head!.replace(/<TxsSummry>.*<\/TxsSummry>/, ""))
    for (; asked < COUNT; asked += 1) yield Buffer.from(entry!)
    yield Buffer.from(tail!)
  }
  let entries = 0
  for await (const item of readAnswers(chunks())) {
    if (item.item !== "entry") continue
    assert.equal(asked, entries)
    entries += 1
  }
  assert.equal(entries, COUNT)
})
