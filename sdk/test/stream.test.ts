/** Server-sent events: read whatever way they are cut, and gone on with where they stopped. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { CaudalError } from "../src/index.ts"
import { makeParser } from "../src/server-events.ts"
import { type StreamOptions, streamOf } from "../src/stream.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

test("a stream means the same in whatever pieces it arrives", () => {
  const text =
    '\ufeff: hello\n\nid: evt_1\nevent: payment.approved\ndata: {"ñ":\ndata: 1}\n\n' +
    ": still here\r\n\r\nid: evt_2\r\ndata: [2,\r\ndata:2]\r\rid: with\u0000nul\ndata\n\nunknown: x\n\ndata: lost"
  const expected = [
    { type: "payment.approved", id: "evt_1", data: '{"ñ":\n1}' },
    { type: "message", id: "evt_2", data: "[2,\n2]" },
    { type: "message", id: "evt_2", data: "" },
  ]
  const whole = bytes(text)
  for (const size of [1, 2, 3, 7, whole.length]) {
    const parser = makeParser()
    const events = []
    for (let at = 0; at < whole.length; at += size) {
      events.push(...parser.push(whole.subarray(at, at + size)))
    }
    assert.deepEqual(events, expected, `pieces of ${size}`)
  }
})

test("an event without an end is given up before it fills the memory", () => {
  const long = bytes("x".repeat(1_000_000))
  for (const start of ["data: ", ": "]) {
    const parser = makeParser()
    parser.push(bytes(start))
    assert.throws(() => {
      for (let count = 0; count < 5; count += 1) parser.push(long)
    }, /no end/)
  }
  const parser = makeParser()
  assert.throws(() => {
    for (let count = 0; count < 5; count += 1) {
      parser.push(bytes(`data: ${"x".repeat(1_000_000)}\n`))
    }
  }, /no end/)
})

type Turn = Response | Error

/** A network that plays one turn for each connection, the last of them again and again. */
function stream(turns: readonly Turn[], options: StreamOptions = {}) {
  const lastIds: (string | null)[] = []
  const connect = async (_url: unknown, init?: RequestInit) => {
    const turn = turns[Math.min(lastIds.length, turns.length - 1)]!
    lastIds.push(new Headers(init?.headers).get("last-event-id"))
    if (turn instanceof Error) throw turn
    return turn
  }
  const events = streamOf<{ n: number }>({
    ...options,
    fetch: connect as typeof fetch,
    url: "https://x.example/v1/events/stream",
    retryWaitMs: 1,
    headers: () => new Headers(),
  })
  return { events, lastIds }
}

function sending(text: string, type = "text/event-stream; charset=utf-8"): Response {
  return new Response(text, { headers: { "content-type": type } })
}

function refusing(status: number, code: string): Response {
  return Response.json({ code, detail: code }, { status })
}

const event = (n: number) => `id: evt_${n}\ndata: {"n":${n}}\n\n`

test("it goes on after the last event that it had, and gives none twice", async () => {
  const turns = [
    new TypeError("fetch failed"),
    sending(`${event(1)}${event(2)}id: evt_3\ndata: {"n"`),
    refusing(503, "unavailable"),
    refusing(429, "too_many_requests"),
    sending(`${event(1)}${event(2)}${event(3)}`),
    refusing(401, "unauthorized"),
  ]
  const { events, lastIds } = stream(turns, { lastEventId: "evt_0" })
  const seen: number[] = []
  const told = await (async () => {
    for await (const { n } of events) seen.push(n)
  })().catch((error: unknown) => error)
  assert.deepEqual(seen, [1, 2, 3])
  assert.deepEqual(lastIds, ["evt_0", "evt_0", "evt_2", "evt_2", "evt_2", "evt_3"])
  assert.ok(told instanceof CaudalError)
  assert.equal(told.code, "unauthorized")
})

test("what a busy gateway says again after a cut is given once", async () => {
  // Of the 49 seconds before, at five hundred a second.
  const many = Array.from({ length: 24_500 }, (_, n) => event(n)).join("")
  const turns = [sending(many), sending(many + event(24_500)), refusing(401, "unauthorized")]
  const { events } = stream(turns)
  let count = 0
  await assert.rejects(
    async () => {
      for await (const _ of events) count += 1
    },
    { code: "unauthorized" },
  )
  assert.equal(count, 24_501)
})

test("cut before any event, it goes on where it began", async () => {
  const began = "retry: 1\nid: evt_5\n\n"
  const table: [turns: Turn[], lastIds: (string | null)[]][] = [
    [
      [sending(began), sending("id: evt_6\n\n")],
      [null, "evt_5", "evt_5"],
    ],
    [[sending(`${began}:\n\nid: evt_7\ndata: {`)], [null, "evt_5"]],
    [[sending('id: evt_8\ndata: {"n"')], [null, null]],
  ]
  for (const [turns, expected] of table) {
    const { events, lastIds } = stream([...turns, refusing(401, "unauthorized")])
    await assert.rejects(events.next(), { code: "unauthorized" })
    assert.deepEqual(lastIds, expected)
  }
})

test("it gives up what is no stream, or fails as often as was allowed", async () => {
  const table: [code: string, turn: Turn, connections: number][] = [
    ["answer_unreadable", sending("{}", "application/json"), 1],
    ["answer_unreadable", sending("data: {\n\n"), 1],
    ["connection_failed", new TypeError("fetch failed"), 3],
  ]
  for (const [code, turn, connections] of table) {
    const { events, lastIds } = stream([turn], { maxRetries: 2 })
    await assert.rejects(events.next(), { code })
    assert.equal(lastIds.length, connections, code)
  }
})

test("a silent connection is taken for dead, and an abort ends the stream", async () => {
  const reason = new Error("enough")
  const stop = new AbortController()
  let connections = 0
  const silent = async (_url: unknown, init?: RequestInit) => {
    connections += 1
    if (connections === 3) stop.abort(reason)
    init!.signal!.throwIfAborted()
    const body = new ReadableStream({
      start: (controller) =>
        init!.signal!.addEventListener("abort", () => controller.error(new Error("cut"))),
    })
    return new Response(body, { headers: { "content-type": "text/event-stream" } })
  }
  const events = streamOf({
    fetch: silent as typeof fetch,
    url: "https://x.example/",
    retryWaitMs: 1,
    silenceMs: 5,
    signal: stop.signal,
    headers: () => new Headers(),
  })
  await assert.rejects(events.next(), reason)
  assert.equal(connections, 3)
})
