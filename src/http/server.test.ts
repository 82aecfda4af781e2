/** The server keeps its limits and its manners, whatever is written to its socket. */
import assert from "node:assert/strict"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { PassThrough } from "node:stream"
import { type TestContext, test } from "node:test"
import type { FastifyInstance } from "fastify"
import { hostClock, makeIds } from "../clock.ts"
import { Unavailable } from "../core/index.ts"
import { CREDENTIAL_HEADERS, makeLogger } from "./log.ts"
import { makeMetrics } from "./metrics.ts"
import { makeServer, type ServerOptions } from "./server.ts"

type Line = Record<string, unknown>
type Started = { app: FastifyInstance; lines: Line[]; port: number; metrics: () => Promise<string> }

async function start(
  t: TestContext,
  overrides: Partial<ServerOptions> = {},
  mount: (app: FastifyInstance) => void = () => {},
): Promise<Started> {
  const lines: Line[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const clock = hostClock()
  const metrics = makeMetrics({ defaults: false })
  const app = makeServer({
    clock,
    ids: makeIds(clock),
    logger: makeLogger({ level: "info", destination }),
    metrics,
    mode: "sandbox",
    ...overrides,
  })
  app.get("/things/:id", async (request) => ({ id: (request.params as { id: string }).id }))
  app.post("/things", async (request) => ({ got: request.body }))
  app.get("/slow", () => new Promise((resolve) => setTimeout(resolve, 150, { slow: true })))
  app.get("/fault", async () => {
    throw new Error("hush", { cause: new Error("disk") })
  })
  app.get("/busy", async () => {
    throw new Unavailable("too much work is waiting")
  })
  app.get("/ip", async (request) => ({ ip: request.ip, protocol: request.protocol }))
  mount(app)
  await app.listen({ port: 0, host: "127.0.0.1" })
  t.after(() => app.close())
  const port = (app.server.address() as { port: number }).port
  return { app, lines, port, metrics: metrics.render }
}

/** Writes the pieces to a fresh socket, `gapMs` apart, and gives all that comes back. */
function talk(port: number, pieces: string[], gapMs = 5): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, "127.0.0.1")
    let text = ""
    socket.setEncoding("utf8")
    socket.on("data", (piece) => {
      text += piece
    })
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error)
    })
    socket.on("close", () => resolve(text))
    const write = (index: number) => {
      if (index >= pieces.length || socket.destroyed) return
      socket.write(pieces[index]!)
      setTimeout(write, gapMs, index + 1)
    }
    socket.on("connect", () => write(0))
  })
}

/** Splits the first answer on a socket into its parts. */
function parse(text: string) {
  const [head = "", body = ""] = text.split("\r\n\r\n")
  const [first = "", ...rest] = head.split("\r\n")
  const headers = Object.fromEntries(
    rest.map((line) => [line.split(": ")[0]!.toLowerCase(), line.split(": ")[1]!]),
  )
  return { status: Number(first.split(" ")[1]), headers, body }
}

const END = "host: x\r\nconnection: close\r\n\r\n"

test("an outage is a line of log a second, which says how many it stands for", async (t) => {
  let nowMs = 0
  const isOutage = (error: unknown) => (error as Error).message === "hush"
  const { app, lines } = await start(t, { clock: { elapsedMs: () => nowMs }, isOutage })
  const ask = async (times: number) => {
    for (let time = 0; time < times; time += 1) await app.inject("/fault")
  }
  await ask(50)
  nowMs = 1_000
  await ask(2)
  const told = lines.filter(({ level }) => level === "error")
  assert.deepEqual(
    told.map(({ msg, untold }) => [msg, untold]),
    [
      ["the database is away or takes nothing", 0],
      ["the database is away or takes nothing", 49],
    ],
  )
})

test("every answer carries the safe headers, the mode and a request id", async (t) => {
  const { app } = await start(t)
  for (const url of ["/things/1", "/nothing", "/fault", "/things/%zz"]) {
    const { headers } = await app.inject(url)
    assert.equal(headers["x-content-type-options"], "nosniff", url)
    assert.equal(headers["referrer-policy"], "no-referrer")
    assert.equal(headers["cache-control"], "no-store")
    assert.match(String(headers["content-security-policy"]), /frame-ancestors 'none'/)
    assert.equal(headers["caudal-mode"], "sandbox")
    assert.match(String(headers["x-request-id"]), /^req_[0-9a-f-]{36}$/)
  }
  const live = await start(t, { mode: "live" })
  const { headers } = await live.app.inject("/things/1")
  assert.equal(headers["caudal-mode"], undefined)
})

