/** Whatever a receiver does, a try ends in time, at a checked address, and says what happened. */
import assert from "node:assert/strict"
import { createServer, type RequestListener } from "node:http"
import { createServer as createTlsServer } from "node:https"
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net"
import { type TestContext, test } from "node:test"
import { CERTIFICATE, KEY } from "../../test/support/certificate.ts"
import { hostClock } from "../clock.ts"
import { makeSender, type Resolve, type SendRequest, type SendResult } from "./send.ts"

type Options = Partial<Parameters<typeof makeSender>[0]>

function sender(t: TestContext, options: Options = {}) {
  const made = makeSender({
    clock: hostClock(),
    mode: "sandbox",
    allow: ["127.0.0.1"],
    userAgent: "Caudal/test",
    ...options,
  })
  t.after(() => made.close())
  return {
    ...made,
    post: (url: string, more: Partial<SendRequest> = {}) =>
      made.send({ url, headers: {}, body: "{}", timeoutMs: 2_000, ...more }),
  }
}

async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.on("error", () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function receiver(t: TestContext, listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(t, createServer(listener))}`
}

const why = (result: SendResult) => (result.kind === "failed" ? result.why : `${result.status}`)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test("the body arrives byte for byte, with the headers, and the answer comes back", async (t) => {
  const seen: { method?: string; url?: string; headers: object; body: Buffer }[] = []
  const url = await receiver(t, async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    seen.push({
      ...request,
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: Buffer.concat(chunks),
    })
    response.writeHead(202).end("gracias\u0000 ñ")
  })
  const body = Buffer.from([0x7b, 0, 0xff, 0x0a, 0x7d])
  const headers = { "content-type": "application/json", "webhook-id": "evt_1" }
  const { post } = sender(t)
  const result = await post(`${url}/a/b?c=d#e`, { headers, body })
  assert.ok(result.kind === "answered")
  assert.deepEqual([result.status, result.body], [202, "gracias\ufffd ñ"])
  assert.ok(result.elapsedMs >= 0 && result.elapsedMs < 1_000)
  const [got] = seen
  assert.deepEqual([got!.method, got!.url, got!.body], ["POST", "/a/b?c=d", body])
  const names = got!.headers as Record<string, string>
  assert.equal(names["webhook-id"], "evt_1")
  assert.equal(names["user-agent"], "Caudal/test")
  assert.equal(names["content-length"], "5")
  assert.equal(names["transfer-encoding"], undefined)
})

test("every status is an answer, and a redirect is not followed", async (t) => {
  let asked = 0
  const secret = await receiver(t, (_request, response) => {
    asked += 1
    response.end("the inside")
  })
  const url = await receiver(t, (request, response) => {
    response.writeHead(Number(request.url!.slice(1)), { location: secret }).end()
  })
  const { post } = sender(t)
  for (const status of [
    200, 204, 299, 301, 302, 303, 307, 308, 400, 404, 410, 429, 500, 503, 599,
  ]) {
    assert.equal(why(await post(`${url}/${status}`)), String(status))
  }
  assert.equal(asked, 0)
})

test("connections are used again", async (t) => {
  const server = createServer((request, response) =>
    request.resume().on("end", () => response.end("ok")),
  )
  let connections = 0
  server.on("connection", () => {
    connections += 1
  })
  const url = `http://127.0.0.1:${await listen(t, server)}`
  const { post } = sender(t)
  for (let n = 0; n < 20; n += 1) assert.equal(why(await post(url)), "200")
  // The second begins while the first still hands in its last bytes.
  assert.ok(connections <= 2, `${connections} connections`)
})

test("a receiver that dawdles, wherever it does, is left at the time-out", async (t) => {
  const table: [string, RequestListener][] = [
    ["no headers", () => {}],
    ["half the headers", (request) => void request.socket.write("HTTP/1.1 200 OK\r\nx: y\r\n")],
    ["no body", (_request, response) => void response.writeHead(200).flushHeaders()],
    [
      "a body that drips",
      (_request, response) => {
        const drip = setInterval(() => response.write("x"), 20)
        response.on("close", () => clearInterval(drip))
      },
    ],
    [
      "one interim answer after the other",
      (_request, response) => {
        const drip = setInterval(() => response.writeProcessing(), 20)
        response.on("close", () => clearInterval(drip))
      },
    ],
  ]
  const { post } = sender(t)
  for (const [name, listener] of table) {
    const url = await receiver(t, listener)
    const startedMs = performance.now()
    const result = await post(url, { timeoutMs: 150 })
    const tookMs = performance.now() - startedMs
    assert.equal(why(result), "timeout", name)
    assert.ok(tookMs >= 148 && tookMs < 350, `${name}: ${tookMs} ms`)
  }
})

test("a name that never resolves ends at the time-out too", async (t) => {
  const resolve: Resolve = () => new Promise(() => {})
  const { post } = sender(t, { resolve })
  const startedMs = performance.now()
  assert.equal(why(await post("http://hooks.example/", { timeoutMs: 100 })), "timeout")
  assert.ok(performance.now() - startedMs < 300)
})

