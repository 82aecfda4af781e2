/** Streams as they come: in any pieces, with comments, and again from where they were lost. */
import assert from "node:assert/strict"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { test } from "node:test"
import { makeParser, readStream, type Streamed } from "./event-stream.ts"

const TEXT = [
  ": hello",
  "",
  "id: evt_1",
  "event: payment.approved",
  'data: {"a":1}',
  "",
  "id: evt_2",
  "data:two",
  "data:  lines",
  "",
  ": nothing for a while",
  "",
  "event: no-data",
  "",
  "id: evt_3",
  "event: x",
  "data",
  "",
  "",
]
const EVENTS: readonly Streamed[] = [
  { id: "evt_1", type: "payment.approved", data: '{"a":1}' },
  { id: "evt_2", type: "message", data: "two\n lines" },
  { id: "evt_3", type: "x", data: "" },
]

for (const end of ["\n", "\r\n", "\r"]) {
  test(`events are the same in any pieces, with lines that end in ${JSON.stringify(end)}`, () => {
    const text = TEXT.join(end)
    for (let size = 1; size <= text.length; size += 1) {
      const { push } = makeParser()
      const found: Streamed[] = []
      for (let at = 0; at < text.length; at += size) found.push(...push(text.slice(at, at + size)))
      // A lone carriage return at the very end may be half of a line's end.
      if (end === "\r") found.push(...push("\n"))
      assert.deepEqual(found, EVENTS, `pieces of ${size}`)
    }
  })
}

test("a stream that breaks goes on behind the last event that was dealt with", async (t) => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers["last-event-id"] as string | undefined)
    const next = asked.length
    if (next === 2) {
      response.writeHead(503).end("{}")
      return
    }
    response.writeHead(200, { "content-type": "text/event-stream" })
    // Behind the last event some are said again, as gateways do that can't know who saw them.
    response.write("id: evt_1\ndata: 1\n\n")
    response.write(`id: evt_${next}\ndata: ${next}\n\nid: lost\ndata: ha`)
    setTimeout(() => request.socket.destroy(), 5)
  })
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const ended = new AbortController()
  const seen: string[] = []
  const url = `http://127.0.0.1:${port}/`
  for await (const { data } of readStream({
    url,
    headers: {},
    after: null,
    signal: ended.signal,
  })) {
    seen.push(data)
    if (seen.length === 2) ended.abort()
  }
  assert.deepEqual(seen, ["1", "3"])
  assert.deepEqual(asked, [undefined, "evt_1", "evt_1"])
})

test("a stream that breaks before any event goes on where it began", async (t) => {
  const asked: (string | undefined)[] = []
  const server = createServer((request, response) => {
    asked.push(request.headers["last-event-id"] as string | undefined)
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.write(asked.length === 1 ? "retry: 1\nid: evt_5\n\nid: cut\n" : "data: 1\n\n")
    setTimeout(() => request.socket.destroy(), 20)
  })
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { signal } = new AbortController()
  const stream = readStream({ url, headers: {}, after: null, signal })
  assert.equal((await stream.next()).value.data, "1")
  assert.deepEqual(asked, [undefined, "evt_5"])
  await stream.return(undefined)
})

test("what waiting doesn't mend ends it, in the gateway's words", async (t) => {
  const server = createServer((_request, response) => {
    response.writeHead(401).end('{"code":"unauthorized","detail":"the key is not known"}')
  })
  t.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const { signal } = new AbortController()
  const stream = readStream({ url: `http://127.0.0.1:${port}/`, headers: {}, after: null, signal })
  await assert.rejects(stream.next(), /^CommandError: the key is not known: unauthorized$/)
})