test("browsers are told to come by https alone where they do, whatever the answer", async (t) => {
  const plain = await start(t)
  const told = await start(t, { httpsOnly: true })
  for (const url of ["/things/1", "/nothing", "/fault", "/things/%zz"]) {
    const name = "strict-transport-security"
    assert.equal((await plain.app.inject(url)).headers[name], undefined, url)
    assert.equal((await told.app.inject(url)).headers[name], "max-age=31536000", url)
  }
  const unread = parse(await talk(told.port, ["hello\r\n\r\n"]))
  assert.equal(unread.headers["strict-transport-security"], "max-age=31536000")
})

test("a caller's request id is kept only when it is harmless", async (t) => {
  const { app } = await start(t)
  const table: [string, boolean][] = [
    ["abc-DEF_123", true],
    ["x".repeat(64), true],
    ["x".repeat(65), false],
    ["a b", false],
    ["a;b", false],
    ['"><script>', false],
    ["", false],
  ]
  for (const [given, kept] of table) {
    const answer = await app.inject({ url: "/things/1", headers: { "x-request-id": given } })
    assert.equal(answer.headers["x-request-id"] === given, kept, given)
  }
})

test("the root answers problem details, and a fault tells nothing of itself", async (t) => {
  const { app, lines } = await start(t)
  const missing = await app.inject("/nothing?token=secret")
  assert.equal(missing.statusCode, 404)
  assert.equal(missing.headers["content-type"], "application/problem+json; charset=utf-8")
  assert.deepEqual(missing.json(), {
    type: "about:blank",
    title: "Not Found",
    status: 404,
    detail: "There is nothing at this address.",
    request_id: missing.headers["x-request-id"],
  })
  const fault = await app.inject("/fault")
  assert.equal(fault.statusCode, 500)
  assert.ok(!fault.body.includes("hush"))
  const faults = lines.filter((line) => line["msg"] === "fault")
  assert.equal(faults.length, 1)
  assert.equal((faults[0]!["err"] as { cause: Line }).cause["message"], "disk")
  // Thousands may be told at once, and the log already knows why.
  await app.inject("/busy")
  assert.ok(lines.every((line) => !JSON.stringify(line).includes("too much work")))
})

test("bodies that can't be read are refused without repeating them", async (t) => {
  const { app } = await start(t)
  const json = { "content-type": "application/json" }
  const table: [Record<string, string>, string, number][] = [
    [json, '{"secret": hush', 400],
    [json, "", 400],
    [json, '{"__proto__": {"secret": "hush"}}', 400],
    [{ "content-type": "application/xml" }, "<a>hush</a>", 415],
    [json, JSON.stringify("hush".repeat(65_536)), 413],
  ]
  for (const [headers, payload, status] of table) {
    const answer = await app.inject({ method: "POST", url: "/things", headers, payload })
    assert.equal(answer.statusCode, status, payload.slice(0, 20))
    assert.equal(answer.json().status, status)
    assert.ok(!answer.body.includes("hush"))
  }
})

test("errors of the framework sound as the path's owner wants", async (t) => {
  const seen: string[] = []
  const { app, lines } = await start(t, {
    onFrameworkError: (path, problem) => {
      seen.push(path)
      if (!path.startsWith("/foo/")) return null
      const body = JSON.stringify({ code: String(problem.status) })
      return { status: problem.status, headers: { "content-type": "application/json" }, body }
    },
  })
  const own = await app.inject("/foo/%zz?a=b")
  assert.equal(own.statusCode, 400)
  assert.deepEqual(own.json(), { code: "400" })
  const root = await app.inject("/things/%zz")
  assert.equal(root.statusCode, 400)
  assert.equal(root.json().title, "Bad Request")
  const long = await app.inject(`/things/${"x".repeat(201)}`)
  assert.equal(long.statusCode, 414)
  assert.equal((await app.inject(`/things/${"x".repeat(200)}`)).statusCode, 200)
  assert.deepEqual(seen.slice(0, 2), ["/foo/%zz", "/things/%zz"])
  assert.equal(lines.filter((line) => line["msg"] === "request").length, 4)
})

