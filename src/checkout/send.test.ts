/** What every page that is sent has, whoever sends it. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import { fastify } from "fastify"
import { html } from "../pages/html.ts"
import { withPolicy } from "../pages/policy.ts"
import { send } from "./send.ts"

const server = fastify()
const page = withPolicy(html`<p>x</p>`, { styles: [] })
server.get<{ Params: { status: string } }>("/:status", (request, reply) =>
  send(reply, Number(request.params.status), page),
)
after(() => server.close())

for (const [status, retry] of [
  [200, undefined],
  [422, undefined],
  [503, "2"],
] as const) {
  test(`a page with ${status} says when to come again: ${retry ?? "no"}`, async () => {
    const answer = await server.inject(`/${status}`)
    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [status, retry])
    assert.equal(answer.headers["content-type"], "text/html; charset=utf-8")
  })
}
