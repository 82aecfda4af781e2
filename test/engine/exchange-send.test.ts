/** Orders that leave in files: which, when, in which file and group, and which not. */
import assert from "node:assert/strict"
import { rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { test } from "node:test"
import { FolderLost, isRefusal } from "../../src/core/index.ts"
import { masterKey, openKeyring } from "../../src/core/seal.ts"
import { claimInstallation, settleCopy } from "../../src/core/store/installation.ts"
import type { Database } from "../../src/db/database.ts"
import { testDatabase } from "../support/database.ts"
import {
  type ExchangeOptions,
  fileOf,
  openStation,
  orderLine,
  testFolder,
} from "../support/exchange.ts"

const HOUR_MS = 3_600_000

async function world(context: Parameters<typeof testDatabase>[0], options: ExchangeOptions = {}) {
  const { database } = await testDatabase(context)
  const folder = await testFolder(context)
  return { database, folder, ...(await openStation(database, folder, options)) }
}

const fileStates = async (database: Database) => {
  const { rows } = await database.query<{ state: string; part: string | null }>(
    "select f.state, f.part is not null as part from bank_files f order by f.id",
  )
  return rows.map(({ state, part }) => `${state} ${part ? "with" : "without"} a part`)
}

test("an order leaves when its time comes, and its payment hears of it", async (context) => {
  const { charges, states, core, clock, folder } = await world(context, { laterMs: HOUR_MS })
  const [charge] = await charges(1)
  await core.pass()
  assert.deepEqual(await folder.orders(), [])
  assert.equal(await states(charge!), "pending waiting")
  clock.advance(HOUR_MS)
  await core.pass()
  assert.deepEqual(await folder.orders(), [charge!.id])
  assert.equal(await states(charge!), "processing unknown")
  const [attempt] = await core.payments.attempts(charge!.paymentId)
  assert.deepEqual([attempt?.begunAt, attempt?.lookAt], [clock.now(), null])
})

test("orders stand in groups by account, asset and day, in small files", async (context) => {
  const slots: Record<string, string> = { COP: "pesos", USD: "dollars" }
  const { charges, core, folder, database } = await world(context, {
    ordersMax: 4,
    slotOf: ({ asset }) => ({ account: slots[asset]!, day: "2026-01-06" }),
  })
  await charges(7, { amount: 11n, description: "a subscription" })
  await charges(2, { asset: "USD" })
  await core.pass()
  const files = await folder.sent()
  for (const { name } of files) assert.match(name, /^debits-20260105-[0-9a-f-]{36}\.xml$/)
  const groups = files.flatMap((file) => file.groups)
  assert.deepEqual(
    groups.map(({ account, count, total }) => `${account} ${count} ${total}`).sort(),
    ["dollars 1 10000n", "dollars 1 10000n", "pesos 3 33n", "pesos 4 44n"],
  )
  const remittances = groups.flatMap(({ orders }) => orders.map(({ remittance }) => remittance))
  assert.deepEqual(remittances.sort(), [
    ...Array(2).fill("Tester"),
    ...Array(7).fill("a subscription"),
  ])
  assert.deepEqual(await fileStates(database), Array(3).fill("told with a part"))
})

test("orders without an account to go over wait, and leave once there is one", async (context) => {
  let slot: ReturnType<NonNullable<ExchangeOptions["slotOf"]>> = "no such account"
  const { charges, core, folder, states } = await world(context, { slotOf: () => slot })
  const [charge] = await charges(1)
  await core.pass()
  assert.equal(await states(charge!), "pending waiting")
  slot = { account: "main", day: "2026-01-06" }
  await core.pass()
  assert.deepEqual(await folder.orders(), [charge!.id])
})

test("what can't be written is declined and left out, and the others leave", async (context) => {
  const bad = new Set<string>()
  const { charges, core, folder, states, database } = await world(context, {
    flawOf: ({ attemptId }) =>
      bad.has(attemptId) ? { reason: "invalid_account", why: "its account is no number" } : null,
  })
  const [one, flawed, locked, two] = (await charges(4)) as [Charge, Charge, Charge, Charge]
  bad.add(flawed.id)
  // Sealed under a key that nobody has.
  await database.query("update attempts set target_sealed = $2 where id = $1", [
    locked.id,
    Buffer.alloc(64, 1),
  ])
  await core.pass()
  assert.deepEqual((await folder.orders()).sort(), [one.id, two.id].sort())
  assert.equal(await states(flawed), "declined declined")
  assert.equal(await states(locked), "declined declined")
  assert.equal(await states(two), "processing unknown")
  const [group] = (await folder.sent()).flatMap(({ groups }) => groups)
  assert.deepEqual([group?.count, group?.total], [2, "20000n"])
  const attempt = (await core.payments.attempts(flawed.paymentId))[0]
  assert.equal(attempt?.reason, "invalid_account")
  const { rows } = await database.query<{ flaw: string }>(
    "select o.flaw from bank_orders o where o.flaw is not null order by o.flaw",
  )
  assert.deepEqual(
    rows.map(({ flaw }) => flaw),
    ["its account is no number", "what is stored of its account can't be opened"],
  )
  assert.deepEqual(await core.books.verify(), [])
})

type Charge = { readonly id: string; readonly paymentId: string }

test("a file of which nothing is left is never written", async (context) => {
  const { charges, core, folder, states, database, faults } = await world(context, {
    flawOf: () => ({ reason: "invalid_account", why: "none is good" }),
  })
  const [charge] = await charges(2)
  await core.pass()
  await core.pass()
  assert.deepEqual([await folder.names("out"), await folder.names("work")], [[], []])
  assert.equal(await states(charge!), "declined declined")
  assert.deepEqual(await fileStates(database), ["told without a part"])
  assert.deepEqual(faults, [])
})

test("an order whose consent was taken back while it waited never leaves", async (context) => {
  const { charges, core, folder, states, clock, merchantId } = await world(context, {
    laterMs: HOUR_MS,
  })
  const [revoked] = await charges(1)
  const [kept] = await charges(1)
  const payment = (await core.payments.find(merchantId, revoked!.paymentId))!
  await core.instruments.revoke(merchantId, payment.instrumentId!, "payer")
  await core.pass()
  assert.equal(await states(revoked!), "pending waiting", "its time has not come")
  clock.advance(HOUR_MS)
  await core.pass()
  assert.deepEqual(await folder.orders(), [kept!.id])
  assert.equal(await states(revoked!), "declined declined")
  const [attempt] = await core.payments.attempts(revoked!.paymentId)
  assert.equal(attempt?.reason, "mandate_revoked")
})

test("what was cancelled or ran out of time doesn't leave", async (context) => {
  const { charges, core, folder, clock, merchantId } = await world(context, { laterMs: HOUR_MS })
  const [cancelled] = await charges(1)
  await charges(1, { expiresAt: new Date(clock.now().getTime() + HOUR_MS) })
  const how = { kind: "cancel", by: "merchant" } as const
  const ended = await core.pay.end({ paymentId: cancelled!.paymentId, merchantId, how })
  assert.ok(!isRefusal(ended))
  clock.advance(HOUR_MS)
  await core.pass()
  assert.deepEqual(await folder.orders(), [])
})

test("a refund leaves in a file of credits, though the consent ended", async (context) => {
  const { charges, core, folder, states, merchantId } = await world(context)
  const [charge] = (await charges(1)) as [Charge]
  await core.pass()
  await folder.deliver("a", fileOf(orderLine(charge.id, "credit")))
  await core.pass()
  const payment = (await core.payments.find(merchantId, charge.paymentId))!
  const refunded = await core.pay.refund(payment, null, null)
  assert.ok("refund" in refunded)
  await core.instruments.revoke(merchantId, payment.instrumentId!, "payer")
  await core.pass()
  const refund = { id: refunded.attempt.id, paymentId: charge.paymentId }
  assert.deepEqual(
    (await folder.sent()).map(({ kind }) => kind),
    ["credits", "debits"],
  )
  assert.equal(await states(refund), "approved unknown")
  const [sent] = await core.payments.refunds(charge.paymentId)
  assert.equal(sent?.state, "sent")
  await folder.deliver("b", fileOf(orderLine(refund.id, "debit")))
  await core.pass()
  assert.equal(await states(refund), "approved settled")
  await folder.deliver("c", fileOf(orderLine(refund.id, "return")))
  await core.pass()
  assert.equal(await states(refund), "approved returned")
  assert.deepEqual(await core.books.verify(), [])
})

test("in another folder, or none, nothing is sent and nothing is read", async (context) => {
  const { charges, core, folder, states, database, clock } = await world(context)
  await core.pass()
  const [charge] = (await charges(1)) as [Charge]
  await rename(join(folder.path, "mark"), join(folder.path, "away"))
  await folder.deliver("a", fileOf())
  await assert.rejects(core.pass(), FolderLost)
  await writeFile(join(folder.path, "mark"), "another")
  clock.advance(5_000)
  await assert.rejects(core.pass(), FolderLost)
  assert.equal(await states(charge), "pending waiting")
  assert.deepEqual(await folder.names("in"), ["a"])
  assert.deepEqual(await fileStates(database), [])
  await rm(join(folder.path, "mark"))
  await rename(join(folder.path, "away"), join(folder.path, "mark"))
  clock.advance(5_000)
  await core.pass()
  assert.deepEqual(await folder.orders(), [charge.id])
})

test("a copy of the database sends nothing until somebody says so", async (context) => {
  const { charges, core, folder, states, database, clock, ids } = await world(context)
  const keyring = openKeyring(ids, { current: masterKey(Buffer.alloc(32, 7)) })
  await claimInstallation(database, "sandbox", keyring, clock.now())
  await settleCopy(database)
  await core.pass()
  const [charge] = (await charges(1)) as [Charge]
  // What a backup holds names the cluster that it was taken of.
  await database.query("update installation set copy = 'another cluster/1/5'")
  await folder.deliver("a", fileOf())
  await assert.rejects(core.pass(), { name: "FolderLost", message: /restored or failed-over/ })
  assert.equal(await states(charge), "pending waiting")
  assert.deepEqual([await folder.names("in"), await folder.orders()], [["a"], []])
  assert.equal(await core.exchange.adopt("files"), true)
  clock.advance(5_000)
  await core.pass()
  assert.deepEqual(await folder.orders(), [charge.id])
})

test("a folder that another installation marked isn't taken without a word", async (context) => {
  const { charges, core, folder, clock } = await world(context)
  await writeFile(join(folder.path, "mark"), "another")
  const [charge] = (await charges(1)) as [Charge]
  await assert.rejects(core.pass(), { name: "FolderLost", message: /another installation/ })
  assert.deepEqual(await folder.orders(), [])
  assert.equal(await core.exchange.adopt("files"), false)
  clock.advance(5_000)
  await core.pass()
  assert.deepEqual(await folder.orders(), [charge.id])
  // From here on it is this one, and no other.
  await writeFile(join(folder.path, "mark"), "a third")
  clock.advance(5_000)
  await assert.rejects(core.pass(), FolderLost)
})

test("a file whose folder is lost before it is sent doesn't count as sent", async (context) => {
  const { charges, core, folder, states, database, clock, steps } = await world(context)
  const [charge] = (await charges(1)) as [Charge]
  steps.hook = async (name) => {
    if (name !== "after write") return
    await rename(join(folder.path, "mark"), join(folder.path, "away"))
    await rename(join(folder.path, "work"), join(folder.path, "elsewhere"))
  }
  await assert.rejects(core.pass(), FolderLost)
  steps.hook = null
  assert.deepEqual(await fileStates(database), ["ready with a part"])
  await rename(join(folder.path, "elsewhere"), join(folder.path, "work"))
  await rename(join(folder.path, "away"), join(folder.path, "mark"))
  clock.advance(5_000)
  await core.pass()
  assert.deepEqual(await folder.orders(), [charge.id])
  assert.equal(await states(charge), "processing unknown")
})