test("one line a request: route, status, time and id, and nothing that was sent", async (t) => {
  const { lines, port, metrics } = await start(t)
  const headers = CREDENTIAL_HEADERS.map((name) => `${name}: hush\r\n`).join("")
  const body = '{"account":"hush"}'
  const head = `content-type: application/json\r\ncontent-length: ${body.length}\r\n`
  const target = "/things?key=hush"
  await talk(port, [
    `POST ${target} HTTP/1.1\r\n${headers}${head}x-request-id: abc\r\n${END}${body}`,
  ])
  await talk(port, [`GET /hush HTTP/1.1\r\n${headers}${END}`])
  const requests = lines.filter((line) => line["msg"] === "request")
  assert.equal(requests.length, 2)
  const { method, route, status, ms, requestId } = requests[0]!
  assert.deepEqual([method, route, status, requestId], ["POST", "/things", 200, "abc"])
  assert.equal(typeof ms, "number")
  assert.equal(requests[1]!["route"], "unmatched")
  assert.ok(!JSON.stringify(lines).includes("hush"))
  assert.match(
    await metrics(),
    /caudal_http_request_seconds_count\{method="POST",route="\/things",status="200"\} 1/,
  )
})

test("a caller who leaves before the answer gets one line too", async (t) => {
  const { lines, port } = await start(t)
  const socket = connect(port, "127.0.0.1", () => socket.write(`GET /slow HTTP/1.1\r\n${END}`))
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  await new Promise((resolve) => setTimeout(resolve, 200))
  const statuses = lines.filter((line) => line["msg"] === "request").map((line) => line["status"])
  assert.deepEqual(statuses, [499])
})

test("who listens to a stream leaves when he likes, after however long", async (t) => {
  const { lines, port, metrics } = await start(t, {}, (app) => {
    app.get("/stream", (_request, reply) => {
      const stream = new PassThrough()
      stream.write(":\n\n")
      return reply.type("text/event-stream").send(stream)
    })
  })
  const socket = connect(port, "127.0.0.1", () => socket.write(`GET /stream HTTP/1.1\r\n${END}`))
  await once(socket, "data")
  socket.destroy()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const said = lines.slice(1).map(({ msg, route, status }) => [msg, route, status])
  assert.deepEqual(said, [["request", "/stream", 200]])
  assert.doesNotMatch(await metrics(), /^caudal_http_request_seconds_count/m)
})

test("what can't be read as HTTP is answered with a problem and a closed socket", async (t) => {
  const { port } = await start(t)
  const table: [string, number][] = [
    [`GET / HTTP/1.1\r\nx: ${"y".repeat(17_000)}\r\n\r\n`, 431],
    [`GET /${"y".repeat(17_000)} HTTP/1.1\r\n${END}`, 431],
    ["BREW /coffee HTTP/1.1\r\nhost: x\r\n\r\n", 400],
    ["GET / HTTP/9.9\r\nhost: x\r\n\r\n", 400],
    ["hello\r\n\r\n", 400],
    ["POST /things HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nhost: x\r\nx-bad\u0000name: 1\r\n\r\n", 400],
    [
      "POST /things HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
      400,
    ],
    [
      "POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" +
        "transfer-encoding: chunked\r\n\r\nzz\r\n",
      400,
    ],
    ["GET / HTTP/1.1\r\nhost: x\r\nexpect: a-miracle\r\n\r\n", 417],
  ]
  for (const [text, status] of table) {
    const answer = parse(await talk(port, [text]))
    const label = text.slice(0, 60)
    assert.equal(answer.status, status, label)
    assert.equal(answer.headers["content-type"], "application/problem+json; charset=utf-8", label)
    assert.equal(answer.headers["connection"], "close", label)
    assert.equal(answer.headers["caudal-mode"], "sandbox", label)
    const body = JSON.parse(answer.body)
    assert.equal(body.status, status)
    assert.equal(body.request_id, answer.headers["x-request-id"])
  }
})

test("HTTP/1.1 needs a host, HTTP/1.0 doesn't, and both are answered", async (t) => {
  const { port } = await start(t)
  const bare = parse(await talk(port, ["GET /things/1 HTTP/1.1\r\nconnection: close\r\n\r\n"]))
  assert.equal(bare.status, 400)
  assert.equal(JSON.parse(bare.body).title, "Bad Request")
  const old = parse(await talk(port, ["GET /things/1 HTTP/1.0\r\n\r\n"]))
  assert.deepEqual([old.status, old.body], [200, '{"id":"1"}'])
  assert.equal(old.headers["connection"], "close")
})

