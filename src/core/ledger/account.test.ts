/** The accounts: which there are, that their ids never change, and which may fall below zero. */
import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import {
  type AccountKey,
  accountId,
  accountsBeside,
  floorOf,
  merchantAccount,
  railAccount,
} from "./account.ts"

const available = merchantAccount("gateway", "m", "available", "COP")
const outside = railAccount("self", "evm", "outside", "usdc")

test("an account says whose it is", () => {
  assert.deepEqual(available, {
    custodian: "gateway",
    merchantId: "m",
    rail: null,
    kind: "available",
    asset: "COP",
  })
  assert.deepEqual(outside, {
    custodian: "self",
    merchantId: null,
    rail: "evm",
    kind: "outside",
    asset: "usdc",
  })
})

test("an account's id is what it was in every version: databases are full of them", () => {
  const names: readonly (readonly [AccountKey, string])[] = [
    [available, "gateway|m||available|COP"],
    [outside, "self||evm|outside|usdc"],
  ]
  for (const [key, name] of names) {
    const hex = createHash("sha256").update(name).digest("hex")
    const parts = [
      [0, 8],
      [8, 12],
      [13, 16],
      [17, 20],
      [20, 32],
    ].map(([from, to]) => hex.slice(from, to))
    const [a, b, c, d, e] = parts
    const id = `${a}-${b}-8${c}-a${d}-${e}`
    // Asked for twice, for the second time it is remembered.
    assert.deepEqual([accountId(key), accountId(key)], [id, id])
  }
  assert.equal(accountId(available), "3bd57478-b5e1-819a-a459-bc26294e5be3")
})

test("more ids than are remembered are right all the same", () => {
  const id = accountId(available)
  for (let at = 0; at <= 50_000; at += 1) accountId({ ...available, asset: `a${at}` })
  assert.equal(accountId(available), id)
})

test("beside an account are the others of its owner, in its asset", () => {
  const kinds = (key: AccountKey) => accountsBeside(key).map((each) => each.kind)
  assert.deepEqual(kinds(available), ["available", "held", "unapplied", "fees", "owed"])
  assert.deepEqual(kinds(outside), ["clearing", "outside"])
  assert.deepEqual(accountsBeside(outside)[1], outside)
})

test("what a merchant owes and what lies with rails may fall below zero, and nothing else", () => {
  const floors = [...accountsBeside(available), ...accountsBeside(outside)].map(({ kind }) => [
    kind,
    floorOf(kind),
  ])
  assert.deepEqual(Object.fromEntries(floors), {
    available: 0n,
    held: 0n,
    unapplied: 0n,
    fees: 0n,
    owed: null,
    clearing: null,
    outside: null,
  })
})
