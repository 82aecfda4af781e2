/** What a call to a provider answers, and what its faults mean for the money in it. */
import assert from "node:assert/strict"
import { createServer as createTlsServer } from "node:https"
import { type AddressInfo, createServer } from "node:net"
import { type TestContext, test } from "node:test"
import { CERTIFICATE, KEY } from "../../test/support/certificate.ts"
import {
  type Asked,
  type FakeProvider,
  memoryLog,
  type Reply,
  startProvider,
} from "../../test/support/provider.ts"
import { testClock } from "../clock.ts"
import type { ProviderFault } from "./fault.ts"
import { makeProvider, type ProviderParts } from "./provider.ts"
import { providerUrlProblem } from "./url.ts"

type World = {
  readonly fake: FakeProvider
  readonly log: ReturnType<typeof memoryLog>
  readonly clock: ReturnType<typeof testClock>
  readonly provider: ReturnType<typeof makeProvider>
}

async function world(
  t: TestContext,
  answer: (asked: Asked) => Reply | Promise<Reply>,
  over: Partial<ProviderParts> = {},
): Promise<World> {
  const fake = await startProvider(t, answer)
  const clock = testClock()
  const log = memoryLog()
  const parts = { clock, log, name: "fake", baseUrl: fake.url, timeoutMs: 2_000, ...over }
  const provider = makeProvider(parts)
  t.after(() => provider.close())
  return { fake, log, clock, provider }
}

const POST = { method: "POST", path: "/payment", body: { amount: 15.5 } } as const

/** `kind why` of a call's fault, or the status of its answer. */
async function outcome(call: Promise<{ status: number }>): Promise<string> {
  return call.then(
    ({ status }) => `${status}`,
    (error: ProviderFault) => `${error.kind} ${error.why}`,
  )
}

test("an answer comes with its status, headers and JSON, whatever the status", async (t) => {
  const table: [reply: Reply, status: number, body: unknown][] = [
    [{ json: { ok: true } }, 200, { ok: true }],
    [{ status: 404, json: { code: "XPA04340" } }, 404, { code: "XPA04340" }],
    [{ status: 500, json: { code: "XX05000" } }, 500, { code: "XX05000" }],
    [{ status: 502, text: "<html>Bad gateway</html>" }, 502, undefined],
    [{ status: 302, headers: { location: "/elsewhere" } }, 302, undefined],
    [{ text: "" }, 200, undefined],
    [{ json: null }, 200, null],
  ]
  for (const [reply, status, body] of table) {
    const { provider, fake } = await world(t, () => reply)
    const answer = await provider.call({ ...POST, headers: { "x-api-key": "k" } })
    assert.deepEqual([answer.status, answer.body], [status, body])
    assert.equal(fake.asked.length, 1, "no redirect is followed, nothing is repeated")
    assert.deepEqual(fake.asked[0]!.body, { amount: 15.5 })
    assert.equal(fake.asked[0]!.headers["x-api-key"], "k")
    assert.equal(fake.asked[0]!.headers["content-type"], "application/json")
  }
})

test("paths lie below the base URL's own", async (t) => {
  for (const suffix of ["/tapila", "/tapila/"]) {
    const fake = await startProvider(t, () => ({ json: {} }))
    const parts = { clock: testClock(), log: memoryLog(), name: "fake", timeoutMs: 2_000 }
    const provider = makeProvider({ ...parts, baseUrl: fake.url + suffix })
    t.after(() => provider.close())
    await provider.call({ method: "GET", path: "/recharges?page=2" })
    assert.equal(fake.asked[0]!.path, "/tapila/recharges?page=2")
  }
})

test("once a request was written, whatever goes wrong leaves it unknown", async (t) => {
  const table: [reply: Reply, expected: string][] = [
    ["reset", "unknown connection"],
    ["half", "unknown connection"],
    ["hang", "unknown timeout"],
    [{ json: { filler: "x".repeat(5_000) } }, "unknown too_large"],
    [{ json: {}, headers: { "x-long": "y".repeat(20_000) } }, "unknown too_large"],
  ]
  for (const [reply, expected] of table) {
    const over = { timeoutMs: 150, limits: { answerBytes: 4_000 } }
    const { provider, fake } = await world(t, () => reply, over)
    assert.equal(await outcome(provider.call(POST)), expected, JSON.stringify(reply).slice(0, 80))
    assert.equal(fake.asked.length, 1)
  }
})