test("a request whose time ran out while connecting never leaves", async (t) => {
  let asked = 0
  const url = await receiver(t, (_request, response) => {
    asked += 1
    response.end()
  })
  const resolve: Resolve = async () => {
    await pause(150)
    return [{ address: "127.0.0.1", family: 4 }]
  }
  const { post } = sender(t, { resolve })
  const named = url.replace("127.0.0.1", "hooks.example")
  assert.equal(why(await post(named, { timeoutMs: 50 })), "timeout")
  await pause(200)
  assert.equal(asked, 0)
  assert.equal(why(await post(named)), "200")
  assert.equal(asked, 1)
})

test("of an endless answer 16 KiB are read and 2 KiB kept, and it is cut", async (t) => {
  let cut = 0
  const url = await receiver(t, (_request, response) => {
    response.on("close", () => {
      if (!response.writableEnded) cut += 1
    })
    const more = () => {
      while (!response.destroyed && response.write("ñ".repeat(4_000)));
    }
    response.on("drain", more)
    more()
  })
  const { post } = sender(t)
  const result = await post(url)
  assert.ok(result.kind === "answered")
  assert.equal(result.status, 200)
  assert.equal(result.body, "ñ".repeat(1_024))
  await pause(50)
  assert.equal(cut, 1)
  const odd = await receiver(t, (_request, response) => void response.end(`x${"ñ".repeat(1_500)}`))
  const second = await post(odd)
  assert.ok(second.kind === "answered")
  assert.equal(second.body, `x${"ñ".repeat(1_023)}`)
})

