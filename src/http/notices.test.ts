/** Notices of providers: read as they came, answered by what became of them. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { makeIds, testClock } from "../clock.ts"
import type { Core } from "../core/index.ts"
import { makeLogger } from "./log.ts"
import { makeMetrics } from "./metrics.ts"
import { mountNotices } from "./notices.ts"
import { makeServer } from "./server.ts"

const clock = testClock()
const metrics = makeMetrics()
const server = makeServer({
  clock,
  ids: makeIds(clock),
  logger: makeLogger({ level: "silent" }),
  metrics,
  mode: "sandbox",
})
let taken: Awaited<ReturnType<Core["notice"]>> = "taken"
const messages: Parameters<Core["notice"]>[0][] = []
const notice: Core["notice"] = async (message) => {
  messages.push(message)
  return taken
}
const rails = new Map() as Core["rails"]
// Own machines of a sandbox aren't counted: `test/security/strangers.test.ts` has those that are.
const limits = { sourceOf: () => "mark" } as unknown as Core["limits"]
await mountNotices(server, { notice, metrics, rails, limits, mode: "sandbox" })
after(() => server.close())

const post = (url: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  server.inject({ method: "POST", url, payload: body, headers })

test("a notice is handed on byte for byte, and answered by what became of it", async () => {
  const body = Buffer.from([0, 255, 10, 13, 123])
  const rows: [as: typeof taken, status: number][] = [
    ["taken", 204],
    ["refused", 401],
    ["unknown", 404],
  ]
  for (const [as, status] of rows) {
    taken = as
    const type = { "content-type": "application/octet-stream", "x-signature": "abc" }
    const answer = await post("/rails/bank/notify/main", body, type)
    assert.equal(answer.statusCode, status)
    assert.equal(answer.body, "")
    const message = messages.at(-1)!
    assert.deepEqual([message.rail, message.connection], ["bank", "main"])
    assert.deepEqual(message.body, body)
    assert.equal(message.headers["x-signature"], "abc")
  }
})

test("no body, any type of body, and one that is too large", async () => {
  taken = "taken"
  assert.equal((await post("/rails/bank/notify/main", "")).statusCode, 204)
  assert.deepEqual(messages.at(-1)!.body, Buffer.alloc(0))
  for (const type of ["application/json", "text/xml", "application/x-thing"]) {
    const answer = await post("/rails/bank/notify/main", "{", { "content-type": type })
    assert.equal(answer.statusCode, 204, type)
  }
  const count = messages.length
  const large = await post("/rails/bank/notify/main", "x".repeat(65_537), {
    "content-type": "application/json",
  })
  assert.equal(large.statusCode, 413)
  assert.equal(messages.length, count)
  assert.equal((await server.inject("/rails/bank/notify/main")).statusCode, 404)
})