test("an answer in crumbs is cut long before its bytes are too many", async (t) => {
  // Each chunk of one byte is a buffer of its own, which takes a hundred times as much.
  const crumbs = (count: number) => `${"1\r\n \r\n".repeat(count)}0\r\n\r\n`
  const head =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
  const table: [count: number, expected: string][] = [
    [100, "200"],
    [200, "unknown too_large"],
  ]
  for (const [count, expected] of table) {
    const server = createServer((socket) => {
      socket.on("error", () => undefined)
      socket.once("data", () => socket.write(head + crumbs(count)))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    t.after(() => void server.close())
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { provider } = await world(t, () => "hang", { baseUrl, limits: { answerBytes: 4_000 } })
    assert.equal(await outcome(provider.call(POST)), expected, `${count}`)
  }
})

test("a kept connection that ends under a request proves nothing", async (t) => {
  const answer = ({ path }: Asked): Reply => (path === "/a" ? { json: {} } : "reset")
  const { provider, fake } = await world(t, answer, { limits: { connections: 1 } })
  await provider.call({ method: "GET", path: "/a" })
  assert.equal(await outcome(provider.call(POST)), "unknown connection")
  assert.equal(fake.connections(), 1, "it went over the kept connection")
  assert.equal(fake.asked.length, 2)
})

test("what isn't HTTP is no answer, and the request may have been read", async (t) => {
  let read = 0
  const server = createServer((socket) => {
    socket.on("error", () => undefined)
    socket.on("data", () => {
      read += 1
      socket.end("SSH-2.0-OpenSSH_9.9\r\n")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { provider } = await world(t, () => "hang", { baseUrl: `http://127.0.0.1:${port}` })
  assert.equal(await outcome(provider.call(POST)), "unknown protocol")
  assert.equal(read, 1)
})

test("a connection that can't be made carried nothing", async (t) => {
  const gone = await startProvider(t, () => "hang")
  await gone.stop()
  const plain = await startProvider(t, () => ({ json: {} }))
  const table: [baseUrl: string, expected: string][] = [
    [gone.url, "never_sent connect"],
    ["http://provider.invalid", "never_sent dns"],
    [plain.url.replace("http:", "https:"), "never_sent tls"],
  ]
  for (const [baseUrl, expected] of table) {
    const { provider } = await world(t, () => "hang", { baseUrl })
    assert.equal(await outcome(provider.call(POST)), expected, baseUrl)
  }
  assert.deepEqual([gone.asked, plain.asked], [[], []])
})

test("TLS that nobody vouches for is refused before anything is sent", async (t) => {
  let read = 0
  const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, () => {
    read += 1
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(() => void server.close())
  const { port } = server.address() as AddressInfo
  const { provider } = await world(t, () => "hang", { baseUrl: `https://127.0.0.1:${port}` })
  assert.equal(await outcome(provider.call(POST)), "never_sent tls")
  assert.equal(read, 0)
})

test("a reset before anything was read is unknown: nobody can tell what was read", async (t) => {
  const { provider, fake } = await world(t, () => "hang")
  fake.refuse = true
  assert.match(await outcome(provider.call(POST)), /^(?:unknown|never_sent) connection$/)
  assert.deepEqual(fake.asked, [])
})

test("a request whose turn doesn't come in time is never written", async (t) => {
  const { provider, fake } = await world(t, () => "hang", { limits: { connections: 1 } })
  const first = outcome(provider.call({ ...POST, timeoutMs: 300 }))
  const second = outcome(provider.call({ ...POST, path: "/second", timeoutMs: 100 }))
  assert.equal(await second, "never_sent timeout")
  assert.equal(await first, "unknown timeout")
  // Now that the connection is free, it would be written if it were still there.
  await outcome(provider.call({ ...POST, path: "/third", timeoutMs: 100 }))
  assert.deepEqual(
    fake.asked.map(({ path }) => path),
    ["/payment", "/third"],
  )
})

test("a provider that is ill is left alone, and tried again when the rest is over", async (t) => {
  const replies: Reply[] = ["reset", { status: 502, text: "no" }, { status: 429, json: {} }]
  const { provider, fake, clock } = await world(t, () => replies.shift() ?? { json: {} }, {
    breaker: { faults: 3, restMs: 5_000 },
  })
  const outcomes = []
  for (let count = 0; count < 4; count += 1) outcomes.push(await outcome(provider.call(POST)))
  assert.deepEqual(outcomes, ["unknown connection", "502", "429", "never_sent resting"])
  assert.equal(fake.asked.length, 3)
  assert.deepEqual(provider.health(), { ok: false, detail: "rests for 5 s, since it answered 429" })
  clock.advance(5_000)
  const detail = "is tried again, after it answered 429"
  assert.deepEqual(provider.health(), { ok: false, detail })
  assert.equal(await outcome(provider.call(POST)), "200")
  clock.advance(7_000)
  assert.deepEqual(provider.health(), { ok: true, detail: "answers; 12 s ago it answered 429" })
})

test("a rate limit is kept to from the first answer that tells of it", async (t) => {
  const reply = { status: 429, json: {}, headers: { "retry-after": "30" } }
  const { provider } = await world(t, () => reply)
  assert.equal(await outcome(provider.call(POST)), "429")
  assert.equal(await outcome(provider.call(POST)), "never_sent resting")
  assert.match(provider.health().detail, /^rests for 30 s/)
})

test("who calls may say that a status is no illness", async (t) => {
  const { provider, fake } = await world(t, () => ({ status: 500, json: { code: "NO" } }), {
    isIll: () => false,
  })
  for (let count = 0; count < 8; count += 1) await provider.call(POST)
  assert.equal(fake.asked.length, 8)
  assert.deepEqual(provider.health(), { ok: true, detail: "answers" })
})

test("connections are kept and shared, and no more are made than allowed", async (t) => {
  const { provider, fake } = await world(t, () => ({ json: {} }), { limits: { connections: 4 } })
  await Promise.all(Array.from({ length: 40 }, () => provider.call(POST)))
  assert.equal(fake.asked.length, 40)
  assert.ok(fake.connections() <= 4, `${fake.connections()}`)
})

test("the log says what was asked and how it went, and nothing else", async (t) => {
  const replies: Reply[] = [{ json: {} }, { status: 500, json: {} }, "reset"]
  const { provider, log } = await world(t, () => replies.shift()!)
  const secret = "hush"
  const request = {
    method: "POST",
    path: `/operation/${secret}?key=${secret}`,
    pattern: "/operation/{id}",
    headers: { "x-api-key": secret },
    body: { password: secret },
  } as const
  for (let count = 0; count < 3; count += 1) await outcome(provider.call(request))
  const about = { provider: "fake", method: "POST", path: "/operation/{id}", ms: 0 }
  assert.deepEqual(
    log.lines.map(({ level, about }) => ({ level, ...about })),
    [
      { level: "info", ...about, status: 200 },
      { level: "warn", ...about, status: 500 },
      { level: "warn", ...about, fault: "unknown", why: "connection" },
    ],
  )
  assert.ok(!JSON.stringify(log.lines).includes(secret))
})

test("after the end nothing is asked; what is on its way may finish for a moment", async (t) => {
  let answer = () => {}
  const slow = new Promise<Reply>((resolve) => {
    answer = () => resolve({ json: {} })
  })
  const { provider, fake } = await world(
    t,
    ({ path }) => {
      if (path === "/never") return "hang"
      setTimeout(answer, 20)
      return slow
    },
    { limits: { closeMs: 100 } },
  )
  const both = [outcome(provider.call(POST)), outcome(provider.call({ ...POST, path: "/never" }))]
  while (fake.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  await provider.close()
  assert.deepEqual(await Promise.all(both), ["200", "unknown closed"])
  assert.equal(await outcome(provider.call(POST)), "never_sent closed")
})

test("a base URL is judged before any password goes there", () => {
  const table: [text: string, sandbox: RegExp | null, live: RegExp | null][] = [
    ["https://api.example", null, null],
    ["https://api.example/v1/", null, null],
    ["http://api.example", null, /https/],
    ["http://10.0.0.1", null, /https/],
    ["http://127.0.0.1:8080/tapila", null, null],
    ["http://localhost:8080", null, null],
    ["http://[::1]:8080", null, null],
    ["http://127.0.0.1.example", null, /https/],
    ["ftp://api.example", /http/, /http/],
    ["https://user:hush@api.example", /password/, /password/],
    ["https://api.example/?key=hush", /query/, /query/],
    ["https://api.example/#hush", /query/, /query/],
    ["hush", /no address/, /no address/],
    [`https://${"hush".repeat(600)}`, /longer/, /longer/],
  ]
  for (const [text, sandbox, live] of table) {
    for (const [mode, expected] of [
      ["sandbox", sandbox],
      ["live", live],
    ] as const) {
      const problem = providerUrlProblem(text, mode)
      if (expected === null) assert.equal(problem, null, text)
      else assert.match(problem ?? "", expected, text)
      assert.ok(!problem?.includes("hush"))
    }
  }
})
