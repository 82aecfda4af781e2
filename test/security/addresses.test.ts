/** Every way to write an address, and every place that takes one: who may lead us where. */
import assert from "node:assert/strict"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { type TestContext, test } from "node:test"
import { hostClock, testClock } from "../../src/clock.ts"
import { readRedirect } from "../../src/dialects/redirect.ts"
import { checkAddress, checkResolved, parseAllowList } from "../../src/http/address.ts"
import { makeSender, type Resolve } from "../../src/http/send.ts"
import { makeProvider, providerUrlProblem } from "../../src/outbound/index.ts"
import { nodeUrlProblem } from "../../src/rails/evm/node-url.ts"
import { exchange } from "../../src/rails/evm/rpc.ts"
import { memoryLog } from "../support/provider.ts"

type Mode = "sandbox" | "live"
const allow = parseAllowList([])

/**
 * The places, a letter each. Merchants name those of `h` and `r`: where we send webhooks, and where
 * their payers' browsers go back to. Nodes of chains (`n`) and providers (`p`) are the operator's,
 * who may have them in a network of his own. A capital is the same in live. Logos are no addresses:
 * their bytes are given, and a catalogue's are passed on, never fetched.
 */
const PLACES: Readonly<Record<string, (url: string, mode: Mode) => boolean>> = {
  h: (url, mode) => checkAddress(url, { mode, allow }).kind === "allowed",
  r: (url, mode) => readRedirect(url, mode) !== null,
  n: (url, mode) => nodeUrlProblem(url, mode) === null,
  p: (url, mode) => providerUrlProblem(url, mode) === null,
}

const EVERYWHERE = "hHrRnNpP"
/** This machine without TLS: not for webhooks, whose exceptions are listed. */
const LOOPBACK = "rnNpP"
/** A private network: only where the operator says so, and with TLS where a password travels. */
const PRIVATE = "nNp"
/** Neither public nor known as private: in a sandbox alone, and by the operator alone. */
const ODD = "np"
/** Only a browser goes there, or the operator has it so. */
const NOT_WEBHOOKS = "rRnNpP"
const NOWHERE = ""

const TABLE: readonly (readonly [url: string, taken: string])[] = [
  ["https://shop.example/x", EVERYWHERE],
  ["https://shop.example:8443/x", EVERYWHERE],
  ["https://localhost.shop.example/", EVERYWHERE],
  // What a name resolves to is judged when it is: see below.
  ["https://127.0.0.1.nip.example/", EVERYWHERE],
  ["https://8.8.8.8/", EVERYWHERE],
  ["https://[2606:4700::1111]/", EVERYWHERE],
  ["http://shop.example/x", "hnp"],
  ["http://8.8.8.8/", "hnp"],
  ["https://shop.example:22/x", "hrRnNpP"],
  ["https://shop.example./x", NOT_WEBHOOKS],
  ["https://ⓛocalhost/", NOT_WEBHOOKS],
  ["https://10.0.0.1/", NOT_WEBHOOKS],
  ["https://169.254.169.254/", NOT_WEBHOOKS],
  ["https://168.63.129.16/", NOT_WEBHOOKS],
  ...[
    "localhost",
    "LOCALHOST:8080",
    "%6c%6f%63alhost",
    "127.0.0.1",
    "127.0.0.1:6379",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "127.1",
    "127.0.0.1.",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "127．0．0．1",
    "%31%32%37.0.0.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
  ].map((host) => [`http://${host}/`, LOOPBACK] as const),
  ...[
    "10.0.0.1",
    "0xa.1",
    "167772161",
    "012.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "metadata.google.internal",
  ].map((host) => [`http://${host}/latest/meta-data/`, PRIVATE] as const),
  ...[
    "localhost.",
    "0.0.0.0",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "168.63.129.16",
    "0xa83f8110",
    "192.0.0.192",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::1]",
    "[fec0::1]",
  ].map((host) => [`http://${host}/`, ODD] as const),
  // No address to the parser, so a name, and not a private one for looking like a number.
  ["http://10.0.0.0e0/", "hnp"],
  ["http://10.0.0.0b1/", "hnp"],
  ["https://user:pass@shop.example/", NOWHERE],
  ["https://user@shop.example/", NOWHERE],
  ["https://shop.example%2f@127.0.0.1/", NOWHERE],
  ["https://shop.example:pass@127.0.0.1/", NOWHERE],
  // Parsers differ on where such a host ends; the operator's are read by the one that connects.
  ["http://shop.example\\@127.0.0.1/", ODD],
  ["https://shop.example\n.evil.example/", "nNpP"],
  ["https://shop.example#@127.0.0.1/", "hHrR"],
  ["http://[fe80::1%25eth0]/", NOWHERE],
  ["http://[fe80::1%eth0]/", NOWHERE],
  ["http://127.0.0.1:99999/", NOWHERE],
  ["http://256.0.0.1/", NOWHERE],
  ["http:///127.0.0.1/", "nNpP"],
  ["//shop.example/", NOWHERE],
  ["ftp://shop.example/", NOWHERE],
  ["file:///etc/passwd", NOWHERE],
  ["gopher://127.0.0.1:6379/_x", NOWHERE],
  ["javascript:alert(1)", NOWHERE],
  ["data:text/html,x", NOWHERE],
  ["blob:https://shop.example/x", NOWHERE],
  ["", NOWHERE],
]

