/** What is read of the books: the accounts of one owner, and the transfers of one payment. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { testDatabase } from "../../../test/support/database.ts"
import { BEFORE } from "../../../test/support/rows.ts"
import { accountsOf, accountsOfRail, transfersOf } from "./store.ts"

const id = (last: number) => `00000000-0000-4000-8000-${String(last).padStart(12, "0")}`
const [OWN, OTHER, PAYMENT, ANOTHER] = [id(1), id(2), id(3), id(4)]

const { database } = await testDatabase({ after })

// In no order that would be right by chance: accounts 11 to 18, transfers 21 to 23.
for (const text of [
  `insert into merchants (id, name, time_zone, settings, created_at)
select u::uuid, 'shop ' || u, 'UTC', '{}', $1 from unnest(array['${OWN}', '${OTHER}']) u`,
  `insert into payments (id, merchant_id, dialect, kind, amount, asset, state, purpose, deferred,
  version, created_at, updated_at)
select u::uuid, '${OWN}', 'caudal', 'charge', 1, 'COP', 'pending', '{}', false, 1, $1, $1
from unnest(array['${PAYMENT}', '${ANOTHER}']) u`,
  `insert into accounts (id, custodian, merchant_id, rail, kind, asset, balance, floor, created_at)
values ('${id(11)}', 'self', '${OWN}', null, 'available', 'COP', 4, 0, $1),
  ('${id(12)}', 'gateway', '${OWN}', null, 'owed', 'COP', -9, null, $1),
  ('${id(13)}', 'gateway', '${OWN}', null, 'available', 'COP', 5, 0, $1),
  ('${id(14)}', 'gateway', '${OWN}', null, 'available', 'ARS', 0, 0, $1),
  ('${id(15)}', 'gateway', '${OTHER}', null, 'available', 'COP', 0, 0, $1),
  ('${id(16)}', 'gateway', null, 'bank', 'outside', 'COP', 0, null, $1),
  ('${id(17)}', 'gateway', null, 'bank', 'clearing', 'COP', 0, null, $1),
  ('${id(18)}', 'gateway', null, 'chain', 'outside', 'COP', 0, null, $1)`,
  `insert into transfers (id, debit_id, credit_id, amount, kind, merchant_id, payment_id,
  created_at)
values ('${id(22)}', '${id(17)}', '${id(13)}', 7, 'charge.approved', '${OWN}', '${PAYMENT}', $1),
  ('${id(21)}', '${id(16)}', '${id(17)}', 8, 'charge.settled', '${OWN}', '${PAYMENT}', $1),
  ('${id(23)}', '${id(17)}', '${id(13)}', 9, 'charge.approved', '${OWN}', '${ANOTHER}', $1)`,
]) {
  await database.query(text, [BEFORE])
}

test("a merchant's accounts are read by asset, custodian and kind, and nobody else's", async () => {
  const accounts = await accountsOf(database, OWN)
  assert.deepEqual(
    accounts.map((account) => account.id),
    [id(14), id(13), id(12), id(11)],
  )
  assert.deepEqual(accounts[2], {
    id: id(12),
    custodian: "gateway",
    merchantId: OWN,
    rail: null,
    kind: "owed",
    asset: "COP",
    balance: -9n,
    floor: null,
    createdAt: BEFORE,
  })
})

test("a rail's accounts are read by asset, custodian and kind, and no other rail's", async () => {
  const accounts = await accountsOfRail(database, "bank")
  assert.deepEqual(
    accounts.map(({ kind, rail }) => [rail, kind]),
    [
      ["bank", "clearing"],
      ["bank", "outside"],
    ],
  )
})

test("a payment's transfers are read in the order in which they were booked", async () => {
  const transfers = await transfersOf(database, PAYMENT)
  assert.deepEqual(
    transfers.map((transfer) => transfer.id),
    [id(21), id(22)],
  )
  assert.deepEqual(transfers[1], {
    id: id(22),
    debitId: id(17),
    creditId: id(13),
    amount: 7n,
    kind: "charge.approved",
    merchantId: OWN,
    paymentId: PAYMENT,
    reference: null,
    createdAt: BEFORE,
  })
})
