/** Orders as they stand in our files: which can, why others can't, and that none is changed. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { bankOrder, fileOf, settingsOf } from "../../../test/support/bank-files.ts"
import { textOf } from "../../../test/support/bank-samples.ts"
import type { FileOrder, Reason, Target } from "../../core/index.ts"
import { toFileId } from "../../iso20022/ids.ts"
import type { Item, ReadOrder } from "../../iso20022/items.ts"
import { readOrders } from "../../iso20022/read.ts"
import { accountFlaw, flawOf, piecesOf } from "./outgoing.ts"

const settings = settingsOf()

async function itemsOf(text: string): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of readOrders([Buffer.from(text)])) items.push(item)
  return items
}

const orders = (items: readonly Item[]) =>
  items.filter((item): item is ReadOrder => item.item === "order")

test("debits stand in a file as they were ordered, by account and day", async () => {
  const [one, two, three] = [bankOrder(1), bankOrder(2, { amount: 1n }), bankOrder(3)]
  const file = fileOf("debits", [
    { orders: [one, two], day: "2026-01-07" },
    { orders: [three], day: "2026-01-08", account: "second" },
  ])
  const text = await textOf(piecesOf(settings, file))
  const items = await itemsOf(text)
  assert.deepEqual(items.at(-1), { item: "end", malformed: 0, mismatches: 0 })
  assert.deepEqual(
    orders(items).map(({ amount, day, endToEndId, ownAccount, paymentInfoId }) => {
      return [endToEndId, amount, day, ownAccount, paymentInfoId]
    }),
    [
      [
        toFileId(one.attemptId),
        one.amount,
        "2026-01-07",
        "03012345678",
        toFileId(file.groups[0]!.id),
      ],
      [toFileId(two.attemptId), 1n, "2026-01-07", "03012345678", toFileId(file.groups[0]!.id)],
      [toFileId(three.attemptId), three.amount, "2026-01-08", "777", toFileId(file.groups[1]!.id)],
    ],
  )
  const { id = "" } = one.target.mandate ?? {}
  // The mandate was given at 23:30 on the day before in Bogotá.
  const mandate = `<MndtId>${toFileId(id)}</MndtId><DtOfSgntr>2025-11-29</DtOfSgntr>`
  assert.ok(text.includes(mandate))
  assert.ok(text.includes("<MmbId>1051</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>"))
  assert.ok(text.includes("<CdtrSchmeId><Id><OrgId><Othr><Id>CO-1</Id>"))
})

test("refunds stand in a file as credits, whatever became of the mandate", async () => {
  const { mandate: _, ...target } = bankOrder(1).target
  const order = bankOrder(1, { kind: "refund", target })
  assert.equal(flawOf(settings, order), null)
  const file = fileOf("credits", [{ orders: [order] }])
  const items = await itemsOf(await textOf(piecesOf(settings, file)))
  const [credit, ...more] = orders(items)
  assert.deepEqual(more, [])
  assert.equal(credit?.account, target.accountNumber)
  assert.equal(credit?.ownAccount, "03012345678")
})

test("the same file is the same text, each time that it is written", async () => {
  const file = fileOf("debits", [{ orders: [bankOrder(1), bankOrder(2)] }])
  assert.equal(await textOf(piecesOf(settings, file)), await textOf(piecesOf(settings, file)))
})

test("a file that doesn't hold what was said before it isn't written to its end", async () => {
  const orders = [bankOrder(1), bankOrder(2)]
  const table: [more: object, problem: RegExp][] = [
    [{ count: 3 }, /3 orders of .* were said, 2 of/],
    [{ total: 1n }, /2 orders of 1 in all were said/],
    [{ orders: [bankOrder(1), bankOrder(1)] }, /: twice$/],
    [{ account: "closed" }, /accounts: closed is gone/],
  ]
  for (const [more, problem] of table) {
    const file = fileOf("debits", [{ orders, ...more }])
    await assert.rejects(async () => textOf(piecesOf(settings, file)), problem)
  }
})

const { target } = bankOrder(1)
const holder = target.holder!
const mandate = target.mandate!
const FLAWS: readonly (readonly [change: Partial<Target>, reason: Reason, why: RegExp])[] = [
  [{ bank: "lulo" }, "invalid_account", /^debtor\.bank: not known here$/],
  [{ bank: "constructor" }, "invalid_account", /^debtor\.bank: not known here$/],
  [{ bank: undefined }, "invalid_account", /^debtor\.bank: not known here$/],
  [{ accountNumber: undefined }, "invalid_account", /^debtor\.account: empty/],
  [{ accountNumber: "1".repeat(35) }, "invalid_account", /^debtor\.account: longer than 34/],
  [{ accountNumber: "12é" }, "invalid_account", /^debtor\.account: empty, or characters/],
  [{ holder: undefined }, "holder_mismatch", /^debtor\.name: none$/],
  [{ holder: { ...holder, name: "\u0007" } }, "holder_mismatch", /^debtor\.name: empty$/],
  [{ holder: { ...holder, documentNumber: "" } }, "holder_mismatch", /^debtor\.documentNumber: e/],
]

test("an account that can't stand in a file is told with its field, not its value", async () => {
  assert.equal(accountFlaw(settings, target), null)
  for (const [change, reason, why] of FLAWS) {
    const bad = { ...target, ...change } as Target
    assert.match(accountFlaw(settings, bad)!, why)
    const charge = flawOf(settings, bankOrder(1, { target: bad }))
    assert.equal(charge?.reason, reason)
    assert.match(charge.why, why)
    const refund = flawOf(settings, bankOrder(1, { kind: "refund", target: bad }))
    assert.equal(refund?.reason, reason)
    assert.match(refund.why, /^creditor\./)
  }
})

test("an order that can't stand in a file is told with the field", () => {
  const table: [change: Partial<FileOrder>, reason: Reason, why: RegExp][] = [
    [{ amount: 0n }, "limit_exceeded", /^amount: /],
    [{ amount: 10n ** 18n }, "limit_exceeded", /^amount: /],
    // Alone it would fit; as many of it as stand in a file would not.
    [{ amount: 10n ** 14n }, "limit_exceeded", /^amount: /],
    [{ kind: "recharge" }, "other", /^order: /],
    [{ attemptId: "1" }, "other", /^endToEndId: no UUID$/],
    [{ target: { ...target, mandate: undefined } as Target }, "mandate_revoked", /^mandate: none$/],
    [{ target: { ...target, mandate: { ...mandate, id: "M-1" } } }, "mandate_revoked", /no UUID$/],
    [
      { target: { ...target, mandate: { ...mandate, consentedAt: "yesterday" } } },
      "mandate_revoked",
      /^mandate\.consentedAt: no instant$/,
    ],
  ]
  assert.equal(flawOf(settings, bankOrder(1)), null)
  for (const [change, reason, why] of table) {
    const flaw = flawOf(settings, bankOrder(1, change))
    assert.equal(flaw?.reason, reason)
    assert.match(flaw.why, why)
  }
})
