/** What every dialect makes of requests that are odd below the level of JSON. */
import assert from "node:assert/strict"
import { connect } from "node:net"
import { after, test } from "node:test"
import type { ProblemCode } from "../../src/dialects/dialect.ts"
import { type Dialect, dialects } from "../../src/dialects/index.ts"
import { mountDialect } from "../../src/dialects/mount.ts"
import { makeLogger } from "../../src/http/log.ts"
import { makeMetrics } from "../../src/http/metrics.ts"
import { makeServer } from "../../src/http/server.ts"
import { ask, startGateway } from "../support/gateway.ts"

const gateway = await startGateway({ after })
const { pentagoo, palommaPay, palommaDirectDebit, caudal } = gateway.credentials
const bearer = (key: string | undefined) => ({ authorization: `Bearer ${key}` })

type Create = [path: string, proof: Record<string, string>, body: object]

/** A route of each dialect that takes a body, and a body with a place for an odd byte. */
const CREATES: Readonly<Record<string, Create>> = {
  pentagoo: [
    "/pentagoo/api/payment/create",
    { oauth: `${pentagoo["key"]}:${pentagoo["secret"]}` },
    { refId: "odd", description: "caf?", amount: "1.00" },
  ],
  tapila: ["/tapila/login", {}, { clientUsername: "caf?", password: "x" }],
  "palomma-pay": [
    "/palomma-pay/payment-requests",
    { authorization: palommaPay["privateKey"]! },
    { amount_cents: 500_000, description: "caf?" },
  ],
  "palomma-direct-debit": [
    "/palomma-direct-debit/v1/customers",
    bearer(palommaDirectDebit["apiKey"]),
    { name: "Jos?", documentType: "cc", documentNumber: "123456", email: "jose@example.test" },
  ],
  caudal: [
    "/v1/endpoints",
    bearer(caudal["apiKey"]),
    { url: "http://127.0.0.1:1/caf?", dialect: "caudal" },
  ],
}

/** Sends bytes as they are, and gives what came back. */
function talk(text: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const { port, hostname } = new URL(gateway.url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, "latin1"))
    const parts: Buffer[] = []
    socket.on("data", (part) => parts.push(part))
    socket.on("error", reject)
    socket.on("close", () => {
      const [head = "", body = ""] = Buffer.concat(parts).toString("utf8").split("\r\n\r\n")
      resolve({ status: Number(head.split(" ")[1]), body: JSON.parse(body) })
    })
  })
}

/**
 * A create, with the headers in `extra`. A question mark in its body becomes `odd`, else the byte
 * E9; `more` stands at its beginning.
 */
function createOf(
  dialect: Dialect,
  extra: Record<string, string> = {},
  { odd = "\xe9", more = "" } = {},
) {
  const [path, proof, body] = CREATES[dialect.name]!
  const text = JSON.stringify(body).replace("?", odd).replace("{", `{${more}`)
  const headers = Object.entries({
    host: "x",
    connection: "close",
    "content-type": "application/json",
    "content-length": String(text.length),
    ...proof,
    ...extra,
  })
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return talk(`POST ${path} HTTP/1.1\r\n${lines}\r\n${text}`)
}

/** `says` is asked only of those whose answers have words of ours. */
function assertSounds(
  dialect: Dialect,
  answer: { status: number; body: Record<string, unknown> },
  code: ProblemCode,
  says?: RegExp,
): void {
  const expected = dialect.problem({ code, message: "no words" }, "r", "http://h.example")
  const said = `${dialect.name}: ${answer.status} ${JSON.stringify(answer.body)}`
  assert.equal(answer.status, expected.status, said)
  assert.deepEqual(Object.keys(answer.body), Object.keys(expected.body as object), said)
  if (says && JSON.stringify(expected.body).includes("no words")) assert.match(said, says)
}

