/** Nodes that fail in every way: who is asked instead, who rests how long, and what health says. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { testClock } from "../../../src/clock.ts"
import { ALICE, stage, TOKEN } from "../../../test/support/reader.ts"
import { type Fault, makeWorld, type Rpc, startRpc } from "../../../test/support/rpc.ts"
import type { Chain } from "./chain.ts"
import { openNodes } from "./nodes.ts"
import { NodeFailure } from "./rpc.ts"

const refused = (code: number, message: string): Fault => ({ kind: "error", code, message })

const FAULTS: readonly [fault: Fault, sentence: RegExp][] = [
  [{ kind: "status", status: 429 }, /has a rate limit/],
  [{ kind: "status", status: 503, retryAfter: "2" }, /asks to wait \(HTTP 503\)/],
  [{ kind: "status", status: 502 }, /answers HTTP 502/],
  [{ kind: "status", status: 401 }, /answers HTTP 401/],
  [{ kind: "silent" }, /does not answer in time/],
  [{ kind: "html" }, /answers something that isn't JSON-RPC/],
  [{ kind: "half" }, /answers something that isn't JSON-RPC/],
  [{ kind: "huge", bytes: 300_000 }, /answers more than is read of one block/],
  [refused(-32005, "daily request count exceeded, request rate limited"), /has a rate limit/],
  [refused(-32016, "over"), /has a rate limit/],
  [refused(-32029, "over"), /has a rate limit/],
  [refused(-32000, "too many requests, see https://x.test/secret-key"), /has a rate limit/],
  [refused(-32000, "limit exceeded"), /has a rate limit/],
  [refused(-32601, "the method eth_getLogs secret-key"), /with error -32601/],
  [{ kind: "answer", value: 7 }, /something else than a list/],
  [{ kind: "answer", value: null }, /shows block 1 and not its logs/],
]

test("whatever a node fails in, another is asked; alone, it is caught up with later", async (t) => {
  for (const [fault, sentence] of FAULTS) {
    for (const nodes of [1, 2]) {
      const { clock, reader, rpcs, watch, world } = await stage(t, {
        nodes,
        limits: { timeoutMs: 100, answerBytes: 200_000 },
      })
      await reader.read()
      world.mine({ token: TOKEN, to: ALICE, amount: 5n })
      rpcs[0]!.fault("eth_getLogs", fault)
      const name = `${JSON.stringify(fault)}, ${nodes} nodes`
      if (nodes === 1) await assert.rejects(reader.read(), NodeFailure, name)
      else await reader.read()
      assert.equal(reader.rows.size, nodes - 1, name)
      const { detail, ok } = watch.health()
      assert.match(detail, sentence, name)
      assert.doesNotMatch(detail, /secret|token|hidden|v3/, name)
      assert.equal(ok, nodes === 2, name)
      rpcs[0]!.heal()
      clock.advance(600_000)
      await reader.readAll()
      assert.equal(reader.rows.size, 1, name)
      assert.equal(watch.health().ok, true, name)
    }
  }
})

test("a node that nobody listens at can't be reached", async (t) => {
  const { reader, rpcs, watch } = await stage(t)
  await rpcs[0]!.close()
  await assert.rejects(reader.read(), /node 1 \(127\.0\.0\.1\) can't be reached \(ECONNREFUSED\)/)
  assert.equal(watch.health().ok, false)
  // Closed once already.
  rpcs[0]!.close = async () => undefined
})

test("a node that sends us elsewhere isn't followed: the key is for it alone", async (t) => {
  const { ask, rpc } = await lines(t)
  const elsewhere = await startRpc(makeWorld())
  t.after(() => elsewhere.close())
  rpc.fault("*", { kind: "status", status: 307, location: elsewhere.url })
  await ask()
  assert.equal(elsewhere.requests(), 0)
})

type Line = { readonly rpc: Rpc; readonly other: Rpc; readonly clock: ReturnType<typeof testClock> }

async function lines(t: {
  after(work: () => Promise<void>): void
}): Promise<Line & { ask(): Promise<string>; asked(): number }> {
  const world = makeWorld()
  const [rpc, other] = [await startRpc(world), await startRpc(world)]
  t.after(() => rpc.close())
  t.after(() => other.close())
  const clock = testClock()
  const nodes = openNodes(chainOf([rpc.url, other.url]), clock)
  const asked = () => rpc.asked.get("eth_call") ?? 0
  return { rpc, other, clock, ask: () => nodes.call(TOKEN, "0x313ce567"), asked }
}

function chainOf(urls: readonly string[], chainId = 1_337): Chain {
  return {
    name: "Test chain",
    chainId,
    nodes: urls.map((url) => ({ url, trusted: false })),
    finality: { kind: "confirmations", blocks: 3 },
    blockMs: 1_000,
    logRange: 100,
    tokens: [],
    native: null,
    explorer: null,
    isLive: true,
  }
}

test("a failing node rests for a second, then twice as long each time, to a minute", async (t) => {
  const { ask, asked, clock, rpc } = await lines(t)
  rpc.fault("eth_call", { kind: "status", status: 429 })
  for (const restMs of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    const before = asked()
    await ask()
    assert.equal(asked(), before + 1)
    clock.advance(restMs - 1)
    await ask()
    assert.equal(asked(), before + 1, `${restMs}`)
    clock.advance(1)
  }
  // After a quiet minute it begins anew.
  rpc.heal()
  clock.advance(60_001)
  await ask()
  rpc.fault("eth_call", { kind: "status", status: 429 }, 1)
  await ask()
  clock.advance(1_000)
  const before = asked()
  await ask()
  assert.equal(asked(), before + 1)
})

test("a node that says how long to stay away is left alone for so long", async (t) => {
  const table: [retryAfter: string, restMs: number][] = [
    ["30", 30_000],
    ["Mon, 05 Jan 2026 14:01:30 GMT", 90_000],
    ["99999999", 600_000],
    ["soon", 1_000],
    ["0", 1_000],
  ]
  for (const [retryAfter, restMs] of table) {
    const { ask, asked, clock, rpc } = await lines(t)
    rpc.fault("eth_call", { kind: "status", status: 429, retryAfter }, 1)
    await ask()
    clock.advance(restMs - 1)
    await ask()
    assert.equal(asked(), 1, retryAfter)
    clock.advance(1)
    await ask()
    assert.equal(asked(), 2, retryAfter)
  }
})

test("a node of another chain is never asked for anything else, and health says so", async (t) => {
  const world = makeWorld()
  const [wrong, right] = [await startRpc(world, { chainId: 56 }), await startRpc(world)]
  t.after(() => Promise.all([wrong.close(), right.close()]))
  const clock = testClock()
  const nodes = openNodes(chainOf([wrong.url, right.url]), clock)
  await nodes.call(TOKEN, "0x313ce567")
  assert.deepEqual([...wrong.asked.keys()], ["eth_chainId"])
  const [first, second] = nodes.health()
  assert.equal(first!.state, "wrong_chain")
  assert.equal(first!.sentence, "node 1 (127.0.0.1) is on eip155:56 and not on eip155:1337")
  assert.equal(second!.state, "ok")
  // It is looked at again, in case somebody mended it.
  wrong.fault("eth_chainId", { kind: "answer", value: "0x539" })
  clock.advance(60_000)
  await nodes.call(TOKEN, "0x313ce567")
  assert.equal(nodes.health()[0]!.state, "ok")
})

test("a node's chain is asked for after a lost connection, and every few minutes", async (t) => {
  const { ask, clock, rpc } = await lines(t)
  const ids = () => rpc.asked.get("eth_chainId")
  await ask()
  await ask()
  assert.equal(ids(), 1)
  clock.advance(300_000)
  await ask()
  assert.equal(ids(), 2)
  rpc.fault("eth_call", { kind: "status", status: 502 }, 1)
  await ask()
  clock.advance(1_000)
  await ask()
  assert.equal(ids(), 3)
  rpc.fault("eth_call", { kind: "status", status: 429 }, 1)
  await ask()
  clock.advance(2_000)
  await ask()
  assert.equal(ids(), 3)
})

test("a batch that a node refuses is split until it is taken, and stays so", async (t) => {
  for (const batchMax of [1, 3, 20]) {
    const world = makeWorld()
    world.grow(200)
    const rpc = await startRpc(world)
    t.after(() => rpc.close())
    rpc.batchMax = batchMax
    const clock = testClock()
    const [node] = openNodes(chainOf([rpc.url]), clock).until(clock.elapsedMs() + 10_000)
    const calls = Array.from({ length: 120 }, (_, at) => ({
      method: "eth_getBlockByNumber",
      params: [`0x${at.toString(16)}`, false],
    }))
    const values = await node!.values(calls)
    const numbers = values.map((value) => Number((value as { number: string }).number))
    assert.deepEqual(
      numbers,
      calls.map((_, at) => at),
    )
    const before = rpc.requests()
    await node!.values(calls.slice(0, 30))
    assert.ok(rpc.requests() - before <= Math.ceil(30 / Math.max(1, batchMax / 2)), `${batchMax}`)
  }
})

test("an answer to a batch that lacks a part is asked for again in smaller ones", async (t) => {
  const world = makeWorld()
  const rpc = await startRpc(world)
  t.after(() => rpc.close())
  const clock = testClock()
  const [node] = openNodes(chainOf([rpc.url]), clock).until(clock.elapsedMs() + 10_000)
  const calls = ["latest", "0x0", "latest"].map((block) => ({
    method: "eth_getBlockByNumber",
    params: [block, false],
  }))
  await node!.values(calls.slice(0, 1))
  rpc.dropLast = 1
  assert.equal((await node!.values(calls)).length, 3)
})

test("a rate limit makes the batches smaller, until a good while has passed", async (t) => {
  const { clock, rpc } = await lines(t)
  const nodes = openNodes(chainOf([rpc.url]), clock)
  const ask = async () => {
    const before = rpc.requests()
    const [node] = nodes.until(clock.elapsedMs() + 10_000)
    await node!.values(
      Array.from({ length: 50 }, () => ({
        method: "eth_getBlockByNumber",
        params: ["latest", false],
      })),
    )
    return rpc.requests() - before
  }
  assert.equal(await ask(), 2)
  rpc.fault("eth_getBlockByNumber", refused(-32005, "too many requests"), 1)
  await assert.rejects(ask(), /has a rate limit/)
  clock.advance(1_000)
  assert.equal(await ask(), 2)
  for (let at = 0; at < 20; at += 1) await ask()
  assert.equal(await ask(), 1)
})

test("a contract that refuses a call is the caller's trouble and no node's", async (t) => {
  const { ask, rpc, other } = await lines(t)
  rpc.fault("eth_call", { kind: "error", code: 3, message: "execution reverted" }, 1)
  await assert.rejects(ask(), /refuses the call/)
  await ask()
  assert.deepEqual([rpc.asked.get("eth_call"), other.requests()], [2, 0])
})

test("when the time of a read is over nothing is asked, and no node is blamed", async (t) => {
  const { clock, rpc } = await lines(t)
  const nodes = openNodes(chainOf([rpc.url]), clock)
  const [node] = nodes.until(clock.elapsedMs())
  const before = rpc.requests()
  const failure = await node!.ask([{ method: "eth_chainId", params: [] }]).catch((error) => error)
  assert.equal((failure as NodeFailure).kind, "late")
  assert.equal(rpc.requests(), before)
  assert.equal(nodes.health()[0]!.state, "ok")
})

test("a user and password in an address travel as a header", async (t) => {
  const world = makeWorld()
  const rpc = await startRpc(world)
  t.after(() => rpc.close())
  const url = rpc.url.replace("http://", "http://user:p%40ss@")
  const clock = testClock()
  const nodes = openNodes(chainOf([url]), clock)
  await nodes.call(TOKEN, "0x313ce567")
  assert.equal(rpc.authorization, `Basic ${Buffer.from("user:p@ss").toString("base64")}`)
  assert.equal(nodes.health()[0]!.name, "node 1 (127.0.0.1)")
})
