/** Looking up whose an id is keeps no caller waiting, and is bounded. */
import assert from "node:assert/strict"
import { type TestContext, test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import Fastify from "fastify"
import type { Found } from "../core/index.ts"
import { noteForeignIds } from "./foreign.ts"

const found = { merchant: { id: "ours" }, credential: { id: "a-key" } } as unknown as Found
const ID = "0199a3c0-1111-7222-8333-444455556666"

type Look = { readonly ids: readonly string[]; readonly end: (owners: string[]) => void }

/** A scope whose look-ups are answered by the test. */
async function world(t: TestContext, caller: Found | null = found) {
  const lines: Record<string, unknown>[] = []
  const write = (text: string) => {
    const line = JSON.parse(text)
    if ("security" in line) lines.push(line)
  }
  const app = Fastify({ logger: { level: "info", stream: { write } } })
  t.after(() => app.close())
  const looks: Look[] = []
  const core = {
    ownersOf: (ids: readonly string[]) =>
      new Promise<string[]>((end) => {
        looks.push({ ids, end })
      }),
  }
  for (const prefix of ["/one", "/other"]) {
    await app.register(
      async (scope) => {
        noteForeignIds(scope, core, () => caller)
        scope.get("/:status/:id", (request, reply) => {
          const { status } = request.params as { readonly status: string }
          return reply.code(Number(status)).send()
        })
      },
      { prefix },
    )
  }
  const get = async (url: string) => (await app.inject(url)).statusCode
  return { get, lines, looks }
}

test("only ids of somebody known who heard that there is nothing are looked up", async (t) => {
  const { get, looks } = await world(t)
  for (const path of [`200/${ID}`, `403/${ID}`, "404/word"]) await get(`/one/${path}`)
  assert.equal(looks.length, 0)
  const unknown = await world(t, null)
  await unknown.get(`/one/404/${ID}`)
  assert.equal(unknown.looks.length, 0)
  for (const written of [ID, ID.toUpperCase(), `pay_${ID.replaceAll("-", "")}`]) {
    await get(`/one/404/${written}`)
  }
  assert.deepEqual(
    looks.map(({ ids }) => ids),
    [[ID], [ID], [ID]],
  )
})

test("a line is written where another one owns it, and none where we or nobody does", async (t) => {
  const { get, lines, looks } = await world(t)
  for (const owners of [[], ["ours"], ["theirs"]]) {
    await get(`/one/404/${ID}`)
    looks.at(-1)!.end(owners)
  }
  await turn()
  assert.equal(lines.length, 1)
  const { merchantId, credentialId, security, route } = lines[0]!
  assert.deepEqual(
    [merchantId, credentialId, security, route],
    ["ours", "a-key", "foreign-id", "/one/:status/:id"],
  )
})

test("four are looked up at a time, of all dialects together, while nobody waits", async (t) => {
  const { get, looks } = await world(t)
  for (let at = 0; at < 10; at += 1) {
    assert.equal(await get(`/${at % 2 === 0 ? "one" : "other"}/404/${ID}`), 404)
  }
  assert.equal(looks.length, 4)
  looks[0]!.end([])
  await turn()
  for (let at = 0; at < 3; at += 1) await get(`/one/404/${ID}`)
  assert.equal(looks.length, 5)
})
