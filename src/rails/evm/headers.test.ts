/** How far a chain is, by nodes that are several servers behind one address. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { ALICE, stage, TOKEN } from "../../../test/support/reader.ts"
import { look } from "./headers.ts"
import { openNodes } from "./nodes.ts"

test("a final block a little ahead of the newest one is final up to that one", async (t) => {
  const table: [ahead: number, isRead: boolean][] = [
    [0, true],
    [1, true],
    [16, true],
    [17, false],
  ]
  for (const [ahead, isRead] of table) {
    const chain = { finality: { kind: "tag", tag: "finalized" } } as const
    const ready = await stage(t, { chain, rpc: { finalDepth: 0 } })
    const { reader, rpcs, watch, world } = ready
    world.grow(5)
    await reader.read()
    world.mine({ token: TOKEN, to: ALICE, amount: 5n })
    world.grow(20)
    const { hash, number, parentHash, seconds } = world.at(world.head().number - ahead)!
    rpcs[0]!.tamper = ({ method, params }, value) =>
      method === "eth_getBlockByNumber" && params[0] === "latest"
        ? {
            ...(value as object),
            hash,
            parentHash,
            number: `0x${number.toString(16)}`,
            timestamp: `0x${seconds.toString(16)}`,
          }
        : value
    const [node] = openNodes(ready.chain, ready.clock).until(Number.POSITIVE_INFINITY)
    const looked = await look(node!, ready.chain, null).catch(() => null)
    assert.equal(looked?.view.finalHeight, isRead ? number : undefined)
    if (isRead) await reader.readAll()
    else await assert.rejects(reader.read(), /calls a block final that isn't there/)
    assert.equal(watch.health().ok, isRead, `${ahead}`)
    const finals = [...reader.rows.values()].filter(({ final }) => final)
    assert.equal(finals.length, isRead ? 1 : 0, `${ahead}`)
    assert.equal(JSON.parse(reader.cursor!).tip[0], isRead ? number : 5)
  }
})