for (const dialect of dialects) {
  test(`${dialect.name}: a body that isn't UTF-8 is refused, not kept with holes`, async () => {
    for (const charset of ["", "; charset=utf-8", "; charset=iso-8859-1"]) {
      const type = { "content-type": `application/json${charset}` }
      assertSounds(dialect, await createOf(dialect, type), "body_malformed")
    }
  })

  test(`${dialect.name}: a packed body is refused as such, and no other`, async () => {
    for (const encoding of ["gzip", "BR", "deflate, gzip", "x-unknown"]) {
      const answer = await createOf(dialect, { "content-encoding": encoding })
      assertSounds(dialect, answer, "media_type_unsupported", /Content-Encoding/)
    }
    for (const encoding of ["identity", "Identity", ""]) {
      const answer = await createOf(dialect, { "content-encoding": encoding })
      assertSounds(dialect, answer, "body_malformed", /UTF-8/)
    }
  })

  test(`${dialect.name}: a reserved name is not called broken JSON`, async () => {
    for (const more of ['"__proto__":{},', '"a":{"constructor":{"prototype":1}},']) {
      const answer = await createOf(dialect, {}, { odd: "e", more })
      assertSounds(dialect, answer, "body_malformed", /__proto__/)
    }
  })

  test(`${dialect.name}: a slash too many before its prefix is answered in its shape`, async () => {
    const answer = await talk(
      `GET /${dialect.prefix}/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    )
    assertSounds(dialect, answer, "route_not_found")
  })

  test(`${dialect.name}: an expectation that can't be met is answered in its shape`, async () => {
    assertSounds(dialect, await createOf(dialect, { expect: "a-miracle" }), "body_malformed")
  })

  test(`${dialect.name}: OPTIONS and TRACE are told which methods there are`, async () => {
    const [path] = CREATES[dialect.name]!
    for (const method of ["OPTIONS", "TRACE"]) {
      const answer = await talk(
        `${method} ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      )
      assertSounds(dialect, answer, "method_not_allowed")
    }
  })
}

test("an endpoint is disabled also by clients that always name a content type", async () => {
  const headers = bearer(caudal["apiKey"])
  const url = `${caudal.baseUrl}/endpoints`
  const { body } = await ask("POST", url, { headers, body: { url: "http://127.0.0.1:1/" } })
  const named = { ...headers, "content-type": "application/json" }
  const gone = await ask("DELETE", `${url}/${body.id}`, { headers: named })
  assert.deepEqual([gone.status, gone.body.state], [200, "disabled"])
})

for (const proxies of ["banana", "10.0.0.0/33", "10.0.0.0/0", "127.0.0.1,,", "true"]) {
  test(`a gateway told to trust "${proxies}" doesn't start, and says why`, async (t) => {
    const start = startGateway(t, { CAUDAL_TRUST_PROXY: proxies })
    await assert.rejects(start, { name: "ConfigError", message: /^CAUDAL_TRUST_PROXY: / })
  })
}

test("a gateway trusts proxies by address, range or kind", async (t) => {
  await startGateway(t, { CAUDAL_TRUST_PROXY: "127.0.0.1, 10.0.0.0/8,fd00::/8 , loopback" })
})

test("a fault of ours is logged once", async () => {
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line).msg) }
  const server = makeServer({
    clock: { elapsedMs: () => 0 },
    ids: { next: () => "1" },
    logger: makeLogger({ level: "warn", destination }),
    metrics: makeMetrics({ defaults: false }),
    mode: "sandbox",
  })
  const dialect = dialects[0]!
  const routes: Dialect["routes"] = (app) =>
    void app.get("/fault", { config: { open: true } }, async () => {
      throw new Error("hush")
    })
  await mountDialect(server, { ...dialect, routes }, gateway.core)
  const { statusCode } = await server.inject(`${dialect.prefix}/fault`)
  await server.close()
  assert.deepEqual([statusCode, lines], [500, ["fault"]])
})
