/** A commit whose answer was lost, and a database that stays away: what became of it is unknown. */
import assert from "node:assert/strict"
import { test } from "node:test"
import type { Clock } from "../clock.ts"
import { openDatabase } from "../db/database.ts"
import { OutcomeUnknown, wasCommitted } from "./fate.ts"

test("it is asked for half a minute, and then said to be unknown, with its cause", async () => {
  // Nobody listens there. Each look at the clock is fifteen seconds after the one before.
  const database = openDatabase({ url: "postgres://nobody@127.0.0.1:1/nothing" })
  let looks = 0
  const clock: Clock = { now: () => new Date(0), elapsedMs: () => 15_000 * looks++ }
  const asked = wasCommitted({ clock, database }, "00000000-0000-4000-8000-000000000001")
  await assert.rejects(asked, (error: unknown) => {
    assert.ok(error instanceof OutcomeUnknown)
    assert.equal(error.name, "OutcomeUnknown")
    assert.ok(error.cause instanceof Error)
    return true
  })
  assert.equal(looks, 4)
  await database.close()
})
