/** The draft: what it says it lacks, what it takes back, and the moves of money that it refuses. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { BEFORE, NOW, payment } from "../../test/support/rows.ts"
import {
  Draft,
  Missing,
  type Needs,
  referenceKey,
  sightingKey,
  termsKey,
  transferKey,
} from "./draft.ts"
import {
  type AccountKey,
  accountId,
  accountsBeside,
  floorOf,
  merchantAccount,
  railAccount,
} from "./ledger/account.ts"
import { Bug } from "./refusal.ts"

function emptyDraft(): Draft {
  let ids = 0
  return new Draft(NOW, () => `id${++ids}`)
}

const available = merchantAccount("gateway", "m", "available", "COP")
const held = merchantAccount("gateway", "m", "held", "COP")
const outside = railAccount("gateway", "bank", "outside", "COP")

function draftWith(balances: readonly (readonly [AccountKey, bigint])[]): Draft {
  const draft = emptyDraft()
  for (const key of [available, held, outside]) draft.accounts.load(accountId(key), null)
  for (const [key, balance] of balances) {
    const id = accountId(key)
    draft.accounts.load(id, { ...key, id, balance, floor: floorOf(key.kind), createdAt: BEFORE })
  }
  return draft
}

test("what nobody asked for stops the fold, and says what to load", () => {
  // A merchant's own id may have the sign in it that keeps the parts of a key apart.
  const reference = { merchantId: "m", dialect: "caudal", reference: "a|b|" } as const
  const sighting = { rail: "bank", place: "f|1" }
  const transfer = { merchantId: "m", reference: "t|1" }
  const table: readonly (readonly [reach: (draft: Draft) => unknown, needs: Needs])[] = [
    [(draft) => draft.merchants.get("m"), { merchants: ["m"] }],
    [(draft) => draft.terms.get(termsKey("m", "caudal")), { merchants: ["m"] }],
    [(draft) => draft.endpoints.get("m"), { merchants: ["m"] }],
    [(draft) => draft.payments.get("p"), { payments: ["p"] }],
    [(draft) => draft.references.get(referenceKey(reference)), { references: [reference] }],
    [(draft) => draft.attempts.get("a"), { attemptsOf: ["a"] }],
    [(draft) => draft.attemptIds.get("p"), { attemptsOf: ["p"] }],
    [(draft) => draft.refunds.get("p"), { refundsOf: ["p"] }],
    [(draft) => draft.customers.get("c"), { customers: ["c"] }],
    [(draft) => draft.instruments.get("i"), { instruments: ["i"] }],
    [(draft) => draft.sightings.get(sightingKey(sighting)), { sightings: [sighting] }],
    [(draft) => draft.frozenOf.get("a"), { frozenOf: ["a"] }],
    [(draft) => draft.transferReferences.get(transferKey(transfer)), { transfers: [transfer] }],
    [(draft) => draft.answers.get("k"), { answers: ["k"] }],
    [(draft) => draft.tallies.get("k"), { tallies: ["k"] }],
    [(draft) => draft.xpubs.get("x"), { xpubs: ["x"] }],
    [(draft) => draft.account(held), { accounts: accountsBeside(held) }],
    [(draft) => draft.account(outside), { accounts: accountsBeside(outside) }],
    // Rows that nobody loads by a key of theirs.
    [(draft) => draft.events.get("p|1"), {}],
    [(draft) => draft.deliveries.get("d"), {}],
    [(draft) => draft.transfers.get("t"), {}],
    [(draft) => draft.addresses.get("0x"), {}],
    [(draft) => draft.audits.get("e"), {}],
  ]
  for (const [reach, needs] of table) {
    assert.throws(
      () => reach(emptyDraft()),
      (error: unknown) => {
        assert.ok(error instanceof Missing)
        assert.deepEqual(error.needs, needs)
        return true
      },
    )
  }
})

test("what was written since a mark is taken back, and nothing else", () => {
  const draft = emptyDraft()
  draft.payments.load("p", payment())
  draft.payments.put("p", payment({ version: 6 }))
  draft.payments.insert("q", payment({ id: "q" }))
  const mark = draft.mark()
  draft.payments.put("p", payment({ version: 7 }))
  draft.payments.put("q", payment({ id: "q", version: 8 }))
  draft.payments.insert("r", payment({ id: "r" }))
  draft.undoTo(mark)
  assert.deepEqual(
    [...draft.payments.updated.values(), ...draft.payments.inserted.values()].map(
      ({ id, version }) => [id, version],
    ),
    [
      ["p", 6],
      ["q", 5],
    ],
  )
  draft.undoTo(0)
  assert.deepEqual(draft.payments.get("p"), payment())
  assert.equal(draft.payments.updated.size + draft.payments.inserted.size, 0)
})

test("a row is inserted once", () => {
  const draft = emptyDraft()
  draft.payments.insert("p", payment())
  assert.throws(() => draft.payments.insert("p", payment()), Bug)
})

test("what leaves one account enters another", () => {
  const draft = draftWith([[available, 100n]])
  draft.move(available, held, 60n, { kind: "a", payment: payment() })
  draft.move(held, outside, 20n, { kind: "b", merchantId: "m", reference: "r" })
  draft.move(held, outside, 0n, { kind: "nothing" })
  const balances = [available, held, outside].map((key) => draft.account(key).balance)
  assert.deepEqual(balances, [40n, 40n, 20n])
  assert.deepEqual(
    [...draft.transfers.inserted.values()].map((row) => [row.kind, row.paymentId, row.reference]),
    [
      ["a", "p", null],
      ["b", null, "r"],
    ],
  )
  assert.deepEqual([draft.accounts.updated.size, draft.accounts.inserted.size], [1, 2])
})

test("money goes down to a floor and not below it, and never from one asset into another", () => {
  const draft = draftWith([[available, 100n]])
  const dollars = { ...held, asset: "USD" }
  const about = { kind: "x" }
  assert.throws(() => draft.move(available, held, 101n, about), /below its floor/)
  assert.throws(() => draft.move(available, held, -1n, about), /a transfer of -1/)
  assert.throws(() => draft.move(available, dollars, 1n, about), /from COP to USD/)
  draft.move(available, held, 100n, about)
  draft.move(outside, held, 1n, about)
  assert.deepEqual(
    [available, outside].map((key) => draft.account(key).balance),
    [0n, -1n],
  )
})
