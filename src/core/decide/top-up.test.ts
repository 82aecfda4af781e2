/** Money that a merchant paid in is booked once per reference, and what is owed is paid of it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { check, type Row } from "../../../test/support/decided.ts"
import { BEFORE, hours, NOW } from "../../../test/support/rows.ts"
import { Draft, transferKey } from "../draft.ts"
import { accountId, merchantAccount } from "../ledger/account.ts"
import { readTopUpReference, TOP_UP_MAX, type TopUp, topUp } from "./top-up.ts"

function fill(over: Partial<TopUp> = {}): TopUp {
  return { merchantId: "m", asset: "COP", amount: 1_000n, reference: "bank-1", ...over }
}

const by = { kind: "operator-key", name: "ops", id: "k" } as const
const booked = {
  id: "t",
  debitId: "operator",
  creditId: accountId(merchantAccount("gateway", "m", "available", "COP")),
  amount: 1_000n,
  kind: "top-up",
  merchantId: "m",
  paymentId: null,
  reference: "bank-1",
  createdAt: BEFORE,
}
const balances = { "m available COP": 70n }
const tally = { key: "low|m|COP", count: 1, expiresAt: hours(1) }

const CASES: Readonly<Record<string, Row<TopUp>>> = {
  "money comes in": [
    { balances },
    fill(),
    `
      answered balance: 1070, repeated: false
      moved 1000 from operator outside COP to m available COP: top-up (m bank-1)
      transfer m|bank-1 is id1`,
  ],
  "money comes in by somebody's word": [
    { balances, tallies: [tally] },
    fill({ by }),
    `
      answered balance: 1070, repeated: false
      tally low|m|COP: count 1 → 0
      moved 1000 from operator outside COP to m available COP: top-up (m bank-1)
      transfer m|bank-1 is id1
      audit {"action":"wallet.top-up","at":"2026-01-05T14:00:00.000Z","by":{"id":"k","kind":"operator-key","name":"ops"},"change":{"COP":{"new":"1000","old":null}},"merchantId":"m","outcome":"done","subject":"id1"}`,
  ],
  "a part of it pays what is owed": [
    { balances: { ...balances, "m owed COP": -300n } },
    fill(),
    `
      answered balance: 770, repeated: false
      moved 1000 from operator outside COP to m available COP: top-up (m bank-1)
      moved 300 from m available COP to m owed COP: owed.paid (m)
      transfer m|bank-1 is id1`,
  ],
  "all that is there pays what is owed": [
    { balances: { ...balances, "m owed COP": -3_000n } },
    fill(),
    `
      answered balance: 0, repeated: false
      moved 1000 from operator outside COP to m available COP: top-up (m bank-1)
      moved 1070 from m available COP to m owed COP: owed.paid (m)
      transfer m|bank-1 is id1`,
  ],
  "the smallest debt is paid": [
    { balances: { ...balances, "m owed COP": -1n } },
    fill(),
    `
      answered balance: 1069, repeated: false
      moved 1000 from operator outside COP to m available COP: top-up (m bank-1)
      moved 1 from m available COP to m owed COP: owed.paid (m)
      transfer m|bank-1 is id1`,
  ],
  "it came before, and is told again": [
    { balances, transfers: [booked] },
    fill(),
    `
      answered balance: 70, repeated: true`,
  ],
  "it came before, and is told again by somebody": [
    { balances, transfers: [booked] },
    fill({ by }),
    `
      answered balance: 70, repeated: true
      audit {"action":"wallet.top-up","at":"2026-01-05T14:00:00.000Z","by":{"id":"k","kind":"operator-key","name":"ops"},"change":{},"merchantId":"m","outcome":"unchanged","subject":"t"}`,
  ],
  "another amount came under that name": [
    { balances, transfers: [booked] },
    fill({ amount: 999n }),
    `
      refused reference_conflict: this reference was booked with another amount or currency`,
  ],
  "another currency came under that name": [
    { balances, transfers: [booked] },
    fill({ asset: "USD" }),
    `
      refused reference_conflict: this reference was booked with another amount or currency`,
  ],
  "nothing came": [
    {},
    fill({ amount: 0n }),
    `
      refused amount_out_of_range: a top-up is 1 to 1000000000000000 minor units`,
  ],
  "one came": [
    { balances },
    fill({ amount: 1n }),
    `
      answered balance: 71, repeated: false
      moved 1 from operator outside COP to m available COP: top-up (m bank-1)
      transfer m|bank-1 is id1`,
  ],
  "as much came as may": [
    { balances },
    fill({ amount: TOP_UP_MAX }),
    `
      answered balance: 1000000000000070, repeated: false
      moved 1000000000000000 from operator outside COP to m available COP: top-up (m bank-1)
      transfer m|bank-1 is id1`,
  ],
  "more came than may": [
    {},
    fill({ amount: TOP_UP_MAX + 1n }),
    `
      refused amount_out_of_range: a top-up is 1 to 1000000000000000 minor units`,
  ],
}

for (const [name, row] of Object.entries(CASES)) test(name, () => check(topUp, row))

test("what an operator calls money is read, or the rule is told that it breaks", () => {
  const table: readonly (readonly [text: string, read: ReturnType<typeof readTopUpReference>])[] = [
    ["Bank 1", { reference: "Bank 1" }],
    ["a\u2013b\u2212c\u2010d", { reference: "a-b-c-d" }],
    ["\uff21\ufb01", { reference: "Afi" }],
    ["x".repeat(128), { reference: "x".repeat(128) }],
    ["x".repeat(129), { rule: "must have at most 128 characters" }],
    ["\ufb01".repeat(65), { rule: "must have at most 128 characters" }],
    ["", { rule: "must not be empty" }],
    ["a\u0000", { rule: "must have printable characters only" }],
    ["a\u200bb", { rule: "must have printable characters only" }],
    ["a\u3164b", { rule: "must have printable characters only" }],
    ["a\u2800b", { rule: "must have printable characters only" }],
    ["a\u00a0b", { rule: "must have no blanks but plain ones" }],
    [" a", { rule: "must not begin or end with a blank" }],
    ["a ", { rule: "must not begin or end with a blank" }],
  ]
  for (const [text, read] of table) assert.deepEqual(readTopUpReference(text), read, text)
})

test("the largest top-up is what JSON can hold as a number", () => {
  assert.equal(TOP_UP_MAX, 1_000_000_000_000_000n)
})

test("two top-ups of one batch are two transfers, each under its own name", () => {
  let ids = 0
  const draft = new Draft(NOW, () => `id${++ids}`)
  const commands = [fill(), fill({ reference: "bank-2" })]
  for (const command of commands) {
    const { accounts = [], tallies = [] } = topUp.needs(command)
    for (const key of accounts) draft.accounts.load(accountId(key), null)
    for (const key of tallies) draft.tallies.load(key, null)
    draft.transferReferences.load(transferKey(command), null)
  }
  assert.deepEqual(
    commands.map((command) => topUp.decide(draft, command)),
    [
      { balance: 1_000n, repeated: false },
      { balance: 2_000n, repeated: false },
    ],
  )
  const booked = [...draft.transferReferences.inserted].map(([key, row]) => [key, row.reference])
  assert.deepEqual(booked, [
    ["m|bank-1", "bank-1"],
    ["m|bank-2", "bank-2"],
  ])
})
