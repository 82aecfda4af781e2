/** What cannot be read or written hurts the one command or row that it belongs to, and no other. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createPayment } from "../../src/core/decide/create-payment.ts"
import { isRefusal } from "../../src/core/index.ts"
import { testCore } from "../support/core.ts"
import { testDatabase } from "../support/database.ts"

test("a value that can't be written fails its own command, and the engine goes on", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment } = await testCore(database)
  const commands = [payment(), payment({ purpose: { wrong: 1n } }), payment()]
  const answers = await Promise.allSettled(
    commands.map((command) => core.engine.submit(createPayment, command)),
  )
  assert.deepEqual(
    answers.map((each) => each.status),
    ["fulfilled", "rejected", "fulfilled"],
  )
  assert.ok(!isRefusal(await core.engine.submit(createPayment, payment())))
})

test("a row that doesn't open fails who needs it, and the engine goes on", async (t) => {
  const { database } = await testDatabase(t)
  const { core, payment } = await testCore(database)
  const once = { key: "key", fingerprint: "print", render: () => ({ status: 200, body: "made" }) }
  const repeat = () => core.engine.submitOnce(createPayment, payment(), once)
  await repeat()
  await database.query("update answers set body_sealed = '\\x00'")
  const create = () => core.engine.submit(createPayment, payment())
  const answers = await Promise.allSettled([create(), repeat(), create()])
  assert.deepEqual(
    answers.map((each) => each.status),
    ["fulfilled", "rejected", "fulfilled"],
  )
  assert.ok(!isRefusal(await create()))
})
