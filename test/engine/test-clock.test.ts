/** A sandbox's time: moved on for all nodes, kept, bounded, written down; live has none. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { hostClock } from "../../src/clock.ts"
import type { Actor } from "../../src/core/audit/entry.ts"
import { isRefusal } from "../../src/core/index.ts"
import { monthOf, monthsLater } from "../../src/core/retention/months.ts"
import { makeTestClock } from "../../src/core/test-clock/test-clock.ts"
import { testDatabase } from "../support/database.ts"

const { database } = await testDatabase({ after })
const by: Actor = { kind: "command", name: "tester", id: null }
const DAY_S = 86_400

function node(mode: "sandbox" | "live" = "sandbox") {
  const clock = hostClock()
  return { clock, time: makeTestClock({ mode, database, clock, movable: clock, by }) }
}

test("a node that moves time has it at once, the others when they look", async () => {
  const [one, other] = [node(), node()]
  assert.equal(await one.time.advance(DAY_S), DAY_S * 1_000)
  assert.equal(one.time.offsetMs(), DAY_S * 1_000)
  assert.equal(other.time.offsetMs(), 0)
  await other.time.follow()
  assert.equal(other.time.offsetMs(), DAY_S * 1_000)
  const apartMs = one.clock.now().getTime() - other.clock.now().getTime()
  assert.ok(Math.abs(apartMs) < 1_000)
  assert.equal(one.clock.offsetMs(), 0, "health judges this one, and it is right")
})

test("steps of several nodes at once add up", async () => {
  const nodes = Array.from({ length: 4 }, () => node())
  const before = await reached()
  await Promise.all(nodes.map(({ time }) => time.advance(60)))
  assert.equal(await reached(), before + 4 * 60_000)
})

async function reached(): Promise<number> {
  const { time } = node()
  await time.follow()
  return time.offsetMs()
}

test("the months of the new time are there before its first row", async () => {
  const { clock, time } = node()
  await time.follow()
  await time.advance(100 * DAY_S)
  const month = monthOf(clock.now())
  for (const later of [0, 1, 2]) {
    const name = `events_${monthsLater(month, later).replace("-", "_")}`
    const { rows } = await database.query("select 1 from pg_class where relname = $1", [name])
    assert.equal(rows.length, 1, name)
  }
})

test("time that is no step, or too far ahead, or live, stays where it is", async () => {
  const { time } = node()
  for (const seconds of [0, -1, 1.5, 366 * DAY_S + 1, Number.NaN]) {
    await assert.rejects(() => time.advance(seconds), RangeError, `${seconds}`)
  }
  const live = await node("live").time.advance(1)
  assert.ok(isRefusal(live))
  const almostMs = 3_652 * DAY_S * 1_000
  await database.query("update test_clock set ahead_ms = $1", [BigInt(almostMs)])
  assert.ok(isRefusal(await time.advance(DAY_S + 1)), "ten years are the end of it")
  assert.equal(await reached(), almostMs)
})

test("who moved it is written down", async () => {
  const { rows } = await database.query<{ content: string }>(
    "select content from audit_log order by position limit 1",
  )
  const { action, change, by: who } = JSON.parse(rows[0]!.content)
  assert.deepEqual([action, who.name], ["clock.advance", "tester"])
  assert.deepEqual(change, { aheadMs: { old: 0, new: DAY_S * 1_000 } })
})