test("each notation is taken in the places that may have it, and in no other", () => {
  for (const [url, taken] of TABLE) {
    const found = Object.entries(PLACES).flatMap(([letter, takes]) => [
      takes(url, "sandbox") ? letter : "",
      takes(url, "live") ? letter.toUpperCase() : "",
    ])
    assert.equal(found.join(""), taken, JSON.stringify(url))
  }
})

test("no place repeats an address in what it says, for keys stand in some", () => {
  for (const [url] of TABLE.filter(([url]) => url.length > 3)) {
    for (const mode of ["sandbox", "live"] as const) {
      const verdict = checkAddress(url, { mode, allow })
      const said = [
        verdict.kind === "refused" ? verdict.why : "",
        nodeUrlProblem(url, mode) ?? "",
        providerUrlProblem(url, mode) ?? "",
      ]
      assert.ok(!said.join().includes(url), url)
    }
  }
})

test("what serves machines of a cloud is refused by name and by number", () => {
  for (const address of [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.0.23",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "::ffff:168.63.129.16",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::a9fe:a9fe",
  ]) {
    for (const mode of ["sandbox", "live"] as const) {
      assert.notEqual(checkResolved(address, 443, { mode, allow }), null, address)
    }
  }
  const listed = { mode: "live", allow: parseAllowList(["168.63.129.16"]) } as const
  assert.equal(checkResolved("168.63.129.16", 80, listed), null)
})

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  t.after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

test("a name that was public and now leads inside is refused when next connected", async (t) => {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    response.writeHead(200, { connection: "close" }).end()
  })
  const port = await listen(t, server)
  // Stands for a public address: the only one that this test may connect to.
  const outside = { address: "127.0.0.1", family: 4 }
  const answers = [[outside], [{ address: "10.0.0.1", family: 4 }], [outside]]
  const resolve: Resolve = async () => answers.shift()!
  const options = { mode: "sandbox", allow: ["127.0.0.1"], userAgent: "Caudal/test" } as const
  const sender = makeSender({ clock: hostClock(), resolve, ...options })
  t.after(() => sender.close())
  const url = `http://hooks.example:${port}/`
  const results: string[] = []
  for (let count = 0; count < 3; count += 1) {
    const result = await sender.send({ url, headers: {}, body: "{}", timeoutMs: 2_000 })
    results.push(result.kind === "failed" ? result.why : String(result.status))
  }
  assert.deepEqual(results, ["200", "refused_address", "200"])
  assert.deepEqual([asked, answers.length], [2, 0])
})

const REDIRECTS = [301, 302, 303, 307, 308]

test("nobody whom we ask can send us on to somewhere else", async (t) => {
  const reached: string[] = []
  const inside = createServer((request, response) => {
    reached.push(`${request.method} ${request.headers["x-api-key"]}`)
    response.end("{}")
  })
  const insidePort = await listen(t, inside)
  const outside = createServer((request, response) => {
    const status = Number(request.url!.slice(1))
    response.writeHead(status, { location: `http://127.0.0.1:${insidePort}/` }).end()
  })
  const base = `http://127.0.0.1:${await listen(t, outside)}`
  const clock = testClock()
  const parts = { clock, log: memoryLog(), name: "fake", baseUrl: base, timeoutMs: 2_000 }
  // What isn't JSON counts as ill, and an ill provider is left alone: not what is asked here.
  const provider = makeProvider({ ...parts, isIll: () => false })
  const options = { mode: "sandbox", allow: ["127.0.0.1"], userAgent: "Caudal/test" } as const
  const sender = makeSender({ clock, ...options })
  t.after(() => Promise.all([provider.close(), sender.close()]))
  for (const status of REDIRECTS) {
    const headers = { "x-api-key": "hush" }
    const answer = await provider.call({ method: "GET", path: `/${status}`, headers })
    assert.equal(answer.status, status)
    const message = { url: `${base}/${status}`, headers, body: "{}", timeoutMs: 2_000 }
    const sent = await sender.send(message)
    assert.equal(sent.kind === "answered" && sent.status, status)
    const target = { url: `${base}/${status}`, authorization: "Basic hush" }
    const limits = { timeoutMs: 2_000, answerBytes: 1_000 }
    const call = { method: "eth_chainId", params: [] }
    const asking = exchange(target, [call], limits, clock.now())
    await assert.rejects(asking, { name: "NodeFailure", kind: "unreachable" })
  }
  assert.deepEqual(reached, [])
})