test("absolute addresses and unusual methods are requests like others", async (t) => {
  const { port, lines } = await start(t)
  const table: [string, number][] = [
    ["GET http://caudal.test/things/1", 200],
    ["GET http://caudal.test", 404],
    ["OPTIONS *", 404],
    ["PROPFIND /things/1", 404],
    ["DELETE /things/1", 404],
    ["GET //evil.test/things/1", 404],
  ]
  for (const [line, status] of table) {
    const answer = parse(await talk(port, [`${line} HTTP/1.1\r\n${END}`]))
    assert.equal(answer.status, status, line)
  }
  assert.equal(lines.filter((line) => line["level"] === "warn").length, 0)
})

test("a host name can stand for a prefix, and no other word can", async (t) => {
  const { app } = await start(t, { hosts: { "api.vendor.example": "/things" } })
  const table: [string, string, number][] = [
    ["api.vendor.example", "/1", 200],
    ["API.vendor.example:8080", "/1", 200],
    ["other.example", "/1", 404],
    ["other.example", "/things/1", 200],
    ["constructor", "/things/1", 200],
    ["__proto__", "/things/1", 200],
  ]
  for (const [host, url, status] of table) {
    assert.equal((await app.inject({ url, headers: { host } })).statusCode, status, host + url)
  }
})

test("pipelined requests are answered in order", async (t) => {
  const { port } = await start(t)
  const first = "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"
  const text = await talk(port, [`${first}GET /things/2 HTTP/1.1\r\n${END}`])
  assert.ok(text.indexOf("slow") > 0 && text.indexOf("slow") < text.indexOf('{"id":"2"}'))
})

test("rubbish behind a request that is being worked on doesn't pass for its answer", async (t) => {
  const { port } = await start(t)
  const text = await talk(port, ["GET /slow HTTP/1.1\r\nhost: x\r\n\r\n", "rubbish\r\n\r\n"], 50)
  assert.equal(text, "")
})

test("a request that dawdles is cut off with 408", async (t) => {
  const limits = { headersTimeoutMs: 100, requestTimeoutMs: 200, lateCheckMs: 20 }
  const { port, lines } = await start(t, { limits })
  const startedMs = performance.now()
  const slowHead = parse(await talk(port, ["GET / HTTP/1.1\r\n", "host: x\r\n"]))
  assert.equal(slowHead.status, 408)
  assert.ok(performance.now() - startedMs < 1_000)
  const head = "POST /things HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
  const slowBody = parse(await talk(port, [`${head}content-length: 10\r\n\r\n`, "{"]))
  assert.equal(slowBody.status, 408)
  assert.equal(lines.filter((line) => line["msg"] === "unreadable request").length, 2)
})

test("more sockets than allowed are closed at once, and a silent one is cut", async (t) => {
  const { port } = await start(t, { limits: { connections: 1, connectionTimeoutMs: 100 } })
  const idle = talk(port, [])
  assert.equal(await talk(port, [`GET /things/1 HTTP/1.1\r\n${END}`]), "")
  assert.equal(await idle, "")
})

test("forwarded headers are believed only from a proxy that was named", async (t) => {
  const headers = { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" }
  const cases: [string | undefined, string][] = [
    [undefined, "http"],
    ["10.0.0.0/8", "http"],
    ["127.0.0.1", "https"],
  ]
  for (const [trustProxy, protocol] of cases) {
    const { app } = await start(t, trustProxy ? { trustProxy } : {})
    const { ip, protocol: got } = (await app.inject({ url: "/ip", headers })).json()
    assert.deepEqual([ip, got], [protocol === "https" ? "203.0.113.9" : "127.0.0.1", protocol])
  }
})

test("closing lets a request finish, closes idle sockets and then refuses", async (t) => {
  const { app, port } = await start(t)
  const idle = talk(port, ["GET /things/1 HTTP/1.1\r\nhost: x\r\n\r\n"])
  const busy = talk(port, ["GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"])
  await new Promise((resolve) => setTimeout(resolve, 50))
  await app.close()
  const answer = parse(await busy)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers["connection"], "close")
  assert.equal(parse(await idle).status, 200)
  await assert.rejects(talk(port, ["GET / HTTP/1.0\r\n\r\n"]), { code: "ECONNREFUSED" })
})

test("closing doesn't wait for ever", async (t) => {
  const mount = (app: FastifyInstance) => void app.get("/never", () => new Promise(() => {}))
  const { app, port } = await start(t, { limits: { closeMs: 50 } }, mount)
  const stuck = talk(port, [`GET /never HTTP/1.1\r\n${END}`])
  await new Promise((resolve) => setTimeout(resolve, 30))
  const startedMs = performance.now()
  await app.close()
  assert.ok(performance.now() - startedMs < 500)
  assert.equal(await stuck, "")
})
