/** Catching up after an outage: in ranges, in steps, and without a gap. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, stage, TOKEN } from "../../../test/support/reader.ts"
import { hashOf, type Sent, type World } from "../../../test/support/rpc.ts"

const pay = (tx: string): Sent => ({ token: TOKEN, to: ALICE, amount: 5n, tx })

/** Blocks with a transfer in every `step`th; answers the names of the transfers. */
function growPaid(world: World, blocks: number, step: number): string[] {
  const names: string[] = []
  for (let at = 0; at < blocks; at += 1) {
    if (at % step !== 0) world.grow(1)
    else {
      const name = `${world.head().number}`
      world.mine(pay(name))
      names.push(name)
    }
  }
  return names
}

test("after an outage everything is found, in bounded reads, and final at once", async (t) => {
  const { reader, rpcs, watch, world } = await stage(t)
  await reader.read()
  const names = growPaid(world, 2_500, 37)
  const before = rpcs[0]!.asked.get("eth_getLogs") ?? 0
  const first = await reader.read()
  assert.equal(first.more, true)
  assert.equal(first.seen.length, Math.ceil(1_000 / 37))
  assert.ok(first.seen.every(({ final }) => final))
  assert.ok((rpcs[0]!.asked.get("eth_getLogs") ?? 0) - before <= 10)
  assert.equal(watch.health().ok, false)
  assert.match(watch.health().detail, /1500 blocks behind/)
  await reader.readAll()
  assert.deepEqual([...reader.rows.keys()].length, names.length)
  const waiting = [...reader.rows.values()].filter(({ final }) => !final)
  assert.ok(waiting.every(({ block }) => block > world.head().number - 2))
  assert.equal(watch.health().ok, true)
})

test("a range that a node refuses is halved until it doesn't, and grows again", async (t) => {
  for (const rangeMax of [1, 7, 60]) {
    const { reader, rpcs, watch, world } = await stage(t)
    await reader.read()
    const names = growPaid(world, 400, 9)
    rpcs[0]!.rangeMax = rangeMax
    await reader.readAll()
    assert.equal(reader.rows.size, names.length)
    assert.equal(watch.health().ok, true)
    rpcs[0]!.rangeMax = 1_000
    growPaid(world, 3_000, 1_000)
    rpcs[0]!.asked.clear()
    await reader.readAll()
    // At the size that it was refused down to it would be 49 and more.
    if (rangeMax === 60) assert.ok((rpcs[0]!.asked.get("eth_getLogs") ?? 0) < 45 + 64)
  }
})

test("each way of saying that a range is too large is understood", async (t) => {
  const table: [code: number, message: string][] = [
    [-32005, "query returned more than 10000 results"],
    [-32602, "Log response size exceeded. You can make eth_getLogs requests with up to a 2K range"],
    [-32000, "exceed maximum block range: 5000"],
    [-32600, "eth_getLogs is limited to a 10,000 range; block range too large"],
    [-32701, "Please limit your query: too many results"],
    [-32000, "query timeout exceeded"],
  ]
  for (const [code, message] of table) {
    const { reader, rpcs, world } = await stage(t)
    await reader.read()
    const names = growPaid(world, 150, 10)
    rpcs[0]!.fault("eth_getLogs", { kind: "error", code, message }, 1)
    await reader.readAll()
    assert.equal(reader.rows.size, names.length, message)
    assert.deepEqual(watchSays(rpcs[0]!.asked), true, message)
  }
})

/** The node was asked on at once: it never rested. */
const watchSays = (asked: ReadonlyMap<string, number>) => (asked.get("eth_getLogs") ?? 0) > 2

test("an answer that is too large makes the range smaller", async (t) => {
  const { reader, rpcs, world } = await stage(t, { limits: { answerBytes: 20_000 } })
  await reader.read()
  const names = growPaid(world, 300, 2)
  await reader.readAll()
  assert.equal(reader.rows.size, names.length)
  assert.ok((rpcs[0]!.asked.get("eth_getLogs") ?? 0) > 6)
})

test("a node that fails in the middle loses nothing of what was read before", async (t) => {
  const { clock, reader, rpcs, watch, world } = await stage(t)
  await reader.read()
  const names = growPaid(world, 1_500, 11)
  let ranges = 0
  rpcs[0]!.tamper = ({ method }, value) => {
    if (method !== "eth_getLogs") return value
    ranges += 1
    return ranges === 4 ? [{}] : value
  }
  const first = await reader.read()
  assert.equal(first.more, true)
  assert.equal(first.seen.length, Math.ceil(300 / 11))
  await assert.rejects(reader.read(), /node 1 \(127\.0\.0\.1\) rests/)
  assert.match(watch.health().detail, /not read/)
  clock.advance(1_000)
  await reader.readAll()
  assert.equal(reader.rows.size, names.length)
})

test("logs of a block that isn't on the chain are no history", async (t) => {
  const { reader, rpcs, world } = await stage(t)
  await reader.read()
  growPaid(world, 100, 10)
  rpcs[0]!.tamper = ({ method }, value) =>
    method === "eth_getLogs"
      ? (value as object[]).map((log) => ({ ...log, blockHash: hashOf("forged") }))
      : value
  await assert.rejects(reader.read(), /isn't on its chain/)
  assert.equal(reader.rows.size, 0)
})
