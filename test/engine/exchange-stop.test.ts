/** A node that is told to stop leaves long work with bank files as it is, for the next to go on. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testDatabase } from "../support/database.ts"
import { fileOf, openStation, orderLine, testFolder } from "../support/exchange.ts"

const LINES = 5_000

test("a node that stops leaves a long file half read; the next one reads it", async (context) => {
  const { database } = await testDatabase(context)
  const folder = await testFolder(context)
  const first = await openStation(database, folder)
  const reading = Promise.withResolvers<void>()
  const told = Promise.withResolvers<void>()
  first.steps.hook = async (name) => {
    if (name !== "while reading") return
    reading.resolve()
    await told.promise
  }
  const lines = Array.from({ length: LINES }, () => orderLine(null, "credit"))
  await folder.deliver("long", fileOf(...lines))
  const stop = first.core.start()
  await reading.promise
  const stopped = stop()
  told.resolve()
  await stopped
  const stateOf = async () => {
    const { rows } = await database.query<{ state: string }>("select f.state from bank_files f")
    return rows.map(({ state }) => state)
  }
  assert.deepEqual(await stateOf(), ["reading"])
  assert.deepEqual(first.faults, [])
  await first.drop()
  const next = await openStation(database, folder)
  await next.core.pass()
  assert.deepEqual(await stateOf(), ["done"])
  const { rows } = await database.query<{ count: number }>(
    "select count(*)::int4 as count from bank_lines",
  )
  assert.equal(rows[0]!.count, LINES)
})