test("broken connections and answers are told apart", async (t) => {
  const speak = (text: string) => (socket: Socket) => {
    socket.once("data", () => socket.end(text))
  }
  const table: [(socket: Socket) => void, string][] = [
    [(socket) => void socket.once("data", () => socket.resetAndDestroy()), "connection"],
    [(socket) => void socket.destroy(), "connection"],
    [speak(""), "connection"],
    [speak("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"), "connection"],
    [speak("SSH-2.0-OpenSSH_9.9\r\n"), "protocol"],
    [speak("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n"), "protocol"],
    [speak(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(20_000)}\r\n\r\n`), "too_large"],
  ]
  const { post } = sender(t)
  for (const [index, [talk, expected]] of table.entries()) {
    const port = await listen(t, createTcpServer(talk))
    assert.equal(why(await post(`http://127.0.0.1:${port}`)), expected, `row ${index}`)
  }
  const server = createTcpServer()
  const port = await listen(t, server)
  await new Promise((resolve) => server.close(resolve))
  assert.equal(why(await post(`http://127.0.0.1:${port}`)), "connection")
})

test("inside addresses are refused before anything is connected", async (t) => {
  let asked = 0
  const url = await receiver(t, (_request, response) => {
    asked += 1
    response.end()
  })
  const port = new URL(url).port
  const { post } = sender(t, { allow: [] })
  for (const host of [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "localhost",
    "[::1]",
    "[::ffff:7f00:1]",
  ]) {
    assert.equal(why(await post(`http://${host}:${port}/`)), "refused_address", host)
  }
  assert.equal(asked, 0)
})

test("a name is refused when any of its addresses is inside, at the one look-up", async (t) => {
  let asked = 0
  const url = await receiver(t, (request, response) => {
    asked += 1
    request.resume().on("end", () => response.end(request.headers.host))
  })
  const port = Number(new URL(url).port)
  const inside = { address: "127.0.0.1", family: 4 }
  const outside = { address: "2606:4700::1111", family: 6 }
  let looked = 0
  const resolve: Resolve = async () => {
    looked += 1
    // As a rebinding attacker would: harmless at first, then the inside.
    return looked === 1 ? [inside] : [outside, inside]
  }
  const named = `http://hooks.example:${port}/`
  const strict = sender(t, { allow: [], resolve })
  assert.equal(why(await strict.post(named)), "refused_address")
  assert.equal(why(await strict.post(named)), "refused_address")
  assert.deepEqual([asked, looked], [0, 2])

  const listed: [string[], Resolve, string][] = [
    [["127.0.0.0/8"], async () => [inside], "200"],
    [["hooks.example"], async () => [inside], "200"],
    [[`hooks.example:${port}`], async () => [inside], "200"],
    [["hooks.example:1"], async () => [inside], "refused_address"],
    [["127.0.0.0/8"], async () => [{ address: "10.0.0.1", family: 4 }, inside], "refused_address"],
    [["127.0.0.0/8"], async () => [], "dns"],
  ]
  for (const [allow, answer, expected] of listed) {
    const { post } = sender(t, { allow, resolve: answer })
    assert.equal(why(await post(named)), expected, allow.join())
  }
  assert.equal(asked, 3)
})

test("a name that doesn't exist is told as such", async (t) => {
  const resolve: Resolve = async () => {
    throw Object.assign(new Error("getaddrinfo ENOTFOUND hush"), { code: "ENOTFOUND" })
  }
  const result = await sender(t, { resolve }).post("https://hooks.example/")
  assert.ok(result.kind === "failed" && result.why === "dns" && !result.message.includes("hush"))
})

test("TLS is verified: the chain, the name, and that it is TLS at all", async (t) => {
  const answer: RequestListener = (request, response) => {
    request.resume().on("end", () => response.end("secure"))
  }
  const options = { key: KEY, cert: CERTIFICATE }
  const port = await listen(t, createTlsServer(options, answer))
  const plainPort = Number(new URL(await receiver(t, answer)).port)
  const resolve: Resolve = async () => [{ address: "127.0.0.1", family: 4 }]
  const table: [string, string | undefined, string][] = [
    [`https://hooks.example:${port}/`, CERTIFICATE, "200"],
    [`https://hooks.example:${port}/`, undefined, "tls"],
    [`https://other.example:${port}/`, CERTIFICATE, "tls"],
    [`https://127.0.0.1:${port}/`, CERTIFICATE, "tls"],
    [`https://hooks.example:${plainPort}/`, CERTIFICATE, "tls"],
  ]
  for (const [url, ca, expected] of table) {
    const { post } = sender(t, { resolve, ...(ca ? { ca } : {}) })
    assert.equal(why(await post(url)), expected, `${url} ${ca ? "trusted" : "unknown"}`)
  }
})

test("a header that could break the message is refused without being repeated", async (t) => {
  const { post } = sender(t)
  const table: Record<string, string>[] = [
    { x: "hush\r\nx-evil: 1" },
    { x: "hush\nx" },
    { x: "hush\u0000" },
    { x: "hush ñ" },
    { x: " hush" },
    { x: `hush${"y".repeat(8_200)}` },
    { "x hush": "1" },
    { "x\r\nhush": "1" },
    { X: "upper case" },
    { host: "hush" },
    { "content-length": "1" },
    { "transfer-encoding": "chunked" },
    { connection: "upgrade" },
  ]
  for (const headers of table) {
    const result = await post("http://127.0.0.1:1/", { headers })
    assert.ok(result.kind === "failed" && result.why === "invalid_request", JSON.stringify(headers))
    assert.ok(!result.message.includes("hush"))
  }
})

test("so many at once and no more, to one origin and in all", async (t) => {
  const most = new Map<string, number>()
  const open = new Map<string, number>()
  let inAll = 0
  let mostInAll = 0
  const listener: RequestListener = async (request, response) => {
    const key = request.headers.host!
    open.set(key, (open.get(key) ?? 0) + 1)
    inAll += 1
    most.set(key, Math.max(most.get(key) ?? 0, open.get(key)!))
    mostInAll = Math.max(mostInAll, inAll)
    await pause(20)
    open.set(key, open.get(key)! - 1)
    inAll -= 1
    response.end()
  }
  const urls = [await receiver(t, listener), await receiver(t, listener)]
  const { post } = sender(t, { limits: { total: 5, perOrigin: 3, waiting: 25 } })
  const all = Array.from({ length: 40 }, (_, n) => post(urls[n % 2]!).then(why))
  const results = await Promise.all(all)
  assert.equal(results.filter((result) => result === "200").length, 30)
  assert.equal(results.filter((result) => result === "busy").length, 10)
  assert.deepEqual([[...most.values()], mostInAll], [[3, 3], 5])
})

test("a try that doesn't get its turn in time has not been made", async (t) => {
  let asked = 0
  const url = await receiver(t, () => {
    asked += 1
  })
  const { post } = sender(t, { limits: { total: 1 } })
  const first = post(url, { timeoutMs: 150 })
  assert.equal(why(await post(url, { turnWithinMs: 20 })), "busy")
  // The time for its turn is not that for its answer.
  assert.equal(why(await post(url, { turnWithinMs: 60_000, timeoutMs: 50 })), "timeout")
  assert.deepEqual([why(await first), asked], ["timeout", 2])
})

test("a caller's signal ends a try before and while it runs", async (t) => {
  const url = await receiver(t, () => {})
  const { post } = sender(t)
  assert.equal(why(await post(url, { signal: AbortSignal.abort() })), "cancelled")
  const startedMs = performance.now()
  assert.equal(why(await post(url, { signal: AbortSignal.timeout(50) })), "cancelled")
  assert.ok(performance.now() - startedMs < 300)
})

test("closing lets what is on its way finish, cuts the rest and sends nothing more", async (t) => {
  const quick = await receiver(t, (_request, response) => void setTimeout(() => response.end(), 50))
  const never = await receiver(t, () => {})
  const { post, close } = sender(t, { limits: { closeMs: 150 } })
  const both = [post(quick), post(never)]
  await pause(20)
  await close()
  assert.deepEqual((await Promise.all(both)).map(why), ["200", "cancelled"])
  assert.equal(why(await post(quick)), "cancelled")
})
