/** Tokens that aren't what the configuration says, and addresses that were used before. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, BOB, stage, TOKEN } from "../../../test/support/reader.ts"
import { addressOf, type RpcCall } from "../../../test/support/rpc.ts"
import { usedBefore } from "./contracts.ts"
import { openNodes } from "./nodes.ts"

const word = (value: number) => `0x${value.toString(16).padStart(64, "0")}`

test("a token of other decimals stops the chain, and health names it", async (t) => {
  const table: [answer: unknown, sentence: RegExp][] = [
    [word(18), /TUSD \(0x[0-9a-f]{40}\): 18 decimals and not 6/],
    ["0x", /TUSD \(0x[0-9a-f]{40}\): no such token there/],
  ]
  for (const [answer, sentence] of table) {
    const { reader, rpcs, watch } = await stage(t)
    rpcs[0]!.fault("eth_call", { kind: "answer", value: answer })
    await assert.rejects(reader.read(), sentence)
    await assert.rejects(reader.read(), sentence)
    assert.equal(watch.health().ok, false)
    assert.match(watch.health().detail, /misconfigured/)
    assert.match(watch.health().detail, sentence)
    rpcs[0]!.heal()
    await reader.read()
    assert.equal(watch.health().ok, true)
    rpcs[0]!.asked.clear()
    await reader.read()
    assert.equal(rpcs[0]!.asked.get("eth_call"), undefined)
  }
})

test("a contract that reverts is no token", async (t) => {
  const { reader, rpcs } = await stage(t)
  rpcs[0]!.fault("eth_call", { kind: "error", code: 3, message: "execution reverted" })
  await assert.rejects(reader.read(), /no such token there/)
})

test("one of several nodes isn't believed that a token is another", async (t) => {
  for (const answer of [word(18), "0x"]) {
    const { clock, reader, rpcs, watch } = await stage(t, { nodes: 3 })
    rpcs[0]!.fault("eth_call", { kind: "answer", value: answer })
    await reader.read()
    assert.notEqual(reader.cursor, null)
    assert.match(watch.health().detail, /node 1 \(127\.0\.0\.1\) says of TUSD/)
    clock.advance(61_000)
    await reader.read()
    assert.equal(watch.health().ok, true)
  }
})

test("two nodes that say the same of a token stop the chain, also around a third", async (t) => {
  for (const away of [null, 1]) {
    const { reader, rpcs, watch } = await stage(t, { nodes: 3 })
    for (const rpc of rpcs) rpc.fault("eth_call", { kind: "answer", value: word(18) })
    if (away !== null) rpcs[away]!.fault("*", { kind: "status", status: 502 })
    for (let at = 0; at < 3; at += 1) {
      await assert.rejects(reader.read(), { name: "Misconfigured" })
      assert.match(watch.health().detail, /misconfigured: TUSD .*18 decimals and not 6/)
    }
  }
})

test("while only one node says it of a token, the others are waited for", async (t) => {
  const { clock, reader, rpcs, watch } = await stage(t, { nodes: 2 })
  rpcs[0]!.fault("eth_call", { kind: "answer", value: word(18) })
  rpcs[1]!.fault("*", { kind: "status", status: 502 })
  await assert.rejects(reader.read(), { name: "NodeFailure" })
  assert.match(watch.health().detail, /not read: node 1 .* says of TUSD .*18 decimals and not 6/)
  rpcs[1]!.heal()
  rpcs[1]!.fault("eth_call", { kind: "answer", value: word(8) })
  clock.advance(60_000)
  await assert.rejects(reader.read(), { name: "NodeFailure" })
  rpcs[1]!.heal()
  await reader.read()
  assert.notEqual(reader.cursor, null)
})

test("a trusted node is believed about a token at once", async (t) => {
  const { reader, rpcs } = await stage(t, { nodes: 2, trusted: [true, false] })
  rpcs[0]!.fault("eth_call", { kind: "answer", value: word(18) })
  await assert.rejects(reader.read(), { name: "Misconfigured" })
})

test("an address was used when it has sent, holds coin or holds a token", async (t) => {
  const table: [method: string, value: string, used: boolean][] = [
    ["eth_getTransactionCount", "0x1", true],
    ["eth_getBalance", "0x1", true],
    ["eth_getBalance", `0x${"f".repeat(20)}`, true],
    ["eth_call", word(1), true],
    ["eth_getTransactionCount", "0x0", false],
  ]
  for (const [method, value, used] of table) {
    const { chain, clock, rpcs } = await stage(t)
    const nodes = openNodes(chain, clock)
    const isAlices = ({ params }: RpcCall) =>
      JSON.stringify(params).includes(ALICE.slice(2)) || params[0] === ALICE
    rpcs[0]!.tamper = (call, honest) => (call.method === method && isAlices(call) ? value : honest)
    const many = Array.from({ length: 60 }, (_, at) => addressOf(`${at}`))
    const answers = await usedBefore(chain, nodes, clock, [BOB, ALICE, ...many])
    assert.deepEqual(answers.slice(0, 3), [false, used, false], method)
    assert.equal(answers.length, 62)
  }
})

test("whether an address was used is never guessed", async (t) => {
  const answers = ["0x", null, 7, "0xg"]
  for (const value of answers) {
    for (const method of ["eth_call", "eth_getBalance", "eth_getTransactionCount"]) {
      const { chain, clock, rpcs } = await stage(t, { nodes: 2 })
      for (const rpc of rpcs) rpc.fault(method, { kind: "answer", value })
      await assert.rejects(usedBefore(chain, openNodes(chain, clock), clock, [ALICE]))
    }
  }
  const { chain, clock, rpcs } = await stage(t, { nodes: 2 })
  rpcs[0]!.fault("*", { kind: "status", status: 502 })
  assert.deepEqual(await usedBefore(chain, openNodes(chain, clock), clock, [ALICE]), [false])
  rpcs[1]!.fault("eth_call", { kind: "error", code: -32000, message: `no ${TOKEN}` })
  await assert.rejects(usedBefore(chain, openNodes(chain, clock), clock, [ALICE]))
})
